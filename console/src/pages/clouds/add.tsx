// Adding a product cloud: its kind first, then what that kind needs.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {Dialog} from '../../ui/dialog';
import {AreaField, Form, SelectField, TextField} from '../../ui/form';
import {common} from '../../ui/texts';
import {kindAbout, kindName, kinds, type Kind} from './kind';
import {texts as x} from './texts';

const empty = {name: '', account_id: '', gateway_id: '', region: '', stage: '', url: '',
	subscription_id: '', username: '', password: '', ca: ''};
type Values = typeof empty;

function wish(kind: Kind, v: Values): Schemas['CloudWish'] {
	const base = {name: v.name, ...v.ca.trim() && {ca_certificate: v.ca}};
	switch (kind) {
	case 'gate':
		return {name: v.name, type: 'gate'};
	case 'aws':
		return {...base, type: 'interop', form: 'aws', aws: {account_id: v.account_id,
			gateway_id: v.gateway_id, region: v.region, stage: v.stage}};
	case 'azure':
		return {...base, type: 'interop', form: 'azure',
			azure: {url: v.url, subscription_id: v.subscription_id}};
	case 'other':
		return {...base, type: 'interop', form: 'other',
			other: {url: v.url, username: v.username, password: v.password}};
	}
}

function Needs({kind, field}: {kind: Kind; field: (key: keyof Values) => {
		value: string; onValue: (v: string) => void}}) {
	const {t} = useI18n();
	const url = <TextField label={t(x.url)} hint={t(x.urlHint)} type="url" inputmode="url"
		pattern="https://.+" maxlength={512} {...field('url')} />;
	switch (kind) {
	case 'gate':
		return null;
	case 'aws':
		return <>
			<TextField label={t(x.awsAccount)} hint={t(x.awsAccountHint)} inputmode="numeric"
				pattern="[0-9]{12}" maxlength={12} {...field('account_id')} />
			<TextField label={t(x.gateway)} maxlength={32} {...field('gateway_id')} />
			<TextField label={t(x.region)} placeholder="eu-central-1" maxlength={32} {...field('region')} />
			<TextField label={t(x.stage)} maxlength={128} {...field('stage')} />
		</>;
	case 'azure':
		return <>{url}
			<TextField label={t(x.subscription)} maxlength={64} {...field('subscription_id')} /></>;
	case 'other':
		return <>{url}
			<TextField label={t(x.username)} autocomplete="off" maxlength={128} {...field('username')} />
			<TextField label={t(common.password)} hint={t(x.passwordHint)} type="password"
				autocomplete="new-password" maxlength={256} {...field('password')} /></>;
	}
}

export function AddCloud({account, onClose, onDone}: {
		account: string; onClose: () => void; onDone: (c: Schemas['Cloud']) => void}) {
	const {t} = useI18n();
	const [kind, setKind] = useState<Kind>('gate');
	const [values, setValues] = useState(empty);
	const keyOf = useOnce();
	const field = (name: keyof Values) => ({value: values[name],
		onValue: (v: string) => setValues({...values, [name]: v})});
	const save = useAction(async () => {
		const body = wish(kind, values);
		onDone(await take(api.POST('/api/v1/accounts/{account}/clouds',
			{params: {path: {account}, header: keyOf(body)}, body})));
	});
	return <Dialog title={t(x.add)} onClose={onClose}>
		<Form action={save} submit={t(common.add)} onSubmit={() => void save.run()}>
			<SelectField label={t(x.kind)} hint={t(kindAbout[kind])} value={kind}
				choices={kinds.map((k) => ({value: k, label: t(kindName[k])}))}
				onValue={(v) => setKind(v as Kind)} />
			<TextField label={t(x.name)} hint={t(x.nameHint)} maxlength={128} {...field('name')} />
			<Needs kind={kind} field={field} />
			{kind !== 'gate' && <AreaField label={t(x.privateCa)} hint={t(x.privateCaHint)} optional
				{...field('ca')} />}
		</Form>
	</Dialog>;
}
