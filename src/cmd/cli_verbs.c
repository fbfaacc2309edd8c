/* The table of subcommands that are one REST call each.
 * Must hold no code. */
#include "cmd/cli.h"
#include "cmd/cli_audit.h"
#include "cmd/cli_ca.h"
#include "cmd/cli_cloud.h"
#include "cmd/cli_reset.h"
#include "cmd/cli_special.h"
#include "cmd/cli_status.h"

#define ACCOUNT "/api/v1/accounts/{account}"
#define VENDOR "/api/v1/vendors/{vendor}"
#define NAME                                          \
	{                                             \
		CLI_STR, "=NAME", "name", NULL, false \
	}
#define NEW_NAME                                           \
	{                                                  \
		CLI_STR, "name", "name", "new name", false \
	}
#define CLOUD_NAME                                                \
	{                                                         \
		CLI_STR, "name", "name", "the cloud's name", true \
	}
#define CLOUD_CA                                                    \
	{                                                           \
		CLI_FILE, "ca", "ca_certificate",                   \
		    "PEM file of a private CA that the receiver's " \
		    "certificate is of",                            \
		    false                                           \
	}
#define CLOUD_CHUNK                                                   \
	{                                                             \
		CLI_NUM, "chunk", "chunk", "devices in a call", false \
	}
#define CLOUD_COLUMNS "id,name,type,form,url,audience,created_at"
#define CLOUD                                            \
	{                                                \
		CLI_PATH, "=CLOUD", "cloud", NULL, false \
	}
#define BATCH_COLUMNS                                                     \
	"batch,vendor,state,product.name,cloud.name,devices,provisioned," \
	"failed,seen,bound_at,bound_by"
#define JOB_COLUMNS                                              \
	"id,kind,state,batch,cloud,total,done,failed,conflicts," \
	"seconds_left,last_error"
#define JOB                                          \
	{                                            \
		CLI_PATH, "=JOB", "job", NULL, false \
	}
#define DEVICE_COLUMNS                                                  \
	"fingerprint,chip_id,serial,batch,reel,product,key,not_before," \
	"not_after,first_seen_at,last_seen_at,state"
#define TOKEN_COLUMNS "id,name,role,expires_at,last_used_at,token"
#define CLAIM_COLUMNS                                                 \
	"id,name,product,state,max_devices,bound,provisioned,active," \
	"expires_at"
#define CA_COLUMNS \
	"id,name,kind,state,parent,hsm,key_type,not_after,certificates"
#define CA                                         \
	{                                          \
		CLI_PATH, "=CA", "ca", NULL, false \
	}
#define PROFILE_COLUMNS                                           \
	"ca,subject,san,key_types,lifetime_s,renew_before_s,eku," \
	"policies,server_keygen,changed_at"
#define CERTIFICATE_COLUMNS \
	"id,kind,state,reason,subject,serial,not_after,ca,device"
#define REASON                                                          \
	{                                                               \
		CLI_STR, "reason", "reason",                            \
		    "keyCompromise, superseded, cessationOfOperation, " \
		    "certificateHold ... (RFC 5280)",                   \
		    true                                                \
	}
#define MEMBER_COLUMNS "id,email,name,role"
#define INVITE_COLUMNS "id,expires_at,token,link"
#define AUDIT_COLUMNS "seq,at,actor_name,action,target,outcome,reason,from"
/* Of lists of the audit log. */
#define AUDIT_FILTERS                                                         \
	{CLI_QUERY, "action", "action", "only this action", false},           \
	    {CLI_QUERY, "actor", "actor",                                     \
		"only by this user or token (id or name)", false},            \
	    {CLI_QUERY, "target", "target",                                   \
		"only about this batch, id or e-mail address", false},        \
	    {CLI_QUERY, "outcome", "outcome", "ok or refused", false},        \
	    {CLI_QUERY, "from", "from", "since this time (RFC 3339)", false}, \
	{                                                                     \
		CLI_QUERY, "to", "to", "before this time", false              \
	}
#define UPLOAD_COLUMNS \
	"id,batch,reel,form,state,size,offset,checked,devices,error.detail"

const struct cli_verb cli_verbs[] = {
    /* vendor */
    {"vendor", "create", "POST", "/api/v1/vendors", "id,name,slug",
	"register a chip maker (service operators)",
	{NAME, {CLI_STR, "slug", "slug", "short name for addresses", true}},
	NULL, NULL},
    {"vendor", "list", "GET", "/api/v1/vendors", "id,name,slug,created_at",
	"chip makers of this service", {{0}}, NULL, NULL},
    {"vendor", "show", "GET", VENDOR, "id,name,slug,created_at",
	"the vendor you work for", {{0}}, NULL, NULL},
    {"vendor", "cas", "GET", VENDOR "/cas",
	"fingerprint,role,subject,not_after,retired_at",
	"CA certificates registered for a vendor", {{0}}, NULL, NULL},
    {"vendor", "add-ca", "POST", VENDOR "/cas",
	"fingerprint,role,subject,not_after",
	"register a CA certificate (service operators)",
	{{CLI_FILE, "=FILE", "certificate", NULL, false},
	    {CLI_STR, "role", "role", "root or issuing", true}},
	NULL, NULL},
    {"vendor", "retire-ca", "DELETE", VENDOR "/cas/{fingerprint}", NULL,
	"stop trusting a CA for new manifests",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false}}, NULL, NULL},
    {"vendor", "responder-csr", NULL, NULL, NULL,
	"the service's request to answer OCSP for a vendor", {{0}}, NULL,
	cli_status_csr},
    {"vendor", "responder", NULL, NULL, NULL,
	"let the service answer OCSP for a CA", {{0}}, NULL,
	cli_status_responder},
    {"vendor", "crl", NULL, NULL, NULL,
	"publish the list of revoked birth certificates", {{0}}, NULL,
	cli_status_crl},
    {"vendor", "revoke", "POST", VENDOR "/devices/{fingerprint}/revoke", NULL,
	"revoke the birth certificate of a chip, or hold it",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false}, REASON}, NULL,
	NULL},
    {"vendor", "reactivate", "POST", VENDOR "/devices/{fingerprint}/reactivate",
	NULL, "take a birth certificate off hold",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false}}, NULL, NULL},
    {"vendor", "revocations", "GET", VENDOR "/revocations",
	"device,chip_id,serial,state,reason,at,by",
	"birth certificates that are revoked or on hold", {{0}}, NULL, NULL},
    {"vendor", "batches", "GET", VENDOR "/batches",
	"batch,open,devices,bound,published_at", "batches published",
	{{CLI_QUERY, "q", "q", "Batch ID contains", false},
	    {CLI_QUERY, "state", "state", "bound, unbound or open", false}},
	NULL, NULL},
    {"vendor", "uploads", "GET", VENDOR "/uploads", UPLOAD_COLUMNS,
	"manifests sent and what became of them", {{0}}, NULL, NULL},
    {"vendor", "upload", "GET", VENDOR "/uploads/{upload}", UPLOAD_COLUMNS,
	"one upload", {{CLI_PATH, "=UPLOAD", "upload", NULL, false}}, NULL,
	NULL},
    {"vendor", "cancel", "DELETE", VENDOR "/uploads/{upload}", NULL,
	"give up an upload", {{CLI_PATH, "=UPLOAD", "upload", NULL, false}},
	NULL, NULL},
    {"vendor", "members", "GET", VENDOR "/members", MEMBER_COLUMNS,
	"users of a vendor", {{0}}, NULL, NULL},
    {"vendor", "invite", "POST", VENDOR "/invitations", INVITE_COLUMNS,
	"invite somebody to a vendor",
	{{CLI_STR, "=E-MAIL", "email", NULL, false},
	    {CLI_STR, "role", "role",
		"vendor-administrator or vendor-publisher", true}},
	NULL, NULL},
    {"vendor", "invite-first", "POST", "/api/v1/service/invitations",
	INVITE_COLUMNS,
	"invite a vendor's first administrator (service operators)",
	{{CLI_STR, "=E-MAIL", "email", NULL, false},
	    {CLI_STR, "id", "id", "the vendor's id", true}},
	"scope=vendor,role=vendor-administrator", NULL},
    {"vendor", "tokens", "GET", VENDOR "/tokens", TOKEN_COLUMNS,
	"a vendor's API tokens", {{0}}, NULL, NULL},
    {"vendor", "add-token", "POST", VENDOR "/tokens", TOKEN_COLUMNS,
	"make an API token for a vendor; it is shown once",
	{NAME, {CLI_STR, "role", "role", "role of the token", true},
	    {CLI_NUM, "days", "expires_in_days", "days it lives", true}},
	NULL, NULL},
    {"vendor", "revoke-token", "DELETE", VENDOR "/tokens/{token}", NULL,
	"revoke a vendor's API token",
	{{CLI_PATH, "=TOKEN", "token", NULL, false}}, NULL, NULL},
    {"vendor", "audit", "GET", VENDOR "/audit", AUDIT_COLUMNS,
	"what was decided about a vendor", {AUDIT_FILTERS}, NULL, NULL},
    /* account */
    {"account", "create", "POST", "/api/v1/accounts", "id,name",
	"make an account; you become its administrator", {NAME}, NULL, NULL},
    {"account", "list", "GET", "/api/v1/accounts", "id,name,role",
	"your accounts", {{0}}, NULL, NULL},
    {"account", "show", "GET", ACCOUNT,
	"id,name,role,default_product,default_cloud,auto_provision,"
	"registrar_url,created_at",
	"settings of an account", {{0}}, NULL, NULL},
    {"account", "set", "PATCH", ACCOUNT,
	"id,name,default_product,default_cloud,auto_provision,registrar_url",
	"change settings of an account",
	{NEW_NAME,
	    {CLI_PRODUCT, "product", "default_product",
		"default product, or none", false},
	    {CLI_CLOUD, "cloud", "default_cloud", "default cloud, or none",
		false},
	    {CLI_ON_OFF, "auto-provision", "auto_provision",
		"provision as soon as a batch is bound", false},
	    {CLI_STR, "registrar", "registrar_url",
		"https://HOST of your own registrar, \"\" for none", false}},
	NULL, NULL},
    {"account", "use", NULL, NULL, NULL, "work in this account from now on",
	{{0}}, NULL, cli_special_use_account},
    /* user */
    {"user", "me", "GET", "/api/v1/me", "user.id,user.email,memberships",
	"who you are and where", {{0}}, NULL, NULL},
    {"user", "list", "GET", ACCOUNT "/members", MEMBER_COLUMNS,
	"users of an account", {{0}}, NULL, NULL},
    {"user", "invite", "POST", ACCOUNT "/invitations", INVITE_COLUMNS,
	"invite somebody; hand over the link, it is shown once",
	{{CLI_STR, "=E-MAIL", "email", NULL, false},
	    {CLI_STR, "role", "role",
		"administrator, operator, developer or auditor", true}},
	NULL, NULL},
    {"user", "invitations", "GET", ACCOUNT "/invitations",
	"id,email,role,expires_at,used_at", "open invitations", {{0}}, NULL,
	NULL},
    {"user", "uninvite", "DELETE", ACCOUNT "/invitations/{invitation}", NULL,
	"take an invitation back",
	{{CLI_PATH, "=INVITATION", "invitation", NULL, false}}, NULL, NULL},
    {"user", "accept", "POST", "/api/v1/invitations/accept",
	"user.email,scope,scope_id,role", "accept an invitation",
	{{CLI_STR, "=TOKEN", "token", NULL, false},
	    {CLI_STR, "name", "name", "your name", false},
	    {CLI_PASSWORD, "password-file", "password", "password", true}},
	NULL, NULL},
    {"user", "role", "PATCH", ACCOUNT "/members/{user}", MEMBER_COLUMNS,
	"change a user's role",
	{{CLI_PATH, "=USER", "user", NULL, false},
	    {CLI_STR, "=ROLE", "role", NULL, false}},
	NULL, NULL},
    {"user", "remove", "DELETE", ACCOUNT "/members/{user}", NULL,
	"remove a user from an account",
	{{CLI_PATH, "=USER", "user", NULL, false}}, NULL, NULL},
    {"user", "password", "PUT", "/api/v1/me/password", NULL,
	"change your password; other sessions end",
	{{CLI_PASSWORD, "old-file", "old", "present password", true},
	    {CLI_PASSWORD, "new-file", "new", "new password", true}},
	NULL, NULL},
    {"user", "reset", NULL, NULL, NULL,
	"make a link with which a user sets a new password", {{0}}, NULL,
	cli_reset_user},
    {"user", "sessions", "GET", "/api/v1/sessions",
	"id,created_at,last_seen_at,from,current", "where you are logged in",
	{{0}}, NULL, NULL},
    {"user", "end-session", "DELETE", "/api/v1/sessions/{session}", NULL,
	"log out elsewhere", {{CLI_PATH, "=SESSION", "session", NULL, false}},
	NULL, NULL},
    /* token */
    {"token", "list", "GET", ACCOUNT "/tokens", TOKEN_COLUMNS,
	"API tokens of an account", {{0}}, NULL, NULL},
    {"token", "create", "POST", ACCOUNT "/tokens", TOKEN_COLUMNS,
	"make an API token; it is shown once",
	{NAME,
	    {CLI_STR, "role", "role",
		"administrator, operator, developer, auditor or gate", true},
	    {CLI_NUM, "days", "expires_in_days", "days it lives", true}},
	NULL, NULL},
    {"token", "revoke", "DELETE", ACCOUNT "/tokens/{token}", NULL,
	"revoke an API token", {{CLI_PATH, "=TOKEN", "token", NULL, false}},
	NULL, NULL},
    /* product */
    {"product", "list", "GET", ACCOUNT "/products", "id,name,created_at",
	"product lines", {{0}}, NULL, NULL},
    {"product", "add", "POST", ACCOUNT "/products", "id,name",
	"add a product line", {NAME}, NULL, NULL},
    {"product", "rename", "PATCH", ACCOUNT "/products/{product}", "id,name",
	"rename a product line",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false}, NAME}, NULL, NULL},
    {"product", "remove", "DELETE", ACCOUNT "/products/{product}", NULL,
	"remove a product line that nothing uses",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false}}, NULL, NULL},
    {"product", "talk", "GET", ACCOUNT "/products/{product}/talk", "products",
	"with which products its devices may talk without the cloud",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false}}, NULL, NULL},
    {"product", "set-talk", "PUT", ACCOUNT "/products/{product}/talk",
	"products", "say with which they may, instead of what was said before",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false},
	    {CLI_PRODUCTS, "with", "products", "products, or none", true}},
	NULL, NULL},
    /* claim-voucher */
    {"claim-voucher", "list", "GET", ACCOUNT "/claim-vouchers", CLAIM_COLUMNS,
	"tokens by which devices bind themselves", {{0}}, NULL, NULL},
    {"claim-voucher", "show", "GET", ACCOUNT "/claim-vouchers/{voucher}",
	CLAIM_COLUMNS ",cloud,batches,created_at,created_by", "one of them",
	{{CLI_PATH, "=VOUCHER", "voucher", NULL, false}}, NULL, NULL},
    {"claim-voucher", "create", "POST", ACCOUNT "/claim-vouchers",
	"id,name,product,cloud,max_devices,expires_at,token",
	"make one for a product's firmware; the token is shown once",
	{NAME, {CLI_PRODUCT, "product", "product", "the product", true},
	    {CLI_CLOUD, "cloud", "cloud",
		"cloud to provision to (default: the account's)", false},
	    {CLI_NUM, "devices", "max_devices",
		"how many devices may come by "
		"it",
		true},
	    {CLI_NUM, "days", "expires_in_days", "days it is good for", true},
	    {CLI_WORDS, "batches", "batches", "only devices of these batches",
		false}},
	NULL, NULL},
    {"claim-voucher", "revoke", "DELETE", ACCOUNT "/claim-vouchers/{voucher}",
	NULL, "let nobody in by it any more; devices that came by it stay",
	{{CLI_PATH, "=VOUCHER", "voucher", NULL, false}}, NULL, NULL},
    /* ca */
    {"ca", "list", "GET", ACCOUNT "/cas", CA_COLUMNS,
	"certificate authorities of an account", {{0}}, NULL, NULL},
    {"ca", "create", "POST", ACCOUNT "/cas", CA_COLUMNS, "make one",
	{NAME, {CLI_STR, "kind", "kind", "root or issuing", true},
	    {CLI_CA, "parent", "parent",
		"root that signs an issuing one; without: signed elsewhere",
		false},
	    {CLI_STR, "hsm", "hsm",
		"name of a key in the service's HSM (default: a file)", false},
	    {CLI_STR, "key-type", "key_type", "p256 or p384", false},
	    {CLI_STR, "common-name", "common_name",
		"its name in certificates (default: NAME)", false},
	    {CLI_STR, "organization", "organization",
		"organization in certificates", false},
	    {CLI_NUM, "days", "lifetime_days", "days it lives", false}},
	NULL, NULL},
    {"ca", "add-upstream", "POST", ACCOUNT "/cas", CA_COLUMNS,
	"stand in front of an authority of others",
	{NAME, {CLI_STR, "protocol", "upstream.protocol", "est or cmp", true},
	    {CLI_STR, "url", "upstream.url", "its address", true},
	    {CLI_FILE, "cas", "upstream.ca_certificates",
		"PEM file: who issues, then those above it", true},
	    {CLI_STR, "username", "upstream.username",
		"user name of EST, reference of CMP", false},
	    {CLI_PASSWORD, "password-file", "upstream.password",
		"its password or secret", false},
	    {CLI_FILE, "certificate", "upstream.certificate",
		"PEM file: certificate by which EST knows the service", false},
	    {CLI_FILE, "key", "upstream.key", "PEM file: its key", false},
	    {CLI_FILE, "tls-cas", "upstream.tls_ca_certificates",
		"PEM file: whom to trust in TLS (default: --cas)", false}},
	"kind=upstream", NULL},
    {"ca", "show", "GET", ACCOUNT "/cas/{ca}",
	CA_COLUMNS ",common_name,organization,fingerprint,upstream.protocol,"
		   "upstream.url,crl_url,ocsp_url,created_at",
	"one of them", {CA}, NULL, NULL},
    {"ca", "certificate", NULL, NULL, NULL,
	"its certificate and those above it, as PEM", {{0}}, NULL,
	cli_ca_certificate},
    {"ca", "csr", NULL, NULL, NULL,
	"the request of one that is signed elsewhere", {{0}}, NULL, cli_ca_csr},
    {"ca", "import", "PUT", ACCOUNT "/cas/{ca}/certificate", CA_COLUMNS,
	"bring in the certificate that was signed elsewhere",
	{CA, {CLI_FILE, "=FILE", "certificate", NULL, false},
	    {CLI_FILE, "chain", "chain",
		"PEM file: those above it, the root last", false}},
	NULL, NULL},
    {"ca", "requests", "GET", ACCOUNT "/cas/{ca}/requests",
	"id,state,chip,tries,error,next_try_at,created_at",
	"what was asked of an authority of others", {CA}, NULL, NULL},
    {"ca", "issue-server", NULL, NULL, NULL,
	"make a key here and a certificate for it, for a server of your cloud",
	{{0}}, NULL, cli_ca_issue_server},
    {"ca", "retire", "DELETE", ACCOUNT "/cas/{ca}", NULL,
	"let it issue nothing any more; its lists and answers go on", {CA},
	NULL, NULL},
    /* profile */
    {"profile", "show", "GET", ACCOUNT "/products/{product}/profile",
	PROFILE_COLUMNS, "what certificates a product's devices get",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false}}, NULL, NULL},
    {"profile", "set", "PUT", ACCOUNT "/products/{product}/profile",
	PROFILE_COLUMNS, "say it; what is not given is the default",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false},
	    {CLI_CA, "ca", "ca", "the authority that issues", true},
	    {CLI_STR, "subject", "subject",
		"template: CN={device},OU={product},O={account}", false},
	    {CLI_WORDS, "san", "san",
		"templates with uri:, dns: or email: in front", false},
	    {CLI_WORDS, "key-types", "key_types", "p256,p384,rsa2048 ...",
		false},
	    {CLI_SECONDS, "lifetime", "lifetime_s", "398d, 12h, 30m", false},
	    {CLI_SECONDS, "renew-before", "renew_before_s",
		"the device renews so long before the end", false},
	    {CLI_WORDS, "eku", "eku", "purposes, as OIDs", false},
	    {CLI_WORDS, "policies", "policies", "policies, as OIDs", false},
	    {CLI_ON_OFF, "server-keygen", "server_keygen",
		"whether the service makes keys for devices that cannot",
		false}},
	NULL, NULL},
    {"profile", "delete", "DELETE", ACCOUNT "/products/{product}/profile", NULL,
	"issue nothing to a product's devices any more",
	{{CLI_PATH, "=PRODUCT", "product", NULL, false}}, NULL, NULL},
    /* certificate */
    {"certificate", "list", "GET", ACCOUNT "/certificates", CERTIFICATE_COLUMNS,
	"certificates that authorities issued, newest first",
	{{CLI_QUERY, "device", "device", "fingerprint of a device", false},
	    {CLI_QUERY, "ca", "ca", "only by this authority", false},
	    {CLI_QUERY, "state", "state", "valid, held, revoked or expired",
		false}},
	NULL, NULL},
    {"certificate", "show", "GET", ACCOUNT "/certificates/{certificate}",
	CERTIFICATE_COLUMNS ",fingerprint,not_before,issued_at", "one of them",
	{{CLI_PATH, "=CERTIFICATE", "certificate", NULL, false}}, NULL, NULL},
    {"certificate", "revoke", "POST",
	ACCOUNT "/certificates/{certificate}/revoke", CERTIFICATE_COLUMNS,
	"revoke one for ever, or hold it (certificateHold)",
	{{CLI_PATH, "=CERTIFICATE", "certificate", NULL, false}, REASON}, NULL,
	NULL},
    {"certificate", "reactivate", "POST",
	ACCOUNT "/certificates/{certificate}/reactivate", CERTIFICATE_COLUMNS,
	"take one off hold",
	{{CLI_PATH, "=CERTIFICATE", "certificate", NULL, false}}, NULL, NULL},
    /* cloud */
    {"cloud", "list", "GET", ACCOUNT "/clouds",
	"id,name,type,batches,work.jobs,breaker.state,created_at",
	"product clouds", {{0}}, NULL, NULL},
    {"cloud", "show", "GET", ACCOUNT "/clouds/{cloud}",
	CLOUD_COLUMNS
	",username,settings,quotas,has_credentials,chunk,batches,"
	"work,breaker.state,breaker.why,breaker.until,key_url,jwks_url",
	"one product cloud", {CLOUD}, NULL, NULL},
    {"cloud", "kinds", "GET", ACCOUNT "/cloud-kinds",
	"type,title,can_remove,can_suspend,can_list",
	"the kinds there are; --json tells their settings and quotas", {{0}},
	NULL, NULL},
    {"cloud", "add", NULL, NULL, NULL, "add a product cloud of any kind", {{0}},
	NULL, cli_cloud_add},
    {"cloud", "add-aws", "POST", ACCOUNT "/clouds", CLOUD_COLUMNS,
	"add an interop receiver in AWS",
	{CLOUD_NAME,
	    {CLI_STR, "account-id", "aws.account_id", "AWS account id", true},
	    {CLI_STR, "gateway-id", "aws.gateway_id", "API gateway id", false},
	    {CLI_STR, "region", "aws.region", "AWS region", false},
	    {CLI_STR, "stage", "aws.stage", "stage of the API", false},
	    {CLI_STR, "url", "aws.url", "base address instead of the three",
		false},
	    CLOUD_CA, CLOUD_CHUNK},
	"type=interop,form=aws", NULL},
    {"cloud", "add-azure", "POST", ACCOUNT "/clouds", CLOUD_COLUMNS,
	"add an interop receiver in Azure",
	{CLOUD_NAME, {CLI_STR, "url", "azure.url", "interop URL", true},
	    {CLI_STR, "subscription-id", "azure.subscription_id",
		"Azure subscription id", true},
	    CLOUD_CA, CLOUD_CHUNK},
	"type=interop,form=azure", NULL},
    {"cloud", "add-other", "POST", ACCOUNT "/clouds", CLOUD_COLUMNS,
	"add any other interop receiver, with HTTP Basic",
	{CLOUD_NAME, {CLI_STR, "url", "other.url", "base address", true},
	    {CLI_STR, "username", "other.username", "user name", true},
	    {CLI_PASSWORD, "password-file", "other.password", "password", true},
	    CLOUD_CA, CLOUD_CHUNK},
	"type=interop,form=other", NULL},
    {"cloud", "add-gate", "POST", ACCOUNT "/clouds", CLOUD_COLUMNS,
	"add your own cloud, which a gate guards", {CLOUD_NAME}, "type=gate",
	NULL},
    {"cloud", "rename", "PATCH", ACCOUNT "/clouds/{cloud}", CLOUD_COLUMNS,
	"rename a product cloud", {CLOUD, NAME}, NULL, NULL},
    {"cloud", "set", NULL, NULL, NULL,
	"change settings, credentials, quotas or the CA", {{0}}, NULL,
	cli_cloud_set},
    {"cloud", "remove", NULL, NULL, NULL,
	"forget a product cloud and its credentials", {{0}}, NULL,
	cli_cloud_remove},
    {"cloud", "test", NULL, NULL, NULL,
	"try whether it can be reached and grants the rights needed", {{0}},
	NULL, cli_special_cloud_test},
    {"cloud", "audit", NULL, NULL, NULL,
	"compare what is there with what is to be", {{0}}, NULL,
	cli_cloud_audit},
    {"cloud", "resume", "POST", ACCOUNT "/clouds/{cloud}/resume",
	"id,name,breaker.state", "try one again now that was away", {CLOUD},
	NULL, NULL},
    /* batch */
    {"batch", "list", "GET", ACCOUNT "/batches", BATCH_COLUMNS,
	"batches bound to an account",
	{{CLI_QUERY, "product", "product", "only of this product", false},
	    {CLI_QUERY, "cloud", "cloud", "only for this cloud", false},
	    {CLI_QUERY, "state", "state", "only in this state", false},
	    {CLI_QUERY, "q", "q", "Batch ID or product contains", false},
	    {CLI_QUERY, "sort", "sort",
		"by bound_at, batch, devices, provisioned or seen", false},
	    {CLI_QUERY, "order", "order", "asc or desc", false}},
	NULL, NULL},
    {"batch", "show", "GET", ACCOUNT "/batches/{bid}", BATCH_COLUMNS,
	"one batch", {{CLI_PATH, "=BATCH", "bid", NULL, false}}, NULL, NULL},
    {"batch", "clouds", "GET", ACCOUNT "/batches/{bid}/clouds",
	"cloud,wanted,since,job.id,job.kind,job.state",
	"the clouds that it is in, or leaves",
	{{CLI_PATH, "=BATCH", "bid", NULL, false}}, NULL, NULL},
    {"batch", "set", "PATCH", ACCOUNT "/batches/{bid}", BATCH_COLUMNS,
	"change a batch's product or cloud; provisions nothing by itself",
	{{CLI_PATH, "=BATCH", "bid", NULL, false},
	    {CLI_PRODUCT, "product", "product", "product, or none", false},
	    {CLI_CLOUD, "cloud", "cloud", "cloud, or none", false}},
	NULL, NULL},
    {"batch", "unbind", "DELETE", ACCOUNT "/batches/{bid}", NULL,
	"undo a bind; what was provisioned leaves its clouds",
	{{CLI_PATH, "=BATCH", "bid", NULL, false}}, NULL, NULL},
    /* device */
    {"device", "list", "GET", ACCOUNT "/devices", DEVICE_COLUMNS,
	"devices of an account",
	{{CLI_QUERY, "fingerprint", "fingerprint", "SHA-256 of the certificate",
	     false},
	    {CLI_QUERY, "serial", "serial", "serial number in hex", false},
	    {CLI_QUERY, "chip", "chip_id", "chip id", false},
	    {CLI_QUERY, "batch", "batch", "only of this batch", false},
	    {CLI_QUERY, "product", "product", "only of this product", false}},
	NULL, NULL},
    {"device", "show", "GET", ACCOUNT "/devices/{fingerprint}",
	DEVICE_COLUMNS ",subject", "one device",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false}}, NULL, NULL},
    {"device", "quarantine", "POST",
	ACCOUNT "/devices/{fingerprint}/quarantine", NULL,
	"keep a device out until it is released",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false},
	    {CLI_STR, "note", "note", "why", false}},
	NULL, NULL},
    {"device", "scrap", "POST", ACCOUNT "/devices/{fingerprint}/scrap", NULL,
	"end a device's life, for good",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false},
	    {CLI_STR, "note", "note", "why", false}},
	NULL, NULL},
    {"device", "release", "POST", ACCOUNT "/devices/{fingerprint}/release",
	NULL, "let a device in again",
	{{CLI_PATH, "=FINGERPRINT", "fingerprint", NULL, false}}, NULL, NULL},
    /* job */
    {"job", "list", "GET", ACCOUNT "/jobs", JOB_COLUMNS, "jobs of clouds",
	{{CLI_QUERY, "batch", "batch", "only of this batch", false},
	    {CLI_QUERY, "cloud", "cloud", "only of this cloud", false},
	    {CLI_QUERY, "kind", "kind",
		"provision, remove, sync, plan, audit or test", false},
	    {CLI_QUERY, "state", "state", "only in this state", false}},
	NULL, NULL},
    {"job", "show", "GET", ACCOUNT "/jobs/{job}",
	JOB_COLUMNS ",plan_of,then_cloud,created,same,changed,removed,"
		    "breaker.state,created_at,finished_at,result",
	"one job", {JOB}, NULL, NULL},
    {"job", "exceptions", "GET", ACCOUNT "/jobs/{job}/exceptions",
	"fingerprint,chip_id,what,message",
	"devices that did not go well, or what a plan or audit found",
	{JOB,
	    {CLI_QUERY, "what", "what",
		"conflict, refused, create, change, remove, missing, "
		"different or stranger",
		false}},
	NULL, NULL},
    {"job", "pause", "POST", ACCOUNT "/jobs/{job}/pause", JOB_COLUMNS,
	"pause a job; what is on its way is finished", {JOB}, NULL, NULL},
    {"job", "resume", "POST", ACCOUNT "/jobs/{job}/resume", JOB_COLUMNS,
	"go on with a paused job", {JOB}, NULL, NULL},
    {"job", "retry", "POST", ACCOUNT "/jobs/{job}/retry", JOB_COLUMNS,
	"try the failures of a job again", {JOB}, NULL, NULL},
    {"job", "cancel", "POST", ACCOUNT "/jobs/{job}/cancel", JOB_COLUMNS,
	"stop a job", {JOB}, NULL, NULL},
    {"job", "wait", NULL, NULL, NULL, "follow a job until it ends", {{0}}, NULL,
	cli_special_job_wait},
    /* audit */
    {"audit", "list", "GET", ACCOUNT "/audit", AUDIT_COLUMNS,
	"what was decided in an account", {AUDIT_FILTERS}, NULL, NULL},
    {"audit", "service", "GET", "/api/v1/service/audit", AUDIT_COLUMNS,
	"what was decided in the whole service", {AUDIT_FILTERS}, NULL, NULL},
    {"audit", "export", NULL, NULL, NULL, "download the log as a file", {{0}},
	NULL, cli_audit_export},
    {"audit", "verify", NULL, NULL, NULL,
	"walk the chain of the audit log and name any break", {{0}}, NULL,
	cli_special_audit_verify},
    {0},
};
