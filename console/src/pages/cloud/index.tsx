// One product cloud: what it is, whether it answers, how its gate is set up.
import {useEffect, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, Card, Copy, Facts, Id, PageHead, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Confirm, Dialog} from '../../ui/dialog';
import {AreaField, Form, TextField} from '../../ui/form';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {kindAbout, kindName, kindOf} from '../clouds/kind';
import {texts as x} from '../clouds/texts';
import {CloudTest} from './test';

type Cloud = Schemas['Cloud'];
const poll_ms = 5000;

function About({cloud}: {cloud: Cloud}) {
	const {t} = useI18n();
	const rows: [string, preact.ComponentChildren][] = [[t(x.kind), t(kindName[kindOf(cloud)])]];
	if (cloud.url)
		rows.push([t(x.url), <Id text={cloud.url} copy />]);
	if (cloud.audience)
		rows.push([t(x.audience), <code>{cloud.audience}</code>]);
	if (cloud.username)
		rows.push([t(x.username), cloud.username]);
	if (cloud.type === 'interop')
		rows.push([t(x.caOwn), t(cloud.private_ca ? x.caPrivate : x.caSystem)]);
	if (cloud.chunk)
		rows.push([t(x.chunk), cloud.chunk]);
	if (cloud.key_url)
		rows.push([t(x.key), <Id text={cloud.key_url} copy />]);
	if (cloud.jwks_url)
		rows.push([t(x.jwks), <Id text={cloud.jwks_url} copy />]);
	if (cloud.feed_url)
		rows.push([t(x.feed), <Id text={cloud.feed_url} copy />]);
	if (cloud.type === 'gate')
		rows.push([t(x.feedSeen), <Time at={cloud.feed_seen_at ?? null} />]);
	rows.push([t(x.added), <Time at={cloud.created_at} exact />]);
	return <Card title={t(x.facts)}><Facts rows={rows} /></Card>;
}

function GateSetup({account, cloud}: {account: string; cloud: Cloud}) {
	const {t} = useI18n();
	const conf = [
		`service    = ${location.origin}`,
		`account    = ${account}`,
		`cloud      = ${cloud.id}`,
		'token_file = /etc/birthmark/gate-token',
		'dir        = /var/lib/birthmark-gate',
		'listen     = 127.0.0.1:8446', ''].join('\n');
	return <Card title={t(x.gateSetup)}>
		{cloud.feed_seen_at ? <Notice kind="good">{t(x.feedSeen)}: <Time at={cloud.feed_seen_at} /></Notice> :
			<Notice kind="warn">{t(x.feedSilent)}</Notice>}
		<p>1. {t(x.gateStep1)}</p>
		<p><LinkButton size="small" href={`/console/a/${account}/tokens`}>{t(x.toTokens)}</LinkButton></p>
		<p>2. {t(x.gateStep2)}</p>
		<pre class="code" tabIndex={0}>{conf}</pre>
		<p><Copy text={conf} /></p>
		<p>3. {t(x.gateStep3)}</p>
		<pre class="code" tabIndex={0}>birthmark gate --config /etc/birthmark/gate.conf</pre>
	</Card>;
}

function Change({account, cloud, onClose, onDone}: {account: string; cloud: Cloud;
		onClose: () => void; onDone: (c: Cloud) => void}) {
	const {t} = useI18n();
	const [name, setName] = useState(cloud.name);
	const [username, setUsername] = useState(cloud.username ?? '');
	const [password, setPassword] = useState('');
	const [ca, setCa] = useState('');
	const body: Schemas['CloudChange'] = {...name !== cloud.name && {name},
		...password && {username, password}, ...ca.trim() && {ca_certificate: ca}};
	const save = useAction(async () => {
		onDone(Object.keys(body).length === 0 ? cloud :
			await take(api.PATCH('/api/v1/accounts/{account}/clouds/{cloud}',
				{params: {path: {account, cloud: cloud.id}}, body})));
	});
	return <Dialog title={t(x.changeOf, {name: cloud.name})} onClose={onClose}>
		<Form action={save} submit={t(common.save)} onSubmit={() => void save.run()}>
			<TextField label={t(x.name)} maxlength={128} value={name} onValue={setName} />
			{kindOf(cloud) === 'other' && <>
				<TextField label={t(x.username)} autocomplete="off" maxlength={128} value={username}
					onValue={setUsername} />
				<TextField label={t(x.newPassword)} hint={t(x.newPasswordHint)} type="password"
					optional={username === (cloud.username ?? '')}
					autocomplete="new-password" maxlength={256} value={password} onValue={setPassword} />
			</>}
			{cloud.type === 'interop' && <AreaField label={t(x.privateCa)} hint={t(x.privateCaHint)}
				optional value={ca} onValue={setCa} />}
		</Form>
	</Dialog>;
}

function Actions({account, cloud, isDefault, onOpen, onDefault}: {account: string; cloud: Cloud;
		isDefault: boolean; onOpen: (o: 'change' | 'remove') => void; onDefault: () => void}) {
	const {t} = useI18n();
	return <>
		<LinkButton href={`/console/a/${account}/batches?cloud=${cloud.id}`}>{t(x.batches)}</LinkButton>
		{!isDefault && <Button onClick={onDefault}>{t(x.makeDefault)}</Button>}
		<Button onClick={() => onOpen('change')}>{t(x.change)}</Button>
		<Button kind="danger" onClick={() => onOpen('remove')}>{t(common.remove)}</Button>
	</>;
}

export default function CloudPage() {
	const {t} = useI18n();
	const {route} = useLocation();
	const {account = '', cloud: id = ''} = useRoute().params;
	const admin = mayIn(useMe(), account, 'administrator');
	const toast = useToast();
	const [open, setOpen] = useState<'change' | 'remove'>();
	const [changes, setChanges] = useState(0); // a test before the last one tells nothing
	const path = {account, cloud: id};
	const cloud = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/clouds/{cloud}',
		{params: {path}, signal})), [account, id]);
	// Until the gate has asked for the first time, which ends its setup.
	const silent = cloud.value?.type === 'gate' && !cloud.value.feed_seen_at;
	useEffect(() => {
		if (!silent)
			return;
		const timer = setInterval(cloud.reload, poll_ms);
		return () => clearInterval(timer);
	}, [silent, cloud.reload]);
	const settings = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}',
		{params: {path: {account}}, signal})), [account]);
	const preset = useAction(async () => {
		settings.set(await take(api.PATCH('/api/v1/accounts/{account}',
			{params: {path: {account}}, body: {default_cloud: id}})));
		toast(t(x.saved));
	});
	const c = cloud.value;
	const list = `/console/a/${account}/clouds`;
	const isDefault = settings.value?.default_cloud === id;
	const back = {href: list, label: t(x.title)};
	if (!c)
		return <><PageHead title={t(x.title)} back={back} />
			{cloud.problem ? <ErrorBox problem={cloud.problem} retry={cloud.reload} /> : <Loading />}</>;
	return <div class="stack">
		<PageHead title={c.name} back={back} sub={<span class="row">{t(kindAbout[kindOf(c)])}
			{isDefault && <Badge tone="good">{t(x.isDefault)}</Badge>}</span>}
			actions={admin && <Actions account={account} cloud={c} isDefault={isDefault} onOpen={setOpen}
				onDefault={() => void preset.run()} />} />
		<ErrorBox problem={preset.problem} />
		<div class="columns">
			<About cloud={c} />
			{c.type === 'interop' && admin && <CloudTest key={changes} account={account} cloud={id} />}
			{c.type === 'gate' && admin && <GateSetup account={account} cloud={c} />}
		</div>
		{open === 'change' && <Change account={account} cloud={c} onClose={() => setOpen(undefined)}
			onDone={(next) => {
				cloud.set(next);
				setChanges(changes + 1);
				setOpen(undefined);
				toast(t(x.saved));
			}} />}
		{open === 'remove' && <Confirm title={t(x.removeOf, {name: c.name})} confirm={t(common.remove)}
			onClose={() => setOpen(undefined)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/accounts/{account}/clouds/{cloud}', {params: {path}}));
				route(list);
			}}><p>{t(x.removeText)}</p></Confirm>}
	</div>;
}
