// Small pieces of pages: head, card, badge, time, number, identifier,
// progress, list of facts, tabs.
import type {ComponentChildren} from 'preact';
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {useI18n} from '../i18n';
import {common} from './texts';

// Names the page for the browser's title and moves the focus there, so that a
// screen reader reads it when the page changes.
export function PageHead({title, sub, actions, back}: {
		title: string; sub?: ComponentChildren; actions?: ComponentChildren;
		back?: {href: string; label: string}}) {
	const ref = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		document.title = `${title} · Birthmark`;
	}, [title]);
	// Before the effects of the page, which may want the focus elsewhere.
	useLayoutEffect(() => {
		ref.current?.focus({preventScroll: true});
	}, []);
	return <header class="page-head">
		<div>
			{back && <a class="page-back" href={back.href}>← {back.label}</a>}
			<h1 ref={ref} tabIndex={-1}>{title}</h1>
			{sub && <div class="page-sub">{sub}</div>}
		</div>
		{actions && <div class="page-actions">{actions}</div>}
	</header>;
}

export function Card({title, children, actions, flush}: {
		title?: string; children: ComponentChildren; actions?: ComponentChildren;
		flush?: boolean}) {
	return <section class={flush ? 'card card-flush' : 'card'}>
		{(title || actions) && <div class="card-head">
			{title && <h2>{title}</h2>}{actions}</div>}
		{children}
	</section>;
}

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'quiet';

export function Badge({tone = 'quiet', children}: {tone?: Tone; children: ComponentChildren}) {
	return <span class={`badge badge-${tone}`}>{children}</span>;
}

// The exact time is in the tooltip and for machines; people read the distance.
export function Time({at, exact}: {at: string | null | undefined; exact?: boolean}) {
	const {t, ago, dateTime} = useI18n();
	if (!at)
		return <span class="faint">{t(common.never)}</span>;
	return <time dateTime={at} title={dateTime(at)}>{exact ? dateTime(at) : ago(at)}</time>;
}

export function Num({n}: {n: number}) {
	return <span class="num">{useI18n().num(n)}</span>;
}

// An identifier; in full in the tooltip, with a button to copy where asked.
export function Id({text, copy, short}: {text: string; copy?: boolean; short?: number}) {
	const cut = short && text.length > short ? `${text.slice(0, short)}…` : text;
	return <span class="id"><code title={text}>{cut}</code>{copy && <Copy text={text} />}</span>;
}

export function Copy({text, label}: {text: string; label?: string}) {
	const {t} = useI18n();
	const [done, set] = useState(false);
	return <button type="button" class="copy" onClick={() => {
		void navigator.clipboard.writeText(text).then(() => {
			set(true);
			setTimeout(() => set(false), 2000);
		});
	}}><span aria-live="polite">{done ? t(common.copied) : label ?? t(common.copy)}</span></button>;
}

export function Progress({value, max, label, tone}: {
		value: number; max: number; label: string; tone?: Tone}) {
	const share = max > 0 ? Math.min(1, value / max) : 0;
	return <div class={`progress progress-${tone ?? 'busy'}`} role="progressbar" aria-label={label}
		aria-valuemin={0} aria-valuemax={max} aria-valuenow={Math.min(value, max)}>
		<div class="progress-bar" style={{width: `${share * 100}%`}} />
	</div>;
}

export function Facts({rows}: {rows: readonly (readonly [string, ComponentChildren])[]}) {
	return <dl class="facts">{rows.map(([name, value]) =>
		<div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

export function Tabs<K extends string>({label, tabs, value, onValue}: {
		label: string; tabs: readonly (readonly [K, string])[]; value: K;
		onValue: (k: K) => void}) {
	return <div class="tabs" role="group" aria-label={label}>
		{tabs.map(([key, text]) => <button key={key} type="button" class="tab"
			aria-pressed={key === value ? 'true' : 'false'}
			onClick={() => onValue(key)}>{text}</button>)}
	</div>;
}
