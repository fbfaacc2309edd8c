/* AWS Signature Version 4 for services other than S3: the headers that sign a
 * request.  Must not do I/O, and must not keep a key. */
#ifndef BIRTHMARK_CLOUD_AWS_SIGN_H
#define BIRTHMARK_CLOUD_AWS_SIGN_H

#include "base/buf.h"

struct aws_sign_keys {
	const char *id, *secret;
	const char *token; /* "" for none */
};

/* What is signed; a header that is "" is not sent. */
struct aws_sign_request {
	const char *method;
	const char *host;  /* as in the Host header */
	const char *path;  /* as it is sent: percent-encoded once */
	const char *query; /* as it is sent: encoded, sorted by name */
	const char *content_type;
	const char *principal; /* x-amzn-principal */
	struct span body;
	const char *region, *service;
	int64_t now_s;
};

/* Appends lines "Name: value\n": Authorization, X-Amz-Date, and
 * X-Amz-Security-Token and x-amzn-principal where there is one. */
void aws_sign_request(const struct aws_sign_request *r,
    const struct aws_sign_keys *keys, struct buf *headers);

#endif
