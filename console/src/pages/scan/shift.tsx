// A shift: product and cloud are chosen once, then each reel is bound as soon
// as its label is scanned; with or without a network.
import {useEffect, useRef, useState} from 'preact/hooks';
import {kindOf, Shape, titles, tones, useUndoText, useWords} from '../../floor/answer';
import {Waiting} from '../../floor/head';
import {Intake} from '../../floor/intake';
import {parseLabel, type Label} from '../../floor/label';
import type {Entry, Queue, View} from '../../floor/queue';
import {SetupFields, useSetup, type Place} from '../../floor/setup';
import {signal, useAwake} from '../../floor/signal';
import {floorTexts} from '../../floor/texts';
import {TypedLabel} from '../../floor/typed';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Button} from '../../ui/button';
import {useToast} from '../../ui/toast';
import {bidOf, isLabel} from './one';
import {Counts, ShiftList, Summary} from './summary';
import {texts as x} from './texts';

export interface ShiftState {
	product: string;
	cloud: string;
	since: string;
}

// Not with the queue's prefix: this is no queue.
const keyOf = (user: string, account: string) => `birthmark.shift.${user}.${account}`;

export function readShift(user: string, account: string): ShiftState | null {
	try {
		return JSON.parse(localStorage.getItem(keyOf(user, account)) ?? 'null') as ShiftState | null;
	} catch {
		return null;
	}
}

export function writeShift(user: string, account: string, s: ShiftState | null): void {
	try {
		if (s)
			localStorage.setItem(keyOf(user, account), JSON.stringify(s));
		else
			localStorage.removeItem(keyOf(user, account));
	} catch {
		// Private windows: the shift is over at the next reload.
	}
}

// What just became of a reel is heard, whichever came in.
function useAnswers(entries: readonly Entry[]): void {
	const before = useRef<Map<string, Entry['state']>>();
	useEffect(() => {
		const old = before.current;
		before.current = new Map(entries.map((e) => [e.key, e.state]));
		const news = old ? entries.filter((e) => old.get(e.key) === 'waiting' && e.state !== 'waiting') : [];
		if (news.some((e) => e.state === 'refused'))
			signal('bad');
		else if (news.some((e) => e.state === 'bound' || e.state === 'already'))
			signal('good');
	}, [entries]);
}

function Latest({entry, busy, place}: {entry: Entry; busy: boolean; place: Place}) {
	const {t} = useI18n();
	const say = useWords();
	const kind = kindOf(entry, busy);
	return <section class={`latest answer-${tones[kind]}`} role="status" data-kind={kind}>
		<Shape kind={kind} />
		<div>
			<p class="latest-title">{t(titles[kind])}</p>
			<p class="latest-bid">{entry.bid}</p>
			{kind === 'bound' && <p>{t(floorTexts.devices, {n: entry.devices ?? 0})}</p>}
			{kind !== 'bound' && kind !== 'queued' && <p>{say(entry, kind, place.name)}</p>}
		</div>
	</section>;
}

const mayUndo = (e: Entry, busy: string | null) => e.state === 'bound' ||
	(e.state === 'waiting' && !e.sent && e.key !== busy);

function Running({place, queue, view, wish, name, onEnd}: {
		place: Place; queue: Queue; view: View; name: string; onEnd: () => void;
		wish: (label: Label) => Parameters<Queue['add']>[0]}) {
	const {t} = useI18n();
	const toast = useToast();
	const undoText = useUndoText();
	const [closing, close] = useState(false);
	const entries = view.entries.filter((e) => e.shift);
	const latest = entries.at(-1);
	const last = [...entries].reverse().find((e) => mayUndo(e, view.busy));
	const undo = useAction((e: Entry) => queue.undo(e.key));
	useAwake(true);
	useAnswers(view.entries);
	const take = (label: Label) => {
		undo.clear();
		if (queue.view().entries.some((e) => e.bid === label.bid && e.shift &&
				e.state !== 'refused' && e.state !== 'undone')) {
			toast(t(x.twice, {bid: label.bid}));
			return true;
		}
		const made = queue.add(wish(label));
		if (made)
			signal('read');
		else
			toast(t(floorTexts.full));
		return made !== null;
	};
	return <>
		<Waiting queue={queue} view={view} />
		<p class="shift-as">{name}</p>
		<Intake on={!closing} many counts={isLabel} name={bidOf} notIt={t(floorTexts.notLabel)}
			onText={(text) => {
				const p = parseLabel(text);
				if (p.ok)
					take(p.label);
			}}
			typing={<TypedLabel submit={t(x.bind)} onLabel={take} />} />
		{latest && <Latest entry={latest} busy={view.line !== 'offline'} place={place} />}
		{undo.problem && <p class="notice notice-bad" role="alert">{undoText(undo.problem)}</p>}
		<div class="shift-do">
			{last && <Button size="big" busy={undo.busy} onClick={() => void undo.run(last)}>
				{t(x.undoLast, {bid: last.bid})}</Button>}
			<Button size="big" onClick={() => close(true)}>{t(x.end)}</Button>
		</div>
		<Counts entries={entries} />
		<ShiftList entries={entries} view={view} place={place} />
		{closing && <Summary entries={entries} onClose={() => close(false)} onEnd={onEnd} />}
	</>;
}

export function Shift({place, queue, view, shift, onShift}: {
		place: Place; queue: Queue; view: View; shift: ShiftState | null;
		onShift: (s: ShiftState | null) => void}) {
	const {t} = useI18n();
	const setup = useSetup(place, shift ? {product: shift.product, cloud: shift.cloud} : {});
	if (!shift)
		return <>
			<Waiting queue={queue} view={view} />
			<p>{t(x.shiftText)}</p>
			<SetupFields setup={setup} admin={place.admin} />
			<div class="floor-foot">
				<Button kind="primary" size="big" busy={setup.loading && !setup.presets}
					onClick={() => onShift({product: setup.product?.id ?? '',
						cloud: setup.cloud?.id ?? '', since: new Date().toISOString()})}>
					{t(x.start)}</Button>
			</div>
		</>;
	const product = setup.product ?? (shift.product ? {id: shift.product, name: ''} : null);
	const name = [product?.name || t(floorTexts.noProduct), ...setup.cloud ? [setup.cloud.name] : []]
		.join(' · ');
	return <Running place={place} queue={queue} view={view} name={name}
		wish={(label) => ({label, product, cloud: shift.cloud || null, shift: true})}
		onEnd={() => {
			queue.clear();
			onShift(null);
		}} />;
}
