/* Whose certificates the device port takes.
 * Must not judge a device. */
#ifndef BIRTHMARK_CMD_SERVE_TRUST_H
#define BIRTHMARK_CMD_SERVE_TRUST_H

#include "core/core.h"

/* A PEM bundle of the CAs of all vendors and accounts, appended. */
MUST_CHECK enum rc serve_trust_cas(struct core *c, struct buf *pem,
    struct err *e);

#endif
