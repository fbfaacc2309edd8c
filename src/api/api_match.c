/* Compares a path with the table's templates, segment by segment.
 * Must not decode: what needs percent-encoding is in no route. */
#include <stdio.h>
#include <string.h>

#include "api/api_match.h"
#include "net/http_path.h"

/* {rest} at the end of a template: whatever follows, also a last slash.  It is
 * not given to the handler. */
static bool rest_ok(struct span s)
{
	struct span one;

	if (s.n > 256)
		return false;
	while (s.n > 0) {
		(void)span_cut(&s, '/', &one);
		if (!http_path_is_word(one))
			return false;
	}
	return true;
}

static bool path_matches(const char *template, struct span path,
    struct span param[API_PARAMS_MAX])
{
	struct http_path found;

	_Static_assert(API_PARAMS_MAX == HTTP_PATH_PARAMS_MAX, "as many");
	if (!http_path_match(template, path, &found) ||
	    (found.has_rest && !rest_ok(found.rest)))
		return false;
	memcpy(param, found.param, sizeof(found.param));
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
