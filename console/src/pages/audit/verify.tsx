// Has the service check the chain of hashes, and explains what that proves.
import {useState} from 'preact/hooks';
import {Problem, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import type {Scope} from '../../people/scope';
import {Id, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {ErrorBox, Notice} from '../../ui/state';
import {verify} from './query';
import {texts as x} from './texts';

export function VerifyDialog({scope, onClose}: {scope: Scope; onClose: () => void}) {
	const {t} = useI18n();
	const [verdict, setVerdict] = useState<Schemas['AuditVerdict'] & {at: string}>();
	const check = useAction(async () => {
		setVerdict(undefined);
		setVerdict({...await verify(scope), at: new Date().toISOString()});
	});
	return <Dialog title={t(x.verifyTitle)} onClose={onClose} wide>
		<p>{t(x.verifyText)}</p>
		<ErrorBox problem={check.problem?.status === 429 ?
			new Problem(check.problem.code, t(x.verifyWait), 429) : check.problem} />
		{verdict?.ok && <>
			<Notice kind="good">{t(x.verified, {n: verdict.count ?? 0})}</Notice>
			<p>{t(x.head)} (<Time at={verdict.at} exact />):<br />
				<Id text={verdict.head ?? ''} copy /></p>
			<p class="faint">{t(x.headText)}</p>
		</>}
		{verdict && !verdict.ok && <Notice kind="bad">
			<p>{t(x.broken, {n: verdict.entry ?? 0})}</p></Notice>}
		<div class="form-actions"><Button kind={verdict ? 'plain' : 'primary'} busy={check.busy}
			onClick={() => void check.run()}>{t(x.verify)}</Button></div>
	</Dialog>;
}
