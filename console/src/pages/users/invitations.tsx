// Invitations that nobody has accepted yet.
import {useState} from 'preact/hooks';
import type {Schemas} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n} from '../../i18n';
import {people, type Owner} from '../../people/scope';
import {Card, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {ListTable, type Column} from '../../ui/table';
import {common, roles} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';

type Invitation = Schemas['Invitation'];

export function Invitations({owner}: {owner: Owner}) {
	const {t} = useI18n();
	const toast = useToast();
	const [asked, setAsked] = useState<Invitation>();
	const list = useList((cursor, signal) => people.invitations(owner, cursor, signal),
		[owner.kind, owner.id]);
	const columns: Column<Invitation>[] = [
		{key: 'email', title: t(common.email), main: true, cell: (i) => i.email},
		{key: 'role', title: t(common.role), cell: (i) => t(roles[i.role])},
		{key: 'by', title: t(x.by), cell: (i) => i.created_by},
		{key: 'expires', title: t(x.expires), cell: (i) => <Time at={i.expires_at} exact />},
		{key: 'actions', title: t(common.actions), align: 'end', cell: (i) =>
			<Button size="small" kind="quiet" aria-label={t(x.withdrawOf, {email: i.email})}
				onClick={() => setAsked(i)}>{t(x.withdraw)}</Button>},
	];
	return <Card title={t(x.invitations)} flush={list.items.length > 0}>
		<ListTable caption={t(x.invitations)} columns={columns} rowKey={(i) => i.id} list={list}
			empty={<p class="faint">{t(x.noInvitations)}</p>} />
		{asked && <Confirm title={t(x.withdrawOf, {email: asked.email})} confirm={t(x.withdraw)}
			onClose={() => setAsked(undefined)} onConfirm={async () => {
				await people.uninvite(owner, asked.id);
				list.reload();
				toast(t(x.withdrawn));
			}}><p>{t(x.withdrawText)}</p></Confirm>}
	</Card>;
}
