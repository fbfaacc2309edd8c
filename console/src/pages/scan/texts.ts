// Texts of the scan page and of shifts.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Bind reels', de: 'Rollen binden', zh: '绑定卷盘'},
	ways: {en: 'How to bind', de: 'Wie binden', zh: '绑定方式'},
	one: {en: 'One reel', de: 'Eine Rolle', zh: '单个卷盘'},
	shift: {en: 'Shift', de: 'Schicht', zh: '班次'},
	bind: {en: 'Bind', de: 'Binden', zh: '绑定'},
	take: {en: 'Take this label', de: 'Dieses Etikett nehmen', zh: '使用此标签'},
	other: {en: 'Scan another', de: 'Anderes scannen', zh: '扫描其他标签'},
	noCode: {
		en: 'This label says no claim code. It binds only if its batch is open.',
		de: 'Dieses Etikett nennt keinen Claim-Code. Es bindet nur, wenn der Batch offen ist.',
		zh: '此标签不含认领码，仅开放批次可以绑定。'},
	shiftText: {
		en: 'Reel after reel: each label is bound as soon as it is scanned, without another tap.',
		de: 'Rolle um Rolle: Jedes Etikett wird gebunden, sobald es gescannt ist, ohne weiteres Tippen.',
		zh: '逐个扫描卷盘：扫描标签后立即绑定，无需再次点击。'},
	start: {en: 'Start the shift', de: 'Schicht beginnen', zh: '开始班次'},
	end: {en: 'End the shift', de: 'Schicht beenden', zh: '结束班次'},
	goOn: {en: 'Go on scanning', de: 'Weiter scannen', zh: '继续扫描'},
	boundN: {en: 'bound', de: 'gebunden', zh: '已绑定'},
	alreadyN: {en: 'were yours', de: 'schon gebunden', zh: '已属于您'},
	waitingN: {en: 'waiting', de: 'wartend', zh: '等待中'},
	refusedN: {en: 'refused', de: 'abgelehnt', zh: '被拒绝'},
	undoneN: {en: 'undone', de: 'rückgängig', zh: '已撤销'},
	devicesN: {en: 'devices', de: 'Geräte', zh: '设备'},
	counts: {en: 'This shift so far', de: 'Diese Schicht bisher', zh: '本班次统计'},
	list: {en: 'Reels of this shift', de: 'Rollen dieser Schicht', zh: '本班次的卷盘'},
	listEmpty: {
		en: 'Nothing yet. Scan the first reel.',
		de: 'Noch nichts. Scannen Sie die erste Rolle.',
		zh: '尚无记录，请扫描第一个卷盘。'},
	older: {
		en: {one: '{n} older reel is in the CSV file.', other: '{n} older reels are in the CSV file.'},
		de: {one: '{n} ältere Rolle steht in der CSV-Datei.', other: '{n} ältere Rollen stehen in der CSV-Datei.'},
		zh: '其余 {n} 个较早的卷盘见 CSV 文件。'},
	twice: {
		en: '{bid} is in this shift already.',
		de: '{bid} ist schon in dieser Schicht.',
		zh: '{bid} 已在本班次中。'},
	undoLast: {en: 'Undo {bid}', de: '{bid} rückgängig', zh: '撤销 {bid}'},
	summary: {en: 'The shift', de: 'Die Schicht', zh: '班次汇总'},
	csv: {en: 'Download as CSV', de: 'Als CSV herunterladen', zh: '下载 CSV'},
	stillWaiting: {
		en: {one: '{n} label is not sent yet. It stays on this device and is sent when the network is back.',
			other: '{n} labels are not sent yet. They stay on this device and are sent when the network is back.'},
		de: {one: '{n} Etikett ist noch nicht gesendet. Es bleibt auf diesem Gerät und wird gesendet, sobald das Netz wieder da ist.',
			other: '{n} Etiketten sind noch nicht gesendet. Sie bleiben auf diesem Gerät und werden gesendet, sobald das Netz wieder da ist.'},
		zh: '还有 {n} 个标签未发送，将保留在此设备上，网络恢复后发送。'},
	state: {en: 'State', de: 'Stand', zh: '状态'},
	scannedAt: {en: 'Scanned at', de: 'Gescannt um', zh: '扫描时间'},
	reason: {en: 'Reason', de: 'Grund', zh: '原因'},
	// Looking for a device
	device: {en: 'Find a device', de: 'Gerät suchen', zh: '查找设备'},
	deviceText: {
		en: 'Scan the code on the device, or type what is printed on it.',
		de: 'Scannen Sie den Code auf dem Gerät, oder tippen Sie, was darauf steht.',
		zh: '扫描设备上的码，或输入其上的印刷内容。'},
	search: {en: 'Search', de: 'Suchen', zh: '搜索'},
	back: {en: 'Devices', de: 'Geräte', zh: '设备'},
});
