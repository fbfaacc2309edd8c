// Languages: each text stands beside its translations, where it is used.
// The reader's time zone and ways of writing numbers come from the browser.
import {createContext, type ComponentChildren} from 'preact';
import {useContext, useEffect, useMemo, useState} from 'preact/hooks';

export const languages = {en: 'English', de: 'Deutsch', zh: '简体中文'} as const;
export type Language = keyof typeof languages;

type Plural = {one?: string; other: string};
// One text in every language; a Plural is chosen by the parameter `n`.
export type Text = Readonly<Record<Language, string | Plural>>;
// Texts by their names: the compiler looks that no language is missing.
export const define = <T extends Record<string, Text>>(texts: T): T => texts;
type Params = Readonly<Record<string, string | number>>;

const tags: Record<Language, string> = {en: 'en', de: 'de', zh: 'zh-Hans'};
const storeKey = 'birthmark.language';

export function preferred(): Language {
	const wishes = [readStored(), ...navigator.languages];
	for (const wish of wishes) {
		const found = wish?.slice(0, 2).toLowerCase();
		if (found && found in languages)
			return found as Language;
	}
	return 'en';
}

function readStored(): string | null {
	try {
		return localStorage.getItem(storeKey);
	} catch {
		return null;
	}
}

export interface I18n {
	language: Language;
	setLanguage(l: Language): void;
	t(text: Text, params?: Params): string;
	num(n: number, fraction?: number): string;
	percent(part: number, whole: number): string;
	dateTime(iso: string): string;
	date(iso: string): string;
	// "3 minutes ago", "in 2 days"
	ago(iso: string): string;
	// "2 h 5 min"
	duration(seconds: number): string;
	bytes(n: number): string;
}

function fill(s: string, params: Params | undefined, num: (n: number) => string) {
	return params ? s.replace(/\{(\w+)\}/g, (all, name: string) => {
		const v = params[name];
		return v === undefined ? all : typeof v === 'number' ? num(v) : v;
	}) : s;
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
	['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600],
	['minute', 60]];

function make(language: Language, setLanguage: (l: Language) => void): I18n {
	const tag = navigator.languages.find((l) => l.startsWith(language)) ??
		tags[language];
	const whole = new Intl.NumberFormat(tag);
	const rules = new Intl.PluralRules(tag);
	const relative = new Intl.RelativeTimeFormat(tag, {numeric: 'auto'});
	const dateTime = new Intl.DateTimeFormat(tag,
		{dateStyle: 'medium', timeStyle: 'short'});
	const date = new Intl.DateTimeFormat(tag, {dateStyle: 'medium'});
	const num = (n: number, fraction = 0) => fraction === 0 ? whole.format(n) :
		new Intl.NumberFormat(tag, {maximumFractionDigits: fraction}).format(n);
	const unit = (n: number, u: string) => new Intl.NumberFormat(tag,
		{style: 'unit', unit: u, unitDisplay: 'short',
			maximumFractionDigits: 1}).format(n);
	return {
		language, setLanguage, num,
		t(text, params) {
			const s = text[language];
			if (typeof s === 'string')
				return fill(s, params, num);
			const form = rules.select(Number(params?.['n'] ?? 0));
			return fill((form === 'one' ? s.one : undefined) ?? s.other,
				params, num);
		},
		// Never "100 %" before all of it is there.
		percent: (part, all) => new Intl.NumberFormat(tag, {style: 'percent'})
			.format(all > 0 ? Math.floor(part * 100 / all) / 100 : 0),
		dateTime: (iso) => dateTime.format(new Date(iso)),
		date: (iso) => date.format(new Date(iso)),
		ago(iso) {
			const s = (Date.parse(iso) - Date.now()) / 1000;
			for (const [u, size] of steps)
				if (Math.abs(s) >= size)
					return relative.format(Math.round(s / size), u);
			return relative.format(0, 'second');
		},
		duration(seconds) {
			const s = Math.max(0, Math.round(seconds));
			if (s < 60)
				return unit(s, 'second');
			const minutes = Math.ceil(s / 60);
			if (minutes < 60)
				return unit(minutes, 'minute');
			return `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`;
		},
		bytes(n) {
			const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
			let i = 0;
			for (; n >= 1000 && i < names.length - 1; i++)
				n /= 1000;
			return unit(n, names[i] ?? 'byte');
		},
	};
}

const Context = createContext<I18n | null>(null);

export function I18nProvider({children}: {children: ComponentChildren}) {
	const [language, set] = useState<Language>(preferred);
	const value = useMemo(() => make(language, (l) => {
		try {
			localStorage.setItem(storeKey, l);
		} catch {
			// Private windows forget it.
		}
		set(l);
	}), [language]);
	useEffect(() => {
		document.documentElement.lang = tags[language];
	}, [language]);
	return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
	const value = useContext(Context);
	if (!value)
		throw new Error('I18nProvider is missing');
	return value;
}
