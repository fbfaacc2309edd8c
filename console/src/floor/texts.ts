// Texts of the factory floor: answers, refusals, the head, the choice.
import {define} from '../i18n';

export const floorTexts = define({
	menu: {en: 'Menu', de: 'Menü', zh: '菜单'},
	myBatches: {en: 'My batches', de: 'Meine Batches', zh: '我的批次'},
	console: {en: 'Console', de: 'Konsole', zh: '控制台'},
	account: {en: 'Account', de: 'Konto', zh: '账户'},
	product: {en: 'Product', de: 'Produkt', zh: '产品'},
	cloud: {en: 'Product cloud', de: 'Produkt-Cloud', zh: '产品云'},
	noProduct: {en: 'No product yet', de: 'Noch kein Produkt', zh: '暂不指定产品'},
	noCloud: {en: 'No product cloud yet', de: 'Noch keine Produkt-Cloud', zh: '暂不指定产品云'},
	tone: {en: 'Tone when a label is read', de: 'Ton, wenn ein Etikett gelesen ist', zh: '读取标签时发出提示音'},
	loggedInAs: {en: 'Logged in as {name}', de: 'Angemeldet als {name}', zh: '当前用户：{name}'},
	signOutWaiting: {
		en: {one: '{n} label waits to be sent', other: '{n} labels wait to be sent'},
		de: {one: '{n} Etikett wartet noch', other: '{n} Etiketten warten noch'},
		zh: '还有 {n} 个标签等待发送'},
	signOutText: {
		en: 'They stay on this device and are sent when you log in here again. Nobody else can send them.',
		de: 'Sie bleiben auf diesem Gerät und werden gesendet, sobald Sie sich hier wieder anmelden. Niemand sonst kann sie senden.',
		zh: '这些标签保留在此设备上，您再次在此登录后会自动发送。其他人无法发送。'},
	noPart: {
		en: 'You may not bind reels in any account',
		de: 'Sie dürfen in keinem Konto Rollen binden',
		zh: '您没有在任何账户中绑定卷盘的权限'},
	noPartText: {
		en: 'Ask an administrator of the account to give you the role of operator, then open the label again.',
		de: 'Bitten Sie die Administration des Kontos um die Rolle für das Binden, und öffnen Sie das Etikett dann erneut.',
		zh: '请联系账户管理员授予您操作员角色，然后再次打开此标签。'},
	// The queue
	offlineWaiting: {
		en: {one: 'No network: {n} label waits on this device', other: 'No network: {n} labels wait on this device'},
		de: {one: 'Kein Netz: {n} Etikett wartet auf diesem Gerät', other: 'Kein Netz: {n} Etiketten warten auf diesem Gerät'},
		zh: '无网络：{n} 个标签保存在此设备上等待发送'},
	offlineText: {
		en: 'Keep scanning. Each is sent once when the network is back; leave this page open.',
		de: 'Scannen Sie weiter. Jedes wird einmal gesendet, sobald das Netz wieder da ist; lassen Sie diese Seite offen.',
		zh: '请继续扫描。网络恢复后每个标签只发送一次；请保持此页面打开。'},
	loginWaiting: {
		en: {one: 'You are logged out: {n} label waits', other: 'You are logged out: {n} labels wait'},
		de: {one: 'Sie sind abgemeldet: {n} Etikett wartet', other: 'Sie sind abgemeldet: {n} Etiketten warten'},
		zh: '您已退出登录：{n} 个标签等待发送'},
	logIn: {en: 'Log in', de: 'Anmelden', zh: '登录'},
	sendNow: {en: 'Send now', de: 'Jetzt senden', zh: '立即发送'},
	othersWaiting: {
		en: {one: '{n} label that somebody else scanned waits on this device until that person logs in here.',
			other: '{n} labels that somebody else scanned wait on this device until that person logs in here.'},
		de: {one: 'Auf diesem Gerät wartet {n} Etikett einer anderen Person, bis diese sich hier anmeldet.',
			other: 'Auf diesem Gerät warten {n} Etiketten einer anderen Person, bis diese sich hier anmeldet.'},
		zh: '此设备上有 {n} 个其他人扫描的标签，待其本人在此登录后发送。'},
	notKept: {
		en: 'This browser keeps nothing (private window): do not reload or close this page while labels wait.',
		de: 'Dieser Browser speichert nichts (privates Fenster): Laden oder schließen Sie die Seite nicht, solange Etiketten warten.',
		zh: '此浏览器不保存数据（无痕窗口）：有标签等待发送时请勿刷新或关闭页面。'},
	full: {
		en: 'The list on this device is full. End the shift first.',
		de: 'Die Liste auf diesem Gerät ist voll. Beenden Sie erst die Schicht.',
		zh: '此设备上的列表已满，请先结束本班次。'},
	// Answers
	bound: {en: 'Bound', de: 'Gebunden', zh: '已绑定'},
	boundText: {
		en: 'This reel belongs to {account} now.',
		de: 'Diese Rolle gehört jetzt zu {account}.',
		zh: '此卷盘现已归属于 {account}。'},
	already: {en: 'Already yours', de: 'Schon gebunden', zh: '已属于您'},
	alreadyText: {
		en: 'This reel was bound to {account} before. There is nothing more to do.',
		de: 'Diese Rolle war schon an {account} gebunden. Es ist nichts weiter zu tun.',
		zh: '此卷盘之前已绑定到 {account}，无需再操作。'},
	elsewhere: {
		en: 'Belongs to another account', de: 'Gehört einem anderen Konto', zh: '已属于其他账户'},
	elsewhereText: {
		en: 'Set this reel aside and ask whoever sold it to you. Do not use its chips.',
		de: 'Legen Sie diese Rolle beiseite, und fragen Sie nach, wo Sie sie gekauft haben. Verwenden Sie ihre Chips nicht.',
		zh: '请将此卷盘放置一旁并联系供货方，不要使用其中的芯片。'},
	unknown: {
		en: 'Not known', de: 'Nicht bekannt', zh: '无法识别'},
	unknownText: {
		en: 'No batch has this Batch ID with this claim code. Compare both with the label; scan it if it was typed. If they are right, its maker may not have published it yet: set the reel aside and ask.',
		de: 'Kein Batch hat diese Batch-ID mit diesem Claim-Code. Vergleichen Sie beide mit dem Etikett; scannen Sie es, wenn Sie getippt haben. Stimmen sie, hat der Hersteller die Rolle vielleicht noch nicht veröffentlicht: beiseitelegen und nachfragen.',
		zh: '没有与此批次编号和认领码匹配的批次。请与标签核对；如为手动输入，请改用扫描。若核对无误，厂商可能尚未发布：请将卷盘放置一旁并询问。'},
	codeNeeded: {en: 'Claim code needed', de: 'Claim-Code fehlt', zh: '需要认领码'},
	codeNeededText: {
		en: 'The Batch ID alone does not bind. Scan the whole code on the label, or type the claim code printed on it.',
		de: 'Die Batch-ID allein genügt nicht. Scannen Sie den ganzen Code des Etiketts, oder tippen Sie den aufgedruckten Claim-Code.',
		zh: '仅凭批次编号无法绑定。请扫描标签上的完整二维码，或输入标签上印刷的认领码。'},
	locked: {en: 'Locked for now', de: 'Vorübergehend gesperrt', zh: '暂时锁定'},
	lockedText: {
		en: 'There were too many wrong claim codes. Wait, then scan the label again.',
		de: 'Es gab zu viele falsche Claim-Codes. Warten Sie, und scannen Sie das Etikett dann erneut.',
		zh: '认领码错误次数过多。请等待，然后重新扫描标签。'},
	lockedFor: {en: 'Again in {time}', de: 'Wieder in {time}', zh: '{time} 后可重试'},
	lockedOver: {en: 'You can try again now.', de: 'Sie können es jetzt erneut versuchen.', zh: '现在可以重试。'},
	queued: {en: 'Kept on this device', de: 'Auf diesem Gerät gespeichert', zh: '已保存在此设备'},
	queuedText: {
		en: 'The service cannot be reached. This label is not bound yet: it is sent once, by itself, when the network is back. Leave this page open.',
		de: 'Der Dienst ist nicht erreichbar. Dieses Etikett ist noch nicht gebunden: Es wird von selbst einmal gesendet, sobald das Netz wieder da ist. Lassen Sie diese Seite offen.',
		zh: '无法连接服务，此标签尚未绑定：网络恢复后会自动发送一次。请保持此页面打开。'},
	undone: {en: 'Undone', de: 'Rückgängig gemacht', zh: '已撤销'},
	undoneText: {
		en: 'This reel belongs to no account any more. It can be bound again.',
		de: 'Diese Rolle gehört zu keinem Konto mehr. Sie kann wieder gebunden werden.',
		zh: '此卷盘已不属于任何账户，可以重新绑定。'},
	failed: {en: 'Not bound', de: 'Nicht gebunden', zh: '未绑定'},
	waiting: {en: 'Waiting', de: 'Wartet', zh: '等待中'},
	sending: {en: 'Sending', de: 'Wird gesendet', zh: '发送中'},
	notLabel: {
		en: 'This code is not a reel’s label. Look for the one with a Batch ID.',
		de: 'Dieser Code ist kein Etikett einer Rolle. Suchen Sie das mit der Batch-ID.',
		zh: '此码不是卷盘标签，请找带有批次编号的标签。'},
	devices: {
		en: {one: '{n} device', other: '{n} devices'},
		de: {one: '{n} Gerät', other: '{n} Geräte'},
		zh: '{n} 台设备'},
	undo: {en: 'Undo', de: 'Rückgängig', zh: '撤销'},
	undoUnsure: {
		en: 'Its answer is not there yet. Undo it when the network is back.',
		de: 'Die Antwort fehlt noch. Machen Sie es rückgängig, sobald das Netz wieder da ist.',
		zh: '尚未收到答复。请在网络恢复后撤销。'},
	undoProvisioned: {
		en: 'This cannot be undone: the product cloud may know its devices already.',
		de: 'Das lässt sich nicht mehr rückgängig machen: Die Produkt-Cloud kennt die Geräte vielleicht schon.',
		zh: '无法撤销：产品云可能已经获知这些设备。'},
	undoLate: {
		en: 'This cannot be undone any more: more than 15 minutes have passed. Ask an administrator of the account.',
		de: 'Das lässt sich nicht mehr rückgängig machen: Es ist mehr als 15 Minuten her. Fragen Sie die Administration des Kontos.',
		zh: '已超过 15 分钟，无法撤销。请联系账户管理员。'},
	scanNext: {en: 'Scan the next', de: 'Nächstes scannen', zh: '扫描下一个'},
	scan: {en: 'Scan a label', de: 'Etikett scannen', zh: '扫描标签'},
	seeBatch: {en: 'See the batch', de: 'Batch ansehen', zh: '查看批次'},
	tryAgain: {en: 'Try again', de: 'Erneut versuchen', zh: '重试'},
	// Typing
	typedLabel: {en: 'Batch ID', de: 'Batch-ID', zh: '批次编号'},
	typedLabelHint: {
		en: 'As printed on the label; or paste the whole address.',
		de: 'Wie auf dem Etikett gedruckt; oder die ganze Adresse einfügen.',
		zh: '按标签上的印刷内容输入，或粘贴完整网址。'},
	code: {en: 'Claim code', de: 'Claim-Code', zh: '认领码'},
	codeHint: {
		en: 'Five groups of five and one of two. O and 0, I, L and 1 are the same.',
		de: 'Fünf Fünfergruppen und eine Zweiergruppe. O und 0 sind gleich, ebenso I, L und 1.',
		zh: '五组各五个字符，末组两个。O 与 0 相同，I、L 与 1 相同。'},
	codeRight: {en: 'The claim code is typed right.', de: 'Der Claim-Code ist richtig getippt.', zh: '认领码输入正确。'},
	codeUnchecked: {
		en: 'Type the last character as well: it checks the others.',
		de: 'Tippen Sie auch das letzte Zeichen: Es prüft die anderen.',
		zh: '请同时输入最后一个字符，它用于校验。'},
	codePartial: {
		en: {one: '{n} character to go', other: '{n} characters to go'},
		de: {one: 'Noch {n} Zeichen', other: 'Noch {n} Zeichen'},
		zh: '还差 {n} 个字符'},
	codeSymbol: {
		en: 'Group {group}: claim codes have no “{symbol}”.',
		de: 'Gruppe {group}: Ein „{symbol}“ gibt es in Claim-Codes nicht.',
		zh: '第 {group} 组：认领码中没有“{symbol}”。'},
	codeLong: {
		en: 'This is too long: a claim code has 27 characters.',
		de: 'Das ist zu lang: Ein Claim-Code hat 27 Zeichen.',
		zh: '太长：认领码共有 27 个字符。'},
	codeLast: {
		en: 'Group {group} cannot be right. Compare it with the label.',
		de: 'Gruppe {group} kann nicht stimmen. Vergleichen Sie sie mit dem Etikett.',
		zh: '第 {group} 组有误，请与标签核对。'},
	codeCheck: {
		en: 'One character is wrong: the check character does not fit. Compare the groups with the label.',
		de: 'Ein Zeichen ist falsch: Das Prüfzeichen passt nicht. Vergleichen Sie die Gruppen mit dem Etikett.',
		zh: '有一个字符错误：校验字符不符，请逐组与标签核对。'},
	codeCheckGroup: {
		en: 'One character is wrong: the check character does not fit. Compare group {group} first.',
		de: 'Ein Zeichen ist falsch: Das Prüfzeichen passt nicht. Vergleichen Sie zuerst Gruppe {group}.',
		zh: '有一个字符错误：校验字符不符，请先核对第 {group} 组。'},
	badBid: {
		en: 'A Batch ID has letters, digits, dots, dashes and underscores, at most 64.',
		de: 'Eine Batch-ID besteht aus Buchstaben, Ziffern, Punkten, Strichen und Unterstrichen, höchstens 64.',
		zh: '批次编号由字母、数字、点、连字符和下划线组成，最多 64 个字符。'},
});
