// The form of a kind of cloud, made of what the service says that it wants:
// settings, credentials, quotas.
import type {Schemas} from '../../api/client';
import {useI18n} from '../../i18n';
import {AreaField, Check, TextField} from '../../ui/form';
import {fieldWords} from './kind-texts';
import type {CloudKind} from './kind';
import {texts as x} from './texts';

type CloudField = Schemas['CloudField'];
export type Values = Readonly<Record<string, string>>;

// Seldom wanted, so behind “More settings”.
const rare: ReadonlySet<string> = new Set(['thing_type', 'thing_groups', 'attributes', 'external_id',
	'endpoint', 'sts_endpoint', 'login_endpoint', 'iot_hubs', 'allocation_policy', 'twin_tags',
	'hub_is_cloud']);
// What the form begins with, as leaving it empty says something else.
const named: ReadonlySet<string> = new Set(['thing_name']);
const long_from = 1024;

const isSwitch = (f: CloudField) => f.example === 'yes' || f.example === 'no';

export const settingsOf = (kind: CloudKind) => kind.fields.filter((f) => !f.secret);
export const credentialsOf = (kind: CloudKind) => kind.fields.filter((f) => f.secret);

export function startOf(kind: CloudKind): Values {
	return Object.fromEntries(settingsOf(kind).filter((f) => named.has(f.name))
		.map((f) => [f.name, f.example || '{chip_id}']));
}

// What is sent of them when a cloud is added: nothing that was left empty, but
// where that means none.
export function filled(fields: readonly CloudField[], values: Values): Record<string, string> {
	return Object.fromEntries(fields.map((f) => [f.name, (values[f.name] ?? '').trim()] as const)
		.filter(([name, v]) => v !== '' || named.has(name) && name in values));
}

export function useFieldLabel() {
	const {t} = useI18n();
	return (name: string) => {
		const words = fieldWords[name];
		return words ? t(words.label) : name.replace(/_/g, ' ').replace(/^./, (c) => c.toUpperCase());
	};
}

function useHint() {
	const {t} = useI18n();
	return (f: CloudField) => {
		const words = fieldWords[f.name];
		const hint = words ? words.hint && t(words.hint) : f.what;
		return !f.fixed ? hint : !hint ? t(x.fixedLater) :
			`${hint}${/[.。]$/.test(hint) ? ' ' : ' · '}${t(x.fixedLater)}`;
	};
}

function OneField({field: f, value, onValue}: {field: CloudField; value: string;
		onValue: (v: string) => void}) {
	const label = useFieldLabel()(f.name);
	const hint = useHint()(f);
	if (isSwitch(f))
		return <Check label={label} hint={hint} checked={value === f.example}
			onChecked={(v) => onValue(v ? f.example : '')} />;
	const props = {label, hint, optional: !f.required, maxlength: f.max, value, onValue,
		...f.example && !f.secret && {placeholder: f.example}};
	if (f.secret && f.name === 'connection_string')
		return <AreaField {...props} rows={3} required={f.required} autocomplete="off" />;
	if (f.secret)
		return <TextField {...props} type="password" autocomplete="new-password" />;
	if (f.max >= long_from && !/url|endpoint|arn/.test(f.name))
		return <AreaField {...props} rows={2} required={f.required} />;
	return /url|endpoint/.test(f.name) ?
		<TextField {...props} type="url" inputmode="url" pattern="https://.+" autocomplete="off" /> :
		<TextField {...props} autocomplete="off" spellcheck={false} />;
}

export function KindFields({fields, values, onValues}: {fields: readonly CloudField[]; values: Values;
		onValues: (v: Values) => void}) {
	const {t} = useI18n();
	const show = (f: CloudField) => <OneField key={f.name} field={f} value={values[f.name] ?? ''}
		onValue={(v) => onValues({...values, [f.name]: v})} />;
	const more = fields.filter((f) => !f.required && rare.has(f.name));
	return <>
		{fields.filter((f) => !more.includes(f)).map(show)}
		{more.length > 0 && <details class="more"><summary>{t(x.moreSettings)}</summary>
			<div class="form">{more.map(show)}</div></details>}
	</>;
}

const times_max = 1000; // of what is usual

export function QuotaFields({kind, values, onValues}: {kind: CloudKind; values: Values;
		onValues: (v: Values) => void}) {
	const {t, num} = useI18n();
	return <>{kind.quotas.map((q) => <TextField key={q.name} label={t(x.quotaOf, {name: q.name})}
		hint={`${q.what} ${t(x.quotaDefault, {n: num(q.per_minute)})}`} optional type="number"
		inputmode="numeric" min={1} max={q.per_minute * times_max} value={values[q.name] ?? ''}
		placeholder={String(q.per_minute)}
		onValue={(v) => onValues({...values, [q.name]: v})} />)}</>;
}

export function quotasOf(values: Values): Record<string, number> {
	return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== '')
		.map(([name, v]) => [name, Number(v)]));
}
