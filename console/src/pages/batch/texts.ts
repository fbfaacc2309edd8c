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
	isIn: {en: 'in this cloud', de: 'in dieser Cloud', zh: '在此云中'},
	coming: {en: 'coming in', de: 'kommt hinein', zh: '正在加入'},
	leaving: {en: 'leaving', de: 'wird entfernt', zh: '正在离开'},
	notIn: {en: 'not in this cloud', de: 'nicht in dieser Cloud', zh: '不在此云中'},
	since: {en: 'Since', de: 'Seit', zh: '自'},
	move: {en: 'Move to another cloud', de: 'In andere Cloud umziehen', zh: '迁移到其他云'},
	removeFrom: {en: 'Remove from this cloud', de: 'Aus dieser Cloud entfernen', zh: '从此云移除'},
	cannotRemove: {
		en: 'This kind of cloud takes no removals: what it was told, it keeps.',
		de: 'Clouds dieser Art nehmen nichts zurück: Was sie erfahren haben, behalten sie.',
		zh: '此类云不支持移除：已告知的内容会一直保留。'},
	earlier: {
		en: {one: '{n} earlier job', other: '{n} earlier jobs'},
		de: {one: '{n} früherer Auftrag', other: '{n} frühere Aufträge'}, zh: '{n} 个较早的任务'},
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
	hRemove: {
		en: '{who} started the removal from a cloud.', de: '{who} hat das Entfernen aus einer Cloud gestartet.',
		zh: '{who} 启动了从云中移除。'},
	hPlan: {en: '{who} had a plan made.', de: '{who} ließ einen Plan machen.', zh: '{who} 制定了计划。'},
	hPause: {en: '{who} paused the job.', de: '{who} hat den Auftrag angehalten.', zh: '{who} 暂停了任务。'},
	hResume: {en: '{who} let the job go on.', de: '{who} ließ den Auftrag weiterlaufen.', zh: '{who} 继续了任务。'},
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
