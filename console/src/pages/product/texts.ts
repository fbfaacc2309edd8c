// Texts of one product: its devices' certificates and whom they talk to.
import {define} from '../../i18n';

export const texts = define({
	product: {en: 'Product', de: 'Produkt', zh: '产品'},
	profile: {en: 'Certificates of its devices', de: 'Zertifikate seiner Geräte', zh: '设备证书'},
	profileText: {
		en: 'What a device of this product gets from your authority, whatever it asks for. It counts for certificates issued from now on.',
		de: 'Was ein Gerät dieses Produkts von Ihrer Stelle bekommt, was immer es verlangt. Es gilt für Zertifikate, die ab jetzt ausgestellt werden.',
		zh: '无论设备请求什么，都按此从您的机构获得证书。适用于此后颁发的证书。'},
	noProfile: {
		en: 'Devices of this product get no certificates of yours yet; they connect with their birth certificates.',
		de: 'Geräte dieses Produkts bekommen noch keine Zertifikate von Ihnen; sie verbinden sich mit ihren Geburtszertifikaten.',
		zh: '该产品的设备尚未获得您的证书，仍使用出生证书连接。'},
	noCa: {
		en: 'Make a certificate authority first.', de: 'Legen Sie zuerst eine Zertifizierungsstelle an.',
		zh: '请先创建证书颁发机构。'},
	ca: {en: 'Issued by', de: 'Ausgestellt von', zh: '颁发机构'},
	subject: {en: 'Subject', de: 'Inhaber', zh: '主体'},
	subjectHint: {
		en: 'Filled in for each device: [device], [serial], [product], [account] stand in curly brackets.',
		de: 'Wird für jedes Gerät ausgefüllt: device, serial, product, account stehen in geschweiften Klammern.',
		zh: '为每台设备填充：device、serial、product、account 需放在花括号中。'},
	san: {en: 'Alternative names', de: 'Weitere Namen', zh: '备用名称'},
	sanHint: {
		en: 'One on each line, with uri:, dns: or email: in front.',
		de: 'Einer je Zeile, mit uri:, dns: oder email: davor.',
		zh: '每行一个，以 uri:、dns: 或 email: 开头。'},
	keys: {en: 'Keys that are taken', de: 'Angenommene Schlüssel', zh: '接受的密钥'},
	days: {en: 'Days it is valid', de: 'Gültigkeit in Tagen', zh: '有效天数'},
	renew: {en: 'Days before its end when it is renewed', de: 'Erneuerung so viele Tage vorher', zh: '提前多少天更新'},
	keygen: {en: 'Make the key for devices that cannot', de: 'Schlüssel für Geräte erzeugen, die es nicht können', zh: '为无法生成密钥的设备生成密钥'},
	keygenHint: {
		en: 'The key then travels to the device once. A chip makes its own.',
		de: 'Der Schlüssel reist dann einmal zum Gerät. Ein Chip erzeugt seinen eigenen.',
		zh: '密钥会传送到设备一次。芯片可自行生成密钥。'},
	removeProfile: {en: 'No own certificates', de: 'Keine eigenen Zertifikate', zh: '不使用自有证书'},
	saved: {en: 'Saved', de: 'Gespeichert', zh: '已保存'},
	talk: {en: 'May talk to, without the cloud', de: 'Darf ohne Cloud sprechen mit', zh: '无需云即可通信的产品'},
	talkText: {
		en: 'Devices of these products and this one recognise each other by your authority’s certificates. It counts in both directions.',
		de: 'Geräte dieser Produkte und dieses Produkts erkennen einander an den Zertifikaten Ihrer Stelle. Es gilt in beide Richtungen.',
		zh: '这些产品与本产品的设备通过您机构颁发的证书相互识别，双向有效。'},
	self: {en: '{name} (its own kind)', de: '{name} (seinesgleichen)', zh: '{name}（同类设备）'},
	batches: {en: 'Its batches', de: 'Seine Batches', zh: '相关批次'},
});
