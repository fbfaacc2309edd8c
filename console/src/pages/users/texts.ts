// Texts of the people of an account or vendor.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Users and roles', de: 'Personen und Rollen', zh: '用户与角色'},
	sub: {en: 'Who may do what here.', de: 'Wer hier was darf.', zh: '成员及其权限。'},
	members: {en: 'People', de: 'Personen', zh: '成员'},
	noMembers: {en: 'Nobody is here yet', de: 'Hier ist noch niemand', zh: '还没有成员'},
	since: {en: 'Since', de: 'Seit', zh: '加入时间'},
	you: {en: 'you', de: 'Sie', zh: '您'},
	change: {en: 'Change role', de: 'Rolle ändern', zh: '更改角色'},
	changeOf: {en: 'Change role of {name}', de: 'Rolle ändern: {name}', zh: '更改角色：{name}'},
	changed: {en: 'The role is changed.', de: 'Die Rolle ist geändert.', zh: '角色已更改。'},
	reset: {en: 'Reset link', de: 'Passwort-Link', zh: '重置链接'},
	resetOf: {en: 'Reset link for {name}', de: 'Passwort-Link für {name}', zh: '重置链接：{name}'},
	removeOf: {en: 'Remove {name}', de: '{name} entfernen', zh: '移除 {name}'},
	removeText: {
		en: 'This person loses the role here at once. What they did stays in the audit log; API tokens that they made go on.',
		de: 'Diese Person verliert die Rolle hier sofort. Was sie getan hat, bleibt im Audit-Protokoll; von ihr erstellte API-Tokens gelten weiter.',
		zh: '此人将立即失去在此的角色。其操作记录保留在审计日志中，其创建的 API 令牌仍然有效。'},
	removeSelf: {
		en: 'You lose your role here at once, and need a new invitation to come back.',
		de: 'Sie verlieren Ihre Rolle hier sofort und brauchen eine neue Einladung, um zurückzukommen.',
		zh: '您将立即失去在此的角色，需要新的邀请才能重新加入。'},
	removed: {en: '{name} is removed.', de: '{name} ist entfernt.', zh: '已移除 {name}。'},
	invitations: {en: 'Open invitations', de: 'Offene Einladungen', zh: '未接受的邀请'},
	noInvitations: {en: 'No open invitations.', de: 'Keine offenen Einladungen.', zh: '没有未接受的邀请。'},
	by: {en: 'By', de: 'Von', zh: '邀请人'},
	expires: {en: 'Good until', de: 'Gilt bis', zh: '有效期至'},
	withdraw: {en: 'Withdraw', de: 'Zurückziehen', zh: '撤回'},
	withdrawOf: {en: 'Withdraw the invitation of {email}', de: 'Einladung an {email} zurückziehen', zh: '撤回发给 {email} 的邀请'},
	withdrawText: {en: 'The link stops working at once.', de: 'Der Link gilt dann sofort nicht mehr.', zh: '链接将立即失效。'},
	withdrawn: {en: 'The invitation is withdrawn.', de: 'Die Einladung ist zurückgezogen.', zh: '邀请已撤回。'},
});
