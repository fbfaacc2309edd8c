// Texts of the login.
import type {Text} from '../../i18n';

const define = <T extends Record<string, Text>>(t: T): T => t;

export const texts = define({
	title: {en: 'Log in', de: 'Anmelden', zh: '登录'},
});
