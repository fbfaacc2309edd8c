/* The conversation that makes one device what is wanted of it in AWS IoT Core:
 * thing, certificates, policy.  Must not do more calls than it has to. */
#ifndef BIRTHMARK_CLOUD_AWS_SYNC_H
#define BIRTHMARK_CLOUD_AWS_SYNC_H

#include "cloud/connector.h"

/* As connector.ask and connector.take, for CONNECTOR_SYNC. */
MUST_CHECK enum rc aws_sync_ask(struct connector_talk *t,
    struct connector_request *q, struct err *e);
MUST_CHECK enum rc aws_sync_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e);

#endif
