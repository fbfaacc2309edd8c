// What can be done with a job: pause, go on, try again, cancel.
import {useState} from 'preact/hooks';
import {api, once, take} from '../api/client';
import {useAction} from '../hooks';
import {useI18n} from '../i18n';
import {Button} from '../ui/button';
import {Confirm} from '../ui/dialog';
import {ErrorBox} from '../ui/state';
import {useToast} from '../ui/toast';
import {unfinished, type Job} from './job';
import {texts as x} from './texts';

type Deed = 'pause' | 'resume' | 'retry' | 'cancel';

function ask(account: string, job: string, deed: Deed): Promise<Job> {
	const params = {path: {account, job}, header: once()};
	switch (deed) {
	case 'pause':
		return take(api.POST('/api/v1/accounts/{account}/jobs/{job}/pause', {params}));
	case 'resume':
		return take(api.POST('/api/v1/accounts/{account}/jobs/{job}/resume', {params}));
	case 'retry':
		return take(api.POST('/api/v1/accounts/{account}/jobs/{job}/retry', {params}));
	case 'cancel':
		return take(api.POST('/api/v1/accounts/{account}/jobs/{job}/cancel', {params}));
	}
}

const said = {pause: x.isPaused, resume: x.isResumed, retry: x.retried};

export function JobButtons({account, job, onJob, small}: {account: string; job: Job;
		onJob: (j: Job) => void; small?: boolean}) {
	const {t} = useI18n();
	const toast = useToast();
	const [asking, setAsking] = useState(false);
	const doing = useAction(async (deed: keyof typeof said) => {
		onJob(await ask(account, job.id, deed));
		toast(t(said[deed]));
	});
	const button = (deed: keyof typeof said, text: string, primary = false) =>
		<Button busy={doing.busy} onClick={() => void doing.run(deed)} {...small && {size: 'small' as const}}
			{...primary && {kind: 'primary' as const}}>{text}</Button>;
	const again = job.kind !== 'plan' && job.kind !== 'audit';
	return <>
		<ErrorBox problem={doing.problem} />
		<div class="row">
			{(job.state === 'failed' || job.state === 'waiting') && again && button('retry', t(x.retry))}
			{job.state === 'done' && job.failed > 0 && again &&
				button('retry', t(x.retryFailed, {n: job.failed}), true)}
			{job.state === 'paused' && button('resume', t(x.resume), true)}
			{unfinished(job) && job.state !== 'paused' && button('pause', t(x.pause))}
			{unfinished(job) && <Button kind="danger" {...small && {size: 'small' as const}}
				onClick={() => setAsking(true)}>{t(x.cancel)}</Button>}
		</div>
		{asking && <Confirm title={t(x.cancelTitle)} confirm={t(x.cancel)} onClose={() => setAsking(false)}
			onConfirm={async () => onJob(await ask(account, job.id, 'cancel'))}><p>{t(x.cancelText)}</p></Confirm>}
	</>;
}
