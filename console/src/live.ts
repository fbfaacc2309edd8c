// Following what changes: server-sent events while the page is looked at, and
// asking every few seconds where they do not come through.
import {useEffect, useRef} from 'preact/hooks';
import type {Schemas} from './api/client';

export interface Heard {
	job?(job: Schemas['Job']): void;
	batch?(batch: Schemas['BatchItem']): void;
	upload?(upload: Schemas['Upload']): void;
	refresh(): void; // something may have been missed: ask for it all
}

const poll_ms = 5000;
const again_ms = 30000;

export function accountEvents(account: string, batch?: string): string {
	return `/api/v1/accounts/${encodeURIComponent(account)}/events${
		batch ? `?batch=${encodeURIComponent(batch)}` : ''}`;
}

export function vendorEvents(vendor: string): string {
	return `/api/v1/vendors/${encodeURIComponent(vendor)}/events`;
}

function listen(source: EventSource, latest: {readonly current: Heard}) {
	const on = (name: 'job' | 'batch' | 'upload') =>
		source.addEventListener(name, (e: MessageEvent<string>) => {
			let value: unknown;
			try {
				value = JSON.parse(e.data);
			} catch {
				return;
			}
			(latest.current[name] as ((v: unknown) => void) | undefined)?.(value);
		});
	on('job');
	on('batch');
	on('upload');
}

// One stream with its replacement; gives what ends it.
function follow(url: string, latest: {readonly current: Heard}): () => void {
	let source: EventSource | undefined;
	let triedAt = 0;
	const open = () => {
		triedAt = Date.now();
		source?.close();
		source = new EventSource(url);
		listen(source, latest);
		// What ended before it was in no stream, nor in what was loaded earlier.
		source.onopen = () => latest.current.refresh();
	};
	const timer = setInterval(() => {
		if (source?.readyState === EventSource.OPEN)
			return;
		latest.current.refresh();
		if (source?.readyState === EventSource.CLOSED && Date.now() - triedAt > again_ms)
			open();
	}, poll_ms);
	open();
	return () => {
		clearInterval(timer);
		source?.close();
	};
}

// Only while the page is visible; coming back asks for all once.
export function useLive(url: string | undefined, heard: Heard): void {
	const latest = useRef(heard);
	latest.current = heard;
	useEffect(() => {
		if (!url)
			return;
		let end: (() => void) | undefined;
		const look = () => {
			if (document.hidden) {
				end?.();
				end = undefined;
			} else {
				end ??= follow(url, latest);
			}
		};
		look();
		document.addEventListener('visibilitychange', look);
		return () => {
			document.removeEventListener('visibilitychange', look);
			end?.();
		};
	}, [url]);
}
