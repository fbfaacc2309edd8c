// Label sheets: chosen, looked at, printed; all in this browser.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {pngOf, svgOf, zplOf} from '../../labels/draw';
import {readLabels, type Label} from '../../labels/label';
import {lacksLetters, pdfOf} from '../../labels/pdf';
import {sheets, type Sheet} from '../../labels/sheet';
import {saveFile} from '../../save-file';
import {Card, PageHead} from '../../ui/bits';
import {Button} from '../../ui/button';
import {AreaField, SelectField, TextField} from '../../ui/form';
import {Empty, ErrorBox, Notice} from '../../ui/state';
import {takePrinting} from '../../vendor/handoff';
import {FileDrop} from '../../vendor/parts';
import {texts as x} from './texts';
import './style.css';

const preview_max = 24;
const copies_max = 100;
const labels_max = 2000;

function Preview({label, sheet}: {label: Label; sheet: Sheet}) {
	const src = useMemo(() => URL.createObjectURL(new Blob(
		[svgOf(label, sheet.label[0], sheet.label[1])], {type: 'image/svg+xml'})), [label, sheet]);
	useEffect(() => () => URL.revokeObjectURL(src), [src]);
	return <img class="label-preview" src={src} alt={label.batch} />;
}

// Open batches, whose labels hold no secret.
function Virtual({vendor, vendorName, onAdd}: {vendor: string; vendorName: string;
		onAdd: (l: Label) => void}) {
	const {t} = useI18n();
	const wished = useLocation().query['batch'];
	const open = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}/batches',
		{params: {path: {vendor}, query: {limit: 500, state: 'open'}}, signal})), [vendor]);
	const items = open.value?.items ?? [];
	const [done, setDone] = useState(false);
	const add = (bid: string) => {
		const b = items.find((i) => i.batch === bid);
		if (b)
			onAdd({url: `${location.origin}/b/${b.batch}`, batch: b.batch, code: '', vendor: vendorName,
				reel: b.reels[0]?.reel ?? '', chips: String(b.devices)});
	};
	useEffect(() => {
		if (wished && items.length > 0 && !done) {
			add(wished);
			setDone(true);
		}
	}, [open.value]);
	if (items.length === 0)
		return <ErrorBox problem={open.problem} retry={open.reload} />;
	return <SelectField label={t(x.virtual)} hint={t(x.virtualHint)} optional value=""
		choices={[{value: '', label: t(x.pick)}, ...items.map((b) => ({value: b.batch, label: b.batch}))]}
		onValue={add} />;
}

function Output({labels, sheet, copies}: {labels: Label[]; sheet: Sheet; copies: number}) {
	const {t} = useI18n();
	const [w, h] = sheet.label;
	const all = labels.flatMap((l) => Array<Label>(copies).fill(l));
	const png = useAction(async () => {
		for (const l of labels)
			saveFile(`label-${l.batch}.png`, await pngOf(l, w, h));
	});
	return <>
		<div class="row">
			<Button kind="primary" onClick={() => saveFile('labels.pdf', pdfOf(all, sheet))}>{t(x.pdf)}</Button>
			<Button onClick={() => saveFile('labels.zpl',
				new Blob([all.map((l) => zplOf(l, w, h)).join('')], {type: 'text/plain'}))}>{t(x.zpl)}</Button>
			<Button onClick={() => labels.forEach((l) => saveFile(`label-${l.batch}.svg`,
				new Blob([svgOf(l, w, h)], {type: 'image/svg+xml'})))}>{t(x.svg)}</Button>
			<Button busy={png.busy} onClick={() => void png.run()}>{t(x.png)}</Button>
		</div>
		<ErrorBox problem={png.problem} />
		{labels.some(lacksLetters) && <Notice>{t(x.lacksLetters)}</Notice>}
	</>;
}

export default function Labels() {
	const {t} = useI18n();
	const vendor = useRoute().params['vendor'] ?? '';
	const [labels, setLabels] = useState<Label[]>([]);
	const [text, setText] = useState('');
	const [none, setNone] = useState(false);
	const [sheetId, setSheetId] = useState(sheets[0]?.id ?? '');
	const [copies, setCopies] = useState('1');
	const detail = useLoad((signal) => take(api.GET('/api/v1/vendors/{vendor}',
		{params: {path: {vendor}}, signal})), [vendor]);
	const sheet = sheets.find((s) => s.id === sheetId) ?? sheets[0];
	const add = (more: Label[]) => {
		setNone(more.length === 0);
		setLabels((old) => [...old, ...more.filter((m) => !old.some((o) => o.url === m.url))]
			.slice(0, labels_max));
	};
	useEffect(() => {
		const given = takePrinting();
		if (given)
			add(readLabels(given));
	}, []);
	const files = async (list: File[]) => {
		const parts = await Promise.all(list.filter((f) => f.size < 65536).map((f) => f.text()));
		add(parts.flatMap(readLabels));
	};
	if (!sheet)
		return null;
	return <div class="stack">
		<PageHead title={t(x.title)} sub={t(x.sub)} />
		<div class="columns">
			<Card title={t(x.source)}>
				<FileDrop label={t(x.drop)} multiple accept=".txt,text/plain" onFiles={(l) => void files(l)} />
				<AreaField label={t(x.text)} hint={t(x.textHint)} optional rows={3} value={text}
					onValue={setText} />
				<div><Button disabled={!text.trim()} onClick={() => {
					add(readLabels(text));
					setText('');
				}}>{t(x.choose)}</Button></div>
				{none && <Notice kind="warn">{t(x.nothing)}</Notice>}
				<Virtual vendor={vendor} vendorName={detail.value?.name ?? ''} onAdd={(l) => add([l])} />
			</Card>
			<Card title={t(x.output)}>
				<SelectField label={t(x.sheet)} value={sheetId} onValue={setSheetId}
					choices={sheets.map((s) => ({value: s.id, label: s.name}))} />
				<TextField label={t(x.copies)} type="number" min={1} max={copies_max} value={copies}
					onValue={setCopies} />
				<Notice kind="warn">{t(x.secret)}</Notice>
				{labels.length > 0 && <Output labels={labels} sheet={sheet}
					copies={Math.max(1, Math.min(copies_max, Math.floor(Number(copies)) || 1))} />}
			</Card>
		</div>
		<Card title={t(x.preview)} actions={labels.length > 0 && <span class="row">
			<span class="faint">{t(x.count, {n: labels.length})}</span>
			<Button size="small" onClick={() => setLabels([])}>{t(x.clear)}</Button></span>}>
			{labels.length === 0 ? <Empty title={t(x.empty)}>{t(x.emptyText)}</Empty> :
				<div class="label-grid">{labels.slice(0, preview_max).map((l) =>
					<Preview key={l.url} label={l} sheet={sheet} />)}</div>}
		</Card>
	</div>;
}
