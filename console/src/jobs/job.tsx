// A job in words and figures: what it does, how far it is, what came of it.
import './style.css';
import {useEffect, useState} from 'preact/hooks';
import {api, take, type Schemas} from '../api/client';
import {useI18n, type Text} from '../i18n';
import {Badge, Progress, Time, type Tone} from '../ui/bits';
import {texts as x} from './texts';

export type Job = Schemas['Job'];

const tones: Record<Job['state'], Tone> = {queued: 'busy', running: 'busy', waiting: 'warn',
	paused: 'quiet', done: 'good', failed: 'bad', cancelled: 'quiet'};

export const ended = (j: Job) => j.state === 'done' || j.state === 'failed' || j.state === 'cancelled';
export const unfinished = (j: Job) => !ended(j);

export const kindText = (j: Job): Text => x[j.kind];

// The newest state of each job wins, whichever way it came.
export function merge(jobs: readonly Job[], news: Job): Job[] {
	return jobs.some((j) => j.id === news.id) ? jobs.map((j) => j.id === news.id ? news : j) :
		[news, ...jobs];
}

export function JobState({job}: {job: Job}) {
	const {t} = useI18n();
	return <Badge tone={job.state === 'done' && job.failed > 0 ? 'warn' : tones[job.state]}>
		{t(x[job.state])}</Badge>;
}

const poll_ms = 700;

// Asks for one job again until it has ended.
export function useFollowed(account: string, job: Job | undefined, onJob: (j: Job) => void): void {
	const [round, setRound] = useState(0);
	useEffect(() => {
		if (!job || ended(job))
			return;
		const abort = new AbortController();
		const timer = setTimeout(() => {
			take(api.GET('/api/v1/accounts/{account}/jobs/{job}',
				{params: {path: {account, job: job.id}}, signal: abort.signal}))
				.then((j) => {
					if (!abort.signal.aborted)
						onJob(j);
				}, () => {
					if (!abort.signal.aborted)
						setRound((n) => n + 1);
				});
		}, poll_ms);
		return () => {
			abort.abort();
			clearTimeout(timer);
		};
	}, [account, job, round]);
}

export function JobProgress({job, cloud}: {job: Job; cloud: string}) {
	const {t, num, duration, percent} = useI18n();
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
			{unfinished(job) && job.state !== 'paused' && job.seconds_left !== null &&
				<span>{t(x.left, {time: duration(job.seconds_left)})}</span>}
			{job.state === 'waiting' && job.next_try_at &&
				<span>{t(x.nextTry)}: <Time at={job.next_try_at} /></span>}
			<span class="faint">{job.finished_at ? <>{t(x.ended)}: <Time at={job.finished_at} /></> :
				<>{t(x.begun)}: <Time at={job.started_at ?? job.created_at} /></>}</span>
		</div>
		{job.last_error && job.state !== 'done' &&
			<p class="job-error">{t(x.saidCloud, {words: job.last_error})}</p>}
	</>;
}

type Count = readonly [Text, number, ('warn' | 'bad')?];

// What came of it, or of a plan what would; conflicts are among the failures.
function countsOf(j: Job): readonly Count[] {
	const conflicts: Count = [x.conflicts, j.conflicts, 'warn'];
	const refused: Count = [x.refused, j.failed - j.conflicts, 'bad'];
	switch (j.kind) {
	case 'plan':
		return j.plan_of === 'remove' ? [[x.toRemove, j.removed], [x.staySame, j.same], conflicts] :
			[[x.toCreate, j.created], [x.toChange, j.changed], [x.toRemove, j.removed],
				[x.staySame, j.same], conflicts];
	case 'audit':
		return [[x.match, j.same], [x.missing, j.created, 'bad'], [x.different, j.changed, 'warn'],
			[x.strangers, j.removed, 'warn'], conflicts];
	case 'remove':
		return [[x.removed, j.removed], [x.same, j.same], conflicts, refused];
	default:
		return [[x.created, j.created], [x.changed, j.changed], [x.removed, j.removed], [x.same, j.same],
			conflicts, refused];
	}
}

// A plan and an audit tell their zeros too: they are what one looks for.
export function JobCounts({job}: {job: Job}) {
	const {t, num} = useI18n();
	const all = job.kind === 'plan' || job.kind === 'audit';
	return <dl class="counts">{countsOf(job).filter(([, n]) => all || n > 0).map(([text, n, tone]) =>
		<div key={text.en} class={`count${n === 0 ? ' count-zero' : tone ? ` count-${tone}` : ''}`}>
			<dt>{t(text)}</dt><dd>{num(n)}</dd></div>)}</dl>;
}
