// Texts for the operators of the service.
import {define} from '../i18n';

export const texts = define({
	vendors: {en: 'Vendors', de: 'Hersteller', zh: '厂商'},
	vendorsSub: {
		en: 'Chip makers whose certificates this service takes. A CA is a trust anchor: register it only after you have checked whose it is.',
		de: 'Chip-Hersteller, deren Zertifikate dieser Dienst annimmt. Eine CA ist ein Vertrauensanker: Tragen Sie sie erst ein, wenn geklärt ist, wem sie gehört.',
		zh: '本服务接受其证书的芯片厂商。CA 是信任锚：请在核实归属后再登记。'},
	add: {en: 'New vendor', de: 'Neuer Hersteller', zh: '新建厂商'},
	name: {en: 'Name', de: 'Name', zh: '名称'},
	slug: {en: 'Short name', de: 'Kurzname', zh: '短名称'},
	slugHint: {
		en: 'Lower-case letters, digits and dashes; cannot be changed later.',
		de: 'Kleinbuchstaben, Ziffern und Bindestriche; später nicht mehr zu ändern.',
		zh: '小写字母、数字和连字符；之后不可更改。'},
	made: {en: 'Added', de: 'Hinzugefügt', zh: '添加时间'},
	empty: {en: 'No vendors yet', de: 'Noch keine Hersteller', zh: '还没有厂商'},
	emptyText: {
		en: 'Add the first chip maker, register its CAs, and invite its administrator.',
		de: 'Fügen Sie den ersten Chip-Hersteller hinzu, tragen Sie seine CAs ein und laden Sie seine Administration ein.',
		zh: '添加首个芯片厂商，登记其 CA，并邀请其管理员。'},
	addCa: {en: 'Register a CA', de: 'CA eintragen', zh: '登记 CA'},
	caRole: {en: 'Kind', de: 'Art', zh: '类型'},
	pem: {en: 'Certificate (PEM)', de: 'Zertifikat (PEM)', zh: '证书（PEM）'},
	pemHint: {
		en: 'Compare its fingerprint with the vendor over another way before you register it.',
		de: 'Vergleichen Sie vor dem Eintragen seinen Fingerabdruck mit dem Hersteller auf einem anderen Weg.',
		zh: '登记前，请通过其他途径与厂商核对其指纹。'},
	chooseFile: {en: 'Drop the certificate’s file here, or choose it', de: 'Zertifikatsdatei hierher ziehen oder auswählen', zh: '将证书文件拖放到此处，或点击选择'},
	noCertificate: {
		en: 'This file is too large for a certificate.',
		de: 'Diese Datei ist zu groß für ein Zertifikat.',
		zh: '此文件过大，不是证书。'},
	retire: {en: 'Retire', de: 'Stilllegen', zh: '停用'},
	retireOf: {en: 'Retire {name}', de: '{name} stilllegen', zh: '停用 {name}'},
	retireText: {
		en: 'Nothing more can be published under this CA. What was published stays. It stays this vendor’s for ever.',
		de: 'Unter dieser CA lässt sich nichts mehr veröffentlichen. Veröffentlichtes bleibt. Sie bleibt für immer diesem Hersteller zugeordnet.',
		zh: '此后无法再以该 CA 发布；已发布内容保留，且该 CA 永久归属此厂商。'},
	invite: {en: 'Invite the vendor’s administrator', de: 'Administration des Herstellers einladen', zh: '邀请厂商管理员'},
	registered: {en: 'Registered', de: 'Eingetragen', zh: '已登记'},
	retired: {en: 'Retired', de: 'Stillgelegt', zh: '已停用'},
	cas: {en: 'Certificate authorities', de: 'Zertifizierungsstellen', zh: '证书颁发机构'},
	users: {en: 'Users', de: 'Personen', zh: '用户'},
	usersSub: {
		en: 'Invitations to run this service, to accounts and to vendors; and links to set a new password.',
		de: 'Einladungen zum Betrieb dieses Dienstes, zu Konten und zu Herstellern; und Links, um ein neues Passwort zu setzen.',
		zh: '邀请加入本服务运维、账户或厂商，以及设置新密码的链接。'},
	inviteTitle: {en: 'Invite somebody', de: 'Jemanden einladen', zh: '邀请用户'},
	inviteText: {
		en: 'To run the service, or as the first administrator of an account or vendor. Later ones are invited by those.',
		de: 'Zum Betrieb des Dienstes oder als erste Administration eines Kontos oder Herstellers. Weitere laden diese selbst ein.',
		zh: '邀请加入服务运维，或成为账户、厂商的首位管理员。其后的成员由他们邀请。'},
	target: {en: 'To what', de: 'Wozu', zh: '加入'},
	targetService: {en: 'The service', de: 'Der Dienst', zh: '本服务'},
	targetAccount: {en: 'An account', de: 'Ein Konto', zh: '账户'},
	targetVendor: {en: 'A vendor', de: 'Ein Hersteller', zh: '厂商'},
	targetId: {en: 'Its ID', de: 'Seine ID', zh: '其 ID'},
	targetIdHint: {
		en: 'acc_… of an account (under its settings) or ven_… of a vendor.',
		de: 'acc_… eines Kontos (in seinen Einstellungen) oder ven_… eines Herstellers.',
		zh: '账户的 acc_…（见其设置）或厂商的 ven_…。'},
	resetTitle: {en: 'Reset a password', de: 'Passwort zurücksetzen', zh: '重置密码'},
	resetText: {
		en: 'For somebody who cannot get in and has no administrator who may do it. Make sure who asks.',
		de: 'Für jemanden, der nicht mehr hineinkommt und keine Administration hat, die es darf. Vergewissern Sie sich, wer fragt.',
		zh: '适用于无法登录且没有可协助的管理员的用户。请先核实对方身份。'},
	goOn: {en: 'Go on', de: 'Weiter', zh: '继续'},
	casEmpty: {en: 'No CA registered yet', de: 'Noch keine CA eingetragen', zh: '尚未登记 CA'},
});
