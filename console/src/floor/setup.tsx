// For whom and as what is bound: account, product and product cloud, preset
// from the account.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../api/client';
import {useLoad} from '../hooks';
import {useI18n} from '../i18n';
import {useMe, type Me} from '../session';
import {SelectField} from '../ui/form';
import {Empty, ErrorBox} from '../ui/state';
import type {Problem} from '../api/client';
import {floorTexts as x} from './texts';

export interface Place {
	id: string;
	name: string;
	admin: boolean;
}

const lastKey = 'birthmark.last-account';
const productsMax = 2000;

export function placesOf(me: Me): Place[] {
	return me.memberships.filter((m) => m.scope === 'account' && m.id !== null &&
		(m.role === 'administrator' || m.role === 'operator'))
		.map((m) => ({id: m.id ?? '', name: m.name, admin: m.role === 'administrator'}));
}

// The account that is asked for, else the last one here, else the first.
export function usePlace(wanted: string | null): {
		places: Place[]; place: Place | undefined; choose: (id: string) => void} {
	const places = placesOf(useMe());
	const [id, set] = useState(() => wanted ?? localStorage.getItem(lastKey));
	return {places, place: places.find((p) => p.id === id) ?? places[0], choose(next) {
		localStorage.setItem(lastKey, next);
		set(next);
	}};
}

type Named = {id: string; name: string};

export interface Setup {
	loading: boolean;
	problem: Problem | undefined;
	reload(): void;
	products: readonly Named[];
	clouds: readonly Named[];
	presets: Schemas['Account'] | undefined;
	product: Named | null;
	cloud: Named | null;
	setProduct(id: string): void;
	setCloud(id: string): void;
}

async function allProducts(account: string, signal: AbortSignal): Promise<Named[]> {
	const all: Named[] = [];
	let cursor: string | null = null;
	do {
		const page: Schemas['ProductList'] = await take(api.GET('/api/v1/accounts/{account}/products', {
			params: {path: {account}, query: {limit: 500, ...cursor && {cursor}}}, signal}));
		all.push(...page.items);
		cursor = page.next;
	} while (cursor && all.length < productsMax);
	return all;
}

async function loadSetup(place: Place, signal: AbortSignal) {
	const account = place.id;
	const [presets, products, clouds] = await Promise.all([
		take(api.GET('/api/v1/accounts/{account}', {params: {path: {account}}, signal})),
		allProducts(account, signal),
		place.admin ? take(api.GET('/api/v1/accounts/{account}/clouds',
			{params: {path: {account}, query: {limit: 200}}, signal})) : {items: []},
	]);
	return {account, presets, products, clouds: clouds.items as Named[]};
}

export interface Choice {
	product?: string;
	cloud?: string;
}

// chosen: an earlier choice in this account; else its presets.
export function useSetup(place: Place, chosen: Choice = {}): Setup {
	const [picked, pick] = useState<Record<string, Choice>>({[place.id]: chosen});
	const {value, problem, loading, reload} = useLoad((signal) => loadSetup(place, signal), [place.id]);
	const mine = value?.account === place.id ? value : undefined;
	const products = mine?.products ?? [], clouds = mine?.clouds ?? [];
	const only = products.length === 1 ? products[0]?.id : undefined;
	const of = picked[place.id] ?? {};
	const choose = (more: Choice) =>
		pick({...picked, [place.id]: {...of, ...more}});
	const productId = of.product ?? mine?.presets.default_product ?? only;
	const cloudId = of.cloud ?? mine?.presets.default_cloud;
	return {loading, problem, reload, products, clouds, presets: mine?.presets,
		product: products.find((p) => p.id === productId) ?? null,
		cloud: clouds.find((c) => c.id === cloudId) ?? null,
		setProduct: (product) => choose({product}), setCloud: (cloud) => choose({cloud})};
}

const choices = (all: readonly Named[], none: string | null) => [
	...none === null ? [] : [{value: '', label: none}],
	...all.map((a) => ({value: a.id, label: a.name}))];

// The service presets what is not said: only without a preset there is "none".
export function SetupFields({setup, admin, locked}: {setup: Setup; admin: boolean; locked?: boolean}) {
	const {t} = useI18n();
	const {presets} = setup;
	return <div class="setup">
		<ErrorBox problem={setup.problem} retry={setup.reload} />
		<SelectField label={t(x.product)} value={setup.product?.id ?? ''}
			onValue={setup.setProduct} disabled={locked || !presets}
			choices={choices(setup.products, presets?.default_product ? null : t(x.noProduct))} />
		{admin && <SelectField label={t(x.cloud)} value={setup.cloud?.id ?? ''}
			onValue={setup.setCloud} disabled={locked || !presets}
			choices={choices(setup.clouds, presets?.default_cloud ? null : t(x.noCloud))} />}
	</div>;
}

export function NoPart() {
	const {t} = useI18n();
	return <main class="floor-main"><h1 class="visually-hidden">{t(x.noPart)}</h1>
		<Empty title={t(x.noPart)}>{t(x.noPartText)}</Empty></main>;
}
