/* Addresses, queries and signatures of calls.
 * Must not judge an answer. */
#include "cloud/aws_call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/enc.h"
#include "cloud/aws_sign.h"

#define HOST_SIZE 300
#define PATH_MAX_BYTES 2048
#define QUERY_MAX_BYTES 8192

const char *aws_call_setting(const struct connector_way *way, const char *name)
{
	const char *s = connector_str(way->settings, name);

	return s ? s : "";
}

void aws_call_id(const struct connector_cert *cert, char id[AWS_CALL_ID_SIZE])
{
	enc_hex_str(id, span_of(cert->fp, sizeof(cert->fp)));
}

/* Regions of China and of the American government are worlds of their own. */
static const char *partition(const char *region)
{
	if (strncasecmp(region, "cn-", 3) == 0)
		return "aws-cn";
	if (strncasecmp(region, "us-gov-", 7) == 0)
		return "aws-us-gov";
	return "aws";
}

void aws_call_arn(const struct connector_way *way, const char *id,
    char arn[AWS_CALL_ARN_SIZE])
{
	const char *region = aws_call_setting(way, "region");

	(void)snprintf(arn, AWS_CALL_ARN_SIZE, "arn:%s:iot:%.30s:%.12s:cert/%s",
	    partition(region), region, aws_call_setting(way, "account_id"), id);
}

struct span aws_call_arn_id(const struct connector_way *way, const char *arn)
{
	char prefix[AWS_CALL_ARN_SIZE];
	struct span s = span_str(arn);
	size_t n;

	aws_call_arn(way, "", prefix);
	n = strlen(prefix);
	if (!span_starts(s, span_str(prefix)) || s.n - n != 64)
		return SPAN_NONE;
	return span_sub(s, n, 64);
}

/* An address that is set stands for that of the region. */
static void find_host(const struct connector_way *way, bool is_sts,
    char out[HOST_SIZE])
{
	const char *region = aws_call_setting(way, "region");
	const char *set =
	    aws_call_setting(way, is_sts ? "sts_endpoint" : "endpoint");
	struct span host = span_str(set);

	if (set[0] == '\0') {
		(void)snprintf(out, HOST_SIZE, "%s.%s.amazonaws.com%s",
		    is_sts ? "sts" : "iot", region,
		    strcmp(partition(region), "aws-cn") == 0 ? ".cn" : "");
		return;
	}
	if (span_starts(host, SPAN_LIT("https://")))
		host = span_sub(host, 8, host.n - 8);
	while (host.n > 0 && host.p[host.n - 1] == '/')
		host.n--;
	/* The default port is not in the Host header. */
	if (host.n > 4 && memcmp(host.p + host.n - 4, ":443", 4) == 0)
		host.n -= 4;
	(void)span_copy_str(host, out, HOST_SIZE);
}

static void add_path(struct buf *out, const struct aws_call *c)
{
	const char *p;

	for (p = c->path; *p; p++)
		if (*p == '*')
			enc_percent(out, span_str(c->name));
		else
			buf_add_u8(out, (uint8_t)*p);
}

static void add_query(struct buf *out, const struct aws_call *c)
{
	size_t i;

	for (i = 0; i < AWS_CALL_QUERY_MAX; i++) {
		if (!c->query[i].name || !c->query[i].value)
			continue;
		if (out->n > 0)
			buf_add_u8(out, '&');
		enc_percent(out, span_str(c->query[i].name));
		buf_add_u8(out, '=');
		enc_percent(out, span_str(c->query[i].value));
	}
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static enum rc sign(const struct connector_talk *t, struct aws_sign_request *r,
    struct buf *headers, struct err *e)
{
	const struct connector_way *way = t->way;
	json_t *made = NULL, *from = way->credentials;
	struct aws_sign_keys keys;
	enum rc rc = RC_OK;

	if (way->session && way->session[0] != '\0')
		made = json_loads(way->session, 0, NULL);
	if (connector_str(made, "access_key_id"))
		from = made;
	keys.id = or_empty(connector_str(from, "access_key_id"));
	keys.secret = or_empty(connector_str(from, "secret_access_key"));
	keys.token = or_empty(connector_str(from, "session_token"));
	if (keys.id[0] == '\0' || keys.secret[0] == '\0')
		rc = err_set(e, RC_UNAUTHENTICATED, "cloud-credentials-missing",
		    "The cloud has no access key; set its credentials.");
	else
		aws_sign_request(r, &keys, headers);
	json_decref(made);
	return rc;
}

enum rc aws_call_build(const struct connector_talk *t, const struct aws_call *c,
    struct connector_request *q, struct err *e)
{
	struct aws_sign_request r = {.method = c->method,
	    .content_type = or_empty(c->content_type),
	    .principal = or_empty(c->principal),
	    .body = buf_span(&q->body),
	    .region = aws_call_setting(t->way, "region"),
	    .service = c->is_sts ? "sts" : "iot",
	    .now_s = t->now_s};
	char host[HOST_SIZE];
	struct buf path, query;
	enum rc rc = RC_OK;

	find_host(t->way, c->is_sts, host);
	buf_init(&path, PATH_MAX_BYTES);
	buf_init(&query, QUERY_MAX_BYTES);
	add_path(&path, c);
	add_query(&query, c);
	r.host = host;
	r.path = or_empty(buf_cstr(&path));
	r.query = or_empty(buf_cstr(&query));
	q->method = c->method;
	q->op = c->op;
	q->content_type = c->content_type;
	buf_addf(&q->url, "https://%s%s%s%s", host, r.path,
	    query.n > 0 ? "?" : "", r.query);
	if (!c->is_unsigned)
		rc = sign(t, &r, &q->headers, e);
	if (rc == RC_OK &&
	    (!buf_ok(&path) || !buf_ok(&query) || !buf_ok(&q->url) ||
		!buf_ok(&q->headers) || !buf_ok(&q->body)))
		rc = err_set(e, RC_TOO_LARGE, "cloud-request-too-large",
		    "The request to the cloud is too large.");
	buf_clear(&path);
	buf_clear(&query);
	return rc;
}
