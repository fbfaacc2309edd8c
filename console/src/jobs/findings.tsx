// The devices of a job of which there is something to tell: by kind, in the
// cloud's own words, as a table and as a file.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../api/client';
import {useAction, useList} from '../hooks';
import {useI18n, type Text} from '../i18n';
import {Badge, Tabs, type Tone} from '../ui/bits';
import {Button} from '../ui/button';
import {ErrorBox, Loading} from '../ui/state';
import {Table, type Column} from '../ui/table';
import {common} from '../ui/texts';
import {saveFile} from '../save-file';
import type {Job} from './job';
import {texts as x} from './texts';

type Finding = Schemas['JobException'];
export type What = Finding['what'];

export const whats: Record<What, readonly [Tone, Text]> = {
	create: ['good', x.isCreate], change: ['busy', x.isChange], remove: ['warn', x.isRemove],
	missing: ['bad', x.isMissing], different: ['warn', x.isDifferent], stranger: ['warn', x.isStranger],
	conflict: ['warn', x.isConflict], refused: ['bad', x.isRefused]};

const listed_max = 10000; // of a plan or an audit

async function pageOf(account: string, job: string, what: What | undefined, cursor?: string,
		limit = 100, signal?: AbortSignal) {
	return take(api.GET('/api/v1/accounts/{account}/jobs/{job}/exceptions', {
		params: {path: {account, job}, query: {limit, ...what && {what}, ...cursor && {cursor}}},
		...signal && {signal}}));
}

// A spreadsheet takes what begins so for a formula.
const cell = (s: string) => `"${(/^[=+\-@\t\r]/.test(s) ? `'${s}` : s).replace(/"/g, '""')}"`;

async function csvOf(account: string, job: string, what: What | undefined): Promise<string> {
	const lines = ['what,device,fingerprint,message'];
	let cursor: string | undefined;
	do {
		const page = await pageOf(account, job, what, cursor, 500);
		for (const f of page.items)
			lines.push([f.what, f.chip_id, f.fingerprint ?? '', f.message].map(cell).join());
		cursor = page.next ?? undefined;
	} while (cursor);
	return `${lines.join('\r\n')}\r\n`;
}

function useColumns(account: string, mixed: boolean): Column<Finding>[] {
	const {t} = useI18n();
	const device: Column<Finding> = {key: 'device', title: t(x.device), main: true, cell: (f) =>
		f.fingerprint ? <a class="finding-words" href={`/console/a/${account}/devices/${f.fingerprint}`}>{f.chip_id}</a> :
			<code class="finding-words">{f.chip_id}</code>};
	const what: Column<Finding> = {key: 'what', title: t(x.what), cell: (f) =>
		<Badge tone={whats[f.what][0]}>{t(whats[f.what][1])}</Badge>};
	return [device, ...mixed ? [what] : [],
		{key: 'words', title: t(x.words), cell: (f) => <span class="finding-words">{f.message || '–'}</span>}];
}

// kinds: those that there are of this job; one alone is not offered as filter.
export function Findings({account, job, kinds, caption, count}: {account: string; job: Job;
		kinds: readonly What[]; caption: string; count: number}) {
	const {t} = useI18n();
	const [picked, setPicked] = useState<What | ''>('');
	const only = kinds.length === 1 ? kinds[0] : kinds.find((k) => k === picked);
	const list = useList((cursor, signal) => pageOf(account, job.id, only, cursor, 100, signal),
		[account, job.id, only, count]);
	const save = useAction(async () => saveFile(`${job.kind}-${job.id}${only ? `-${only}` : ''}.csv`,
		new Blob([await csvOf(account, job.id, only)], {type: 'text/csv'})));
	const columns = useColumns(account, kinds.length > 1);
	if (list.items.length === 0 && list.loading)
		return <Loading lines={3} />;
	return <div class={kinds.length > 1 ? 'findings findings-mixed' : 'findings'}>
		<div class="row">
			{kinds.length > 1 && <Tabs label={t(x.filter)} value={picked} onValue={setPicked}
				tabs={[['', t(common.all)], ...kinds.map((k) => [k, t(whats[k][1])] as const)]} />}
			{list.items.length > 0 && <Button size="small" busy={save.busy}
				onClick={() => void save.run()}>{t(x.csv)}</Button>}
		</div>
		{list.items.length > 0 && <Table caption={caption} rows={list.items} columns={columns}
			rowKey={(f) => `${f.what} ${f.fingerprint ?? ''} ${f.chip_id}`} />}
		{list.items.length === 0 && list.done && !list.problem && <p class="faint">{t(x.nothingListed)}</p>}
		{count > listed_max && <p class="faint">{t(x.listedOf, {n: listed_max})}</p>}
		<ErrorBox problem={list.problem ?? save.problem} retry={list.reload} />
		{!list.done && !list.problem && <Button size="small" busy={list.loading}
			onClick={list.more}>{t(common.loadMore)}</Button>}
	</div>;
}

// What did not go well: conflicts apart, as they want a person.
export function Failures({account, job}: {account: string; job: Job}) {
	const {t} = useI18n();
	const [open, setOpen] = useState(false);
	const refused = job.failed - job.conflicts;
	return <>
		{job.conflicts > 0 && <div class="conflicts">
			<h3>{t(x.conflictsN, {n: job.conflicts})}</h3>
			<p>{t(x.conflictText)}</p>
			<Findings account={account} job={job} kinds={['conflict']} count={job.conflicts}
				caption={t(x.conflictsN, {n: job.conflicts})} />
		</div>}
		{refused > 0 && <div class="stack">
			<div class="row"><strong>{t(x.failures, {n: refused})}</strong>
				<Button size="small" kind="quiet" aria-expanded={open}
					onClick={() => setOpen(!open)}>{t(x.show)}</Button></div>
			{open && <Findings account={account} job={job} kinds={['refused']} count={refused}
				caption={t(x.failures, {n: refused})} />}
		</div>}
	</>;
}
