// Texts of the page of one batch.
import {define} from '../../i18n';

export const texts = define({
	facts: {en: 'About this batch', de: 'Über diesen Batch', zh: '关于此批次'},
	toDevices: {en: 'Its devices', de: 'Seine Geräte', zh: '相关设备'},
	reels: {en: 'Reels', de: 'Rollen', zh: '卷盘'},
	reel: {en: 'Reel', de: 'Rolle', zh: '卷盘'},
	published: {en: 'Published', de: 'Veröffentlicht', zh: '发布时间'},
	form: {en: 'Manifest', de: 'Manifest', zh: '清单'},
	hash: {en: 'Its SHA-256', de: 'Dessen SHA-256', zh: '清单 SHA-256'},
	jobs: {en: 'Provisioning', de: 'Provisionierung', zh: '配置'},
	noJobs: {en: 'No cloud was told yet', de: 'Noch keine Cloud weiß davon', zh: '尚未通知任何云'},
	noJobsText: {
		en: '“Provision now” tells a product cloud which devices to expect.',
		de: '„Jetzt provisionieren“ sagt einer Produkt-Cloud, welche Geräte zu erwarten sind.',
		zh: '“立即配置”会告知产品云应接纳哪些设备。'},
	deletedCloud: {en: 'A cloud that was removed', de: 'Eine entfernte Cloud', zh: '已移除的云'},
	queued: {en: 'queued', de: 'wartet auf Beginn', zh: '排队中'},
	running: {en: 'running', de: 'läuft', zh: '进行中'},
	waiting: {en: 'waiting', de: 'pausiert', zh: '等待中'},
	done: {en: 'done', de: 'fertig', zh: '完成'},
	failed: {en: 'failed', de: 'fehlgeschlagen', zh: '失败'},
	cancelled: {en: 'cancelled', de: 'abgebrochen', zh: '已取消'},
	progress: {en: '{done} of {total} devices', de: '{done} von {total} Geräten', zh: '{done} / {total} 台设备'},
	progressOf: {en: 'Progress at {cloud}', de: 'Fortschritt bei {cloud}', zh: '{cloud} 的进度'},
	rate: {en: '{rate} devices a second', de: '{rate} Geräte je Sekunde', zh: '每秒 {rate} 台设备'},
	left: {en: '{time} left', de: 'noch {time}', zh: '剩余 {time}'},
	nextTry: {en: 'Next try', de: 'Nächster Versuch', zh: '下次尝试'},
	saidCloud: {en: 'What went wrong: {words}', de: 'Was schiefging: {words}', zh: '出错原因：{words}'},
	begun: {en: 'Begun', de: 'Begonnen', zh: '开始'},
	ended: {en: 'Ended', de: 'Beendet', zh: '结束'},
	cancel: {en: 'Cancel the job', de: 'Auftrag abbrechen', zh: '取消任务'},
	cancelText: {
		en: 'Nothing more is sent. What the cloud knows already, it keeps.',
		de: 'Es wird nichts mehr gesendet. Was die Cloud schon weiß, behält sie.',
		zh: '不再发送任何内容。云已知的内容将保留。'},
	cancelTitle: {en: 'Cancel the job?', de: 'Auftrag abbrechen?', zh: '取消任务？'},
	retry: {en: 'Try again now', de: 'Jetzt erneut versuchen', zh: '立即重试'},
	retryFailed: {
		en: {one: 'Retry the {n} that failed', other: 'Retry the {n} that failed'},
		de: {one: 'Das fehlgeschlagene erneut versuchen', other: 'Die {n} fehlgeschlagenen erneut versuchen'},
		zh: '重试失败的 {n} 台'},
	retried: {en: 'Sent to the cloud again.', de: 'Wird der Cloud erneut gesendet.', zh: '已重新发送到云。'},
	failures: {
		en: {one: '{n} device was not taken', other: '{n} devices were not taken'},
		de: {one: '{n} Gerät wurde nicht angenommen', other: '{n} Geräte wurden nicht angenommen'},
		zh: '{n} 台设备未被接受'},
	showFailures: {en: 'Show which, and why', de: 'Zeigen, welche und warum', zh: '查看设备和原因'},
	chip: {en: 'Chip', de: 'Chip', zh: '芯片'},
	reason: {en: 'The cloud’s words', de: 'Worte der Cloud', zh: '云的说明'},
	fingerprint: {en: 'Fingerprint', de: 'Fingerabdruck', zh: '指纹'},
	earlier: {
		en: {one: '{n} earlier job', other: '{n} earlier jobs'},
		de: {one: '{n} früherer Auftrag', other: '{n} frühere Aufträge'}, zh: '{n} 个较早的任务'},
	job: {en: 'Job', de: 'Auftrag', zh: '任务'},
	result: {en: 'Taken', de: 'Angenommen', zh: '已接受'},
	history: {en: 'History', de: 'Verlauf', zh: '历史'},
	noHistory: {en: 'Nothing was recorded yet.', de: 'Noch nichts aufgezeichnet.', zh: '暂无记录。'},
	from: {en: 'from {from}', de: 'von {from}', zh: '来自 {from}'},
	// The history in sentences
	hBind: {en: '{who} bound the batch.', de: '{who} hat den Batch gebunden.', zh: '{who} 绑定了此批次。'},
	hBindNot: {
		en: '{who} tried to bind the batch and was refused ({reason}).',
		de: '{who} wollte den Batch binden und wurde abgewiesen ({reason}).',
		zh: '{who} 尝试绑定此批次，被拒绝（{reason}）。'},
	hUnbind: {en: '{who} unbound the batch.', de: '{who} hat die Bindung gelöst.', zh: '{who} 解除了绑定。'},
	hUnbindNot: {
		en: '{who} tried to unbind the batch and was refused ({reason}).',
		de: '{who} wollte die Bindung lösen und wurde abgewiesen ({reason}).',
		zh: '{who} 尝试解除绑定，被拒绝（{reason}）。'},
	hChange: {
		en: '{who} changed its product or cloud.', de: '{who} hat Produkt oder Cloud geändert.',
		zh: '{who} 更改了产品或云。'},
	hProvision: {
		en: '{who} started the provisioning.', de: '{who} hat das Provisionieren gestartet.',
		zh: '{who} 启动了配置。'},
	hEnd: {en: 'The provisioning ended.', de: 'Das Provisionieren ist beendet.', zh: '配置已结束。'},
	hEndNot: {
		en: 'The provisioning failed.', de: 'Das Provisionieren ist fehlgeschlagen.', zh: '配置失败。'},
	hRetry: {en: '{who} had it tried again.', de: '{who} ließ es erneut versuchen.', zh: '{who} 重试了任务。'},
	hCancel: {en: '{who} cancelled the job.', de: '{who} hat den Auftrag abgebrochen.', zh: '{who} 取消了任务。'},
	hExport: {
		en: '{who} downloaded the manifest.', de: '{who} hat das Manifest heruntergeladen.',
		zh: '{who} 下载了清单。'},
	hAlarm: {
		en: 'Wrong claim codes were tried for this batch ({detail}).',
		de: 'Für diesen Batch wurden falsche Claim-Codes versucht ({detail}).',
		zh: '有人对此批次尝试了错误的认领码（{detail}）。'},
	hOther: {en: '{who}: {action}', de: '{who}: {action}', zh: '{who}：{action}'},
	hOtherNot: {
		en: '{who}: {action}, refused ({reason})', de: '{who}: {action}, abgewiesen ({reason})',
		zh: '{who}：{action}，被拒绝（{reason}）'},
});
