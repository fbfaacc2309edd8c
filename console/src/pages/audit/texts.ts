// Texts of the audit log.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Audit log', de: 'Audit-Protokoll', zh: '审计日志'},
	sub: {
		en: 'Every decision, newest first. Entries are never changed or removed.',
		de: 'Jede Entscheidung, die neueste zuerst. Einträge werden nie geändert oder entfernt.',
		zh: '记录每一项决定，最新的在前。条目从不更改或删除。'},
	from: {en: 'From', de: 'Von', zh: '从'},
	to: {en: 'Until', de: 'Bis', zh: '至'},
	action: {en: 'What', de: 'Was', zh: '操作'},
	actor: {en: 'Who', de: 'Wer', zh: '操作人'},
	actorHint: {en: 'E-mail address or id, as in the list', de: 'E-Mail-Adresse oder ID, wie in der Liste', zh: '列表中的电子邮件地址或编号'},
	target: {en: 'On what', de: 'Woran', zh: '对象'},
	targetHint: {en: 'Batch ID, address or id', de: 'Batch-ID, Adresse oder ID', zh: '批次编号、地址或编号'},
	outcome: {en: 'Outcome', de: 'Ergebnis', zh: '结果'},
	ok: {en: 'done', de: 'getan', zh: '已执行'},
	refused: {en: 'refused', de: 'abgelehnt', zh: '已拒绝'},
	failed: {en: 'failed', de: 'gescheitert', zh: '失败'},
	clear: {en: 'Show all', de: 'Alles zeigen', zh: '清除筛选'},
	empty: {en: 'Nothing is recorded yet', de: 'Noch nichts aufgezeichnet', zh: '还没有记录'},
	emptyFiltered: {en: 'Nothing matches', de: 'Nichts passt dazu', zh: '没有匹配的记录'},
	emptyFilteredText: {en: 'Change the filters or show all.', de: 'Ändern Sie die Filter, oder zeigen Sie alles.', zh: '请更改筛选条件或清除筛选。'},
	when: {en: 'When', de: 'Wann', zh: '时间'},
	peer: {en: 'From where', de: 'Von wo', zh: '来源'},
	number: {en: 'Entry', de: 'Eintrag', zh: '条目'},
	details: {en: 'Details of entry {n}', de: 'Einzelheiten zu Eintrag {n}', zh: '条目 {n} 详情'},
	reason: {en: 'Reason', de: 'Grund', zh: '原因'},
	detail: {en: 'Detail', de: 'Einzelheit', zh: '详情'},
	scope: {en: 'Concerns', de: 'Betrifft', zh: '涉及'},
	service: {en: 'the service', de: 'den Dienst', zh: '本服务'},
	hash: {en: 'Hash (SHA-256)', de: 'Hash (SHA-256)', zh: '哈希 (SHA-256)'},
	hashText: {
		en: 'The hash covers this entry and the one before it, and through that all earlier ones.',
		de: 'Der Hash umfasst diesen Eintrag und den davor, und dadurch alle früheren.',
		zh: '该哈希涵盖本条目及其前一条目，从而涵盖之前的所有条目。'},
	recorded: {en: 'Recorded as', de: 'Aufgezeichnet als', zh: '记录名称'},
	exportAs: {en: '{form}: export', de: '{form}: exportieren', zh: '{form}：导出'},
	exportText: {
		en: 'What the filters show, oldest first.', de: 'Was die Filter zeigen, das Älteste zuerst.', zh: '按当前筛选条件导出，最早的在前。'},
	csv: {en: 'CSV', de: 'CSV', zh: 'CSV'},
	jsonl: {en: 'JSON lines', de: 'JSON-Zeilen', zh: 'JSON 行'},
	verify: {en: 'Verify the chain', de: 'Kette prüfen', zh: '校验链'},
	verifyTitle: {en: 'Verification', de: 'Prüfung', zh: '校验'},
	verifyText: {
		en: 'Each entry carries a hash of itself and of the one before it. Whoever changes, removes or inserts an entry breaks the chain from there on. The check walks the service’s whole log, also where you may not read it.',
		de: 'Jeder Eintrag trägt einen Hash von sich und vom Eintrag davor. Wer einen Eintrag ändert, entfernt oder einfügt, bricht die Kette ab dieser Stelle. Geprüft wird das ganze Protokoll des Dienstes, auch was Sie nicht lesen dürfen.',
		zh: '每个条目都包含自身及前一条目的哈希。任何更改、删除或插入都会使链从该处断开。校验会遍历整个服务的日志，包括您无权查看的部分。'},
	verifyWait: {
		en: 'The log was checked a moment ago. It can be checked once in ten seconds.',
		de: 'Das Protokoll wurde gerade erst geprüft. Es lässt sich alle zehn Sekunden prüfen.',
		zh: '日志刚刚校验过，每十秒可校验一次。'},
	verified: {
		en: {one: 'The chain holds: {n} entry, none changed or missing.', other: 'The chain holds: {n} entries, none changed or missing.'},
		de: {one: 'Die Kette hält: {n} Eintrag, keiner geändert, keiner fehlt.', other: 'Die Kette hält: {n} Einträge, keiner geändert, keiner fehlt.'},
		zh: '链完整：共 {n} 个条目，无更改、无缺失。'},
	head: {en: 'Hash of the last entry', de: 'Hash des letzten Eintrags', zh: '最后条目的哈希'},
	headText: {
		en: 'Keep this hash and today’s date elsewhere. If the log is checked later and an entry with this hash is still in it, nothing up to it was changed, not even by who runs the service.',
		de: 'Bewahren Sie diesen Hash mit dem heutigen Datum woanders auf. Steht bei einer späteren Prüfung noch ein Eintrag mit diesem Hash im Protokoll, wurde bis dahin nichts geändert, auch nicht vom Betreiber des Dienstes.',
		zh: '请将此哈希与今天的日期另行保存。日后校验时若日志中仍有具有此哈希的条目，则说明此前的记录未被更改，即使是服务运维者也无法更改。'},
	broken: {
		en: 'The chain is broken at entry {n}. Somebody or something changed the log. Tell the operators of the service, and keep a copy of the database.',
		de: 'Die Kette ist bei Eintrag {n} gebrochen. Jemand oder etwas hat das Protokoll verändert. Sagen Sie es dem Betrieb des Dienstes, und sichern Sie eine Kopie der Datenbank.',
		zh: '链在条目 {n} 处断开，日志已被更改。请通知服务运维人员，并保留数据库副本。'},
});
