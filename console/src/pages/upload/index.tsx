// One manifest on its way: sent, checked, published; or why not.
import {useEffect, useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {useLive, vendorEvents} from '../../live';
import {Card, Facts, PageHead, Progress, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {dropLabel, handOver, keptLabel, takeOver, type Waiting} from '../../vendor/handoff';
import {MadeLabel} from '../../vendor/made-label';
import {FileDrop, UploadState} from '../../vendor/parts';
import {readReelFiles} from '../../vendor/reel-files';
import {texts as x} from '../../vendor/texts';
import {useSending, type SendingState} from '../../vendor/use-sending';

type Upload = Schemas['Upload'];
const open = (u: Upload) => u.state === 'receiving' || u.state === 'queued' || u.state === 'verifying';
// Of these the label will never be of use.
const ended = (u: Upload) => u.state === 'rejected' || u.state === 'cancelled';

const signature_max = 1 << 20;

// What of the chosen files belongs to this upload; undefined: nothing.
async function filesFor(upload: Upload, list: File[], whole: boolean): Promise<Waiting | undefined> {
	const found = await readReelFiles(list, upload.form);
	const manifest = [found.manifest, ...list].find((f) => f?.size === upload.size);
	if (!whole)
		return manifest && {manifest, signature: found.signature};
	const alone = list.find((f) => f !== manifest && f.size <= signature_max);
	const signature = found.signature ?? alone;
	return signature && {manifest: manifest ?? new File([], ''), signature};
}

function Ask({upload, whole, onFiles}: {upload: Upload; whole: boolean;
		onFiles: (files: Waiting) => void}) {
	const {t} = useI18n();
	const [fault, setFault] = useState(false);
	const files = async (list: File[]) => {
		const found = await filesFor(upload, list, whole);
		setFault(!found);
		if (found)
			onFiles(found);
	};
	return <>
		<p>{t(whole ? x.needSignature : x.resumeText)}</p>
		<FileDrop label={t(x.drop)} hint={t(x.dropHint)} multiple onFiles={(l) => void files(l)} />
		{fault && <Notice kind="bad">{t(whole ? x.noSignature : x.otherSize, {n: upload.size})}</Notice>}
	</>;
}

function Sending({upload, sending}: {upload: Upload; sending: SendingState}) {
	const {t, bytes} = useI18n();
	const {active, waits, problem} = sending;
	const given = takeOver(upload.id);
	const stored = Math.max(sending.stored, upload.offset);
	const whole = upload.offset >= upload.size;
	const ready = whole ? upload.signed || given?.signature && !problem : given;
	const goOn = () => sending.start(given ?? {manifest: new File([], ''), signature: undefined});
	return <Card title={t(active || given && !whole ? x.sending : !whole ? x.resumeTitle :
		upload.signed ? x.publish : x.signature)}
		actions={active ? <Button onClick={sending.pause}>{t(x.pause)}</Button> :
			ready && <Button kind="primary" onClick={goOn}>{t(x.resume)}</Button>}>
		<Progress value={stored} max={upload.size} label={t(x.sending)} tone={waits ? 'warn' : 'busy'} />
		<p class="num" data-stored={stored}>{t(x.sentOf, {done: bytes(stored), all: bytes(upload.size)})}</p>
		{active && !waits && stored < upload.size && <p class="faint">{t(x.keepOpen)}</p>}
		{waits && <Notice kind="warn">{t(waits.code === 'offline' ? x.waitingNet : x.waitingBusy)}</Notice>}
		<ErrorBox problem={problem} />
		{!active && whole && upload.signed && <p>{t(x.needPublish)}</p>}
		{!active && (!ready || whole && problem) && <Ask upload={upload} whole={whole}
			onFiles={(files) => {
				handOver(upload.id, files);
				sending.start(files);
			}} />}
	</Card>;
}

// What helps against a fault; one with a chip is not of the manifest's own signature.
function remedy({code, certificate}: Schemas['UploadError']): Text {
	if (code === 'certificate-twice' || code === 'certificate-known')
		return x.fixTwice;
	if (/^(cms|jws|signer|manifest-signer|too-many-signers)/.test(code) ||
		/^signature/.test(code) && !certificate)
		return x.fixSignature;
	if (/^(cert-issuer|signature|ca|chain)-/.test(code))
		return x.fixChain;
	return x.fixManifest;
}

function Outcome({upload, vendor}: {upload: Upload; vendor: string}) {
	const {t, num} = useI18n();
	const {error} = upload;
	if (upload.state === 'published')
		return <Card><Notice kind="good">{t(x.donePublished, {n: upload.devices})}</Notice>
			<p><LinkButton href={`/console/v/${vendor}/batches/${upload.batch}`}>{t(x.batch)} {upload.batch}</LinkButton></p></Card>;
	if (upload.state !== 'rejected' || !error)
		return null;
	const rows: [string, preact.ComponentChildren][] = [[t(x.nextStep), t(remedy(error))]];
	if (error.line)
		rows.push([t(x.line), num(error.line)]);
	if (error.certificate)
		rows.push([t(x.chip), <code>{error.certificate}</code>]);
	rows.push([t(x.code), <code>{error.code}</code>]);
	return <Card title={t(x.doneRejected)}>
		<Notice kind="bad">{error.detail}</Notice>
		<Facts rows={rows} />
	</Card>;
}

function Checking({upload}: {upload: Upload}) {
	const {t, num, percent} = useI18n();
	return <Card title={t(x.verifying)}>
		<Progress value={upload.bytes_done} max={upload.size} label={t(x.checkingBytes)} />
		<p class="num">{percent(upload.bytes_done, upload.size)} · {t(x.checking)}: {num(upload.checked)}</p>
	</Card>;
}

function About({upload}: {upload: Upload}) {
	const {t, bytes, num} = useI18n();
	return <Card><Facts rows={[
		[t(x.batch), upload.batch], [t(x.reel), upload.reel],
		[t(x.form), upload.form], [t(x.size), bytes(upload.size)],
		[t(x.who), t(upload.open ? x.whoOpen : x.whoCode)],
		[t(x.devices), upload.state === 'published' ? num(upload.devices) : '–'],
		[t(x.started), <Time at={upload.created_at} exact />],
		[t(x.finished), upload.finished_at ? <Time at={upload.finished_at} exact /> : '–']]} /></Card>;
}

export default function UploadPage() {
	const {t} = useI18n();
	const {vendor = '', upload: id = ''} = useRoute().params;
	const path = {vendor, upload: id};
	const [cancelling, setCancelling] = useState(false);
	const loaded = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}/uploads/{upload}',
		{params: {path}, signal})), [vendor, id]);
	const u = loaded.value;
	const sending = useSending(vendor, u, loaded.reload);
	const given = takeOver(id);
	const [label, setLabel] = useState(() => keptLabel(id));
	useEffect(() => {
		if (u?.state === 'receiving' && given && !sending.active && !sending.problem)
			sending.start(given);
	}, [u?.id]);
	useLive(u && open(u) ? vendorEvents(vendor) : undefined, {
		upload(news) {
			// While it is sent, who sends it knows best.
			if (news.id === id && news.state !== 'receiving')
				loaded.set(news);
		},
		refresh() {
			if (!sending.active)
				loaded.reload();
		},
	});
	const back = {href: `/console/v/${vendor}/uploads`, label: t(x.uploads)};
	if (!u)
		return <><PageHead title={t(x.uploads)} back={back} />
			{loaded.problem ? <ErrorBox problem={loaded.problem} retry={loaded.reload} /> : <Loading />}</>;
	return <div class="stack">
		<PageHead title={`${t(x.reel)} ${u.reel}`} back={back} sub={<UploadState state={u.state} />}
			actions={u.state === 'receiving' && !sending.active &&
				<Button kind="danger" onClick={() => setCancelling(true)}>{t(x.cancelUpload)}</Button>} />
		{label && !ended(u) && <MadeLabel label={label} vendor={vendor} onKept={() => {
			dropLabel(id);
			setLabel(undefined);
		}} />}
		{u.state === 'receiving' && <Sending upload={u} sending={sending} />}
		{(u.state === 'queued' || u.state === 'verifying') && <Checking upload={u} />}
		<Outcome upload={u} vendor={vendor} />
		<About upload={u} />
		{cancelling && <Confirm title={t(x.cancelUpload)} confirm={t(x.cancelUpload)}
			onClose={() => setCancelling(false)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/vendors/{vendor}/uploads/{upload}', {params: {path}}));
				loaded.reload();
			}}><p>{t(x.cancelText)}</p></Confirm>}
	</div>;
}
