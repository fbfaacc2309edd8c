// What a shift has done: counters, list, and the end with its CSV.
import {kindOf, titles, tones, useWords} from '../../floor/answer';
import type {Entry, View} from '../../floor/queue';
import type {Place} from '../../floor/setup';
import {floorTexts} from '../../floor/texts';
import {useI18n, type Text} from '../../i18n';
import {Badge, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {common} from '../../ui/texts';
import {csvOf, saveCsv} from './csv';
import {texts as x} from './texts';

const shownMax = 100;

const states: readonly (readonly [Entry['state'], Text, string])[] = [
	['bound', x.boundN, 'good'], ['already', x.alreadyN, 'quiet'],
	['waiting', x.waitingN, 'warn'], ['refused', x.refusedN, 'bad'], ['undone', x.undoneN, 'quiet']];

export function Counts({entries}: {entries: readonly Entry[]}) {
	const {t, num} = useI18n();
	const devices = entries.reduce((n, e) => n + (e.state === 'bound' ? e.devices ?? 0 : 0), 0);
	return <dl class="counts" aria-label={t(x.counts)}>
		{states.map(([state, text, tone]) => {
			const n = entries.filter((e) => e.state === state).length;
			return (n > 0 || state === 'bound') && <div key={state} class={`count count-${tone}`}
				data-count={state}><dt>{t(text)}</dt><dd class="num">{num(n)}</dd></div>;
		})}
		<div class="count"><dt>{t(x.devicesN)}</dt><dd class="num">{num(devices)}</dd></div>
	</dl>;
}

export function ShiftList({entries, view, place}: {
		entries: readonly Entry[]; view: View; place: Place}) {
	const {t} = useI18n();
	const say = useWords();
	const shown = [...entries].reverse().slice(0, shownMax);
	return <section class="shift-list">
		<h2>{t(x.list)}</h2>
		{shown.length === 0 && <p class="faint">{t(x.listEmpty)}</p>}
		<ol>{shown.map((e) => {
			const kind = kindOf(e, view.busy === e.key);
			return <li key={e.key} data-bid={e.bid} data-state={e.state}>
				<div class="row"><code>{e.bid}</code><span class="row-end"><Badge tone={tones[kind]}>
					{t(kind === 'queued' ? floorTexts.waiting : titles[kind])}</Badge></span></div>
				<div class="faint row"><Time at={e.at} />
					{e.devices !== undefined && e.state === 'bound' &&
						<span>{t(floorTexts.devices, {n: e.devices})}</span>}</div>
				{e.state === 'refused' && <p>{say(e, kind, place.name)}</p>}
			</li>;
		})}</ol>
		{entries.length > shownMax && <p class="faint">{t(x.older, {n: entries.length - shownMax})}</p>}
	</section>;
}

export function Summary({entries, onClose, onEnd}: {
		entries: readonly Entry[]; onClose: () => void; onEnd: () => void}) {
	const {t} = useI18n();
	const waiting = entries.filter((e) => e.state === 'waiting').length;
	const stateOf = (e: Entry) => t(titles[kindOf(e, false)]);
	const head = [common.batchId, x.state, floorTexts.product, {en: 'Vendor', de: 'Hersteller', zh: '厂商'},
		x.devicesN, x.scannedAt, x.reason].map((text) => t(text));
	return <Dialog title={t(x.summary)} onClose={onClose}>
		<Counts entries={entries} />
		{waiting > 0 && <p class="notice notice-warn">{t(x.stillWaiting, {n: waiting})}</p>}
		<Button size="big" disabled={entries.length === 0}
			onClick={() => saveCsv(csvOf(head, entries, stateOf), new Date())}>{t(x.csv)}</Button>
		<Button size="big" onClick={onClose}>{t(x.goOn)}</Button>
		<Button size="big" kind="danger" onClick={onEnd}>{t(x.end)}</Button>
	</Dialog>;
}
