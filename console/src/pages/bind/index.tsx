// The page behind a label, for whoever opened it with the phone's camera: one
// tap on "bind", and the answer fills the screen.
// The claim code is in the fragment, which no server sees; it leaves the
// address as soon as it is used.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {Attempted, useAttempt} from '../../floor/attempt';
import {FloorHead, Waiting} from '../../floor/head';
import {checkCode, codeChars, isBid, isCode, parseLabel, type Label} from '../../floor/label';
import {NoPart, SetupFields, usePlace, useSetup, type Place} from '../../floor/setup';
import {floorTexts} from '../../floor/texts';
import {CodeField} from '../../floor/typed';
import {useQueue} from '../../floor/use-queue';
import {useI18n} from '../../i18n';
import {Button, LinkButton} from '../../ui/button';
import {Empty, Notice} from '../../ui/state';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';
import '../../floor/style.css';

const keptKey = 'birthmark.label'; // by the login, while it is at a provider

// The fragment, or what the login kept of it; only for this very address.
function firstFragment(): string {
	let kept: {path?: string; hash?: string} = {};
	try {
		kept = JSON.parse(sessionStorage.getItem(keptKey) ?? '{}') as typeof kept;
		sessionStorage.removeItem(keptKey);
	} catch {
		// Without storage there was nothing to keep.
	}
	if (location.hash.length > 1)
		return location.hash.slice(1);
	return kept.path === location.pathname ? kept.hash?.slice(1) ?? '' : '';
}

const forgetFragment = () => history.replaceState(history.state, '',
	location.pathname + location.search);

function Reel({bid, code}: {bid: string; code: boolean}) {
	const {t} = useI18n();
	return <div class="reel">
		<span class="reel-name">{t(floorTexts.typedLabel)}</span>
		<span class="reel-bid">{bid}</span>
		{code && <span class="reel-code">
			<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3"
				stroke-linecap="round" stroke-linejoin="round"><path d="m4 13 5 5L20 6" /></svg>
			{t(x.codeThere)}</span>}
	</div>;
}

function BindAt({place, bid, fragment, head}: {
		place: Place; bid: string; fragment: string; head: preact.ComponentChildren}) {
	const {t} = useI18n();
	const toast = useToast();
	const setup = useSetup(place);
	const {queue, view} = useQueue(place.id);
	const read = useMemo(() => parseLabel(`https://label/b/${bid}#${fragment}`), [bid, fragment]);
	const scanned = read.ok ? read.label.code : null;
	const [typed, setTyped] = useState('');
	// Shown again after a reload, or while it still waits for the network.
	const attempt = useAttempt(view, fragment ? null : [...view.entries].reverse().find((e) =>
		!e.shift && e.bid === bid && e.state !== 'refused')?.key ?? null);
	const {entry, kind} = attempt;
	const answered = entry !== undefined && entry.state !== 'waiting';
	// Where nothing is kept, a reload needs it until the answer is there.
	const used = answered || (entry !== undefined && view.kept);
	useEffect(() => {
		if (used)
			forgetFragment();
	}, [used]);
	const check = checkCode(typed);
	const bind = () => {
		if (scanned === null && check.state !== 'empty' && !isCode(check))
			return;
		const label: Label = {bid, code: scanned ??
			(check.state === 'empty' ? null : check.text.slice(0, codeChars))};
		view.entries.filter((e) => !e.shift && e.bid === bid && e.state !== 'waiting')
			.forEach((e) => queue.drop(e.key));
		const made = queue.add({label, product: setup.product, cloud: setup.cloud?.id ?? null,
			shift: false});
		if (made)
			attempt.start(made.key);
		else
			toast(t(floorTexts.full));
	};
	if (entry && kind)
		return <Attempted entry={entry} kind={kind} place={place} queue={queue}
			again={() => attempt.start(null)}
			next={<LinkButton kind="primary" size="big" href={`/scan?account=${place.id}`}>
				{t(floorTexts.scanNext)}</LinkButton>} />;
	return <div class="floor">
		{head}
		<main class="floor-main">
			<h1>{t(x.title)}</h1>
			<Waiting queue={queue} view={view} />
			<Reel bid={bid} code={scanned !== null} />
			{scanned === null && <>
				{fragment !== '' && <Notice kind="warn">{t(x.codeWrong)}</Notice>}
				{fragment === '' && <p>{t(x.codeMissing)}</p>}
				<CodeField value={typed} onValue={setTyped} optional />
			</>}
			<SetupFields setup={setup} admin={place.admin} />
			<div class="floor-foot">
				<Button kind="primary" size="big" busy={attempt.busy || (setup.loading && !setup.presets)}
					onClick={bind}>{t(x.bind)}</Button>
			</div>
		</main>
	</div>;
}

export default function Bind() {
	const {t} = useI18n();
	const bid = useRoute().params['bid'] ?? '';
	const {places, place, choose} = usePlace(null);
	// Opening the same label again starts anew.
	const [opened, open] = useState(() => ({fragment: firstFragment(), round: 0}));
	useEffect(() => {
		document.title = `${bid} · Birthmark`;
		const again = () => {
			if (location.hash.length > 1)
				open((o) => ({fragment: location.hash.slice(1), round: o.round + 1}));
		};
		addEventListener('hashchange', again);
		return () => removeEventListener('hashchange', again);
	}, [bid]);
	const head = <FloorHead places={places} place={place} onPlace={choose} waiting={0} />;
	if (!place)
		return <div class="floor">{head}<NoPart /></div>;
	if (!isBid(bid))
		return <div class="floor">{head}<main class="floor-main">
			<h1 class="visually-hidden">{t(x.noLabel)}</h1>
			<Empty title={t(x.noLabel)} action={<LinkButton kind="primary" size="big"
				href={`/scan?account=${place.id}`}>{t(floorTexts.scan)}</LinkButton>}>{t(x.noLabelText)}</Empty>
		</main></div>;
	return <BindAt key={`${place.id} ${bid} ${opened.round}`} place={place} bid={bid}
		fragment={opened.fragment} head={head} />;
}
