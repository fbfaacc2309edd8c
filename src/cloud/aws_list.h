/* What is in AWS IoT Core, and what a device should be there.
 * Must not change anything. */
#ifndef BIRTHMARK_CLOUD_AWS_LIST_H
#define BIRTHMARK_CLOUD_AWS_LIST_H

#include "cloud/connector.h"

/* As connector.ask and connector.take, for CONNECTOR_LIST. */
MUST_CHECK enum rc aws_list_ask(struct connector_talk *t,
    struct connector_request *q, struct err *e);
MUST_CHECK enum rc aws_list_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e);
/* As connector.expect and connector.clash. */
size_t aws_list_expect(const struct connector_way *way,
    const struct connector_device *d,
    struct connector_item out[CONNECTOR_ITEMS_MAX]);
bool aws_list_clash(const struct connector_item *expect,
    const struct connector_item *found);

#endif
