// Adding a product cloud: its kind first, then what that kind needs.
import {useEffect, useRef, useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {AreaField, Form, TextField} from '../../ui/form';
import {ErrorBox, Loading} from '../../ui/state';
import {common} from '../../ui/texts';
import {credentialsOf, filled, KindFields, QuotaFields, quotasOf, settingsOf, startOf, type Values} from './fields';
import {kindKey, kindsOf, useKinds, useKindWords, type Form as InteropForm, type Kind} from './kind';
import {texts as x} from './texts';

const empty = {account_id: '', gateway_id: '', region: '', stage: '', url: '',
	subscription_id: '', username: '', password: ''};
type Interop = typeof empty;

function interop(form: InteropForm, v: Interop): Pick<Schemas['CloudWish'], 'form' | InteropForm> {
	switch (form) {
	case 'aws':
		return {form, aws: {account_id: v.account_id, gateway_id: v.gateway_id, region: v.region,
			stage: v.stage}};
	case 'azure':
		return {form, azure: {url: v.url, subscription_id: v.subscription_id}};
	case 'other':
		return {form, other: {url: v.url, username: v.username, password: v.password}};
	}
}

function InteropFields({form, field}: {form: InteropForm; field: (key: keyof Interop) => {
		value: string; onValue: (v: string) => void}}) {
	const {t} = useI18n();
	const url = <TextField label={t(x.url)} hint={t(x.urlHint)} type="url" inputmode="url"
		pattern="https://.+" maxlength={512} {...field('url')} />;
	switch (form) {
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

// Everything that was typed, of this kind only.
function useTyped(kind: Kind) {
	const [name, setName] = useState('');
	const [ca, setCa] = useState('');
	const [old, setOld] = useState(empty);
	const [settings, setSettings] = useState<Values>(() => startOf(kind.rules));
	const [credentials, setCredentials] = useState<Values>({});
	const [quotas, setQuotas] = useState<Values>({});
	const wish = (): Schemas['CloudWish'] => {
		const base = {name, type: kind.type, ...ca.trim() && {ca_certificate: ca}};
		if (kind.form)
			return {...base, ...interop(kind.form, old)};
		const more = {settings: filled(settingsOf(kind.rules), settings),
			credentials: filled(credentialsOf(kind.rules), credentials), quotas: quotasOf(quotas)};
		return {...base, ...Object.fromEntries(Object.entries(more)
			.filter(([, v]) => Object.keys(v).length > 0))};
	};
	return {name, setName, ca, setCa, old, setOld, settings, setSettings, credentials, setCredentials,
		quotas, setQuotas, wish};
}

// The button that was pressed is gone: go on with the first control.
function useFirst<E extends HTMLElement>() {
	const ref = useRef<E>(null);
	useEffect(() => ref.current?.querySelector<HTMLElement>('input, button')?.focus(), []);
	return ref;
}

function Filling({account, kind, onBack, onDone}: {account: string; kind: Kind; onBack: () => void;
		onDone: (c: Schemas['Cloud']) => void}) {
	const {t} = useI18n();
	const words = useKindWords();
	const v = useTyped(kind);
	const first = useFirst<HTMLDivElement>();
	const keyOf = useOnce();
	const key = kindKey(kind);
	const docs = words.docs(key);
	const secrets = credentialsOf(kind.rules);
	const save = useAction(async () => {
		const body = v.wish();
		onDone(await take(api.POST('/api/v1/accounts/{account}/clouds',
			{params: {path: {account}, header: keyOf(body)}, body})));
	});
	return <Form action={save} submit={t(common.add)} onSubmit={() => void save.run()}
		extra={<Button onClick={onBack}>{t(x.otherKind)}</Button>}>
		<p><strong>{words.name(key, kind.rules)}</strong>{words.about(key) && <>: {words.about(key)}</>}
			{docs && <> <span class="faint">{t(docs[0])} <code>{docs[1]}</code></span></>}</p>
		<div ref={first}><TextField label={t(x.name)} hint={t(x.nameHint)} maxlength={128} value={v.name}
			onValue={v.setName} /></div>
		{kind.form ? <InteropFields form={kind.form} field={(name) => ({value: v.old[name],
			onValue: (text: string) => v.setOld({...v.old, [name]: text})})} /> : kind.type !== 'gate' && <>
			<KindFields fields={settingsOf(kind.rules)} values={v.settings} onValues={v.setSettings} />
			{secrets.length > 0 && <fieldset class="fields"><legend>{t(x.credentials)}</legend>
				<p class="field-hint">{t(x.passwordHint)}</p>
				<KindFields fields={secrets} values={v.credentials} onValues={v.setCredentials} /></fieldset>}
			{kind.rules.quotas.length > 0 && <details class="more"><summary>{t(x.quotas)}</summary>
				<div class="form"><p class="field-hint">{t(x.quotasText)}</p>
					<QuotaFields kind={kind.rules} values={v.quotas} onValues={v.setQuotas} /></div></details>}
		</>}
		{kind.type !== 'gate' && <details class="more"><summary>{t(x.privateCaMore)}</summary>
			<AreaField label={t(x.privateCa)} hint={t(x.privateCaHint)} optional value={v.ca} onValue={v.setCa} />
		</details>}
	</Form>;
}

function Choosing({kinds, onPick}: {kinds: readonly Kind[]; onPick: (k: Kind) => void}) {
	const {t} = useI18n();
	const words = useKindWords();
	const first = useFirst<HTMLUListElement>();
	return <>
		<p>{t(x.chooseKind)}</p>
		<ul class="kinds" ref={first}>{kinds.map((kind) => {
			const key = kindKey(kind);
			return <li key={key}><button type="button" class="kind" onClick={() => onPick(kind)}>
				<strong>{words.name(key, kind.rules)}</strong>
				<span>{words.about(key)}</span></button></li>;
		})}</ul>
	</>;
}

export function AddCloud({account, onClose, onDone}: {
		account: string; onClose: () => void; onDone: (c: Schemas['Cloud']) => void}) {
	const {t} = useI18n();
	const kinds = useKinds(account);
	const [kind, setKind] = useState<Kind>();
	return <Dialog title={t(x.add)} onClose={onClose} wide={!kind}>
		{kind ? <Filling key={kindKey(kind)} account={account} kind={kind} onDone={onDone}
			onBack={() => setKind(undefined)} /> :
			kinds.value ? <Choosing kinds={kindsOf(kinds.value)} onPick={setKind} /> :
				kinds.problem ? <ErrorBox problem={kinds.problem} retry={kinds.reload} /> : <Loading />}
	</Dialog>;
}
