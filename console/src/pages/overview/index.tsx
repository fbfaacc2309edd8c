// The overview of an account: what happened, what needs attention, the last
// days in pictures; the first steps while there is nothing yet.
import './style.css';
import {useEffect, useRef, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {accountEvents, useLive} from '../../live';
import {mayIn, roleIn, useMe} from '../../session';
import {Card, Num, PageHead} from '../../ui/bits';
import {Empty, ErrorBox, Loading} from '../../ui/state';
import {AttentionList} from './attention';
import {Charts, type Range} from './charts';
import {FirstSteps} from './first';
import {texts as x} from './texts';

const refresh_ms = 30000;
const hint_ms = 3000;

const figures: readonly [keyof Schemas['OverviewCounts'], Text][] = [
	['batches_bound', x.batchesBound],
	['devices_bound', x.devicesBound],
	['devices_provisioned', x.devicesProvisioned],
	['devices_first_seen', x.devicesSeen],
	['devices_failed', x.devicesFailed],
];

function Since({counts}: {counts: Schemas['OverviewCounts']}) {
	const {t} = useI18n();
	return <Card title={t(x.since)} actions={<span class="faint">{t(x.sinceHint)}</span>}>
		<dl class="figures">{figures.map(([key, text]) =>
			<div key={key} class={key === 'devices_failed' && counts[key] > 0 ? 'figure figure-warn' : 'figure'}>
				<dt>{t(text)}</dt><dd><Num n={counts[key]} /></dd></div>)}</dl>
	</Card>;
}

// Again when an event hints at news, gathered for a moment, and now and then.
function useFresh(account: string, reload: () => void) {
	const timer = useRef<ReturnType<typeof setTimeout>>();
	const soon = () => {
		timer.current ??= setTimeout(() => {
			timer.current = undefined;
			reload();
		}, hint_ms);
	};
	useLive(account ? accountEvents(account) : undefined, {job: soon, batch: soon, refresh: soon});
	useEffect(() => {
		const every = setInterval(() => {
			if (!document.hidden)
				reload();
		}, refresh_ms);
		return () => {
			clearInterval(every);
			clearTimeout(timer.current);
			timer.current = undefined;
		};
	}, [reload]);
}

function Desk({account}: {account: string}) {
	const {t} = useI18n();
	const admin = mayIn(useMe(), account, 'administrator');
	const [range, setRange] = useState<Range>('30');
	const overview = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/overview',
		{params: {path: {account}, query: {days: Number(range)}}, signal})), [account, range]);
	useFresh(account, overview.reload);
	const v = overview.value;
	if (!v)
		return <><PageHead title={t(x.title)} />{overview.problem ?
			<ErrorBox problem={overview.problem} retry={overview.reload} /> : <Loading lines={8} />}</>;
	const {batches, devices, provisioned, seen} = v;
	return <div class="stack">
		<PageHead title={t(x.title)} sub={batches > 0 && t(x.totals, {batches, devices, provisioned, seen})} />
		<ErrorBox problem={overview.problem} retry={overview.reload} />
		{batches === 0 && (admin ? <FirstSteps account={account} /> :
			<Card><Empty title={t(x.emptyTitle)}>{t(x.emptyText)}</Empty></Card>)}
		{batches > 0 && <Since counts={v.since} />}
		{(batches > 0 || v.attention.length > 0) && <AttentionList account={account} all={v.attention} />}
		{batches > 0 && <Charts days={v.days} range={range} onRange={setRange} />}
	</div>;
}

export default function Overview() {
	const {route} = useLocation();
	const me = useMe();
	const account = useRoute().params['account'] ?? '';
	const operator = roleIn(me, 'account', account) === 'operator';
	// An operator's home is the list of what he bound.
	useEffect(() => {
		if (operator)
			route(`/console/a/${account}/batches`, true);
	}, [operator, account]);
	return operator ? <Loading /> : <Desk account={account} />;
}
