// Accepts an invitation, with a new password, the own one, or by a provider,
// and goes to the place that it was for.
import {useEffect, useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {api, asProblem, take, type Schemas} from '../../api/client';
import {homeOf, type Place} from '../../frame';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {CodeStep} from '../../people/code';
import {useEnter} from '../../people/enter';
import {isPasswordFault, useSaid} from '../../people/faults';
import {useLinkToken} from '../../people/link';
import {NewPassword, PasswordField} from '../../people/password';
import {Plain} from '../../people/plain';
import {SsoButton} from '../../people/sso';
import {texts as px} from '../../people/texts';
import {useSession} from '../../session';
import {PageHead} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Form, TextField} from '../../ui/form';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {roles} from '../../ui/texts';
import {texts as x} from './texts';

type Step = 'asked' | 'code' | 'login';

function placeOf(a: Schemas['Accepted']): string {
	const place: Place = a.scope === 'service' || !a.scope_id ? {scope: 'service'} :
		{scope: a.scope === 'vendor' ? 'vendor' : 'account', id: a.scope_id};
	// The start knows where each role works.
	localStorage.setItem('birthmark.place', homeOf(place));
	return '/console';
}

function Accept({token, preview, sso}: {
		token: string; preview: Schemas['InvitationPreview']; sso: string | undefined}) {
	const {t} = useI18n();
	const said = useSaid();
	const enter = useEnter();
	const {state} = useSession();
	const {route} = useLocation();
	const [name, setName] = useState('');
	const [password, setPassword] = useState('');
	const [step, setStep] = useState<Step>('asked');
	const [next, setNext] = useState<string>();
	const proof = {email: preview.email, password};
	// Logged in as whoever accepted, here or after the code.
	useEffect(() => {
		if (next && state.kind === 'in' && state.me.user.email === preview.email)
			route(next, true);
	}, [next, state]);
	const accept = useAction(async () => {
		const body = preview.known ? {token, password} :
			{token, password, ...name.trim() ? {name: name.trim()} : {}};
		setNext(placeOf(await take(api.POST('/api/v1/invitations/accept', {body}))));
		try {
			await enter.byPassword(proof);
		} catch (e) {
			setStep(asProblem(e).code === 'second-factor-needed' ? 'code' : 'login');
		}
	});
	if (step === 'code')
		return <CodeStep proof={proof} onBack={() => setStep('login')} />;
	if (step === 'login')
		return <><PageHead title={t(x.title)} /><Notice kind="good">{t(x.accepted)}</Notice>
			<LinkButton kind="primary" href="/console">{t(px.toLogin)}</LinkButton></>;
	const role = t(roles[preview.role]);
	return <>
		<PageHead title={t(x.title)} sub={preview.scope === 'service' ? t(x.toService, {role}) :
			t(x.toPlace, {name: preview.name, role})} />
		<p>{t(x.forWhom, {email: preview.email})}{preview.known && ` ${t(x.known)}`}</p>
		<Form action={{busy: accept.busy, problem: isPasswordFault(accept.problem) ? undefined :
			said(accept.problem)}} submit={t(x.accept)} onSubmit={() => void accept.run()}>
			{preview.known ? <PasswordField value={password} onValue={setPassword} /> : <>
				<TextField label={t(px.yourName)} autocomplete="name" maxlength={100}
					value={name} onValue={setName} />
				<NewPassword email={preview.email} value={password} onValue={setPassword}
					problem={accept.problem} /></>}
		</Form>
		{sso && <SsoButton name={sso} invitation={token} />}
	</>;
}

export default function Invite() {
	const {t} = useI18n();
	const said = useSaid();
	const token = useLinkToken();
	const preview = useLoad(async (signal) => token ?
		take(api.POST('/api/v1/invitations/preview', {body: {token}, signal})) : null, [token]);
	const ways = useLoad((signal) => take(api.GET('/api/v1/signin', {signal})), []);
	if (!token)
		return <Plain><PageHead title={t(x.nothing)} /><p>{t(x.nothingText)}</p></Plain>;
	if (preview.loading)
		return <Plain><Loading /></Plain>;
	if (!preview.value)
		return <Plain><PageHead title={t(x.title)} />
			<ErrorBox problem={said(preview.problem)}
				{...preview.problem?.status === 404 ? {} : {retry: preview.reload}} /></Plain>;
	return <Plain><Accept key={token} token={token} preview={preview.value}
		sso={ways.value?.sso?.name} /></Plain>;
}
