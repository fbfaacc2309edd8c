// Changing a product cloud: its name and CA, its settings, its credentials as
// a whole, its quotas.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Dialog} from '../../ui/dialog';
import {AreaField, Check, Form, TextField} from '../../ui/form';
import {common} from '../../ui/texts';
import {credentialsOf, filled, KindFields, QuotaFields, settingsOf, type Values} from '../clouds/fields';
import {kindKey, type CloudKind} from '../clouds/kind';
import {texts as x} from '../clouds/texts';

type Cloud = Schemas['Cloud'];

export interface Changing {
	account: string;
	cloud: Cloud;
	onClose: () => void;
	onDone: (c: Cloud) => void;
}

function useChange({account, cloud, onDone}: Changing) {
	return useAction(async (body: Schemas['CloudChange']) => {
		onDone(Object.keys(body).length === 0 ? cloud :
			await take(api.PATCH('/api/v1/accounts/{account}/clouds/{cloud}',
				{params: {path: {account, cloud: cloud.id}}, body})));
	});
}

export function ChangeName(props: Changing) {
	const {t} = useI18n();
	const {cloud, onClose} = props;
	const [name, setName] = useState(cloud.name);
	const [username, setUsername] = useState(cloud.username ?? '');
	const [password, setPassword] = useState('');
	const [ca, setCa] = useState('');
	const [drop, setDrop] = useState(false);
	const save = useChange(props);
	const body: Schemas['CloudChange'] = {...name !== cloud.name && {name},
		...password && {username, password},
		...drop ? {ca_certificate: ''} : ca.trim() && {ca_certificate: ca}};
	return <Dialog title={t(x.changeOf, {name: cloud.name})} onClose={onClose}>
		<Form action={save} submit={t(common.save)} onSubmit={() => void save.run(body)}>
			<TextField label={t(x.name)} maxlength={128} value={name} onValue={setName} />
			{kindKey(cloud) === 'interop other' && <>
				<TextField label={t(x.username)} autocomplete="off" maxlength={128} value={username}
					onValue={setUsername} />
				<TextField label={t(x.newPassword)} hint={t(x.newPasswordHint)} type="password"
					optional={username === (cloud.username ?? '')}
					autocomplete="new-password" maxlength={256} value={password} onValue={setPassword} />
			</>}
			{cloud.type !== 'gate' && !drop && <AreaField label={t(x.privateCa)}
				hint={`${t(x.privateCaHint)} ${cloud.private_ca ? t(x.caChange) : ''}`} optional value={ca}
				onValue={setCa} />}
			{cloud.private_ca && <Check label={t(x.caDrop)} checked={drop} onChecked={setDrop} />}
		</Form>
	</Dialog>;
}

export function ChangeSettings({kind, ...props}: Changing & {kind: CloudKind}) {
	const {t} = useI18n();
	const {cloud, onClose} = props;
	const [values, setValues] = useState<Values>(cloud.settings);
	const [secrets, setSecrets] = useState<Values>({});
	const save = useChange(props);
	const fields = settingsOf(kind).filter((f) => !f.fixed);
	// Only what differs; an empty one is taken away.
	const settings = Object.fromEntries(fields.map((f) => [f.name, (values[f.name] ?? '').trim()] as const)
		.filter(([name, v]) => v !== (cloud.settings[name] ?? '')));
	const wanted = cloud.has_credentials && fields.some((f) => f.destination && f.name in settings) ?
		credentialsOf(kind) : [];
	const body: Schemas['CloudChange'] = {settings, ...wanted.length > 0 &&
		{credentials: filled(wanted, secrets)}};
	return <Dialog title={t(x.changeSettings)} onClose={onClose}>
		<Form action={save} submit={t(common.save)} onSubmit={() =>
			void save.run(Object.keys(settings).length > 0 ? body : {})}>
			<KindFields fields={fields} values={values} onValues={setValues} />
			{wanted.length > 0 && <>
				<p>{t(x.secretsAgain)}</p>
				<KindFields fields={wanted} values={secrets} onValues={setSecrets} />
			</>}
			{settingsOf(kind).some((f) => f.fixed) && <p class="faint">{t(x.fixedText)}</p>}
		</Form>
	</Dialog>;
}

export function ReplaceSecrets({kind, ...props}: Changing & {kind: CloudKind}) {
	const {t} = useI18n();
	const [values, setValues] = useState<Values>({});
	const save = useChange(props);
	const fields = credentialsOf(kind);
	return <Dialog title={t(x.replace)} onClose={props.onClose}>
		<Form action={save} submit={t(x.replace)} onSubmit={() =>
			void save.run({credentials: filled(fields, values)})}>
			<p>{t(x.replaceText)}</p>
			<KindFields fields={fields} values={values} onValues={setValues} />
		</Form>
	</Dialog>;
}

export function ChangeQuotas({kind, ...props}: Changing & {kind: CloudKind}) {
	const {t} = useI18n();
	const {cloud} = props;
	const [values, setValues] = useState<Values>(() => Object.fromEntries(kind.quotas
		.map((q) => [q.name, String(cloud.quotas[q.name] ?? q.per_minute)])));
	const save = useChange(props);
	// An empty one is again what is usual, even when that changes.
	const quotas = Object.fromEntries(kind.quotas.map((q) =>
		[q.name, values[q.name] ? Number(values[q.name]) : null]));
	return <Dialog title={t(x.changeQuotas)} onClose={props.onClose}>
		<Form action={save} submit={t(common.save)} onSubmit={() => void save.run({quotas})}>
			<p>{t(x.quotasText)}</p>
			<QuotaFields kind={kind} values={values} onValues={setValues} />
		</Form>
	</Dialog>;
}
