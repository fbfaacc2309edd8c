// Texts of the page behind a label.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Bind this reel', de: 'Diese Rolle binden', zh: '绑定此卷盘'},
	bind: {en: 'Bind', de: 'Binden', zh: '绑定'},
	codeThere: {en: 'Claim code read', de: 'Claim-Code gelesen', zh: '已读取认领码'},
	codeWrong: {
		en: 'The claim code in the address is damaged. Type it as it is printed on the label.',
		de: 'Der Claim-Code in der Adresse ist beschädigt. Tippen Sie ihn so, wie er auf dem Etikett steht.',
		zh: '网址中的认领码已损坏，请按标签上的印刷内容输入。'},
	codeMissing: {
		en: 'Most reels need the claim code printed on the label.',
		de: 'Die meisten Rollen brauchen den Claim-Code vom Etikett.',
		zh: '大多数卷盘需要输入标签上印刷的认领码。'},
	noLabel: {en: 'This is not a label', de: 'Das ist kein Etikett', zh: '这不是标签'},
	noLabelText: {
		en: 'The address may be cut off. Scan the label again, or type what is printed on it.',
		de: 'Die Adresse ist vielleicht abgeschnitten. Scannen Sie das Etikett noch einmal, oder tippen Sie, was darauf steht.',
		zh: '网址可能不完整。请重新扫描标签，或输入标签上印刷的内容。'},
});
