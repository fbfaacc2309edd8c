// One label from the tap on "bind" to its answer and what comes after it.
import type {ComponentChildren} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {useAction} from '../hooks';
import {useI18n} from '../i18n';
import {Button, LinkButton} from '../ui/button';
import {Answer, kindOf, type Kind} from './answer';
import type {Entry, Queue, View} from './queue';
import type {Place} from './setup';
import {floorTexts as x} from './texts';

// Long enough that a quick answer does not flicker past "sending".
const patience_ms = 400;

export interface Attempt {
	entry: Entry | undefined;
	kind: Kind | undefined; // undefined: nothing to show yet
	busy: boolean;
	start(key: string | null): void;
}

export function useAttempt(view: View, first: string | null): Attempt {
	const [key, start] = useState<string | null>(first);
	const [late, setLate] = useState(false);
	const entry = view.entries.find((e) => e.key === key);
	const kind = entry && kindOf(entry, view.line !== 'offline');
	useEffect(() => {
		setLate(false);
		const timer = setTimeout(() => setLate(true), patience_ms);
		return () => clearTimeout(timer);
	}, [key]);
	const busy = kind === 'sending';
	return {entry, kind: busy && !late ? undefined : kind, busy, start};
}

export function Attempted({entry, kind, place, queue, next, again}: {
		entry: Entry; kind: Kind; place: Place; queue: Queue;
		next: ComponentChildren; again?: (() => void) | undefined}) {
	const {t} = useI18n();
	const undo = useAction(() => queue.undo(entry.key));
	const mayUndo = kind === 'bound' || (kind === 'queued' && !entry.sent);
	return <Answer entry={entry} kind={kind} account={place.name} problem={undo.problem}>
		{next}
		<div class="answer-more">
			{kind === 'queued' && <Button onClick={() => queue.kick()}>{t(x.sendNow)}</Button>}
			{mayUndo && <Button busy={undo.busy} onClick={() => void undo.run()}>{t(x.undo)}</Button>}
			{again && ['unknown', 'code-needed', 'failed', 'locked', 'undone'].includes(kind) &&
				<Button onClick={again}>{t(x.tryAgain)}</Button>}
			{place.admin && (kind === 'bound' || kind === 'already') &&
				<LinkButton href={`/console/a/${place.id}/batches/${encodeURIComponent(entry.bid)}`}>
					{t(x.seeBatch)}</LinkButton>}
			{!place.admin && (kind === 'bound' || kind === 'already') &&
				<LinkButton href={`/console/a/${place.id}/batches`}>{t(x.myBatches)}</LinkButton>}
		</div>
	</Answer>;
}
