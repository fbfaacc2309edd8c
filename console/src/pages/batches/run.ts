// One action for several batches, one after the other; what fails is kept and
// does not stop the others.
import {useRef, useState} from 'preact/hooks';
import {asProblem, type Problem} from '../../api/client';

export interface Failed<T> {
	item: T;
	problem: Problem;
}

export interface Run<T> {
	start(items: readonly T[]): Promise<boolean>; // whether all worked
	busy: boolean;
	done: number;
	failed: readonly Failed<T>[];
	ended: boolean;
}

export function useEach<T>(work: (item: T) => Promise<void>): Run<T> {
	const [busy, setBusy] = useState(false);
	const [ended, setEnded] = useState(false);
	const [done, setDone] = useState(0);
	const [failed, setFailed] = useState<Failed<T>[]>([]);
	const running = useRef(false);
	const start = async (items: readonly T[]) => {
		if (running.current)
			return false;
		running.current = true;
		setBusy(true);
		setEnded(false);
		const bad: Failed<T>[] = [];
		let good = 0;
		for (const item of items) {
			try {
				await work(item);
				setDone(++good);
			} catch (e) {
				bad.push({item, problem: asProblem(e)});
				setFailed([...bad]);
			}
		}
		running.current = false;
		setBusy(false);
		setEnded(true);
		return bad.length === 0;
	};
	return {start, busy, done, failed, ended};
}
