// Devices of an account: found by any identifier, by certificate, by scanning.
import './style.css';
import {useEffect, useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useList, useSettled} from '../../hooks';
import {useI18n} from '../../i18n';
import {Card, PageHead, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {SelectField, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {named, useRefs} from '../batches/actions';
import {DeviceClouds} from './clouds';
import {CertificateDrop} from './drop';
import {texts as x} from './texts';

type Device = Schemas['DeviceItem'];

interface Wish {
	q: string;
	batch: string;
	product: string;
}

const keys = ['q', 'batch', 'product'] as const;

const read = (query: Readonly<Record<string, string>>): Wish => ({
	q: query['q'] ?? query['fingerprint'] ?? '', batch: query['batch'] ?? '', product: query['product'] ?? ''});

function useWish(): [Wish, (change: Partial<Wish> | null) => void] {
	const {path, query, route} = useLocation();
	return [read(query), (change) => {
		// Two fields may settle at once: what counts is the address, not what was drawn.
		const now = read(Object.fromEntries(new URLSearchParams(location.search)));
		const next = change ? {...now, ...change} : {q: '', batch: '', product: ''};
		const all = new URLSearchParams();
		for (const key of keys)
			if (next[key])
				all.set(key, next[key]);
		const text = all.toString();
		route(text ? `${path}?${text}` : path, true);
	}];
}

// Fingerprints and serials are often written with colons or in groups.
function plain(q: string): string {
	const close = q.replace(/[\s:]/g, '');
	return /^[0-9a-f]+$/i.test(close) ? close : q;
}

function useColumns(account: string, clouds: ReadonlyMap<string, string>): Column<Device>[] {
	const {t} = useI18n();
	return [
		{key: 'chip', title: t(x.chip), main: true, width: 290, cell: (d) => <>
			<a href={`/console/a/${account}/devices/${d.fingerprint}`} title={d.chip_id}>{d.chip_id}</a>
			{d.serial !== d.chip_id && <span class="line" title={d.serial}>{t(x.serialIs, {serial: d.serial})}</span>}</>},
		{key: 'product', title: t(x.product), width: 136, cell: (d) =>
			d.product ? <span class="two" title={d.product}>{d.product}</span> : <span class="faint">–</span>},
		{key: 'batch', title: t(x.batch), width: 126, cell: (d) =>
			<a href={`/console/a/${account}/batches/${encodeURIComponent(d.batch)}`} title={d.batch}>{d.batch}</a>},
		{key: 'clouds', title: t(x.clouds), width: 260, cell: (d) => <DeviceClouds clouds={d.clouds} names={clouds} />},
		{key: 'first', title: t(x.firstSeen), width: 136, cell: (d) => <Time at={d.first_seen_at} />},
		{key: 'last', title: t(x.lastSeen), width: 136, cell: (d) => <Time at={d.last_seen_at} />},
	];
}

// A field whose text goes into the address when the typing pauses.
function useTyped(value: string, onValue: (v: string) => void): [string, (v: string) => void] {
	const [text, setText] = useState(value);
	const settled = useSettled(text, 350);
	useEffect(() => setText(value), [value]);
	useEffect(() => {
		if (settled === text && settled.trim() !== value)
			onValue(settled.trim());
	}, [settled]);
	return [text, setText];
}

export default function Devices() {
	const {t} = useI18n();
	const account = useRoute().params['account'] ?? '';
	const [wish, setWish] = useWish();
	const refs = useRefs(account);
	const [q, setQ] = useTyped(wish.q, (v) => setWish({q: v}));
	const [batch, setBatch] = useTyped(wish.batch, (v) => setWish({batch: v}));
	const asked = {...wish.q && {q: plain(wish.q)}, ...wish.batch && {batch: wish.batch},
		...wish.product && {product: wish.product}};
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/devices', {
		params: {path: {account}, query: {...asked, limit: 100, ...cursor && {cursor}}}, signal})),
	[account, JSON.stringify(asked)]);
	const clouds = new Map(refs.value?.clouds.map((c) => [c.id, c.name]));
	const columns = useColumns(account, clouds);
	const filtered = !!(wish.q || wish.batch || wish.product);
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={
			<LinkButton href={`/scan?for=device&account=${account}`}>{t(x.scan)}</LinkButton>} />
		<div class="device-find">
			<div class="toolbar" role="search" aria-label={t(x.find)}>
				<TextField label={t(x.find)} hint={t(x.findHint)} type="search" required={false} maxlength={191}
					autocomplete="off" spellcheck={false} value={q} onValue={setQ} />
				<TextField label={t(x.batch)} required={false} maxlength={64} autocomplete="off"
					spellcheck={false} value={batch} onValue={setBatch} />
				<SelectField label={t(x.product)} value={wish.product} onValue={(product) => setWish({product})}
					choices={[{value: '', label: t(x.allProducts)}, ...named(refs.value?.products ?? [])]} />
			</div>
			<CertificateDrop account={account} />
		</div>
		<ListTable caption={t(x.title)} columns={columns} rowKey={(d) => d.fingerprint} list={list}
			empty={<Card>{filtered ? <Empty title={t(x.noMatch)}
				action={<Button onClick={() => setWish(null)}>{t(x.clear)}</Button>}>{t(x.noMatchText)}</Empty> :
				<Empty title={t(x.empty)}>{t(x.emptyText)}</Empty>}</Card>} />
	</>;
}
