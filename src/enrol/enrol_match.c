/* Compares a path with the table's templates, segment by segment.
 * Must not decode: a handler does what its standard says. */
#include "enrol/enrol_match.h"

#include <stdio.h>
#include <string.h>

#include "net/http_path.h"

/* {rest} is given as the last parameter, not empty; the handler judges it. */
static bool fits(const char *template, struct span path,
    struct span param[ENROL_PARAMS_MAX])
{
	struct http_path found;

	if (!http_path_match(template, path, &found))
		return false;
	if (found.has_rest && found.params_n < HTTP_PATH_PARAMS_MAX)
		found.param[found.params_n++] = found.rest;
	if (found.params_n > ENROL_PARAMS_MAX ||
	    (found.has_rest && found.rest.n == 0))
		return false;
	memcpy(param, found.param, ENROL_PARAMS_MAX * sizeof(*param));
	return true;
}

enum rc enrol_match(const struct http_request *req, enum enrol_port port,
    const struct enrol_route **route, struct span param[ENROL_PARAMS_MAX],
    struct err *e)
{
	const char *method =
	    http_method_name(req->method == HTTP_HEAD ? HTTP_GET : req->method);
	const struct enrol_route *r;
	bool known = false;

	for (r = enrol_routes; r->method; r++) {
		if (!(r->ports & port) || !fits(r->path, req->path, param))
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
	return err_set(e, RC_NOT_FOUND, "not-found", "There is nothing here.");
}

void enrol_match_allow(const struct http_request *req, enum enrol_port port,
    struct http_response *resp)
{
	struct span param[ENROL_PARAMS_MAX];
	const struct enrol_route *r;
	char allow[80];
	size_t n = 0;
	int got;

	for (r = enrol_routes; r->method && n < sizeof(allow); r++) {
		if (!(r->ports & port) || !fits(r->path, req->path, param))
			continue;
		got = snprintf(allow + n, sizeof(allow) - n, "%s%s%s",
		    n > 0 ? ", " : "", r->method,
		    strcmp(r->method, "GET") ? "" : ", HEAD");
		n += got > 0 ? (size_t)got : 0;
	}
	http_add_header(resp, "Allow", "%s", n > 0 ? allow : "");
}
