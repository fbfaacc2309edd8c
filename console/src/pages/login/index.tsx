// The login, at whatever address it was needed: password and code, passkey, or
// a provider of OpenID Connect.
import {useEffect, useRef, useState} from 'preact/hooks';
import {api, asProblem, take, type Problem} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {CodeStep} from '../../people/code';
import {useEnter} from '../../people/enter';
import {useSaid} from '../../people/faults';
import {PasswordField} from '../../people/password';
import {Plain} from '../../people/plain';
import {SsoButton} from '../../people/sso';
import {useWait} from '../../people/wait';
import {autofillWorks, passkeysWork} from '../../people/webauthn';
import {PageHead} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Form, TextField} from '../../ui/form';
import {ErrorBox, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {texts as x} from './texts';

// Offers passkeys in the browser's own list of names while the page is open;
// stopped when one is asked for by the button.
function useAutofill(): {stop: () => void; problem: Problem | undefined} {
	const enter = useEnter();
	const abort = useRef(new AbortController());
	const [problem, setProblem] = useState<Problem>();
	useEffect(() => {
		const {signal} = abort.current;
		void autofillWorks().then(async (works) => {
			if (works && !signal.aborted)
				await enter.byPasskey(signal, true);
		}).catch((e: unknown) => {
			// What nobody has asked for fails silently, unless one was used.
			const p = asProblem(e);
			if (!signal.aborted && p.code.startsWith('passkey-') && p.status > 0)
				setProblem(p);
		});
		return () => abort.current.abort();
	}, []);
	return {stop: () => abort.current.abort(), problem};
}

function Passkey({autofill}: {autofill: ReturnType<typeof useAutofill>}) {
	const {t} = useI18n();
	const said = useSaid();
	const enter = useEnter();
	const use = useAction(() => {
		autofill.stop();
		return enter.byPasskey(new AbortController().signal, false);
	});
	return <>
		<ErrorBox problem={said(use.problem ?? autofill.problem)} />
		<Button busy={use.busy} onClick={() => void use.run()}>{t(x.passkey)}</Button>
	</>;
}

function useFirstFocus() {
	const box = useRef<HTMLDivElement>(null);
	// Not on a phone, where it would open the keyboard over the page.
	useEffect(() => {
		if (matchMedia('(pointer: fine)').matches)
			box.current?.querySelector<HTMLElement>('input')?.focus();
	}, []);
	return box;
}

export function Login() {
	const {t} = useI18n();
	const said = useSaid();
	const enter = useEnter();
	const box = useFirstFocus();
	const autofill = useAutofill();
	const [email, setEmail] = useState('');
	const [password, setPassword] = useState('');
	const [second, setSecond] = useState(false);
	const ways = useLoad((signal) => take(api.GET('/api/v1/signin', {signal})), []);
	const login = useAction(async () => {
		try {
			await enter.byPassword({email, password});
		} catch (e) {
			if (asProblem(e).code !== 'second-factor-needed')
				throw e;
			autofill.stop();
			setSecond(true);
		}
	});
	const wait = useWait(login.problem);
	const binds = location.pathname.startsWith('/b/');
	if (second)
		return <Plain><CodeStep proof={{email, password}} onBack={() => {
			setPassword('');
			setSecond(false);
		}} /></Plain>;
	const sso = ways.value?.sso;
	return <Plain>
		<PageHead title={t(binds ? x.titleBind : x.title)} />
		{binds && location.hash && <Notice>{t(x.kept)}</Notice>}
		<div class="stack" ref={box}>
			<Form action={{busy: login.busy || wait.left > 0, problem: wait.left > 0 ?
				undefined : said(login.problem)}} submit={t(x.title)}
				onSubmit={() => void login.run()}>
				<TextField label={t(common.email)} type="email" autocomplete="username webauthn"
					value={email} onValue={setEmail} />
				<PasswordField value={password} onValue={setPassword} />
				{wait.left > 0 && <Notice kind="warn">{wait.text}</Notice>}
			</Form>
			{passkeysWork() && <Passkey autofill={autofill} />}
			{sso && <SsoButton name={sso.name} />}
			<details><summary>{t(x.forgot)}</summary>
				<p class="field-hint">{t(x.forgotText)}</p></details>
		</div>
	</Plain>;
}
