/* Calls the service for the gate.
 * Must not keep the token longer than a request. */
#include "gate/gate_link.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define TOKEN_MAX 512
#define URL_MAX 2048
#define CONNECT_MS 10000
#define TOTAL_MS 60000

struct gate_link {
	char service[512], account[64], cloud[64];
	char token_file[PATH_MAX];
	struct fetch *fetch;
};

static bool copy(const char *from, char *to, size_t cap)
{
	return from && from[0] && span_copy_str(span_str(from), to, cap);
}

static enum rc take_options(struct gate_link *l,
    const struct gate_link_options *o, struct err *e)
{
	size_t n;

	if (!copy(o->service, l->service, sizeof(l->service)) ||
	    !span_starts(span_str(l->service), SPAN_LIT("https://")))
		return err_set(e, RC_INVALID, "gate-options",
		    "Give the service's address: https://HOST:8443.");
	for (n = strlen(l->service); l->service[n - 1] == '/'; n--)
		l->service[n - 1] = '\0';
	if (!copy(o->account, l->account, sizeof(l->account)) ||
	    !copy(o->cloud, l->cloud, sizeof(l->cloud)))
		return err_set(e, RC_INVALID, "gate-options",
		    "Give the ids of the account (acc_...) and of its cloud "
		    "(cld_...).");
	if (!copy(o->token_file, l->token_file, sizeof(l->token_file)))
		return err_set(e, RC_INVALID, "gate-options",
		    "Give the file with the token and a directory.");
	return RC_OK;
}

enum rc gate_link_new(struct gate_link **out, const struct gate_link_options *o,
    struct err *e)
{
	struct fetch_options fo = {.ca_file = o->ca_file,
	    .allow_private = true,
	    .connect_ms = CONNECT_MS,
	    .total_ms = TOTAL_MS,
	    .answer_max = o->answer_max};
	struct gate_link *l = calloc(1, sizeof(*l));
	enum rc rc;

	*out = NULL;
	if (!l)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = take_options(l, o, e);
	if (rc == RC_OK)
		rc = fetch_new(&l->fetch, &fo, e);
	if (rc == RC_OK)
		*out = l;
	else
		gate_link_free(l);
	return rc;
}

void gate_link_free(struct gate_link *l)
{
	if (!l)
		return;
	fetch_free(l->fetch);
	free(l);
}

static enum rc read_token(const char *path, struct buf *token, struct err *e)
{
	enum rc rc = file_read(path, token, e);

	while (rc == RC_OK && token->n > 0 && token->p[token->n - 1] <= ' ')
		token->n--;
	if (rc == RC_OK && token->n == 0)
		return err_set(e, RC_ENV, "gate-token",
		    "The token file %s is empty.", path);
	return rc;
}

enum rc gate_link_judge(const struct gate_link *l, const struct fetch_answer *a,
    struct err *e)
{
	switch (a->status) {
	case 200:
	case 204:
		return RC_OK;
	case 401:
		return err_set(e, RC_UNAUTHENTICATED, "gate-token",
		    "The service does not take the token in %s: it is wrong, "
		    "expired or revoked.",
		    l->token_file);
	case 403:
	case 404:
		return err_set(e, RC_DENIED, "gate-cloud",
		    "The service knows no cloud %s of account %s that this "
		    "token may follow.",
		    l->cloud, l->account);
	default:
		return err_set(e, RC_AGAIN, "service-away",
		    "The service answered with status %d.", a->status);
	}
}

static enum rc send(struct gate_link *l, struct fetch_request *r,
    struct buf *url, struct fetch_answer *a, struct err *e)
{
	r->url = buf_cstr(url);
	if (!r->url)
		return err_set(e, RC_BUG, "gate-url",
		    "The address is too long.");
	return fetch_do(l->fetch, r, a, e);
}

enum rc gate_link_public(struct gate_link *l, const char *path,
    struct fetch_answer *a, struct err *e)
{
	struct fetch_request r = FETCH_REQUEST;
	struct buf url;
	enum rc rc;

	buf_init(&url, URL_MAX);
	buf_addf(&url, "%s%s", l->service, path);
	r.method = "GET";
	rc = send(l, &r, &url, a, e);
	buf_clear(&url);
	return rc;
}

enum rc gate_link_call(struct gate_link *l, const char *path, struct span body,
    struct fetch_answer *a, struct err *e)
{
	struct fetch_request r = FETCH_REQUEST;
	struct buf url, token;
	enum rc rc;

	buf_init(&url, URL_MAX);
	buf_init(&token, TOKEN_MAX);
	buf_addf(&url, "%s/api/v1/accounts/%s/clouds/%s/%s", l->service,
	    l->account, l->cloud, path);
	r.method = body.n > 0 ? "POST" : "GET";
	r.content_type = body.n > 0 ? "application/json" : NULL;
	r.body = body;
	rc = read_token(l->token_file, &token, e);
	if (rc == RC_OK)
		r.bearer = buf_cstr(&token);
	if (rc == RC_OK)
		rc = send(l, &r, &url, a, e);
	buf_clear_secret(&token);
	buf_clear(&url);
	return rc;
}
