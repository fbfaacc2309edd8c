// What an administrator does with one batch or several: provision, change,
// download, unbind.
import {useState} from 'preact/hooks';
import {api, once, take, type Schemas} from '../../api/client';
import {useLoad, type Loaded} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {Progress} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Check, SelectField, type Choice} from '../../ui/form';
import {ErrorBox, Loading, Notice, useProblemText} from '../../ui/state';
import {common} from '../../ui/texts';
import type {MenuItem} from '../../ui/menu';
import {useToast} from '../../ui/toast';
import {CloudDialog} from './plan';
import {useEach} from './run';
import {texts as x} from './texts';

export type BatchItem = Schemas['BatchItem'];
export type Deed = 'provision' | 'change' | 'download' | 'unbind';

export interface Doing {
	deed: Deed;
	batches: readonly BatchItem[];
}

export interface Refs {
	products: Schemas['Product'][];
	clouds: Schemas['Cloud'][];
}

export function useRefs(account: string): Loaded<Refs> {
	return useLoad(async (signal) => {
		const more = {params: {path: {account}, query: {limit: 500}}, signal};
		const [products, clouds] = await Promise.all([
			take(api.GET('/api/v1/accounts/{account}/products', more)),
			take(api.GET('/api/v1/accounts/{account}/clouds', more))]);
		return {products: products.items, clouds: clouds.items};
	}, [account]);
}

export const named = (list: readonly {id: string; name: string}[]): Choice[] =>
	list.map((p) => ({value: p.id, label: p.name}));

export function useDeeds(onPick: (deed: Deed) => void): MenuItem[] {
	const {t} = useI18n();
	return [
		{label: t(x.provision), onPick: () => onPick('provision')},
		{label: t(x.change), onPick: () => onPick('change')},
		{label: t(x.downloadManifest), onPick: () => onPick('download')},
		{label: t(x.unbind), danger: true, onPick: () => onPick('unbind')},
	];
}

interface DeedProps {
	account: string;
	batches: readonly BatchItem[];
	refs: Loaded<Refs>;
	onClose: () => void;
	onChanged: (batch: BatchItem | null, bid: string) => void; // null: it is gone
}

interface Body {
	title: string;
	submit: string;
	danger?: boolean;
	ready?: boolean;
	finished: string; // said when all worked
	work: (batch: BatchItem) => Promise<void>;
	children: preact.ComponentChildren;
}

function Each({batches, onClose, title, submit, danger, ready = true, finished, work, children}:
		Pick<DeedProps, 'batches' | 'onClose'> & Body) {
	const {t} = useI18n();
	const toast = useToast();
	const problemText = useProblemText();
	const run = useEach(work);
	const n = batches.length;
	const begin = async () => {
		if (!await run.start(batches))
			return;
		toast(finished);
		onClose();
	};
	return <Dialog title={title} onClose={onClose}>
		{run.ended ? <>
			<Notice kind="bad"><div>
				{n > 1 && <p>{t(x.partly, {done: run.done, n})}</p>}
				{run.failed.map((f) => <p key={f.item.batch}>
					{n > 1 && <><strong>{f.item.batch}</strong>: </>}{problemText(f.problem)}</p>)}
			</div></Notice>
			<div class="form-actions"><Button onClick={onClose}>{t(common.close)}</Button></div>
		</> : <>
			{children}
			{run.busy && n > 1 && <Progress label={title} value={run.done + run.failed.length} max={n} />}
			<div class="form-actions">
				<Button kind={danger ? 'danger' : 'primary'} busy={run.busy} disabled={!ready}
					onClick={() => void begin()}>{submit}</Button>
				<Button disabled={run.busy} onClick={onClose}>{t(common.cancel)}</Button>
			</div>
		</>}
	</Dialog>;
}

const what = (batches: readonly BatchItem[]) =>
	({n: batches.length, what: batches.length === 1 ? batches[0]?.batch ?? '' : String(batches.length)});

async function read(account: string, bid: string): Promise<BatchItem> {
	return take(api.GET('/api/v1/accounts/{account}/batches/{bid}', {params: {path: {account, bid}}}));
}

// One batch: with its plan.  Several: at once.
function Provision(props: DeedProps) {
	const {t} = useI18n();
	const {account, batches: [batch, ...more], refs, onClose, onChanged} = props;
	if (!batch || more.length > 0)
		return <ProvisionAll {...props} />;
	if (!refs.value)
		return <Dialog title={t(x.provision)} onClose={onClose}>{refs.problem ?
			<ErrorBox problem={refs.problem} retry={refs.reload} /> : <Loading lines={3} />}</Dialog>;
	return <CloudDialog verb="provision" account={account} bid={batch.batch} own={batch.cloud}
		clouds={refs.value.clouds} onClose={onClose} onDone={async () =>
			onChanged(await read(account, batch.batch), batch.batch)} />;
}

function ProvisionAll({account, batches, refs, onClose, onChanged}: DeedProps) {
	const {t} = useI18n();
	const [cloud, setCloud] = useState('');
	const own = batches.every((b) => b.cloud !== null);
	const clouds = refs.value?.clouds ?? [];
	return <Each batches={batches} onClose={onClose} title={t(x.provision)} submit={t(x.provision)}
		ready={own || cloud !== ''} finished={t(x.doneProvision, what(batches))} work={async (b) => {
			await take(api.POST('/api/v1/accounts/{account}/batches/{bid}/provision', {
				params: {path: {account, bid: b.batch}, header: once()}, body: {plan: false, ...cloud && {cloud}}}));
			onChanged(await read(account, b.batch), b.batch);
		}}>
		<p>{t(x.provisionText, what(batches))}</p>
		{!refs.value ? <Loading lines={1} /> : clouds.length === 0 ?
			<Notice kind="warn">{t(x.noClouds)} <LinkButton size="small"
				href={`/console/a/${account}/clouds`}>{t(x.toClouds)}</LinkButton></Notice> :
			<SelectField label={t(x.cloud)} value={cloud} onValue={setCloud}
				choices={[{value: '', label: t(own ? x.ownCloud : x.pickCloud)}, ...named(clouds)]} />}
		<ErrorBox problem={refs.problem} retry={refs.reload} />
	</Each>;
}

const keep = '=';

function Change({account, batches, refs, onClose, onChanged}: DeedProps) {
	const {t} = useI18n();
	const [product, setProduct] = useState(keep);
	const [cloud, setCloud] = useState(keep);
	const choices = (list: readonly {id: string; name: string}[], none: Text) =>
		[{value: keep, label: t(x.keep)}, {value: '', label: t(none)}, ...named(list)];
	return <Each batches={batches} onClose={onClose} title={t(x.change)} submit={t(common.save)}
		ready={product !== keep || cloud !== keep} finished={t(x.doneChange)} work={async (b) => {
			onChanged(await take(api.PATCH('/api/v1/accounts/{account}/batches/{bid}', {
				params: {path: {account, bid: b.batch}},
				body: {...product !== keep && {product: product || null},
					...cloud !== keep && {cloud: cloud || null}}})), b.batch);
		}}>
		{!refs.value ? <Loading lines={2} /> : <>
			<SelectField label={t(x.product)} value={product} onValue={setProduct}
				choices={choices(refs.value.products, x.without)} />
			<SelectField label={t(x.cloud)} value={cloud} onValue={setCloud}
				choices={choices(refs.value.clouds, x.withoutCloud)} />
		</>}
		<p class="faint">{t(x.changeText)}</p>
		<ErrorBox problem={refs.problem} retry={refs.reload} />
	</Each>;
}

const forms: readonly [Schemas['Form'], Text][] =
	[['csv', x.formCsv], ['jsonl', x.formJsonl], ['microchip', x.formMicrochip]];

// Plain links: the browser sends the cookie and writes the file as it comes.
function Download({account, batches, onClose}: DeedProps) {
	const {t} = useI18n();
	const [form, setForm] = useState<string>('csv');
	const [zip, setZip] = useState(false);
	const href = (bid: string) => `/api/v1/accounts/${account}/batches/${encodeURIComponent(bid)
	}/manifest?form=${form}&zip=${zip ? 1 : 0}`;
	return <Dialog title={t(x.downloadManifest)} onClose={onClose}>
		<p>{t(x.manifestText)}</p>
		<SelectField label={t(x.form)} value={form} onValue={setForm}
			choices={forms.map(([value, label]) => ({value, label: t(label)}))} />
		<Check label={t(x.zip)} checked={zip} onChecked={setZip} />
		<div class={batches.length > 1 ? 'stack batch-links' : 'form-actions'}>
			{batches.map((b) => <LinkButton key={b.batch} kind={batches.length === 1 ? 'primary' : 'plain'}
				href={href(b.batch)} download="">{batches.length === 1 ? t(common.download) :
					`${t(common.download)}: ${b.batch}`}</LinkButton>)}
		</div>
	</Dialog>;
}

function Unbind({account, batches, onClose, onChanged}: DeedProps) {
	const {t} = useI18n();
	return <Each batches={batches} onClose={onClose} danger title={t(x.unbindTitle, what(batches))}
		submit={t(x.unbind)} finished={t(x.doneUnbind, what(batches))} work={async (b) => {
			await take(api.DELETE('/api/v1/accounts/{account}/batches/{bid}',
				{params: {path: {account, bid: b.batch}}}));
			onChanged(null, b.batch);
		}}><p>{t(x.unbindText)}</p></Each>;
}

const dialogs = {provision: Provision, change: Change, download: Download, unbind: Unbind};

export function DeedDialog({deed, ...props}: DeedProps & {deed: Deed}) {
	const Shown = dialogs[deed];
	return <Shown {...props} />;
}
