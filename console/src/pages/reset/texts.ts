// Texts of setting a new password by a link.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Choose a new password', de: 'Neues Passwort wählen', zh: '设置新密码'},
	forWhom: {
		en: 'For {email}. All your sessions end with it, on all devices.',
		de: 'Für {email}. Damit enden alle Ihre Sitzungen, auf allen Geräten.',
		zh: '用户：{email}。设置后，您在所有设备上的会话都将结束。'},
	set: {en: 'Set the password', de: 'Passwort setzen', zh: '设置密码'},
	nothing: {en: 'Open the link that you got', de: 'Öffnen Sie den Link, den Sie erhalten haben', zh: '请打开您收到的链接'},
	nothingText: {
		en: 'This page needs the whole link, with everything behind the #. An administrator makes it for you.',
		de: 'Diese Seite braucht den ganzen Link, mit allem hinter dem #. Jemand mit Administrationsrechten erstellt ihn für Sie.',
		zh: '此页面需要完整链接（包括 # 之后的内容）。该链接由管理员为您生成。'},
	done: {en: 'Your password is changed', de: 'Ihr Passwort ist geändert', zh: '密码已更改'},
	doneText: {
		en: 'You are logged out everywhere. Log in with the new password now.',
		de: 'Sie sind überall abgemeldet. Melden Sie sich jetzt mit dem neuen Passwort an.',
		zh: '您已在所有设备上退出登录。请使用新密码登录。'},
});
