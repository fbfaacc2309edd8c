// The second step of a login: a one-time code, or one of the recovery codes.
import {useEffect, useRef, useState} from 'preact/hooks';
import {useAction} from '../hooks';
import {useI18n} from '../i18n';
import {PageHead} from '../ui/bits';
import {Button} from '../ui/button';
import {Form, TextField} from '../ui/form';
import {Notice} from '../ui/state';
import {useEnter, type Proof} from './enter';
import {useSaid} from './faults';
import {texts as x} from './texts';
import {useWait} from './wait';

export function CodeStep({proof, onBack}: {proof: Proof; onBack: () => void}) {
	const {t} = useI18n();
	const said = useSaid();
	const enter = useEnter();
	const box = useRef<HTMLDivElement>(null);
	const [recovery, setRecovery] = useState(false);
	const [code, setCode] = useState('');
	const login = useAction(() => enter.byPassword(proof, code.trim()));
	const wait = useWait(login.problem);
	const focus = () => box.current?.querySelector<HTMLElement>('input')?.focus();
	// After the head has taken the focus; and again for the other kind.
	useEffect(focus, [recovery]);
	useEffect(() => {
		if (login.problem)
			focus();
	}, [login.problem]);
	return <div class="stack" ref={box}>
		<PageHead title={t(recovery ? x.recoveryTitle : x.codeTitle)} />
		<p>{t(recovery ? x.recoveryText : x.codeText)}</p>
		<Form action={{busy: login.busy || wait.left > 0, problem: wait.left > 0 ? undefined :
			said(login.problem)}} submit={t(x.next)} onSubmit={() => void login.run()}
			extra={<Button kind="quiet" onClick={onBack}>{t(x.back)}</Button>}>
			<TextField key={String(recovery)} label={t(recovery ? x.recoveryCode : x.code)}
				inputMode={recovery ? 'text' : 'numeric'} autocomplete="one-time-code"
				maxlength={32} spellcheck={false} autocapitalize="off" value={code}
				onValue={setCode} />
			{wait.left > 0 && <Notice kind="warn">{wait.text}</Notice>}
		</Form>
		<Button kind="quiet" size="small" onClick={() => {
			setCode('');
			login.clear();
			setRecovery(!recovery);
		}}>{t(recovery ? x.useCode : x.useRecovery)}</Button>
	</div>;
}
