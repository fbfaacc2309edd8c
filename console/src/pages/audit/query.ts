// The filters of the audit log: in the address of the page, in questions to
// the service, in addresses of exports.
import {useCallback, useMemo} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import type {Page} from '../../hooks';
import type {Scope} from '../../people/scope';

const keys = ['from', 'to', 'action', 'actor', 'target', 'outcome'] as const;
export type Filters = Record<(typeof keys)[number], string>;

export function useFilters(): [Filters, (f: Partial<Filters>) => void] {
	const {query, path, route} = useLocation();
	const filters = useMemo(() => Object.fromEntries(keys.map((k) => [k, query[k] ?? ''])) as Filters,
		[query]);
	const set = useCallback((change: Partial<Filters>) => {
		const next = Object.entries({...filters, ...change}).filter(([, v]) => v);
		const search = new URLSearchParams(next).toString();
		route(search ? `${path}?${search}` : path, true);
	}, [filters, path, route]);
	return [filters, set];
}

// The reader's days, as moments; the last day counts in full.
function moment(day: string, plus: number): string | undefined {
	const d = new Date(`${day}T00:00:00`);
	if (!day || Number.isNaN(d.getTime()))
		return undefined;
	d.setDate(d.getDate() + plus);
	return d.toISOString().replace(/\.\d+Z$/, 'Z');
}

interface Question {
	from?: string;
	to?: string;
	action?: string;
	actor?: string;
	target?: string;
	outcome?: 'ok' | 'refused';
}

function questionOf(f: Filters): Question {
	const from = moment(f.from, 0), to = moment(f.to, 1);
	const actor = f.actor.trim(), target = f.target.trim();
	const q: Question = {...from && {from}, ...to && {to}, ...f.action && {action: f.action},
		...actor && {actor}, ...target && {target}};
	if (f.outcome === 'ok' || f.outcome === 'refused')
		q.outcome = f.outcome;
	return q;
}

export function entries(s: Scope, f: Filters, cursor: string | undefined,
		signal: AbortSignal): Promise<Page<Schemas['AuditEntry']>> {
	const query = {...questionOf(f), limit: 100, ...cursor && {cursor}};
	if (s.kind === 'account')
		return take(api.GET('/api/v1/accounts/{account}/audit',
			{params: {path: {account: s.id}, query}, signal}));
	if (s.kind === 'vendor')
		return take(api.GET('/api/v1/vendors/{vendor}/audit',
			{params: {path: {vendor: s.id}, query}, signal}));
	return take(api.GET('/api/v1/service/audit', {params: {query}, signal}));
}

export function verify(s: Scope): Promise<Schemas['AuditVerdict']> {
	if (s.kind === 'account')
		return take(api.GET('/api/v1/accounts/{account}/audit/verify',
			{params: {path: {account: s.id}}}));
	if (s.kind === 'vendor')
		return take(api.GET('/api/v1/vendors/{vendor}/audit/verify',
			{params: {path: {vendor: s.id}}}));
	return take(api.GET('/api/v1/service/audit/verify'));
}

export function exportUrl(s: Scope, f: Filters, form: 'csv' | 'jsonl'): string {
	const base = s.kind === 'service' ? 'service' : `${s.kind}s/${s.id}`;
	return `/api/v1/${base}/audit/export?${String(new URLSearchParams({...questionOf(f), form}))}`;
}
