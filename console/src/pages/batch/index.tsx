// One batch: what it is, how its clouds are coming along, what was done to it.
import '../batches/style.css';
import './style.css';
import {useRef, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {accountEvents, useLive} from '../../live';
import {merge, unfinished, type Job} from '../../jobs/job';
import {mayIn, useMe} from '../../session';
import {Card, Facts, Id, Num, PageHead, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {ErrorBox, Loading} from '../../ui/state';
import {Table} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {DeedDialog, useDeeds, useRefs, type Deed} from '../batches/actions';
import {FailedBadge, StateBadge} from '../batches/cells';
import {minutesLeft, useMinute} from '../batches/mine';
import {CloudDialog} from '../batches/plan';
import {texts as b} from '../batches/texts';
import {useKinds} from '../clouds/kind';
import {BatchClouds, type CloudDeed} from './clouds';
import {History} from './history';
import {texts as x} from './texts';

type Batch = Schemas['Batch'];

const forms: Record<Schemas['Form'], string> = {csv: 'CSV', jsonl: 'JSON Lines', microchip: 'Microchip'};

function About({batch, narrow}: {batch: Batch; narrow: boolean}) {
	const {t} = useI18n();
	const none = <span class="faint">–</span>;
	const desk: [string, preact.ComponentChildren][] = [
		[t(b.provisioned), <span class="row"><Num n={batch.provisioned} /><FailedBadge n={batch.failed} /></span>],
		[t(b.seen), <Num n={batch.seen} />],
		[t(b.cloud), batch.cloud?.name ?? none],
		[t(b.boundFrom), batch.from || none]];
	return <Card title={t(x.facts)}><Facts rows={[
		[t(common.batchId), <Id text={batch.batch} copy />],
		[t(b.product), batch.product?.name ?? none],
		[t(b.vendor), batch.vendor],
		[t(b.devices), <Num n={batch.devices} />],
		[t(b.bound), <Time at={batch.bound_at} exact />],
		[t(b.boundBy), batch.bound_by],
		...narrow ? [] : desk]} /></Card>;
}

function Reels({reels}: {reels: Batch['reels']}) {
	const {t, num} = useI18n();
	return <Card title={t(x.reels)}><Table caption={t(x.reels)} rows={reels} rowKey={(r) => r.reel} columns={[
		{key: 'reel', title: t(x.reel), main: true, cell: (r) => r.reel},
		{key: 'devices', title: t(b.devices), align: 'end', cell: (r) => num(r.devices)},
		{key: 'published', title: t(x.published), cell: (r) => <Time at={r.published_at} />},
		{key: 'form', title: t(x.form), cell: (r) => forms[r.form]},
		{key: 'hash', title: t(x.hash), cell: (r) => <Id text={r.manifest_sha256} short={12} copy />},
	]} /></Card>;
}

// The way back for who bound it himself, while there is one.
function OperatorUndo({account, batch}: {account: string; batch: Batch}) {
	const {t} = useI18n();
	const {route} = useLocation();
	const toast = useToast();
	const [asking, setAsking] = useState(false);
	const left = minutesLeft(batch.bound_at, useMinute());
	if (left === 0)
		return null;
	return <>
		<Button onClick={() => setAsking(true)}>{t(b.undo)}</Button>
		{asking && <Confirm title={t(b.undoOf, {bid: batch.batch})} confirm={t(b.undo)}
			onClose={() => setAsking(false)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/accounts/{account}/batches/{bid}',
					{params: {path: {account, bid: batch.batch}}}));
				toast(t(b.doneUnbind, {n: 1}));
				route(`/console/a/${account}/batches`);
			}}><p>{t(b.undoText)}</p></Confirm>}
	</>;
}

function useBatch(account: string, bid: string, desk: boolean) {
	const path = {account, bid};
	const [round, setRound] = useState(0);
	const batch = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/batches/{bid}',
		{params: {path}, signal})), [account, bid]);
	const jobs = useLoad(async (signal) => desk ? (await take(api.GET('/api/v1/accounts/{account}/jobs',
		{params: {path: {account}, query: {batch: bid, limit: 100}}, signal}))).items : [], [account, bid, desk]);
	const where = useLoad(async (signal) => desk ? (await take(api.GET(
		'/api/v1/accounts/{account}/batches/{bid}/clouds', {params: {path}, signal}))).items : [],
	[account, bid, desk]);
	const latest = useRef<Job[]>([]);
	latest.current = jobs.value ?? [];
	const onJob = (job: Job) => {
		if (job.batch !== bid)
			return;
		const before = latest.current.find((j) => j.id === job.id);
		latest.current = merge(latest.current, job);
		jobs.set(latest.current);
		// What began or ended is in the history too.
		if (!before || unfinished(before) !== unfinished(job)) {
			setRound((n) => n + 1);
			where.reload();
		}
	};
	useLive(desk ? accountEvents(account, bid) : undefined, {
		job: onJob,
		batch: (item) => {
			if (batch.value && item.batch === bid)
				batch.set({...batch.value, ...item});
		},
		refresh() {
			batch.reload();
			jobs.reload();
			where.reload();
		},
	});
	return {batch, jobs, where, onJob, round, next: () => setRound((n) => n + 1)};
}

export default function BatchPage() {
	const {t} = useI18n();
	const {route} = useLocation();
	const {account = '', bid = ''} = useRoute().params;
	const me = useMe();
	const admin = mayIn(me, account, 'administrator');
	const narrow = mayIn(me, account, 'operator');
	const [deed, setDeed] = useState<Deed>();
	const {batch, jobs, where, onJob, round, next} = useBatch(account, bid, !narrow);
	const deeds = useDeeds(setDeed);
	const list = `/console/a/${account}/batches`;
	const back = {href: list, label: t(narrow ? b.mineTitle : b.title)};
	const v = batch.value;
	if (!v)
		return <><PageHead title={bid} back={back} />
			{batch.problem ? <ErrorBox problem={batch.problem} retry={batch.reload} /> : <Loading />}</>;
	return <div class="stack">
		<PageHead title={bid} back={back} sub={narrow ? v.product?.name :
			<span class="row"><StateBadge state={v.state} />{v.product?.name}</span>}
			actions={<>
				{!narrow && <LinkButton href={`/console/a/${account}/devices?batch=${encodeURIComponent(bid)}`}>
					{t(x.toDevices)}</LinkButton>}
				{admin && deeds.map((d, i) => <Button key={d.label} onClick={d.onPick}
					kind={d.danger ? 'danger' : i === 0 ? 'primary' : 'plain'}>{d.label}</Button>)}
				{narrow && <OperatorUndo account={account} batch={v} />}
			</>} />
		<ErrorBox problem={batch.problem} retry={batch.reload} />
		{narrow ? <About batch={v} narrow /> : <div class="batch-page">
			<div class="stack"><CloudsPart account={account} bid={bid} admin={admin} jobs={jobs} where={where} onJob={onJob} />
				<Reels reels={v.reels} /></div>
			<div class="stack"><About batch={v} narrow={false} />
				{mayIn(me, account, 'administrator', 'auditor') &&
					<History account={account} bid={bid} round={round} />}</div>
		</div>}
		{deed && <AdminDeed account={account} batch={v} deed={deed} onClose={() => setDeed(undefined)}
			onGone={() => route(list)} onBatch={(n) => {
				batch.set({...v, ...n});
				jobs.reload();
				where.reload();
				next();
			}} />}
	</div>;
}

function CloudsPart({account, bid, admin, jobs, where, onJob}: {account: string; bid: string;
		admin: boolean; jobs: ReturnType<typeof useBatch>['jobs'];
		where: ReturnType<typeof useBatch>['where']; onJob: (j: Job) => void}) {
	const refs = useRefs(account);
	const kinds = useKinds(account);
	const [deed, setDeed] = useState<CloudDeed>();
	const clouds = new Map(refs.value?.clouds.map((c) => [c.id, c]));
	const failed = [jobs, where, refs, kinds].find((l) => l.problem);
	if (!jobs.value || !where.value || !refs.value || !kinds.value)
		return failed ? <ErrorBox problem={failed.problem} retry={failed.reload} /> : <Loading />;
	return <>
		<BatchClouds account={account} where={where.value} jobs={jobs.value} clouds={clouds}
			kinds={kinds.value} admin={admin} onJob={onJob} onDeed={setDeed} />
		{deed && <CloudDialog account={account} bid={bid} verb={deed.verb} from={deed.cloud}
			clouds={refs.value.clouds} onClose={() => setDeed(undefined)} onDone={onJob} />}
	</>;
}

function AdminDeed({account, batch, deed, onClose, onGone, onBatch}: {account: string; batch: Batch;
		deed: Deed; onClose: () => void; onGone: () => void; onBatch: (b: Schemas['BatchItem']) => void}) {
	const refs = useRefs(account);
	return <DeedDialog deed={deed} account={account} batches={[batch]} refs={refs} onClose={onClose}
		onChanged={(next) => next ? onBatch(next) : onGone()} />;
}
