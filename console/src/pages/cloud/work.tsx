// The batches that are in a cloud, and the jobs that work on it.
import {api, take, type Schemas} from '../../api/client';
import {useLoad, type Loaded} from '../../hooks';
import {useI18n} from '../../i18n';
import {accountEvents, useLive} from '../../live';
import {JobButtons} from '../../jobs/buttons';
import {JobProgress, JobState, kindText, merge, unfinished, type Job} from '../../jobs/job';
import {texts as j} from '../../jobs/texts';
import {Card, Num, Time} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {ErrorBox, Loading} from '../../ui/state';
import {Table, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {FailedBadge} from '../batches/cells';
import {texts as x} from '../clouds/texts';

const shown = 10;
const batchPath = (account: string, bid: string) => `/console/a/${account}/batches/${encodeURIComponent(bid)}`;

// Those that were told to this cloud while another one is their own.
function guests(jobs: readonly Job[], known: readonly Schemas['BatchItem'][]): string[] {
	const last = new Map<string, Job>();
	for (const job of jobs)
		if (job.batch && (job.kind === 'provision' || job.kind === 'remove') && !last.has(job.batch))
			last.set(job.batch, job);
	return [...last].filter(([bid, job]) => job.kind === 'provision' && !known.some((b) => b.batch === bid))
		.map(([bid]) => bid);
}

async function batchesOf(account: string, cloud: string, jobs: readonly Job[], signal: AbortSignal) {
	const {items} = await take(api.GET('/api/v1/accounts/{account}/batches',
		{params: {path: {account}, query: {cloud, limit: shown}}, signal}));
	const more = await Promise.allSettled(guests(jobs, items).slice(0, shown - items.length).map((bid) =>
		take(api.GET('/api/v1/accounts/{account}/batches/{bid}', {params: {path: {account, bid}}, signal}))));
	return items.concat(more.flatMap((m) => m.status === 'fulfilled' ? [m.value] : []));
}

export function Batches({account, cloud, jobs}: {account: string; cloud: Schemas['Cloud'];
		jobs: readonly Job[]}) {
	const {t} = useI18n();
	const list = useLoad((signal) => batchesOf(account, cloud.id, jobs, signal),
		[account, cloud.id, cloud.batches]);
	const columns: Column<Schemas['BatchItem']>[] = [
		{key: 'batch', title: t(common.batchId), main: true, cell: (b) =>
			<a href={batchPath(account, b.batch)}>{b.batch}</a>},
		{key: 'devices', title: t(x.devices), align: 'end', cell: (b) => <Num n={b.devices} />},
		{key: 'provisioned', title: t(x.provisioned), align: 'end', cell: (b) => <>
			{b.failed > 0 && <><FailedBadge n={b.failed} /> </>}<Num n={b.provisioned} /></>},
	];
	return <Card title={t(x.batches)} actions={list.value && list.value.length > 0 &&
		<LinkButton size="small" href={`/console/a/${account}/batches?cloud=${cloud.id}`}>{t(x.allBatches)}
		</LinkButton>}>
		{!list.value && !list.problem && <Loading lines={2} />}
		<ErrorBox problem={list.problem} retry={list.reload} />
		{list.value && (list.value.length === 0 ? <p class="faint">{t(x.noBatches)}</p> :
			<Table caption={t(x.batches)} rows={list.value} rowKey={(b) => b.batch} columns={columns} />)}
	</Card>;
}

// The jobs of this cloud, newest first, as they come along.
export function useCloudJobs(account: string, cloud: string, onNews: (j: Job) => void):
		Loaded<Job[]> & {onJob: (j: Job) => void} {
	const jobs = useLoad(async (signal) => (await take(api.GET('/api/v1/accounts/{account}/jobs',
		{params: {path: {account}, query: {cloud, limit: 50}}, signal}))).items, [account, cloud]);
	const onJob = (job: Job) => {
		if (job.cloud !== cloud)
			return;
		jobs.set(merge(jobs.value ?? [], job));
		onNews(job);
	};
	useLive(accountEvents(account), {job: onJob, refresh: jobs.reload});
	return {...jobs, onJob};
}

function Open({account, cloud, job, admin, onJob}: {account: string; cloud: string; job: Job;
		admin: boolean; onJob: (j: Job) => void}) {
	const {t} = useI18n();
	return <div class="stack open-job">
		<div class="row"><h3>{t(kindText(job))}{job.batch && <>: <a href={batchPath(account, job.batch)}>
			{job.batch}</a></>}</h3><JobState job={job} /></div>
		<JobProgress job={job} cloud={cloud} />
		{admin && <JobButtons account={account} job={job} onJob={onJob} small />}
	</div>;
}

export function Jobs({account, cloud, jobs, admin, onJob}: {account: string; cloud: string;
		jobs: Loaded<Job[]>; admin: boolean; onJob: (j: Job) => void}) {
	const {t, num} = useI18n();
	const all = jobs.value?.filter((job) => job.kind !== 'test') ?? [];
	const over = all.filter((job) => !unfinished(job)).slice(0, shown);
	return <Card title={t(x.jobs)}>
		{!jobs.value && !jobs.problem && <Loading lines={2} />}
		<ErrorBox problem={jobs.problem} retry={jobs.reload} />
		{jobs.value && all.length === 0 && <p class="faint">{t(x.noJobs)}</p>}
		{all.filter(unfinished).map((job) => <Open key={job.id} account={account} cloud={cloud} job={job}
			admin={admin} onJob={onJob} />)}
		{over.length > 0 && <Table caption={t(x.jobs)} rows={over} rowKey={(job) => job.id} columns={[
			{key: 'job', title: t(j.job), main: true, cell: (job) => <>{t(kindText(job))}{job.batch &&
				<>: <a href={batchPath(account, job.batch)}>{job.batch}</a></>}</>},
			{key: 'state', title: t(j.state), cell: (job) => <span class="row"><JobState job={job} />
				<FailedBadge n={job.failed} /></span>},
			{key: 'done', title: t(j.taken), align: 'end', cell: (job) => `${num(job.done)} / ${num(job.total)}`},
			{key: 'ended', title: t(j.ended), cell: (job) => <Time at={job.finished_at} />},
		]} />}
	</Card>;
}
