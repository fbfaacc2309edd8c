// Texts of accepting an invitation.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'You are invited', de: 'Sie sind eingeladen', zh: '您收到了邀请'},
	toPlace: {
		en: 'To {name}, as: {role}.', de: 'Zu {name}, als: {role}.', zh: '加入 {name}，角色：{role}。'},
	toService: {
		en: 'To the service itself, as: {role}.', de: 'Zum Dienst selbst, als: {role}.', zh: '加入本服务，角色：{role}。'},
	forWhom: {
		en: 'The invitation is for {email}.', de: 'Die Einladung gilt für {email}.', zh: '该邀请发给 {email}。'},
	known: {
		en: 'You have a user here already. Confirm with your own password.',
		de: 'Sie haben hier schon einen Zugang. Bestätigen Sie mit Ihrem eigenen Passwort.',
		zh: '您在此已有用户。请使用您自己的密码确认。'},
	accept: {en: 'Accept', de: 'Annehmen', zh: '接受'},
	nothing: {en: 'Open the link of your invitation', de: 'Öffnen Sie den Link Ihrer Einladung', zh: '请打开邀请链接'},
	nothingText: {
		en: 'This page needs the whole link, with everything behind the #. Open it again as you got it.',
		de: 'Diese Seite braucht den ganzen Link, mit allem hinter dem #. Öffnen Sie ihn noch einmal so, wie Sie ihn bekommen haben.',
		zh: '此页面需要完整链接（包括 # 之后的内容）。请按收到的原样重新打开。'},
	accepted: {
		en: 'The invitation is accepted. Log in to go on.',
		de: 'Die Einladung ist angenommen. Melden Sie sich an, um weiterzumachen.',
		zh: '邀请已接受。请登录以继续。'},
});
