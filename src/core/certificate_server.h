/* Certificates for the servers of an account's product cloud.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_CERTIFICATE_SERVER_H
#define BIRTHMARK_CORE_CERTIFICATE_SERVER_H

#include "core/certificate.h"

#define CERTIFICATE_SERVER_NAMES 16
#define CERTIFICATE_SERVER_DAYS 398

struct certificate_server {
	const char *ca;
	struct span csr;	  /* PEM or DER */
	const char *const *names; /* DNS names and addresses; NULL-ended */
	int64_t lifetime_s;
};
/* out is initialised by the caller.  RC_INVALID "bad-ca", "bad-csr",
 * "bad-name". */
MUST_CHECK enum rc certificate_server_issue(struct core *c,
    const struct core_actor *a, const struct certificate_server *r,
    struct store_certificate *out, struct err *e);

#endif
