/* The interop protocol, version 1, as its receiver: POST .../interop and
 * GET .../auth, with a Bearer JWT or HTTP Basic. */
#ifndef BIRTHMARK_CMD_RECEIVER_HTTP_H
#define BIRTHMARK_CMD_RECEIVER_HTTP_H

#include "cmd/receiver_store.h"
#include "net/http.h"
#include "pki/chain.h"

#define RECEIVER_HTTP_BODY_MAX (10u * 1024 * 1024)
#define RECEIVER_HTTP_CERTS_MAX 5000

struct receiver_http {
	struct receiver_store *store;
	struct key_pub *jwt_key; /* NULL: Basic */
	const char *audience;
	const char *basic;     /* "user:password", NULL: Bearer */
	const char *basic_b64; /* the same, encoded */
	struct chain *chain;   /* NULL: chains are not checked */
	const char *endpoint;  /* told to the caller */
};

/* app->ctx borrows r. */
void receiver_http_app(struct receiver_http *r, struct http_app *app);

#endif
