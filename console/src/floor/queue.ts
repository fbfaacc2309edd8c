// What was scanned and has to reach the service: kept on this device by user
// and account until it is answered, sent in order, once.  Each entry has the
// Idempotency-Key it got when it was scanned, so that a lost answer can be
// asked for again without binding twice.
// Claim codes are forgotten as soon as the service has answered.
import {api, asProblem, Problem, take, type Schemas} from '../api/client';
import type {Label} from './label';

export type State = 'waiting' | 'bound' | 'already' | 'refused' | 'undone';

export interface Entry {
	key: string;
	bid: string;
	code: string | null;
	product: string | null;
	productName: string;
	cloud: string | null;
	at: string; // when it was scanned
	shift: boolean; // part of a shift: stays in its list
	state: State;
	sent: boolean; // tried at least once: its answer may be lost
	devices?: number;
	vendor?: string;
	reason?: {code: string; message: string; until?: string};
}

export interface Wish {
	label: Label;
	product: {id: string; name: string} | null;
	cloud: string | null;
	shift: boolean;
}

// idle: nothing to do; offline: waits for the network; login: for its user.
export type Line = 'idle' | 'sending' | 'offline' | 'login';

export interface View {
	entries: readonly Entry[];
	waiting: number;
	line: Line;
	busy: string | null; // the key that is being sent
	kept: boolean; // false: this browser keeps nothing, a reload forgets
}

const entriesMax = 5000;
const hold_s = 30; // automatic provisioning waits, so that undo is possible
const answer_ms = 15000;
const prefix = 'birthmark.floor.';

const keyOf = (user: string, account: string) => `${prefix}${user}.${account}`;

function read(key: string): Entry[] | null {
	try {
		const all: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(all) ? all as Entry[] : [];
	} catch {
		return null;
	}
}

// Scans of other people that wait on this device: how many, and nothing else.
export function othersWaiting(user: string): number {
	let n = 0;
	try {
		for (let i = 0; i < localStorage.length; i++) {
			const key = localStorage.key(i) ?? '';
			if (key.startsWith(prefix) && !key.startsWith(`${prefix}${user}.`))
				n += read(key)?.filter((e) => e.state === 'waiting').length ?? 0;
		}
	} catch {
		return 0;
	}
	return n;
}

const isLater = (p: Problem) => p.status === 0 || p.status >= 500 || p.status === 408 ||
	(p.status === 429 && p.code !== 'claim-code-locked');
const isLogin = (p: Problem) => p.status === 401 || p.code.startsWith('csrf');

export class Queue {
	private readonly key: string;
	private memory: Entry[] = [];
	private kept = true;
	private line: Line = 'idle';
	private busy: string | null = null;
	private pause_ms = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private running = false;
	private stopped = true;
	private readonly listeners = new Set<() => void>();
	private shown: View | undefined;

	constructor(readonly user: string, readonly account: string) {
		this.key = keyOf(user, account);
	}

	// As long as somebody listens, what waits is sent.
	subscribe(f: () => void): () => void {
		this.listeners.add(f);
		if (this.listeners.size === 1)
			this.start();
		return () => {
			this.listeners.delete(f);
			if (this.listeners.size === 0)
				this.stop();
		};
	}

	view(): View {
		if (!this.shown) {
			const entries = this.load();
			this.shown = {entries, line: this.line, busy: this.busy, kept: this.kept,
				waiting: entries.filter((e) => e.state === 'waiting').length};
		}
		return this.shown;
	}

	// Null when there is no room left.
	add(wish: Wish): Entry | null {
		const entries = this.load();
		if (entries.length >= entriesMax)
			return null;
		const entry: Entry = {key: crypto.randomUUID(), bid: wish.label.bid,
			code: wish.label.code, product: wish.product?.id ?? null,
			productName: wish.product?.name ?? '', cloud: wish.cloud,
			at: new Date().toISOString(), shift: wish.shift, state: 'waiting', sent: false};
		this.save([...entries, entry]);
		this.kick();
		return entry;
	}

	// What of the shift is answered leaves the list; what waits stays.
	clear(): void {
		this.save(this.load().filter((e) => e.state === 'waiting'));
	}

	drop(key: string): void {
		this.save(this.load().filter((e) => e.key !== key));
	}

	// Takes a binding back; what was never sent is just not sent.
	async undo(key: string): Promise<void> {
		const entry = this.load().find((e) => e.key === key);
		if (!entry || entry.state === 'undone')
			return;
		if (entry.state === 'waiting') {
			if (entry.sent || this.busy === key)
				throw new Problem('undo-unsure', '');
			this.change(key, {state: 'undone', code: null});
			return;
		}
		try {
			await take(api.DELETE('/api/v1/accounts/{account}/batches/{bid}', {
				params: {path: {account: this.account, bid: entry.bid}},
				signal: AbortSignal.timeout(answer_ms)}));
		} catch (e) {
			// Not there any more: an answer to an earlier try was lost.
			if (asProblem(e).code !== 'not-found')
				throw e;
		}
		this.change(key, {state: 'undone'});
	}

	// Now, instead of after the pause.
	kick(): void {
		this.pause_ms = 0;
		clearTimeout(this.timer);
		void this.run();
	}

	private load(): Entry[] {
		const stored = this.kept ? read(this.key) : null;
		if (stored)
			this.memory = stored;
		return this.memory;
	}

	private save(entries: Entry[]): void {
		this.memory = entries;
		try {
			if (entries.length > 0)
				localStorage.setItem(this.key, JSON.stringify(entries));
			else
				localStorage.removeItem(this.key);
			this.kept = true;
		} catch {
			this.kept = false;
		}
		this.tell();
	}

	private change(key: string, more: Partial<Entry>): void {
		this.save(this.load().map((e) => e.key === key ? {...e, ...more} : e));
	}

	private tell(): void {
		this.shown = undefined;
		this.listeners.forEach((f) => f());
	}

	private set(line: Line, busy: string | null): void {
		if (line === this.line && busy === this.busy)
			return;
		this.line = line;
		this.busy = busy;
		this.tell();
	}

	private readonly onOnline = () => this.kick();
	private readonly onStorage = (e: StorageEvent) => {
		if (e.key === this.key || e.key === null)
			this.tell();
	};

	private start(): void {
		this.stopped = false;
		this.shown = undefined;
		addEventListener('online', this.onOnline);
		addEventListener('storage', this.onStorage);
		this.kick();
	}

	private stop(): void {
		this.stopped = true;
		clearTimeout(this.timer);
		removeEventListener('online', this.onOnline);
		removeEventListener('storage', this.onStorage);
	}

	// One sender in all pages of this browser.
	private async run(): Promise<void> {
		if (this.running || this.stopped)
			return;
		this.running = true;
		try {
			if (navigator.locks)
				await navigator.locks.request(this.key, () => this.sendAll());
			else
				await this.sendAll();
		} finally {
			this.running = false;
		}
		if (!this.stopped && this.line === 'idle' && this.next())
			void this.run();
	}

	private next(): Entry | undefined {
		return this.load().find((e) => e.state === 'waiting');
	}

	private async sendAll(): Promise<void> {
		for (let entry = this.next(); entry && !this.stopped; entry = this.next()) {
			this.set('sending', entry.key);
			const problem = await this.send(entry);
			if (problem) {
				this.set(isLogin(problem) ? 'login' : 'offline', null);
				if (!isLogin(problem))
					this.later(problem.retryAfterS * 1000);
				return;
			}
			this.pause_ms = 0;
		}
		this.set('idle', null);
	}

	private later(atLeast_ms: number): void {
		this.pause_ms = Math.min(30000, Math.max(1000, this.pause_ms * 2));
		const ms = Math.max(atLeast_ms, this.pause_ms * (0.75 + Math.random() / 2));
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.run(), ms);
	}

	// A problem when it has to be sent again later.
	private async send(entry: Entry): Promise<Problem | null> {
		this.change(entry.key, {sent: true});
		try {
			this.answered(entry, await this.ask(entry, entry.key));
			return null;
		} catch (e) {
			const p = asProblem(e);
			if (isLogin(p) || isLater(p))
				return p;
			if (p.code === 'idempotency-key-elsewhere')
				return this.askAgain(entry);
			this.refused(entry, p);
			return null;
		}
	}

	// It was done before the last login, which alone may read that answer.
	private async askAgain(entry: Entry): Promise<Problem | null> {
		try {
			const batch = await this.ask(entry, crypto.randomUUID());
			this.answered(entry, {...batch, already: false});
			return null;
		} catch (e) {
			const p = asProblem(e);
			if (isLogin(p) || isLater(p))
				return p;
			this.refused(entry, p);
			return null;
		}
	}

	private ask(entry: Entry, key: string): Promise<Schemas['BoundBatch']> {
		return take(api.POST('/api/v1/accounts/{account}/bindings', {
			params: {path: {account: this.account}, header: {'Idempotency-Key': key}},
			body: {batch: entry.bid, hold_s,
				...entry.code !== null && {claim_code: entry.code},
				...entry.product !== null && {product: entry.product},
				...entry.cloud !== null && {cloud: entry.cloud}},
			signal: AbortSignal.timeout(answer_ms)}));
	}

	private answered(entry: Entry, batch: Schemas['BoundBatch']): void {
		this.change(entry.key, {state: batch.already ? 'already' : 'bound', code: null,
			devices: batch.devices, vendor: batch.vendor,
			productName: batch.product?.name ?? ''});
	}

	private refused(entry: Entry, p: Problem): void {
		this.change(entry.key, {state: 'refused', code: null,
			reason: {code: p.code, message: p.message, ...p.retryAfterS > 0 &&
				{until: new Date(Date.now() + p.retryAfterS * 1000).toISOString()}}});
	}
}

const queues = new Map<string, Queue>();

export function queueOf(user: string, account: string): Queue {
	const key = keyOf(user, account);
	const queue = queues.get(key) ?? new Queue(user, account);
	queues.set(key, queue);
	return queue;
}
