// Testing a product cloud: the courier asks it, and what it found is told.
import {useState} from 'preact/hooks';
import {api, once, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {ended, useFollowed, type Job} from '../../jobs/job';
import {Badge, Card, Facts} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {texts as x} from '../clouds/texts';

type Check = Schemas['JobCheck'];

function Verdict({check}: {check: Check | undefined}) {
	const {t} = useI18n();
	if (!check)
		return <span class="faint">–</span>;
	return <span class="row"><Badge tone={check.ok ? 'good' : 'bad'}>
		{t(check.ok ? common.yes : common.no)}</Badge>{check.detail}</span>;
}

const known: Record<string, Text> = {info: x.testInfo, reach: x.testInfo, auth: x.testAuth};

// Each kind of cloud has checks of its own; they are named as it names them.
function checksOf(job: Job): [string, Check][] {
	return Object.entries((job.result ?? {}) as Record<string, Check>);
}

export function CloudTest({account, cloud, onEnd}: {account: string; cloud: string; onEnd: () => void}) {
	const {t} = useI18n();
	const [job, setJob] = useState<Job>();
	const start = useAction(async () => {
		setJob(undefined);
		setJob(await take(api.POST('/api/v1/accounts/{account}/clouds/{cloud}/test',
			{params: {path: {account, cloud}, header: once()}})));
	});
	useFollowed(account, job, (next) => {
		setJob(next);
		if (ended(next))
			onEnd();
	});
	const done = job && ended(job);
	const checks = job ? checksOf(job) : [];
	const good = done && job.state === 'done' && checks.every(([, c]) => c.ok);
	return <Card title={t(x.testResult)} actions={<Button busy={start.busy || !!job && !done}
		onClick={() => void start.run()}>{t(x.test)}</Button>}>
		<ErrorBox problem={start.problem} />
		{job && !done && <Notice>{t(x.testing)}</Notice>}
		{done && <Notice kind={good ? 'good' : 'bad'}>{t(good ? x.testGood : x.testBad)}
			{!good && checks.length === 0 && job.last_error ? ` ${job.last_error}` : ''}</Notice>}
		{done && checks.length > 0 && <Facts rows={checks.map(([name, check]) =>
			[known[name] ? t(known[name]) : name.replace(/[_-]/g, ' '), <Verdict check={check} />])} />}
	</Card>;
}
