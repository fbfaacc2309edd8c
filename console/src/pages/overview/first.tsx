// The first steps of an account that has no batch yet.
import {api, take} from '../../api/client';
import {useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {Badge, Card} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Loading} from '../../ui/state';
import {texts as x} from './texts';

export function FirstSteps({account}: {account: string}) {
	const {t} = useI18n();
	const have = useLoad(async (signal) => {
		const one = {params: {path: {account}, query: {limit: 1}}, signal};
		const many = {params: {path: {account}, query: {limit: 100}}, signal};
		const [products, clouds, members, invited] = await Promise.all([
			take(api.GET('/api/v1/accounts/{account}/products', one)),
			take(api.GET('/api/v1/accounts/{account}/clouds', one)),
			take(api.GET('/api/v1/accounts/{account}/members', many)),
			take(api.GET('/api/v1/accounts/{account}/invitations', many))]);
		return {product: products.items.length > 0, cloud: clouds.items.length > 0,
			operator: [...members.items, ...invited.items].some((m) => m.role === 'operator')};
	}, [account]);
	const base = `/console/a/${account}`;
	const v = have.value;
	if (!v && !have.problem)
		return <Card title={t(x.first)}><Loading /></Card>;
	const steps = [
		{title: x.stepProduct, text: x.stepProductText, href: `${base}/products`, done: v?.product},
		{title: x.stepCloud, text: x.stepCloudText, href: `${base}/clouds`, done: v?.cloud},
		{title: x.stepOperator, text: x.stepOperatorText, href: `${base}/users`, done: v?.operator},
		{title: x.stepBind, text: x.stepBindText, href: `/scan?account=${account}`, done: false},
	];
	const next = steps.find((s) => !s.done);
	return <Card title={t(x.first)}>
		<p class="faint">{t(x.firstText)}</p>
		<ol class="steps">{steps.map((s) => <li key={s.href} class={s.done ? 'step-done' : ''}>
			<div><h3>{t(s.title)}</h3><p class="faint">{t(s.text)}</p></div>
			{s.done ? <Badge tone="good">{t(x.stepDone)}</Badge> :
				<LinkButton kind={s === next ? 'primary' : 'plain'} href={s.href}>{t(s.title)}</LinkButton>}
		</li>)}</ol>
	</Card>;
}
