/* Compares a path with the table's templates, segment by segment.
 * Must not decode: what needs percent-encoding is in no route. */
#include <stdio.h>
#include <string.h>

#include "api/api_match.h"

static bool param_ok(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n > 128)
		return false;
	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' ||
			s.p[i] == '_' || s.p[i] == '-'))
			return false;
	return true;
}

/* {rest} at the end of a template: whatever follows, also a last slash.  It is
 * not given to the handler. */
static bool rest_ok(struct span s)
{
	struct span one;

	if (s.n > 256)
		return false;
	while (s.n > 0) {
		(void)span_cut(&s, '/', &one);
		if (!param_ok(one))
			return false;
	}
	return true;
}

static bool path_matches(const char *template, struct span path,
    struct span param[API_PARAMS_MAX])
{
	struct span t = span_str(template), a, b;
	bool more_t, more_p;
	int n = 0;

	do {
		if (span_eq_str(t, "{rest}"))
			return rest_ok(path);
		more_t = span_cut(&t, '/', &a);
		more_p = span_cut(&path, '/', &b);
		if (more_t != more_p)
			return false;
		if (a.n == 0 || a.p[0] != '{') {
			if (!span_eq(a, b))
				return false;
		} else if (n >= API_PARAMS_MAX || !param_ok(b)) {
			return false;
		} else {
			param[n++] = b;
		}
	} while (more_t);
	return true;
}

enum rc api_match(const struct http_request *req,
    const struct api_route **route, struct span param[API_PARAMS_MAX],
    struct err *e)
{
	const char *method =
	    http_method_name(req->method == HTTP_HEAD ? HTTP_GET : req->method);
	const struct api_route *r;
	bool known = false;

	for (r = api_routes; r->method; r++) {
		memset(param, 0, API_PARAMS_MAX * sizeof(*param));
		if (!path_matches(r->path, req->path, param))
			continue;
		known = true;
		if (req->method == HTTP_OTHER || strcmp(r->method, method) != 0)
			continue;
		*route = r;
		return RC_OK;
	}
	if (known)
		return err_set(e, RC_INVALID, "method-not-allowed",
		    "This method is not for this resource; see Allow.");
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is nothing here that you may see.");
}

bool api_match_any(struct span path)
{
	struct span param[API_PARAMS_MAX];
	const struct api_route *r;

	for (r = api_routes; r->method; r++)
		if (path_matches(r->path, path, param))
			return true;
	return false;
}

void api_match_allow(struct span path, char *out, size_t cap)
{
	struct span param[API_PARAMS_MAX];
	const struct api_route *r;
	size_t n = 0;
	int got;

	out[0] = '\0';
	for (r = api_routes; r->method; r++) {
		if (!path_matches(r->path, path, param) || n >= cap)
			continue;
		got = snprintf(out + n, cap - n, "%s%s, ", r->method,
		    strcmp(r->method, "GET") ? "" : ", HEAD");
		n += got > 0 ? (size_t)got : 0;
	}
	if (n < cap)
		(void)snprintf(out + n, cap - n, "OPTIONS");
}
