// What the audit log calls things, in words; and where each can happen.
import type {Text} from '../../i18n';
import type {Scope} from '../../people/scope';

interface Action {
	text: Text;
	in: readonly Scope['kind'][];
}

const everywhere: readonly Scope['kind'][] = ['account', 'vendor', 'service'];
const account: readonly Scope['kind'][] = ['account', 'service'];
const vendor: readonly Scope['kind'][] = ['vendor', 'service'];
const service: readonly Scope['kind'][] = ['service'];
const action = (where: readonly Scope['kind'][], en: string, de: string, zh: string): Action =>
	({in: where, text: {en, de, zh}});

export const actions: Readonly<Record<string, Action>> = {
	'bind': action(account, 'Reel bound', 'Rolle gebunden', '绑定卷盘'),
	'unbind': action(account, 'Reel unbound', 'Bindung gelöst', '解除绑定'),
	'claim-alarm': action(account, 'Alarm: claim codes guessed', 'Alarm: Claim-Codes geraten', '警报：有人猜测认领码'),
	'batch-change': action(account, 'Batch changed', 'Batch geändert', '更改批次'),
	'manifest-export': action(account, 'Manifest downloaded', 'Manifest heruntergeladen', '下载清单'),
	'provision': action(account, 'Provisioning begun', 'Bereitstellung begonnen', '开始配置'),
	'job-end': action(account, 'Provisioning ended', 'Bereitstellung beendet', '配置结束'),
	'job-retry': action(account, 'Provisioning tried again', 'Bereitstellung wiederholt', '重试配置'),
	'job-cancel': action(account, 'Provisioning cancelled', 'Bereitstellung abgebrochen', '取消配置'),
	'cloud-create': action(account, 'Product cloud added', 'Produkt-Cloud angelegt', '添加产品云'),
	'cloud-update': action(account, 'Product cloud changed', 'Produkt-Cloud geändert', '更改产品云'),
	'cloud-delete': action(account, 'Product cloud removed', 'Produkt-Cloud entfernt', '移除产品云'),
	'test': action(account, 'Product cloud tested', 'Produkt-Cloud geprüft', '测试产品云'),
	'product-add': action(account, 'Product added', 'Produkt angelegt', '添加产品'),
	'product-change': action(account, 'Product renamed', 'Produkt umbenannt', '重命名产品'),
	'product-delete': action(account, 'Product removed', 'Produkt entfernt', '移除产品'),
	'account-create': action(account, 'Account made', 'Konto angelegt', '创建账户'),
	'account-update': action(account, 'Account settings changed', 'Kontoeinstellungen geändert', '更改账户设置'),
	'upload': action(vendor, 'Upload begun', 'Hochladen begonnen', '开始上传'),
	'upload-cancel': action(vendor, 'Upload cancelled', 'Hochladen abgebrochen', '取消上传'),
	'publish-request': action(vendor, 'Publishing asked for', 'Veröffentlichung angefordert', '请求发布'),
	'publish': action(vendor, 'Manifest published', 'Manifest veröffentlicht', '发布清单'),
	'invite': action(everywhere, 'Invitation made', 'Einladung erstellt', '发出邀请'),
	'invite-remove': action(everywhere, 'Invitation withdrawn', 'Einladung zurückgezogen', '撤回邀请'),
	'invite-accept': action(everywhere, 'Invitation accepted', 'Einladung angenommen', '接受邀请'),
	'member-role': action(everywhere, 'Role changed', 'Rolle geändert', '更改角色'),
	'member-remove': action(everywhere, 'Member removed', 'Person entfernt', '移除成员'),
	'reset': action(everywhere, 'Password link made', 'Passwort-Link erstellt', '生成重置链接'),
	'token-create': action(everywhere, 'API token made', 'API-Token erstellt', '创建 API 令牌'),
	'token-revoke': action(everywhere, 'API token revoked', 'API-Token widerrufen', '吊销 API 令牌'),
	'audit-export': action(everywhere, 'Audit log exported', 'Audit-Protokoll exportiert', '导出审计日志'),
	'access': action(everywhere, 'Access', 'Zugriff', '访问'),
	'login': action(service, 'Login', 'Anmeldung', '登录'),
	'logout': action(service, 'Logout', 'Abmeldung', '退出登录'),
	'user-rename': action(service, 'Name changed', 'Name geändert', '修改姓名'),
	'password-change': action(service, 'Password changed', 'Passwort geändert', '更改密码'),
	'reset-accept': action(service, 'Password set by link', 'Passwort per Link gesetzt', '通过链接重置密码'),
	'totp-begin': action(service, 'One-time codes begun', 'Einmalcodes begonnen', '开始设置验证码'),
	'totp-on': action(service, 'One-time codes turned on', 'Einmalcodes eingeschaltet', '启用验证码'),
	'totp-off': action(service, 'One-time codes turned off', 'Einmalcodes ausgeschaltet', '停用验证码'),
	'recovery-codes': action(service, 'Recovery codes made anew', 'Wiederherstellungscodes erneuert', '重新生成恢复码'),
	'passkey-add': action(service, 'Passkey added', 'Passkey hinzugefügt', '添加通行密钥'),
	'passkey-remove': action(service, 'Passkey removed', 'Passkey entfernt', '移除通行密钥'),
	'sso-link': action(service, 'User tied to the provider', 'Person mit dem Anbieter verknüpft', '关联身份提供方'),
	'vendor-add': action(service, 'Vendor added', 'Hersteller angelegt', '添加厂商'),
	'vendor-ca-add': action(vendor, 'CA registered', 'CA eingetragen', '登记 CA'),
	'vendor-ca-retire': action(vendor, 'CA retired', 'CA außer Dienst gestellt', '停用 CA'),
	'vendor-responder': action(vendor, 'OCSP delegated to the service', 'OCSP an den Dienst übertragen', '委托本服务应答 OCSP'),
	'vendor-crl': action(vendor, 'Revocation list published', 'Sperrliste veröffentlicht', '发布吊销列表'),
	'bootstrap': action(service, 'Service set up', 'Dienst eingerichtet', '初始化服务'),
};
