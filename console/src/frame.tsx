// The frame around the pages of the desk: navigation by account, vendor and
// service, as far as the reader has a part in them.
import type {ComponentChildren} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {useAction} from './hooks';
import {languages, useI18n, type Language, type Text} from './i18n';
import {roleIn, useMe, useSession, type Me, type Role} from './session';
import {setTheme, theme, themes, type Theme} from './theme';
import {Brand} from './ui/brand';
import {Button} from './ui/button';
import {ErrorBox} from './ui/state';
import {frameTexts as x} from './frame-texts';

export type Place =
	| {scope: 'account' | 'vendor'; id: string}
	| {scope: 'service'}
	| {scope: 'none'};

const lastKey = 'birthmark.place';

// Where an address leads: /console/a/ID/..., /console/v/ID/..., /console/service...
export function placeOf(path: string): Place {
	const [, , kind, id] = path.split('/');
	if ((kind === 'a' || kind === 'v') && id)
		return {scope: kind === 'a' ? 'account' : 'vendor', id};
	return kind === 'service' ? {scope: 'service'} : {scope: 'none'};
}

export function homeOf(place: Place): string {
	if (place.scope === 'account')
		return `/console/a/${place.id}`;
	if (place.scope === 'vendor')
		return `/console/v/${place.id}`;
	return place.scope === 'service' ? '/console/service' : '/console';
}

// Where somebody starts: where he was last, else his first account or vendor.
export function startOf(me: Me): Place {
	const places = me.memberships.map((m): Place => m.scope === 'service' ?
		{scope: 'service'} : {scope: m.scope, id: m.id ?? ''});
	const last = localStorage.getItem(lastKey);
	return places.find((p) => homeOf(p) === last) ?? places[0] ?? {scope: 'none'};
}

interface Item {
	path: string;
	text: Text;
	roles?: readonly Role[];
}

const desk: readonly Role[] = ['administrator', 'developer', 'auditor'];
const items: Record<'account' | 'vendor' | 'service', readonly Item[]> = {
	account: [
		{path: '', text: x.overview, roles: desk},
		{path: '/batches', text: x.batches},
		{path: '/devices', text: x.devices, roles: desk},
		{path: '/clouds', text: x.clouds, roles: desk},
		{path: '/products', text: x.products, roles: desk},
		{path: '/claims', text: x.claims, roles: desk},
		{path: '/cas', text: x.cas, roles: desk},
		{path: '/users', text: x.users, roles: ['administrator', 'auditor']},
		{path: '/tokens', text: x.tokens, roles: ['administrator']},
		{path: '/audit', text: x.audit, roles: ['administrator', 'auditor']},
		{path: '/settings', text: x.settings, roles: ['administrator']},
	],
	vendor: [
		{path: '', text: x.overview},
		{path: '/uploads', text: x.uploads},
		{path: '/batches', text: x.batches},
		{path: '/labels', text: x.labels},
		{path: '/users', text: x.users},
		{path: '/tokens', text: x.tokens, roles: ['vendor-administrator']},
		{path: '/audit', text: x.audit, roles: ['vendor-administrator']},
	],
	service: [
		{path: '', text: x.vendors},
		{path: '/users', text: x.users},
		{path: '/audit', text: x.audit},
	],
};

function Nav({place, path}: {place: Place; path: string}) {
	const {t} = useI18n();
	const me = useMe();
	if (place.scope === 'none')
		return null;
	const role = roleIn(me, place.scope, 'id' in place ? place.id : undefined) ??
		roleIn(me, 'service');
	const base = homeOf(place);
	const may = (item: Item) => !item.roles || (role !== null && item.roles.includes(role));
	const here = (p: string) => p === '' ? path === base :
		path === base + p || path.startsWith(`${base}${p}/`);
	return <nav class="nav" aria-label={t(x.navigation)}>
		{place.scope === 'account' && (role === 'administrator' || role === 'operator') &&
			<a class="nav-main" href={`/scan?account=${place.id}`}>{t(x.bind)}</a>}
		{items[place.scope].filter(may).map((item) => <a key={item.path} href={base + item.path}
			aria-current={here(item.path) ? 'page' : undefined}>{t(item.text)}</a>)}
	</nav>;
}

function PlaceSwitch({place}: {place: Place}) {
	const {t} = useI18n();
	const {route} = useLocation();
	const me = useMe();
	const value = homeOf(place);
	const all = me.memberships.map((m) => ({
		href: m.scope === 'service' ? '/console/service' :
			`/console/${m.scope === 'account' ? 'a' : 'v'}/${m.id ?? ''}`,
		name: m.scope === 'service' ? t(x.service) : m.name}));
	return <select class="input" aria-label={t(x.switchPlace)} value={value}
		onChange={(e) => {
			if (e.currentTarget.value === '+')
				route('/console/me#new-account');
			else
				route(e.currentTarget.value);
		}}>
		{!all.some((p) => p.href === value) && <option value={value}>–</option>}
		{all.map((p) => <option key={p.href} value={p.href}>{p.name}</option>)}
		<option value="+">{t(x.newAccount)}</option>
	</select>;
}

export function LanguageSwitch() {
	const {t, language, setLanguage} = useI18n();
	return <select aria-label={t(x.language)} value={language}
		onChange={(e) => setLanguage(e.currentTarget.value as Language)}>
		{Object.entries(languages).map(([key, name]) =>
			<option key={key} value={key} lang={key}>{name}</option>)}
	</select>;
}

export function ThemeSwitch() {
	const {t} = useI18n();
	const [value, set] = useState<Theme>(theme);
	return <select aria-label={t(x.theme)} value={value} onChange={(e) => {
		const next = themes.find((y) => y === e.currentTarget.value) ?? 'system';
		setTheme(next);
		set(next);
	}}>
		{themes.map((key) => <option key={key} value={key}>{t(x[key])}</option>)}
	</select>;
}

// Says so when it did not work: somebody would walk away from an open session.
export function SignOut({size}: {size: 'small' | 'big'}) {
	const {t} = useI18n();
	const {signOut} = useSession();
	const leave = useAction(() => signOut());
	return <>
		<Button size={size} kind={size === 'big' ? 'danger' : 'plain'} busy={leave.busy}
			onClick={() => void leave.run()}>{t(x.signOut)}</Button>
		<ErrorBox problem={leave.problem} />
	</>;
}

export function Frame({children}: {children: ComponentChildren}) {
	const {t} = useI18n();
	const {path} = useLocation();
	const me = useMe();
	const [open, setOpen] = useState(false);
	const place = placeOf(path);
	const shown = place.scope === 'none' ? startOf(me) : place;
	useEffect(() => {
		setOpen(false);
		if (place.scope !== 'none')
			localStorage.setItem(lastKey, homeOf(place));
	}, [path]);
	return <>
		<a class="skip" href="#content" onClick={(e) => {
			e.preventDefault();
			document.getElementById('content')?.focus();
		}}>{t(x.skip)}</a>
		<div class="shell">
			<header class="topbar">
				<Brand href={homeOf(shown)} />
				<div class="row-end">
					<Button size="small" aria-expanded={open} aria-controls="side"
						onClick={() => setOpen(!open)}>{t(x.menu)}</Button>
				</div>
			</header>
			<aside class={open ? 'side side-open' : 'side'} id="side">
				<div class="row">
					<Brand href={homeOf(shown)} />
					{open && <div class="row-end"><Button size="small"
						onClick={() => setOpen(false)}>{t(x.closeMenu)}</Button></div>}
				</div>
				<PlaceSwitch place={shown} />
				<Nav place={shown} path={path} />
				<div class="side-foot">
					<nav class="nav" aria-label={t(x.you)}>
						<a href="/console/me" aria-current={path === '/console/me' ? 'page' : undefined}>
							{me.user.name || me.user.email}</a>
					</nav>
					<div class="row"><LanguageSwitch /><ThemeSwitch /></div>
					<SignOut size="small" />
				</div>
			</aside>
			<main class="content" id="content" tabIndex={-1}>{children}</main>
		</div>
	</>;
}
