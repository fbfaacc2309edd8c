// The jobs of a batch, one card for each cloud: how far, how fast, what failed.
import {useState} from 'preact/hooks';
import {api, once, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, Card, Progress, Time, type Tone} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {Empty, ErrorBox} from '../../ui/state';
import {Table} from '../../ui/table';
import {useToast} from '../../ui/toast';
import {Failures} from './failures';
import {texts as x} from './texts';

export type Job = Schemas['Job'];

const tones: Record<Job['state'], Tone> = {queued: 'busy', running: 'busy', waiting: 'warn',
	done: 'good', failed: 'bad', cancelled: 'quiet'};
export const unfinished = (j: Job) =>
	j.state === 'queued' || j.state === 'running' || j.state === 'waiting';

function JobState({job}: {job: Job}) {
	const {t} = useI18n();
	return <Badge tone={job.state === 'done' && job.failed > 0 ? 'warn' : tones[job.state]}>
		{t(x[job.state])}</Badge>;
}

interface OfJob {
	account: string;
	job: Job;
	admin: boolean;
	onJob: (j: Job) => void;
}

function Buttons({account, job, onJob}: OfJob) {
	const {t} = useI18n();
	const toast = useToast();
	const [asking, setAsking] = useState(false);
	const params = {path: {account, job: job.id}};
	const retry = useAction(async () => {
		onJob(await take(api.POST('/api/v1/accounts/{account}/jobs/{job}/retry',
			{params: {...params, header: once()}})));
		toast(t(x.retried));
	});
	const again = job.state === 'failed' || job.state === 'waiting';
	return <>
		<ErrorBox problem={retry.problem} />
		<div class="row">
			{again && <Button busy={retry.busy} onClick={() => void retry.run()}>{t(x.retry)}</Button>}
			{job.state === 'done' && job.failed > 0 && <Button kind="primary" busy={retry.busy}
				onClick={() => void retry.run()}>{t(x.retryFailed, {n: job.failed})}</Button>}
			{unfinished(job) && <Button kind="danger" onClick={() => setAsking(true)}>{t(x.cancel)}</Button>}
		</div>
		{asking && <Confirm title={t(x.cancelTitle)} confirm={t(x.cancel)} onClose={() => setAsking(false)}
			onConfirm={async () => onJob(await take(api.POST('/api/v1/accounts/{account}/jobs/{job}/cancel',
				{params: {...params, header: once()}})))}><p>{t(x.cancelText)}</p></Confirm>}
	</>;
}

function Latest({account, job, admin, onJob, cloud}: OfJob & {cloud: string}) {
	const {t, num, duration, percent} = useI18n();
	const [open, setOpen] = useState(false);
	const passed = job.done + job.failed;
	return <>
		<Progress value={passed} max={job.total} label={t(x.progressOf, {cloud})}
			tone={job.failed > 0 ? 'warn' : job.state === 'failed' ? 'bad' :
				job.state === 'done' ? 'good' : 'busy'} />
		<div class="row job-figures">
			<strong>{t(x.progress, {done: job.done, total: job.total})}</strong>
			{unfinished(job) && <span>{percent(passed, job.total)}</span>}
			{job.state === 'running' && job.rate_per_s > 0 &&
				<span>{t(x.rate, {rate: num(job.rate_per_s, job.rate_per_s < 10 ? 1 : 0)})}</span>}
			{unfinished(job) && job.seconds_left !== null &&
				<span>{t(x.left, {time: duration(job.seconds_left)})}</span>}
			{job.state === 'waiting' && job.next_try_at &&
				<span>{t(x.nextTry)}: <Time at={job.next_try_at} /></span>}
			<span class="faint">{job.finished_at ? <>{t(x.ended)}: <Time at={job.finished_at} /></> :
				<>{t(x.begun)}: <Time at={job.started_at ?? job.created_at} /></>}</span>
		</div>
		{job.last_error && job.state !== 'done' &&
			<p class="job-error">{t(x.saidCloud, {words: job.last_error})}</p>}
		{job.failed > 0 && <div class="stack">
			<div class="row"><strong>{t(x.failures, {n: job.failed})}</strong>
				<Button size="small" kind="quiet" aria-expanded={open}
					onClick={() => setOpen(!open)}>{t(x.showFailures)}</Button></div>
			{open && <Failures account={account} job={job.id} count={job.failed} />}
		</div>}
		{admin && <Buttons account={account} job={job} admin={admin} onJob={onJob} />}
	</>;
}

function Earlier({jobs}: {jobs: readonly Job[]}) {
	const {t, num} = useI18n();
	return <details class="earlier"><summary>{t(x.earlier, {n: jobs.length})}</summary>
		<Table caption={t(x.earlier, {n: jobs.length})} rows={jobs} rowKey={(j) => j.id} columns={[
			{key: 'begun', title: t(x.begun), main: true, cell: (j) => <Time at={j.started_at ?? j.created_at} exact />},
			{key: 'state', title: t(x.job), cell: (j) => <JobState job={j} />},
			{key: 'done', title: t(x.result), align: 'end', cell: (j) => `${num(j.done)} / ${num(j.total)}`},
		]} />
	</details>;
}

export function Jobs({account, jobs, clouds, admin, onJob}: {account: string; jobs: readonly Job[];
		clouds: ReadonlyMap<string, string>; admin: boolean; onJob: (j: Job) => void}) {
	const {t} = useI18n();
	const byCloud = new Map<string, Job[]>();
	for (const j of jobs)
		byCloud.set(j.cloud, [...byCloud.get(j.cloud) ?? [], j]);
	if (jobs.length === 0)
		return <Card title={t(x.jobs)}><Empty title={t(x.noJobs)}>{admin && t(x.noJobsText)}</Empty></Card>;
	return <>{[...byCloud].map(([id, all]) => {
		const [latest, ...rest] = all;
		const name = clouds.get(id) ?? t(x.deletedCloud);
		return latest && <Card key={id} title={`${t(x.jobs)}: ${name}`} actions={<JobState job={latest} />}>
			<Latest account={account} job={latest} admin={admin} onJob={onJob} cloud={name} />
			{rest.length > 0 && <Earlier jobs={rest} />}
		</Card>;
	})}</>;
}
