// One product: which certificates its devices get and whom they talk to.
import {useState} from 'preact/hooks';
import {useRoute} from 'preact-iso';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {mayIn, useMe} from '../../session';
import {Card, PageHead} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Check, Form} from '../../ui/form';
import {ErrorBox, Loading} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {texts as all} from '../products/texts';
import {ProfileCard} from './profile';
import {texts as x} from './texts';

type Product = Schemas['Product'];

function Talk({account, product, products, admin}: {account: string; product: Product;
		products: readonly Product[]; admin: boolean}) {
	const {t} = useI18n();
	const toast = useToast();
	const [chosen, setChosen] = useState<readonly string[]>();
	const path = {account, product: product.id};
	const loaded = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/products/{product}/talk',
		{params: {path}, signal})), [account, product.id]);
	const now = chosen ?? loaded.value?.products ?? [];
	const save = useAction(async () => {
		loaded.set(await take(api.PUT('/api/v1/accounts/{account}/products/{product}/talk',
			{params: {path}, body: {products: [...now]}})));
		setChosen(undefined);
		toast(t(x.saved));
	});
	const toggle = (id: string, on: boolean) => setChosen(on ? [...now, id] : now.filter((p) => p !== id));
	return <Card title={t(x.talk)}>
		<p>{t(x.talkText)}</p>
		<ErrorBox problem={loaded.problem} retry={loaded.reload} />
		{loaded.value && <fieldset class="fieldset" disabled={!admin}><Form action={save} submit={t(common.save)}
			onSubmit={() => void save.run()}>
			{products.map((p) => <Check key={p.id} checked={now.includes(p.id)} disabled={!admin}
				label={p.id === product.id ? t(x.self, {name: p.name}) : p.name}
				onChecked={(on) => toggle(p.id, on)} />)}
		</Form></fieldset>}
	</Card>;
}

export default function ProductPage() {
	const {t} = useI18n();
	const {account = '', product: id = ''} = useRoute().params;
	const admin = mayIn(useMe(), account, 'administrator');
	const list = useLoad((signal) => take(api.GET('/api/v1/accounts/{account}/products',
		{params: {path: {account}, query: {limit: 500}}, signal})), [account]);
	const back = {href: `/console/a/${account}/products`, label: t(all.title)};
	const product = list.value?.items.find((p) => p.id === id);
	if (!list.value || !product)
		return <><PageHead title={t(x.product)} back={back} />
			{list.value && <p>{t(common.notFound)}</p>}
			{list.problem ? <ErrorBox problem={list.problem} retry={list.reload} /> : !list.value && <Loading />}</>;
	return <div class="stack">
		<PageHead title={product.name} back={back} actions={<LinkButton
			href={`/console/a/${account}/batches?product=${product.id}`}>{t(x.batches)}</LinkButton>} />
		<ProfileCard account={account} product={product.id} admin={admin} />
		<Talk account={account} product={product} products={list.value.items} admin={admin} />
	</div>;
}
