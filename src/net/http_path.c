/* Paths and templates of routes.
 * Must not decode: what needs percent-encoding is in no {x}. */
#include "net/http_path.h"

#include <string.h>

bool http_path_is_word(struct span s)
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

bool http_path_match(const char *template_, struct span path,
    struct http_path *out)
{
	struct span t = span_str(template_), a, b;
	bool more_t, more_p;

	memset(out, 0, sizeof(*out));
	do {
		if (span_eq_str(t, "{rest}")) {
			out->has_rest = true;
			out->rest = path;
			return true;
		}
		more_t = span_cut(&t, '/', &a);
		more_p = span_cut(&path, '/', &b);
		if (more_t != more_p)
			return false;
		if (a.n == 0 || a.p[0] != '{') {
			if (!span_eq(a, b))
				return false;
		} else if (out->params_n >= HTTP_PATH_PARAMS_MAX ||
		    !http_path_is_word(b)) {
			return false;
		} else {
			out->param[out->params_n++] = b;
		}
	} while (more_t);
	return true;
}
