/* The connector of type "aws": AWS IoT Core by its own API.
 * Must not hold what a conversation says: aws_sync, aws_list, aws_login and
 * aws_test do. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cloud/aws_call.h"
#include "cloud/aws_list.h"
#include "cloud/aws_login.h"
#include "cloud/aws_sync.h"
#include "cloud/aws_test.h"
#include "cloud/aws_thing.h"

static const struct cloud_field fields[] = {
    {.name = "region",
	.what = "Region of the account's IoT Core",
	.required = true,
	.fixed = true,
	.max = 30,
	.example = "eu-central-1"},
    {.name = "account_id",
	.what = "AWS account, 12 digits",
	.required = true,
	.fixed = true,
	.max = 12,
	.example = "123456789012"},
    {.name = "policy",
	.what = "IoT policy that each certificate gets; none: no policy",
	.fixed = true,
	.max = 128,
	.example = "birthmark-devices"},
    {.name = "thing_name",
	.what = "Name of a device's thing, of {chip_id}, {fingerprint} and "
		"{batch}; empty: no things",
	.fixed = true,
	.max = 128,
	.example = "{chip_id}"},
    {.name = "thing_type",
	.what = "Type of the things",
	.max = 128,
	.example = "dishwasher"},
    {.name = "thing_groups",
	.what = "Groups that each thing joins, with commas between",
	.max = 512,
	.example = "dishwashers,europe"},
    {.name = "attributes",
	.what = "Attributes of the things, besides \"" AWS_THING_MARK "\"",
	.max = 512,
	.example = "product={product},batch={batch}"},
    {.name = "role_arn",
	.what = "Role to be assumed",
	.max = 200,
	.example = "arn:aws:iam::123456789012:role/birthmark"},
    {.name = "external_id",
	.what = "External ID that the role asks for",
	.max = 200,
	.example = ""},
    {.name = "web_identity",
	.what = "\"yes\": the role is assumed with a token of this service, "
		"and no keys are needed",
	.max = 3,
	.example = "yes"},
    {.name = "endpoint",
	.what = "Another address of IoT Core's API: a private endpoint",
	.fixed = true,
	.max = 255,
	.example = "https://vpce-0a1b.iot.eu-central-1.vpce.amazonaws.com"},
    {.name = "sts_endpoint",
	.what = "Another address of STS",
	.fixed = true,
	.max = 255,
	.example = "https://sts.eu-central-1.amazonaws.com"},
    {.name = "access_key_id",
	.what = "Access key",
	.secret = true,
	.max = 128,
	.example = "AKIA..."},
    {.name = "secret_access_key",
	.what = "Its secret",
	.secret = true,
	.max = 128,
	.example = ""},
    {.name = "session_token",
	.what = "Session token, for temporary keys",
	.secret = true,
	.max = 4096,
	.example = ""},
    {0},
};

/* As AWS gives them to an account, in the order of enum aws_call_op. */
static const struct cloud_op ops[] = {
    {"register", 600, "RegisterCertificateWithoutCA"},
    {"update", 600, "UpdateCertificate"},
    {"delete", 600, "DeleteCertificate"},
    {"describe", 600, "DescribeCertificate"},
    {"policy", 900, "AttachPolicy"},
    {"thing", 6000,
	"CreateThing, DescribeThing, UpdateThing, DeleteThing, "
	"AddThingToThingGroup"},
    {"principal", 6000, "AttachThingPrincipal, DetachThingPrincipal"},
    {"list", 600, "ListCertificates, ListThings, ListTargetsForPolicy"},
    {"sts", 600, "AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity"},
    {0},
};

static const char *get(json_t *o, const char *name)
{
	const char *s = connector_str(o, name);

	return s ? s : "";
}

static bool has_only(const char *s, const char *others)
{
	const char *p;

	for (p = s; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || strchr(others, *p)))
			return false;
	return s[0] != '\0';
}

static bool is_account(const char *s)
{
	return strlen(s) == 12 && strspn(s, "0123456789") == 12;
}

/* "arn:PARTITION:iam::ACCOUNT:role/NAME" */
static bool is_role(const char *s)
{
	const char *rest = strstr(s, ":iam::");
	char account[13];

	if (strncasecmp(s, "arn:aws", 7) != 0 || !rest || strlen(rest) < 25)
		return false;
	(void)snprintf(account, sizeof(account), "%.12s", rest + 6);
	return is_account(account) &&
	    span_starts(span_str(rest + 18), SPAN_LIT(":role/")) &&
	    has_only(rest + 24, "/+=,.@_-");
}

/* "https://HOST", perhaps with a port. */
static bool is_endpoint(const char *s)
{
	struct span host = span_str(s), name, port;
	uint64_t n = 1;

	if (!span_starts(host, SPAN_LIT("https://")) || host.n > 255)
		return false;
	port = span_sub(host, 8, host.n - 8);
	if (span_cut(&port, ':', &name) &&
	    (!span_u64(port, 65535, &n) || n == 0))
		return false;
	return name.n > 0 && has_only(s + 8, ".:-");
}

static enum rc check_places(json_t *settings, struct err *e)
{
	const char *region = get(settings, "region");
	const char *policy = get(settings, "policy");
	const char *names[] = {"endpoint", "sts_endpoint"};
	size_t i;

	if (!has_only(region, "-") || !strchr(region, '-'))
		return err_set(e, RC_INVALID, "cloud-region",
		    "region is the name of an AWS region, like eu-central-1.");
	if (!is_account(get(settings, "account_id")))
		return err_set(e, RC_INVALID, "cloud-account",
		    "account_id is the AWS account's number of 12 digits.");
	if (policy[0] != '\0' &&
	    (!has_only(policy, "_+=,.@-") || strcmp(policy, ".") == 0 ||
		strcmp(policy, "..") == 0))
		return err_set(e, RC_INVALID, "cloud-policy",
		    "policy is the name of an IoT policy: letters, digits and "
		    "any of \"_+=,.@-\".");
	for (i = 0; i < 2; i++)
		if (get(settings, names[i])[0] != '\0' &&
		    !is_endpoint(get(settings, names[i])))
			return err_set(e, RC_INVALID, "cloud-endpoint",
			    "%s is https://HOST, with a port where it needs "
			    "one.",
			    names[i]);
	return RC_OK;
}

static enum rc check_login(json_t *settings, struct err *e)
{
	const char *role = get(settings, "role_arn");
	const char *external = get(settings, "external_id");
	const char *web = get(settings, "web_identity");

	if (role[0] != '\0' && !is_role(role))
		return err_set(e, RC_INVALID, "cloud-role",
		    "role_arn is like arn:aws:iam::123456789012:role/NAME.");
	if (external[0] != '\0' &&
	    (!has_only(external, "_+=,.@:/-") || strlen(external) < 2 ||
		role[0] == '\0'))
		return err_set(e, RC_INVALID, "cloud-external-id",
		    "external_id goes with role_arn, and is of letters, digits "
		    "and any of \"_+=,.@:/-\".");
	if (web[0] != '\0' && strcmp(web, "yes") != 0 && strcmp(web, "no") != 0)
		return err_set(e, RC_INVALID, "cloud-web-identity",
		    "web_identity is \"yes\" or \"no\".");
	if (strcmp(web, "yes") == 0 && (role[0] == '\0' || external[0] != '\0'))
		return err_set(e, RC_INVALID, "cloud-web-identity",
		    "web_identity needs role_arn, and no external_id.");
	return RC_OK;
}

static enum rc check_keys(json_t *settings, json_t *credentials, struct err *e)
{
	const char *id = get(credentials, "access_key_id");
	const char *secret = get(credentials, "secret_access_key");
	const char *token = get(credentials, "session_token");

	if (strcmp(get(settings, "web_identity"), "yes") == 0) {
		if (id[0] == '\0' && secret[0] == '\0' && token[0] == '\0')
			return RC_OK;
		return err_set(e, RC_INVALID, "cloud-credentials",
		    "With web_identity there are no keys.");
	}
	if (!has_only(id, "_") || !has_only(secret, "/+=") ||
	    (token[0] != '\0' && !has_only(token, "/+=._-")))
		return err_set(e, RC_INVALID, "cloud-credentials",
		    "The credentials are access_key_id and secret_access_key, "
		    "and session_token where the key is a temporary one.");
	return RC_OK;
}

static enum rc check(json_t *settings, json_t *credentials, struct err *e)
{
	enum rc rc = check_places(settings, e);

	if (rc == RC_OK)
		rc = check_login(settings, e);
	if (rc == RC_OK)
		rc = aws_thing_check(settings, e);
	if (rc == RC_OK && credentials)
		rc = check_keys(settings, credentials, e);
	return rc;
}

static void quota_key(const struct connector_way *way, char out[128])
{
	(void)snprintf(out, 128, "aws/%.12s/%.30s",
	    aws_call_setting(way, "account_id"),
	    aws_call_setting(way, "region"));
}

static enum rc ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	switch (t->verb) {
	case CONNECTOR_LOGIN:
		return aws_login_ask(t, q, e);
	case CONNECTOR_SYNC:
		return aws_sync_ask(t, q, e);
	case CONNECTOR_LIST:
		return aws_list_ask(t, q, e);
	case CONNECTOR_TEST:
		return aws_test_ask(t, q, e);
	}
	return RC_BUG;
}

static enum rc take(struct connector_talk *t, const struct connector_answer *a,
    struct err *e)
{
	switch (t->verb) {
	case CONNECTOR_LOGIN:
		return aws_login_take(t, a, e);
	case CONNECTOR_SYNC:
		return aws_sync_take(t, a, e);
	case CONNECTOR_LIST:
		return aws_list_take(t, a, e);
	case CONNECTOR_TEST:
		return aws_test_take(t, a, e);
	}
	return RC_BUG;
}

const struct connector aws_connector = {
    .rules = {.type = "aws",
	.title = "AWS IoT Core",
	.group = 1,
	.can_remove = true,
	.can_suspend = true,
	.can_list = true,
	.fields = fields,
	.ops = ops,
	.check = check},
    .quota_key = quota_key,
    .ask = ask,
    .take = take,
    .has_login = true,
    .expect = aws_list_expect,
    .clash = aws_list_clash,
};
