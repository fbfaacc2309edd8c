// The people of an account or a vendor: roles, reset links, invitations.
import {useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import type {Schemas} from '../../api/client';
import {useAction, useList} from '../../hooks';
import {useI18n} from '../../i18n';
import {InviteDialog} from '../../people/invite';
import {useSaid} from '../../people/faults';
import {ResetDialog} from '../../people/reset';
import {RolePicker} from '../../people/roles';
import {people, rolesOf, useAdmin, useScope, type Owner} from '../../people/scope';
import {texts as px} from '../../people/texts';
import {useMe, useSession, type Role} from '../../session';
import {Badge, Card, PageHead, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Form} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common, roles} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {Invitations} from './invitations';
import {texts as x} from './texts';

type Member = Schemas['Member'];
type Open = {kind: 'role' | 'reset' | 'remove'; member: Member} | {kind: 'invite'};

const nameOf = (m: Member) => m.name || m.email;

function RoleDialog({owner, member, onClose, onDone}: {
		owner: Owner; member: Member; onClose: () => void; onDone: (text: string) => void}) {
	const {t} = useI18n();
	const said = useSaid();
	const [role, setRole] = useState<Role>(member.role);
	const save = useAction(async () => {
		await people.setRole(owner, member.user, role);
		onDone(t(x.changed));
	});
	return <Dialog title={t(x.changeOf, {name: nameOf(member)})} onClose={onClose}>
		<Form action={{busy: save.busy, problem: said(save.problem)}} submit={t(common.save)}
			onSubmit={() => void save.run()}>
			<RolePicker roles={rolesOf(owner)} value={role} onValue={setRole} />
		</Form>
	</Dialog>;
}

function RemoveDialog({owner, member, self, onClose, onDone}: {
		owner: Owner; member: Member; self: boolean; onClose: () => void;
		onDone: (text: string) => void}) {
	const {t} = useI18n();
	const said = useSaid();
	const name = nameOf(member);
	const remove = useAction(async () => {
		await people.remove(owner, member.user);
		onDone(t(x.removed, {name}));
	});
	return <Dialog title={t(x.removeOf, {name})} onClose={onClose}>
		<Form action={{busy: remove.busy, problem: said(remove.problem)}} danger
			submit={t(common.remove)} onSubmit={() => void remove.run()}
			extra={<Button onClick={onClose}>{t(common.cancel)}</Button>}>
			<p>{t(self ? x.removeSelf : x.removeText)}</p>
		</Form>
	</Dialog>;
}

function Dialogs({owner, open, onClose, onDone}: {
		owner: Owner; open: Open; onClose: () => void;
		onDone: (kind: Open['kind'], text?: string) => void}) {
	const self = useMe().user.id;
	if (open.kind === 'invite')
		return <InviteDialog roles={rolesOf(owner)} onClose={onClose}
			invite={(email, role, header) => people.invite(owner, email, role, header)}
			onDone={() => onDone('invite')} />;
	if (open.kind === 'reset')
		return <ResetDialog email={open.member.email} onClose={onClose}
			reset={(factors, header) => people.reset(owner, open.member.user, factors, header)} />;
	return open.kind === 'role' ?
		<RoleDialog owner={owner} member={open.member} onClose={onClose}
			onDone={(text) => onDone('role', text)} /> :
		<RemoveDialog owner={owner} member={open.member} self={open.member.user === self}
			onClose={onClose} onDone={(text) => onDone('remove', text)} />;
}

function useColumns(admin: boolean, setOpen: (o: Open) => void): Column<Member>[] {
	const {t} = useI18n();
	const self = useMe().user.id;
	const columns: Column<Member>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (m) => <span class="row">{nameOf(m)}
			{m.user === self && <Badge>{t(x.you)}</Badge>}</span>},
		{key: 'email', title: t(common.email), cell: (m) => m.email},
		{key: 'role', title: t(common.role), cell: (m) =>
			<span title={t(roles[m.role])}>{t(roles[m.role])}</span>},
		{key: 'since', title: t(x.since), cell: (m) => <Time at={m.since} />},
	];
	const button = (m: Member, kind: 'role' | 'reset' | 'remove', text: string, label: string) =>
		<Button size="small" kind="quiet" aria-label={label}
			onClick={() => setOpen({kind, member: m})}>{text}</Button>;
	if (admin)
		columns.push({key: 'actions', title: t(common.actions), align: 'end', cell: (m) => <span class="actions">
			{button(m, 'role', t(x.change), t(x.changeOf, {name: nameOf(m)}))}
			{m.user !== self && button(m, 'reset', t(x.reset), t(x.resetOf, {name: nameOf(m)}))}
			{button(m, 'remove', t(common.remove), t(x.removeOf, {name: nameOf(m)}))}
		</span>});
	return columns;
}

function People({owner}: {owner: Owner}) {
	const {t} = useI18n();
	const toast = useToast();
	const me = useMe();
	const {reload} = useSession();
	const {route} = useLocation();
	const admin = useAdmin(owner);
	const [open, setOpen] = useState<Open>();
	const [round, setRound] = useState(0);
	const list = useList((cursor, signal) => people.members(owner, cursor, signal),
		[owner.kind, owner.id]);
	const columns = useColumns(admin, setOpen);
	const done = (kind: Open['kind'], text?: string) => {
		if (kind === 'invite') {
			setRound((n) => n + 1);
			return;
		}
		const self = open && 'member' in open && open.member.user === me.user.id;
		setOpen(undefined);
		if (text)
			toast(text);
		// Without the role this page may not be read any more.
		if (self)
			void reload().then(() => route('/console'));
		else
			list.reload();
	};
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={admin && <Button kind="primary"
			onClick={() => setOpen({kind: 'invite'})}>{t(px.invite)}</Button>} />
		<div class="stack">
			<Card title={t(x.members)} flush>
				<ListTable caption={t(x.members)} columns={columns} rowKey={(m) => m.user} list={list}
					empty={<Empty title={t(x.noMembers)} />} />
			</Card>
			{admin && <Invitations key={round} owner={owner} />}
		</div>
		{open && <Dialogs owner={owner} open={open} onClose={() => setOpen(undefined)} onDone={done} />}
	</>;
}

export default function Users() {
	const scope = useScope();
	return scope.kind === 'service' ? null : <People key={scope.id} owner={scope} />;
}
