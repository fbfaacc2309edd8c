// The product clouds of an account, and what happens when a reel is bound.
import './style.css';
import {useEffect, useRef, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useList, useLoad, type Listed} from '../../hooks';
import {useI18n} from '../../i18n';
import {accountEvents, useLive} from '../../live';
import {mayIn, useMe} from '../../session';
import {Badge, Card, Num, PageHead, Progress, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Check, SelectField} from '../../ui/form';
import {Empty, ErrorBox} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {useToast} from '../../ui/toast';
import {AddCloud} from './add';
import {BreakerBadge} from './breaker';
import {kindKey, useKindWords} from './kind';
import {texts as x} from './texts';

type Cloud = Schemas['Cloud'];

function OnBind({account, settings, clouds, onChange}: {account: string;
		settings: Schemas['Account']; clouds: readonly Cloud[];
		onChange: (a: Schemas['Account']) => void}) {
	const {t} = useI18n();
	const toast = useToast();
	const save = useAction(async (body: Schemas['AccountChange']) => {
		onChange(await take(api.PATCH('/api/v1/accounts/{account}',
			{params: {path: {account}}, body})));
		toast(t(x.saved));
	});
	return <Card title={t(x.onBind)}>
		<div class="columns">
			<SelectField label={t(x.defaultCloud)} value={settings.default_cloud ?? ''} disabled={save.busy}
				choices={[{value: '', label: t(x.noDefault)},
					...clouds.map((c) => ({value: c.id, label: c.name}))]}
				onValue={(v) => void save.run({default_cloud: v || null})} />
			<Check label={t(x.auto)} hint={t(x.autoHint)} checked={settings.auto_provision}
				disabled={save.busy} onChecked={(v) => void save.run({auto_provision: v})} />
		</div>
		<ErrorBox problem={save.problem} />
	</Card>;
}

// What its open jobs have still to do.
function Work({cloud}: {cloud: Cloud}) {
	const {t, percent} = useI18n();
	const {jobs, total, done} = cloud.work;
	if (jobs === 0)
		return <span class="faint">{t(x.noWork)}</span>;
	return <span class="cloud-work">
		<span>{t(x.jobsOpen, {n: jobs})}{total > 0 && ` · ${percent(done, total)}`}</span>
		<Progress label={t(x.workOf, {cloud: cloud.name})} value={done} max={total} />
	</span>;
}

const refresh_ms = 3000;

// Again when a job tells of news, gathered for a moment; the list is short.
function useNews(account: string, list: Listed<Cloud>) {
	const timer = useRef<ReturnType<typeof setTimeout>>();
	const soon = () => {
		timer.current ??= setTimeout(() => {
			timer.current = undefined;
			void take(api.GET('/api/v1/accounts/{account}/clouds',
				{params: {path: {account}, query: {limit: 100}}})).then((page) => {
				const news = new Map(page.items.map((c) => [c.id, c]));
				list.change((all) => all.map((c) => news.get(c.id) ?? c));
			}, () => undefined);
		}, refresh_ms);
	};
	useEffect(() => () => clearTimeout(timer.current), []);
	useLive(accountEvents(account), {job: soon, refresh: soon});
}

export default function Clouds() {
	const {t} = useI18n();
	const words = useKindWords();
	const {route} = useLocation();
	const account = useRoute().params['account'] ?? '';
	const admin = mayIn(useMe(), account, 'administrator');
	const [adding, setAdding] = useState(false);
	const settings = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}',
		{params: {path: {account}}, signal})), [account]);
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/clouds',
		{params: {path: {account}, query: {limit: 100, ...cursor && {cursor}}}, signal})), [account]);
	useNews(account, list);
	const columns: Column<Cloud>[] = [
		{key: 'name', title: t(x.name), main: true, cell: (c) => <span class="row">
			<a href={`/console/a/${account}/clouds/${c.id}`}>{c.name}</a>
			{settings.value?.default_cloud === c.id && <Badge tone="good">{t(x.isDefault)}</Badge>}</span>},
		{key: 'kind', title: t(x.kind), cell: (c) => words.name(kindKey(c))},
		{key: 'state', title: t(x.state), cell: (c) => c.type === 'gate' ?
			<span>{t(x.feedSeen)}: <Time at={c.feed_seen_at ?? null} /></span> :
			<BreakerBadge breaker={c.breaker} />},
		{key: 'batches', title: t(x.batchesIn), align: 'end', cell: (c) => <Num n={c.batches} />},
		{key: 'work', title: t(x.work), cell: (c) => <Work cloud={c} />},
	];
	return <div class="stack">
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={admin &&
			<Button kind="primary" onClick={() => setAdding(true)}>{t(x.add)}</Button>} />
		<div><ListTable caption={t(x.title)} columns={columns} rowKey={(c) => c.id} list={list}
			empty={<Card><Empty title={t(x.empty)}>{admin && t(x.emptyText)}</Empty></Card>} /></div>
		{admin && settings.value && list.items.length > 0 && <OnBind account={account}
			settings={settings.value} clouds={list.items} onChange={settings.set} />}
		<ErrorBox problem={settings.problem} retry={settings.reload} />
		{adding && <AddCloud account={account} onClose={() => setAdding(false)}
			onDone={(c) => route(`/console/a/${account}/clouds/${c.id}`)} />}
	</div>;
}
