// The claim vouchers of an account: what each may do and what came by it.
import {useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, Num, PageHead, Time, type Tone} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {Empty, ErrorBox} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {useRefs} from '../batches/actions';
import {MakeClaim} from './make';
import {texts as x} from './texts';

type Voucher = Schemas['ClaimVoucher'];

const states: Record<Voucher['state'], readonly [Tone, Text]> = {
	active: ['good', x.stateActive], expired: ['quiet', x.stateExpired],
	revoked: ['quiet', x.stateRevoked], full: ['warn', x.stateFull]};

export default function Claims() {
	const {t, num} = useI18n();
	const account = useRoute().params['account'] ?? '';
	const toast = useToast();
	const admin = mayIn(useMe(), account, 'administrator');
	const [open, setOpen] = useState<'make' | Voucher>();
	const refs = useRefs(account);
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/claim-vouchers',
		{params: {path: {account}, query: {limit: 100, ...cursor && {cursor}}}, signal})), [account]);
	const nameOf = (id: string) => refs.value?.products.find((p) => p.id === id)?.name ?? '–';
	const columns: Column<Voucher>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (v) => v.name},
		{key: 'product', title: t(x.product), cell: (v) => nameOf(v.product)},
		{key: 'batches', title: t(x.onlyBatches), cell: (v) => v.batches.length > 0 ?
			v.batches.join(', ') : t(x.anyBatch)},
		{key: 'bound', title: t(x.bound), align: 'end', cell: (v) =>
			t(x.ofMax, {n: num(v.bound), max: num(v.max_devices)})},
		{key: 'provisioned', title: t(x.provisioned), align: 'end', cell: (v) => <Num n={v.provisioned} />},
		{key: 'active', title: t(x.active), align: 'end', cell: (v) => <Num n={v.active} />},
		{key: 'state', title: t(x.state), cell: (v) =>
			<Badge tone={states[v.state][0]}>{t(states[v.state][1])}</Badge>},
		{key: 'expires', title: t(x.expires), cell: (v) => <Time at={v.expires_at} />},
	];
	if (admin)
		columns.push({key: 'actions', title: t(common.actions), align: 'end', cell: (v) => v.state !== 'revoked' &&
			<Button size="small" kind="quiet" aria-label={t(x.revokeOf, {name: v.name})}
				onClick={() => setOpen(v)}>{t(x.revoke)}</Button>});
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={admin && <Button kind="primary"
			disabled={!refs.value?.products.length} onClick={() => setOpen('make')}>{t(x.make)}</Button>} />
		<ErrorBox problem={refs.problem} retry={refs.reload} />
		<ListTable caption={t(x.title)} columns={columns} rowKey={(v) => v.id} list={list}
			empty={<Empty title={t(x.empty)}>{admin && t(x.emptyText)}</Empty>} />
		{open === 'make' && refs.value && <MakeClaim account={account} refs={refs.value}
			onClose={() => setOpen(undefined)} onDone={list.reload} />}
		{open && open !== 'make' && <Confirm title={t(x.revokeOf, {name: open.name})}
			confirm={t(x.revoke)} onClose={() => setOpen(undefined)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/accounts/{account}/claim-vouchers/{voucher}',
					{params: {path: {account, voucher: open.id}}}));
				list.reload();
				toast(t(x.isRevoked));
			}}><p>{t(x.revokeText)}</p></Confirm>}
	</>;
}
