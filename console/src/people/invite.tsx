// Invites somebody, and shows the link once.  Of whom and where, and how the
// service is asked, is the page's.
import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import type {once, Schemas} from '../api/client';
import {useAction, useOnce} from '../hooks';
import {useI18n} from '../i18n';
import type {Role} from '../session';
import {Dialog} from '../ui/dialog';
import {Form, TextField} from '../ui/form';
import {common} from '../ui/texts';
import {useSaid} from './faults';
import {linkOf} from './link';
import {Once} from './once';
import {RolePicker} from './roles';
import {texts as x} from './texts';

export function InviteDialog({roles, invite, onClose, onDone, title, children}: {
		roles: readonly Role[];
		invite: (email: string, role: Role, header: ReturnType<typeof once>) => Promise<Schemas['NewInvitation']>;
		onClose: () => void; onDone: () => void; title?: string;
		children?: ComponentChildren}) {
	const {t, date} = useI18n();
	const said = useSaid();
	const [email, setEmail] = useState('');
	const [role, setRole] = useState<Role>(roles[roles.length > 1 ? 1 : 0] ?? 'operator');
	const [made, setMade] = useState<Schemas['NewInvitation']>();
	const chosen = roles.includes(role) ? role : roles[0] ?? role;
	const keyOf = useOnce();
	const send = useAction(async () => {
		setMade(await invite(email.trim(), chosen, keyOf([email.trim(), chosen])));
		onDone();
	});
	if (made)
		return <Dialog title={t(x.invited)} onClose={onClose}>
			<Once label={t(x.inviteLink)} secret={linkOf('invite', made.token)} onClose={onClose}
				note={t(x.inviteNote, {email: email.trim(), date: date(made.expires_at)})} />
		</Dialog>;
	return <Dialog title={title ?? t(x.invite)} onClose={onClose}>
		<Form action={{busy: send.busy, problem: said(send.problem)}} submit={t(x.makeLink)}
			onSubmit={() => void send.run()}>
			<TextField label={t(common.email)} type="email" autocomplete="off" value={email}
				onValue={setEmail} hint={t(x.inviteHint)} maxlength={254} />
			{children}
			<RolePicker roles={roles} value={chosen} onValue={setRole} />
		</Form>
	</Dialog>;
}
