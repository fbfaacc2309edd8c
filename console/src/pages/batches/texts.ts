// Texts of batches: their list, what can be done with them, the page of one.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Batches', de: 'Batches', zh: '批次'},
	sub: {
		en: 'What your account owns: each label that was scanned stands for one batch of chips.',
		de: 'Was Ihrem Konto gehört: Jedes gescannte Etikett steht für einen Batch von Chips.',
		zh: '您的账户所拥有的内容：每个扫描过的标签代表一批芯片。'},
	total: {
		en: {one: '{n} batch', other: '{n} batches'},
		de: {one: '{n} Batch', other: '{n} Batches'}, zh: '共 {n} 个批次'},
	product: {en: 'Product', de: 'Produkt', zh: '产品'},
	vendor: {en: 'Vendor', de: 'Hersteller', zh: '厂商'},
	devices: {en: 'Devices', de: 'Geräte', zh: '设备'},
	provisioned: {en: 'Provisioned', de: 'Provisioniert', zh: '已配置'},
	seen: {en: 'Seen', de: 'Gesehen', zh: '已出现'},
	cloud: {en: 'Product cloud', de: 'Produkt-Cloud', zh: '产品云'},
	cloudShort: {en: 'Cloud', de: 'Cloud', zh: '云'},
	bound: {en: 'Bound', de: 'Gebunden', zh: '绑定时间'},
	boundBy: {en: 'Bound by', de: 'Gebunden von', zh: '绑定者'},
	boundFrom: {en: 'From the address', de: 'Von der Adresse', zh: '来源地址'},
	byFrom: {en: '{who} · {from}', de: '{who} · {from}', zh: '{who} · {from}'},
	state: {en: 'State', de: 'Zustand', zh: '状态'},
	failedN: {en: '{n} failed', de: '{n} Fehler', zh: '{n} 个失败'},
	stateBound: {en: 'bound', de: 'gebunden', zh: '已绑定'},
	stateProvisioning: {en: 'provisioning', de: 'läuft', zh: '配置中'},
	stateProvisioned: {en: 'provisioned', de: 'provisioniert', zh: '已配置'},
	stateFailed: {en: 'failed', de: 'fehlgeschlagen', zh: '失败'},
	searchFor: {en: 'Batch ID or product', de: 'Batch-ID oder Produkt', zh: '批次编号或产品'},
	allProducts: {en: 'All products', de: 'Alle Produkte', zh: '全部产品'},
	allClouds: {en: 'All clouds', de: 'Alle Clouds', zh: '全部云'},
	allStates: {en: 'All states', de: 'Alle Zustände', zh: '全部状态'},
	bind: {en: 'Bind a reel', de: 'Rolle binden', zh: '绑定卷盘'},
	empty: {en: 'No batch yet', de: 'Noch kein Batch', zh: '还没有批次'},
	emptyText: {
		en: 'Scan the label in the box of a reel. The batch belongs to your account from then on.',
		de: 'Scannen Sie das Etikett in der Schachtel einer Rolle. Von da an gehört der Batch Ihrem Konto.',
		zh: '扫描卷盘包装内的标签，此后该批次即属于您的账户。'},
	emptyRead: {
		en: 'As soon as somebody binds a reel, it is listed here.',
		de: 'Sobald jemand eine Rolle bindet, steht sie hier.',
		zh: '一旦有人绑定卷盘，就会显示在此处。'},
	noMatch: {en: 'No batch matches', de: 'Kein Batch passt dazu', zh: '没有匹配的批次'},
	noMatchText: {
		en: 'Change the search or the filters, or take them away.',
		de: 'Ändern Sie Suche oder Filter, oder nehmen Sie sie weg.',
		zh: '请修改搜索或筛选条件，或将其清除。'},
	clear: {en: 'Show all', de: 'Alle zeigen', zh: '显示全部'},
	select: {en: 'Select {bid}', de: '{bid} auswählen', zh: '选择 {bid}'},
	selectAll: {en: 'Select all that are loaded', de: 'Alle geladenen auswählen', zh: '选择所有已加载的批次'},
	selected: {
		en: {one: '{n} selected', other: '{n} selected'},
		de: {one: '{n} ausgewählt', other: '{n} ausgewählt'}, zh: '已选择 {n} 个'},
	unselect: {en: 'Clear the selection', de: 'Auswahl aufheben', zh: '取消选择'},
	actionsOf: {en: 'Actions for {bid}', de: 'Aktionen für {bid}', zh: '{bid} 的操作'},
	// The operator's list
	mineTitle: {en: 'Your batches', de: 'Ihre Batches', zh: '您的批次'},
	mineSub: {en: 'The reels that you bound, newest first.', de: 'Die Rollen, die Sie gebunden haben, die neuesten zuerst.', zh: '您绑定的卷盘，最新的在前。'},
	mineEmpty: {en: 'You have not bound a reel yet', de: 'Sie haben noch keine Rolle gebunden', zh: '您还没有绑定卷盘'},
	undo: {en: 'Undo', de: 'Rückgängig', zh: '撤销'},
	undoOf: {en: 'Undo the binding of {bid}', de: 'Bindung von {bid} rückgängig machen', zh: '撤销 {bid} 的绑定'},
	undoText: {
		en: 'The batch no longer belongs to the account. Its label can be scanned again.',
		de: 'Der Batch gehört dann nicht mehr dem Konto. Sein Etikett lässt sich erneut scannen.',
		zh: '该批次将不再属于此账户，其标签可以再次扫描。'},
	undoFor: {
		en: {one: 'Can be undone for {n} more minute.', other: 'Can be undone for {n} more minutes.'},
		de: {one: 'Noch {n} Minute rückgängig zu machen.', other: 'Noch {n} Minuten rückgängig zu machen.'},
		zh: '还可在 {n} 分钟内撤销。'},
	nDevices: {
		en: {one: '{n} device', other: '{n} devices'},
		de: {one: '{n} Gerät', other: '{n} Geräte'}, zh: '{n} 台设备'},
	noProduct: {en: 'no product', de: 'ohne Produkt', zh: '无产品'},
	noCloud: {en: 'no cloud', de: 'ohne Cloud', zh: '无云'},
	// What can be done
	provision: {en: 'Provision now', de: 'Jetzt provisionieren', zh: '立即配置'},
	provisionText: {
		en: {one: 'The cloud is told which devices of {what} to expect. The devices themselves are not changed.',
			other: 'The clouds are told which devices of {n} batches to expect. The devices themselves are not changed.'},
		de: {one: 'Die Cloud erfährt, welche Geräte von {what} zu erwarten sind. Die Geräte selbst werden nicht verändert.',
			other: 'Die Clouds erfahren, welche Geräte von {n} Batches zu erwarten sind. Die Geräte selbst werden nicht verändert.'},
		zh: '云将得知应接纳 {what} 的哪些设备。设备本身不会改变。'},
	showPlan: {en: 'Show the plan', de: 'Plan zeigen', zh: '查看计划'},
	planReading: {
		en: 'The cloud is being read and compared. Nothing is changed.',
		de: 'Die Cloud wird gelesen und verglichen. Es wird nichts verändert.',
		zh: '正在读取并比对云，不作任何更改。'},
	planCounting: {
		en: 'The devices are being gone through. Nothing is changed.',
		de: 'Die Geräte werden durchgegangen. Es wird nichts verändert.',
		zh: '正在逐一检查设备，不作任何更改。'},
	planReady: {
		en: 'The plan is ready. Nothing was changed yet.', de: 'Der Plan ist fertig. Noch wurde nichts verändert.',
		zh: '计划已就绪，尚未作任何更改。'},
	planOf: {en: 'What would happen in {cloud}', de: 'Was in {cloud} geschehen würde', zh: '{cloud} 中将发生的更改'},
	planOwn: {
		en: 'This cloud cannot be asked what it holds: this is by our own record.',
		de: 'Diese Cloud lässt sich nicht fragen, was sie enthält: Dies stammt aus unseren Aufzeichnungen.',
		zh: '此云无法查询其内容，以上依据我们的记录。'},
	planNothing: {
		en: 'Nothing would change.', de: 'Es würde sich nichts ändern.', zh: '不会有任何更改。'},
	planCancelled: {en: 'The plan was cancelled.', de: 'Der Plan wurde abgebrochen.', zh: '计划已取消。'},
	moveTitle: {en: 'Move {what} to another cloud', de: '{what} in eine andere Cloud umziehen', zh: '将 {what} 迁移到其他云'},
	moveText: {
		en: 'The devices change from {from} to another cloud without a gap: at every moment at least one of the two lets them in.',
		de: 'Die Geräte wechseln ohne Lücke von {from} in eine andere Cloud: In jedem Augenblick lässt mindestens eine der beiden sie herein.',
		zh: '设备从 {from} 无缝迁移到另一朵云：任何时刻至少有一朵云接纳它们。'},
	moveStep1: {
		en: 'The new cloud is told of every device.', de: 'Die neue Cloud erfährt von jedem Gerät.',
		zh: '将每台设备告知新云。'},
	moveStep2: {
		en: 'If it does not take even one, the job stops here, and the old cloud keeps them all.',
		de: 'Nimmt sie auch nur eines nicht an, bleibt es dabei, und die alte Cloud behält alle.',
		zh: '只要有一台未被接受，任务即止于此，旧云保留全部设备。'},
	moveStep3: {
		en: 'When all are taken, they are removed from {from}.',
		de: 'Sind alle angenommen, werden sie aus {from} entfernt.',
		zh: '全部接受后，将其从 {from} 移除。'},
	moveTo: {en: 'To the cloud', de: 'In die Cloud', zh: '迁移到'},
	moveNow: {en: 'Move now', de: 'Jetzt umziehen', zh: '立即迁移'},
	doneMove: {en: 'The move has begun.', de: 'Der Umzug hat begonnen.', zh: '迁移已开始。'},
	noOtherCloud: {
		en: 'There is no other product cloud yet. Add one first.',
		de: 'Es gibt noch keine andere Produkt-Cloud. Fügen Sie zuerst eine hinzu.',
		zh: '还没有其他产品云，请先添加。'},
	removeTitle: {en: 'Remove {what} from {from}', de: '{what} aus {from} entfernen', zh: '从 {from} 移除 {what}'},
	removeText: {
		en: 'The cloud {from} lets the devices of {what} in no more. The batch stays yours, and stays in its other clouds.',
		de: 'Die Cloud {from} lässt die Geräte von {what} nicht mehr herein. Der Batch bleibt Ihrer und bleibt in seinen anderen Clouds.',
		zh: '云 {from} 将不再接纳 {what} 的设备。该批次仍归您所有，并保留在其他云中。'},
	removeNow: {en: 'Remove now', de: 'Jetzt entfernen', zh: '立即移除'},
	doneRemove: {en: 'The removal has begun.', de: 'Das Entfernen hat begonnen.', zh: '移除已开始。'},
	ownCloud: {en: 'The cloud of each batch', de: 'Die Cloud des jeweiligen Batches', zh: '各批次自己的云'},
	pickCloud: {en: 'Choose a cloud', de: 'Cloud wählen', zh: '请选择云'},
	noClouds: {
		en: 'There is no product cloud yet. Add one first.',
		de: 'Es gibt noch keine Produkt-Cloud. Fügen Sie zuerst eine hinzu.',
		zh: '还没有产品云，请先添加。'},
	toClouds: {en: 'To the product clouds', de: 'Zu den Produkt-Clouds', zh: '前往产品云'},
	change: {en: 'Change product or cloud', de: 'Produkt oder Cloud ändern', zh: '更改产品或云'},
	changeText: {
		en: 'This sends nothing to a cloud. Choose “Provision now” afterwards for that.',
		de: 'Dadurch wird nichts an eine Cloud geschickt. Wählen Sie dafür danach „Jetzt provisionieren“.',
		zh: '此操作不会向云发送任何内容。如需发送，请随后选择“立即配置”。'},
	keep: {en: 'Leave as it is', de: 'So lassen', zh: '保持不变'},
	without: {en: 'None', de: 'Keins', zh: '无'},
	withoutCloud: {en: 'None', de: 'Keine', zh: '无'},
	downloadManifest: {en: 'Download manifest', de: 'Manifest herunterladen', zh: '下载清单'},
	manifestText: {
		en: 'The manifest lists the birth certificate of every device.',
		de: 'Das Manifest enthält das Geburtszertifikat jedes Geräts.',
		zh: '清单列出每台设备的出生证书。'},
	form: {en: 'Format', de: 'Format', zh: '格式'},
	formCsv: {en: 'CSV: device, batch, certificate', de: 'CSV: Gerät, Batch, Zertifikat', zh: 'CSV：设备、批次、证书'},
	formJsonl: {en: 'JSON lines', de: 'JSON-Zeilen', zh: 'JSON 行'},
	formMicrochip: {en: 'Microchip’s signed JSON', de: 'Microchips signiertes JSON', zh: 'Microchip 签名 JSON'},
	zip: {en: 'As a ZIP archive, with signature', de: 'Als ZIP-Archiv, mit Signatur', zh: 'ZIP 压缩包（含签名）'},
	unbind: {en: 'Unbind', de: 'Bindung lösen', zh: '解除绑定'},
	unbindTitle: {
		en: {one: 'Unbind {what}?', other: 'Unbind {n} batches?'},
		de: {one: 'Bindung von {what} lösen?', other: 'Bindung von {n} Batches lösen?'},
		zh: '解除 {what} 的绑定？'},
	unbindText: {
		en: 'The batch no longer belongs to your account: whoever has the label can bind it. Its devices are removed from every cloud that knows them.',
		de: 'Der Batch gehört dann nicht mehr Ihrem Konto: Wer das Etikett hat, kann ihn binden. Seine Geräte werden aus jeder Cloud entfernt, die sie kennt.',
		zh: '该批次将不再属于您的账户：持有标签的任何人都可以绑定它。其设备将从所有已知云中移除。'},
	partly: {
		en: 'Done for {done} of {n}. Not for these:',
		de: 'Erledigt für {done} von {n}. Nicht für diese:',
		zh: '已完成 {done} / {n}，以下未完成：'},
	doneProvision: {
		en: {one: 'Provisioning has begun.', other: 'Provisioning of {n} batches has begun.'},
		de: {one: 'Das Provisionieren hat begonnen.', other: 'Das Provisionieren von {n} Batches hat begonnen.'},
		zh: '已开始配置 {n} 个批次。'},
	doneChange: {en: 'Changed', de: 'Geändert', zh: '已更改'},
	doneUnbind: {
		en: {one: 'Unbound. Its label can be scanned again.', other: '{n} batches unbound. Their labels can be scanned again.'},
		de: {one: 'Bindung gelöst. Das Etikett lässt sich erneut scannen.', other: '{n} Bindungen gelöst. Die Etiketten lassen sich erneut scannen.'},
		zh: '已解除 {n} 个批次的绑定，其标签可再次扫描。'},
});
