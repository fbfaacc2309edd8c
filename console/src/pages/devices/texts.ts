// Texts of devices: finding them, and the page of one.
import type {Text} from '../../i18n';

const define = <T extends Record<string, Text>>(t: T): T => t;

export const texts = define({
	title: {en: 'Devices', de: 'Geräte', zh: '设备'},
	sub: {
		en: 'Every chip of your batches is a device here, from the moment its reel is bound.',
		de: 'Jeder Chip Ihrer Batches ist hier ein Gerät, sobald seine Rolle gebunden ist.',
		zh: '卷盘一经绑定，批次中的每枚芯片即在此成为一台设备。'},
	find: {en: 'Find a device', de: 'Gerät finden', zh: '查找设备'},
	findHint: {
		en: 'Fingerprint, serial number or chip ID, in full',
		de: 'Fingerabdruck, Seriennummer oder Chip-ID, vollständig',
		zh: '完整的指纹、序列号或芯片 ID'},
	batch: {en: 'Batch ID', de: 'Batch-ID', zh: '批次编号'},
	product: {en: 'Product', de: 'Produkt', zh: '产品'},
	allProducts: {en: 'All products', de: 'Alle Produkte', zh: '全部产品'},
	scan: {en: 'Scan a code', de: 'Code scannen', zh: '扫描代码'},
	drop: {
		en: 'Or drop its certificate here',
		de: 'Oder legen Sie hier sein Zertifikat ab', zh: '或将其证书拖放到此处'},
	dropHint: {
		en: 'A file in PEM or DER form. It stays in your browser: only its fingerprint is looked up.',
		de: 'Eine Datei in PEM- oder DER-Form. Sie bleibt in Ihrem Browser: Nur ihr Fingerabdruck wird gesucht.',
		zh: 'PEM 或 DER 格式的文件。文件不会离开浏览器，仅查询其指纹。'},
	looking: {en: 'Looking it up…', de: 'Wird gesucht …', zh: '正在查询…'},
	noCertificate: {
		en: '{file} holds no certificate. Choose a file in PEM or DER form (.pem, .crt, .cer, .der).',
		de: '{file} enthält kein Zertifikat. Wählen Sie eine Datei in PEM- oder DER-Form (.pem, .crt, .cer, .der).',
		zh: '{file} 中没有证书。请选择 PEM 或 DER 格式的文件（.pem、.crt、.cer、.der）。'},
	unknownTitle: {
		en: 'This certificate is not among your devices.',
		de: 'Dieses Zertifikat gehört zu keinem Ihrer Geräte.',
		zh: '此证书不属于您的任何设备。'},
	unknownText: {
		en: 'It says it is for “{subject}”, made by “{issuer}”. Either its reel is not bound to this account, or no chip maker has published it here. Bind the reel it came from, or treat the device as a stranger.',
		de: 'Es sagt, es sei für „{subject}“, ausgestellt von „{issuer}“. Entweder ist seine Rolle nicht an dieses Konto gebunden, oder kein Chip-Hersteller hat es hier veröffentlicht. Binden Sie die Rolle, aus der es stammt, oder behandeln Sie das Gerät als fremd.',
		zh: '它声称属于“{subject}”，由“{issuer}”签发。可能其卷盘未绑定到此账户，或没有芯片厂商在此发布过它。请绑定其所属卷盘，或将该设备视为陌生设备。'},
	unnamed: {en: '(no name)', de: '(ohne Namen)', zh: '（无名称）'},
	chip: {en: 'Chip ID', de: 'Chip-ID', zh: '芯片 ID'},
	serial: {en: 'Serial number', de: 'Seriennummer', zh: '序列号'},
	serialIs: {en: 'Serial number {serial}', de: 'Seriennummer {serial}', zh: '序列号 {serial}'},
	fingerprint: {en: 'Fingerprint (SHA-256)', de: 'Fingerabdruck (SHA-256)', zh: '指纹（SHA-256）'},
	clouds: {en: 'Product clouds', de: 'Produkt-Clouds', zh: '产品云'},
	firstSeen: {en: 'First seen', de: 'Zuerst gesehen', zh: '首次出现'},
	lastSeen: {en: 'Last seen', de: 'Zuletzt gesehen', zh: '最近出现'},
	cloudProvisioned: {en: 'provisioned', de: 'provisioniert', zh: '已配置'},
	cloudFailed: {en: 'failed', de: 'fehlgeschlagen', zh: '失败'},
	cloudWaiting: {en: 'waiting', de: 'ausstehend', zh: '等待中'},
	noneTold: {en: 'no cloud was told', de: 'keine Cloud weiß davon', zh: '未通知任何云'},
	removedCloud: {en: 'a removed cloud', de: 'eine entfernte Cloud', zh: '已移除的云'},
	empty: {en: 'No device yet', de: 'Noch kein Gerät', zh: '还没有设备'},
	emptyText: {
		en: 'Devices appear when a reel is bound.', de: 'Geräte erscheinen, sobald eine Rolle gebunden ist.',
		zh: '绑定卷盘后会显示设备。'},
	noMatch: {en: 'No device matches', de: 'Kein Gerät passt dazu', zh: '没有匹配的设备'},
	noMatchText: {
		en: 'Identifiers are compared as a whole. Check it for typing errors, or drop the certificate instead.',
		de: 'Kennungen werden als Ganzes verglichen. Prüfen Sie auf Tippfehler, oder legen Sie stattdessen das Zertifikat ab.',
		zh: '标识符需完整匹配。请检查输入是否有误，或改为拖放证书。'},
	clear: {en: 'Show all', de: 'Alle zeigen', zh: '显示全部'},
	// The page of one
	device: {en: 'Device', de: 'Gerät', zh: '设备'},
	about: {en: 'About this device', de: 'Über dieses Gerät', zh: '关于此设备'},
	reel: {en: 'Reel', de: 'Rolle', zh: '卷盘'},
	story: {en: 'Its birth certificate, in plain words', de: 'Sein Geburtszertifikat in klaren Worten', zh: '出生证书通俗说明'},
	madeBy: {
		en: '{vendor} made this certificate for the chip {chip}, with its issuing CA “{issuer}”.',
		de: '{vendor} hat dieses Zertifikat für den Chip {chip} ausgestellt, mit der Aussteller-CA „{issuer}“.',
		zh: '{vendor} 使用其签发 CA“{issuer}”为芯片 {chip} 制作了此证书。'},
	aMaker: {en: 'The chip maker', de: 'Der Chip-Hersteller', zh: '芯片厂商'},
	keyEc: {
		en: 'It belongs to a key on the elliptic curve {key}. The private half was made inside the chip and never leaves it: whoever answers with it is this chip and no copy.',
		de: 'Es gehört zu einem Schlüssel auf der elliptischen Kurve {key}. Die private Hälfte entstand im Chip und verlässt ihn nie: Wer damit antwortet, ist dieser Chip und keine Kopie.',
		zh: '它对应椭圆曲线 {key} 上的密钥。私钥在芯片内生成且永不离开：能用它应答的就是这枚芯片，而非副本。'},
	keyStrength: {
		en: 'Keys of this kind withstand all known attacks of today’s computers.',
		de: 'Schlüssel dieser Art halten allen bekannten Angriffen heutiger Rechner stand.',
		zh: '此类密钥可抵御当今计算机的所有已知攻击。'},
	keyOther: {
		en: 'It belongs to a key of the kind {key}, whose private half stays in the chip.',
		de: 'Es gehört zu einem Schlüssel der Art {key}, dessen private Hälfte im Chip bleibt.',
		zh: '它对应 {key} 类型的密钥，私钥保留在芯片中。'},
	validUntil: {
		en: 'It is valid from {from} until {to}.', de: 'Es gilt vom {from} bis zum {to}.',
		zh: '有效期自 {from} 至 {to}。'},
	expired: {
		en: 'It expired on {to}. Clouds should refuse it.',
		de: 'Es ist am {to} abgelaufen. Clouds sollten es abweisen.', zh: '它已于 {to} 过期，云应予以拒绝。'},
	validForever: {
		en: 'It is valid from {from} without an end: its date says 31 December 9999, as the standard wants it for identities that last as long as the chip (IEEE 802.1AR).',
		de: 'Es gilt ab {from} ohne Ende: Als Datum steht der 31. Dezember 9999, wie es der Standard für Identitäten will, die so lange halten wie der Chip (IEEE 802.1AR).',
		zh: '自 {from} 起永久有效：证书日期为 9999 年 12 月 31 日，这是标准（IEEE 802.1AR）对与芯片同寿命的身份的要求。'},
	mayBeUsed: {en: 'It may be used to: {uses}.', de: 'Es darf verwendet werden, um: {uses}.', zh: '可用于：{uses}。'},
	anyUse: {
		en: 'It names no limits to what it may be used for.', de: 'Es nennt keine Grenzen seiner Verwendung.',
		zh: '它未限定用途。'},
	useSign: {en: 'prove who the device is (digital signature)', de: 'zu beweisen, wer das Gerät ist (digitale Signatur)', zh: '证明设备身份（数字签名）'},
	useAgree: {en: 'agree on keys for an encrypted connection', de: 'Schlüssel für eine verschlüsselte Verbindung zu vereinbaren', zh: '为加密连接协商密钥'},
	useEncipher: {en: 'exchange keys in encrypted form', de: 'Schlüssel verschlüsselt auszutauschen', zh: '以加密形式交换密钥'},
	useClient: {en: 'log in to servers with TLS', de: 'sich bei Servern mit TLS anzumelden', zh: '以 TLS 登录服务器'},
	useServer: {en: 'be a server with TLS', de: 'ein Server mit TLS zu sein', zh: '作为 TLS 服务器'},
	noCa: {
		en: 'It cannot issue certificates for others.', de: 'Es kann keine Zertifikate für andere ausstellen.',
		zh: '它不能为其他方签发证书。'},
	hardware: {
		en: 'It carries the serial number of the chip’s hardware.',
		de: 'Es trägt die Seriennummer der Chip-Hardware.', zh: '它包含芯片硬件的序列号。'},
	details: {en: 'Details of the certificate', de: 'Einzelheiten des Zertifikats', zh: '证书详情'},
	subject: {en: 'Subject', de: 'Inhaber', zh: '主体'},
	issuer: {en: 'Issuer', de: 'Aussteller', zh: '签发者'},
	key: {en: 'Key', de: 'Schlüssel', zh: '密钥'},
	signature: {en: 'Signature', de: 'Signatur', zh: '签名'},
	notBefore: {en: 'Valid from', de: 'Gültig ab', zh: '生效时间'},
	notAfter: {en: 'Valid until', de: 'Gültig bis', zh: '失效时间'},
	forever: {en: 'without an end (9999-12-31)', de: 'ohne Ende (9999-12-31)', zh: '永久（9999-12-31）'},
	extensions: {en: 'Extensions', de: 'Erweiterungen', zh: '扩展'},
	extension: {en: 'Extension', de: 'Erweiterung', zh: '扩展'},
	value: {en: 'Value', de: 'Wert', zh: '值'},
	critical: {en: 'critical', de: 'kritisch', zh: '关键'},
	pem: {en: 'As PEM', de: 'Als PEM', zh: 'PEM 格式'},
	chain: {en: 'Chain up to the root', de: 'Kette bis zur Wurzel', zh: '至根证书的链'},
	noChain: {
		en: 'The CAs above it are not registered here any more.',
		de: 'Die CAs darüber sind hier nicht mehr registriert.', zh: '其上级 CA 已不再注册于此。'},
	root: {en: 'root', de: 'Wurzel', zh: '根'},
	issuing: {en: 'issuing CA', de: 'Aussteller-CA', zh: '签发 CA'},
	thisDevice: {en: 'this device', de: 'dieses Gerät', zh: '此设备'},
	showPem: {en: 'Show as PEM', de: 'Als PEM zeigen', zh: '显示 PEM'},
	timeline: {en: 'Timeline', de: 'Zeitlinie', zh: '时间线'},
	eIssued: {en: 'Born: {name} issued its certificate.', de: 'Geboren: {name} stellte sein Zertifikat aus.', zh: '诞生：{name} 签发了证书。'},
	ePublished: {en: 'Published by {name}, reel {detail}.', de: 'Veröffentlicht von {name}, Rolle {detail}.', zh: '由 {name} 发布，卷盘 {detail}。'},
	eBound: {en: 'Bound by {name}.', de: 'Gebunden von {name}.', zh: '由 {name} 绑定。'},
	eProvisioned: {en: '{name} was told to expect it.', de: '{name} erwartet es seither.', zh: '{name} 已得知应接纳它。'},
	eFailed: {en: '{name} did not take it: {detail}', de: '{name} nahm es nicht an: {detail}', zh: '{name} 未接受：{detail}'},
	eFirst: {en: 'It showed up for the first time.', de: 'Es zeigte sich zum ersten Mal.', zh: '首次出现。'},
	eLast: {en: 'It showed up last.', de: 'Es zeigte sich zuletzt.', zh: '最近一次出现。'},
	noTime: {en: 'time not recorded', de: 'Zeit nicht aufgezeichnet', zh: '未记录时间'},
});
