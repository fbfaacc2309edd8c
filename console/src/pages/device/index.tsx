// One device: its certificate explained, where it belongs, what happened to it.
import './style.css';
import {useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, Card, Facts, Id, PageHead, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Loading} from '../../ui/state';
import {useRefs} from '../batches/actions';
import {CloudStates} from '../devices/clouds';
import {Certificates} from '../cas/certificates';
import {texts as x} from '../devices/texts';
import {Details, Explained} from './explain';
import {Chain, Pem} from './pem';
import {Quarantine} from './quarantine';
import {Scrap} from './scrap';

type Device = Schemas['Device'];
type Event = Schemas['DeviceEvent'];

const events: Record<Event['event'], Text> = {'issued': x.eIssued, 'published': x.ePublished,
	'bound': x.eBound, 'provisioned': x.eProvisioned, 'failed': x.eFailed, 'first-seen': x.eFirst,
	'last-seen': x.eLast, 'claimed': x.eClaimed, 'voucher-asked': x.eVoucherAsked,
	'voucher-issued': x.eVoucherIssued, 'voucher-status': x.eVoucherStatus, 'enrolled': x.eEnrolled,
	'renewed': x.eRenewed, 'enroll-status': x.eEnrollStatus, 'certificate-revoked': x.eCertificateRevoked,
	'certificate-reactivated': x.eCertificateReactivated, 'quarantined': x.eQuarantined,
	'released': x.eReleased, 'scrapped': x.eScrapped, 'birth-revoked': x.eBirthRevoked, 'birth-reactivated': x.eBirthReactivated};
const bad: ReadonlySet<Event['event']> = new Set(['failed', 'certificate-revoked', 'quarantined',
	'scrapped', 'birth-revoked']);

function Timeline({all}: {all: readonly Event[]}) {
	const {t} = useI18n();
	return <Card title={t(x.timeline)}><ol class="timeline">{all.map((e, i) =>
		<li key={i} class={bad.has(e.event) ? 'timeline-bad' : ''}>
			{t(events[e.event], {name: e.name ?? t(x.removedCloud), detail: e.detail ?? ''})}
			<span class="timeline-when">{e.at ? <Time at={e.at} exact /> : t(x.noTime)}</span>
		</li>)}</ol></Card>;
}

function About({account, device: d}: {account: string; device: Device}) {
	const {t} = useI18n();
	return <Card title={t(x.about)}><Facts rows={[
		[t(x.chip), <Id text={d.chip_id} copy />],
		[t(x.product), d.product ?? <span class="faint">–</span>],
		[t(x.batch), <a href={`/console/a/${account}/batches/${encodeURIComponent(d.batch)}`}>{d.batch}</a>],
		[t(x.reel), d.reel],
		[t(x.firstSeen), <Time at={d.first_seen_at} />],
		[t(x.lastSeen), <Time at={d.last_seen_at} />],
		[t(x.fingerprint), <Id text={d.fingerprint} copy />]]} /></Card>;
}

function InClouds({account, device: d}: {account: string; device: Device}) {
	const refs = useRefs(account);
	return <CloudStates account={account} clouds={d.clouds}
		names={new Map(refs.value?.clouds.map((c) => [c.id, c.name]))} />;
}

export default function DevicePage() {
	const {t} = useI18n();
	const {account = '', fingerprint = ''} = useRoute().params;
	const device = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/devices/{fingerprint}',
		{params: {path: {account, fingerprint}}, signal})), [account, fingerprint]);
	const admin = mayIn(useMe(), account, 'administrator');
	const [asking, setAsking] = useState<'quarantine' | 'scrap'>();
	const back = {href: `/console/a/${account}/devices`, label: t(x.title)};
	const d = device.value;
	if (!d)
		return <><PageHead title={t(x.device)} back={back} />
			{device.problem ? <ErrorBox problem={device.problem} retry={device.reload} /> : <Loading lines={8} />}</>;
	const out = d.state === 'quarantined';
	return <div class="stack">
		<PageHead title={d.chip_id} back={back} sub={<span class="row">{d.product}
			{out && <Badge tone="warn">{t(x.stateQuarantined)}</Badge>}
			{d.state === 'scrapped' && <Badge tone="bad">{t(x.stateScrapped)}</Badge>}
			{d.state === 'revoked' && <Badge tone="bad">{t(x.stateRevoked)}</Badge>}</span>}
			actions={admin && d.state !== 'revoked' && d.state !== 'scrapped' && <>
				<Button kind="quiet" onClick={() => setAsking('quarantine')}>
					{t(out ? x.release : x.quarantine)}</Button>
				<Button kind="quiet" onClick={() => setAsking('scrap')}>{t(x.scrap)}</Button></>} />
		<div class="device-page">
			<div class="stack"><Explained device={d} />
				<Card title={t(x.ownCertificates)}><Certificates key={d.state} account={account}
					admin={admin} device={d.fingerprint} /></Card>
				<Details device={d} /><Pem device={d} /></div>
			<div class="stack"><About account={account} device={d} />
				<InClouds account={account} device={d} /><Timeline all={d.timeline} />
				<Chain device={d} /></div>
		</div>
		{asking === 'quarantine' && <Quarantine account={account} device={d}
			onClose={() => setAsking(undefined)} onDone={device.reload} />}
		{asking === 'scrap' && <Scrap account={account} device={d}
			onClose={() => setAsking(undefined)} onDone={device.reload} />}
	</div>;
}
