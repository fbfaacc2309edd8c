// The audit of a cloud: what is there against what should be.
import {api, once, take} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {JobButtons} from '../../jobs/buttons';
import {Findings, type What} from '../../jobs/findings';
import {JobCounts, JobProgress, JobState, unfinished, useFollowed, type Job} from '../../jobs/job';
import {texts as j} from '../../jobs/texts';
import {Card, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Notice} from '../../ui/state';
import {texts as x} from '../clouds/texts';

// Which lists there are.
function kindsIn(job: Job): What[] {
	return ([['missing', job.created], ['different', job.changed], ['stranger', job.removed],
		['conflict', job.conflicts]] as const).filter(([, n]) => n > 0).map(([what]) => what);
}

function Result({account, job}: {account: string; job: Job}) {
	const {t} = useI18n();
	const kinds = kindsIn(job);
	return <>
		<p class="row"><span>{t(x.auditEnded)} <Time at={job.finished_at} exact /></span></p>
		{job.state === 'done' && <Notice kind={kinds.length === 0 ? 'good' : 'warn'}>
			{t(kinds.length === 0 ? x.auditGood : x.auditBad)}</Notice>}
		<JobCounts job={job} />
		{kinds.length > 0 && <><h3>{t(j.found)}</h3>
			<Findings account={account} job={job} kinds={kinds} caption={t(j.found)}
				count={job.created + job.changed + job.removed + job.conflicts} /></>}
	</>;
}

export function Audit({account, cloud, name, latest, admin, onJob}: {account: string; cloud: string;
		name: string; latest: Job | undefined; admin: boolean; onJob: (j: Job) => void}) {
	const {t} = useI18n();
	const start = useAction(async () => onJob(await take(api.POST(
		'/api/v1/accounts/{account}/clouds/{cloud}/audit',
		{params: {path: {account, cloud}, header: once()}}))));
	useFollowed(account, latest, onJob);
	const open = latest && unfinished(latest);
	return <Card title={t(x.audit)} actions={admin && <Button busy={start.busy} disabled={!!open}
		onClick={() => void start.run()}>{t(x.auditStart)}</Button>}>
		<p>{t(x.auditText)}</p>
		<ErrorBox problem={start.problem} />
		{!latest && <p class="faint">{t(x.auditNone)}</p>}
		{open && <>
			<div class="row"><span role="status">{t(x.auditReading)}</span><JobState job={latest} /></div>
			<JobProgress job={latest} cloud={name} />
			{admin && <JobButtons account={account} job={latest} onJob={onJob} small />}
		</>}
		{latest && !open && <>
			{latest.state !== 'done' && <div class="row"><JobState job={latest} />
				{latest.last_error && <span class="job-error">{t(j.saidCloud, {words: latest.last_error})}</span>}</div>}
			<Result account={account} job={latest} />
		</>}
	</Card>;
}
