/* Events for webhooks, signed in the signer with the account's key.  Internal
 * to signer; must not sign what could be read as anything else. */
#ifndef BIRTHMARK_SIGNER_RUN_EVENT_H
#define BIRTHMARK_SIGNER_RUN_EVENT_H

#include "pki/key.h"
#include "signer/ipc.h"

#define RUN_EVENT_TYP "birthmark-webhook+jws"

/* r within its limits; fd holds the body. */
MUST_CHECK enum rc run_event(struct key *k, const struct ipc_event *r, int fd,
    struct buf *out, struct err *e);

#endif
