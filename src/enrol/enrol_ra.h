/* The certificates by which this worker signs CMP answers for an account's
 * authority (RFC 9483 1.6: a registration authority's).
 * Must not sign for a device of another account. */
#ifndef BIRTHMARK_ENROL_ENROL_RA_H
#define BIRTHMARK_ENROL_ENROL_RA_H

#include "enrol/enrol.h"
#include "pki/cmp_server.h"

/* Sets key, cert and chain of s, for the authority of this device's product, or
 * for the account's own where that is another's: borrowed until the next call.
 * RC_NOT_FOUND without an authority of its own. */
MUST_CHECK enum rc enrol_ra_get(struct enrol_ra *r, const struct device *d,
    int64_t now_s, struct cmp_server *s, struct err *e);

/* One worker's. */
MUST_CHECK enum rc enrol_ra_new(struct enrol_ra **out, struct core *c,
    struct err *e);
void enrol_ra_free(struct enrol_ra *r);

#endif
