// The ways a code comes in: by the camera, as a photo, or typed.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {useI18n} from '../i18n';
import {Button} from '../ui/button';
import type {Code} from './reader';
import {signal} from './signal';
import {useReader, Viewer, type Seen} from './viewer';
import {intakeTexts as x} from './intake-texts';

const gone_ms = 2500; // a code that was away so long counts as shown again
const gather_ms = 350; // for the other codes of a picture to be read as well

interface Props {
	on: boolean; // false: something else is shown; the camera is let go
	many: boolean; // take all codes; else one, picked where there are several
	counts: (text: string) => boolean; // whether a code is of the kind wanted
	name: (text: string) => string;
	notIt: string; // told when it is not
	onText: (text: string) => void;
	typing: ComponentChildren;
}

interface Pick {
	text: string;
	x: number; // per cent of the frame
	y: number;
}

// Where codes are in a frame that the picture fills, cutting what overhangs.
function place(seen: Seen, frame: number): Pick[] {
	const ratio = seen.width / seen.height;
	const [across, down] = ratio > frame ? [frame / ratio, 1] : [1, ratio / frame];
	const inside = (v: number) => Math.min(76, Math.max(24, v * 100));
	return seen.codes.map(({text, corners}) => {
		const mean = (k: 'x' | 'y') => corners.reduce((sum, c) => sum + c[k], 0) / 4;
		return {text, x: inside((mean('x') / seen.width - 0.5) / across + 0.5),
			y: inside((mean('y') / seen.height - 0.5) / down + 0.5)};
	});
}

function unique(codes: readonly Code[]): Code[] {
	return [...new Map(codes.map((c) => [c.text, c])).values()];
}

function useSeen({many, counts, notIt, onText}: Props, last: {current: Map<string, number>},
		tell: (hint: string) => void, ask: (seen: Seen, photo: boolean) => void) {
	const gathered = useRef<{since: number; seen: Seen} | null>(null);
	return (seen: Seen, photo = false) => {
		const now = Date.now();
		const fresh = unique(seen.codes).filter((c) => {
			const before = last.current.get(c.text) ?? 0;
			last.current.set(c.text, now);
			return photo || now - before > gone_ms || gathered.current !== null;
		});
		const good = fresh.filter((c) => counts(c.text));
		if (fresh.length > 0 && good.length === 0 && !gathered.current)
			tell(notIt);
		if (many) {
			good.forEach((c) => onText(c.text));
			return;
		}
		const held = gathered.current;
		const all = unique([...held?.seen.codes ?? [], ...good]);
		if (all.length === 0)
			return;
		if (!photo && (!held || now - held.since < gather_ms)) {
			gathered.current = {since: held?.since ?? now, seen: {...seen, codes: all}};
			return;
		}
		gathered.current = null;
		if (all.length === 1 && all[0])
			onText(all[0].text);
		else
			ask({...seen, codes: all}, photo);
	};
}

function Photo({onPhoto}: {onPhoto: (photo: Blob) => void}) {
	const {t} = useI18n();
	const input = useRef<HTMLInputElement>(null);
	return <div class="intake-photo">
		<input ref={input} type="file" accept="image/*" tabIndex={-1} aria-label={t(x.photo)}
			onChange={(e) => {
				const photo = e.currentTarget.files?.[0];
				if (photo)
					onPhoto(photo);
				e.currentTarget.value = '';
			}} />
		<Button size="big" onClick={() => input.current?.click()}>{t(x.photo)}</Button>
	</div>;
}

export function Intake(props: Props) {
	const {t} = useI18n();
	const reader = useReader();
	const [hint, tell] = useState('');
	const [typing, setTyping] = useState(false);
	const [picks, setPicks] = useState<Pick[]>([]);
	const frame = useRef<HTMLDivElement>(null);
	const last = useRef(new Map<string, number>());
	useEffect(() => {
		const timer = setTimeout(() => tell(''), 5000);
		return () => clearTimeout(timer);
	}, [hint]);
	const ratio = () => {
		const r = frame.current?.querySelector('.viewer')?.getBoundingClientRect();
		return r && r.height > 0 ? r.width / r.height : 1;
	};
	const seen = useSeen(props, last, tell, (s, photo) => {
		signal('read');
		const n = s.codes.length;
		setPicks(photo ? s.codes.map(({text}, i) => ({text, x: 50, y: (i + 1) / (n + 1) * 100})) :
			place(s, ratio()));
	});
	// What is still in the picture is not asked about again.
	const dismiss = () => {
		picks.forEach((p) => last.current.set(p.text, Date.now()));
		setPicks([]);
	};
	const readPhoto = (photo: Blob) => {
		tell(t(x.reading));
		reader?.readPhoto(photo).then((codes) => {
			tell(codes.length > 0 ? '' : t(x.photoEmpty));
			seen({codes, width: 1, height: 1}, true);
		}, () => tell(t(x.photoBroken)));
	};
	const pick = (text: string) => {
		setPicks([]);
		props.onText(text);
	};
	return <div class="intake" ref={frame}>
		<Viewer reader={reader} on={props.on} still={picks.length > 0} onSeen={seen}>
			{picks.length > 0 && <div class="viewer-still" role="group" aria-label={t(x.which)}>
				{picks.map((p, i) => <button key={p.text} type="button" class="viewer-pick"
					autoFocus={i === 0} style={{left: `${p.x}%`, top: `${p.y}%`}}
					onClick={() => pick(p.text)}>{props.name(p.text)}</button>)}
			</div>}
		</Viewer>
		<p class="intake-hint" role="status">{picks.length > 0 ? t(x.which) : hint || t(x.hold)}</p>
		{picks.length > 0 && <Button onClick={dismiss}>{t(x.noneOfThem)}</Button>}
		<div class="intake-ways">
			<Photo onPhoto={readPhoto} />
			<Button size="big" aria-expanded={typing} onClick={() => setTyping(!typing)}>{t(x.type)}</Button>
		</div>
		{typing && props.typing}
	</div>;
}
