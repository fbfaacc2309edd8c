// Loading: one value, a list page by page, one action at a time.
import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {asProblem, once, type Problem} from './api/client';

export interface Loaded<T> {
	value: T | undefined;
	problem: Problem | undefined;
	loading: boolean;
	reload(): void;
	set(value: T): void;
}

// Loads again whenever deps change; what was there stays until the answer.
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>,
		deps: readonly unknown[]): Loaded<T> {
	const [value, set] = useState<T>();
	const [problem, setProblem] = useState<Problem>();
	const [loading, setLoading] = useState(true);
	const [round, setRound] = useState(0);
	useEffect(() => {
		const abort = new AbortController();
		setLoading(true);
		load(abort.signal).then((v) => {
			if (abort.signal.aborted)
				return;
			set(() => v);
			setProblem(undefined);
			setLoading(false);
		}, (e: unknown) => {
			if (abort.signal.aborted)
				return;
			setProblem(asProblem(e));
			setLoading(false);
		});
		return () => abort.abort();
	}, [...deps, round]);
	const reload = useCallback(() => setRound((n) => n + 1), []);
	return {value, problem, loading, reload, set};
}

export interface Page<T> {
	items: T[];
	next: string | null;
	total?: number;
}

export interface Listed<T> {
	items: T[];
	total: number | undefined;
	problem: Problem | undefined;
	loading: boolean;
	done: boolean; // nothing more to come
	more(): void;
	reload(): void;
	change(f: (items: T[]) => T[]): void;
}

// A list that grows as it is scrolled; starts anew when deps change.
export function useList<T>(
		load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
		deps: readonly unknown[]): Listed<T> {
	const [items, setItems] = useState<T[]>([]);
	const [total, setTotal] = useState<number>();
	const [next, setNext] = useState<string | null>(null);
	const [problem, setProblem] = useState<Problem>();
	const [loading, setLoading] = useState(true);
	const [round, setRound] = useState(0);
	const busy = useRef<AbortController | null>(null);
	const fetchPage = useCallback((cursor: string | undefined) => {
		busy.current?.abort();
		const abort = new AbortController();
		busy.current = abort;
		setLoading(true);
		setProblem(undefined);
		load(cursor, abort.signal).then((page) => {
			if (abort.signal.aborted)
				return;
			busy.current = null;
			setItems((old) => cursor === undefined ? page.items :
				old.concat(page.items));
			setNext(page.next);
			setTotal(page.total);
			setLoading(false);
		}, (e: unknown) => {
			if (abort.signal.aborted)
				return;
			busy.current = null;
			setProblem(asProblem(e));
			setLoading(false);
		});
	}, deps);
	useEffect(() => {
		fetchPage(undefined);
		return () => busy.current?.abort();
	}, [fetchPage, round]);
	const more = useCallback(() => {
		if (next !== null && !busy.current)
			fetchPage(next);
	}, [next, fetchPage]);
	const reload = useCallback(() => setRound((n) => n + 1), []);
	return {items, total, problem, loading, more, reload,
		done: next === null && !loading, change: setItems};
}

export interface Action<A extends unknown[]> {
	run(...args: A): Promise<boolean>; // whether it worked
	busy: boolean;
	problem: Problem | undefined;
	clear(): void;
}

// Something a person starts: never twice at once, its fault kept to be shown.
export function useAction<A extends unknown[]>(
		work: (...args: A) => Promise<void>): Action<A> {
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<Problem>();
	const running = useRef(false);
	const latest = useRef(work);
	latest.current = work;
	const run = useCallback(async (...args: A) => {
		if (running.current)
			return false;
		running.current = true;
		setBusy(true);
		setProblem(undefined);
		try {
			await latest.current(...args);
			return true;
		} catch (e) {
			setProblem(asProblem(e));
			return false;
		} finally {
			running.current = false;
			setBusy(false);
		}
	}, []);
	const clear = useCallback(() => setProblem(undefined), []);
	return {run, busy, problem, clear};
}

// The Idempotency-Key of a wish: the same when it is sent again as it was, a
// new one when something of it changed.  For what ends with its success.
export function useOnce(): (wish: unknown) => ReturnType<typeof once> {
	const last = useRef<{wish: string; header: ReturnType<typeof once>}>();
	return useCallback((wish) => {
		const text = JSON.stringify(wish);
		if (last.current?.wish !== text)
			last.current = {wish: text, header: once()};
		return last.current.header;
	}, []);
}

// A value that follows after a pause: for searches while typing.
export function useSettled<T>(value: T, ms = 250): T {
	const [settled, set] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => set(value), ms);
		return () => clearTimeout(timer);
	}, [value, ms]);
	return settled;
}
