// What certificates the devices of a product get.
import {useState} from 'preact/hooks';
import {api, take, Problem, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {Card} from '../../ui/bits';
import {Button} from '../../ui/button';
import {AreaField, Check, Form, SelectField, TextField} from '../../ui/form';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {named} from '../batches/actions';
import {texts as x} from './texts';

type Profile = Schemas['Profile'];
type Wish = Schemas['ProfileRequest'];
type Ca = Schemas['Ca'];
type KeyType = Profile['key_types'][number];

const day_s = 86400;
const keys: readonly (readonly [KeyType, string])[] = [['p256', 'P-256'], ['p384', 'P-384'],
	['rsa2048', 'RSA 2048'], ['rsa3072', 'RSA 3072'], ['rsa4096', 'RSA 4096']];
// What the service takes when nothing is said.
const first = {subject: 'CN={device},OU={product},O={account}',
	san: ['uri:urn:birthmark:product:{product_id}'], key_types: ['p256', 'p384'] as KeyType[],
	lifetime_s: 398 * day_s, renew_before_s: 30 * day_s, server_keygen: false};
const lines = (text: string) => text.split('\n').map((l) => l.trim()).filter((l) => l !== '');

interface Props {
	account: string;
	product: string;
	cas: readonly Ca[];
	profile: Profile | null;
	admin: boolean;
	onChange: () => void;
}

function Edit({account, product, cas, profile, admin, onChange}: Props) {
	const {t} = useI18n();
	const toast = useToast();
	const start = profile ?? first;
	const may = cas.filter((c) => c.kind !== 'root' && c.state === 'active' || c.id === profile?.ca);
	const [ca, setCa] = useState(profile?.ca ?? may[0]?.id ?? '');
	const [subject, setSubject] = useState(start.subject);
	const [san, setSan] = useState(start.san.join('\n'));
	const [types, setTypes] = useState<readonly KeyType[]>(start.key_types);
	const [days, setDays] = useState(String(start.lifetime_s / day_s));
	const [renew, setRenew] = useState(String(start.renew_before_s / day_s));
	const [keygen, setKeygen] = useState(start.server_keygen);
	const path = {account, product};
	const save = useAction(async () => {
		const body: Wish = {ca, subject, san: lines(san), key_types: [...types],
			lifetime_s: Math.round(Number(days) * day_s), renew_before_s: Math.round(Number(renew) * day_s),
			server_keygen: keygen, ...profile && {eku: profile.eku, policies: profile.policies}};
		await take(api.PUT('/api/v1/accounts/{account}/products/{product}/profile', {params: {path}, body}));
		toast(t(x.saved));
		onChange();
	});
	const drop = useAction(async () => {
		await take(api.DELETE('/api/v1/accounts/{account}/products/{product}/profile', {params: {path}}));
		toast(t(x.saved));
		onChange();
	});
	if (may.length === 0)
		return <p><a href={`/console/a/${account}/cas`}>{t(x.noCa)}</a></p>;
	return <fieldset class="fieldset" disabled={!admin}><Form action={save} submit={t(common.save)}
		onSubmit={() => void save.run()} extra={profile && admin && <Button kind="quiet" busy={drop.busy}
			onClick={() => void drop.run()}>{t(x.removeProfile)}</Button>}>
		<SelectField label={t(x.ca)} value={ca} onValue={setCa} choices={named(may)} />
		<TextField label={t(x.subject)} hint={t(x.subjectHint)} maxlength={255} value={subject}
			onValue={setSubject} />
		<AreaField label={t(x.san)} hint={t(x.sanHint)} rows={2} optional value={san} onValue={setSan} />
		<fieldset class="fieldset"><legend>{t(x.keys)}</legend>{keys.map(([key, name]) =>
			<Check key={key} label={name} checked={types.includes(key)} disabled={!admin}
				onChecked={(on) => setTypes(on ? [...types, key] : types.filter((k) => k !== key))} />)}</fieldset>
		<TextField label={t(x.days)} type="number" min={0.01} step="any" value={days} onValue={setDays} />
		<TextField label={t(x.renew)} type="number" min={0} step="any" value={renew} onValue={setRenew} />
		<Check label={t(x.keygen)} hint={t(x.keygenHint)} checked={keygen} disabled={!admin}
			onChecked={setKeygen} />
		<ErrorBox problem={drop.problem} />
	</Form></fieldset>;
}

export function ProfileCard({account, product, admin}: {account: string; product: string; admin: boolean}) {
	const {t} = useI18n();
	const loaded = useLoad(async (signal) => {
		const cas = await take(api.GET('/api/v1/accounts/{account}/cas',
			{params: {path: {account}, query: {limit: 100}}, signal}));
		const profile = await take(api.GET('/api/v1/accounts/{account}/products/{product}/profile',
			{params: {path: {account, product}}, signal})).catch((e: unknown) => {
			if (e instanceof Problem && e.status === 404)
				return null;
			throw e;
		});
		return {cas: cas.items, profile};
	}, [account, product]);
	return <Card title={t(x.profile)}>
		<p>{t(x.profileText)}</p>
		{loaded.problem && <ErrorBox problem={loaded.problem} retry={loaded.reload} />}
		{!loaded.value && !loaded.problem && <Loading />}
		{loaded.value && !loaded.value.profile && <Notice>{t(x.noProfile)}</Notice>}
		{loaded.value && <Edit key={loaded.value.profile?.changed_at ?? ''} account={account} product={product}
			cas={loaded.value.cas} profile={loaded.value.profile} admin={admin} onChange={loaded.reload} />}
	</Card>;
}
