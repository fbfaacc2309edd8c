// Texts of the products.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Products', de: 'Produkte', zh: '产品'},
	sub: {
		en: 'What your devices are. Each reel is bound to one product, and your cloud learns which.',
		de: 'Was Ihre Geräte sind. Jede Rolle wird an ein Produkt gebunden, und Ihre Cloud erfährt, an welches.',
		zh: '您的设备属于哪种产品。每个卷盘绑定到一个产品，您的云会随之得知。'},
	add: {en: 'New product', de: 'Neues Produkt', zh: '新建产品'},
	name: {en: 'Name of the product', de: 'Name des Produkts', zh: '产品名称'},
	nameHint: {
		en: 'As your company calls it, for example “Dishwasher DW-9”. Devices are introduced to your cloud by this name.',
		de: 'So, wie Ihr Unternehmen es nennt, zum Beispiel „Geschirrspüler DW-9“. Unter diesem Namen erfährt Ihre Cloud von den Geräten.',
		zh: '贵公司使用的名称，例如“洗碗机 DW-9”。设备将以此名称介绍给您的云。'},
	made: {en: 'Made', de: 'Angelegt', zh: '创建时间'},
	batches: {en: 'Its batches', de: 'Seine Batches', zh: '相关批次'},
	rename: {en: 'Rename', de: 'Umbenennen', zh: '重命名'},
	renameOf: {en: 'Rename {name}', de: '{name} umbenennen', zh: '重命名 {name}'},
	removeOf: {en: 'Remove {name}', de: '{name} entfernen', zh: '移除 {name}'},
	removeText: {
		en: 'Only a product without bound batches can be removed. This cannot be undone.',
		de: 'Nur ein Produkt ohne gebundene Batches lässt sich entfernen. Das lässt sich nicht rückgängig machen.',
		zh: '只有没有绑定批次的产品才能移除，且无法撤销。'},
	empty: {en: 'No products yet', de: 'Noch keine Produkte', zh: '还没有产品'},
	emptyText: {
		en: 'Make the first one; reels can then be bound to it.',
		de: 'Legen Sie das erste an; dann lassen sich Rollen daran binden.',
		zh: '请先新建一个产品，之后即可将卷盘绑定到它。'},
	isDefault: {en: 'preset', de: 'voreingestellt', zh: '默认'},
	saved: {en: 'Saved', de: 'Gespeichert', zh: '已保存'},
	removed: {en: 'Removed', de: 'Entfernt', zh: '已移除'},
});
