// An account's settings: name, what is preset when reels are bound, addresses
// for receivers.
import {useEffect, useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {mayIn, useMe, useSession} from '../../session';
import {Card, Facts, Id, PageHead, Time} from '../../ui/bits';
import {Check, Form, SelectField, TextField, type Choice} from '../../ui/form';
import {Empty, ErrorBox, Loading, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';

type Account = Schemas['Account'];

interface Loaded {
	account: Account;
	products: Choice[];
	clouds: Choice[];
}

type Named = {id: string; name: string};
type NamedPage = {items: Named[]; next: string | null};

// All of them, page by page: a choice must not end at the first page.
async function all(page: (cursor: string | undefined) => Promise<NamedPage>): Promise<Choice[]> {
	const choices: Choice[] = [];
	let cursor: string | undefined;
	do {
		const {items, next} = await page(cursor);
		choices.push(...items.map((i) => ({value: i.id, label: i.name})));
		cursor = next ?? undefined;
	} while (cursor !== undefined);
	return choices;
}

async function load(account: string, signal: AbortSignal): Promise<Loaded> {
	const path = {account};
	const query = (cursor: string | undefined) => ({limit: 500, ...cursor && {cursor}});
	const [own, products, clouds] = await Promise.all([
		take(api.GET('/api/v1/accounts/{account}', {params: {path}, signal})),
		all((c) => take(api.GET('/api/v1/accounts/{account}/products',
			{params: {path, query: query(c)}, signal}))),
		all((c) => take(api.GET('/api/v1/accounts/{account}/clouds',
			{params: {path, query: query(c)}, signal}))),
	]);
	return {account: own, products, clouds};
}

const valuesOf = (a: Account) => ({name: a.name, default_product: a.default_product,
	default_cloud: a.default_cloud, auto_provision: a.auto_provision, registrar_url: a.registrar_url});

function Fields({loaded, onSaved}: {loaded: Loaded; onSaved: (a: Account) => void}) {
	const {t} = useI18n();
	const toast = useToast();
	const {reload} = useSession();
	const {account} = loaded;
	const [v, set] = useState(valuesOf(account));
	useEffect(() => set(valuesOf(account)), [account]);
	const save = useAction(async () => {
		const saved = await take(api.PATCH('/api/v1/accounts/{account}',
			{params: {path: {account: account.id}}, body: {...v, name: v.name.trim()}}));
		onSaved(saved);
		toast(t(x.saved));
		if (saved.name !== account.name)
			await reload();
	});
	const changed = JSON.stringify(v) !== JSON.stringify(valuesOf(account));
	const choices = (list: Choice[]) => [{value: '', label: t(x.noneChosen)}, ...list];
	return <Form action={save} submit={t(common.save)} onSubmit={() => void save.run()}>
		<Card title={t(x.account)}>
			<TextField label={t(x.name)} hint={t(x.nameHint)} maxlength={100} value={v.name}
				autocomplete="organization" onValue={(name) => set({...v, name})} />
		</Card>
		<Card title={t(x.binding)}>
			<SelectField label={t(x.product)} hint={t(x.productHint)} value={v.default_product ?? ''}
				choices={choices(loaded.products)}
				onValue={(id) => set({...v, default_product: id || null})} />
			<SelectField label={t(x.cloud)} hint={t(x.cloudHint)} value={v.default_cloud ?? ''}
				choices={choices(loaded.clouds)}
				onValue={(id) => set({...v, default_cloud: id || null})} />
			<Check label={t(x.auto)} hint={t(x.autoHint)} checked={v.auto_provision}
				onChecked={(auto_provision) => set({...v, auto_provision})} />
			{v.auto_provision && !v.default_cloud && <Notice kind="warn">{t(x.autoNoCloud)}</Notice>}
		</Card>
		<Card title={t(x.firstBoot)}>
			<TextField label={t(x.registrar)} hint={t(x.registrarHint)} type="url" optional maxlength={200}
				autocomplete="off" value={v.registrar_url ?? ''}
				onValue={(url) => set({...v, registrar_url: url.trim() || null})} />
		</Card>
		{changed && <p class="faint" role="status">{t(x.unsaved)}</p>}
	</Form>;
}

function Receivers({account}: {account: Account}) {
	const {t} = useI18n();
	const base = `${location.origin}/.well-known/birthmark/accounts/${account.id}`;
	return <Card title={t(x.facts)}>
		<p class="faint">{t(x.factsText)}</p>
		<Facts rows={[
			[t(x.id), <Id text={account.id} copy />],
			[t(x.pem), <Id text={`${base}/interop-key.pem`} copy />],
			[t(x.jwks), <Id text={`${base}/jwks.json`} copy />],
			[t(x.made), <Time at={account.created_at} exact />],
		]} />
	</Card>;
}

function Body({id}: {id: string}) {
	const loaded = useLoad((signal) => load(id, signal), [id]);
	if (loaded.problem)
		return <ErrorBox problem={loaded.problem} retry={loaded.reload} />;
	if (!loaded.value)
		return <Loading lines={8} />;
	const value = loaded.value;
	return <div class="columns">
		<Fields loaded={value} onSaved={(account) => loaded.set({...value, account})} />
		<Receivers account={value.account} />
	</div>;
}

export default function Settings() {
	const {t} = useI18n();
	const id = useRoute().params['account'] ?? '';
	const admin = mayIn(useMe(), id, 'administrator');
	return <>
		<PageHead title={t(x.title)} sub={t(x.sub)} />
		{admin ? <Body key={id} id={id} /> : <Empty title={t(common.denied)} />}
	</>;
}
