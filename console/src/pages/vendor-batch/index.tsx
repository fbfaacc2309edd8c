// One batch as its vendor sees it.
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, Card, Facts, Id, PageHead, Time} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {Table, type Column} from '../../ui/table';
import {texts as x} from '../../vendor/texts';

type Reel = Schemas['Reel'];

export default function VendorBatchPage() {
	const {t, num} = useI18n();
	const {vendor = '', bid = ''} = useRoute().params;
	const loaded = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}/batches/{bid}',
		{params: {path: {vendor, bid}}, signal})), [vendor, bid]);
	const b = loaded.value;
	const back = {href: `/console/v/${vendor}/batches`, label: t(x.batches)};
	const columns: Column<Reel>[] = [
		{key: 'reel', title: t(x.reel), main: true, cell: (r) => r.reel},
		{key: 'devices', title: t(x.devices), align: 'end', cell: (r) => num(r.devices)},
		{key: 'form', title: t(x.form), cell: (r) => r.form},
		{key: 'published', title: t(x.publishedAt), cell: (r) => <Time at={r.published_at} exact />},
		{key: 'hash', title: t(x.hash), cell: (r) => <Id text={r.manifest_sha256} short={16} copy />},
	];
	if (!b)
		return <><PageHead title={bid} back={back} />
			{loaded.problem ? <ErrorBox problem={loaded.problem} retry={loaded.reload} /> : <Loading />}</>;
	return <div class="stack">
		<PageHead title={b.batch} back={back} sub={<Badge tone={b.bound ? 'good' : 'quiet'}>
			{t(b.bound ? x.bound : x.unbound)}</Badge>} actions={b.open &&
			<LinkButton kind="primary" href={`/console/v/${vendor}/labels?batch=${b.batch}`}>{t(x.printLabel)}</LinkButton>} />
		<Notice>{t(b.open ? x.virtual : x.labelByFab)}</Notice>
		<Card><Facts rows={[[t(x.devices), num(b.devices)], [t(x.who), t(b.open ? x.whoOpen : x.whoCode)],
			[t(x.publishedAt), <Time at={b.published_at} exact />]]} /></Card>
		<Card title={t(x.reels)} flush>
			<Table caption={t(x.reels)} columns={columns} rowKey={(r) => r.reel} rows={b.reels} /></Card>
	</div>;
}
