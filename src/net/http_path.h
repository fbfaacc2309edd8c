/* Compares the path of a request with a route's template, for every interface
 * of the service: segment by segment, {x} for one, {rest} at the end for
 * whatever follows.  Must not decode. */
#ifndef BIRTHMARK_NET_HTTP_PATH_H
#define BIRTHMARK_NET_HTTP_PATH_H

#include "base/span.h"

#define HTTP_PATH_PARAMS_MAX 4

struct http_path {
	struct span param[HTTP_PATH_PARAMS_MAX]; /* of {x}, in order */
	size_t params_n;
	bool has_rest;	  /* the template ends with {rest} */
	struct span rest; /* may be empty; the caller judges it */
};
/* False for another path; out is then not to be used. */
bool http_path_match(const char *template_, struct span path,
    struct http_path *out);
/* 1 to 128 of a-z A-Z 0-9 . _ -: what {x} takes. */
bool http_path_is_word(struct span s);

#endif
