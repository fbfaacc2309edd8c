// The vendors of the service.
import {useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useList, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {texts as x} from '../../service/texts';
import {PageHead, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';

type Vendor = Schemas['Vendor'];

const slugOf = (name: string) => name.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
	.replace(/[^a-z0-9]+/g, '-').slice(0, 64).replace(/^-+|-+$/g, '');

function AddVendor({onClose, onDone}: {onClose: () => void; onDone: (v: Vendor) => void}) {
	const {t} = useI18n();
	const [name, setName] = useState('');
	const [slug, setSlug] = useState('');
	const keyOf = useOnce();
	const save = useAction(async () => {
		const body = {name, slug};
		onDone(await take(api.POST('/api/v1/vendors', {params: {header: keyOf(body)}, body})));
	});
	return <Dialog title={t(x.add)} onClose={onClose}>
		<Form action={save} submit={t(common.add)} onSubmit={() => void save.run()}>
			<TextField label={t(x.name)} maxlength={128} value={name} onValue={(v) => {
				if (slug === slugOf(name))
					setSlug(slugOf(v));
				setName(v);
			}} />
			<TextField label={t(x.slug)} hint={t(x.slugHint)} pattern="[a-z0-9][a-z0-9\-]{0,62}[a-z0-9]"
				maxlength={64} value={slug} onValue={setSlug} />
		</Form>
	</Dialog>;
}

export default function Service() {
	const {t} = useI18n();
	const {route} = useLocation();
	const [adding, setAdding] = useState(false);
	const list = useList((cursor, signal) => take(api.GET('/api/v1/vendors',
		{params: {query: {limit: 100, ...cursor && {cursor}}}, signal})), []);
	const columns: Column<Vendor>[] = [
		{key: 'name', title: t(x.name), main: true, cell: (v) =>
			<a href={`/console/service/vendors/${v.id}`}>{v.name}</a>},
		{key: 'slug', title: t(x.slug), cell: (v) => <code>{v.slug}</code>},
		{key: 'made', title: t(x.made), cell: (v) => <Time at={v.created_at} />},
	];
	return <>
		<PageHead title={t(x.vendors)} sub={t(x.vendorsSub)} actions={
			<Button kind="primary" onClick={() => setAdding(true)}>{t(x.add)}</Button>} />
		<ListTable caption={t(x.vendors)} columns={columns} rowKey={(v) => v.id} list={list}
			empty={<Empty title={t(x.empty)}>{t(x.emptyText)}</Empty>} />
		{adding && <AddVendor onClose={() => setAdding(false)}
			onDone={(v) => route(`/console/service/vendors/${v.id}`)} />}
	</>;
}
