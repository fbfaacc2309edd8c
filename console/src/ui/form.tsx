// Fields with labels, hints and faults tied to them for screen readers.
import type {ComponentChildren, JSX} from 'preact';
import {useId} from 'preact/hooks';
import type {Action} from '../hooks';
import {useI18n} from '../i18n';
import {Button} from './button';
import {ErrorBox} from './state';
import {common} from './texts';

interface Around {
	label: string;
	hint?: ComponentChildren;
	fault?: string | undefined;
	optional?: boolean;
}

interface Tied {
	id: string;
	'aria-describedby': string | undefined;
	'aria-invalid': 'true' | undefined;
}

export function Field({label, hint, fault, optional, children}: Around & {
		children: (tied: Tied) => ComponentChildren}) {
	const {t} = useI18n();
	const id = useId();
	const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean);
	return <div class="field">
		<label for={id}>{label}{optional &&
			<span class="field-optional"> ({t(common.optional)})</span>}</label>
		{children({id, 'aria-describedby': about.join(' ') || undefined,
			'aria-invalid': fault ? 'true' : undefined})}
		{hint && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}
		{fault && <p class="field-fault" id={`${id}-fault`}>{fault}</p>}
	</div>;
}

type InputProps = Omit<JSX.IntrinsicElements['input'], 'value' | 'onChange' | 'onInput' | 'label'>;

export function TextField({label, hint, fault, optional, value, onValue, ...rest}: Around &
		InputProps & {value: string; onValue: (v: string) => void}) {
	return <Field label={label} hint={hint} fault={fault} optional={optional ?? false}>
		{(tied) => <input class="input" type="text" required={!optional} {...rest}
			{...tied} value={value}
			onInput={(e) => onValue(e.currentTarget.value)} />}
	</Field>;
}

export interface Choice {
	value: string;
	label: string;
}

export function SelectField({label, hint, fault, optional, value, onValue, choices, disabled}: Around & {
		value: string; onValue: (v: string) => void; choices: readonly Choice[];
		disabled?: boolean}) {
	return <Field label={label} hint={hint} fault={fault} optional={optional ?? false}>
		{(tied) => <select class="input" {...tied} value={value} disabled={disabled ?? false}
			onChange={(e) => onValue(e.currentTarget.value)}>
			{choices.map((c) => <option key={c.value} value={c.value}>{c.label}</option>)}
		</select>}
	</Field>;
}

export function AreaField({label, hint, fault, optional, value, onValue, ...rest}: Around &
		Omit<JSX.IntrinsicElements['textarea'], 'value' | 'label'> & {
		value: string; onValue: (v: string) => void}) {
	return <Field label={label} hint={hint} fault={fault} optional={optional ?? false}>
		{(tied) => <textarea class="input" rows={5} spellcheck={false} {...rest} {...tied}
			value={value} onInput={(e) => onValue(e.currentTarget.value)} />}
	</Field>;
}

export function Check({label, hint, checked, onChecked, disabled, required}: {
		label: string; hint?: ComponentChildren; checked: boolean;
		onChecked: (v: boolean) => void; disabled?: boolean; required?: boolean}) {
	const id = useId();
	return <div class="check">
		<input type="checkbox" id={id} checked={checked} disabled={disabled ?? false}
			required={required ?? false} aria-describedby={hint ? `${id}-hint` : undefined}
			onChange={(e) => onChecked(e.currentTarget.checked)} />
		<div><label for={id}>{label}</label>
			{hint && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}</div>
	</div>;
}

// A form around one action: its button is busy meanwhile, its fault is told.
export function Form({action, submit, danger, children, extra, onSubmit}: {
		action: Pick<Action<[]>, 'busy' | 'problem'>; submit: string; danger?: boolean;
		children: ComponentChildren; extra?: ComponentChildren; onSubmit: () => void}) {
	return <form class="form" onSubmit={(e) => {
		e.preventDefault();
		onSubmit();
	}}>
		{children}
		<ErrorBox problem={action.problem} />
		<div class="form-actions">
			<Button type="submit" kind={danger ? 'danger' : 'primary'} busy={action.busy}>{submit}</Button>
			{extra}
		</div>
	</form>;
}
