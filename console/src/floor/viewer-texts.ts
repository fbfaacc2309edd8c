// Texts of the camera's picture.
import {define} from '../i18n';

export const viewerTexts = define({
	picture: {en: 'Picture of the camera', de: 'Bild der Kamera', zh: '摄像头画面'},
	starting: {en: 'The camera is starting…', de: 'Die Kamera startet …', zh: '正在启动摄像头…'},
	noPicture: {en: 'No camera picture', de: 'Kein Kamerabild', zh: '没有摄像头画面'},
	refused: {
		en: 'This page may not use the camera. Allow it in the browser (the sign beside the address), then try again. Or take a photo, or type the label.',
		de: 'Diese Seite darf die Kamera nicht benutzen. Erlauben Sie es im Browser (Zeichen neben der Adresse), und versuchen Sie es erneut. Oder nehmen Sie ein Foto, oder tippen Sie das Etikett.',
		zh: '此页面无权使用摄像头。请在浏览器地址栏旁的图标中允许，然后重试；也可以拍照或手动输入标签。'},
	absent: {
		en: 'There is no camera. Take a photo with another device and choose it here, or type the label.',
		de: 'Hier ist keine Kamera. Wählen Sie ein Foto, oder tippen Sie das Etikett.',
		zh: '未找到摄像头。请选择照片，或手动输入标签。'},
	busy: {
		en: 'Another program uses the camera. Close it, then try again. Or take a photo, or type the label.',
		de: 'Ein anderes Programm benutzt die Kamera. Schließen Sie es, und versuchen Sie es erneut. Oder nehmen Sie ein Foto, oder tippen Sie das Etikett.',
		zh: '摄像头正被其他程序占用。请关闭该程序后重试；也可以使用照片或手动输入标签。'},
	insecure: {
		en: 'Browsers give the camera to pages with https only. Open this page by its https address, or type the label.',
		de: 'Browser geben die Kamera nur Seiten mit https. Öffnen Sie diese Seite mit ihrer https-Adresse, oder tippen Sie das Etikett.',
		zh: '浏览器只允许 https 页面使用摄像头。请用 https 地址打开此页面，或手动输入标签。'},
	broken: {
		en: 'The camera does not work. Try again, take a photo, or type the label.',
		de: 'Die Kamera funktioniert nicht. Versuchen Sie es erneut, nehmen Sie ein Foto, oder tippen Sie das Etikett.',
		zh: '摄像头无法使用。请重试、拍照，或手动输入标签。'},
	readerBroken: {
		en: 'The scanner could not be loaded. Reload the page, or type the label.',
		de: 'Der Scanner ließ sich nicht laden. Laden Sie die Seite neu, oder tippen Sie das Etikett.',
		zh: '扫描程序无法加载。请刷新页面，或手动输入标签。'},
	retry: {en: 'Try the camera again', de: 'Kamera erneut versuchen', zh: '重试摄像头'},
	lightOn: {en: 'Light on', de: 'Licht an', zh: '开灯'},
	lightOff: {en: 'Light off', de: 'Licht aus', zh: '关灯'},
	camera: {en: 'Camera', de: 'Kamera', zh: '摄像头'},
	cameraN: {en: 'Camera {n}', de: 'Kamera {n}', zh: '摄像头 {n}'},
});
