// The form that begins a publication: files first, then what they do not say.
import {useState} from 'preact/hooks';
import {api, take} from '../api/client';
import {labelText, makeClaim, type MadeClaim} from './claim';
import {useAction, useOnce} from '../hooks';
import {useI18n} from '../i18n';
import {Facts} from '../ui/bits';
import {Button} from '../ui/button';
import {Dialog} from '../ui/dialog';
import {Form, SelectField, TextField} from '../ui/form';
import {Notice} from '../ui/state';
import {handOver, keepLabel} from './handoff';
import {FileDrop} from './parts';
import {manifestOf, readReelFiles, type Form as ManifestForm, type ReelFiles} from './reel-files';
import {texts as x} from './texts';

const forms: readonly ManifestForm[] = ['csv', 'jsonl', 'microchip'];
const nothing: ReelFiles = {form: 'csv', batch: '', reel: '', open: false, claimSha256: ''};

function Claim({open, sha256, onOpen, onSha256, onMade}: {open: boolean; sha256: string;
		onOpen: (v: boolean) => void; onSha256: (v: string) => void;
		onMade: (claim: MadeClaim) => void}) {
	const {t} = useI18n();
	return <>
		<SelectField label={t(x.who)} value={open ? 'open' : 'code'} onValue={(v) => onOpen(v === 'open')}
			choices={[{value: 'code', label: t(x.whoCode)}, {value: 'open', label: t(x.whoOpen)}]} />
		{open ? <Notice kind="warn">{t(x.openWarn)}</Notice> : <>
			<TextField label={t(x.claim)} hint={t(x.claimHint)} pattern="[0-9a-fA-F]{64}" maxlength={64}
				spellcheck={false} autocomplete="off" value={sha256} onValue={onSha256} />
			<div><Button size="small" onClick={() => {
				void makeClaim().then(onMade);
			}}>{t(x.makeClaim)}</Button></div>
		</>}
	</>;
}

export function PublishForm({vendor, onClose, onMade}: {vendor: string; onClose: () => void;
		onMade: (upload: string) => void}) {
	const {t, bytes} = useI18n();
	const [f, setF] = useState<ReelFiles>(nothing);
	const [list, setList] = useState<File[]>([]);
	const [none, setNone] = useState(false);
	const [claim, setClaim] = useState<MadeClaim>();
	const keyOf = useOnce();
	const change = (part: Partial<ReelFiles>) => setF((old) => ({...old, ...part}));
	const begin = useAction(async () => {
		const file = f.manifest;
		if (!file)
			return;
		const body = {batch: f.batch, reel: f.reel, form: f.form, size: file.size, open: f.open,
			...!f.open && {claim_sha256: f.claimSha256}};
		const u = await take(api.POST('/api/v1/vendors/{vendor}/uploads',
			{params: {path: {vendor}, header: keyOf(body)}, body}));
		handOver(u.id, {manifest: file, signature: f.signature});
		if (made)
			keepLabel(u.id, labelText(f.batch, made.code));
		onMade(u.id);
	});
	// A hash that was typed over is not the one of the code made here.
	const made = !f.open && claim?.sha256 === f.claimSha256 ? claim : undefined;
	// Without a manifest they belong to the one that is there.
	const files = async (more: File[]) => {
		const found = await readReelFiles(more);
		setNone(!found.manifest && !f.manifest);
		if (found.manifest || !f.manifest) {
			setList(more);
			change(found);
			return;
		}
		const all = [...list, ...more];
		setList(all);
		const {signature, ...rest} = await readReelFiles(all, f.form);
		change(more.some((file) => file.name === 'reel.json') ? {signature, ...rest} : {signature});
	};
	const choose = (form: ManifestForm) => {
		if (manifestOf(list, form))
			void readReelFiles(list, form).then(({manifest, signature}) =>
				change({form, manifest, signature}));
		else
			change({form});
	};
	const named = (file: File | undefined) => file ? `${file.name} (${bytes(file.size)})` :
		<span class="faint">{t(x.missing)}</span>;
	return <Dialog title={t(x.publish)} onClose={onClose} wide>
		<FileDrop label={t(x.drop)} hint={t(x.dropHint)} multiple onFiles={(l) => void files(l)} />
		{none && <Notice kind="bad">{t(x.noManifest)}</Notice>}
		{f.manifest && <Form action={begin} submit={t(x.send)} onSubmit={() => void begin.run()}>
			<Facts rows={[[t(x.manifest), named(f.manifest)], [t(x.signature), named(f.signature)]]} />
			<div class="columns">
				<TextField label={t(x.batch)} maxlength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
					value={f.batch} onValue={(batch) => change({batch})} />
				<TextField label={t(x.reel)} maxlength={64} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
					value={f.reel} onValue={(reel) => change({reel})} />
				<SelectField label={t(x.form)} value={f.form} onValue={(v) => choose(v as ManifestForm)}
					choices={forms.map((v) => ({value: v, label: v}))} />
			</div>
			<Claim open={f.open} sha256={f.claimSha256} onOpen={(open) => change({open})}
				onSha256={(claimSha256) => change({claimSha256})} onMade={(c) => {
					setClaim(c);
					change({claimSha256: c.sha256});
				}} />
			{made && <Notice kind="warn">{t(x.claimNext)}</Notice>}
		</Form>}
	</Dialog>;
}
