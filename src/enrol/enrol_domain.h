/* The certificates by which an account's domain answers devices on the device
 * port: by the account's own authority, for a key of this worker.
 * Must not answer for a name that is no account's. */
#ifndef BIRTHMARK_ENROL_ENROL_DOMAIN_H
#define BIRTHMARK_ENROL_ENROL_DOMAIN_H

#include "core/core.h"

struct enrol_domain;
MUST_CHECK enum rc enrol_domain_new(struct enrol_domain **out, struct core *c,
    struct err *e);
void enrol_domain_free(struct enrol_domain *d);
/* An http_tls_name; ctx is the domain. */
bool enrol_domain_name(void *ctx, struct span name, struct buf *chain,
    struct buf *key_pem);

#endif
