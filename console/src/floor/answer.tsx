// The answer to a label, as large as the screen: colour, shape and words say
// the same.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {Problem} from '../api/client';
import {useI18n, type Text} from '../i18n';
import {useProblemText} from '../ui/state';
import type {Entry} from './queue';
import {signal} from './signal';
import {floorTexts as x} from './texts';
import './style.css';

export type Kind = 'bound' | 'already' | 'elsewhere' | 'unknown' | 'code-needed' | 'locked' |
	'queued' | 'sending' | 'undone' | 'failed';

const byCode: Record<string, Kind> = {'batch-bound-elsewhere': 'elsewhere',
	'claim-refused': 'unknown', 'claim-code-needed': 'code-needed',
	'claim-code-locked': 'locked'};

export function kindOf(e: Entry, busy: boolean): Kind {
	if (e.state === 'waiting')
		return busy ? 'sending' : 'queued';
	return e.state === 'refused' ? byCode[e.reason?.code ?? ''] ?? 'failed' : e.state;
}

export const tones: Record<Kind, 'good' | 'bad' | 'warn' | 'busy' | 'quiet'> = {
	bound: 'good', already: 'good', elsewhere: 'bad', unknown: 'bad', 'code-needed': 'warn',
	locked: 'warn', queued: 'warn', sending: 'busy', undone: 'quiet', failed: 'bad'};

export const titles: Record<Kind, Text> = {bound: x.bound, already: x.already,
	elsewhere: x.elsewhere, unknown: x.unknown, 'code-needed': x.codeNeeded, locked: x.locked,
	queued: x.queued, sending: x.sending, undone: x.undone, failed: x.failed};

const words: Partial<Record<Kind, Text>> = {bound: x.boundText, already: x.alreadyText,
	elsewhere: x.elsewhereText, unknown: x.unknownText, 'code-needed': x.codeNeededText,
	locked: x.lockedText, queued: x.queuedText, undone: x.undoneText};

// In words what became of an entry.
export function useWords(): (e: Entry, kind: Kind, account: string) => string {
	const {t} = useI18n();
	const problem = useProblemText();
	return (e, kind, account) => {
		const text = words[kind];
		if (text)
			return t(text, {account});
		return e.reason ? problem(new Problem(e.reason.code, e.reason.message)) : '';
	};
}

// Why an undo was refused, where it is worth more than the service's sentence.
export function useUndoText(): (p: Problem) => string {
	const {t} = useI18n();
	const problem = useProblemText();
	const known: Record<string, Text> = {'undo-unsure': x.undoUnsure,
		'batch-provisioned': x.undoProvisioned, 'unbind-too-late': x.undoLate};
	return (p) => {
		const text = known[p.code];
		return text ? t(text) : problem(p);
	};
}

const tick = 'M20 33l9 9 16-19';
const shapes: Record<Kind, {around: string; inside: string}> = {
	bound: {around: 'M32 4a28 28 0 1 0 0 56 28 28 0 0 0 0-56Z', inside: tick},
	already: {around: 'M32 4a28 28 0 1 0 0 56 28 28 0 0 0 0-56Z', inside: 'M14 33l8 8 14-17M30 38l4 4 15-18'},
	elsewhere: {around: 'M21 4h22l17 17v22L43 60H21L4 43V21Z', inside: 'M18 32h28'},
	unknown: {around: 'M32 5 62 58H2Z', inside: 'M32 25v15M32 48.5v.5'},
	'code-needed': {around: 'M6 12h52v40H6Z', inside: 'M15 32h.5M26 32h.5M37 32h.5M48 32h.5'},
	locked: {around: 'M10 28h44v30H10Z', inside: 'M20 28v-9a12 12 0 0 1 24 0v9M32 40v7'},
	queued: {around: 'M32 4a28 28 0 1 0 0 56 28 28 0 0 0 0-56Z', inside: 'M32 17v16l11 7'},
	sending: {around: 'M32 4a28 28 0 1 0 0 56 28 28 0 0 0 0-56Z', inside: 'M32 46V20M21 30l11-11 11 11'},
	undone: {around: 'M6 8h52v48H6Z', inside: 'M27 21 17 31l10 10M17 31h20a9 9 0 0 1 9 9v4'},
	failed: {around: 'M32 5 62 58H2Z', inside: 'M32 25v15M32 48.5v.5'},
};

export function Shape({kind}: {kind: Kind}) {
	const s = shapes[kind];
	return <svg class="answer-shape" viewBox="0 0 64 64" aria-hidden="true" fill="none"
		stroke="currentColor" stroke-width="5" stroke-linecap="round" stroke-linejoin="round">
		<path d={s.around} /><path d={s.inside} />
	</svg>;
}

function Countdown({until}: {until: string}) {
	const {t, duration} = useI18n();
	const left = () => Math.ceil((Date.parse(until) - Date.now()) / 1000);
	const [s, set] = useState(left);
	useEffect(() => {
		const timer = setInterval(() => set(left()), 1000);
		return () => clearInterval(timer);
	}, [until]);
	return <p class="answer-wait" role="timer">{s > 0 ?
		t(x.lockedFor, {time: duration(s)}) : t(x.lockedOver)}</p>;
}

export function Answer({entry, kind, account, children, problem}: {
		entry: Entry; kind: Kind; account: string; children: ComponentChildren;
		problem?: Problem | undefined}) {
	const {t} = useI18n();
	const say = useWords();
	const undo = useUndoText();
	const head = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		document.title = `${t(titles[kind])} · Birthmark`;
		head.current?.focus({preventScroll: true});
		const tone = tones[kind];
		if (tone === 'good' || tone === 'bad' || kind === 'locked' || kind === 'code-needed')
			signal(tone === 'good' ? 'good' : 'bad');
	}, [kind]);
	return <main class={`answer answer-${tones[kind]}`} data-kind={kind}>
		<div class="answer-body">
			<Shape kind={kind} />
			<h1 ref={head} tabIndex={-1}>{t(titles[kind])}</h1>
			<p class="answer-bid">{entry.bid}</p>
			{(kind === 'bound' || kind === 'already') && <p class="answer-facts">
				<span class="num">{t(x.devices, {n: entry.devices ?? 0})}</span>
				{entry.productName && <span>{entry.productName}</span>}
				{entry.vendor && <span>{entry.vendor}</span>}
			</p>}
			<p class="answer-text">{say(entry, kind, account)}</p>
			{kind === 'locked' && entry.reason?.until && <Countdown until={entry.reason.until} />}
			{problem && <p class="answer-problem" role="alert">{undo(problem)}</p>}
		</div>
		<div class="answer-actions">{children}</div>
	</main>;
}
