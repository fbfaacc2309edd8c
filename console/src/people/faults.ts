// What the service refuses when people sign in or are let in, in the reader's
// language.  What is not here is told as the service said it.
import {Problem} from '../api/client';
import {useI18n, type Text} from '../i18n';

const texts: Readonly<Record<string, Text>> = {
	'login-refused': {
		en: 'E-mail address and password do not match.',
		de: 'E-Mail-Adresse und Passwort passen nicht zusammen.',
		zh: '电子邮件地址与密码不匹配。'},
	'password-wrong': {
		en: 'The password is not right.',
		de: 'Das Passwort stimmt nicht.',
		zh: '密码不正确。'},
	'code-wrong': {
		en: 'This code is not right. Wait for the next one, and check the clock of your phone.',
		de: 'Dieser Code stimmt nicht. Warten Sie auf den nächsten, und prüfen Sie die Uhr Ihres Telefons.',
		zh: '验证码不正确。请等待下一个验证码，并检查手机时间是否准确。'},
	'password-too-short': {
		en: 'The password needs at least 10 characters.',
		de: 'Das Passwort braucht mindestens 10 Zeichen.',
		zh: '密码至少需要 10 个字符。'},
	'password-too-long': {
		en: 'The password is too long: 128 characters are the most, fewer with special letters.',
		de: 'Das Passwort ist zu lang: höchstens 128 Zeichen, weniger mit besonderen Buchstaben.',
		zh: '密码过长：最多 128 个字符，使用特殊文字时更少。'},
	'password-too-easy': {
		en: 'This password is too easy to guess: it repeats itself, counts, or is about you. Choose another.',
		de: 'Dieses Passwort ist zu leicht zu erraten: Es wiederholt sich, zählt nur oder handelt von Ihnen. Wählen Sie ein anderes.',
		zh: '该密码太容易被猜到：它有重复、只是顺序字符，或与您本人相关。请另选一个。'},
	'password-common': {
		en: 'This password is one that many people use. Choose another.',
		de: 'Dieses Passwort benutzen viele. Wählen Sie ein anderes.',
		zh: '该密码使用者众多，请另选一个。'},
	'passkey-refused': {
		en: 'This passkey was not accepted. Use another one, or your password.',
		de: 'Dieser Passkey wurde nicht angenommen. Nehmen Sie einen anderen oder Ihr Passwort.',
		zh: '此通行密钥未被接受。请使用其他通行密钥或密码。'},
	'passkey-cloned': {
		en: 'There seems to be a copy of this passkey. Log in with your password, remove it and add a new one.',
		de: 'Von diesem Passkey scheint es eine Kopie zu geben. Melden Sie sich mit dem Passwort an, entfernen Sie ihn und fügen Sie einen neuen hinzu.',
		zh: '此通行密钥似乎存在副本。请使用密码登录，将其移除后重新添加。'},
	'passkey-challenge': {
		en: 'That took too long. Please begin again.',
		de: 'Das hat zu lange gedauert. Bitte beginnen Sie noch einmal.',
		zh: '操作超时，请重新开始。'},
	'passkey-known': {
		en: 'This passkey is yours already.',
		de: 'Diesen Passkey haben Sie schon hinzugefügt.',
		zh: '此通行密钥已添加过。'},
	'passkeys-full': {
		en: 'You have as many passkeys as one person may have. Remove one first.',
		de: 'Sie haben so viele Passkeys, wie eine Person haben darf. Entfernen Sie erst einen.',
		zh: '您的通行密钥数量已达上限，请先移除一个。'},
	'passkey-stopped': {
		en: 'The device stopped, or it took too long. Try again.',
		de: 'Das Gerät hat abgebrochen, oder es hat zu lange gedauert. Versuchen Sie es erneut.',
		zh: '设备已中止操作或操作超时，请重试。'},
	'passkeys-need-a-name': {
		en: 'Passkeys need a service with a name in its address. Ask the operators of the service.',
		de: 'Passkeys brauchen einen Dienst mit einem Namen in der Adresse. Fragen Sie den Betrieb des Dienstes.',
		zh: '通行密钥要求服务通过域名访问。请联系服务运维人员。'},
	'passkey-impossible': {
		en: 'This browser cannot use passkeys at this address.',
		de: 'Dieser Browser kann an dieser Adresse keine Passkeys verwenden.',
		zh: '此浏览器在该地址无法使用通行密钥。'},
	'no-password': {
		en: 'You have no password here, because you sign in at your provider.',
		de: 'Sie haben hier kein Passwort, weil Sie sich bei Ihrem Anbieter anmelden.',
		zh: '您通过身份提供方登录，在此没有密码。'},
	'totp-on': {
		en: 'One-time codes are on already.',
		de: 'Einmalcodes sind schon eingeschaltet.',
		zh: '一次性验证码已经启用。'},
	'totp-off': {
		en: 'One-time codes are off.',
		de: 'Einmalcodes sind ausgeschaltet.',
		zh: '一次性验证码已停用。'},
	'totp-not-begun': {
		en: 'That took too long. Close this and begin again.',
		de: 'Das hat zu lange gedauert. Schließen Sie dies und beginnen Sie noch einmal.',
		zh: '操作超时。请关闭后重新开始。'},
	'invitation-unknown': {
		en: 'This invitation is unknown, was used, or has expired. Ask for a new one.',
		de: 'Diese Einladung ist unbekannt, benutzt oder abgelaufen. Bitten Sie um eine neue.',
		zh: '此邀请无效、已使用或已过期。请重新索取。'},
	'invitation-other-address': {
		en: 'The invitation is for another e-mail address than the one you have signed in with. Sign in with that one, or ask for an invitation to yours.',
		de: 'Die Einladung gilt für eine andere E-Mail-Adresse als die, mit der Sie sich angemeldet haben. Melden Sie sich mit jener an, oder bitten Sie um eine Einladung für Ihre.',
		zh: '该邀请对应的电子邮件地址与您登录所用的不同。请用该地址登录，或索取发给您本人的邀请。'},
	'already-member': {
		en: 'You have a role there already. An administrator can change it.',
		de: 'Sie haben dort schon eine Rolle. Eine Administratorin oder ein Administrator kann sie ändern.',
		zh: '您在该处已有角色，可请管理员更改。'},
	'link-invalid': {
		en: 'This link is unknown, was used, or has expired. Ask for a new one.',
		de: 'Dieser Link ist unbekannt, benutzt oder abgelaufen. Bitten Sie um einen neuen.',
		zh: '此链接无效、已使用或已过期。请重新索取。'},
	'last-administrator': {
		en: 'This is the last administrator. Make somebody else administrator first.',
		de: 'Das ist die letzte Person mit Administrationsrechten. Geben Sie diese Rolle zuerst jemand anderem.',
		zh: '这是最后一位管理员。请先将管理员角色授予其他人。'},
	'member-elsewhere': {
		en: 'This person also has roles where you are no administrator. Ask the operators of the service for the link.',
		de: 'Diese Person hat auch Rollen, wo Sie nicht administrieren. Bitten Sie den Betrieb des Dienstes um den Link.',
		zh: '此人在您不管理的其他地方也有角色。请向服务运维人员索取链接。'},
	'reset-self': {
		en: 'Change your own password on your own page, with the old one.',
		de: 'Ändern Sie Ihr eigenes Passwort auf Ihrer eigenen Seite, mit dem alten.',
		zh: '请在您的个人页面使用旧密码修改自己的密码。'},
	'bad-email': {
		en: 'This is no e-mail address. Write it like name@company.com.',
		de: 'Das ist keine E-Mail-Adresse. Schreiben Sie sie wie name@firma.de.',
		zh: '这不是有效的电子邮件地址。请按 name@company.com 的格式填写。'},
	'sso-state': {
		en: 'This answer does not belong to a login of this browser. Sign in again.',
		de: 'Diese Antwort gehört zu keiner Anmeldung dieses Browsers. Melden Sie sich noch einmal an.',
		zh: '此响应不属于本浏览器的登录。请重新登录。'},
	'sso-expired': {
		en: 'This login is too old or was used already. Sign in again.',
		de: 'Diese Anmeldung ist zu alt oder wurde schon benutzt. Melden Sie sich noch einmal an.',
		zh: '此次登录已过期或已使用。请重新登录。'},
	'sso-denied': {
		en: 'The provider did not let you in, or you cancelled there.',
		de: 'Der Anbieter hat Sie nicht hereingelassen, oder Sie haben dort abgebrochen.',
		zh: '身份提供方未允许登录，或您已在该处取消。'},
	'sso-refused': {
		en: 'The answer of the provider could not be accepted. Sign in again; if it stays so, ask an administrator, who finds the reason in the service’s log.',
		de: 'Die Antwort des Anbieters wurde nicht angenommen. Melden Sie sich noch einmal an; bleibt es so, fragen Sie den Betrieb: Der Grund steht im Log des Dienstes.',
		zh: '身份提供方的响应未被接受。请重新登录；若仍失败，请联系管理员，原因记录在服务日志中。'},
	'sso-email-unverified': {
		en: 'The provider has not verified your e-mail address. Verify it there, then sign in again.',
		de: 'Der Anbieter hat Ihre E-Mail-Adresse nicht bestätigt. Bestätigen Sie sie dort, und melden Sie sich dann noch einmal an.',
		zh: '身份提供方尚未验证您的电子邮件地址。请先在该处验证，然后重新登录。'},
	'sso-unavailable': {
		en: 'The provider does not answer as it should. Try again later.',
		de: 'Der Anbieter antwortet nicht, wie er sollte. Versuchen Sie es später noch einmal.',
		zh: '身份提供方未正常响应，请稍后重试。'},
	'sso-busy': {
		en: 'Too many are signing in right now. Wait a minute, then try again.',
		de: 'Gerade melden sich zu viele an. Warten Sie eine Minute, und versuchen Sie es dann noch einmal.',
		zh: '当前登录人数过多。请稍候一分钟再试。'},
	'sso-not-invited': {
		en: 'Nobody here has your e-mail address. Ask an administrator for an invitation.',
		de: 'Ihre E-Mail-Adresse kennt hier niemand. Bitten Sie um eine Einladung.',
		zh: '此处没有使用您电子邮件地址的用户。请联系管理员获取邀请。'},
	'sso-other-identity': {
		en: 'The user with your e-mail address belongs to somebody else at the provider. Ask an administrator.',
		de: 'Die Person mit Ihrer E-Mail-Adresse ist beim Anbieter jemand anderes. Wenden Sie sich an den Betrieb.',
		zh: '使用您电子邮件地址的用户在身份提供方对应另一个身份。请联系管理员。'},
	'sso-off': {
		en: 'Nobody signs in at another provider here.',
		de: 'Hier meldet sich niemand bei einem anderen Anbieter an.',
		zh: '此处未启用通过身份提供方登录。'},
};

// The same problem with a sentence in the reader's language.
export function useSaid(): (p: Problem | undefined) => Problem | undefined {
	const {t} = useI18n();
	return (p) => {
		const text = p && texts[p.code];
		return p && text && !(p.status === 429 && p.retryAfterS > 0) ?
			new Problem(p.code, t(text), p.status, p.retryAfterS, p.line) : p;
	};
}

export const isPasswordFault = (p: Problem | undefined): boolean =>
	p !== undefined && (p.code === 'password-common' || p.code.startsWith('password-too-'));
