// The life of one upload in this page: sends, signs, publishes; pauses and
// goes on; keeps nothing that the service does not tell again.
import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {asProblem, type Problem, type Schemas} from '../api/client';
import {forget, type Waiting} from './handoff';
import {publish, sendManifest, sendSignature} from './send';

type Upload = Schemas['Upload'];

export interface SendingState {
	active: boolean;
	stored: number;
	waits: Problem | null;
	problem: Problem | undefined;
	start(files: Waiting): void;
	pause(): void;
}

export function useSending(vendor: string, upload: Upload | undefined,
		onDone: () => void): SendingState {
	const [active, setActive] = useState(false);
	const [stored, setStored] = useState(0);
	const [waits, setWaits] = useState<Problem | null>(null);
	const [problem, setProblem] = useState<Problem>();
	const abort = useRef<AbortController | null>(null);
	useEffect(() => () => abort.current?.abort(), []);
	const start = useCallback((files: Waiting) => {
		if (!upload || abort.current)
			return;
		const control = new AbortController();
		abort.current = control;
		setActive(true);
		setProblem(undefined);
		setStored((old) => Math.max(old, upload.offset));
		const work = async () => {
			if (upload.offset < upload.size)
				await sendManifest(vendor, upload.id, files.manifest,
					{signal: control.signal, onProgress: setStored, onWait: setWaits});
			if (files.signature)
				await sendSignature(vendor, upload.id, files.signature);
			if (files.signature || upload.signed) {
				await publish(vendor, upload.id);
				forget(upload.id);
			}
		};
		work().catch((e: unknown) => {
			if (!control.signal.aborted)
				setProblem(asProblem(e));
		}).finally(() => {
			abort.current = null;
			setActive(false);
			setWaits(null);
			onDone();
		});
	}, [vendor, upload, onDone]);
	const pause = useCallback(() => abort.current?.abort(), []);
	return {active, stored, waits, problem, start, pause};
}
