// The devices that a cloud did not take, with its words.
import {api, take} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n} from '../../i18n';
import {Id} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Loading} from '../../ui/state';
import {Table} from '../../ui/table';
import {common} from '../../ui/texts';
import {texts as x} from './texts';

export function Failures({account, job, count}: {account: string; job: string; count: number}) {
	const {t} = useI18n();
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/jobs/{job}/exceptions',
		{params: {path: {account, job}, query: {limit: 100, ...cursor && {cursor}}}, signal})),
	[account, job, count]);
	if (list.items.length === 0 && list.loading)
		return <Loading lines={3} />;
	return <div class="failures">
		{list.items.length > 0 && <Table caption={t(x.failures, {n: count})} rows={list.items}
			rowKey={(e) => e.fingerprint} columns={[
				{key: 'chip', title: t(x.chip), main: true, cell: (e) =>
					<a href={`/console/a/${account}/devices/${e.fingerprint}`}>{e.chip_id}</a>},
				{key: 'why', title: t(x.reason), cell: (e) => <span class="failure-words">{e.message}</span>},
				{key: 'fp', title: t(x.fingerprint), cell: (e) => <Id text={e.fingerprint} short={12} />},
			]} />}
		<ErrorBox problem={list.problem} retry={list.reload} />
		{!list.done && !list.problem && <Button size="small" busy={list.loading}
			onClick={list.more}>{t(common.loadMore)}</Button>}
	</div>;
}
