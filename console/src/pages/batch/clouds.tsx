// Where a batch is: one card for each cloud, how far it is there, what failed,
// and the way to another cloud or out of this one.
import {JobButtons} from '../../jobs/buttons';
import {Failures} from '../../jobs/findings';
import {JobCounts, JobProgress, JobState, kindText, unfinished, type Job} from '../../jobs/job';
import {texts as j} from '../../jobs/texts';
import type {Schemas} from '../../api/client';
import {useI18n} from '../../i18n';
import {Badge, Card, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Empty, Notice} from '../../ui/state';
import {Table} from '../../ui/table';
import type {CloudKind} from '../clouds/kind';
import {texts as x} from './texts';

export type Where = Schemas['BatchCloud'];
type Cloud = Schemas['Cloud'];

// What is asked of a cloud that the batch is in.
export interface CloudDeed {
	verb: 'move' | 'remove';
	cloud: string;
}

interface OfCloud {
	account: string;
	id: string;
	cloud: Cloud | undefined; // gone since
	kind: CloudKind | undefined;
	clouds: ReadonlyMap<string, Cloud>;
	where: Where | undefined; // what it is to know, if anything
	jobs: readonly Job[]; // newest first
	admin: boolean;
	onJob: (job: Job) => void;
	onDeed: (d: CloudDeed) => void;
}

const counts = (job: Job) => job.created + job.changed + job.removed + job.same + job.conflicts > 0;

function Work({account, job, admin, name, clouds, onJob}: {account: string; job: Job; admin: boolean;
		name: string; clouds: ReadonlyMap<string, Cloud>; onJob: (j: Job) => void}) {
	const {t} = useI18n();
	return <>
		<div class="row"><h3>{t(kindText(job))}</h3><JobState job={job} /></div>
		<JobProgress job={job} cloud={name} />
		{unfinished(job) && job.breaker.state !== 'closed' && <Notice kind="warn">{t(j.cloudAway)}
			<LinkButton size="small" href={`/console/a/${account}/clouds/${job.cloud}`}>{t(j.toCloud)}
			</LinkButton></Notice>}
		{unfinished(job) && job.then_cloud && <p>{t(j.thenLeaves,
			{cloud: clouds.get(job.then_cloud)?.name ?? t(x.deletedCloud)})}</p>}
		{counts(job) && <JobCounts job={job} />}
		{job.failed > 0 && <Failures account={account} job={job} />}
		{admin && <JobButtons account={account} job={job} onJob={onJob} />}
	</>;
}

function Earlier({jobs}: {jobs: readonly Job[]}) {
	const {t, num} = useI18n();
	return <details class="earlier"><summary>{t(x.earlier, {n: jobs.length})}</summary>
		<Table caption={t(x.earlier, {n: jobs.length})} rows={jobs} rowKey={(job) => job.id} columns={[
			{key: 'begun', title: t(j.begun), main: true, cell: (job) =>
				<Time at={job.started_at ?? job.created_at} exact />},
			{key: 'kind', title: t(j.job), cell: (job) => t(kindText(job))},
			{key: 'state', title: t(j.state), cell: (job) => <JobState job={job} />},
			{key: 'done', title: t(x.result), align: 'end', cell: (job) => `${num(job.done)} / ${num(job.total)}`},
		]} />
	</details>;
}

// Whether the devices are welcome there, whatever job is under way.
function WantedBadge({where, latest}: {where: Where | undefined; latest: Job | undefined}) {
	const {t} = useI18n();
	if (!where)
		return <Badge>{t(x.notIn)}</Badge>;
	if (where.wanted === 'remove')
		return <Badge tone="warn">{t(x.leaving)}</Badge>;
	return latest && unfinished(latest) && latest.kind === 'provision' ?
		<Badge tone="busy">{t(x.coming)}</Badge> : <Badge tone="good">{t(x.isIn)}</Badge>;
}

// The last one for the whole batch, and changes since that are not over or did
// not go well.
function worthShowing(jobs: readonly Job[]): Job[] {
	const last = jobs.findIndex((job) => job.kind === 'provision' || job.kind === 'remove');
	const sync = jobs.slice(0, last < 0 ? jobs.length : last).find((job) => job.kind === 'sync' &&
		(unfinished(job) || job.failed > 0));
	return [jobs[last], sync].filter((job) => job !== undefined);
}

function OneCloud({account, id, cloud, kind, clouds, where, jobs, admin, onJob, onDeed}: OfCloud) {
	const {t} = useI18n();
	const name = cloud?.name ?? t(x.deletedCloud);
	const shown = worthShowing(jobs);
	const rest = jobs.filter((job) => !shown.includes(job));
	const may = admin && cloud && where?.wanted === 'admit' && kind?.can_remove;
	return <Card title={name} actions={<WantedBadge where={where} latest={shown[0]} />}>
		{shown.map((job) => <Work key={job.id} account={account} job={job} admin={admin} name={name}
			clouds={clouds} onJob={onJob} />)}
		{shown.length === 0 && where && <p class="faint">{t(x.since)}: <Time at={where.since} /></p>}
		{may && <div class="row cloud-deeds">
			<Button size="small" onClick={() => onDeed({verb: 'move', cloud: id})}>{t(x.move)}</Button>
			<Button size="small" kind="danger" onClick={() => onDeed({verb: 'remove', cloud: id})}>
				{t(x.removeFrom)}</Button></div>}
		{admin && where?.wanted === 'admit' && kind && !kind.can_remove &&
			<p class="faint">{t(x.cannotRemove)}</p>}
		{rest.length > 0 && <Earlier jobs={rest} />}
	</Card>;
}

export function BatchClouds({account, where, jobs, clouds, kinds, admin, onJob, onDeed}: {account: string;
		where: readonly Where[]; jobs: readonly Job[]; clouds: ReadonlyMap<string, Cloud>;
		kinds: readonly CloudKind[]; admin: boolean; onJob: (j: Job) => void; onDeed: (d: CloudDeed) => void}) {
	const {t} = useI18n();
	const byCloud = new Map<string, Job[]>(where.map((w) => [w.cloud, []]));
	for (const job of jobs)
		byCloud.set(job.cloud, [...byCloud.get(job.cloud) ?? [], job]);
	if (byCloud.size === 0)
		return <Card title={t(x.jobs)}><Empty title={t(x.noJobs)}>{admin && t(x.noJobsText)}</Empty></Card>;
	return <>{[...byCloud].map(([id, all]) => {
		const cloud = clouds.get(id);
		return <OneCloud key={id} account={account} id={id} cloud={cloud} clouds={clouds} jobs={all} admin={admin}
			kind={kinds.find((k) => k.type === cloud?.type)} where={where.find((w) => w.cloud === id)}
			onJob={onJob} onDeed={onDeed} />;
	})}</>;
}
