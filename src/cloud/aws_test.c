/* Tries rights on what cannot be: a certificate of all zeros, a thing of a
 * name by chance.  Being told that it is not there shows the right.
 * Must not send what could succeed in changing something. */
#include "cloud/aws_test.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/aws_answer.h"
#include "cloud/aws_call.h"
#include "cloud/aws_login.h"
#include "cloud/aws_thing.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define NOBODY "birthmark-test-"

/* Well-formed for the API, and no certificate. */
static const char junk[] =
    "{\"certificatePem\":\"-----BEGIN CERTIFICATE-----\\nMAA=\\n"
    "-----END CERTIFICATE-----\\n\",\"status\":\"INACTIVE\"}";

enum when { ALWAYS, WITH_POLICY, WITH_THINGS, WITH_TYPE };
enum named { BY_NOTHING, BY_ZEROS, BY_CHANCE, BY_POLICY, BY_TYPE };

/* In their order; the first asks STS. */
static const struct probe {
	const char *check, *call, *method, *path;
	enum aws_call_op op;
	enum named named;
	enum when when;
	const char *query, *value;
	bool has_body, has_principal;
	bool exists; /* what it names has to be there */
} probes[] = {
    {.check = "account", .call = "GetCallerIdentity"},
    {"list", "ListCertificates", "GET", "/certificates", AWS_CALL_LIST,
	BY_NOTHING, ALWAYS, "pageSize", "1", false, false, true},
    {"register", "RegisterCertificateWithoutCA", "POST",
	"/certificate/register-no-ca", AWS_CALL_REGISTER, BY_NOTHING, ALWAYS,
	NULL, NULL, true, false, false},
    {"describe", "DescribeCertificate", "GET", "/certificates/*",
	AWS_CALL_DESCRIBE, BY_ZEROS, ALWAYS, NULL, NULL, false, false, false},
    {"update", "UpdateCertificate", "PUT", "/certificates/*", AWS_CALL_UPDATE,
	BY_ZEROS, ALWAYS, "newStatus", "INACTIVE", false, false, false},
    {"delete", "DeleteCertificate", "DELETE", "/certificates/*",
	AWS_CALL_DELETE, BY_ZEROS, ALWAYS, "forceDelete", "true", false, false,
	false},
    {"policy", "ListTargetsForPolicy", "POST", "/policy-targets/*",
	AWS_CALL_LIST, BY_POLICY, WITH_POLICY, "pageSize", "1", false, false,
	true},
    {"attach", "AttachPolicy", "PUT", "/target-policies/*", AWS_CALL_POLICY,
	BY_POLICY, WITH_POLICY, NULL, NULL, true, false, false},
    {"things", "ListThings", "GET", "/things", AWS_CALL_LIST, BY_NOTHING,
	WITH_THINGS, "maxResults", "1", false, false, true},
    {"thing-type", "DescribeThingType", "GET", "/thing-types/*", AWS_CALL_THING,
	BY_TYPE, WITH_TYPE, NULL, NULL, false, false, true},
    {"describe-thing", "DescribeThing", "GET", "/things/*", AWS_CALL_THING,
	BY_CHANCE, WITH_THINGS, NULL, NULL, false, false, false},
    {"principal", "AttachThingPrincipal", "PUT", "/things/*/principals",
	AWS_CALL_PRINCIPAL, BY_CHANCE, WITH_THINGS, NULL, NULL, false, true,
	false},
    {0},
};

static bool is_wanted(const struct connector_way *way, const struct probe *p)
{
	switch (p->when) {
	case WITH_POLICY:
		return aws_call_setting(way, "policy")[0] != '\0';
	case WITH_THINGS:
		return aws_thing_wanted(way);
	case WITH_TYPE:
		return aws_thing_wanted(way) &&
		    aws_call_setting(way, "thing_type")[0] != '\0';
	case ALWAYS:
		break;
	}
	return true;
}

static const char *name_of(const struct connector_way *way, enum named named,
    char chance[sizeof(NOBODY) + 16])
{
	uint8_t bytes[8];

	switch (named) {
	case BY_ZEROS:
		return ZEROS;
	case BY_POLICY:
		return aws_call_setting(way, "policy");
	case BY_TYPE:
		return aws_call_setting(way, "thing_type");
	case BY_CHANCE:
		rand_bytes(bytes, sizeof(bytes));
		memcpy(chance, NOBODY, sizeof(NOBODY));
		enc_hex_str(chance + sizeof(NOBODY) - 1,
		    span_of(bytes, sizeof(bytes)));
		return chance;
	case BY_NOTHING:
		break;
	}
	return NULL;
}

enum rc aws_test_ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	char chance[sizeof(NOBODY) + 16], arn[AWS_CALL_ARN_SIZE];
	const struct probe *p;
	struct aws_call c;

	while (probes[t->step].call && !is_wanted(t->way, &probes[t->step]))
		t->step++;
	p = &probes[t->step];
	t->over = !p->call;
	if (t->over)
		return RC_OK;
	t->check = p->check;
	if (!p->method)
		return aws_login_ask_who(t, q, e);
	aws_call_arn(t->way, ZEROS, arn);
	if (p->has_body && p->op == AWS_CALL_POLICY)
		buf_addf(&q->body, "{\"target\":\"%s\"}", arn);
	else if (p->has_body)
		buf_add_str(&q->body, junk);
	c = (struct aws_call){.method = p->method,
	    .op = p->op,
	    .path = p->path,
	    .name = name_of(t->way, p->named, chance),
	    .query = {{p->query, p->value}},
	    .principal = p->has_principal ? arn : NULL,
	    .content_type = p->has_body ? "application/json" : NULL};
	return aws_call_build(t, &c, q, e);
}

static void say(struct connector_talk *t, const char *detail)
{
	json_key(t->checks, probes[t->step].check);
	json_obj(t->checks);
	json_put_bool(t->checks, "ok", true);
	json_put_str(t->checks, "detail", detail);
	json_end(t->checks);
	t->step++;
	t->over = !probes[t->step].call;
}

static enum rc take_who(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	char account[13], arn[CONNECTOR_TEXT_SIZE], text[CONNECTOR_TEXT_SIZE];
	const char *want = aws_call_setting(t->way, "account_id");
	enum rc rc = aws_login_take_who(t, a, account, arn, e);

	if (rc != RC_OK)
		return rc;
	if (strcmp(account, want) != 0)
		return err_set(e, RC_DENIED, "cloud-account",
		    "The credentials are of account %s; the cloud is to be in "
		    "account %s.",
		    account, want);
	(void)snprintf(text, sizeof(text), "The credentials are %.250s.", arn);
	say(t, text);
	return RC_OK;
}

enum rc aws_test_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	const struct probe *p = &probes[t->step];
	struct aws_answer x;
	char text[120];
	enum rc rc;

	if (!p->method)
		return take_who(t, a, e);
	rc = aws_answer_read(t, a, p->call, &x, e);
	if (rc != RC_OK)
		return rc;
	if (p->exists && x.kind == AWS_ANSWER_NOT_FOUND)
		rc = err_set(e, RC_DENIED, "cloud-setting-missing",
		    "The account has no \"%.128s\": %.200s",
		    name_of(t->way, p->named, text), x.words);
	else if (p->exists && x.kind != AWS_ANSWER_OK)
		rc = aws_answer_garbage(p->call, x.words, e);
	aws_answer_clear(&x);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(text, sizeof(text), "The credentials may call %s.",
	    p->call);
	say(t, text);
	return RC_OK;
}
