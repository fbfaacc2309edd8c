/* Reads what an interop receiver answers; the peer is not trusted.
 * Pure: no network, no store. */
#ifndef BIRTHMARK_CLOUD_CLOUD_KIND_ANSWER_H
#define BIRTHMARK_CLOUD_CLOUD_KIND_ANSWER_H

#include "cloud/cloud_kind.h"

#define CLOUD_KIND_ANSWER_MAX (4u << 20) /* bytes */

/* The answer to "provision": an array with exactly one item for each device,
 * in any order.  RC_INVALID otherwise, and then out says nothing. */
MUST_CHECK enum rc cloud_kind_answer_provision(struct span body,
    const struct cloud_kind_device *devices, size_t n,
    struct cloud_kind_outcome *out, struct err *e);
/* The answer to "info": compatibility version 1. */
MUST_CHECK enum rc cloud_kind_answer_info(struct span body, struct err *e);
/* {"error":"..."} cleaned for people; "" when it is not of that form. */
void cloud_kind_answer_error(struct span body, char *out, size_t cap);

#endif
