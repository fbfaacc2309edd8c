// The circuit breaker of a cloud: whether it is asked, why not, and since when.
import './style.css';
import {useEffect, useState} from 'preact/hooks';
import {api, once, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Notice} from '../../ui/state';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';

type Cloud = Schemas['Cloud'];

export function BreakerBadge({breaker}: {breaker: Schemas['Breaker']}) {
	const {t} = useI18n();
	switch (breaker.state) {
	case 'closed':
		return <Badge tone="good">{t(x.breakerClosed)}</Badge>;
	case 'open':
		return <Badge tone="bad">{t(x.breakerOpen)}</Badge>;
	case 'trying':
		return <Badge tone="busy">{t(x.breakerTrying)}</Badge>;
	}
}

// Seconds until then, counted down.
function useLeft(until: string | null): number {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (!until)
			return;
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, [until]);
	return until ? Math.max(0, Math.ceil((Date.parse(until) - now) / 1000)) : 0;
}

// Only while there is something to say: a cloud that answers needs no words.
export function BreakerNotice({account, cloud, admin, onCloud}: {account: string; cloud: Cloud;
		admin: boolean; onCloud: (c: Cloud) => void}) {
	const {t, duration} = useI18n();
	const toast = useToast();
	const {breaker} = cloud;
	const left = useLeft(breaker.until);
	const resume = useAction(async () => {
		onCloud(await take(api.POST('/api/v1/accounts/{account}/clouds/{cloud}/resume',
			{params: {path: {account, cloud: cloud.id}, header: once()}})));
		toast(t(x.triesNow));
	});
	if (breaker.state === 'closed')
		return null;
	return <>
		<Notice kind={breaker.state === 'open' ? 'bad' : 'warn'}>
			<div class="breaker">
				<p><strong>{t(breaker.state === 'open' ? x.breakerIsOpen : x.breakerIsTrying)}</strong></p>
				{breaker.why && <p>{t(x.breakerWhy, {words: breaker.why})}</p>}
			</div>
			{admin && <Button busy={resume.busy} onClick={() => void resume.run()}>{t(x.tryNow)}</Button>}
		</Notice>
		{/* Not in the notice, which is read out whenever it changes. */}
		<p class="faint breaker-next">{t(x.since)}: <Time at={breaker.since} />
			{breaker.state === 'open' && <> · {left > 0 ? t(x.nextTryIn, {time: duration(left)}) :
				t(x.nextTryNow)}</>}</p>
		<ErrorBox problem={resume.problem} />
	</>;
}
