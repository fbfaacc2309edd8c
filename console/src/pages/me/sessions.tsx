// Where the reader is logged in: end one session, or all.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useList} from '../../hooks';
import {useI18n} from '../../i18n';
import {useSession} from '../../session';
import {Badge, Card, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm} from '../../ui/dialog';
import {ErrorBox} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {agentOf} from './agent';
import {methods, texts as x} from './texts';

type Info = Schemas['SessionInfo'];

function useDeviceName(): (s: Info) => string {
	const {t} = useI18n();
	return (s) => {
		const {browser, system} = agentOf(s.agent);
		return browser && system ? t(x.browserOn, {browser, system}) :
			browser ?? system ?? (s.agent.slice(0, 40) || t(x.unknownAgent));
	};
}

export function Sessions() {
	const {t} = useI18n();
	const toast = useToast();
	const deviceName = useDeviceName();
	const {signOut} = useSession();
	const [asking, setAsking] = useState(false);
	const list = useList((cursor, signal) => take(api.GET('/api/v1/sessions',
		{params: {query: {limit: 50, ...cursor && {cursor}}}, signal})), []);
	const end = useAction(async (s: Info) => {
		await take(api.DELETE('/api/v1/sessions/{session}', {params: {path: {session: s.id}}}));
		toast(t(x.ended));
		list.reload();
	});
	const columns: Column<Info>[] = [
		{key: 'device', title: t(x.device), main: true, cell: (s) => <span class="row" title={s.agent}>
			{deviceName(s)}{s.current && <Badge tone="good">{t(x.thisOne)}</Badge>}</span>},
		{key: 'from', title: t(x.from), cell: (s) => s.from},
		{key: 'method', title: t(x.method), cell: (s) => t(methods[s.method])},
		{key: 'seen', title: t(x.lastSeen), cell: (s) => <Time at={s.last_seen_at} />},
		{key: 'made', title: t(x.loggedIn), cell: (s) => <Time at={s.created_at} />},
		{key: 'actions', title: t(common.actions), align: 'end', cell: (s) => !s.current &&
			<Button size="small" kind="quiet" disabled={end.busy}
				aria-label={t(x.endOf, {device: deviceName(s)})}
				onClick={() => void end.run(s)}>{t(x.end)}</Button>},
	];
	return <Card title={t(x.sessions)} actions={<Button size="small" kind="danger"
		onClick={() => setAsking(true)}>{t(x.everywhere)}</Button>}>
		<p class="faint">{t(x.sessionsText)}</p>
		<ErrorBox problem={end.problem} />
		<ListTable caption={t(x.sessions)} columns={columns} rowKey={(s) => s.id} list={list} empty={null} />
		{asking && <Confirm title={t(x.everywhere)} confirm={t(x.everywhere)}
			onClose={() => setAsking(false)} onConfirm={() => signOut(true)}>
			<p>{t(x.everywhereText)}</p></Confirm>}
	</Card>;
}
