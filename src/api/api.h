/* The REST interface: one const table of routes, one place that authorises,
 * handlers from request and actor to response. */
#ifndef BIRTHMARK_API_API_H
#define BIRTHMARK_API_API_H

#include <jansson.h>

#include "core/core.h"
#include "net/http.h"

#define API_PARAMS_MAX 4

/* What a route's path parameter {account} or {vendor} must be for the actor,
 * or that none is needed. */
enum api_scope {
	API_PUBLIC,  /* no credential */
	API_USER,    /* any user's session (no API tokens) */
	API_ACCOUNT, /* role in {account} */
	API_VENDOR,  /* role in {vendor} */
	API_SERVICE  /* role of the service */
};

struct api_call {
	struct core *core;
	const struct http_request *req;
	struct http_response *resp;
	struct core_actor actor; /* authorised for this route */
	const struct api_route *route;
	struct span param[API_PARAMS_MAX]; /* in the path's order */
	json_t *body; /* parsed JSON object, or NULL; owned by the frame */
	struct span cookie;	 /* session's token, if it came as a cookie */
	const char *cache, *csp; /* instead of the frame's headers, or NULL */
	bool own_key; /* the handler keeps its Idempotency-Keys itself */
};

struct api_route {
	const char *method;
	const char *path; /* "/api/v1/accounts/{account}/batches/{bid}" */
	enum api_scope scope;
	unsigned int roles; /* core_role bits that may; 0 for PUBLIC, USER */
	size_t body_max;    /* 0: no body */
	/* Fills resp on RC_OK; any other rc becomes a problem made of e. */
	enum rc (*handle)(struct api_call *call, struct err *e);
	/* For streamed request bodies, instead of handle: sets sink and its
	 * state in *req; the request was authorised. */
	enum rc (*open)(struct api_call *call, struct http_request *req,
	    struct err *e);
};

extern const struct api_route api_routes[]; /* ended by a NULL method */

/* The application for http_server_new. */
struct api;
MUST_CHECK enum rc api_new(struct api **out, struct core *core, struct err *e);
const struct http_app *api_app(struct api *a);
void api_free(struct api *a);

/* Answers (200 unless said) with a JSON document built by the caller. */
void api_json(struct api_call *call, int status, struct buf *json);
/* RFC 9457 problem details of e. */
void api_problem(struct http_response *resp, const struct err *e);

/* Fields of call->body.  Missing or of another type: RC_INVALID naming the
 * field.  Optional ones give NULL / fallback when absent. */
MUST_CHECK enum rc api_field_str(struct api_call *call, const char *name,
    size_t max, const char **out, struct err *e);
MUST_CHECK enum rc api_field_str_opt(struct api_call *call, const char *name,
    size_t max, const char **out, struct err *e);
MUST_CHECK enum rc api_field_u64_opt(struct api_call *call, const char *name,
    uint64_t max, uint64_t fallback, uint64_t *out, struct err *e);
MUST_CHECK enum rc api_field_bool_opt(struct api_call *call, const char *name,
    bool fallback, bool *out, struct err *e);
/* Refuses fields that are not in names (NULL-ended). */
MUST_CHECK enum rc api_fields_only(struct api_call *call,
    const char *const *names, struct err *e);
#define API_CURSOR_SIZE 128
/* Query parameter limit (1..max, fallback) and cursor (as text, "" none). */
MUST_CHECK enum rc api_page(struct api_call *call, uint64_t max,
    uint64_t fallback, uint64_t *limit, char cursor[API_CURSOR_SIZE],
    struct err *e);
/* Path parameter as text; false when it is longer than cap - 1. */
bool api_param(const struct api_call *call, int i, char *out, size_t cap);

#endif
