// The certificate authorities of an account, and what they issued.
import {useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Badge, Card, Num, PageHead, Time, type Tone} from '../../ui/bits';
import {Button} from '../../ui/button';
import {SelectField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {Certificates} from './certificates';
import {MakeCa} from './make';
import {texts as x} from './texts';

type Ca = Schemas['Ca'];
type State = Schemas['Certificate']['state'];

export const states: Record<Ca['state'], readonly [Tone, Text]> = {
	active: ['good', x.active], waiting: ['warn', x.waiting], retired: ['quiet', x.retired]};
const shown: readonly State[] = ['valid', 'held', 'revoked', 'expired'];

export default function Cas() {
	const {t} = useI18n();
	const {route} = useLocation();
	const account = useRoute().params['account'] ?? '';
	const admin = mayIn(useMe(), account, 'administrator');
	const [making, setMaking] = useState(false);
	const [state, setState] = useState<State>();
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/cas',
		{params: {path: {account}, query: {limit: 100, ...cursor && {cursor}}}, signal})), [account]);
	const columns: Column<Ca>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (c) =>
			<a href={`/console/a/${account}/cas/${c.id}`}>{c.name}</a>},
		{key: 'kind', title: t(x.kind), cell: (c) => t(x[c.kind])},
		{key: 'state', title: t(x.state), cell: (c) =>
			<Badge tone={states[c.state][0]}>{t(states[c.state][1])}</Badge>},
		{key: 'issued', title: t(x.issued), align: 'end', cell: (c) => <Num n={c.certificates} />},
		{key: 'until', title: t(x.until), cell: (c) => c.not_after ? <Time at={c.not_after} /> : '–'},
	];
	return <div class="stack">
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={admin && <Button kind="primary"
			onClick={() => setMaking(true)}>{t(x.make)}</Button>} />
		<div><ListTable caption={t(x.title)} columns={columns} rowKey={(c) => c.id} list={list}
			empty={<Empty title={t(x.empty)}>{admin && t(x.emptyText)}</Empty>} /></div>
		{list.items.length > 0 && <Card title={t(x.certificates)}>
			<SelectField label={t(x.state)} value={state ?? ''}
				onValue={(v) => setState(shown.find((s) => s === v))}
				choices={[{value: '', label: t(x.anyState)}, ...shown.map((s) => ({value: s, label: t(x[s])}))]} />
			<Certificates account={account} admin={admin} {...state && {state}} />
		</Card>}
		{making && <MakeCa account={account} cas={list.items} onClose={() => setMaking(false)}
			onDone={(c) => route(`/console/a/${account}/cas/${c.id}`)} />}
	</div>;
}
