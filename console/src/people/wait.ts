// Counts down what the service asks to wait after too many tries.
import {useEffect, useMemo, useState} from 'preact/hooks';
import type {Problem} from '../api/client';
import {useI18n} from '../i18n';
import {common} from '../ui/texts';

export interface Wait {
	left: number; // seconds
	text: string;
}

export function useWait(problem: Problem | undefined): Wait {
	const {t} = useI18n();
	const [now, setNow] = useState(0);
	const asked = problem?.status === 429 ? problem.retryAfterS : 0;
	// From the moment that the problem is known, so that no button is free between.
	const [began, until] = useMemo(() => [Date.now(), Date.now() + asked * 1000], [problem]);
	const left = Math.max(0, Math.ceil((until - Math.max(began, now)) / 1000));
	useEffect(() => {
		if (left === 0)
			return;
		const timer = setTimeout(() => setNow(Date.now()), 1000);
		return () => clearTimeout(timer);
	}, [left, now]);
	return {left, text: t(common.waitThen, {n: left})};
}
