/* Reads what the receiver of a webhook answers; the peer is not trusted.
 * Pure: no network, no store. */
#ifndef BIRTHMARK_CLOUD_WEBHOOK_ANSWER_H
#define BIRTHMARK_CLOUD_WEBHOOK_ANSWER_H

#include "cloud/connector.h"

#define WEBHOOK_ANSWER_MAX (1u << 20) /* bytes */
#define WEBHOOK_ANSWER_DEVICES_MAX 100

/* The body of a 2xx: none, and all was done as asked; or {"devices": [...]}
 * with what became of some or all of them.  RC_INVALID otherwise, and then out
 * says nothing. */
MUST_CHECK enum rc webhook_answer_devices(struct span body,
    const struct connector_device *devices, size_t n,
    struct connector_outcome *out, struct err *e);
/* RC_OK for a 2xx, else the fault it stands for, with the receiver's words:
 * RC_CONFLICT for 409, RC_TOO_LARGE where fewer devices may pass. */
MUST_CHECK enum rc webhook_answer_status(const struct connector_answer *a,
    struct err *e);

#endif
