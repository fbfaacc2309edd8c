// The audit log of an account, a vendor or the whole service.
import {useEffect, useState} from 'preact/hooks';
import type {Schemas} from '../../api/client';
import {useList, useSettled} from '../../hooks';
import {useI18n} from '../../i18n';
import {useScope, type Scope} from '../../people/scope';
import {Badge, Facts, Id, PageHead, Time} from '../../ui/bits';
import {Button, LinkButton} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {SelectField, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {actions} from './actions';
import {entries, exportUrl, useFilters, type Filters} from './query';
import {texts as x} from './texts';
import {VerifyDialog} from './verify';
import './style.css';

type Entry = Schemas['AuditEntry'];

function useWords() {
	const {t} = useI18n();
	return {
		action: (name: string) => actions[name] ? t(actions[name].text) : name,
		// What was refused to somebody, and what failed for another reason.
		outcome: (o: string) => o === 'ok' ? t(x.ok) :
			['environment', 'bug', 'again'].includes(o) ? t(x.failed) : t(x.refused),
	};
}

function EntryDialog({entry, onClose}: {entry: Entry; onClose: () => void}) {
	const {t, num} = useI18n();
	const words = useWords();
	const rows: [string, preact.ComponentChildren][] = [
		[t(x.when), <Time at={entry.at} exact />],
		[t(x.action), words.action(entry.action)],
		[t(x.recorded), <code>{entry.action}</code>],
		[t(x.actor), <>{entry.actor_name || '–'}{entry.actor && <> <Id text={entry.actor} /></>}</>],
		[t(x.target), entry.target || '–'],
		[t(x.outcome), words.outcome(entry.outcome)]];
	if (entry.reason)
		rows.push([t(x.reason), <code>{entry.reason}</code>]);
	if (entry.detail)
		rows.push([t(x.detail), entry.detail]);
	rows.push([t(x.scope), entry.scope_id ? <Id text={entry.scope_id} /> : t(x.service)],
		[t(x.peer), entry.from || '–'],
		[t(x.hash), <Id text={entry.hash} copy />]);
	return <Dialog title={t(x.details, {n: num(entry.seq)})} onClose={onClose} wide>
		<Facts rows={rows} />
		<p class="faint">{t(x.hashText)}</p>
	</Dialog>;
}

// Typed text goes to the service after a pause, and into the address.
function TextFilter({label, hint, value, onValue}: {
		label: string; hint: string; value: string; onValue: (v: string) => void}) {
	const [text, setText] = useState(value);
	const settled = useSettled(text, 400);
	useEffect(() => setText(value), [value]);
	useEffect(() => {
		if (settled !== value && settled === text)
			onValue(settled);
	}, [settled]);
	return <TextField label={label} placeholder={hint} optional={false} required={false} type="search"
		maxlength={255} value={text} onValue={setText} />;
}

function Toolbar({scope, filters, set}: {
		scope: Scope; filters: Filters; set: (f: Partial<Filters>) => void}) {
	const {t} = useI18n();
	const known = Object.entries(actions).filter(([name, a]) =>
		a.in.includes(scope.kind) || name === filters.action)
		.map(([value, a]) => ({value, label: t(a.text)}))
		.sort((a, b) => a.label.localeCompare(b.label));
	const all = {value: '', label: t(common.all)};
	return <div class="toolbar audit-filters" role="search">
		<SelectField label={t(x.action)} value={filters.action} choices={[all, ...known]}
			onValue={(action) => set({action})} />
		<TextFilter label={t(x.actor)} hint={t(x.actorHint)} value={filters.actor}
			onValue={(actor) => set({actor})} />
		<TextFilter label={t(x.target)} hint={t(x.targetHint)} value={filters.target}
			onValue={(target) => set({target})} />
		<SelectField label={t(x.outcome)} value={filters.outcome} onValue={(outcome) => set({outcome})}
			choices={[all, {value: 'ok', label: t(x.ok)}, {value: 'refused', label: t(x.refused)}]} />
		<TextField label={t(x.from)} type="date" required={false} value={filters.from}
			{...filters.to && {max: filters.to}} onValue={(from) => set({from})} />
		<TextField label={t(x.to)} type="date" required={false} value={filters.to}
			{...filters.from && {min: filters.from}} onValue={(to) => set({to})} />
		{Object.values(filters).some(Boolean) && <Button kind="quiet" onClick={() => set({from: '',
			to: '', action: '', actor: '', target: '', outcome: ''})}>{t(x.clear)}</Button>}
	</div>;
}

function Log({scope}: {scope: Scope}) {
	const {t, num} = useI18n();
	const words = useWords();
	const [filters, set] = useFilters();
	const [open, setOpen] = useState<Entry>();
	const [verifying, setVerifying] = useState(false);
	const filtered = Object.values(filters).some(Boolean);
	const list = useList((cursor, signal) => entries(scope, filters, cursor, signal),
		[scope.kind, scope.id, ...Object.values(filters)]);
	const columns: Column<Entry>[] = [
		{key: 'action', title: t(x.action), main: true, cell: (e) => <button type="button"
			class="link" aria-label={`${words.action(e.action)}: ${t(x.details, {n: num(e.seq)})}`}
			onClick={() => setOpen(e)}>{words.action(e.action)}</button>},
		{key: 'target', title: t(x.target), cell: (e) => e.target},
		{key: 'actor', title: t(x.actor), cell: (e) => e.actor_name || e.actor},
		{key: 'outcome', title: t(x.outcome), cell: (e) => <Badge tone={e.outcome === 'ok' ? 'good' :
			'bad'}>{words.outcome(e.outcome)}</Badge>},
		{key: 'at', title: t(x.when), cell: (e) => <Time at={e.at} exact />},
		{key: 'peer', title: t(x.peer), cell: (e) => e.from},
	];
	const csv = t(x.csv), jsonl = t(x.jsonl);
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} actions={<>
			<LinkButton href={exportUrl(scope, filters, 'csv')} download="" title={t(x.exportText)}
				aria-label={t(x.exportAs, {form: csv})}>{csv}</LinkButton>
			<LinkButton href={exportUrl(scope, filters, 'jsonl')} download="" title={t(x.exportText)}
				aria-label={t(x.exportAs, {form: jsonl})}>{jsonl}</LinkButton>
			<Button onClick={() => setVerifying(true)}>{t(x.verify)}</Button>
		</>} />
		<Toolbar scope={scope} filters={filters} set={set} />
		<ListTable caption={t(x.title)} columns={columns} rowKey={(e) => String(e.seq)} list={list}
			empty={filtered ? <Empty title={t(x.emptyFiltered)}>{t(x.emptyFilteredText)}</Empty> :
				<Empty title={t(x.empty)} />} />
		{open && <EntryDialog entry={open} onClose={() => setOpen(undefined)} />}
		{verifying && <VerifyDialog scope={scope} onClose={() => setVerifying(false)} />}
	</>;
}

export default function Audit() {
	const scope = useScope();
	return <Log key={scope.id} scope={scope} />;
}
