// Fields for passwords: an old one, or a new one with its rules and with what
// the service refused.
import {useState} from 'preact/hooks';
import type {Problem} from '../api/client';
import {useI18n} from '../i18n';
import {Check, TextField} from '../ui/form';
import {common} from '../ui/texts';
import {isPasswordFault, useSaid} from './faults';
import {texts as x} from './texts';

export function PasswordField({label, value, onValue, fault}: {
		label?: string; value: string; onValue: (v: string) => void; fault?: string | undefined}) {
	const {t} = useI18n();
	return <TextField label={label ?? t(common.password)} type="password"
		autocomplete="current-password" value={value} onValue={onValue} fault={fault} />;
}

export function NewPassword({label, value, onValue, problem, email}: {
		label?: string; value: string; onValue: (v: string) => void;
		problem: Problem | undefined; email: string}) {
	const {t} = useI18n();
	const said = useSaid();
	const [shown, show] = useState(false);
	return <>
		{/* So that the browser keeps the password with the right name. */}
		<input class="visually-hidden" type="text" autocomplete="username" value={email}
			readOnly tabIndex={-1} aria-hidden="true" />
		<TextField label={label ?? t(x.newPassword)} type={shown ? 'text' : 'password'}
			autocomplete="new-password" minLength={10} maxLength={128} value={value}
			onValue={onValue} hint={t(x.passwordRules)} spellcheck={false} autocapitalize="off"
			fault={isPasswordFault(problem) ? said(problem)?.message : undefined} />
		<Check label={t(x.showPassword)} checked={shown} onChecked={show} />
	</>;
}
