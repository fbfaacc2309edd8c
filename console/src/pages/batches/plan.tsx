// Telling a cloud of a batch, moving it, taking it out: what would happen is
// shown first, if wanted, and nothing is done before somebody says so.
import {useEffect, useRef, useState} from 'preact/hooks';
import {api, once, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {Findings, type What} from '../../jobs/findings';
import {JobCounts, JobProgress, unfinished, useFollowed, type Job} from '../../jobs/job';
import {texts as j} from '../../jobs/texts';
import {Button, LinkButton} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {SelectField, type Choice} from '../../ui/form';
import {ErrorBox, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {useKinds} from '../clouds/kind';
import {texts as x} from './texts';

type Cloud = Schemas['Cloud'];
export type Verb = 'provision' | 'move' | 'remove';

const words: Record<Verb, {title: Text; text: Text; submit: Text; done: Text}> = {
	provision: {title: x.provision, text: x.provisionText, submit: x.provision, done: x.doneProvision},
	move: {title: x.moveTitle, text: x.moveText, submit: x.moveNow, done: x.doneMove},
	remove: {title: x.removeTitle, text: x.removeText, submit: x.removeNow, done: x.doneRemove},
};

interface Wish {
	account: string;
	bid: string;
	verb: Verb;
	target: string; // the cloud that is told, "" for the batch's own
	from: string | undefined; // that it leaves
}

function ask({account, bid, verb, target, from}: Wish, plan: boolean): Promise<Job> {
	const params = {path: {account, bid}, header: once()};
	if (verb === 'remove')
		return take(api.POST('/api/v1/accounts/{account}/batches/{bid}/remove',
			{params, body: {cloud: target, plan}}));
	return take(api.POST('/api/v1/accounts/{account}/batches/{bid}/provision', {params,
		body: {plan, ...target && {cloud: target}, ...from && {instead_of: from}}}));
}

function kindsIn(plan: Job): What[] {
	return ([['create', plan.created], ['change', plan.changed], ['remove', plan.removed],
		['conflict', plan.conflicts]] as const).filter(([, n]) => n > 0).map(([what]) => what);
}

function Planned({account, plan, name, canList}: {account: string; plan: Job; name: string;
		canList: boolean}) {
	const {t} = useI18n();
	const kinds = kindsIn(plan);
	if (unfinished(plan))
		return <JobProgress job={plan} cloud={name} />;
	if (plan.state !== 'done')
		return <Notice kind="bad">{plan.state === 'cancelled' ? t(x.planCancelled) :
			t(j.saidCloud, {words: plan.last_error ?? ''})}</Notice>;
	return <>
		<h3>{t(x.planOf, {cloud: name})}</h3>
		<JobCounts job={plan} />
		{!canList && <p class="faint">{t(x.planOwn)}</p>}
		{kinds.length === 0 && <Notice kind="good">{t(x.planNothing)}</Notice>}
		{plan.conflicts > 0 && <Notice kind="warn">{t(j.conflictText)}</Notice>}
		{canList && kinds.length > 0 && <Findings account={account} job={plan} kinds={kinds}
			caption={t(x.planOf, {cloud: name})} count={plan.created + plan.changed + plan.removed + plan.conflicts} />}
	</>;
}

// A plan of another wish says nothing of this one; one that nobody waits for
// any more is ended.
function usePlan(wish: Wish) {
	const [plan, setPlan] = useState<Job>();
	const latest = useRef<Job>();
	latest.current = plan;
	const drop = () => {
		const old = latest.current;
		setPlan(undefined);
		if (old && unfinished(old))
			take(api.POST('/api/v1/accounts/{account}/jobs/{job}/cancel', {params: {
				path: {account: wish.account, job: old.id}, header: once()}})).catch(() => undefined);
	};
	useFollowed(wish.account, plan, setPlan);
	useEffect(() => drop, []);
	const start = useAction(async () => {
		setPlan(await ask(wish, true));
	});
	return {plan, start, drop};
}

interface Props {
	account: string;
	bid: string;
	verb: Verb;
	from?: string; // the cloud that it is moved or removed from
	own?: {id: string; name: string} | null; // the cloud of its binding
	clouds: readonly Cloud[];
	onClose: () => void;
	onDone: (job: Job) => void | Promise<void>;
}

function choicesOf({verb, from, own, clouds}: Props, pick: string): Choice[] {
	const named = clouds.filter((c) => c.id !== from && (verb !== 'provision' || c.id !== own?.id))
		.map((c) => ({value: c.id, label: c.name}));
	return [{value: '', label: verb === 'provision' && own ? own.name : pick}, ...named];
}

function Choose(props: Props & {chosen: string; onChosen: (c: string) => void}) {
	const {t} = useI18n();
	const choices = choicesOf(props, t(x.pickCloud));
	if (choices.length === 1 && !(props.verb === 'provision' && props.own))
		return <Notice kind="warn">{t(props.verb === 'move' ? x.noOtherCloud : x.noClouds)} <LinkButton size="small"
			href={`/console/a/${props.account}/clouds`}>{t(x.toClouds)}</LinkButton></Notice>;
	return <SelectField label={t(props.verb === 'move' ? x.moveTo : x.cloud)} value={props.chosen}
		onValue={props.onChosen} choices={choices} />;
}

export function CloudDialog(props: Props) {
	const {t} = useI18n();
	const toast = useToast();
	const {account, bid, verb, from, own, clouds, onClose, onDone} = props;
	const [chosen, setChosen] = useState('');
	const kinds = useKinds(account);
	const target = verb === 'remove' ? from ?? '' : chosen;
	const ready = target !== '' || verb === 'provision' && !!own;
	const told = clouds.find((c) => c.id === (target || own?.id));
	const old = clouds.find((c) => c.id === from)?.name ?? '';
	const wish: Wish = {account, bid, verb, target, from: verb === 'move' ? from : undefined};
	const {plan, start, drop} = usePlan(wish);
	const go = useAction(async () => {
		drop();
		await onDone(await ask(wish, false));
		toast(t(words[verb].done, {n: 1, what: bid, from: old, cloud: told?.name ?? ''}));
		onClose();
	});
	const params = {n: 1, what: bid, from: old, cloud: told?.name ?? ''};
	const canList = !!kinds.value?.find((k) => k.type === told?.type)?.can_list;
	return <Dialog title={t(words[verb].title, params)} onClose={onClose} wide={!!plan}>
		<p>{t(words[verb].text, params)}</p>
		{verb !== 'remove' && <Choose {...props} chosen={chosen} onChosen={(c) => {
			drop();
			setChosen(c);
		}} />}
		{verb === 'move' && <ol class="move-steps"><li>{t(x.moveStep1)}</li><li>{t(x.moveStep2)}</li>
			<li>{t(x.moveStep3, {from: old})}</li></ol>}
		{plan && <p role="status" class="faint">{t(!unfinished(plan) ? x.planReady :
			canList ? x.planReading : x.planCounting)}</p>}
		{plan && <Planned account={account} plan={plan} name={told?.name ?? ''} canList={canList} />}
		<ErrorBox problem={start.problem ?? go.problem} />
		<div class="form-actions">
			<Button busy={start.busy || !!plan && unfinished(plan)} disabled={!ready || go.busy}
				onClick={() => void start.run()}>{t(x.showPlan)}</Button>
			<Button kind={verb === 'remove' ? 'danger' : 'primary'} busy={go.busy} disabled={!ready}
				onClick={() => void go.run()}>{t(words[verb].submit)}</Button>
			<Button kind="quiet" disabled={go.busy} onClick={onClose}>{t(common.cancel)}</Button>
		</div>
	</Dialog>;
}
