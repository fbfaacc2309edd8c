// What needs attention: one sentence for each, and the way to where it is mended.
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {Card} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Empty} from '../../ui/state';
import {texts as x} from './texts';

type Attention = Schemas['Attention'];
type Job = Schemas['Job'];

interface Kind {
	says: Text;
	todo: Text;
	tone: 'bad' | 'warn' | 'info';
	// Below /console/a/ID; a job's is known when it was read.
	to: (a: Attention, job: Job | undefined) => string;
}

const enc = encodeURIComponent;
const batch = (bid: string | null | undefined) => bid ? `/batches/${enc(bid)}` : '/batches';

const kinds: Record<Attention['kind'], Kind> = {
	'claim-alarm': {says: x.claimAlarm, todo: x.claimAlarmDo, tone: 'bad',
		to: (a) => `/audit?target=${enc(a.target ?? '')}`},
	'job-failed': {says: x.jobFailed, todo: x.jobFailedDo, tone: 'bad',
		to: (_, job) => job?.batch ? batch(job.batch) : '/batches?state=failed'},
	'devices-failed': {says: x.devicesFailedOf, todo: x.devicesFailedDo, tone: 'warn', to: (a) => batch(a.target)},
	'cloud-silent': {says: x.cloudSilent, todo: x.cloudSilentDo, tone: 'bad',
		to: (a) => `/clouds/${a.target ?? ''}`},
	'cloud-open': {says: x.cloudOpen, todo: x.cloudOpenDo, tone: 'bad', to: (a) => `/clouds/${a.target ?? ''}`},
	'devices-conflict': {says: x.devicesConflict, todo: x.devicesConflictDo, tone: 'warn',
		to: (a) => batch(a.target)},
	'job-waiting': {says: x.jobWaiting, todo: x.jobWaitingDo, tone: 'warn',
		to: (_, job) => job ? `/clouds/${job.cloud}` : '/clouds'},
	'token-expiring': {says: x.tokenExpiring, todo: x.tokenExpiringDo, tone: 'warn', to: () => '/tokens'},
	'batches-unprovisioned': {says: x.unprovisioned, todo: x.unprovisionedDo, tone: 'info',
		to: (a) => `/batches?cloud=${enc(a.target ?? '')}&state=bound`},
	'no-cloud': {says: x.noCloud, todo: x.noCloudDo, tone: 'info', to: () => '/batches'},
	'no-product': {says: x.noProduct, todo: x.noProductDo, tone: 'info', to: () => '/batches'},
};

const ofJob = (a: Attention) => a.kind === 'job-failed' || a.kind === 'job-waiting';

function useJobs(account: string, all: readonly Attention[]): ReadonlyMap<string, Job> {
	const ids = all.filter(ofJob).map((a) => a.target ?? '').filter(Boolean);
	const jobs = useLoad(async (signal) => new Map(await Promise.all(ids.map(async (job) =>
		[job, await take(api.GET('/api/v1/accounts/{account}/jobs/{job}',
			{params: {path: {account, job}}, signal}))] as const))), [account, ids.join()]);
	return jobs.value ?? new Map<string, Job>();
}

// Conflicts are among the failures of their batch: once is enough.
function withoutDoubles(all: readonly Attention[]): Attention[] {
	const conflicts = new Map<Attention['target'], number>();
	for (const a of all)
		if (a.kind === 'devices-conflict')
			conflicts.set(a.target, (conflicts.get(a.target) ?? 0) + a.count);
	return all.filter((a) => a.kind !== 'devices-failed' || a.count > (conflicts.get(a.target) ?? 0));
}

export function AttentionList({account, all: told}: {account: string; all: readonly Attention[]}) {
	const {t, ago, date} = useI18n();
	const all = withoutDoubles(told);
	const jobs = useJobs(account, all);
	const when = (a: Attention) => !a.at ? '' : a.kind === 'token-expiring' ? date(a.at) : ago(a.at);
	return <Card title={t(x.attention)}>
		{all.length === 0 && <Empty title={t(x.calm)}>{t(x.calmText)}</Empty>}
		<ul class="attention">{all.map((a) => {
			const kind = kinds[a.kind];
			return <li key={`${a.kind} ${a.target ?? ''}`} class={`attention-${kind.tone}`}>
				<p>{t(kind.says, {n: a.count, name: a.name ?? '', target: a.target ?? '', when: when(a)})}</p>
				<LinkButton size="small" href={`/console/a/${account}${
					kind.to(a, jobs.get(a.target ?? ''))}`}>{t(kind.todo)}</LinkButton>
			</li>;
		})}</ul>
	</Card>;
}
