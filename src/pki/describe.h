/* The extensions of a certificate for people: names of the usual ones, and
 * what they say in words.
 * Judges nothing; explain.h does. */
#ifndef BIRTHMARK_PKI_DESCRIBE_H
#define BIRTHMARK_PKI_DESCRIBE_H

#include "pki/cert.h"

#define DESCRIBE_VALUE_MAX 2048 /* characters; the rest is cut */

struct describe_ext {
	const char *oid;
	const char *name; /* "" when it is not known */
	bool critical;
	struct span value; /* one line of text, or hexadecimal */
};
/* What x points to lives until the call returns. */
typedef void describe_row(void *arg, const struct describe_ext *x);

/* In the order of the certificate. */
MUST_CHECK enum rc describe_extensions(const struct cert *c, describe_row *row,
    void *arg, struct err *e);

#endif
