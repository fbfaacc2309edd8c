// One product cloud: whether it answers, what is in it, what works on it, how
// it is set up.
import './style.css';
import {useEffect, useRef, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, PageHead} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {Check} from '../../ui/form';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {BreakerBadge, BreakerNotice} from '../clouds/breaker';
import {kindKey, useKinds, useKindWords, type CloudKind} from '../clouds/kind';
import {texts as x} from '../clouds/texts';
import {About, Quotas, Secrets, Settings} from './about';
import {Audit} from './audit';
import {ChangeName, ChangeQuotas, ChangeSettings, ReplaceSecrets} from './change';
import {GateSetup} from './gate';
import {CloudTest} from './test';
import {Batches, Jobs, useCloudJobs} from './work';

type Cloud = Schemas['Cloud'];
type Open = 'name' | 'settings' | 'secrets' | 'quotas' | 'remove';
const poll_ms = 5000;
const news_ms = 1000;

function Actions({account, cloud, isDefault, onOpen, onDefault}: {account: string; cloud: Cloud;
		isDefault: boolean; onOpen: (o: Open) => void; onDefault: () => void}) {
	const {t} = useI18n();
	return <>
		<LinkButton href={`/console/a/${account}/batches?cloud=${cloud.id}`}>{t(x.batches)}</LinkButton>
		{!isDefault && <Button onClick={onDefault}>{t(x.makeDefault)}</Button>}
		<Button onClick={() => onOpen('name')}>{t(x.change)}</Button>
		<Button kind="danger" onClick={() => onOpen('remove')}>{t(common.remove)}</Button>
	</>;
}

function Remove({account, cloud, onClose, onGone}: {account: string; cloud: Cloud; onClose: () => void;
		onGone: () => void}) {
	const {t} = useI18n();
	const [force, setForce] = useState(false);
	return <Confirm title={t(x.removeOf, {name: cloud.name})} confirm={t(common.remove)} onClose={onClose}
		onConfirm={async () => {
			await take(api.DELETE('/api/v1/accounts/{account}/clouds/{cloud}',
				{params: {path: {account, cloud: cloud.id}, query: force ? {force: 1} : {}}}));
			onGone();
		}}>
		{cloud.batches > 0 && <><Notice kind="warn">{t(x.stays, {n: cloud.batches})}</Notice>
			<Check label={t(x.force)} hint={t(x.forceHint)} checked={force} onChecked={setForce} /></>}
		<p>{t(x.removeText)}</p>
	</Confirm>;
}

function Dialogs({open, kind, ...props}: {open: Exclude<Open, 'remove'>; kind: CloudKind | undefined;
		account: string; cloud: Cloud; onClose: () => void; onDone: (c: Cloud) => void}) {
	if (open === 'name')
		return <ChangeName {...props} />;
	if (!kind)
		return null;
	return open === 'settings' ? <ChangeSettings kind={kind} {...props} /> :
		open === 'secrets' ? <ReplaceSecrets kind={kind} {...props} /> :
			<ChangeQuotas kind={kind} {...props} />;
}

// The cloud, again when something may have changed that no event tells.
function useCloud(account: string, id: string) {
	const cloud = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/clouds/{cloud}',
		{params: {path: {account, cloud: id}}, signal})), [account, id]);
	const timer = useRef<ReturnType<typeof setTimeout>>();
	const soon = () => {
		timer.current ??= setTimeout(() => {
			timer.current = undefined;
			cloud.reload();
		}, news_ms);
	};
	// Until the gate has asked for the first time, which ends its setup; and
	// until a cloud that is away answers again.
	const waits = cloud.value?.type === 'gate' ? !cloud.value.feed_seen_at :
		!!cloud.value && cloud.value.breaker.state !== 'closed';
	useEffect(() => {
		if (!waits)
			return;
		const every = setInterval(cloud.reload, poll_ms);
		return () => clearInterval(every);
	}, [waits, cloud.reload]);
	useEffect(() => () => clearTimeout(timer.current), []);
	return {cloud, soon};
}

function Shown({account, cloud, kind, admin, round, soon, onOpen}: {account: string; cloud: Cloud;
		kind: CloudKind | undefined; admin: boolean; round: number; soon: () => void;
		onOpen: (o: Open) => void}) {
	const jobs = useCloudJobs(account, cloud.id, soon);
	const asked = cloud.type !== 'gate';
	const generic = asked && cloud.type !== 'interop' ? kind : undefined;
	const open = (o: Open) => admin ? () => onOpen(o) : undefined;
	return <div class="cloud-page">
		<div class="stack">
			{cloud.type === 'gate' && admin && <GateSetup account={account} cloud={cloud} />}
			<Jobs account={account} cloud={cloud.name} jobs={jobs} admin={admin} onJob={jobs.onJob} />
			{kind?.can_list && <Audit account={account} cloud={cloud.id} name={cloud.name} admin={admin}
				latest={jobs.value?.find((j) => j.kind === 'audit')} onJob={jobs.onJob} />}
			{jobs.value && <Batches account={account} cloud={cloud} jobs={jobs.value} />}
		</div>
		<div class="stack">
			{asked && admin && <CloudTest key={round} account={account} cloud={cloud.id} onEnd={soon} />}
			<About cloud={cloud} kind={kind} />
			{generic && <Settings cloud={cloud} kind={generic} onChange={open('settings')} />}
			{generic && admin && <Secrets cloud={cloud} kind={generic} onChange={() => onOpen('secrets')} />}
			{asked && kind && <Quotas cloud={cloud} kind={kind} onChange={open('quotas')} />}
		</div>
	</div>;
}

function useDefault(account: string, id: string) {
	const {t} = useI18n();
	const toast = useToast();
	const settings = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}',
		{params: {path: {account}}, signal})), [account]);
	const preset = useAction(async () => {
		settings.set(await take(api.PATCH('/api/v1/accounts/{account}',
			{params: {path: {account}}, body: {default_cloud: id}})));
		toast(t(x.saved));
	});
	return {isDefault: settings.value?.default_cloud === id, preset};
}

export default function CloudPage() {
	const {t} = useI18n();
	const {route} = useLocation();
	const {account = '', cloud: id = ''} = useRoute().params;
	const admin = mayIn(useMe(), account, 'administrator');
	const toast = useToast();
	const words = useKindWords();
	const [open, setOpen] = useState<Open>();
	const [changes, setChanges] = useState(0); // a test before the last one tells nothing
	const {cloud, soon} = useCloud(account, id);
	const kinds = useKinds(account);
	const {isDefault, preset} = useDefault(account, id);
	const c = cloud.value;
	const kind = kinds.value?.find((k) => k.type === c?.type);
	const list = `/console/a/${account}/clouds`;
	const back = {href: list, label: t(x.title)};
	const close = () => setOpen(undefined);
	if (!c)
		return <><PageHead title={t(x.title)} back={back} />
			{cloud.problem ? <ErrorBox problem={cloud.problem} retry={cloud.reload} /> : <Loading />}</>;
	return <div class="stack">
		<PageHead title={c.name} back={back} sub={<span class="row">{words.about(kindKey(c))}
			{c.type !== 'gate' && <BreakerBadge breaker={c.breaker} />}
			{isDefault && <Badge tone="good">{t(x.isDefault)}</Badge>}</span>}
			actions={admin && <Actions account={account} cloud={c} isDefault={isDefault} onOpen={setOpen}
				onDefault={() => void preset.run()} />} />
		<ErrorBox problem={preset.problem ?? kinds.problem} />
		<BreakerNotice account={account} cloud={c} admin={admin} onCloud={cloud.set} />
		<Shown account={account} cloud={c} kind={kind} admin={admin} round={changes} soon={soon}
			onOpen={setOpen} />
		{open === 'remove' && <Remove account={account} cloud={c} onClose={close} onGone={() => route(list)} />}
		{open && open !== 'remove' && <Dialogs open={open} kind={kind} account={account} cloud={c}
			onClose={close} onDone={(next) => {
				cloud.set(next);
				setChanges(changes + 1);
				close();
				toast(t(open === 'secrets' ? x.replaced : x.saved));
			}} />}
	</div>;
}
