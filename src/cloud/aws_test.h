/* The test of a cloud of type aws: whose the credentials are, and each right
 * that the connector needs.  Must not change anything there. */
#ifndef BIRTHMARK_CLOUD_AWS_TEST_H
#define BIRTHMARK_CLOUD_AWS_TEST_H

#include "cloud/connector.h"

/* As connector.ask and connector.take, for CONNECTOR_TEST. */
MUST_CHECK enum rc aws_test_ask(struct connector_talk *t,
    struct connector_request *q, struct err *e);
MUST_CHECK enum rc aws_test_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e);

#endif
