// Texts of the label sheets.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Labels', de: 'Etiketten', zh: '标签'},
	sub: {
		en: 'Print labels from the files of reels. They are drawn in this browser: no claim code is sent anywhere.',
		de: 'Etiketten aus den Dateien von Rollen drucken. Sie werden in diesem Browser gezeichnet: Kein Claim Code wird irgendwohin gesendet.',
		zh: '用卷盘文件打印标签。标签在本浏览器中绘制：认领码不会发送到任何地方。'},
	source: {en: 'Which labels', de: 'Welche Etiketten', zh: '选择标签'},
	drop: {
		en: 'Drop the label.txt files of reels here, or choose them',
		de: 'Dateien label.txt von Rollen hierher ziehen oder auswählen',
		zh: '将卷盘的 label.txt 文件拖放到此处，或点击选择'},
	text: {en: 'Or the text of labels', de: 'Oder der Text von Etiketten', zh: '或输入标签文本'},
	textHint: {
		en: 'One address a line, as the QR code holds it: https://…/b/BATCHID#CLAIMCODE',
		de: 'Je Zeile eine Adresse, wie sie der QR-Code enthält: https://…/b/BATCHID#CLAIMCODE',
		zh: '每行一个地址，与二维码内容一致：https://…/b/BATCHID#CLAIMCODE'},
	virtual: {en: 'Virtual reels', de: 'Virtuelle Rollen', zh: '虚拟卷盘'},
	virtualHint: {
		en: 'Open batches need no claim code, so their labels can be made from here at any time.',
		de: 'Offene Batches brauchen keinen Claim Code; ihre Etiketten lassen sich jederzeit hier erstellen.',
		zh: '开放批次无需认领码，可随时在此生成标签。'},
	choose: {en: 'Add a label', de: 'Etikett hinzufügen', zh: '添加标签'},
	pick: {en: 'Choose a batch', de: 'Batch auswählen', zh: '选择批次'},
	sheet: {en: 'Sheet', de: 'Bogen', zh: '标签纸'},
	copies: {en: 'Copies of each', de: 'Exemplare von jedem', zh: '每个份数'},
	output: {en: 'Print', de: 'Drucken', zh: '打印'},
	pdf: {en: 'PDF', de: 'PDF', zh: 'PDF'},
	zpl: {en: 'ZPL, for label printers', de: 'ZPL, für Etikettendrucker', zh: 'ZPL（标签打印机）'},
	svg: {en: 'SVG', de: 'SVG', zh: 'SVG'},
	png: {en: 'PNG', de: 'PNG', zh: 'PNG'},
	preview: {en: 'Preview', de: 'Vorschau', zh: '预览'},
	count: {
		en: {one: '{n} label', other: '{n} labels'},
		de: {one: '{n} Etikett', other: '{n} Etiketten'},
		zh: '{n} 个标签'},
	empty: {en: 'No labels chosen yet', de: 'Noch keine Etiketten gewählt', zh: '尚未选择标签'},
	emptyText: {
		en: 'Choose files, enter the text of labels, or take a virtual reel.',
		de: 'Wählen Sie Dateien, geben Sie den Text von Etiketten ein oder nehmen Sie eine virtuelle Rolle.',
		zh: '选择文件、输入标签文本，或选用虚拟卷盘。'},
	nothing: {
		en: 'There was no label in it. A label begins with https:// and has /b/ and the Batch ID.',
		de: 'Darin war kein Etikett. Ein Etikett beginnt mit https:// und enthält /b/ und die Batch-ID.',
		zh: '未找到标签。标签以 https:// 开头，并包含 /b/ 和批次编号。'},
	lacksLetters: {
		en: 'The PDF leaves out names with letters that its fonts lack; SVG and PNG hold them. The codes are whole in each.',
		de: 'Im PDF fehlen Namen mit Schriftzeichen, die seine Schriften nicht kennen; in SVG und PNG stehen sie. Die Codes sind überall vollständig.',
		zh: 'PDF 字体不支持的名称会被省略；SVG 和 PNG 中会保留。各格式中的二维码均完整。'},
	clear: {en: 'Clear', de: 'Leeren', zh: '清空'},
	secret: {
		en: 'Whoever reads such a label can bind its reel. Print it where only the right people see it.',
		de: 'Wer ein solches Etikett liest, kann seine Rolle binden. Drucken Sie es, wo nur die Richtigen es sehen.',
		zh: '任何看到标签的人都能绑定该卷盘，请在安全的地方打印。'},
});
