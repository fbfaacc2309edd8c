// Sets a new password with a one-time link.
import {useState} from 'preact/hooks';
import {api, take} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {isPasswordFault, useSaid} from '../../people/faults';
import {useLinkToken} from '../../people/link';
import {NewPassword} from '../../people/password';
import {Plain} from '../../people/plain';
import {texts as px} from '../../people/texts';
import {useSession} from '../../session';
import {PageHead} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Form} from '../../ui/form';
import {ErrorBox, Loading} from '../../ui/state';
import {texts as x} from './texts';

function SetPassword({token, email}: {token: string; email: string}) {
	const {t} = useI18n();
	const said = useSaid();
	const {reload} = useSession();
	const [password, setPassword] = useState('');
	const [done, setDone] = useState(false);
	const set = useAction(async () => {
		await take(api.POST('/api/v1/resets/accept', {body: {token, password}}));
		setPassword('');
		setDone(true);
		// A session of this browser may have ended with it.
		await reload();
	});
	if (done)
		return <><PageHead key="done" title={t(x.done)} /><p role="status">{t(x.doneText)}</p>
			<LinkButton kind="primary" href="/console">{t(px.toLogin)}</LinkButton></>;
	return <>
		<PageHead title={t(x.title)} sub={t(x.forWhom, {email})} />
		<Form action={{busy: set.busy, problem: isPasswordFault(set.problem) ? undefined :
			said(set.problem)}} submit={t(x.set)} onSubmit={() => void set.run()}>
			<NewPassword email={email} value={password} onValue={setPassword}
				problem={set.problem} />
		</Form>
	</>;
}

export default function Reset() {
	const {t} = useI18n();
	const said = useSaid();
	const token = useLinkToken();
	const preview = useLoad(async (signal) => token ?
		take(api.POST('/api/v1/resets/preview', {body: {token}, signal})) : null, [token]);
	if (!token)
		return <Plain><PageHead title={t(x.nothing)} /><p>{t(x.nothingText)}</p></Plain>;
	if (preview.loading)
		return <Plain><Loading /></Plain>;
	if (!preview.value)
		return <Plain><PageHead title={t(x.title)} />
			<ErrorBox problem={said(preview.problem)}
				{...preview.problem?.status === 404 ? {} : {retry: preview.reload}} /></Plain>;
	return <Plain><SetPassword key={token} token={token} email={preview.value.email} /></Plain>;
}
