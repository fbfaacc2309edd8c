/* STS by its Query API.
 * Must not say a key or a token in an error. */
#include "cloud/aws_login.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "cloud/aws_answer.h"
#include "cloud/aws_call.h"
#include "cloud/aws_xml.h"

#define LASTS_S 3600
#define KEYS_LAST_S 43200 /* as long as nobody changes them */
#define TOKEN_SIZE 8192

static const char form[] = "application/x-www-form-urlencoded";

static bool is_web(const struct connector_way *way)
{
	return strcmp(aws_call_setting(way, "web_identity"), "yes") == 0;
}

static void add(struct buf *body, const char *name, const char *value)
{
	buf_addf(body, "%s%s=", body->n > 0 ? "&" : "", name);
	enc_percent(body, span_str(value));
}

static void begin(struct buf *body, const char *action)
{
	add(body, "Action", action);
	add(body, "Version", "2011-06-15");
}

/* STS shows it in the account's own log: who came. */
static void add_role(const struct connector_way *way, struct buf *body)
{
	char name[65], lasts[12];

	(void)snprintf(name, sizeof(name), "birthmark-%.50s", way->cloud_id);
	(void)snprintf(lasts, sizeof(lasts), "%d", LASTS_S);
	add(body, "RoleArn", aws_call_setting(way, "role_arn"));
	add(body, "RoleSessionName", name);
	add(body, "DurationSeconds", lasts);
}

static enum rc add_token(const struct connector_way *way, struct buf *body,
    struct err *e)
{
	struct buf jwt;
	enum rc rc;

	buf_init(&jwt, TOKEN_SIZE);
	rc = way->token(way->ctx, AWS_LOGIN_AUDIENCE, &jwt, e);
	if (rc == RC_OK)
		add(body, "WebIdentityToken", buf_cstr(&jwt));
	buf_clear_secret(&jwt);
	return rc;
}

enum rc aws_login_ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	const struct connector_way *way = t->way;
	const char *external = aws_call_setting(way, "external_id");
	struct connector_way keys = *way;
	struct connector_talk with = *t;
	const struct aws_call c = {.method = "POST",
	    .op = AWS_CALL_STS,
	    .path = "/",
	    .content_type = form,
	    .is_sts = true,
	    .is_unsigned = is_web(way)};
	enum rc rc = RC_OK;

	if (aws_call_setting(way, "role_arn")[0] == '\0') {
		buf_add_str(&t->session, "{}");
		t->session_ends_s = t->now_s + KEYS_LAST_S;
		t->over = true;
		return RC_OK;
	}
	begin(&q->body,
	    is_web(way) ? "AssumeRoleWithWebIdentity" : "AssumeRole");
	add_role(way, &q->body);
	if (is_web(way))
		rc = add_token(way, &q->body, e);
	else if (external[0] != '\0')
		add(&q->body, "ExternalId", external);
	if (rc != RC_OK)
		return rc;
	/* The role is assumed with the keys, whatever session there was. */
	keys.session = "";
	with.way = &keys;
	return aws_call_build(&with, &c, q, e);
}

static enum rc read_session(struct connector_talk *t, struct span xml,
    const char *call, struct err *e)
{
	char id[129], secret[257], token[TOKEN_SIZE], ends[40];
	struct span credentials = SPAN_NONE;
	struct json w;
	enum rc rc = RC_OK;

	if (!aws_xml_inner(xml, "Credentials", &credentials) ||
	    !aws_xml_text(credentials, "AccessKeyId", id, sizeof(id)) ||
	    !aws_xml_text(credentials, "SecretAccessKey", secret,
		sizeof(secret)) ||
	    !aws_xml_text(credentials, "SessionToken", token, sizeof(token)) ||
	    !aws_xml_text(credentials, "Expiration", ends, sizeof(ends)) ||
	    !clock_parse(span_str(ends), &t->session_ends_s) ||
	    t->session_ends_s <= t->now_s)
		rc = aws_answer_garbage(call, "it has no credentials in time",
		    e);
	if (rc == RC_OK) {
		buf_reset(&t->session);
		json_init(&w, &t->session);
		json_obj(&w);
		json_put_str(&w, "access_key_id", id);
		json_put_str(&w, "secret_access_key", secret);
		json_put_str(&w, "session_token", token);
		json_end(&w);
		t->over = true;
	}
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(token, sizeof(token));
	return rc;
}

/* The result of a call of STS, out of its XML. */
static enum rc read_result(const struct connector_talk *t,
    const struct connector_answer *a, const char *call, struct span *out,
    struct err *e)
{
	struct aws_answer x;
	char tag[64];
	enum rc rc;

	(void)snprintf(tag, sizeof(tag), "%sResult", call);
	if (a->status == 200) {
		if (a->body.n > AWS_ANSWER_MAX ||
		    !aws_xml_inner(a->body, tag, out))
			return aws_answer_garbage(call, "it has no result", e);
		return RC_OK;
	}
	rc = aws_answer_read(t, a, call, &x, e);
	if (rc == RC_OK) {
		rc = aws_answer_garbage(call, x.words, e);
		aws_answer_clear(&x);
	}
	return rc;
}

enum rc aws_login_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	const char *call =
	    is_web(t->way) ? "AssumeRoleWithWebIdentity" : "AssumeRole";
	struct span result = SPAN_NONE;
	enum rc rc = read_result(t, a, call, &result, e);

	return rc == RC_OK ? read_session(t, result, call, e) : rc;
}

enum rc aws_login_ask_who(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	const struct aws_call c = {.method = "POST",
	    .op = AWS_CALL_STS,
	    .path = "/",
	    .content_type = form,
	    .is_sts = true};

	begin(&q->body, "GetCallerIdentity");
	return aws_call_build(t, &c, q, e);
}

enum rc aws_login_take_who(struct connector_talk *t,
    const struct connector_answer *a, char account[13],
    char arn[CONNECTOR_TEXT_SIZE], struct err *e)
{
	static const char call[] = "GetCallerIdentity";
	struct span result = SPAN_NONE;
	enum rc rc = read_result(t, a, call, &result, e);

	if (rc == RC_OK &&
	    (!aws_xml_text(result, "Account", account, 13) ||
		!aws_xml_text(result, "Arn", arn, CONNECTOR_TEXT_SIZE)))
		rc = aws_answer_garbage(call, "it names no account", e);
	return rc;
}
