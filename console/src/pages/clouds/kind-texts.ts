// Texts of the kinds of clouds, and of the fields that each wants.
import {define, type Text} from '../../i18n';

export const kindTexts = define({
	templates: {
		en: 'What to set up there, with ready templates of the least rights, is told in',
		de: 'Was dort einzurichten ist, mit fertigen Vorlagen für die geringsten Rechte, steht in',
		zh: '云端的设置方法及最小权限模板见'},
	document: {
		en: 'How to set it up is told in', de: 'Wie sie eingerichtet wird, steht in', zh: '设置方法见'},
	aws: {en: 'AWS IoT Core', de: 'AWS IoT Core', zh: 'AWS IoT Core'},
	awsAbout: {
		en: 'Certificates, things and policies are written in your AWS account directly.',
		de: 'Zertifikate, Things und Richtlinien werden direkt in Ihrem AWS-Konto angelegt.',
		zh: '直接在您的 AWS 账户中写入证书、事物和策略。'},
	hub: {en: 'Azure IoT Hub', de: 'Azure IoT Hub', zh: 'Azure IoT Hub'},
	hubAbout: {
		en: 'Each device becomes an identity of your IoT Hub, with the fingerprints of its certificates.',
		de: 'Jedes Gerät wird zu einer Identität in Ihrem IoT Hub, mit den Fingerabdrücken seiner Zertifikate.',
		zh: '每台设备成为您 IoT Hub 中的一个标识，附带其证书指纹。'},
	dps: {en: 'Azure Device Provisioning Service', de: 'Azure Device Provisioning Service', zh: 'Azure 设备预配服务'},
	dpsAbout: {
		en: 'Each device gets an enrolment of its own; the service sends it to the right IoT Hub. A device that is there already stays there: add the hub as a cloud too.',
		de: 'Jedes Gerät bekommt eine eigene Registrierung; der Dienst schickt es zum passenden IoT Hub. Ein Gerät, das dort schon ist, bleibt dort: Fügen Sie den Hub auch als Cloud hinzu.',
		zh: '每台设备获得单独的注册，由该服务将其分配到合适的 IoT Hub。已在 Hub 中的设备会留在那里：请将 Hub 也添加为云。'},
	webhook: {en: 'Webhook', de: 'Webhook', zh: 'Webhook'},
	webhookAbout: {
		en: 'Groups of devices are sent to an address of yours as signed JSON.',
		de: 'Gruppen von Geräten werden als signiertes JSON an eine Adresse von Ihnen geschickt.',
		zh: '以签名 JSON 将设备分组发送到您的地址。'},
	gate: {en: 'Own cloud, with the Birthmark gate', de: 'Eigene Cloud, mit dem Birthmark-Gate', zh: '自有云（Birthmark 网关）'},
	gateAbout: {
		en: 'A small program beside your broker or proxy follows a signed feed. Nothing of your network is opened to the outside.',
		de: 'Ein kleines Programm neben Ihrem Broker oder Proxy folgt einem signierten Feed. Ihr Netz wird nicht nach außen geöffnet.',
		zh: '在您的代理或消息服务器旁运行的小程序，跟随已签名的数据流，您的网络无需对外开放。'},
	interopAws: {en: 'AWS, with a Cloud ID receiver', de: 'AWS, mit Cloud-ID-Empfänger', zh: 'AWS（Cloud ID 接收端）'},
	interopAwsAbout: {
		en: 'A receiver behind API Gateway in your AWS account takes the list of certificates.',
		de: 'Ein Empfänger hinter dem API Gateway in Ihrem AWS-Konto nimmt die Liste der Zertifikate an.',
		zh: '您 AWS 账户中 API Gateway 后的接收端接收证书列表。'},
	interopAzure: {en: 'Azure, with a Cloud ID receiver', de: 'Azure, mit Cloud-ID-Empfänger', zh: 'Azure（Cloud ID 接收端）'},
	interopAzureAbout: {
		en: 'A receiver in your Azure subscription takes the list of certificates.',
		de: 'Ein Empfänger in Ihrem Azure-Abonnement nimmt die Liste der Zertifikate an.',
		zh: '您 Azure 订阅中的接收端接收证书列表。'},
	interopOther: {en: 'Other, with a Cloud ID receiver', de: 'Andere, mit Cloud-ID-Empfänger', zh: '其他（Cloud ID 接收端）'},
	interopOtherAbout: {
		en: 'Any HTTPS service of yours that speaks the interop protocol, with user name and password.',
		de: 'Ein beliebiger HTTPS-Dienst von Ihnen, der das Interop-Protokoll spricht, mit Benutzername und Passwort.',
		zh: '您的任意支持互操作协议的 HTTPS 服务，使用用户名和密码。'},
});

export interface FieldWords {
	label: Text;
	hint?: Text;
}

const template = {
	en: 'May hold {chip_id}, {fingerprint} and {batch}.',
	de: 'Darf {chip_id}, {fingerprint} und {batch} enthalten.',
	zh: '可包含 {chip_id}、{fingerprint} 和 {batch}。'};

// By the names that the service gives them.
export const fieldWords: Record<string, FieldWords> = {
	region: {label: {en: 'Region', de: 'Region', zh: '区域'}, hint: {
		en: 'For example eu-central-1', de: 'Zum Beispiel eu-central-1', zh: '例如 eu-central-1'}},
	account_id: {label: {en: 'AWS account ID', de: 'AWS-Konto-ID', zh: 'AWS 账户 ID'}, hint: {
		en: 'Twelve digits', de: 'Zwölf Ziffern', zh: '12 位数字'}},
	policy: {label: {en: 'Policy', de: 'Richtlinie', zh: '策略'}, hint: {
		en: 'Name of an AWS IoT policy that each certificate gets. Without one a device may connect to nothing.',
		de: 'Name einer AWS-IoT-Richtlinie, die jedes Zertifikat bekommt. Ohne sie darf sich ein Gerät nirgends verbinden.',
		zh: '附加到每个证书的 AWS IoT 策略名称。没有策略，设备无法连接。'}},
	thing_name: {label: {en: 'Names of the things', de: 'Namen der Things', zh: '事物名称'}, hint: {
		en: 'Each device becomes a thing of this name; empty makes no things. May hold {chip_id}, {fingerprint} and {batch}.',
		de: 'Jedes Gerät wird ein Thing dieses Namens; leer: ohne Things. Darf {chip_id}, {fingerprint} und {batch} enthalten.',
		zh: '每台设备成为此名称的事物；留空则不创建。可包含 {chip_id}、{fingerprint} 和 {batch}。'}},
	thing_type: {label: {en: 'Type of the things', de: 'Typ der Things', zh: '事物类型'}, hint: {
		en: 'Must exist in AWS already.', de: 'Muss in AWS schon bestehen.', zh: '必须已存在于 AWS。'}},
	thing_groups: {label: {en: 'Groups of the things', de: 'Gruppen der Things', zh: '事物组'}, hint: {
		en: 'With commas between them. They must exist in AWS already.',
		de: 'Mit Kommas getrennt. Sie müssen in AWS schon bestehen.', zh: '以逗号分隔，必须已存在于 AWS。'}},
	attributes: {label: {en: 'Attributes of the things', de: 'Attribute der Things', zh: '事物属性'}, hint: {
		en: 'As name=value with commas between them. May hold {chip_id}, {fingerprint}, {product} and {batch}.',
		de: 'Als name=wert, mit Kommas getrennt. Darf {chip_id}, {fingerprint}, {product} und {batch} enthalten.',
		zh: '格式为 name=value，以逗号分隔。可包含 {chip_id}、{fingerprint}、{product} 和 {batch}。'}},
	role_arn: {label: {en: 'Role to assume (ARN)', de: 'Rolle, die angenommen wird (ARN)', zh: '要代入的角色（ARN）'}, hint: {
		en: 'The keys below, or a token of this service, are only good for taking this role.',
		de: 'Die Schlüssel oder ein Token dieses Dienstes dienen dann nur dazu, diese Rolle anzunehmen.',
		zh: '密钥或本服务的令牌仅用于代入此角色。'}},
	external_id: {label: {en: 'External ID', de: 'Externe ID', zh: '外部 ID'}, hint: {
		en: 'If the role’s trust policy asks for one.', de: 'Falls die Vertrauensrichtlinie der Rolle eine verlangt.',
		zh: '如果角色的信任策略要求。'}},
	web_identity: {label: {en: 'Assume the role with a token of this service', de: 'Die Rolle mit einem Token dieses Dienstes annehmen', zh: '使用本服务的令牌代入角色'}, hint: {
		en: 'No key of AWS is kept here then. In AWS this service has to be an identity provider.',
		de: 'Dann wird hier kein Schlüssel von AWS aufbewahrt. In AWS muss dieser Dienst als Identitätsanbieter eingetragen sein.',
		zh: '这样此处不保存 AWS 密钥，但需在 AWS 中将本服务设为身份提供商。'}},
	endpoint: {label: {en: 'Another address of AWS IoT', de: 'Andere Adresse von AWS IoT', zh: 'AWS IoT 的其他地址'}, hint: {
		en: 'For private endpoints. Begins with https://', de: 'Für private Endpunkte. Beginnt mit https://',
		zh: '用于私有终端节点，以 https:// 开头'}},
	sts_endpoint: {label: {en: 'Another address of AWS STS', de: 'Andere Adresse von AWS STS', zh: 'AWS STS 的其他地址'}, hint: {
		en: 'For private endpoints. Begins with https://', de: 'Für private Endpunkte. Beginnt mit https://',
		zh: '用于私有终端节点，以 https:// 开头'}},
	access_key_id: {label: {en: 'Access key ID', de: 'Zugriffsschlüssel-ID', zh: '访问密钥 ID'}},
	secret_access_key: {label: {en: 'Secret access key', de: 'Geheimer Zugriffsschlüssel', zh: '秘密访问密钥'}},
	session_token: {label: {en: 'Session token', de: 'Sitzungstoken', zh: '会话令牌'}, hint: {
		en: 'Only with keys that expire.', de: 'Nur bei Schlüsseln, die ablaufen.', zh: '仅用于会过期的密钥。'}},
	host: {label: {en: 'Host name', de: 'Hostname', zh: '主机名'}, hint: {
		en: 'Not needed with a connection string.', de: 'Nicht nötig bei einer Verbindungszeichenfolge.',
		zh: '使用连接字符串时无需填写。'}},
	tenant_id: {label: {en: 'Tenant ID', de: 'Mandanten-ID', zh: '租户 ID'}, hint: {
		en: 'Of Microsoft Entra ID', de: 'Von Microsoft Entra ID', zh: 'Microsoft Entra ID 的租户'}},
	client_id: {label: {en: 'Client ID', de: 'Client-ID', zh: '客户端 ID'}, hint: {
		en: 'Of the app registration', de: 'Der App-Registrierung', zh: '应用注册的 ID'}},
	federated: {label: {en: 'Sign in with a token of this service', de: 'Mit einem Token dieses Dienstes anmelden', zh: '使用本服务的令牌登录'}, hint: {
		en: 'No secret of Azure is kept here then. The app registration needs a federated credential for this service.',
		de: 'Dann wird hier kein Geheimnis von Azure aufbewahrt. Die App-Registrierung braucht Verbundanmeldedaten für diesen Dienst.',
		zh: '这样此处不保存 Azure 密钥，但应用注册需为本服务配置联合凭据。'}},
	login_endpoint: {label: {en: 'Another address to sign in', de: 'Andere Anmeldeadresse', zh: '其他登录地址'}, hint: {
		en: 'For national clouds. Begins with https://', de: 'Für nationale Clouds. Beginnt mit https://',
		zh: '用于主权云，以 https:// 开头'}},
	device_id: {label: {en: 'Names of the devices', de: 'Namen der Geräte', zh: '设备名称'}, hint: {
		en: `${template.en} Empty: the usual name.`, de: `${template.de} Leer: der übliche Name.`,
		zh: `${template.zh}留空则使用默认名称。`}},
	iot_hubs: {label: {en: 'IoT Hubs', de: 'IoT Hubs', zh: 'IoT Hub'}, hint: {
		en: 'Host names with commas between them. Empty: all that are linked.',
		de: 'Hostnamen, mit Kommas getrennt. Leer: alle verknüpften.',
		zh: '主机名，以逗号分隔。留空表示所有已关联的。'}},
	allocation_policy: {label: {en: 'How a hub is chosen', de: 'Wie ein Hub gewählt wird', zh: 'Hub 的选择方式'}, hint: {
		en: 'hashed, geoLatency or static; empty: as the service is set.',
		de: 'hashed, geoLatency oder static; leer: wie der Dienst eingestellt ist.',
		zh: 'hashed、geoLatency 或 static；留空则按服务设置。'}},
	twin_tags: {label: {en: 'Leave out the tags', de: 'Ohne Tags', zh: '不添加标签'}, hint: {
		en: 'Otherwise each device twin begins with the tags product and batch.',
		de: 'Sonst beginnt jeder Gerätezwilling mit den Tags product und batch.',
		zh: '否则每个设备孪生将带有 product 和 batch 标签。'}},
	hub_is_cloud: {label: {en: 'The hub is a cloud here too', de: 'Der Hub ist hier auch eine Cloud', zh: 'Hub 也是这里的云'}, hint: {
		en: 'It takes devices out of the hub itself. Otherwise those that stay registered there are shown.',
		de: 'Sie nimmt Geräte aus dem Hub selbst. Sonst werden die gezeigt, die dort registriert bleiben.',
		zh: '由该云将设备从 Hub 中移除；否则会显示仍在 Hub 中注册的设备。'}},
	connection_string: {label: {en: 'Connection string', de: 'Verbindungszeichenfolge', zh: '连接字符串'}},
	client_secret: {label: {en: 'Client secret', de: 'Clientgeheimnis', zh: '客户端密码'}},
	url: {label: {en: 'Address', de: 'Adresse', zh: '地址'}, hint: {
		en: 'Begins with https://', de: 'Beginnt mit https://', zh: '以 https:// 开头'}},
	bearer: {label: {en: 'Bearer token', de: 'Bearer-Token', zh: 'Bearer 令牌'}, hint: {
		en: 'Sent in the header Authorization, if your receiver asks for one.',
		de: 'Wird im Header Authorization mitgeschickt, falls Ihr Empfänger eines verlangt.',
		zh: '如果接收端要求，将在 Authorization 头中发送。'}},
	username: {label: {en: 'User name', de: 'Benutzername', zh: '用户名'}},
	password: {label: {en: 'Password', de: 'Passwort', zh: '密码'}},
};
