/* One device in AWS IoT Core, call by call.  Certificates that are not valid
 * any more go first, whatever comes of the others; then the thing, so that a
 * name that is another's admits nothing.
 * Must not take "exists already" for a success without looking. */
#include "cloud/aws_sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/enc.h"
#include "cloud/aws_answer.h"
#include "cloud/aws_call.h"
#include "cloud/aws_thing.h"

#define PEM_MAX (64u << 10)
#define LOOPS_MAX 3   /* of what the cloud says is there, and then not */
#define STATES_MAX 12 /* of a detachment that is still on its way */
#define LIMITS_MAX 20

enum step {
	START,
	THING_CREATE,
	THING_DESCRIBE,
	THING_UPDATE,
	THING_GROUP,
	CERT_REGISTER,
	CERT_DESCRIBE,
	CERT_ACTIVATE,
	CERT_POLICY,
	CERT_PRINCIPAL,
	OUT_INACTIVE, /* a certificate goes */
	OUT_DETACH,
	OUT_DELETE,
	SUSPEND,
	GONE_DESCRIBE, /* the thing goes */
	GONE_DELETE,
	STEPS,
};

/* What the conversation remembers besides its place; it counts what a cloud
 * says again and again. */
enum counted { LOOPS, STATES, LIMITS, COUNTED };
struct memory {
	unsigned int counts[COUNTED];
	bool admitting;			 /* what is to go is gone */
	char words[CONNECTOR_TEXT_SIZE]; /* of "exists already" */
};

static struct memory *memory(struct connector_talk *t)
{
	static const struct memory none;

	if (t->note.n == 0)
		buf_add(&t->note, &none, sizeof(none));
	return buf_ok(&t->note) ? (struct memory *)(void *)t->note.p : NULL;
}

/* One more of these; true when there were as many as there may be. */
static bool is_too_often(struct connector_talk *t, enum counted what,
    unsigned int max)
{
	struct memory *m = memory(t);

	return !m || ++m->counts[what] > max;
}

static void remember(struct connector_talk *t, const struct aws_answer *x)
{
	struct memory *m = memory(t);

	if (m)
		memcpy(m->words, x->words, sizeof(x->words));
}

static const char *words(struct connector_talk *t)
{
	const struct memory *m = memory(t);

	return m ? m->words : "";
}

static const struct connector_device *device(const struct connector_talk *t)
{
	return &t->devices[0];
}

static const struct connector_cert *cert(const struct connector_talk *t)
{
	return &device(t)->certs[t->at];
}

static bool has_policy(const struct connector_talk *t)
{
	return aws_call_setting(t->way, "policy")[0] != '\0';
}

/* Created counts for more than changed, and that for more than same. */
static void raise_to(struct connector_talk *t, enum connector_result r)
{
	enum connector_result *now = &t->out[0].result;

	if (*now == CONNECTOR_NONE || *now == CONNECTOR_SAME ||
	    r == CONNECTOR_CREATED)
		*now = r;
}

static enum rc finish(struct connector_talk *t)
{
	if (t->out[0].result == CONNECTOR_NONE)
		t->out[0].result = CONNECTOR_SAME;
	t->over = true;
	return RC_OK;
}

static enum rc fail(struct connector_talk *t, enum connector_result r,
    const char *why, const char *said)
{
	char text[2 * CONNECTOR_TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "%s%s%s", why,
	    why[0] && said[0] ? " " : "", said);
	connector_clean(span_str(text[0] != '\0'
				? text
				: "The cloud gives no reason."),
	    t->out[0].message);
	t->out[0].result = r;
	t->over = true;
	return RC_OK;
}

static enum rc go_cert(struct connector_talk *t);

static enum rc go(struct connector_talk *t, enum step step)
{
	struct memory *m = memory(t);

	if (m)
		m->counts[STATES] = 0;
	t->step = step;
	return RC_OK;
}

static bool is_admitting(struct connector_talk *t)
{
	const struct memory *m = memory(t);

	return m && m->admitting;
}

/* The thing, once, and then the certificates that are valid. */
static enum rc go_admit(struct connector_talk *t)
{
	struct memory *m = memory(t);

	if (!m || m->admitting)
		return finish(t);
	m->admitting = true;
	t->at = 0;
	if (aws_thing_wanted(t->way))
		return go(t, THING_CREATE);
	return go_cert(t);
}

/* To the certificate at t->at, or to what comes behind the last. */
static enum rc go_cert(struct connector_talk *t)
{
	const struct connector_device *d = device(t);
	bool admit = d->want == CONNECTOR_ADMIT;

	while (admit && t->at < d->certs_n && cert(t)->valid != is_admitting(t))
		t->at++;
	if (t->at < d->certs_n) {
		if (d->want == CONNECTOR_SUSPEND)
			return go(t, SUSPEND);
		return go(t,
		    d->want == CONNECTOR_REMOVE || !cert(t)->valid
			? OUT_INACTIVE
			: CERT_REGISTER);
	}
	if (admit)
		return go_admit(t);
	if (d->want == CONNECTOR_REMOVE && aws_thing_wanted(t->way))
		return go(t, GONE_DESCRIBE);
	return finish(t);
}

static enum rc next_cert(struct connector_talk *t)
{
	t->at++;
	return go_cert(t);
}

static enum rc go_group(struct connector_talk *t)
{
	char name[CONNECTOR_NAME_SIZE];

	if (aws_thing_group(t->way, t->at, name))
		return go(t, THING_GROUP);
	t->at = 0;
	return go_cert(t);
}

static enum rc start(struct connector_talk *t)
{
	t->at = 0;
	t->out[0].result = CONNECTOR_NONE;
	return go_cert(t);
}

/* Begins again with what is said to be there and is not, but not for ever. */
static enum rc again(struct connector_talk *t, enum step step, const char *said)
{
	if (is_too_often(t, LOOPS, LOOPS_MAX))
		return fail(t, CONNECTOR_REFUSED,
		    "The cloud says that it is there, and that it is not.",
		    said);
	return go(t, step);
}

/* Detachments take AWS a moment. */
static enum rc not_yet(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	if (is_too_often(t, STATES, STATES_MAX))
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	return err_set(e, RC_AGAIN, CONNECTOR_NOT_YET,
	    "AWS is not ready for this yet: %.300s", x->words);
}

/* --- requests ---------------------------------------------------------- */

static enum rc body_json(struct connector_request *q, json_t *o, struct err *e)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	if (text)
		buf_add_str(&q->body, text);
	free(text);
	json_decref(o);
	if (!text)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return RC_OK;
}

static enum rc body_thing(struct connector_talk *t, bool merge,
    struct connector_request *q, struct err *e)
{
	const char *type = aws_call_setting(t->way, "thing_type");
	json_t *o = json_object(), *payload = json_object();

	(void)json_object_set_new(payload, "attributes",
	    aws_thing_attributes(t->way, device(t), merge));
	/* What users added themselves stays. */
	if (merge)
		(void)json_object_set_new(payload, "merge", json_true());
	(void)json_object_set_new(o, "attributePayload", payload);
	if (type[0] != '\0')
		(void)json_object_set_new(o, "thingTypeName",
		    json_string(type));
	return body_json(q, o, e);
}

static enum rc body_register(struct connector_talk *t,
    struct connector_request *q, struct err *e)
{
	json_t *o = json_object();
	struct buf pem;

	buf_init(&pem, PEM_MAX);
	enc_pem(&pem, "CERTIFICATE", cert(t)->der);
	if (buf_ok(&pem))
		(void)json_object_set_new(o, "certificatePem",
		    json_stringn((const char *)pem.p, pem.n));
	(void)json_object_set_new(o, "status", json_string("ACTIVE"));
	buf_clear(&pem);
	return body_json(q, o, e);
}

static enum rc body_group(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	char group[CONNECTOR_NAME_SIZE] = "", thing[CONNECTOR_NAME_SIZE];
	enum rc rc = aws_thing_name(t->way, device(t), thing, e);

	(void)aws_thing_group(t->way, t->at, group);
	if (rc != RC_OK)
		return rc;
	return body_json(q,
	    json_pack("{ssss}", "thingGroupName", group, "thingName", thing),
	    e);
}

static enum rc body_for(struct connector_talk *t, const char *arn,
    struct connector_request *q, struct err *e)
{
	switch ((enum step)t->step) {
	case THING_CREATE:
		return body_thing(t, false, q, e);
	case THING_UPDATE:
		return body_thing(t, true, q, e);
	case THING_GROUP:
		return body_group(t, q, e);
	case CERT_REGISTER:
		return body_register(t, q, e);
	case CERT_POLICY:
		return body_json(q, json_pack("{ss}", "target", arn), e);
	default:
		return RC_OK;
	}
}

enum named { BY_NOTHING, BY_THING, BY_CERT, BY_POLICY };

/* How each step asks. */
static const struct shape {
	const char *call, *method, *path;
	enum aws_call_op op;
	enum named named;
	const char *query, *value;
	bool has_body, has_principal;
} shapes[STEPS] = {
    [THING_CREATE] = {"CreateThing", "POST", "/things/*", AWS_CALL_THING,
	BY_THING, NULL, NULL, true, false},
    [THING_DESCRIBE] = {"DescribeThing", "GET", "/things/*", AWS_CALL_THING,
	BY_THING, NULL, NULL, false, false},
    [THING_UPDATE] = {"UpdateThing", "PATCH", "/things/*", AWS_CALL_THING,
	BY_THING, NULL, NULL, true, false},
    [THING_GROUP] = {"AddThingToThingGroup", "PUT",
	"/thing-groups/addThingToThingGroup", AWS_CALL_THING, BY_NOTHING, NULL,
	NULL, true, false},
    [CERT_REGISTER] = {"RegisterCertificateWithoutCA", "POST",
	"/certificate/register-no-ca", AWS_CALL_REGISTER, BY_NOTHING, NULL,
	NULL, true, false},
    [CERT_DESCRIBE] = {"DescribeCertificate", "GET", "/certificates/*",
	AWS_CALL_DESCRIBE, BY_CERT, NULL, NULL, false, false},
    [CERT_ACTIVATE] = {"UpdateCertificate", "PUT", "/certificates/*",
	AWS_CALL_UPDATE, BY_CERT, "newStatus", "ACTIVE", false, false},
    [CERT_POLICY] = {"AttachPolicy", "PUT", "/target-policies/*",
	AWS_CALL_POLICY, BY_POLICY, NULL, NULL, true, false},
    [CERT_PRINCIPAL] = {"AttachThingPrincipal", "PUT", "/things/*/principals",
	AWS_CALL_PRINCIPAL, BY_THING, NULL, NULL, false, true},
    [OUT_INACTIVE] = {"UpdateCertificate", "PUT", "/certificates/*",
	AWS_CALL_UPDATE, BY_CERT, "newStatus", "INACTIVE", false, false},
    [OUT_DETACH] = {"DetachThingPrincipal", "DELETE", "/things/*/principals",
	AWS_CALL_PRINCIPAL, BY_THING, NULL, NULL, false, true},
    /* Forced: also when users attached policies of their own to it. */
    [OUT_DELETE] = {"DeleteCertificate", "DELETE", "/certificates/*",
	AWS_CALL_DELETE, BY_CERT, "forceDelete", "true", false, false},
    [SUSPEND] = {"UpdateCertificate", "PUT", "/certificates/*", AWS_CALL_UPDATE,
	BY_CERT, "newStatus", "INACTIVE", false, false},
    [GONE_DESCRIBE] = {"DescribeThing", "GET", "/things/*", AWS_CALL_THING,
	BY_THING, NULL, NULL, false, false},
    [GONE_DELETE] = {"DeleteThing", "DELETE", "/things/*", AWS_CALL_THING,
	BY_THING, NULL, NULL, false, false},
};

enum rc aws_sync_ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	char name[CONNECTOR_NAME_SIZE] = "", id[AWS_CALL_ID_SIZE] = "";
	char arn[AWS_CALL_ARN_SIZE] = "";
	const struct shape *s;
	struct aws_call c;
	enum rc rc = RC_OK;

	if (!memory(t))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	if (t->step == START)
		rc = start(t);
	if (rc != RC_OK || t->over)
		return rc;
	s = &shapes[t->step];
	if (t->at < device(t)->certs_n) {
		aws_call_id(cert(t), id);
		aws_call_arn(t->way, id, arn);
	}
	if (s->named == BY_THING)
		rc = aws_thing_name(t->way, device(t), name, e);
	if (rc == RC_OK && s->has_body)
		rc = body_for(t, arn, q, e);
	if (rc != RC_OK)
		return rc;
	c = (struct aws_call){.method = s->method,
	    .op = s->op,
	    .path = s->path,
	    .name = s->named == BY_THING ? name
		: s->named == BY_CERT	 ? id
					 : aws_call_setting(t->way, "policy"),
	    .query = {{s->query, s->value}},
	    .principal = s->has_principal ? arn : NULL,
	    .content_type = s->has_body ? "application/json" : NULL};
	return aws_call_build(t, &c, q, e);
}

/* --- answers ----------------------------------------------------------- */

/* What the settings name and the account does not have. */
static enum rc say_missing(const char *what, const char *name,
    const struct aws_answer *x, struct err *e)
{
	return err_set(e, RC_DENIED, "cloud-setting-missing",
	    "The cloud has no %s \"%.128s\": %.200s", what, name, x->words);
}

static enum rc take_create(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	if (x->kind == AWS_ANSWER_EXISTS) {
		remember(t, x);
		return go(t, THING_DESCRIBE);
	}
	if (x->kind == AWS_ANSWER_NOT_FOUND)
		return say_missing("thing type",
		    aws_call_setting(t->way, "thing_type"), x, e);
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	if (!connector_str(x->root, "thingName"))
		return aws_answer_garbage("CreateThing", "it has no thingName",
		    e);
	return go_group(t);
}

/* It is ours when it has our mark; *mark is "" when it has none. */
static enum rc read_thing(const struct connector_talk *t, json_t *root,
    const char **mark, struct err *e)
{
	json_t *attributes = json_object_get(root, "attributes");
	char name[CONNECTOR_NAME_SIZE];
	const char *s = connector_str(root, "thingName");
	enum rc rc = aws_thing_name(t->way, device(t), name, e);

	if (rc != RC_OK)
		return rc;
	if (!s || strcmp(s, name) != 0)
		return aws_answer_garbage("DescribeThing",
		    "it is about another thing", e);
	if (attributes && !json_is_object(attributes))
		return aws_answer_garbage("DescribeThing",
		    "its attributes are no object", e);
	s = connector_str(attributes, AWS_THING_MARK);
	*mark = s ? s : "";
	return RC_OK;
}

/* All of our attributes and the type are as they should be. */
static bool is_same_thing(const struct connector_talk *t, json_t *root)
{
	const char *type = aws_call_setting(t->way, "thing_type");
	const char *there = connector_str(root, "thingTypeName");
	json_t *want = aws_thing_attributes(t->way, device(t), true), *v;
	json_t *have = json_object_get(root, "attributes");
	const char *k, *is;
	bool same =
	    want && (type[0] == '\0' || (there && strcmp(there, type) == 0));

	json_object_foreach(want, k, v)
	{
		is = connector_str(have, k);
		same = same && strcmp(is ? is : "", json_string_value(v)) == 0;
	}
	json_decref(want);
	return same;
}

static enum rc take_thing(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	const char *mark = "";
	enum rc rc;

	if (x->kind == AWS_ANSWER_NOT_FOUND)
		return again(t, THING_CREATE, x->words);
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	rc = read_thing(t, x->root, &mark, e);
	if (rc != RC_OK)
		return rc;
	if (mark[0] == '\0')
		return fail(t, CONNECTOR_CONFLICT,
		    "A thing of this name is there that is not ours.",
		    words(t));
	if (strcmp(mark, device(t)->ref) != 0)
		return fail(t, CONNECTOR_CONFLICT,
		    "The thing of this name is another device's, whose birth "
		    "certificate is",
		    mark);
	if (!is_same_thing(t, x->root))
		return go(t, THING_UPDATE);
	return go_group(t);
}

static enum rc take_update(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	if (x->kind == AWS_ANSWER_STATE)
		return not_yet(t, x, e);
	if (x->kind == AWS_ANSWER_NOT_FOUND)
		return again(t, THING_CREATE, x->words);
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	raise_to(t, CONNECTOR_CHANGED);
	return go_group(t);
}

static enum rc take_group(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	char name[CONNECTOR_NAME_SIZE] = "";

	if (x->kind == AWS_ANSWER_NOT_FOUND) {
		(void)aws_thing_group(t->way, t->at, name);
		return say_missing("thing group", name, x, e);
	}
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	t->at++;
	return go_group(t);
}

static enum rc go_attach(struct connector_talk *t)
{
	if (has_policy(t))
		return go(t, CERT_POLICY);
	if (aws_thing_wanted(t->way))
		return go(t, CERT_PRINCIPAL);
	return next_cert(t);
}

/* What AWS says of the certificate is of this account and region. */
static enum rc check_arn(const struct connector_talk *t, const char *said,
    struct err *e)
{
	char id[AWS_CALL_ID_SIZE], arn[AWS_CALL_ARN_SIZE];

	aws_call_id(cert(t), id);
	aws_call_arn(t->way, id, arn);
	if (!said || strcmp(said, arn) == 0)
		return RC_OK;
	return err_set(e, RC_DENIED, "cloud-account",
	    "The credentials are of another account or region: AWS calls the "
	    "certificate %.200s.",
	    said);
}

static enum rc take_register(struct connector_talk *t,
    const struct aws_answer *x, struct err *e)
{
	const char *got = connector_str(x->root, "certificateId");
	const char *said = connector_str(x->root, "certificateArn");
	char id[AWS_CALL_ID_SIZE];

	aws_call_id(cert(t), id);
	if (x->kind == AWS_ANSWER_EXISTS) {
		if (x->resource[0] && strcasecmp(x->resource, id) != 0)
			return fail(t, CONNECTOR_CONFLICT, x->words,
			    x->resource);
		remember(t, x);
		return go(t, CERT_DESCRIBE);
	}
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	if (!got || strcasecmp(got, id) != 0)
		return aws_answer_garbage("RegisterCertificateWithoutCA",
		    "its certificateId is not the certificate's fingerprint",
		    e);
	if (check_arn(t, said, e) != RC_OK)
		return RC_DENIED;
	raise_to(t, CONNECTOR_CREATED);
	return go_attach(t);
}

/* The DER of the certificate there is ours. */
static bool is_same_cert(const struct connector_talk *t, const char *pem)
{
	struct span rest = span_str(pem);
	struct buf der;
	bool same;

	buf_init(&der, PEM_MAX);
	same = enc_unpem(&der, "CERTIFICATE", &rest) &&
	    span_trim(rest).n == 0 && span_eq(buf_span(&der), cert(t)->der);
	buf_clear(&der);
	return same;
}

static enum rc take_describe(struct connector_talk *t,
    const struct aws_answer *x, struct err *e)
{
	json_t *c = json_object_get(x->root, "certificateDescription");
	const char *status = connector_str(c, "status");
	const char *pem = connector_str(c, "certificatePem");

	if (x->kind == AWS_ANSWER_NOT_FOUND)
		return again(t, CERT_REGISTER, x->words);
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	if (!status || !pem)
		return aws_answer_garbage("DescribeCertificate",
		    "it has no certificatePem or status", e);
	if (!is_same_cert(t, pem))
		return fail(t, CONNECTOR_CONFLICT,
		    "Another certificate is there in its place:", words(t));
	if (check_arn(t, connector_str(c, "certificateArn"), e) != RC_OK)
		return RC_DENIED;
	if (strcmp(status, "INACTIVE") == 0)
		return go(t, CERT_ACTIVATE);
	if (strcmp(status, "ACTIVE") != 0)
		return fail(t, CONNECTOR_REFUSED,
		    "The certificate is there, and its status is", status);
	raise_to(t, CONNECTOR_SAME);
	return go_attach(t);
}

static enum rc take_activate(struct connector_talk *t,
    const struct aws_answer *x, struct err *e)
{
	(void)e;
	if (x->kind == AWS_ANSWER_NOT_FOUND)
		return again(t, CERT_REGISTER, x->words);
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	raise_to(t, CONNECTOR_CHANGED);
	return go_attach(t);
}

static enum rc take_policy(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	/* The policy, or the certificate of a moment ago? */
	if (x->kind == AWS_ANSWER_NOT_FOUND) {
		if (!is_too_often(t, LOOPS, LOOPS_MAX))
			return go(t, CERT_REGISTER);
		return say_missing("policy", aws_call_setting(t->way, "policy"),
		    x, e);
	}
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	if (aws_thing_wanted(t->way))
		return go(t, CERT_PRINCIPAL);
	return next_cert(t);
}

static enum rc take_principal(struct connector_talk *t,
    const struct aws_answer *x, struct err *e)
{
	(void)e;
	if (x->kind == AWS_ANSWER_NOT_FOUND) {
		unsigned int at = t->at;
		enum rc rc = again(t, THING_CREATE, x->words);

		t->at = t->over ? at : 0;
		return rc;
	}
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	return next_cert(t);
}

static enum rc take_out(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	bool removing = device(t)->want == CONNECTOR_REMOVE;

	if (x->kind == AWS_ANSWER_STATE && t->step == OUT_DELETE)
		return not_yet(t, x, e);
	if (x->kind == AWS_ANSWER_NOT_FOUND && t->step != OUT_DETACH)
		return next_cert(t);
	if (x->kind != AWS_ANSWER_OK && x->kind != AWS_ANSWER_NOT_FOUND)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	if (t->step == OUT_INACTIVE && aws_thing_wanted(t->way))
		return go(t, OUT_DETACH);
	if (t->step != OUT_DELETE)
		return go(t, OUT_DELETE);
	raise_to(t, removing ? CONNECTOR_REMOVED : CONNECTOR_CHANGED);
	return next_cert(t);
}

static enum rc take_suspend(struct connector_talk *t,
    const struct aws_answer *x, struct err *e)
{
	(void)e;
	if (x->kind == AWS_ANSWER_OK)
		raise_to(t, CONNECTOR_CHANGED);
	else if (x->kind != AWS_ANSWER_NOT_FOUND)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	return next_cert(t);
}

static enum rc take_gone(struct connector_talk *t, const struct aws_answer *x,
    struct err *e)
{
	const char *mark = "";
	enum rc rc;

	if (x->kind == AWS_ANSWER_NOT_FOUND)
		return finish(t);
	if (x->kind != AWS_ANSWER_OK)
		return fail(t, CONNECTOR_REFUSED, "", x->words);
	rc = read_thing(t, x->root, &mark, e);
	if (rc != RC_OK)
		return rc;
	/* Another's stays. */
	if (strcmp(mark, device(t)->ref) != 0)
		return finish(t);
	return go(t, GONE_DELETE);
}

static enum rc take_deleted(struct connector_talk *t,
    const struct aws_answer *x, struct err *e)
{
	/* "Still attached": what was detached may be on its way. */
	if (x->kind == AWS_ANSWER_STATE || x->kind == AWS_ANSWER_REFUSED)
		return not_yet(t, x, e);
	if (x->kind == AWS_ANSWER_OK)
		raise_to(t, CONNECTOR_REMOVED);
	return finish(t);
}

typedef enum rc take_step(struct connector_talk *t, const struct aws_answer *x,
    struct err *e);

static take_step *const takes[STEPS] = {
    [THING_CREATE] = take_create,
    [THING_DESCRIBE] = take_thing,
    [THING_UPDATE] = take_update,
    [THING_GROUP] = take_group,
    [CERT_REGISTER] = take_register,
    [CERT_DESCRIBE] = take_describe,
    [CERT_ACTIVATE] = take_activate,
    [CERT_POLICY] = take_policy,
    [CERT_PRINCIPAL] = take_principal,
    [OUT_INACTIVE] = take_out,
    [OUT_DETACH] = take_out,
    [OUT_DELETE] = take_out,
    [SUSPEND] = take_suspend,
    [GONE_DESCRIBE] = take_gone,
    [GONE_DELETE] = take_deleted,
};

/* A limit of one device, ten policies say, does not go away by waiting. */
static bool is_own_limit(struct connector_talk *t, const struct aws_answer *x)
{
	return strcmp(x->name, "LimitExceededException") == 0 &&
	    is_too_often(t, LIMITS, LIMITS_MAX);
}

enum rc aws_sync_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	struct aws_answer x;
	enum rc rc;

	if (t->step == START || t->step >= STEPS || !memory(t))
		return err_set(e, RC_BUG, "cloud-step",
		    "An answer came to no question.");
	rc = aws_answer_read(t, a, shapes[t->step].call, &x, e);
	if (rc == RC_LIMIT && is_own_limit(t, &x))
		return fail(t, CONNECTOR_REFUSED, "", x.words);
	if (rc != RC_OK)
		return rc;
	rc = takes[t->step](t, &x, e);
	aws_answer_clear(&x);
	return rc;
}
