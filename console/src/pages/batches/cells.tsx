// The columns of batches, and the badge of their state.
import type {Schemas} from '../../api/client';
import {useI18n, type Text} from '../../i18n';
import {Badge, Num, Time, type Tone} from '../../ui/bits';
import type {Column} from '../../ui/table';
import {common} from '../../ui/texts';
import type {BatchItem} from './actions';
import {texts as x} from './texts';

type State = Schemas['BatchState'];

export const stateText: Record<State, Text> = {bound: x.stateBound, provisioning: x.stateProvisioning,
	provisioned: x.stateProvisioned, failed: x.stateFailed};
const tones: Record<State, Tone> =
	{bound: 'quiet', provisioning: 'busy', provisioned: 'good', failed: 'bad'};

export function StateBadge({state}: {state: State}) {
	const {t} = useI18n();
	return <Badge tone={tones[state]}>{t(stateText[state])}</Badge>;
}

export function FailedBadge({n}: {n: number}) {
	const {t} = useI18n();
	return n > 0 ? <Badge tone="warn">{t(x.failedN, {n})}</Badge> : null;
}

const dash = <span class="faint">–</span>;

export function useBatchColumns(account: string): Column<BatchItem>[] {
	const {t} = useI18n();
	return [
		{key: 'batch', title: t(common.batchId), width: 144, main: true, sort: 'batch', cell: (b) => <>
			<a href={`/console/a/${account}/batches/${encodeURIComponent(b.batch)}`} title={b.batch}>{b.batch}</a>
			<span class="line" title={b.vendor}>{b.vendor}</span></>},
		{key: 'product', title: t(x.product), width: 150, cell: (b) =>
			b.product ? <span class="two" title={b.product.name}>{b.product.name}</span> : dash},
		{key: 'devices', title: t(x.devices), width: 86, align: 'end', sort: 'devices',
			cell: (b) => <Num n={b.devices} />},
		{key: 'provisioned', title: t(x.provisioned), width: 128, align: 'end', sort: 'provisioned',
			cell: (b) => <span><Num n={b.provisioned} />{b.failed > 0 &&
				<span class="batch-failed"><FailedBadge n={b.failed} /></span>}</span>},
		{key: 'seen', title: t(x.seen), width: 92, align: 'end', sort: 'seen', cell: (b) => <Num n={b.seen} />},
		{key: 'cloud', title: t(x.cloudShort), width: 124, cell: (b) =>
			b.cloud ? <span class="two" title={b.cloud.name}>{b.cloud.name}</span> : dash},
		{key: 'bound', title: t(x.bound), width: 132, sort: 'bound_at', cell: (b) => <span class="batch-bound">
			<Time at={b.bound_at} /><span class="line" title={`${b.bound_by} · ${b.from}`}>
				{t(x.byFrom, {who: b.bound_by, from: b.from})}</span></span>},
		{key: 'state', title: t(x.state), width: 158, cell: (b) => <StateBadge state={b.state} />},
	];
}
