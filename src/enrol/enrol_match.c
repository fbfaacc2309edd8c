/* Compares a path with the table's templates, segment by segment.
 * Must not decode: a handler does what its standard says. */
#include "enrol/enrol_match.h"

#include <stdio.h>
#include <string.h>

static bool is_word(struct span s)
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

/* {rest}: all that follows, not empty; the handler judges it. */
static bool fits(const char *template, struct span path,
    struct span param[ENROL_PARAMS_MAX])
{
	struct span t = span_str(template), a, b;
	bool more_t, more_p;
	int n = 0;

	do {
		if (span_eq_str(t, "{rest}") && n < ENROL_PARAMS_MAX) {
			param[n] = path;
			return path.n > 0;
		}
		more_t = span_cut(&t, '/', &a);
		more_p = span_cut(&path, '/', &b);
		if (more_t != more_p)
			return false;
		if (a.n == 0 || a.p[0] != '{') {
			if (!span_eq(a, b))
				return false;
		} else if (n >= ENROL_PARAMS_MAX || !is_word(b)) {
			return false;
		} else {
			param[n++] = b;
		}
	} while (more_t);
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
		memset(param, 0, ENROL_PARAMS_MAX * sizeof(*param));
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
