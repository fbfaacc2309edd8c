// Search, filters and order of the list of batches, kept in the address so
// that a link can be shared and the way back leads to the same list.
import {useLocation} from 'preact-iso';
import type {Schemas} from '../../api/client';

const sorts = ['bound_at', 'batch', 'devices', 'provisioned', 'seen'] as const;
const states = ['bound', 'provisioning', 'provisioned', 'failed'] as const;

export interface Wish {
	q: string;
	product: string;
	cloud: string;
	state: Schemas['BatchState'] | '';
	sort: typeof sorts[number];
	order: 'asc' | 'desc';
}

const none: Wish = {q: '', product: '', cloud: '', state: '', sort: 'bound_at', order: 'desc'};

export const filtered = (w: Wish) => !!(w.q || w.product || w.cloud || w.state);

function read(query: Readonly<Record<string, string>>): Wish {
	return {
		q: query['q'] ?? '', product: query['product'] ?? '', cloud: query['cloud'] ?? '',
		state: states.find((s) => s === query['state']) ?? '',
		sort: sorts.find((s) => s === query['sort']) ?? 'bound_at',
		order: query['order'] === 'asc' ? 'asc' : 'desc'};
}

export function useWish(): [Wish, (change: Partial<Wish> | null) => void] {
	const {path, query, route} = useLocation();
	const set = (change: Partial<Wish> | null) => {
		// Two fields may settle at once: what counts is the address, not what was drawn.
		const now = read(Object.fromEntries(new URLSearchParams(location.search)));
		const next: Record<string, string> = {...change ? {...now, ...change} : none};
		const all = new URLSearchParams();
		for (const [key, value] of Object.entries(next))
			if (value !== none[key as keyof Wish])
				all.set(key, value);
		const text = all.toString();
		route(text ? `${path}?${text}` : path, true);
	};
	return [read(query), set];
}

// As the service wants it: what is empty is left out.
export function asked(w: Wish) {
	return {sort: w.sort, order: w.order, ...w.q && {q: w.q}, ...w.product && {product: w.product},
		...w.cloud && {cloud: w.cloud}, ...w.state && {state: w.state}};
}
