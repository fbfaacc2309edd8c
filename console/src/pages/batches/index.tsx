// The batches of an account: found, sorted, watched, and what is done with
// them; an operator sees his own only.
import './style.css';
import {useCallback, useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take} from '../../api/client';
import {useList, useSettled, type Listed} from '../../hooks';
import {useI18n} from '../../i18n';
import {accountEvents, useLive} from '../../live';
import {mayIn, useMe} from '../../session';
import {Card, PageHead} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {SelectField, TextField} from '../../ui/form';
import {Menu} from '../../ui/menu';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {DeedDialog, named, useDeeds, useRefs, type BatchItem, type Doing, type Refs} from './actions';
import {stateText, useBatchColumns} from './cells';
import {Mine} from './mine';
import {asked, filtered, useWish, type Wish} from './query';
import {texts as x} from './texts';

const flush_ms = 500;

// What the events tell of rows that are here, taken in together.
function useChanges(account: string, list: Listed<BatchItem>, firstOnes: () => Promise<BatchItem[]>) {
	const waiting = useRef(new Map<string, BatchItem>());
	const {change} = list;
	useEffect(() => {
		const timer = setInterval(() => {
			const news = waiting.current;
			if (news.size === 0)
				return;
			waiting.current = new Map();
			change((all) => all.map((b) => news.get(b.batch) ?? b));
		}, flush_ms);
		return () => clearInterval(timer);
	}, [change]);
	useLive(accountEvents(account), {
		batch: (b) => {
			waiting.current.set(b.batch, b);
		},
		// In place, so that neither what is selected nor where it is scrolled goes.
		refresh: () => void firstOnes().then((items) => {
			for (const b of items)
				waiting.current.set(b.batch, b);
		}, () => undefined),
	});
}

function Filters({wish, refs, onWish}: {wish: Wish; refs: Refs | undefined;
		onWish: (w: Partial<Wish>) => void}) {
	const {t} = useI18n();
	const [q, setQ] = useState(wish.q);
	const settled = useSettled(q);
	useEffect(() => setQ(wish.q), [wish.q]);
	useEffect(() => {
		if (settled === q && settled.trim() !== wish.q)
			onWish({q: settled.trim()});
	}, [settled]);
	return <div class="toolbar" role="search" aria-label={t(common.search)}>
		<TextField label={t(common.search)} type="search" optional={false} required={false} maxlength={127}
			placeholder={t(x.searchFor)} value={q} onValue={setQ} />
		<SelectField label={t(x.product)} value={wish.product} onValue={(product) => onWish({product})}
			choices={[{value: '', label: t(x.allProducts)}, ...named(refs?.products ?? [])]} />
		<SelectField label={t(x.cloud)} value={wish.cloud} onValue={(cloud) => onWish({cloud})}
			choices={[{value: '', label: t(x.allClouds)}, ...named(refs?.clouds ?? [])]} />
		<SelectField label={t(x.state)} value={wish.state}
			onValue={(state) => onWish({state: state as Wish['state']})}
			choices={[{value: '', label: t(x.allStates)},
				...Object.entries(stateText).map(([value, label]) => ({value, label: t(label)}))]} />
	</div>;
}

interface Picking {
	chosen: ReadonlySet<string>;
	set: (s: ReadonlySet<string>) => void;
}

function useColumns(account: string, items: readonly BatchItem[], {chosen, set}: Picking,
		onMenu: (b: BatchItem, anchor: HTMLElement) => void, admin: boolean): Column<BatchItem>[] {
	const {t} = useI18n();
	const columns = useBatchColumns(account);
	const all = items.length > 0 && items.every((b) => chosen.has(b.batch));
	return useMemo(() => !admin ? columns : [
		{key: 'pick', title: t(x.selectAll), width: 40, tight: true,
			head: <input type="checkbox" class="pick" aria-label={t(x.selectAll)} checked={all}
				onChange={() => set(new Set(all ? [] : items.map((b) => b.batch)))} />,
			cell: (b) => <input type="checkbox" class="pick" aria-label={t(x.select, {bid: b.batch})}
				checked={chosen.has(b.batch)} onChange={() => {
					const next = new Set(chosen);
					if (!next.delete(b.batch))
						next.add(b.batch);
					set(next);
				}} />},
		...columns,
		{key: 'actions', title: t(common.actions), width: 50, tight: true,
			head: <span class="visually-hidden">{t(common.actions)}</span>,
			cell: (b) => <button type="button" class="dots" aria-haspopup="menu"
				aria-label={t(x.actionsOf, {bid: b.batch})}
				onClick={(e) => onMenu(b, e.currentTarget)}>⋯</button>},
	], [account, items, chosen, admin, t]);
}

function Chosen({n, onDeed, onClear}: {n: number; onDeed: (d: Doing['deed']) => void; onClear: () => void}) {
	const {t} = useI18n();
	const deeds = useDeeds(onDeed);
	return <div class="chosen" role="region" aria-label={t(x.selected, {n})}>
		<strong aria-live="polite">{t(x.selected, {n})}</strong>
		{deeds.map((d) => <Button key={d.label} size="small" kind={d.danger ? 'danger' : 'plain'}
			onClick={d.onPick}>{d.label}</Button>)}
		<Button size="small" kind="quiet" onClick={onClear}>{t(x.unselect)}</Button>
	</div>;
}

function Nothing({wish, admin, onClear, account}: {wish: Wish; admin: boolean; account: string;
		onClear: () => void}) {
	const {t} = useI18n();
	return <Card>{filtered(wish) ?
		<Empty title={t(x.noMatch)} action={<Button onClick={onClear}>{t(x.clear)}</Button>}>
			{t(x.noMatchText)}</Empty> :
		<Empty title={t(x.empty)} action={admin && <LinkButton kind="primary"
			href={`/scan?account=${account}`}>{t(x.bind)}</LinkButton>}>
			{t(admin ? x.emptyText : x.emptyRead)}</Empty>}</Card>;
}

function Desk({account}: {account: string}) {
	const {t} = useI18n();
	const admin = mayIn(useMe(), account, 'administrator');
	const [wish, setWish] = useWish();
	const refs = useRefs(account);
	const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
	const [menu, setMenu] = useState<{batch: BatchItem; anchor: HTMLElement}>();
	const [doing, setDoing] = useState<Doing>();
	const [gone, setGone] = useState(0);
	const load = (cursor?: string, signal?: AbortSignal) => take(api.GET('/api/v1/accounts/{account}/batches',
		{params: {path: {account}, query: {...asked(wish), limit: cursor ? 500 : 100, ...cursor && {cursor}}},
			...signal && {signal}}));
	const list = useList((cursor, signal) => {
		if (!cursor) {
			setGone(0);
			setChosen(new Set());
		}
		return load(cursor, signal);
	}, [account, JSON.stringify(wish)]);
	useChanges(account, list, async () => (await load()).items);
	const onMenu = useCallback((batch: BatchItem, anchor: HTMLElement) => setMenu({batch, anchor}), []);
	const columns = useColumns(account, list.items, {chosen, set: setChosen}, onMenu, admin);
	const deeds = useDeeds((deed) => menu && setDoing({deed, batches: [menu.batch]}));
	const total = list.total !== undefined && !(list.loading && list.items.length === 0) &&
		t(x.total, {n: list.total - gone});
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={admin &&
			<LinkButton kind="primary" href={`/scan?account=${account}`}>{t(x.bind)}</LinkButton>} />
		<Filters wish={wish} refs={refs.value} onWish={setWish} />
		<p class="batch-total faint" role="status">{total}</p>
		{chosen.size > 0 && <Chosen n={chosen.size} onClear={() => setChosen(new Set())}
			onDeed={(deed) => setDoing({deed, batches: list.items.filter((b) => chosen.has(b.batch))})} />}
		<ListTable caption={t(x.title)} columns={columns} rowKey={(b) => b.batch} list={list}
			sorting={{by: wish.sort, order: wish.order, onSort: (sort, order) =>
				setWish({sort: sort as Wish['sort'], order})}}
			empty={<Nothing wish={wish} admin={admin} account={account} onClear={() => setWish(null)} />} />
		{menu && <Menu label={t(x.actionsOf, {bid: menu.batch.batch})} anchor={menu.anchor} items={deeds}
			onClose={() => setMenu(undefined)} />}
		{doing && <DeedDialog {...doing} account={account} refs={refs} onClose={() => setDoing(undefined)}
			onChanged={(b, bid) => {
				if (b)
					list.change((all) => all.map((old) => old.batch === bid ? b : old));
				else {
					list.change((all) => all.filter((old) => old.batch !== bid));
					setGone((n) => n + 1);
					setChosen((old) => new Set([...old].filter((id) => id !== bid)));
				}
			}} />}
	</>;
}

export default function Batches() {
	const account = useRoute().params['account'] ?? '';
	return mayIn(useMe(), account, 'operator') ? <Mine account={account} /> : <Desk account={account} />;
}
