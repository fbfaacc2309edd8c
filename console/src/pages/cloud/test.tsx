// Testing a product cloud: the courier asks it, and what it found is told.
import {useEffect, useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, Card, Facts} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {texts as x} from '../clouds/texts';

type Job = Schemas['Job'];
const poll_ms = 500;
const finished = (j: Job) => j.state === 'done' || j.state === 'failed' || j.state === 'cancelled';

function Verdict({check}: {check: Schemas['JobCheck'] | undefined}) {
	const {t} = useI18n();
	if (!check)
		return <span class="faint">–</span>;
	return <span class="row"><Badge tone={check.ok ? 'good' : 'bad'}>
		{t(check.ok ? common.yes : common.no)}</Badge>{check.detail}</span>;
}

export function CloudTest({account, cloud}: {account: string; cloud: string}) {
	const {t} = useI18n();
	const [job, setJob] = useState<Job>();
	const start = useAction(async () => {
		setJob(undefined);
		setJob(await take(api.POST('/api/v1/accounts/{account}/clouds/{cloud}/test',
			{params: {path: {account, cloud}}})));
	});
	useEffect(() => {
		if (!job || finished(job))
			return;
		const timer = setTimeout(() => {
			take(api.GET('/api/v1/accounts/{account}/jobs/{job}',
				{params: {path: {account, job: job.id}}}))
				.then(setJob, () => setJob({...job}));
		}, poll_ms);
		return () => clearTimeout(timer);
	}, [job]);
	const done = job && finished(job);
	const good = done && job.state === 'done' && (job.result?.info?.ok ?? true) &&
		(job.result?.auth?.ok ?? true);
	return <Card title={t(x.testResult)} actions={<Button busy={start.busy || !!job && !done}
		onClick={() => void start.run()}>{t(x.test)}</Button>}>
		<ErrorBox problem={start.problem} />
		{job && !done && <Notice>{t(x.testing)}</Notice>}
		{done && <Notice kind={good ? 'good' : 'bad'}>{t(good ? x.testGood : x.testBad)}
			{!good && !job.result && job.last_error ? ` ${job.last_error}` : ''}</Notice>}
		{done && job.result && <Facts rows={[
			[t(x.testInfo), <Verdict check={job.result.info} />],
			[t(x.testAuth), <Verdict check={job.result.auth} />]]} />}
	</Card>;
}
