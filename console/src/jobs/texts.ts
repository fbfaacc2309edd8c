// Texts of jobs: what they do, how far they are, what they found.
import {define} from '../i18n';

export const texts = define({
	// Kinds
	provision: {en: 'Provisioning', de: 'Provisionierung', zh: '配置'},
	remove: {en: 'Removal', de: 'Entfernung', zh: '移除'},
	sync: {en: 'Changes of devices', de: 'Änderungen an Geräten', zh: '设备变更'},
	plan: {en: 'Plan', de: 'Plan', zh: '计划'},
	audit: {en: 'Audit', de: 'Abgleich', zh: '核对'},
	test: {en: 'Test', de: 'Test', zh: '测试'},
	// States
	queued: {en: 'queued', de: 'wartet auf Beginn', zh: '排队中'},
	running: {en: 'running', de: 'läuft', zh: '进行中'},
	waiting: {en: 'waiting', de: 'wartet', zh: '等待中'},
	paused: {en: 'paused', de: 'angehalten', zh: '已暂停'},
	done: {en: 'done', de: 'fertig', zh: '完成'},
	failed: {en: 'failed', de: 'fehlgeschlagen', zh: '失败'},
	cancelled: {en: 'cancelled', de: 'abgebrochen', zh: '已取消'},
	// How far
	progress: {en: '{done} of {total} devices', de: '{done} von {total} Geräten', zh: '{done} / {total} 台设备'},
	progressOf: {en: 'Progress at {cloud}', de: 'Fortschritt bei {cloud}', zh: '{cloud} 的进度'},
	rate: {en: '{rate} devices a second', de: '{rate} Geräte je Sekunde', zh: '每秒 {rate} 台设备'},
	left: {en: '{time} left', de: 'noch {time}', zh: '剩余 {time}'},
	nextTry: {en: 'Next try', de: 'Nächster Versuch', zh: '下次尝试'},
	saidCloud: {en: 'What went wrong: {words}', de: 'Was schiefging: {words}', zh: '出错原因：{words}'},
	begun: {en: 'Begun', de: 'Begonnen', zh: '开始'},
	ended: {en: 'Ended', de: 'Beendet', zh: '结束'},
	cloudAway: {
		en: 'The cloud does not answer as it should. The job goes on by itself when it does.',
		de: 'Die Cloud antwortet nicht, wie sie soll. Der Auftrag läuft von selbst weiter, sobald sie es tut.',
		zh: '云响应异常。恢复后任务会自动继续。'},
	toCloud: {en: 'To the cloud', de: 'Zur Cloud', zh: '前往云'},
	thenLeaves: {
		en: 'When every device is welcome here, the batch leaves {cloud}.',
		de: 'Sobald hier jedes Gerät aufgenommen ist, verlässt der Batch {cloud}.',
		zh: '所有设备在此被接纳后，该批次将离开 {cloud}。'},
	// Counts of a job that did something
	created: {en: 'new', de: 'neu', zh: '新增'},
	changed: {en: 'changed', de: 'geändert', zh: '已更改'},
	removed: {en: 'removed', de: 'entfernt', zh: '已移除'},
	same: {en: 'were so already', de: 'waren schon so', zh: '原本如此'},
	conflicts: {en: 'conflicts', de: 'Konflikte', zh: '冲突'},
	refused: {en: 'not taken', de: 'nicht angenommen', zh: '未接受'},
	// Counts of a plan
	toCreate: {en: 'to create', de: 'anzulegen', zh: '待新增'},
	toChange: {en: 'to change', de: 'zu ändern', zh: '待更改'},
	toRemove: {en: 'to remove', de: 'zu entfernen', zh: '待移除'},
	staySame: {en: 'stay as they are', de: 'bleiben, wie sie sind', zh: '保持不变'},
	// Counts of an audit
	missing: {en: 'missing', de: 'fehlen', zh: '缺失'},
	different: {en: 'different', de: 'weichen ab', zh: '不一致'},
	strangers: {en: 'not ours', de: 'nicht von uns', zh: '非本账户'},
	match: {en: 'as they should be', de: 'wie sie sein sollen', zh: '一致'},
	// What was found of one device
	isCreate: {en: 'create', de: 'anlegen', zh: '新增'},
	isChange: {en: 'change', de: 'ändern', zh: '更改'},
	isRemove: {en: 'remove', de: 'entfernen', zh: '移除'},
	isMissing: {en: 'missing', de: 'fehlt', zh: '缺失'},
	isDifferent: {en: 'different', de: 'weicht ab', zh: '不一致'},
	isStranger: {en: 'not ours', de: 'nicht von uns', zh: '非本账户'},
	isConflict: {en: 'conflict', de: 'Konflikt', zh: '冲突'},
	isRefused: {en: 'not taken', de: 'nicht angenommen', zh: '未接受'},
	// Buttons
	pause: {en: 'Pause', de: 'Anhalten', zh: '暂停'},
	resume: {en: 'Go on', de: 'Fortsetzen', zh: '继续'},
	isPaused: {
		en: 'Paused. What is under way still arrives.',
		de: 'Angehalten. Was unterwegs ist, kommt noch an.', zh: '已暂停，已发出的请求仍会送达。'},
	isResumed: {en: 'It goes on.', de: 'Es geht weiter.', zh: '已继续。'},
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
	// Failures and conflicts
	failures: {
		en: {one: '{n} device was not taken', other: '{n} devices were not taken'},
		de: {one: '{n} Gerät wurde nicht angenommen', other: '{n} Geräte wurden nicht angenommen'},
		zh: '{n} 台设备未被接受'},
	conflictsN: {
		en: {one: '{n} conflict', other: '{n} conflicts'},
		de: {one: '{n} Konflikt', other: '{n} Konflikte'}, zh: '{n} 个冲突'},
	conflictText: {
		en: 'Under the name of such a device the cloud knows another key. It was left as it is. Look in the cloud whose it is. Delete it there if it is an old entry of yours, then retry; if it is not yours, add this cloud anew with other names for the devices.',
		de: 'Unter dem Namen eines solchen Geräts kennt die Cloud einen anderen Schlüssel. Er blieb unangetastet. Sehen Sie in der Cloud nach, wem er gehört. Ist es ein alter Eintrag von Ihnen, löschen Sie ihn dort und versuchen es erneut; gehört er Ihnen nicht, fügen Sie diese Cloud neu hinzu, mit anderen Namen für die Geräte.',
		zh: '云中以该设备名称登记的是另一把密钥，未作任何更改。请在云中确认其归属：若是您的旧条目，请在云中删除后重试；若不属于您，请以其他设备名称重新添加此云。'},
	show: {en: 'Show which, and why', de: 'Zeigen, welche und warum', zh: '查看设备和原因'},
	found: {en: 'What was found', de: 'Was gefunden wurde', zh: '核对结果'},
	filter: {en: 'Show only', de: 'Nur zeigen', zh: '仅显示'},
	device: {en: 'Device', de: 'Gerät', zh: '设备'},
	what: {en: 'What', de: 'Was', zh: '类别'},
	words: {en: 'The cloud’s words', de: 'Worte der Cloud', zh: '云的说明'},
	csv: {en: 'Download as CSV', de: 'Als CSV herunterladen', zh: '下载 CSV'},
	listedOf: {
		en: 'The list holds the first {n}. The counts are of all.',
		de: 'Die Liste enthält die ersten {n}. Die Zahlen gelten für alle.',
		zh: '列表仅含前 {n} 条，计数为全部。'},
	nothingListed: {en: 'Nothing to list.', de: 'Nichts aufzulisten.', zh: '无可列出的内容。'},
	job: {en: 'Job', de: 'Auftrag', zh: '任务'},
	state: {en: 'State', de: 'Zustand', zh: '状态'},
	taken: {en: 'Devices', de: 'Geräte', zh: '设备'},
});
