// Sends a manifest piece by piece: what the service has stored decides where
// to go on, so a cut, a reload or another day costs one piece at most.
import {api, asProblem, csrfHeaders, Problem, take, type Schemas} from '../api/client';

const piece_bytes = 4 * 1024 * 1024;
const tries_max = 8;
const pause_ms = 1000;
const pause_max_ms = 15000;

export interface Sending {
	onProgress(stored: number): void;
	// Waiting for the network; the fault, or null when it goes on.
	onWait(fault: Problem | null): void;
	signal: AbortSignal;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const end = () => {
			clearTimeout(timer);
			removeEventListener('online', end);
			if (signal.aborted)
				reject(new DOMException('', 'AbortError'));
			else
				resolve();
		};
		const timer = setTimeout(end, ms);
		addEventListener('online', end, {once: true});
		signal.addEventListener('abort', end, {once: true});
	});
}

async function problemOf(response: Response): Promise<Problem> {
	const p = await response.json().catch(() => ({})) as Partial<Schemas['Problem']>;
	return new Problem(p.code ?? 'unreadable', p.detail ?? response.statusText, response.status,
		p.retry_after_s ?? 0);
}

// One piece; gives the new offset.
async function sendPiece(url: string, file: File, offset: number, signal: AbortSignal) {
	let response: Response;
	try {
		response = await fetch(url, {method: 'PATCH', signal,
			headers: {...csrfHeaders(), 'Upload-Offset': String(offset),
				'Content-Type': 'application/octet-stream'},
			body: file.slice(offset, offset + piece_bytes)});
	} catch (e) {
		if (signal.aborted)
			throw e;
		throw new Problem('offline', '');
	}
	const told = response.headers.get('Upload-Offset');
	if (response.status === 204 && told !== null)
		return Number(told);
	throw await problemOf(response);
}

const passing = (p: Problem) => p.code === 'offline' || p.status === 408 || p.status === 429 ||
	p.status >= 500;
// Of a cut piece a part may have been stored: the service is asked again.
const unsure = (p: Problem) => passing(p) || p.code === 'offset-mismatch';

export async function sendManifest(vendor: string, upload: string, file: File,
		s: Sending): Promise<void> {
	const url = `/api/v1/vendors/${vendor}/uploads/${upload}`;
	const ask = () => take(api.GET('/api/v1/vendors/{vendor}/uploads/{upload}',
		{params: {path: {vendor, upload}}, signal: s.signal}));
	let stored: number | undefined;
	for (let tries = 0; stored === undefined || stored < file.size;) {
		try {
			const before: number | undefined = stored;
			stored = before === undefined ? (await ask()).offset :
				await sendPiece(url, file, before, s.signal);
			if (before !== undefined && stored > before)
				tries = 0;
			s.onWait(null);
			s.onProgress(stored);
		} catch (e) {
			const p = asProblem(e);
			if (s.signal.aborted || !unsure(p))
				throw e;
			stored = undefined;
			// Without a network for as long as it takes; else a few times.
			tries = p.code === 'offline' ? Math.min(tries + 1, tries_max - 1) : tries + 1;
			if (tries >= tries_max)
				throw p;
			if (passing(p))
				s.onWait(p);
			await wait(Math.max(p.retryAfterS * 1000,
				Math.min(pause_ms * 2 ** (tries - 1), pause_max_ms)), s.signal);
		}
	}
}

export async function sendSignature(vendor: string, upload: string, file: File): Promise<void> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	const pem = bytes[0] === 0x2d;
	const response = await fetch(`/api/v1/vendors/${vendor}/uploads/${upload}/signature`, {
		method: 'PUT', body: bytes, headers: {...csrfHeaders(),
			'Content-Type': pem ? 'application/x-pem-file' : 'application/pkcs7-signature'}});
	if (!response.ok)
		throw await problemOf(response);
}

export const publish = (vendor: string, upload: string) => take(
	api.POST('/api/v1/vendors/{vendor}/uploads/{upload}/publish',
		{params: {path: {vendor, upload}}}));
