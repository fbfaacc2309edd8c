// The form that begins a publication: files first, then what they do not say.
import {useState} from 'preact/hooks';
import {api, once, take} from '../api/client';
import {makeClaim} from './claim';
import {useAction} from '../hooks';
import {useI18n} from '../i18n';
import {Facts} from '../ui/bits';
import {Button} from '../ui/button';
import {Dialog} from '../ui/dialog';
import {Form, SelectField, TextField} from '../ui/form';
import {Notice} from '../ui/state';
import {handOver} from './handoff';
import {FileDrop} from './parts';
import {readReelFiles, type Form as ManifestForm, type ReelFiles} from './reel-files';
import {texts as x} from './texts';

const forms: readonly ManifestForm[] = ['csv', 'jsonl', 'microchip'];
const nothing: ReelFiles = {form: 'csv', batch: '', reel: '', open: false, claimSha256: ''};

function Claim({open, sha256, batch, onOpen, onSha256, onLabel}: {open: boolean; sha256: string;
		batch: string; onOpen: (v: boolean) => void; onSha256: (v: string) => void;
		onLabel: (label: string) => void}) {
	const {t} = useI18n();
	return <>
		<SelectField label={t(x.who)} value={open ? 'open' : 'code'} onValue={(v) => onOpen(v === 'open')}
			choices={[{value: 'code', label: t(x.whoCode)}, {value: 'open', label: t(x.whoOpen)}]} />
		{open ? <Notice kind="warn">{t(x.openWarn)}</Notice> : <>
			<TextField label={t(x.claim)} hint={t(x.claimHint)} pattern="[0-9a-fA-F]{64}" maxlength={64}
				spellcheck={false} autocomplete="off" value={sha256} onValue={onSha256} />
			<div><Button size="small" disabled={!batch} onClick={() => {
				void makeClaim(batch).then((made) => {
					onSha256(made.sha256);
					onLabel(made.label);
				});
			}}>{t(x.makeClaim)}</Button></div>
		</>}
	</>;
}

export function PublishForm({vendor, onClose, onMade}: {vendor: string; onClose: () => void;
		onMade: (upload: string) => void}) {
	const {t, bytes} = useI18n();
	const [f, setF] = useState<ReelFiles>(nothing);
	const [label, setLabel] = useState<string>();
	const [key, setKey] = useState(() => once());
	const change = (part: Partial<ReelFiles>) => {
		setF((old) => ({...old, ...part}));
		setKey(once());
	};
	const begin = useAction(async () => {
		const file = f.manifest;
		if (!file)
			return;
		const u = await take(api.POST('/api/v1/vendors/{vendor}/uploads',
			{params: {path: {vendor}, header: key}, body: {batch: f.batch, reel: f.reel, form: f.form,
				size: file.size, open: f.open, ...!f.open && {claim_sha256: f.claimSha256}}}));
		handOver(u.id, {manifest: file, signature: f.signature, label});
		onMade(u.id);
	});
	const files = (list: File[]) => void readReelFiles(list).then(change);
	const named = (file: File | undefined) => file ? `${file.name} (${bytes(file.size)})` :
		<span class="faint">{t(x.missing)}</span>;
	return <Dialog title={t(x.publish)} onClose={onClose} wide>
		<FileDrop label={t(x.drop)} hint={t(x.dropHint)} multiple onFiles={files} />
		{f.manifest && <Form action={begin} submit={t(x.send)} onSubmit={() => void begin.run()}>
			<Facts rows={[[t(x.manifest), named(f.manifest)], [t(x.signature), named(f.signature)]]} />
			<div class="columns">
				<TextField label={t(x.batch)} maxlength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
					value={f.batch} onValue={(batch) => change({batch})} />
				<TextField label={t(x.reel)} maxlength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
					value={f.reel} onValue={(reel) => change({reel})} />
				<SelectField label={t(x.form)} value={f.form} onValue={(v) => change({form: v as ManifestForm})}
					choices={forms.map((v) => ({value: v, label: v}))} />
			</div>
			<Claim open={f.open} sha256={f.claimSha256} batch={f.batch} onOpen={(open) => change({open})}
				onSha256={(claimSha256) => change({claimSha256})} onLabel={setLabel} />
			{label && <Notice kind="warn">{t(x.madeClaim)} <code>{label}</code></Notice>}
		</Form>}
	</Dialog>;
}
