// Texts of an account's settings.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Settings', de: 'Einstellungen', zh: '设置'},
	sub: {en: 'Of this account.', de: 'Dieses Kontos.', zh: '本账户的设置。'},
	account: {en: 'Account', de: 'Konto', zh: '账户'},
	name: {en: 'Name of the company', de: 'Name des Unternehmens', zh: '公司名称'},
	nameHint: {en: 'Chip makers and invited people see it.', de: 'Chiphersteller und eingeladene Personen sehen ihn.', zh: '芯片厂商和受邀成员会看到此名称。'},
	binding: {en: 'When a reel is bound', de: 'Wenn eine Rolle gebunden wird', zh: '绑定卷盘时'},
	product: {en: 'Preset product', de: 'Voreingestelltes Produkt', zh: '默认产品'},
	productHint: {en: 'Chosen already when somebody scans a label; they can choose another.', de: 'Beim Scannen eines Etiketts schon ausgewählt; ein anderes lässt sich wählen.', zh: '扫描标签时自动选中，仍可另选。'},
	cloud: {en: 'Preset product cloud', de: 'Voreingestellte Produkt-Cloud', zh: '默认产品云'},
	cloudHint: {en: 'Where the devices of newly bound reels will connect. Operators do not see it.', de: 'Wohin sich die Geräte neu gebundener Rollen verbinden. Wer nur bindet, sieht sie nicht.', zh: '新绑定卷盘的设备将连接到此云。操作员看不到该设置。'},
	noneChosen: {en: 'none', de: 'keine Voreinstellung', zh: '无'},
	auto: {en: 'Provision automatically', de: 'Automatisch bereitstellen', zh: '自动配置'},
	autoHint: {
		en: 'As soon as a reel is bound, its cloud is told which devices to expect. When this is off, somebody has to start it for each batch. Nothing changes on the devices either way.',
		de: 'Sobald eine Rolle gebunden ist, erfährt ihre Cloud, welche Geräte sie erwarten soll. Sonst muss das jemand für jeden Batch anstoßen. An den Geräten ändert sich in keinem Fall etwas.',
		zh: '卷盘绑定后立即通知其云应接受哪些设备。关闭后需为每个批次手动启动。两种情况下设备本身都不会改变。'},
	autoNoCloud: {
		en: 'Without a preset cloud, only reels that are bound with a cloud are provisioned.',
		de: 'Ohne voreingestellte Cloud werden nur Rollen bereitgestellt, die mit einer Cloud gebunden werden.',
		zh: '未设置默认云时，仅配置绑定时指定了云的卷盘。'},
	saved: {en: 'Saved', de: 'Gespeichert', zh: '已保存'},
	firstBoot: {en: 'First boot of devices', de: 'Erster Start von Geräten', zh: '设备首次启动'},
	registrar: {en: 'Registrar of your own', de: 'Eigener Registrar', zh: '自有注册服务器'},
	registrarHint: {
		en: 'As in https://registrar.example.com. Devices are sent there. Empty: this service tells them whom they belong to.',
		de: 'Zum Beispiel https://registrar.example.com. Geräte werden dorthin geschickt. Leer: Dieser Dienst sagt ihnen, wem sie gehören.',
		zh: '例如 https://registrar.example.com，设备将被引导至该地址。留空则由本服务告知设备其归属。'},
	unsaved: {en: 'There are changes that are not saved yet.', de: 'Es gibt Änderungen, die noch nicht gespeichert sind.', zh: '有尚未保存的更改。'},
	facts: {en: 'For programs and receivers', de: 'Für Programme und Empfänger', zh: '供程序和接收方使用'},
	factsText: {
		en: 'The service signs what it tells your clouds with a key of this account. Receivers check it with the public key at these addresses, which never needs a login.',
		de: 'Was der Dienst Ihren Clouds sagt, signiert er mit einem Schlüssel dieses Kontos. Empfänger prüfen es mit dem öffentlichen Schlüssel unter diesen Adressen, ohne Anmeldung.',
		zh: '服务使用本账户的密钥对发送给您云的内容签名。接收方可通过以下地址的公钥进行验证，无需登录。'},
	id: {en: 'Account id', de: 'Konto-ID', zh: '账户编号'},
	pem: {en: 'Public key (PEM)', de: 'Öffentlicher Schlüssel (PEM)', zh: '公钥 (PEM)'},
	jwks: {en: 'Public key (JWKS)', de: 'Öffentlicher Schlüssel (JWKS)', zh: '公钥 (JWKS)'},
	made: {en: 'Made', de: 'Angelegt', zh: '创建时间'},
});
