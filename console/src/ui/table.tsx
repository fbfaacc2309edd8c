// Tables: rows far out of sight are not in the page, so that a hundred
// thousand scroll smoothly; on a phone each row is a card.
import type {ComponentChildren} from 'preact';
import {useEffect, useLayoutEffect, useMemo, useRef, useState} from 'preact/hooks';
import type {Listed} from '../hooks';
import {useI18n} from '../i18n';
import {Button} from './button';
import {ErrorBox, Loading} from './state';
import {common} from './texts';

export interface Column<T> {
	key: string;
	title: string;
	head?: ComponentChildren; // in place of the title, which names it still
	width?: number; // px at least; with widths, every row has one height
	cell: (row: T) => ComponentChildren;
	align?: 'end';
	tight?: boolean; // holds one control only
	sort?: string; // what to sort by, where it can be sorted
	main?: boolean; // the name of the row: heads its card on a phone
}

export interface Sorting {
	by: string;
	order: 'asc' | 'desc';
	onSort(by: string, order: 'asc' | 'desc'): void;
}

interface Props<T> {
	caption: string;
	columns: readonly Column<T>[];
	rowKey: (row: T) => string;
	sorting?: Sorting;
}

const step = 8; // rows that come and go together
const over = 2 * step; // rows kept beyond each edge

const classOf = <T,>(c: Column<T>) => [c.align === 'end' && 'end', c.main && 'main', c.tight && 'tight']
	.filter(Boolean).join(' ') || undefined;

function Head<T>({columns, sorting}: Pick<Props<T>, 'columns' | 'sorting'>) {
	return <thead><tr>{columns.map((c) => {
		const active = c.sort !== undefined && sorting?.by === c.sort;
		const next = active && sorting.order === 'desc' ? 'asc' : 'desc';
		return <th key={c.key} scope="col" class={classOf(c)}
			aria-sort={active ? sorting.order === 'asc' ? 'ascending' : 'descending' : undefined}>
			{c.sort && sorting ? <button type="button" class="sort"
				onClick={() => sorting.onSort(c.sort ?? '', next)}>{c.title}
				<span aria-hidden="true">{active ? sorting.order === 'asc' ? ' ↑' : ' ↓' : ''}</span>
			</button> : c.head ?? c.title}</th>;
	})}</tr></thead>;
}

// The same element again lets Preact skip rows that only moved.
function Row<T>({row, columns, index}: {row: T; columns: readonly Column<T>[]; index: number}) {
	return useMemo(() => <tr aria-rowindex={index + 2}>{columns.map((c) => {
		const props = {class: classOf(c), 'data-label': c.title};
		return c.main ? <th scope="row" key={c.key} {...props}>{c.cell(row)}</th> :
			<td key={c.key} {...props}>{c.cell(row)}</td>;
	})}</tr>, [row, columns, index]);
}

// A short list, all of it in the page.
export function Table<T>({caption, columns, rowKey, rows}: Props<T> & {rows: readonly T[]}) {
	return <div class="table-wrap" tabIndex={0} role="region" aria-label={caption}><table class="table">
		<caption class="visually-hidden">{caption}</caption>
		<Head columns={columns} />
		<tbody>{rows.map((row, i) =>
			<Row key={rowKey(row)} row={row} columns={columns} index={i} />)}</tbody>
	</table></div>;
}

interface Window {
	from: number;
	to: number;
}

const down = (n: number) => Math.max(0, Math.floor(n / step) * step);

// From the tops of the first and the last row that are in the page.
function measure(body: HTMLTableSectionElement | null): number {
	const rows = body?.querySelectorAll('tr[aria-rowindex]');
	const first = rows?.[0]?.getBoundingClientRect();
	const last = rows?.[rows.length - 1]?.getBoundingClientRect();
	if (!rows || !first || !last)
		return 0;
	return rows.length > 1 ? (last.top - first.top) / (rows.length - 1) : first.height;
}

function useWindow(count: number, body: {current: HTMLTableSectionElement | null}) {
	const [view, setView] = useState<Window>({from: 0, to: 48});
	const [height, setHeight] = useState(44);
	const [width, setWidth] = useState(innerWidth);
	const some = count > 0;
	useLayoutEffect(() => {
		const h = measure(body.current);
		if (h > 0)
			setHeight(h);
	}, [some, width]);
	useEffect(() => {
		const look = () => {
			const top = body.current?.getBoundingClientRect().top ?? 0;
			const from = down(-top / height - over);
			const to = down((innerHeight - top) / height + over + step);
			setView((old) => old.from === from && old.to === to ? old : {from, to});
		};
		const resized = () => {
			setWidth(innerWidth);
			look();
		};
		look();
		addEventListener('scroll', look, {passive: true});
		addEventListener('resize', resized);
		return () => {
			removeEventListener('scroll', look);
			removeEventListener('resize', resized);
		};
	}, [height, count]);
	return {from: Math.min(view.from, down(count - 1)), to: Math.min(view.to, count), height};
}

function Columns<T>({columns}: {columns: readonly Column<T>[]}) {
	return <colgroup>{columns.map((c) =>
		<col key={c.key} style={c.width ? {width: `${c.width}px`} : {}} />)}</colgroup>;
}

// A list that loads more as it is scrolled.
export function ListTable<T>({caption, columns, rowKey, sorting, list, empty}: Props<T> & {
		list: Listed<T>; empty: ComponentChildren}) {
	const {t} = useI18n();
	const body = useRef<HTMLTableSectionElement>(null);
	const {items} = list;
	const {from, to, height} = useWindow(items.length, body);
	useEffect(() => {
		if (to >= items.length - 30 && !list.problem)
			list.more();
	}, [to, items.length, list.more, list.problem]);
	if (items.length === 0 && list.loading)
		return <Loading lines={8} />;
	if (items.length === 0 && list.problem)
		return <ErrorBox problem={list.problem} retry={list.reload} />;
	if (items.length === 0)
		return <>{empty}</>;
	const space = (rows: number) => rows > 0 &&
		<tr class="spacer" aria-hidden="true"><td colSpan={columns.length}
			style={{height: `${rows * height}px`}} /></tr>;
	const width = columns.reduce((sum, c) => sum + (c.width ?? 0), 0);
	return <>
		<div class={width ? 'table-wrap table-even' : 'table-wrap'}>
			<table class="table" aria-rowcount={(list.total ?? -2) + 1}
				style={width ? {minWidth: `${width}px`} : {}}>
				<caption class="visually-hidden">{caption}</caption>
				{width > 0 && <Columns columns={columns} />}
				<Head columns={columns} {...sorting ? {sorting} : {}} />
				<tbody ref={body}>
					{space(from)}
					{items.slice(from, to).map((row, i) => <Row key={rowKey(row)} row={row}
						columns={columns} index={from + i} />)}
					{space(items.length - to)}
				</tbody>
			</table>
		</div>
		<ErrorBox problem={list.problem} retry={list.more} />
		{!list.done && !list.problem && <div class="table-more">
			<Button size="small" busy={list.loading} onClick={list.more}>{t(common.loadMore)}</Button>
		</div>}
	</>;
}
