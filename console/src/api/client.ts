// The way to the service: typed by docs/openapi.yaml, one error type, the
// CSRF token of the session.  Knows no page.
import createClient, {type Middleware} from 'openapi-fetch';
import type {components, paths} from '../api';

export type Schemas = components['schemas'];

// Everything that can go wrong with a call: RFC 9457 details of the service,
// or `offline` and `unreadable` when there was no such answer.
export class Problem extends Error {
	constructor(
		readonly code: string,
		message: string,
		readonly status = 0,
		readonly retryAfterS = 0,
		readonly line = 0,
	) {
		super(message);
		this.name = 'Problem';
	}
}

export function asProblem(e: unknown): Problem {
	if (e instanceof Problem)
		return e;
	return new Problem('unreadable', e instanceof Error ? e.message : String(e));
}

function ofAnswer(error: unknown, response: Response): Problem {
	const p = (typeof error === 'object' && error !== null ? error : {}) as
		Partial<Schemas['Problem']>;
	return new Problem(p.code ?? 'unreadable',
		p.detail ?? `${response.status} ${response.statusText}`.trim(),
		response.status, p.retry_after_s ?? 0, p.line ?? 0);
}

let csrf: string | null = null;
const listeners = new Set<() => void>();

export function setCsrf(token: string | null): void {
	csrf = token;
}

// Called whenever the service says that nobody is logged in any more.
export function onSignedOut(f: () => void): () => void {
	listeners.add(f);
	return () => listeners.delete(f);
}

const guard: Middleware = {
	onRequest({request}) {
		if (csrf && request.method !== 'GET')
			request.headers.set('Birthmark-CSRF', csrf);
		return request;
	},
	async onResponse({response}) {
		if (response.status !== 401)
			return;
		const body: unknown = await response.clone().json().catch(() => null);
		const code = (body as {code?: string} | null)?.code;
		if (code === 'login-needed' || code === 'session-unknown')
			listeners.forEach((f) => f());
	},
};

export const api = createClient<paths>({baseUrl: location.origin});
api.use(guard);

export function csrfHeaders(): Record<string, string> {
	return csrf ? {'Birthmark-CSRF': csrf} : {};
}

interface Answer<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

// The data of an answer, or a Problem thrown.
export async function take<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
	let answer: Answer<T>;
	try {
		answer = await call;
	} catch (e) {
		if (e instanceof DOMException && e.name === 'AbortError')
			throw e;
		throw new Problem('offline', e instanceof Error ? e.message : '');
	}
	if (!answer.response.ok)
		throw ofAnswer(answer.error, answer.response);
	return answer.data as NonNullable<T>;
}

// A header that lets a POST be repeated without being done twice.
export function once(key: string = crypto.randomUUID()): {'Idempotency-Key': string} {
	return {'Idempotency-Key': key};
}
