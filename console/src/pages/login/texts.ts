// Texts of the login.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Log in', de: 'Anmelden', zh: '登录'},
	titleBind: {en: 'Log in to bind this reel', de: 'Anmelden, um diese Rolle zu binden', zh: '登录以绑定此卷盘'},
	kept: {
		en: 'The label that you scanned is kept: after the login you go on with it.',
		de: 'Das gescannte Etikett bleibt erhalten: Nach der Anmeldung geht es damit weiter.',
		zh: '您扫描的标签已保留，登录后可继续操作。'},
	passkey: {en: 'Log in with a passkey', de: 'Mit einem Passkey anmelden', zh: '使用通行密钥登录'},
	forgot: {en: 'Forgot your password?', de: 'Passwort vergessen?', zh: '忘记密码？'},
	forgotText: {
		en: 'Ask an administrator of your account for a link with which you choose a new one. Nobody can tell you the old one.',
		de: 'Bitten Sie eine Administratorin oder einen Administrator Ihres Kontos um einen Link, mit dem Sie ein neues wählen. Das alte kann Ihnen niemand sagen.',
		zh: '请向您账户的管理员索取链接以设置新密码。没有人能告知您的旧密码。'},
});
