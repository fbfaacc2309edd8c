// What was done with a batch, from the audit log, in sentences.
import {api, take, type Schemas} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {Card, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {ErrorBox, Loading} from '../../ui/state';
import {common} from '../../ui/texts';
import {texts as x} from './texts';

type Entry = Schemas['AuditEntry'];

const sentences: Record<string, {ok: Text; not?: Text}> = {
	'bind': {ok: x.hBind, not: x.hBindNot},
	'unbind': {ok: x.hUnbind, not: x.hUnbindNot},
	'batch-change': {ok: x.hChange},
	'provision': {ok: x.hProvision},
	'remove': {ok: x.hRemove},
	'plan': {ok: x.hPlan},
	'job-pause': {ok: x.hPause},
	'job-resume': {ok: x.hResume},
	'job-end': {ok: x.hEnd, not: x.hEndNot},
	'job-retry': {ok: x.hRetry},
	'job-cancel': {ok: x.hCancel},
	'manifest-export': {ok: x.hExport},
	'claim-alarm': {ok: x.hAlarm, not: x.hAlarm},
};

function Sentence({entry}: {entry: Entry}) {
	const {t} = useI18n();
	const known = sentences[entry.action];
	const text = entry.outcome === 'ok' ? known?.ok ?? x.hOther : known?.not ?? x.hOtherNot;
	return <>{t(text, {who: entry.actor_name || entry.actor, action: entry.action,
		reason: entry.reason ?? entry.outcome, detail: entry.detail ?? ''})}</>;
}

export function History({account, bid, round}: {account: string; bid: string; round: number}) {
	const {t} = useI18n();
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/audit', {
		params: {path: {account}, query: {target: bid, limit: 20, ...cursor && {cursor}}}, signal})),
	[account, bid, round]);
	return <Card title={t(x.history)}>
		{list.items.length === 0 && list.loading && <Loading />}
		{list.items.length === 0 && list.done && !list.problem && <p class="faint">{t(x.noHistory)}</p>}
		<ErrorBox problem={list.problem} retry={list.reload} />
		{list.items.length > 0 && <ol class="timeline">{list.items.map((e) => <li key={e.seq}
			class={e.outcome === 'ok' ? '' : 'timeline-bad'}>
			<Sentence entry={e} />
			<span class="timeline-when"><Time at={e.at} />{e.from && <> · {t(x.from, {from: e.from})}</>}</span>
		</li>)}</ol>}
		{list.items.length > 0 && !list.done && <Button size="small" busy={list.loading}
			onClick={list.more}>{t(common.loadMore)}</Button>}
	</Card>;
}
