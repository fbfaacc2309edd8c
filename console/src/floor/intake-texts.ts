// Texts of the ways a code comes in.
import {define} from '../i18n';

export const intakeTexts = define({
	hold: {
		en: 'Hold the label’s square code into the picture.',
		de: 'Halten Sie den quadratischen Code des Etiketts ins Bild.',
		zh: '将标签上的二维码对准画面。'},
	which: {
		en: 'Several labels. Tap the one that you mean.',
		de: 'Mehrere Etiketten. Tippen Sie auf das gemeinte.',
		zh: '画面中有多个标签，请点选需要的一个。'},
	noneOfThem: {en: 'None of them', de: 'Keines davon', zh: '都不是'},
	photo: {en: 'Photo', de: 'Foto', zh: '照片'},
	type: {en: 'Type', de: 'Tippen', zh: '手动输入'},
	reading: {en: 'Reading the photo…', de: 'Das Foto wird gelesen …', zh: '正在读取照片…'},
	photoEmpty: {
		en: 'There is no readable code in this photo. Take it closer, sharper and without glare.',
		de: 'In diesem Foto ist kein lesbarer Code. Fotografieren Sie näher, schärfer und ohne Spiegelung.',
		zh: '照片中没有可读取的码。请靠近、对焦清晰并避免反光后重新拍摄。'},
	photoBroken: {
		en: 'This file is not a picture that the browser can open.',
		de: 'Diese Datei ist kein Bild, das der Browser öffnen kann.',
		zh: '浏览器无法打开此图片文件。'},
});
