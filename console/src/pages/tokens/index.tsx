// API tokens of an account or vendor: list, make (shown once), revoke.
import {useState} from 'preact/hooks';
import type {Schemas} from '../../api/client';
import {useAction, useList, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {Once} from '../../people/once';
import {RolePicker} from '../../people/roles';
import {rolesOf, tokens, useAdmin, useScope, type Owner} from '../../people/scope';
import type {Role} from '../../session';
import {Badge, PageHead, Time, type Tone} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm, Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common, roles} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';

type Token = Schemas['Token'];
type State = 'active' | 'soon' | 'expired' | 'revoked';

const soon_ms = 14 * 86400_000;
const tones: Record<State, Tone> = {active: 'good', soon: 'warn', expired: 'quiet', revoked: 'quiet'};

function stateOf(k: Token): State {
	const left = Date.parse(k.expires_at) - Date.now();
	return k.revoked_at ? 'revoked' : left <= 0 ? 'expired' : left < soon_ms ? 'soon' : 'active';
}

function MakeDialog({owner, onClose, onDone}: {
		owner: Owner; onClose: () => void; onDone: () => void}) {
	const {t, date} = useI18n();
	const may: readonly Role[] = owner.kind === 'account' ? [...rolesOf(owner), 'gate'] : rolesOf(owner);
	const [name, setName] = useState('');
	const [role, setRole] = useState<Role>(may[1] ?? 'operator');
	const [days, setDays] = useState('90');
	const [made, setMade] = useState<Schemas['NewToken']>();
	const keyOf = useOnce();
	const make = useAction(async () => {
		const wish = {name: name.trim(), role, expires_in_days: Number(days)};
		setMade(await tokens.make(owner, wish, keyOf(wish)));
		onDone();
	});
	if (made)
		return <Dialog title={t(x.made)} onClose={onClose}>
			<Once label={t(x.madeLabel)} secret={made.token} onClose={onClose}
				note={t(x.madeNote, {name: made.name, date: date(made.expires_at)})} />
		</Dialog>;
	return <Dialog title={t(x.make)} onClose={onClose}>
		<Form action={make} submit={t(x.makeIt)} onSubmit={() => void make.run()}>
			<TextField label={t(common.name)} hint={t(x.nameHint)} autocomplete="off" maxlength={100}
				value={name} onValue={setName} />
			<RolePicker roles={may} value={role} onValue={setRole} />
			<TextField label={t(x.days)} hint={t(x.daysHint)} type="number" min={1} max={366}
				inputMode="numeric" value={days} onValue={setDays} />
		</Form>
	</Dialog>;
}

function TokenList({owner}: {owner: Owner}) {
	const {t} = useI18n();
	const toast = useToast();
	const [open, setOpen] = useState<'make' | Token>();
	const list = useList((cursor, signal) => tokens.list(owner, cursor, signal),
		[owner.kind, owner.id]);
	const columns: Column<Token>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (k) => k.name},
		{key: 'role', title: t(common.role), cell: (k) => t(roles[k.role])},
		{key: 'state', title: t(x.state), cell: (k) =>
			<Badge tone={tones[stateOf(k)]}>{t(x[stateOf(k)])}</Badge>},
		{key: 'expires', title: t(x.expires), cell: (k) => k.revoked_at ? '–' : <Time at={k.expires_at} />},
		{key: 'used', title: t(x.used), cell: (k) => <Time at={k.last_used_at} />},
		{key: 'made', title: t(x.created), cell: (k) => <Time at={k.created_at} />},
		{key: 'by', title: t(x.by), cell: (k) => k.created_by},
		{key: 'actions', title: t(common.actions), align: 'end', cell: (k) => !k.revoked_at &&
			<Button size="small" kind="quiet" aria-label={t(x.revokeOf, {name: k.name})}
				onClick={() => setOpen(k)}>{t(x.revoke)}</Button>},
	];
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={<Button kind="primary"
			onClick={() => setOpen('make')}>{t(x.make)}</Button>} />
		<ListTable caption={t(x.title)} columns={columns} rowKey={(k) => k.id} list={list}
			empty={<Empty title={t(x.empty)}>{t(x.emptyText)}</Empty>} />
		{open === 'make' && <MakeDialog owner={owner} onClose={() => setOpen(undefined)}
			onDone={list.reload} />}
		{open && open !== 'make' && <Confirm title={t(x.revokeOf, {name: open.name})}
			confirm={t(x.revoke)} onClose={() => setOpen(undefined)} onConfirm={async () => {
				await tokens.revoke(owner, open.id);
				list.reload();
				toast(t(x.isRevoked));
			}}><p>{t(x.revokeText)}</p></Confirm>}
	</>;
}

export default function Tokens() {
	const {t} = useI18n();
	const scope = useScope();
	const admin = useAdmin(scope);
	if (scope.kind === 'service')
		return null;
	return admin ? <TokenList key={scope.id} owner={scope} /> :
		<><PageHead title={t(x.title)} /><Empty title={t(common.denied)} /></>;
}
