// The product lines of an account.
import {useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useList, useLoad, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, PageHead, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm, Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';

type Product = Schemas['Product'];
type Open = {kind: 'add'} | {kind: 'rename' | 'remove'; product: Product};

function NameDialog({account, product, onClose, onDone}: {
		account: string; product: Product | undefined; onClose: () => void; onDone: () => void}) {
	const {t} = useI18n();
	const [name, setName] = useState(product?.name ?? '');
	const keyOf = useOnce();
	const save = useAction(async () => {
		if (product)
			await take(api.PATCH('/api/v1/accounts/{account}/products/{product}',
				{params: {path: {account, product: product.id}}, body: {name}}));
		else
			await take(api.POST('/api/v1/accounts/{account}/products',
				{params: {path: {account}, header: keyOf(name)}, body: {name}}));
		onDone();
	});
	return <Dialog title={product ? t(x.renameOf, {name: product.name}) : t(x.add)} onClose={onClose}>
		<Form action={save} submit={t(common.save)} onSubmit={() => void save.run()}>
			<TextField label={t(x.name)} hint={t(x.nameHint)} value={name} onValue={setName}
				maxlength={128} />
		</Form>
	</Dialog>;
}

export default function Products() {
	const {t} = useI18n();
	const account = useRoute().params['account'] ?? '';
	const toast = useToast();
	const admin = mayIn(useMe(), account, 'administrator');
	const [open, setOpen] = useState<Open>();
	const settings = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}',
		{params: {path: {account}}, signal})), [account]);
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/products',
		{params: {path: {account}, query: {limit: 100, ...cursor && {cursor}}}, signal})), [account]);
	const done = (text: string) => {
		setOpen(undefined);
		toast(text);
		list.reload();
	};
	const columns: Column<Product>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (p) => <span class="row"><a href={`/console/a/${account}/products/${p.id}`}>{p.name}</a>
			{settings.value?.default_product === p.id && <Badge>{t(x.isDefault)}</Badge>}</span>},
		{key: 'batches', title: t(x.batches), cell: (p) =>
			<a href={`/console/a/${account}/batches?product=${p.id}`}>{t(x.batches)}</a>},
		{key: 'made', title: t(x.made), cell: (p) => <Time at={p.created_at} />},
	];
	if (admin)
		columns.push({key: 'actions', title: t(common.actions), align: 'end', cell: (p) => <span class="row">
			<Button size="small" kind="quiet" aria-label={t(x.renameOf, {name: p.name})}
				onClick={() => setOpen({kind: 'rename', product: p})}>{t(x.rename)}</Button>
			<Button size="small" kind="quiet" aria-label={t(x.removeOf, {name: p.name})}
				onClick={() => setOpen({kind: 'remove', product: p})}>{t(common.remove)}</Button>
		</span>});
	const addButton = admin &&
		<Button kind="primary" onClick={() => setOpen({kind: 'add'})}>{t(x.add)}</Button>;
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={addButton} />
		<ListTable caption={t(x.title)} columns={columns} rowKey={(p) => p.id} list={list}
			empty={<Empty title={t(x.empty)}>{admin && t(x.emptyText)}</Empty>} />
		{open && open.kind !== 'remove' && <NameDialog account={account}
			product={open.kind === 'rename' ? open.product : undefined}
			onClose={() => setOpen(undefined)} onDone={() => done(t(x.saved))} />}
		{open?.kind === 'remove' && <Confirm title={t(x.removeOf, {name: open.product.name})}
			confirm={t(common.remove)} onClose={() => setOpen(undefined)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/accounts/{account}/products/{product}',
					{params: {path: {account, product: open.product.id}}}));
				done(t(x.removed));
			}}><p>{t(x.removeText)}</p></Confirm>}
	</>;
}
