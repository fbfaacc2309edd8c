// Texts of the frame.
import type {Text} from './i18n';

const define = <T extends Record<string, Text>>(t: T): T => t;

export const frameTexts = define({
	skip: {en: 'Skip to the content', de: 'Zum Inhalt springen', zh: '跳到内容'},
	navigation: {en: 'Pages', de: 'Seiten', zh: '页面'},
	you: {en: 'You', de: 'Sie', zh: '您'},
	menu: {en: 'Menu', de: 'Menü', zh: '菜单'},
	closeMenu: {en: 'Close menu', de: 'Menü schließen', zh: '关闭菜单'},
	signOut: {en: 'Log out', de: 'Abmelden', zh: '退出登录'},
	switchPlace: {en: 'Account or vendor', de: 'Konto oder Hersteller', zh: '账户或厂商'},
	newAccount: {en: 'New account…', de: 'Neues Konto …', zh: '新建账户…'},
	service: {en: 'The service', de: 'Der Dienst', zh: '本服务'},
	bind: {en: 'Bind reels', de: 'Rollen binden', zh: '绑定卷盘'},
	overview: {en: 'Overview', de: 'Übersicht', zh: '概览'},
	batches: {en: 'Batches', de: 'Batches', zh: '批次'},
	devices: {en: 'Devices', de: 'Geräte', zh: '设备'},
	clouds: {en: 'Product clouds', de: 'Produkt-Clouds', zh: '产品云'},
	products: {en: 'Products', de: 'Produkte', zh: '产品'},
	users: {en: 'Users and roles', de: 'Personen und Rollen', zh: '用户与角色'},
	tokens: {en: 'API tokens', de: 'API-Tokens', zh: 'API 令牌'},
	audit: {en: 'Audit log', de: 'Audit-Protokoll', zh: '审计日志'},
	settings: {en: 'Settings', de: 'Einstellungen', zh: '设置'},
	uploads: {en: 'Manifests', de: 'Manifeste', zh: '清单'},
	labels: {en: 'Labels', de: 'Etiketten', zh: '标签'},
	vendors: {en: 'Vendors', de: 'Hersteller', zh: '厂商'},
	language: {en: 'Language', de: 'Sprache', zh: '语言'},
	theme: {en: 'Appearance', de: 'Darstellung', zh: '外观'},
	system: {en: 'System', de: 'System', zh: '跟随系统'},
	light: {en: 'Light', de: 'Hell', zh: '浅色'},
	dark: {en: 'Dark', de: 'Dunkel', zh: '深色'},
	notFound: {en: 'This page does not exist', de: 'Diese Seite gibt es nicht', zh: '页面不存在'},
	notFoundText: {
		en: 'The address may be old or cut off.',
		de: 'Die Adresse ist vielleicht alt oder abgeschnitten.',
		zh: '网址可能已失效或不完整。'},
	start: {en: 'To the start', de: 'Zum Anfang', zh: '返回首页'},
	noPart: {en: 'You have no part in an account yet', de: 'Sie gehören noch zu keinem Konto', zh: '您尚未加入任何账户'},
	noPartText: {
		en: 'Ask an administrator for an invitation, or make an account of your own.',
		de: 'Bitten Sie um eine Einladung, oder legen Sie ein eigenes Konto an.',
		zh: '请联系管理员获取邀请，或创建您自己的账户。'},
	makeAccount: {en: 'Make an account', de: 'Konto anlegen', zh: '创建账户'},
});
