// Tells a worker without a look at the screen: vibration and a short tone;
// keeps the screen awake during a shift.
import {useEffect, useState} from 'preact/hooks';

const key = 'birthmark.tone';
let audio: AudioContext | undefined;

function stored(): boolean {
	try {
		return localStorage.getItem(key) !== 'off';
	} catch {
		return true;
	}
}

let on = stored();

// Browsers play nothing before the first touch.
export function useTone(): [boolean, (v: boolean) => void] {
	const [value, set] = useState(on);
	useEffect(() => {
		const wake = () => {
			audio ??= typeof AudioContext === 'undefined' ? undefined : new AudioContext();
			void audio?.resume();
		};
		addEventListener('pointerdown', wake, {once: true});
		return () => removeEventListener('pointerdown', wake);
	}, []);
	return [value, (v) => {
		on = v;
		set(v);
		try {
			localStorage.setItem(key, v ? 'on' : 'off');
		} catch {
			// Private windows forget it.
		}
	}];
}

function tone(hertz: number, seconds: number, after = 0): void {
	if (!on || audio?.state !== 'running')
		return;
	const from = audio.currentTime + after;
	const gain = audio.createGain();
	gain.gain.setValueAtTime(0.25, from);
	gain.gain.exponentialRampToValueAtTime(0.001, from + seconds);
	const source = audio.createOscillator();
	source.frequency.value = hertz;
	source.connect(gain).connect(audio.destination);
	source.start(from);
	source.stop(from + seconds);
}

// read: a code was seen; good: it is bound; bad: it is not.
export function signal(kind: 'read' | 'good' | 'bad'): void {
	if (navigator.userActivation?.hasBeenActive !== false)
		navigator.vibrate?.(kind === 'bad' ? [90, 60, 90, 60, 90] : kind === 'good' ? [40, 40, 120] : 60);
	if (kind === 'read')
		tone(1320, 0.09);
	if (kind === 'good') {
		tone(880, 0.12);
		tone(1320, 0.2, 0.1);
	}
	if (kind === 'bad')
		tone(196, 0.45);
}

export function useAwake(wanted: boolean): void {
	useEffect(() => {
		if (!wanted || !('wakeLock' in navigator))
			return undefined;
		let lock: WakeLockSentinel | undefined, over = false;
		const ask = () => {
			if (document.visibilityState !== 'visible')
				return;
			navigator.wakeLock.request('screen').then((l) => {
				lock = l;
				if (over)
					void l.release();
			}, () => undefined);
		};
		ask();
		document.addEventListener('visibilitychange', ask);
		return () => {
			over = true;
			document.removeEventListener('visibilitychange', ask);
			void lock?.release();
		};
	}, [wanted]);
}
