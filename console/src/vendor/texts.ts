// Texts of the vendor's pages.
import {define} from '../i18n';

export const texts = define({
	overview: {en: 'Overview', de: 'Übersicht', zh: '概览'},
	overviewSub: {
		en: 'What you published, and the CAs that this service trusts for it.',
		de: 'Was Sie veröffentlicht haben und welchen CAs dieser Dienst dafür vertraut.',
		zh: '您已发布的内容，以及本服务为此信任的 CA。'},
	cas: {en: 'Certificate authorities', de: 'Zertifizierungsstellen', zh: '证书颁发机构'},
	casText: {
		en: 'Every chip certificate that you publish is checked against these. A CA is added or retired by the operators of the service, after they have checked with you that it is yours.',
		de: 'Jedes Chip-Zertifikat, das Sie veröffentlichen, wird gegen diese geprüft. Eine CA wird vom Betrieb des Dienstes hinzugefügt oder stillgelegt, nachdem mit Ihnen geklärt wurde, dass sie Ihnen gehört.',
		zh: '您发布的每张芯片证书都会据此校验。CA 由本服务的运维人员在与您核实后添加或停用。'},
	casEmpty: {en: 'No CA is registered for you yet', de: 'Für Sie ist noch keine CA eingetragen', zh: '尚未为您登记 CA'},
	casEmptyText: {
		en: 'Send the certificates of your root and issuing CA to the operators of the service. Nothing can be published before.',
		de: 'Senden Sie die Zertifikate Ihrer Root- und ausstellenden CA an den Betrieb des Dienstes. Vorher lässt sich nichts veröffentlichen.',
		zh: '请将根 CA 与签发 CA 的证书发送给服务运维人员。在此之前无法发布。'},
	subject: {en: 'Name', de: 'Name', zh: '名称'},
	caRole: {en: 'Kind', de: 'Art', zh: '类型'},
	root: {en: 'root', de: 'Root', zh: '根'},
	issuing: {en: 'issuing', de: 'ausstellend', zh: '签发'},
	validTo: {en: 'Valid until', de: 'Gültig bis', zh: '有效期至'},
	unlimited: {en: 'without end', de: 'unbegrenzt', zh: '永久'},
	added: {en: 'Added', de: 'Hinzugefügt', zh: '添加时间'},
	fingerprint: {en: 'SHA-256', de: 'SHA-256', zh: 'SHA-256'},
	recent: {en: 'Latest manifests', de: 'Neueste Manifeste', zh: '最近的清单'},
	allUploads: {en: 'All manifests', de: 'Alle Manifeste', zh: '全部清单'},
	// Uploads
	uploads: {en: 'Manifests', de: 'Manifeste', zh: '清单'},
	uploadsSub: {
		en: 'The signed list of the certificates of a reel. It counts when every certificate in it has been checked: all or nothing.',
		de: 'Die signierte Liste der Zertifikate einer Rolle. Sie zählt, wenn jedes Zertifikat darin geprüft ist: alles oder nichts.',
		zh: '卷盘证书的签名列表。只有其中每张证书都通过校验才会生效：要么全部，要么全不。'},
	publish: {en: 'Publish a manifest', de: 'Manifest veröffentlichen', zh: '发布清单'},
	batch: {en: 'Batch ID', de: 'Batch-ID', zh: '批次编号'},
	reel: {en: 'Reel', de: 'Rolle', zh: '卷盘'},
	state: {en: 'State', de: 'Zustand', zh: '状态'},
	devices: {en: 'Chips', de: 'Chips', zh: '芯片'},
	size: {en: 'Size', de: 'Größe', zh: '大小'},
	started: {en: 'Started', de: 'Begonnen', zh: '开始时间'},
	finished: {en: 'Finished', de: 'Beendet', zh: '完成时间'},
	form: {en: 'Form', de: 'Form', zh: '格式'},
	noUploads: {en: 'No manifests yet', de: 'Noch keine Manifeste', zh: '还没有清单'},
	noUploadsText: {
		en: 'Publish the manifest of your first reel, here or with “birthmark publish”.',
		de: 'Veröffentlichen Sie das Manifest Ihrer ersten Rolle, hier oder mit „birthmark publish“.',
		zh: '在此处或使用“birthmark publish”发布首个卷盘的清单。'},
	receiving: {en: 'incomplete', de: 'unvollständig', zh: '未完成'},
	queued: {en: 'waiting', de: 'wartet', zh: '排队中'},
	verifying: {en: 'being checked', de: 'wird geprüft', zh: '校验中'},
	published: {en: 'published', de: 'veröffentlicht', zh: '已发布'},
	rejected: {en: 'rejected', de: 'abgelehnt', zh: '已拒绝'},
	cancelled: {en: 'cancelled', de: 'abgebrochen', zh: '已取消'},
	drop: {
		en: 'Drop the files of a reel here, or choose them',
		de: 'Dateien einer Rolle hierher ziehen oder auswählen',
		zh: '将卷盘文件拖放到此处，或点击选择'},
	dropHint: {
		en: 'The manifest and its signature (.p7s; for the Microchip form the signer’s certificate); reel.json fills in the rest.',
		de: 'Das Manifest und seine Signatur (.p7s; bei der Microchip-Form das Zertifikat des Unterzeichners); reel.json füllt den Rest aus.',
		zh: '清单及其签名（.p7s；Microchip 格式则为签名者证书）；reel.json 会自动填写其余内容。'},
	noManifest: {
		en: 'There is no manifest among these files. Its name ends with .csv, .jsonl or .json.',
		de: 'Unter diesen Dateien ist kein Manifest. Sein Name endet auf .csv, .jsonl oder .json.',
		zh: '这些文件中没有清单。清单文件名以 .csv、.jsonl 或 .json 结尾。'},
	choose: {en: 'Choose files', de: 'Dateien auswählen', zh: '选择文件'},
	manifest: {en: 'Manifest', de: 'Manifest', zh: '清单'},
	signature: {en: 'Signature', de: 'Signatur', zh: '签名'},
	missing: {en: 'not chosen yet', de: 'noch nicht ausgewählt', zh: '尚未选择'},
	who: {en: 'Who may bind it', de: 'Wer darf sie binden', zh: '谁可以绑定'},
	whoCode: {en: 'Who has its label (claim code)', de: 'Wer ihr Etikett hat (Claim Code)', zh: '持有标签者（认领码）'},
	whoOpen: {en: 'Who knows the Batch ID (open, for virtual reels)', de: 'Wer die Batch-ID kennt (offen, für virtuelle Rollen)', zh: '知道批次编号者（开放，用于虚拟卷盘）'},
	openWarn: {
		en: 'The first account that names the Batch ID gets these chips. Choose it only where you hand over the Batch ID yourself.',
		de: 'Das erste Konto, das die Batch-ID nennt, erhält diese Chips. Wählen Sie das nur, wenn Sie die Batch-ID selbst übergeben.',
		zh: '最先提交该批次编号的账户将获得这些芯片。仅在您亲自交付批次编号时选择。'},
	claim: {en: 'SHA-256 of the claim code', de: 'SHA-256 des Claim Codes', zh: '认领码的 SHA-256'},
	claimHint: {
		en: 'From reel.json (claim_sha256), or make a new claim code here for a label that is not printed yet.',
		de: 'Aus reel.json (claim_sha256), oder erzeugen Sie hier einen neuen Claim Code für ein noch nicht gedrucktes Etikett.',
		zh: '取自 reel.json（claim_sha256），或在此为尚未打印的标签生成新的认领码。'},
	makeClaim: {en: 'Make a claim code', de: 'Claim Code erzeugen', zh: '生成认领码'},
	madeClaim: {
		en: 'This is the label’s only copy: the service keeps just its hash. Print or copy it before you leave this page.',
		de: 'Dies ist das einzige Exemplar des Etiketts: Der Dienst behält nur den Hash. Drucken oder kopieren Sie es, bevor Sie diese Seite verlassen.',
		zh: '这是标签的唯一副本：服务只保存其哈希。请在离开此页前打印或复制。'},
	label: {en: 'Label', de: 'Etikett', zh: '标签'},
	kept: {en: 'I have kept it', de: 'Ich habe es aufbewahrt', zh: '我已保存'},
	claimNext: {
		en: 'A new claim code is made. Its label is shown on the next page, once.',
		de: 'Ein neuer Claim Code ist erzeugt. Sein Etikett wird auf der nächsten Seite gezeigt, einmal.',
		zh: '已生成新的认领码。其标签将在下一页显示一次。'},
	send: {en: 'Send and publish', de: 'Senden und veröffentlichen', zh: '发送并发布'},
	// One upload
	sending: {en: 'Sending', de: 'Wird gesendet', zh: '发送中'},
	sentOf: {en: '{done} of {all}', de: '{done} von {all}', zh: '{done} / {all}'},
	waitingNet: {
		en: 'No connection. Sending goes on by itself; what arrived is kept.',
		de: 'Keine Verbindung. Es geht von selbst weiter; was ankam, bleibt erhalten.',
		zh: '网络中断。恢复后会自动继续，已送达的部分会保留。'},
	waitingBusy: {
		en: 'The service is busy. Sending goes on by itself; what arrived is kept.',
		de: 'Der Dienst ist beschäftigt. Es geht von selbst weiter; was ankam, bleibt erhalten.',
		zh: '服务繁忙，稍后会自动继续，已送达的部分会保留。'},
	keepOpen: {
		en: 'Leave this page open until all is sent.',
		de: 'Lassen Sie diese Seite offen, bis alles gesendet ist.',
		zh: '发送完成前请保持此页打开。'},
	pause: {en: 'Pause', de: 'Anhalten', zh: '暂停'},
	resume: {en: 'Go on', de: 'Weiter', zh: '继续'},
	resumeTitle: {en: 'This manifest has not arrived whole', de: 'Dieses Manifest ist noch nicht ganz angekommen', zh: '此清单尚未完整送达'},
	resumeText: {
		en: 'Choose the same file again; sending goes on where it stopped.',
		de: 'Wählen Sie dieselbe Datei noch einmal; es geht dort weiter, wo es aufhörte.',
		zh: '请再次选择同一文件，将从中断处继续发送。'},
	otherSize: {
		en: 'This is another file: {n} bytes were announced, this one has another size.',
		de: 'Das ist eine andere Datei: Angekündigt waren {n} Bytes, diese hat eine andere Größe.',
		zh: '这不是同一文件：预期 {n} 字节，而此文件大小不同。'},
	noSignature: {
		en: 'There is no signature among these files. Its name ends with .p7s; for the Microchip form it is the signer’s certificate (.pem).',
		de: 'Unter diesen Dateien ist keine Signatur. Ihr Name endet auf .p7s; bei der Microchip-Form ist es das Zertifikat des Unterzeichners (.pem).',
		zh: '这些文件中没有签名。签名文件名以 .p7s 结尾；Microchip 格式则为签名者证书（.pem）。'},
	needPublish: {
		en: 'Manifest and signature have arrived; they are not published yet.',
		de: 'Manifest und Signatur sind angekommen; veröffentlicht sind sie noch nicht.',
		zh: '清单和签名已送达，但尚未发布。'},
	needSignature: {
		en: 'The signature is missing. Choose it to publish.',
		de: 'Die Signatur fehlt. Wählen Sie sie aus, um zu veröffentlichen.',
		zh: '缺少签名。请选择签名文件以发布。'},
	checking: {en: 'Certificates checked', de: 'Geprüfte Zertifikate', zh: '已校验的证书'},
	checkingBytes: {en: 'Of the manifest checked', de: 'Vom Manifest geprüft', zh: '清单校验进度'},
	donePublished: {
		en: {one: 'Published: {n} chip. Its batch can be bound from now on.', other: 'Published: {n} chips. The batch can be bound from now on.'},
		de: {one: 'Veröffentlicht: {n} Chip. Der Batch kann ab jetzt gebunden werden.', other: 'Veröffentlicht: {n} Chips. Der Batch kann ab jetzt gebunden werden.'},
		zh: '已发布 {n} 个芯片，该批次现在可以绑定。'},
	doneRejected: {
		en: 'Rejected: nothing of this manifest counts.',
		de: 'Abgelehnt: Nichts von diesem Manifest zählt.',
		zh: '已拒绝：此清单的任何内容均未生效。'},
	line: {en: 'Line of the manifest', de: 'Zeile des Manifests', zh: '清单行号'},
	chip: {en: 'Chip', de: 'Chip', zh: '芯片'},
	code: {en: 'Kind of fault', de: 'Art des Fehlers', zh: '错误类型'},
	nextStep: {en: 'What to do', de: 'Was zu tun ist', zh: '处理方法'},
	fixManifest: {
		en: 'Have the fab make the manifest anew without the fault and sign it; then publish it again under the same reel.',
		de: 'Lassen Sie das Manifest in der Fab ohne den Fehler neu erstellen und signieren; veröffentlichen Sie es dann unter derselben Rolle erneut.',
		zh: '请让工厂修正错误后重新生成并签名清单，再以同一卷盘名发布。'},
	fixSignature: {
		en: 'The signature does not fit this file, or its signer is not of your CA. Send the file as the fab signed it, unchanged.',
		de: 'Die Signatur passt nicht zu dieser Datei, oder ihr Unterzeichner gehört nicht zu Ihrer CA. Senden Sie die Datei unverändert, wie die Fab sie signiert hat.',
		zh: '签名与文件不符，或签名者不属于您的 CA。请原样发送工厂签名的文件。'},
	fixChain: {
		en: 'The certificate is not of a CA that is registered for you. Ask the operators of the service to register it, or correct the fab.',
		de: 'Das Zertifikat stammt von keiner für Sie eingetragenen CA. Lassen Sie die CA vom Betrieb des Dienstes eintragen, oder berichtigen Sie die Fab.',
		zh: '证书不属于为您登记的 CA。请联系服务运维人员登记该 CA，或修正工厂配置。'},
	fixTwice: {
		en: 'A certificate stands twice, in this manifest or in an earlier one. Each chip may be published once only.',
		de: 'Ein Zertifikat kommt zweimal vor, in diesem oder einem früheren Manifest. Jeder Chip darf nur einmal veröffentlicht werden.',
		zh: '某张证书重复出现于此清单或先前的清单。每个芯片只能发布一次。'},
	cancelUpload: {en: 'Cancel this manifest', de: 'Dieses Manifest abbrechen', zh: '取消此清单'},
	cancelText: {
		en: 'What was sent of it is deleted.',
		de: 'Was davon gesendet wurde, wird gelöscht.',
		zh: '已发送的部分将被删除。'},
	// Batches
	batches: {en: 'Batches', de: 'Batches', zh: '批次'},
	batchesSub: {
		en: 'What one label stands for. Who bound it is the buyer’s business; you see whether it is bound.',
		de: 'Wofür ein Etikett steht. Wer ihn gebunden hat, ist Sache des Käufers; Sie sehen, ob er gebunden ist.',
		zh: '一个标签所代表的内容。由谁绑定属于买方信息；您只能看到是否已绑定。'},
	bound: {en: 'bound', de: 'gebunden', zh: '已绑定'},
	unbound: {en: 'not bound', de: 'nicht gebunden', zh: '未绑定'},
	openBatches: {en: 'open', de: 'offen', zh: '开放'},
	byLabel: {en: 'by label', de: 'mit Etikett', zh: '凭标签'},
	byId: {en: 'by Batch ID', de: 'mit Batch-ID', zh: '凭批次编号'},
	publishedAt: {en: 'Published', de: 'Veröffentlicht', zh: '发布时间'},
	reels: {en: 'Reels', de: 'Rollen', zh: '卷盘'},
	hash: {en: 'SHA-256 of the manifest', de: 'SHA-256 des Manifests', zh: '清单的 SHA-256'},
	noBatches: {en: 'No batches', de: 'Keine Batches', zh: '没有批次'},
	noBatchesText: {
		en: 'A batch appears when its first manifest is published.',
		de: 'Ein Batch erscheint, wenn sein erstes Manifest veröffentlicht ist.',
		zh: '首个清单发布后，批次会显示在这里。'},
	noMatch: {en: 'Nothing matches', de: 'Nichts passt', zh: '没有匹配项'},
	virtual: {
		en: 'This is a virtual reel: its Batch ID alone binds it.',
		de: 'Dies ist eine virtuelle Rolle: Ihre Batch-ID allein bindet sie.',
		zh: '这是虚拟卷盘：仅凭批次编号即可绑定。'},
	printLabel: {en: 'Print its label', de: 'Etikett drucken', zh: '打印标签'},
	labelByFab: {
		en: 'Its label holds a claim code that only the fab has: print it from the files of the reel, under Labels.',
		de: 'Sein Etikett trägt einen Claim Code, den nur die Fab hat: Drucken Sie es aus den Dateien der Rolle, unter Etiketten.',
		zh: '其标签含有仅工厂持有的认领码：请在“标签”页用卷盘文件打印。'},
});
