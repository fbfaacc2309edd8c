// Texts about people: roles, invitations, resets, passwords, codes.
import {define, type Text} from '../i18n';
import type {Role} from '../session';

export const roleTexts: Readonly<Record<Role, Text>> = {
	'administrator': {
		en: 'Does everything in the account: binds, provisions, sets up clouds, invites and removes people.',
		de: 'Darf im Konto alles: binden, bereitstellen, Clouds einrichten, Personen einladen und entfernen.',
		zh: '可在账户中执行一切操作：绑定、配置、设置云、邀请和移除成员。'},
	'operator': {
		en: 'Binds reels and sees the batches they bound. Nothing else: for the line, the warehouse, the contract manufacturer.',
		de: 'Bindet Rollen und sieht die selbst gebundenen Batches. Sonst nichts: für Linie, Lager und Auftragsfertiger.',
		zh: '只能绑定卷盘并查看自己绑定的批次。适用于产线、仓库和代工厂。'},
	'developer': {
		en: 'Sees batches, devices and clouds, to build the product. Changes nothing.',
		de: 'Sieht Batches, Geräte und Clouds, um das Produkt zu bauen. Ändert nichts.',
		zh: '可查看批次、设备和云以进行产品开发，不能更改。'},
	'auditor': {
		en: 'Sees everything with the audit log and the people. Changes nothing.',
		de: 'Sieht alles, auch Audit-Protokoll und Personen. Ändert nichts.',
		zh: '可查看一切，包括审计日志和成员，不能更改。'},
	'gate': {
		en: 'Only for the gate beside your own cloud: learns which devices to let in.',
		de: 'Nur für das Gate neben Ihrer eigenen Cloud: erfährt, welche Geräte hereindürfen.',
		zh: '仅供您自有云旁的网关使用：获知允许接入的设备。'},
	'vendor-administrator': {
		en: 'Publishes manifests, invites people, makes API tokens, reads the audit log.',
		de: 'Veröffentlicht Manifeste, lädt Personen ein, erstellt API-Tokens, liest das Audit-Protokoll.',
		zh: '可发布清单、邀请成员、创建 API 令牌并查看审计日志。'},
	'vendor-publisher': {
		en: 'Publishes manifests and sees the vendor’s batches. Invites nobody.',
		de: 'Veröffentlicht Manifeste und sieht die Batches des Herstellers. Lädt niemanden ein.',
		zh: '可发布清单并查看厂商的批次，不能邀请成员。'},
	'service': {
		en: 'Runs the service: vendors and their CAs, people, the whole audit log. Sees no account’s devices.',
		de: 'Betreibt den Dienst: Hersteller und ihre CAs, Personen, das ganze Audit-Protokoll. Sieht keine Geräte eines Kontos.',
		zh: '运维整个服务：厂商及其 CA、人员、全部审计日志。看不到账户的设备。'},
};

export const texts = define({
	newPassword: {en: 'New password', de: 'Neues Passwort', zh: '新密码'},
	passwordRules: {
		en: 'At least 10 characters. A few words that only you put together are good; known passwords are refused.',
		de: 'Mindestens 10 Zeichen. Gut sind einige Wörter, die nur Sie so zusammenstellen; bekannte Passwörter werden abgelehnt.',
		zh: '至少 10 个字符。建议使用只有您会想到的几个词组合；常见密码会被拒绝。'},
	showPassword: {en: 'Show what I type', de: 'Eingabe zeigen', zh: '显示输入内容'},
	kept: {en: 'I have kept it', de: 'Ich habe es aufbewahrt', zh: '我已保存'},
	invite: {en: 'Invite somebody', de: 'Jemanden einladen', zh: '邀请成员'},
	invited: {en: 'Send this link', de: 'Senden Sie diesen Link', zh: '请发送此链接'},
	makeLink: {en: 'Make the link', de: 'Link erstellen', zh: '生成链接'},
	inviteHint: {
		en: 'Nothing is sent by itself: you get a link for this person.',
		de: 'Es wird nichts von selbst verschickt: Sie erhalten einen Link für diese Person.',
		zh: '系统不会自动发送邮件：您将获得一个供此人使用的链接。'},
	inviteLink: {en: 'Link of the invitation', de: 'Link der Einladung', zh: '邀请链接'},
	inviteNote: {
		en: 'Send this link to {email} on a way that only this person reads. It is good once, until {date}.',
		de: 'Senden Sie diesen Link an {email}, auf einem Weg, den nur diese Person liest. Er gilt einmal, bis {date}.',
		zh: '请通过只有本人能看到的方式将此链接发送给 {email}。链接仅可使用一次，有效期至 {date}。'},
	resetOf: {en: 'New password for {email}', de: 'Neues Passwort für {email}', zh: '为 {email} 重置密码'},
	resetMade: {en: 'Hand over this link', de: 'Geben Sie diesen Link weiter', zh: '请转交此链接'},
	resetText: {
		en: 'You get a link with which this person chooses a new password. Make sure that it is really this person who asks you. All sessions of this person end when the link is used.',
		de: 'Sie erhalten einen Link, mit dem diese Person ein neues Passwort wählt. Vergewissern Sie sich, dass wirklich diese Person Sie darum bittet. Alle ihre Sitzungen enden, wenn der Link benutzt wird.',
		zh: '您将获得一个链接，此人可用它设置新密码。请确认确实是本人提出请求。使用链接后，此人的所有会话都将结束。'},
	resetLink: {en: 'Link for a new password', de: 'Link für ein neues Passwort', zh: '重置密码链接'},
	resetNote: {
		en: 'Hand this link to {email} on a way that only this person reads. It is good once, until {time}.',
		de: 'Geben Sie diesen Link an {email}, auf einem Weg, den nur diese Person liest. Er gilt einmal, bis {time}.',
		zh: '请通过只有本人能看到的方式将此链接转交给 {email}。链接仅可使用一次，有效期至 {time}。'},
	removeFactors: {
		en: 'Also remove one-time codes and passkeys', de: 'Auch Einmalcodes und Passkeys entfernen', zh: '同时移除一次性验证码和通行密钥'},
	removeFactorsHint: {
		en: 'For a lost phone. Then the new password alone is enough to log in.',
		de: 'Bei verlorenem Telefon. Dann genügt zum Anmelden das neue Passwort.',
		zh: '适用于手机丢失的情况。之后仅凭新密码即可登录。'},
	codeTitle: {en: 'One-time code', de: 'Einmalcode', zh: '一次性验证码'},
	codeText: {
		en: 'Your password is right. Now type the six digits that your authenticator app shows.',
		de: 'Ihr Passwort stimmt. Geben Sie nun die sechs Ziffern ein, die Ihre Authenticator-App zeigt.',
		zh: '密码正确。请输入身份验证器应用显示的六位数字。'},
	code: {en: 'Code', de: 'Code', zh: '验证码'},
	recoveryTitle: {en: 'Recovery code', de: 'Wiederherstellungscode', zh: '恢复码'},
	recoveryText: {
		en: 'Type one of the codes that you kept when you turned on one-time codes. Each is good once.',
		de: 'Geben Sie einen der Codes ein, die Sie beim Einschalten der Einmalcodes aufbewahrt haben. Jeder gilt einmal.',
		zh: '请输入启用一次性验证码时保存的恢复码之一。每个恢复码仅可使用一次。'},
	recoveryCode: {en: 'Recovery code', de: 'Wiederherstellungscode', zh: '恢复码'},
	useRecovery: {en: 'I do not have my phone', de: 'Ich habe mein Telefon nicht', zh: '手机不在身边'},
	useCode: {en: 'Use a one-time code', de: 'Einmalcode verwenden', zh: '使用一次性验证码'},
	next: {en: 'Go on', de: 'Weiter', zh: '继续'},
	back: {en: 'Back', de: 'Zurück', zh: '返回'},
	ssoWith: {en: 'Sign in with {name}', de: 'Mit {name} anmelden', zh: '使用 {name} 登录'},
	toLogin: {en: 'To the login', de: 'Zur Anmeldung', zh: '前往登录'},
	yourName: {en: 'Your name', de: 'Ihr Name', zh: '您的姓名'},
});
