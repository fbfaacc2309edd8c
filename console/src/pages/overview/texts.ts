// Texts of an account's overview.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Overview', de: 'Übersicht', zh: '概览'},
	totals: {
		en: 'Batches {batches} · Devices {devices} · Provisioned {provisioned} · Seen {seen}',
		de: 'Batches {batches} · Geräte {devices} · Provisioniert {provisioned} · Gesehen {seen}',
		zh: '{batches} 个批次，{devices} 台设备，{provisioned} 台已配置，{seen} 台已出现'},
	since: {en: 'Since yesterday', de: 'Seit gestern', zh: '自昨天以来'},
	sinceHint: {en: 'The last 24 hours', de: 'Die letzten 24 Stunden', zh: '最近 24 小时'},
	batchesBound: {en: 'Batches bound', de: 'Batches gebunden', zh: '绑定的批次'},
	devicesBound: {en: 'Devices bound', de: 'Geräte gebunden', zh: '绑定的设备'},
	devicesProvisioned: {en: 'Devices provisioned', de: 'Geräte provisioniert', zh: '配置的设备'},
	devicesFailed: {en: 'Devices that failed', de: 'Geräte fehlgeschlagen', zh: '失败的设备'},
	devicesSeen: {en: 'Devices first seen', de: 'Geräte erstmals gesehen', zh: '首次出现的设备'},
	attention: {en: 'What needs attention', de: 'Was Aufmerksamkeit braucht', zh: '需要关注'},
	calm: {en: 'Nothing needs attention', de: 'Nichts braucht Aufmerksamkeit', zh: '没有需要关注的事项'},
	calmText: {
		en: 'Every job is done or under way, and every cloud answers.',
		de: 'Jeder Auftrag ist erledigt oder läuft, und jede Cloud antwortet.',
		zh: '所有任务均已完成或正在进行，所有云均有响应。'},
	jobFailed: {
		en: 'Provisioning to {name} failed.', de: 'Das Provisionieren für {name} ist fehlgeschlagen.',
		zh: '向 {name} 的配置失败。'},
	jobFailedDo: {en: 'Look at the batch', de: 'Batch ansehen', zh: '查看批次'},
	jobWaiting: {
		en: {one: '{n} job waits for {name}, which does not answer as it should.', other: '{n} jobs wait for {name}, which does not answer as it should.'},
		de: {one: '{n} Auftrag wartet auf {name}; diese Cloud antwortet nicht, wie sie soll.', other: '{n} Aufträge warten auf {name}; diese Cloud antwortet nicht, wie sie soll.'},
		zh: '{n} 个任务在等待 {name}，该云响应异常。'},
	jobWaitingDo: {en: 'Test the cloud', de: 'Cloud testen', zh: '测试云'},
	devicesFailedOf: {
		en: {one: '{n} device of {target} was not taken by its cloud.', other: '{n} devices of {target} were not taken by their cloud.'},
		de: {one: '{n} Gerät von {target} wurde von seiner Cloud nicht angenommen.', other: '{n} Geräte von {target} wurden von ihrer Cloud nicht angenommen.'},
		zh: '{target} 中有 {n} 台设备未被云接受。'},
	devicesFailedDo: {en: 'See why and retry', de: 'Gründe sehen und wiederholen', zh: '查看原因并重试'},
	cloudOpen: {
		en: '{name} does not answer as it should; nothing is sent there for now (interrupted {when}).',
		de: '{name} antwortet nicht, wie sie soll; zurzeit wird nichts dorthin geschickt (unterbrochen {when}).',
		zh: '{name} 响应异常，目前不向其发送任何内容（{when}中断）。'},
	cloudOpenDo: {en: 'See why', de: 'Grund ansehen', zh: '查看原因'},
	devicesConflict: {
		en: {one: '{n} device of {target} is in conflict: {name} knows another key by its name.', other: '{n} devices of {target} are in conflict: {name} knows other keys by their names.'},
		de: {one: '{n} Gerät von {target} steht im Konflikt: {name} kennt unter seinem Namen einen anderen Schlüssel.', other: '{n} Geräte von {target} stehen im Konflikt: {name} kennt unter ihren Namen andere Schlüssel.'},
		zh: '{target} 中有 {n} 台设备存在冲突：{name} 以其名称登记了其他密钥。'},
	devicesConflictDo: {en: 'Look into it', de: 'Ansehen', zh: '查看'},
	unprovisioned: {
		en: {one: '{n} batch for {name} is not provisioned.', other: '{n} batches for {name} are not provisioned.'},
		de: {one: '{n} Batch für {name} ist nicht provisioniert.', other: '{n} Batches für {name} sind nicht provisioniert.'},
		zh: '{name} 有 {n} 个批次尚未配置。'},
	unprovisionedDo: {en: 'Show and provision', de: 'Zeigen und provisionieren', zh: '查看并配置'},
	cloudSilent: {
		en: 'The gate of {name} has not asked since {when}.', de: 'Das Gate von {name} hat seit {when} nicht gefragt.',
		zh: '{name} 的网关自 {when} 起未再请求。'},
	cloudSilentDo: {en: 'Look at the cloud', de: 'Cloud ansehen', zh: '查看云'},
	tokenExpiring: {
		en: 'The API token “{name}” expires on {when}.', de: 'Das API-Token „{name}“ läuft am {when} ab.',
		zh: 'API 令牌“{name}”将于 {when} 过期。'},
	tokenExpiringDo: {en: 'Make a new one', de: 'Neues anlegen', zh: '新建令牌'},
	claimAlarm: {
		en: 'Somebody tried wrong claim codes for {target}.', de: 'Jemand hat für {target} falsche Claim-Codes versucht.',
		zh: '有人对 {target} 尝试了错误的认领码。'},
	claimAlarmDo: {en: 'See who', de: 'Sehen, wer', zh: '查看来源'},
	noProduct: {
		en: {one: '{n} batch has no product.', other: '{n} batches have no product.'},
		de: {one: '{n} Batch hat kein Produkt.', other: '{n} Batches haben kein Produkt.'},
		zh: '{n} 个批次没有产品。'},
	noProductDo: {en: 'Choose products', de: 'Produkte wählen', zh: '选择产品'},
	noCloud: {
		en: {one: '{n} batch has no product cloud.', other: '{n} batches have no product cloud.'},
		de: {one: '{n} Batch hat keine Produkt-Cloud.', other: '{n} Batches haben keine Produkt-Cloud.'},
		zh: '{n} 个批次没有产品云。'},
	noCloudDo: {en: 'Choose clouds', de: 'Clouds wählen', zh: '选择云'},
	charts: {en: 'Day by day', de: 'Tag für Tag', zh: '每日趋势'},
	range: {en: 'How many days', de: 'Wie viele Tage', zh: '天数'},
	days: {en: '{n} days', de: '{n} Tage', zh: '{n} 天'},
	chartSays: {
		en: '{what}: {sum} in {n} days, most on {day}: {most}',
		de: '{what}: {sum} in {n} Tagen, am meisten am {day}: {most}',
		zh: '{what}：{n} 天内共 {sum}，{day} 最多：{most}'},
	chartNone: {en: '{what}: none in {n} days', de: '{what}: keine in {n} Tagen', zh: '{what}：{n} 天内无'},
	asTable: {en: 'The same as a table', de: 'Dasselbe als Tabelle', zh: '以表格显示'},
	day: {en: 'Day (UTC)', de: 'Tag (UTC)', zh: '日期（UTC）'},
	first: {en: 'First steps', de: 'Erste Schritte', zh: '入门步骤'},
	firstText: {
		en: 'Four steps to the first devices. In any order; the last one is enough to begin.',
		de: 'Vier Schritte zu den ersten Geräten. In beliebiger Reihenfolge; für den Anfang genügt der letzte.',
		zh: '四步即可拥有首批设备。顺序不限，仅完成最后一步也可开始。'},
	stepProduct: {en: 'Make a product', de: 'Produkt anlegen', zh: '创建产品'},
	stepProductText: {
		en: 'A product line, for example “Dishwasher DW-9”. Every batch belongs to one.',
		de: 'Eine Produktlinie, zum Beispiel „Geschirrspüler DW-9“. Jeder Batch gehört zu einer.',
		zh: '一条产品线，例如“洗碗机 DW-9”，每个批次归属其一。'},
	stepCloud: {en: 'Add a product cloud', de: 'Produkt-Cloud hinzufügen', zh: '添加产品云'},
	stepCloudText: {
		en: 'Where the devices will connect. It learns which ones to expect.',
		de: 'Wohin sich die Geräte verbinden werden. Sie erfährt, welche zu erwarten sind.',
		zh: '设备将要连接的云，它会得知应接纳哪些设备。'},
	stepOperator: {en: 'Invite an operator', de: 'Bindung ans Werk geben', zh: '邀请操作员'},
	stepOperatorText: {
		en: 'Who opens the boxes scans the labels, with a phone and no other rights.',
		de: 'Wer die Schachteln öffnet, scannt die Etiketten: mit einem Telefon und ohne weitere Rechte.',
		zh: '开箱的人用手机扫描标签，无需其他权限。'},
	stepBind: {en: 'Bind the first reel', de: 'Erste Rolle binden', zh: '绑定第一个卷盘'},
	stepBindText: {
		en: 'Scan the label in the box of a reel. Its devices belong to you from then on.',
		de: 'Scannen Sie das Etikett in der Schachtel einer Rolle. Ihre Geräte gehören dann Ihnen.',
		zh: '扫描卷盘包装内的标签，其设备此后即归您所有。'},
	stepDone: {en: 'done', de: 'erledigt', zh: '已完成'},
	emptyTitle: {en: 'No reel is bound yet', de: 'Noch ist keine Rolle gebunden', zh: '尚未绑定卷盘'},
	emptyText: {
		en: 'When an administrator or operator binds the first one, its devices are counted here.',
		de: 'Sobald die Administration oder das Werk die erste bindet, werden ihre Geräte hier gezählt.',
		zh: '管理员或操作员绑定第一个卷盘后，此处将统计其设备。'},
});
