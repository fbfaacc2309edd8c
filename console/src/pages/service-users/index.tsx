// Inviting and resetting for the whole service.
import {useState} from 'preact/hooks';
import {api, take} from '../../api/client';
import {useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {InviteDialog} from '../../people/invite';
import {ResetDialog} from '../../people/reset';
import {texts as x} from '../../service/texts';
import type {Role} from '../../session';
import {Card, PageHead} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Form, SelectField, TextField} from '../../ui/form';
import {common} from '../../ui/texts';

type Scope = 'service' | 'account' | 'vendor';

const roles: Record<Scope, readonly Role[]> = {
	service: ['service'],
	account: ['administrator', 'operator', 'developer', 'auditor'],
	vendor: ['vendor-administrator', 'vendor-publisher'],
};

function Invite({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const [scope, setScope] = useState<Scope>('account');
	const [id, setId] = useState('');
	const keyOf = useOnce();
	return <InviteDialog roles={roles[scope]} onClose={onClose} onDone={() => undefined}
		invite={(email, role) => {
			const body = {email, role, scope, ...scope !== 'service' && {id: id.trim()}};
			return take(api.POST('/api/v1/service/invitations', {params: {header: keyOf(body)}, body}));
		}}>
		<SelectField label={t(x.target)} value={scope} onValue={(v) => setScope(v as Scope)}
			choices={[{value: 'account', label: t(x.targetAccount)},
				{value: 'vendor', label: t(x.targetVendor)},
				{value: 'service', label: t(x.targetService)}]} />
		{scope !== 'service' && <TextField label={t(x.targetId)} hint={t(x.targetIdHint)} value={id}
			onValue={setId} maxlength={23} spellcheck={false} />}
	</InviteDialog>;
}

const idle = {busy: false, problem: undefined};

export default function ServiceUsers() {
	const {t} = useI18n();
	const [inviting, setInviting] = useState(false);
	const [email, setEmail] = useState('');
	const [resetting, setResetting] = useState(false);
	return <div class="stack">
		<PageHead title={t(x.users)} sub={t(x.usersSub)} />
		<div class="columns">
			<Card title={t(x.inviteTitle)}>
				<p>{t(x.inviteText)}</p>
				<div><Button kind="primary" onClick={() => setInviting(true)}>{t(x.inviteTitle)}</Button></div>
			</Card>
			<Card title={t(x.resetTitle)}>
				<p>{t(x.resetText)}</p>
				<Form action={idle} submit={t(x.goOn)} onSubmit={() => setResetting(true)}>
					<TextField label={t(common.email)} type="email" autocomplete="off" value={email}
						onValue={setEmail} maxlength={254} />
				</Form>
			</Card>
		</div>
		{inviting && <Invite onClose={() => setInviting(false)} />}
		{resetting && <ResetDialog email={email.trim()} onClose={() => setResetting(false)}
			reset={(removeFactors, header) => take(api.POST('/api/v1/service/resets', {params: {header},
				body: {email: email.trim(), remove_factors: removeFactors}}))} />}
	</div>;
}
