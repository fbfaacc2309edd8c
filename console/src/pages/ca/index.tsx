// One certificate authority: its certificate, where its state is told, what it
// issued; for one that is signed elsewhere, the way out and back in.
import {useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, Card, Copy, Facts, Id, PageHead, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {AreaField, Form} from '../../ui/form';
import {ErrorBox, Loading} from '../../ui/state';
import {useToast} from '../../ui/toast';
import {states} from '../cas';
import {Certificates} from '../cas/certificates';
import {texts as x} from '../cas/texts';
import {Requests} from '../cas/upstream';

type Ca = Schemas['Ca'];

function Pem({title, text}: {title: string; text: string}) {
	return <Card title={title} actions={<Copy text={text} />}>
		<pre class="code pem" tabIndex={0} aria-label={title}>{text}</pre></Card>;
}

function Waiting({account, ca, onDone}: {account: string; ca: Ca; onDone: (c: Ca) => void}) {
	const {t} = useI18n();
	const toast = useToast();
	const [certificate, setCertificate] = useState('');
	const [chain, setChain] = useState('');
	const path = {account, ca: ca.id};
	const csr = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/cas/{ca}/csr',
		{params: {path}, signal})), [account, ca.id]);
	const bring = useAction(async () => {
		onDone(await take(api.PUT('/api/v1/accounts/{account}/cas/{ca}/certificate',
			{params: {path}, body: {certificate, ...chain.trim() && {chain}}})));
		toast(t(x.imported));
	});
	return <>
		<ErrorBox problem={csr.problem} retry={csr.reload} />
		{csr.value && <Pem title={t(x.csr)} text={csr.value.csr} />}
		<Card title={t(x.importIt)}>
			<p>{t(x.csrText)}</p>
			<Form action={bring} submit={t(x.importIt)} onSubmit={() => void bring.run()}>
				<AreaField label={t(x.importCert)} value={certificate} onValue={setCertificate} />
				<AreaField label={t(x.importChain)} optional value={chain} onValue={setChain} />
			</Form>
		</Card>
	</>;
}

function About({account, ca}: {account: string; ca: Ca}) {
	const {t} = useI18n();
	const signer = ca.parent ? <a href={`/console/a/${account}/cas/${ca.parent}`}>{ca.parent}</a> :
		t(ca.kind === 'root' ? x.selfSigned : x.outside);
	return <Card><Facts rows={[
		[t(x.state), <Badge tone={states[ca.state][0]}>{t(states[ca.state][1])}</Badge>],
		[t(x.kind), t(x[ca.kind])],
		[t(x.parent), signer],
		[t(x.commonName), ca.common_name],
		[t(x.organization), ca.organization || '–'],
		[t(x.keyType), ca.key_type],
		...ca.upstream ? [[t(x.address), <code>{ca.upstream.url}</code>] as const] :
			[[t(x.hsm), ca.hsm ?? t(x.inFile)] as const],
		[t(x.until), ca.not_after ? <Time at={ca.not_after} exact /> : '–'],
		[t(x.fingerprint), ca.fingerprint ? <Id text={ca.fingerprint} copy /> : '–'],
		[t(x.crl), ca.crl_url ? <code>{ca.crl_url}</code> : '–'],
		[t(x.ocsp), ca.ocsp_url ? <code>{ca.ocsp_url}</code> : '–']]} /></Card>;
}

export default function CaPage() {
	const {t} = useI18n();
	const toast = useToast();
	const {account = '', ca: id = ''} = useRoute().params;
	const admin = mayIn(useMe(), account, 'administrator');
	const [retiring, setRetiring] = useState(false);
	const loaded = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/cas/{ca}',
		{params: {path: {account, ca: id}}, signal})), [account, id]);
	const back = {href: `/console/a/${account}/cas`, label: t(x.title)};
	const ca = loaded.value;
	if (!ca)
		return <><PageHead title={t(x.one)} back={back} />
			{loaded.problem ? <ErrorBox problem={loaded.problem} retry={loaded.reload} /> : <Loading />}</>;
	return <div class="stack">
		<PageHead title={ca.name} back={back} actions={admin && ca.state !== 'retired' &&
			<Button kind="quiet" onClick={() => setRetiring(true)}>{t(x.retire)}</Button>} />
		{admin && ca.state === 'waiting' && ca.kind === 'issuing' &&
			<Waiting account={account} ca={ca} onDone={loaded.set} />}
		<About account={account} ca={ca} />
		{ca.certificate && <Pem title={t(x.certificate)} text={ca.certificate} />}
		{ca.state !== 'waiting' && <Card title={t(x.certificates)}>
			<Certificates account={account} admin={admin} ca={ca.id} /></Card>}
		{ca.upstream && <Card title={t(x.requests)}><Requests account={account} ca={ca.id} /></Card>}
		{retiring && <Confirm title={t(x.retireOf, {name: ca.name})} confirm={t(x.retire)}
			onClose={() => setRetiring(false)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/accounts/{account}/cas/{ca}',
					{params: {path: {account, ca: ca.id}}}));
				loaded.reload();
				toast(t(x.isRetired));
			}}><p>{t(x.retireText)}</p></Confirm>}
	</div>;
}
