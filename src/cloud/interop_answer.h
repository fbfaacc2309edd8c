/* Reads what an interop receiver answers; the peer is not trusted.
 * Pure: no network, no store. */
#ifndef BIRTHMARK_CLOUD_INTEROP_ANSWER_H
#define BIRTHMARK_CLOUD_INTEROP_ANSWER_H

#include "cloud/connector.h"

#define INTEROP_ANSWER_MAX (4u << 20) /* bytes */
#define INTEROP_ANSWER_DEVICES_MAX 500

/* The answer to "provision": an array with exactly one item for each device
 * that was sent, those to be admitted, in any order.  RC_INVALID otherwise, and
 * then out says nothing. */
MUST_CHECK enum rc interop_answer_provision(struct span body,
    const struct connector_device *devices, size_t n,
    struct connector_outcome *out, struct err *e);
/* The answer to "info": compatibility version 1. */
MUST_CHECK enum rc interop_answer_info(struct span body, struct err *e);
/* {"error":"..."} cleaned for people; "" when it is not of that form. */
void interop_answer_error(struct span body, char out[CONNECTOR_TEXT_SIZE]);

#endif
