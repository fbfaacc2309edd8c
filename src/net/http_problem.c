/* Faults as problem details (RFC 9457).
 * Must not tell what happened inside: that is for the log. */
#include "net/http_problem.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

static const struct {
	const char *slug;
	int status;
} statuses[] = {
    {"media-type", 415},
    {"method-not-allowed", 405},
    {"idempotency-key-reused", 422},
    {"disk-full", 507},
};

static int problem_status(const struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (e->slug && !strcmp(statuses[i].slug, e->slug))
			return statuses[i].status;
	return err_class(e->rc)->http_status;
}

void http_problem_write(struct http_response *resp, const struct err *e,
    int status)
{
	const struct err_class *c = err_class(e->rc);
	const char *slug = e->slug ? e->slug : "internal";
	const char *detail = e->text;
	struct json w;
	char type[160];

	/* What happened inside is for the log, not for the caller. */
	if (e->rc == RC_BUG || e->rc == RC_ENV)
		detail = strcmp(slug, "disk-full") == 0
		    ? "The service's disk is full; nothing was changed. Try "
		      "again when there is room."
		    : "The service could not do this; nothing was changed. "
		      "Its log says why.";
	resp->status = status;
	resp->content_type = "application/problem+json";
	buf_reset(&resp->body);
	(void)snprintf(type, sizeof(type), "urn:birthmark:problem:%s", slug);
	json_init(&w, &resp->body);
	json_obj(&w);
	json_put_str(&w, "type", type);
	json_put_str(&w, "title", c->title);
	json_put_u64(&w, "status", (uint64_t)resp->status);
	json_put_str(&w, "detail", detail);
	json_put_str(&w, "code", slug);
	if (e->line)
		json_put_u64(&w, "line", e->line);
	if (e->ref)
		json_put_str(&w, "ref", e->ref);
	if (e->retry_after_s) {
		json_put_u64(&w, "retry_after_s", e->retry_after_s);
		http_add_header(resp, "Retry-After", "%u", e->retry_after_s);
	}
	json_end(&w);
}

void http_problem(struct http_response *resp, const struct err *e)
{
	http_problem_write(resp, e, problem_status(e));
}
