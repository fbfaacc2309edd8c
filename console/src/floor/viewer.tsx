// What the camera sees, with each code in it outlined.  Lets the camera go
// when the page is hidden; says plainly why there is no picture.
import type {ComponentChildren} from 'preact';
import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {useI18n, type Text} from '../i18n';
import {Button} from '../ui/button';
import {closeCamera, faultOf, openCamera, setLight, type Camera, type CameraFault} from './camera';
import {Reader, type Code} from './reader';
import {viewerTexts as x} from './viewer-texts';
import './viewer.css';

const pause_ms = 80; // between two pictures
const keep_ms = 400; // an outline stays so long

export interface Seen {
	codes: readonly Code[];
	width: number;
	height: number;
}

const cameraKey = 'birthmark.camera';
const faultTexts: Record<CameraFault, Text> = {refused: x.refused, absent: x.absent,
	busy: x.busy, insecure: x.insecure, broken: x.broken};

function useVisible(): boolean {
	const [visible, set] = useState(document.visibilityState === 'visible');
	useEffect(() => {
		const look = () => set(document.visibilityState === 'visible');
		const gone = () => set(false);
		document.addEventListener('visibilitychange', look);
		addEventListener('pagehide', gone);
		addEventListener('pageshow', look);
		return () => {
			document.removeEventListener('visibilitychange', look);
			removeEventListener('pagehide', gone);
			removeEventListener('pageshow', look);
		};
	}, []);
	return visible;
}

interface Shot {
	camera: Camera | undefined;
	fault: CameraFault | undefined;
	choose(id: string): void;
	retry(): void;
}

function useCamera(on: boolean): Shot {
	const [id, choose] = useState(() => localStorage.getItem(cameraKey));
	const [camera, set] = useState<Camera>();
	const [fault, setFault] = useState<CameraFault>();
	const [round, setRound] = useState(0);
	useEffect(() => {
		if (!on)
			return undefined;
		if (!navigator.mediaDevices?.getUserMedia) {
			setFault('insecure');
			return undefined;
		}
		let over = false, mine: Camera | undefined;
		setFault(undefined);
		openCamera(id).then((c) => {
			mine = c;
			if (over)
				return closeCamera(c);
			// Taken away: by another program, or its plug.
			c.stream.getVideoTracks()[0]?.addEventListener('ended', () => !over && setFault('busy'));
			return set(c);
		}, (e: unknown) => !over && setFault(faultOf(e)));
		return () => {
			over = true;
			if (mine)
				closeCamera(mine);
			set(undefined);
		};
	}, [on, id, round]);
	return {camera, fault, retry: () => setRound((n) => n + 1), choose(next) {
		localStorage.setItem(cameraKey, next);
		choose(next);
	}};
}

function draw(canvas: HTMLCanvasElement, video: HTMLVideoElement, codes: readonly Code[]): void {
	canvas.width = video.videoWidth;
	canvas.height = video.videoHeight;
	const c = canvas.getContext('2d');
	if (!c)
		return;
	const width = Math.max(4, canvas.width / 130);
	for (const [color, w] of [['#06211e', width * 2.2], ['#7ff0c0', width]] as const) {
		c.strokeStyle = color;
		c.lineWidth = w;
		c.lineJoin = 'round';
		for (const {corners} of codes) {
			c.beginPath();
			for (const p of corners)
				c.lineTo(p.x, p.y);
			c.closePath();
			c.stroke();
		}
	}
}

// Reads picture after picture; onSeen also when there is nothing, so that who
// listens knows that a code has gone.
function useReading(video: {current: HTMLVideoElement | null}, canvas: {current: HTMLCanvasElement | null},
		reader: Reader | undefined, camera: Camera | undefined, still: boolean,
		onSeen: (seen: Seen) => void): string | undefined {
	const [fault, setFault] = useState<string>();
	const listener = useRef(onSeen);
	listener.current = onSeen;
	useEffect(() => {
		const v = video.current;
		if (camera && v)
			v.srcObject = camera.stream;
	}, [camera]);
	useEffect(() => {
		const v = video.current;
		if (!reader || !camera || !v)
			return undefined;
		if (still) {
			v.pause();
			return undefined;
		}
		let over = false, last = 0, timer: ReturnType<typeof setTimeout>;
		v.play().catch(() => undefined);
		const look = async () => {
			if (v.videoWidth > 0 && v.readyState >= 2) {
				const [width, height] = [v.videoWidth, v.videoHeight];
				try {
					const codes = await reader.read(v, width, height);
					if (over)
						return;
					setFault(undefined);
					if (codes.length > 0 || Date.now() - last > keep_ms) {
						last = Date.now();
						if (canvas.current)
							draw(canvas.current, v, codes);
					}
					listener.current({codes, width, height});
				} catch (e) {
					if (!over)
						setFault(String(e));
				}
			}
			if (!over)
				timer = setTimeout(() => void look(), pause_ms);
		};
		void look();
		return () => {
			over = true;
			clearTimeout(timer);
		};
	}, [reader, camera, still]);
	return fault;
}

export function useReader(): Reader | undefined {
	const [reader, set] = useState<Reader>();
	useEffect(() => {
		const r = new Reader();
		set(r);
		return () => r.end();
	}, []);
	return reader;
}

// still: the picture stands, for a code in it to be picked.
export function Viewer({reader, on, still, onSeen, children}: {
		reader: Reader | undefined; on: boolean; still: boolean; onSeen: (seen: Seen) => void;
		children?: ComponentChildren}) {
	const {t} = useI18n();
	const visible = useVisible();
	const shot = useCamera(on && visible);
	const {camera} = shot;
	const video = useRef<HTMLVideoElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const [lit, light] = useState(false);
	const broken = useReading(video, canvas, reader, camera, still, onSeen);
	useEffect(() => light(false), [camera]);
	const toggle = useCallback(() => {
		if (camera)
			setLight(camera, !lit).then(() => light(!lit), () => undefined);
	}, [camera, lit]);
	if (shot.fault)
		return <div class="viewer-fault" role="alert">
			<p class="viewer-fault-title">{t(x.noPicture)}</p>
			<p>{t(faultTexts[shot.fault])}</p>
			{shot.fault !== 'insecure' && <Button onClick={shot.retry}>{t(x.retry)}</Button>}
		</div>;
	return <div class="viewer">
		<video ref={video} muted playsInline aria-label={t(x.picture)} class={camera ? 'viewer-live' : ''} />
		<canvas ref={canvas} aria-hidden="true" />
		{!camera && on && <p class="viewer-wait" role="status">{t(x.starting)}</p>}
		{broken && <p class="viewer-wait" role="alert">{t(x.readerBroken)}</p>}
		{children}
		{camera && !still && <div class="viewer-tools">
			{camera.light && <Button aria-pressed={lit} onClick={toggle}>{t(lit ? x.lightOff : x.lightOn)}</Button>}
			{camera.all.length > 1 && <select class="input" aria-label={t(x.camera)} value={camera.id}
				onChange={(e) => shot.choose(e.currentTarget.value)}>
				{camera.all.map((c, i) => <option key={c.id} value={c.id}>
					{c.name || t(x.cameraN, {n: i + 1})}</option>)}
			</select>}
		</div>}
	</div>;
}
