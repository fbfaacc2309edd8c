// A vendor at a glance: its CAs and its latest manifests.
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, Card, Id, PageHead, Time} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Empty, ErrorBox, Loading} from '../../ui/state';
import {Table, type Column} from '../../ui/table';
import {useUploadColumns} from '../../vendor/parts';
import {texts as x} from '../../vendor/texts';

type Ca = Schemas['VendorCa'];

export function Cas({vendor}: {vendor: string}) {
	const {t, date} = useI18n();
	const list = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}/cas',
		{params: {path: {vendor}}, signal})), [vendor]);
	const columns: Column<Ca>[] = [
		{key: 'subject', title: t(x.subject), main: true, cell: (c) => c.subject},
		{key: 'role', title: t(x.caRole), cell: (c) => <Badge>{t(x[c.role])}</Badge>},
		{key: 'to', title: t(x.validTo), cell: (c) => c.not_after ? date(c.not_after) : t(x.unlimited)},
		{key: 'added', title: t(x.added), cell: (c) => <Time at={c.added_at} />},
		{key: 'fp', title: t(x.fingerprint), cell: (c) => <Id text={c.fingerprint} short={16} copy />},
	];
	return <Card title={t(x.cas)} flush>
		<p class="card-text faint">{t(x.casText)}</p>
		<ErrorBox problem={list.problem} retry={list.reload} />
		{!list.value ? list.loading && <Loading /> : list.value.items.length === 0 ?
			<Empty title={t(x.casEmpty)}>{t(x.casEmptyText)}</Empty> :
			<Table caption={t(x.cas)} columns={columns} rowKey={(c) => c.fingerprint} rows={list.value.items} />}
	</Card>;
}

export default function VendorPage() {
	const {t} = useI18n();
	const vendor = useRoute().params['vendor'] ?? '';
	const detail = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}',
		{params: {path: {vendor}}, signal})), [vendor]);
	const recent = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}/uploads',
		{params: {path: {vendor}, query: {limit: 5}}, signal})), [vendor]);
	const columns = useUploadColumns(vendor);
	return <div class="stack">
		<PageHead title={detail.value?.name ?? t(x.overview)} sub={t(x.overviewSub)}
			actions={<LinkButton kind="primary" href={`/console/v/${vendor}/uploads#new`}>{t(x.publish)}</LinkButton>} />
		<ErrorBox problem={detail.problem} retry={detail.reload} />
		<Card title={t(x.recent)} flush actions={<a href={`/console/v/${vendor}/uploads`}>{t(x.allUploads)}</a>}>
			<ErrorBox problem={recent.problem} retry={recent.reload} />
			{!recent.value ? recent.loading && <Loading /> : recent.value.items.length === 0 ?
				<Empty title={t(x.noUploads)}>{t(x.noUploadsText)}</Empty> :
				<Table caption={t(x.recent)} columns={columns} rowKey={(u) => u.id} rows={recent.value.items} />}
		</Card>
		<Cas vendor={vendor} />
	</div>;
}
