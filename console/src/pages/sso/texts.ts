// Texts of coming back from the provider.
import {define} from '../../i18n';

export const texts = define({
	title: {en: 'Signing you in', de: 'Sie werden angemeldet', zh: '正在登录'},
	wait: {
		en: 'The service checks with your provider who you are. This takes a moment.',
		de: 'Der Dienst prüft bei Ihrem Anbieter, wer Sie sind. Das dauert einen Moment.',
		zh: '服务正在向身份提供方核实您的身份，请稍候。'},
	slow: {
		en: 'Your provider takes long to answer. You can wait here, or begin again.',
		de: 'Ihr Anbieter braucht lange. Sie können hier warten oder noch einmal beginnen.',
		zh: '身份提供方响应较慢。您可以继续等待，或重新开始。'},
	failed: {en: 'Signing in did not work', de: 'Die Anmeldung hat nicht geklappt', zh: '登录未成功'},
});
