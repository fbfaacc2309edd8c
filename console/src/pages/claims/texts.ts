// Texts of claim vouchers.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Claim vouchers', de: 'Claim-Voucher', zh: '认领凭证'},
	sub: {
		en: 'For devices whose reel nobody has scanned: a voucher in the firmware lets them become yours when they are first switched on.',
		de: 'Für Geräte, deren Rolle niemand gescannt hat: Ein Voucher in der Firmware macht sie beim ersten Einschalten zu Ihren.',
		zh: '用于卷盘未被扫描的设备：固件中的凭证让设备在首次开机时归属于您。'},
	make: {en: 'New voucher', de: 'Neuer Voucher', zh: '新建凭证'},
	makeIt: {en: 'Make the voucher', de: 'Voucher erstellen', zh: '创建凭证'},
	empty: {en: 'No claim vouchers yet', de: 'Noch keine Claim-Voucher', zh: '还没有认领凭证'},
	emptyText: {
		en: 'Make one for a product and put it into its firmware. Who scans the label of each reel needs none.',
		de: 'Erstellen Sie einen für ein Produkt und legen Sie ihn in dessen Firmware. Wer das Etikett jeder Rolle scannt, braucht keinen.',
		zh: '为某个产品创建凭证并放入其固件。如果每个卷盘的标签都会扫描，则不需要凭证。'},
	nameHint: {
		en: 'For you, for example the firmware’s version.',
		de: 'Für Sie, zum Beispiel die Version der Firmware.',
		zh: '供您识别，例如固件版本。'},
	product: {en: 'Product', de: 'Produkt', zh: '产品'},
	cloud: {en: 'Product cloud', de: 'Produkt-Cloud', zh: '产品云'},
	noCloud: {en: 'none: bind only', de: 'keine: nur binden', zh: '无：仅绑定'},
	max: {en: 'Devices at most', de: 'Höchstens so viele Geräte', zh: '设备数量上限'},
	maxHint: {
		en: 'Who takes the voucher out of a device cannot claim more than this.',
		de: 'Wer den Voucher aus einem Gerät ausliest, kann nicht mehr als diese beanspruchen.',
		zh: '即使有人从设备中取出凭证，也无法认领超过此数量的设备。'},
	days: {en: 'Days until it expires', de: 'Tage bis zum Ablauf', zh: '有效天数'},
	batches: {en: 'Only devices of these batches', de: 'Nur Geräte dieser Batches', zh: '仅限这些批次的设备'},
	batchesHint: {
		en: 'Batch IDs, one on each line. Empty: devices of any batch that nobody has bound. List them wherever you know them.',
		de: 'Batch-IDs, eine je Zeile. Leer: Geräte jedes Batches, den niemand gebunden hat. Nennen Sie sie, wo immer Sie sie kennen.',
		zh: '批次编号，每行一个。留空表示任何尚未绑定批次的设备。如已知批次，请尽量列出。'},
	made: {en: 'Your new claim voucher', de: 'Ihr neuer Claim-Voucher', zh: '您的新认领凭证'},
	madeLabel: {en: 'Claim voucher', de: 'Claim-Voucher', zh: '认领凭证'},
	madeNote: {
		en: 'Put this text into the firmware of “{product}”. It is good until {date}.',
		de: 'Legen Sie diesen Text in die Firmware von „{product}“. Er gilt bis {date}.',
		zh: '请将此文本放入“{product}”的固件，有效期至 {date}。'},
	bound: {en: 'Bound', de: 'Gebunden', zh: '已绑定'},
	ofMax: {en: '{n} of {max}', de: '{n} von {max}', zh: '{n} / {max}'},
	provisioned: {en: 'Provisioned', de: 'Bereitgestellt', zh: '已配置'},
	active: {en: 'Active', de: 'Aktiv', zh: '活跃'},
	state: {en: 'State', de: 'Zustand', zh: '状态'},
	stateActive: {en: 'good', de: 'gültig', zh: '有效'},
	stateExpired: {en: 'expired', de: 'abgelaufen', zh: '已过期'},
	stateRevoked: {en: 'revoked', de: 'widerrufen', zh: '已吊销'},
	stateFull: {en: 'used up', de: 'aufgebraucht', zh: '已用完'},
	expires: {en: 'Expires', de: 'Läuft ab', zh: '到期时间'},
	anyBatch: {en: 'any', de: 'alle', zh: '任意'},
	onlyBatches: {en: 'Batches', de: 'Batches', zh: '批次'},
	revoke: {en: 'Revoke', de: 'Widerrufen', zh: '吊销'},
	revokeOf: {en: 'Revoke {name}', de: '{name} widerrufen', zh: '吊销 {name}'},
	revokeText: {
		en: 'No device can claim itself with it any more. Devices that have done so stay yours. This cannot be undone.',
		de: 'Kein Gerät kann sich mehr damit beanspruchen. Geräte, die es getan haben, bleiben Ihre. Das lässt sich nicht rückgängig machen.',
		zh: '此后任何设备都无法再使用该凭证认领，已认领的设备仍归您所有。此操作无法撤销。'},
	isRevoked: {en: 'The voucher is revoked.', de: 'Der Voucher ist widerrufen.', zh: '凭证已吊销。'},
});
