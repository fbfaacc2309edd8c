// The batches that a vendor published.
import {useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useList, useSettled} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, PageHead, Time} from '../../ui/bits';
import {SelectField, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {texts as x} from '../../vendor/texts';

type Batch = Schemas['VendorBatch'];
type State = 'bound' | 'unbound' | 'open';

export default function VendorBatches() {
	const {t, num} = useI18n();
	const vendor = useRoute().params['vendor'] ?? '';
	const [search, setSearch] = useState('');
	const [state, setState] = useState<State | ''>('');
	const q = useSettled(search.trim());
	const list = useList((cursor, signal) => take(api.GET('/api/v1/vendors/{vendor}/batches',
		{params: {path: {vendor}, query: {limit: 200, ...cursor && {cursor}, ...q && {q},
			...state && {state}}}, signal})), [vendor, q, state]);
	const columns: Column<Batch>[] = [
		{key: 'batch', title: t(x.batch), main: true, cell: (b) =>
			<a href={`/console/v/${vendor}/batches/${b.batch}`}>{b.batch}</a>},
		{key: 'state', title: t(x.state), cell: (b) =>
			<Badge tone={b.bound ? 'good' : 'quiet'}>{t(b.bound ? x.bound : x.unbound)}</Badge>},
		{key: 'who', title: t(x.who), cell: (b) => t(b.open ? x.byId : x.byLabel)},
		{key: 'devices', title: t(x.devices), align: 'end', cell: (b) => num(b.devices)},
		{key: 'published', title: t(x.publishedAt), cell: (b) => <Time at={b.published_at} />},
	];
	return <>
		<PageHead title={t(x.batches)} sub={t(x.batchesSub)} />
		<div class="toolbar" role="search">
			<TextField label={t(common.search)} type="search" optional value={search} onValue={setSearch}
				maxlength={64} />
			<SelectField label={t(x.state)} value={state} onValue={(v) => setState(v as State | '')}
				choices={[{value: '', label: t(common.all)}, {value: 'bound', label: t(x.bound)},
					{value: 'unbound', label: t(x.unbound)}, {value: 'open', label: t(x.openBatches)}]} />
		</div>
		<ListTable caption={t(x.batches)} columns={columns} rowKey={(b) => b.batch} list={list}
			empty={q || state ? <Empty title={t(x.noMatch)} /> :
				<Empty title={t(x.noBatches)}>{t(x.noBatchesText)}</Empty>} />
	</>;
}
