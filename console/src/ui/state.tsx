// What a page shows while it loads, when it fails, and when there is nothing.
import type {ComponentChildren} from 'preact';
import type {Problem} from '../api/client';
import {useI18n} from '../i18n';
import {Button} from './button';
import {common} from './texts';

// The sentence for a problem.  The service's own words are in English and say
// what to do; the most frequent ones are told in the reader's language.
export function useProblemText(): (p: Problem) => string {
	const {t} = useI18n();
	return (p) => {
		if (p.code === 'offline')
			return t(common.offline);
		if (p.code === 'unreadable')
			return t(common.unreadable);
		if (p.code === 'role-denied')
			return t(common.denied);
		if (p.code === 'not-found')
			return t(common.notFound);
		if (p.status === 429 && p.retryAfterS > 0)
			return t(common.waitThen, {n: p.retryAfterS});
		return p.message;
	};
}

export function ErrorBox({problem, retry}: {problem: Problem | undefined; retry?: () => void}) {
	const {t} = useI18n();
	const text = useProblemText();
	if (!problem)
		return null;
	return <div class="notice notice-bad" role="alert">
		<p>{text(problem)}{problem.line > 0 ? ` (${problem.line})` : ''}</p>
		{retry && <Button size="small" onClick={retry}>{t(common.retry)}</Button>}
	</div>;
}

export function Notice({kind = 'info', children}: {
		kind?: 'info' | 'good' | 'warn' | 'bad'; children: ComponentChildren}) {
	return <div class={`notice notice-${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
		{children}</div>;
}

export function Loading({lines = 4}: {lines?: number}) {
	const {t} = useI18n();
	return <div class="loading" role="status">
		<span class="visually-hidden">{t(common.loading)}</span>
		{Array.from({length: lines}, (_, i) =>
			<span key={i} class="skeleton" style={{width: `${90 - i * 37 % 50}%`}} />)}
	</div>;
}

export function Empty({title, children, action}: {
		title: string; children?: ComponentChildren; action?: ComponentChildren}) {
	return <div class="empty">
		<svg class="empty-mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M11 8.5c4-2.6 9.8-1.2 11.9 2.9 1.6 3.1.5 5.6 0 8-.6 3.3-3.4 5.1-7 4.8-2.8-.2-4.2-1.5-6-3.2-2.6-2.5-2.2-4.9-1.7-7.2.4-2.2 1.1-4.2 2.8-5.3Z" /></svg>
		<p class="empty-title">{title}</p>
		{children && <div class="empty-text">{children}</div>}
		{action}
	</div>;
}
