// Texts that many pages share.
import {define} from '../i18n';

export const common = define({
	loading: {en: 'Loading…', de: 'Wird geladen …', zh: '加载中…'},
	retry: {en: 'Try again', de: 'Erneut versuchen', zh: '重试'},
	cancel: {en: 'Cancel', de: 'Abbrechen', zh: '取消'},
	close: {en: 'Close', de: 'Schließen', zh: '关闭'},
	save: {en: 'Save', de: 'Speichern', zh: '保存'},
	remove: {en: 'Remove', de: 'Entfernen', zh: '移除'},
	add: {en: 'Add', de: 'Hinzufügen', zh: '添加'},
	copy: {en: 'Copy', de: 'Kopieren', zh: '复制'},
	copied: {en: 'Copied', de: 'Kopiert', zh: '已复制'},
	search: {en: 'Search', de: 'Suchen', zh: '搜索'},
	all: {en: 'All', de: 'Alle', zh: '全部'},
	name: {en: 'Name', de: 'Name', zh: '名称'},
	email: {en: 'E-mail address', de: 'E-Mail-Adresse', zh: '电子邮件地址'},
	password: {en: 'Password', de: 'Passwort', zh: '密码'},
	role: {en: 'Role', de: 'Rolle', zh: '角色'},
	actions: {en: 'Actions', de: 'Aktionen', zh: '操作'},
	loadMore: {en: 'Show more', de: 'Weitere anzeigen', zh: '显示更多'},
	never: {en: 'never', de: 'nie', zh: '从未'},
	yes: {en: 'Yes', de: 'Ja', zh: '是'},
	no: {en: 'No', de: 'Nein', zh: '否'},
	optional: {en: 'optional', de: 'optional', zh: '可选'},
	batchId: {en: 'Batch ID', de: 'Batch-ID', zh: '批次编号'},
	download: {en: 'Download', de: 'Herunterladen', zh: '下载'},
	onceShown: {
		en: 'This is shown once only. Keep it now.',
		de: 'Dies wird nur einmal gezeigt. Bewahren Sie es jetzt auf.',
		zh: '仅显示这一次，请立即保存。'},
	offline: {
		en: 'The service cannot be reached. Check the connection and try again.',
		de: 'Der Dienst ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es erneut.',
		zh: '无法连接到服务。请检查网络后重试。'},
	unreadable: {
		en: 'The service gave an answer that this page does not understand. Reload the page.',
		de: 'Der Dienst hat etwas geantwortet, das diese Seite nicht versteht. Laden Sie die Seite neu.',
		zh: '服务返回了此页面无法识别的内容，请重新加载页面。'},
	denied: {
		en: 'Your role may not do this. Ask an administrator.',
		de: 'Ihre Rolle darf das nicht. Fragen Sie eine Administratorin oder einen Administrator.',
		zh: '您的角色无权执行此操作，请联系管理员。'},
	notFound: {
		en: 'There is nothing here that you may see.',
		de: 'Hier ist nichts, was Sie sehen dürfen.',
		zh: '此处没有您可以查看的内容。'},
	waitThen: {
		en: {one: 'Too many tries. Try again in {n} second.', other: 'Too many tries. Try again in {n} seconds.'},
		de: {one: 'Zu viele Versuche. In {n} Sekunde geht es wieder.', other: 'Zu viele Versuche. In {n} Sekunden geht es wieder.'},
		zh: '尝试次数过多，请在 {n} 秒后重试。'},
});

export const roles = define({
	'administrator': {en: 'Administrator', de: 'Administration', zh: '管理员'},
	'operator': {en: 'Operator', de: 'Bindung (Werk)', zh: '操作员'},
	'developer': {en: 'Developer', de: 'Entwicklung', zh: '开发者'},
	'auditor': {en: 'Auditor', de: 'Revision', zh: '审计员'},
	'gate': {en: 'Gate', de: 'Gate', zh: '网关'},
	'vendor-administrator': {en: 'Vendor administrator', de: 'Hersteller-Administration', zh: '厂商管理员'},
	'vendor-publisher': {en: 'Vendor publisher', de: 'Hersteller-Veröffentlichung', zh: '厂商发布者'},
	'service': {en: 'Service operator', de: 'Betrieb des Dienstes', zh: '服务运维'},
});
