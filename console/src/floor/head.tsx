// The head of the floor's pages: who binds for whom, the menu, and what waits
// for the network.
import {useState} from 'preact/hooks';
import {LanguageSwitch, SignOut, ThemeSwitch} from '../frame';
import {useI18n} from '../i18n';
import {useMe, useSession} from '../session';
import {Brand} from '../ui/brand';
import {Button, LinkButton} from '../ui/button';
import {Dialog} from '../ui/dialog';
import {Check} from '../ui/form';
import {othersWaiting, type Queue, type View} from './queue';
import type {Place} from './setup';
import {useTone} from './signal';
import {floorTexts as x} from './texts';
import {frameTexts} from '../frame-texts';
import './style.css';

interface Props {
	places: readonly Place[];
	place: Place | undefined;
	onPlace: (id: string) => void;
	waiting: number;
}

function Menu({place, waiting, onClose}: Pick<Props, 'place' | 'waiting'> & {onClose: () => void}) {
	const {t} = useI18n();
	const me = useMe();
	const [tone, setTone] = useTone();
	return <Dialog title={t(x.menu)} onClose={onClose}>
		<p class="faint">{t(x.loggedInAs, {name: me.user.name || me.user.email})}</p>
		{place && <LinkButton size="big" href={`/console/a/${place.id}/batches`}>
			{t(place.admin ? frameTexts.batches : x.myBatches)}</LinkButton>}
		{place?.admin && <LinkButton size="big" href={`/console/a/${place.id}`}>{t(x.console)}</LinkButton>}
		<Check label={t(x.tone)} checked={tone} onChecked={setTone} />
		<div class="plain-foot"><LanguageSwitch /><ThemeSwitch /></div>
		{waiting > 0 && <div class="notice notice-warn"><p><strong>{t(x.signOutWaiting, {n: waiting})}</strong>{' '}
			{t(x.signOutText)}</p></div>}
		<SignOut size="big" />
	</Dialog>;
}

export function FloorHead({places, place, onPlace, waiting}: Props) {
	const {t} = useI18n();
	const [open, setOpen] = useState(false);
	return <header class="floor-head">
		<Brand href={place?.admin ? `/console/a/${place.id}` : '/console'} />
		{places.length > 1 ? <select class="input" aria-label={t(x.account)} value={place?.id ?? ''}
			onChange={(e) => onPlace(e.currentTarget.value)}>
			{places.map((p) => <option key={p.id} value={p.id}>{p.name}</option>)}
		</select> : <span class="floor-account">{place?.name}</span>}
		<Button aria-haspopup="dialog" onClick={() => setOpen(true)}>{t(x.menu)}</Button>
		{open && <Menu place={place} waiting={waiting} onClose={() => setOpen(false)} />}
	</header>;
}

// What is not sent yet, so that it cannot be overlooked.
export function Waiting({queue, view}: {queue: Queue; view: View}) {
	const {t} = useI18n();
	const {reload} = useSession();
	const others = othersWaiting(queue.user);
	const stuck = view.waiting > 0 && (view.line === 'offline' || view.line === 'login');
	return <>
		<div role="status" class="floor-status">{stuck && <div class="waiting">
			<div>
				<strong>{t(view.line === 'login' ? x.loginWaiting : x.offlineWaiting, {n: view.waiting})}</strong>
				{view.line === 'offline' && <p>{t(x.offlineText)}</p>}
			</div>
			{view.line === 'login' ? <Button onClick={() => void reload()}>{t(x.logIn)}</Button> :
				<Button onClick={() => queue.kick()}>{t(x.sendNow)}</Button>}
		</div>}</div>
		{!view.kept && <p class="waiting">{t(x.notKept)}</p>}
		{others > 0 && <p class="others">{t(x.othersWaiting, {n: others})}</p>}
	</>;
}
