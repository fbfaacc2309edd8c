// The scan page: reels, one by one or as a shift; or the code of a device.
import {useEffect, useState} from 'preact/hooks';
import {FloorHead} from '../../floor/head';
import {NoPart, usePlace, type Place} from '../../floor/setup';
import {useQueue} from '../../floor/use-queue';
import {useI18n} from '../../i18n';
import {useMe} from '../../session';
import {Tabs} from '../../ui/bits';
import {FindDevice} from './device';
import {OneReel} from './one';
import {readShift, Shift, writeShift, type ShiftState} from './shift';
import {texts as x} from './texts';
import './style.css';

function Reels({place, head}: {place: Place; head: (waiting: number) => preact.ComponentChildren}) {
	const {t} = useI18n();
	const user = useMe().user.id;
	const {queue, view} = useQueue(place.id);
	const [shift, setShift] = useState<ShiftState | null>(() => readShift(user, place.id));
	const [mode, setMode] = useState<'one' | 'shift'>(shift ? 'shift' : 'one');
	const [bare, setBare] = useState(false); // an answer fills the screen
	useEffect(() => {
		if (!bare)
			document.title = `${t(x.title)} · Birthmark`;
	}, [bare, t]);
	const keep = (s: ShiftState | null) => {
		writeShift(user, place.id, s);
		setShift(s);
	};
	// The same tree around an answer, or the reel in it would be forgotten.
	return <div class={bare ? undefined : 'floor'}>
		{!bare && head(view.waiting)}
		<div class={bare ? undefined : `floor-main scan${shift ? ' shift' : ''}`} role={bare ? undefined : 'main'}>
			{!bare && <div class={shift ? undefined : 'scan-head'}>
				<h1 class={shift ? 'visually-hidden' : undefined}>{t(x.title)}</h1>
				{!shift && <Tabs label={t(x.ways)} value={mode} onValue={setMode}
					tabs={[['one', t(x.one)], ['shift', t(x.shift)]]} />}
			</div>}
			{mode === 'one' ?
				<OneReel place={place} queue={queue} view={view} onBare={setBare} /> :
				<Shift place={place} queue={queue} view={view} shift={shift} onShift={keep} />}
		</div>
	</div>;
}

export default function Scan() {
	const query = new URLSearchParams(location.search);
	const wanted = query.get('account');
	const {places, place, choose} = usePlace(wanted);
	if (query.get('for') === 'device')
		return <FindDevice account={wanted} />;
	const head = (waiting: number) => <FloorHead places={places} place={place} waiting={waiting}
		onPlace={(id) => {
			history.replaceState(history.state, '', `/scan?account=${encodeURIComponent(id)}`);
			choose(id);
		}} />;
	if (!place)
		return <div class="floor">{head(0)}<NoPart /></div>;
	return <Reels key={place.id} place={place} head={head} />;
}
