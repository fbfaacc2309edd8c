// Choosing a role, each with a sentence on what it may do.
import {useId} from 'preact/hooks';
import {useI18n} from '../i18n';
import type {Role} from '../session';
import {common, roles as names} from '../ui/texts';
import {roleTexts} from './texts';
import './style.css';

export const accountRoles: readonly Role[] =
	['administrator', 'operator', 'developer', 'auditor'];
export const vendorRoles: readonly Role[] = ['vendor-administrator', 'vendor-publisher'];

export function RolePicker({roles, value, onValue}: {
		roles: readonly Role[]; value: Role; onValue: (r: Role) => void}) {
	const {t} = useI18n();
	const name = useId();
	return <fieldset class="roles">
		<legend>{t(common.role)}</legend>
		{roles.map((role) => <label key={role} class="role">
			<input type="radio" name={name} value={role} checked={role === value}
				onChange={() => onValue(role)} />
			<span><span class="role-name">{t(names[role])}</span>
				<span class="role-text">{t(roleTexts[role])}</span></span>
		</label>)}
	</fieldset>;
}
