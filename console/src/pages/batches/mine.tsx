// An operator's batches: what he bound, and the way back while there is one.
import {useEffect, useState} from 'preact/hooks';
import {api, take} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n} from '../../i18n';
import {Card, PageHead, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {Empty, ErrorBox, Loading} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import type {BatchItem} from './actions';
import {texts as x} from './texts';

const undo_min = 15;

// Minutes that are left to undo a binding; 0: none.
export function minutesLeft(boundAt: string, now: number): number {
	return Math.max(0, Math.ceil(undo_min - (now - Date.parse(boundAt)) / 60000));
}

export function useMinute(): number {
	const [now, set] = useState(Date.now());
	useEffect(() => {
		const timer = setInterval(() => set(Date.now()), 15000);
		return () => clearInterval(timer);
	}, []);
	return now;
}

function Item({account, batch, now, onUndo}: {account: string; batch: BatchItem; now: number;
		onUndo: () => void}) {
	const {t} = useI18n();
	const left = minutesLeft(batch.bound_at, now);
	return <li class="mine-item">
		<div>
			<h2><a href={`/console/a/${account}/batches/${encodeURIComponent(batch.batch)}`}>{batch.batch}</a></h2>
			<p>{batch.product?.name ?? t(x.noProduct)} · {t(x.nDevices, {n: batch.devices})}</p>
			<p class="faint"><Time at={batch.bound_at} />{left > 0 && <> · {t(x.undoFor, {n: left})}</>}</p>
		</div>
		{left > 0 && <Button aria-label={t(x.undoOf, {bid: batch.batch})} onClick={onUndo}>{t(x.undo)}</Button>}
	</li>;
}

export function Mine({account}: {account: string}) {
	const {t} = useI18n();
	const toast = useToast();
	const now = useMinute();
	const [undo, setUndo] = useState<BatchItem>();
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/batches',
		{params: {path: {account}, query: {limit: 50, ...cursor && {cursor}}}, signal})), [account]);
	const bind = <LinkButton kind="primary" size="big" href={`/scan?account=${account}`}>{t(x.bind)}</LinkButton>;
	return <div class="stack mine">
		<PageHead title={t(x.mineTitle)} sub={t(x.mineSub)} />
		{bind}
		<ErrorBox problem={list.problem} retry={list.reload} />
		{list.items.length === 0 && list.loading && <Loading />}
		{list.items.length === 0 && list.done && !list.problem &&
			<Card><Empty title={t(x.mineEmpty)}>{t(x.emptyText)}</Empty></Card>}
		<ul class="mine-list">{list.items.map((b) => <Item key={b.batch} account={account} batch={b} now={now}
			onUndo={() => setUndo(b)} />)}</ul>
		{list.items.length > 0 && !list.done && <div class="table-more">
			<Button busy={list.loading} onClick={list.more}>{t(common.loadMore)}</Button></div>}
		{undo && <Confirm title={t(x.undoOf, {bid: undo.batch})} confirm={t(x.undo)}
			onClose={() => setUndo(undefined)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/accounts/{account}/batches/{bid}',
					{params: {path: {account, bid: undo.batch}}}));
				list.change((all) => all.filter((b) => b.batch !== undo.batch));
				toast(t(x.doneUnbind, {n: 1}));
			}}><p>{t(x.undoText)}</p></Confirm>}
	</div>;
}
