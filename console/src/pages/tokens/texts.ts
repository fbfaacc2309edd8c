// Texts of API tokens.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'API tokens', de: 'API-Tokens', zh: 'API 令牌'},
	sub: {
		en: 'Keys for programs: your line’s software, a build server, the gate. Each has one role and an end.',
		de: 'Schlüssel für Programme: Ihre Liniensoftware, ein Build-Server, das Gate. Jeder hat eine Rolle und ein Ende.',
		zh: '供程序使用的密钥：产线软件、构建服务器、网关。每个令牌有一个角色和到期时间。'},
	make: {en: 'New token', de: 'Neues Token', zh: '新建令牌'},
	makeIt: {en: 'Make the token', de: 'Token erstellen', zh: '创建令牌'},
	empty: {en: 'No API tokens yet', de: 'Noch keine API-Tokens', zh: '还没有 API 令牌'},
	emptyText: {
		en: 'Make one for each program that speaks to the service, so that you can revoke one without the others.',
		de: 'Erstellen Sie für jedes Programm, das mit dem Dienst spricht, ein eigenes: So können Sie eines widerrufen, ohne die anderen zu stören.',
		zh: '请为每个与服务通信的程序创建单独的令牌，以便单独吊销。'},
	nameHint: {en: 'Which program uses it, and where.', de: 'Welches Programm es benutzt, und wo.', zh: '由哪个程序在何处使用。'},
	days: {en: 'Days until it expires', de: 'Tage bis zum Ablauf', zh: '有效天数'},
	daysHint: {en: 'Between 1 and 366. Short is safer.', de: 'Zwischen 1 und 366. Kurz ist sicherer.', zh: '1 到 366 天。时间越短越安全。'},
	made: {en: 'Your new token', de: 'Ihr neues Token', zh: '您的新令牌'},
	madeLabel: {en: 'API token', de: 'API-Token', zh: 'API 令牌'},
	madeNote: {
		en: 'Give this token to “{name}” as a bearer token. It is good until {date}.',
		de: 'Geben Sie dieses Token „{name}“ als Bearer-Token. Es gilt bis {date}.',
		zh: '请将此令牌作为 Bearer 令牌配置给“{name}”，有效期至 {date}。'},
	created: {en: 'Made', de: 'Erstellt', zh: '创建时间'},
	by: {en: 'By', de: 'Von', zh: '创建者'},
	expires: {en: 'Expires', de: 'Läuft ab', zh: '到期时间'},
	used: {en: 'Last used', de: 'Zuletzt benutzt', zh: '上次使用'},
	state: {en: 'State', de: 'Zustand', zh: '状态'},
	active: {en: 'active', de: 'gültig', zh: '有效'},
	soon: {en: 'expires soon', de: 'läuft bald ab', zh: '即将到期'},
	expired: {en: 'expired', de: 'abgelaufen', zh: '已过期'},
	revoked: {en: 'revoked', de: 'widerrufen', zh: '已吊销'},
	revoke: {en: 'Revoke', de: 'Widerrufen', zh: '吊销'},
	revokeOf: {en: 'Revoke {name}', de: '{name} widerrufen', zh: '吊销 {name}'},
	revokeText: {
		en: 'Programs with this token are refused from the next request on. This cannot be undone.',
		de: 'Programme mit diesem Token werden ab der nächsten Anfrage abgewiesen. Das lässt sich nicht rückgängig machen.',
		zh: '使用此令牌的程序将从下一次请求起被拒绝，且无法撤销。'},
	isRevoked: {en: 'The token is revoked.', de: 'Das Token ist widerrufen.', zh: '令牌已吊销。'},
});
