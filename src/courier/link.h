/* The way to one product cloud: its connection, its CA, its opened
 * credentials; a few are kept by each thread. */
#ifndef BIRTHMARK_COURIER_LINK_H
#define BIRTHMARK_COURIER_LINK_H

#include "core/core.h"
#include "courier/keyring.h"
#include "net/fetch_many.h"
#include "store/store_cloud.h"

#define LINK_TOTAL_MS 29000 /* what AWS API Gateway allows a request */
#define LINK_CONNECT_MS 5000
#define LINK_AT_ONCE 32
#define LINK_ANSWER_MAX (4u << 20)
#define LINK_MANY_ANSWER_MAX (1u << 20)

struct link_set; /* one thread */

MUST_CHECK enum rc link_set_new(struct link_set **out, bool allow_private,
    struct err *e);
void link_set_free(struct link_set *s);
/* The connection for this cloud, borrowed until the next call. */
MUST_CHECK enum rc link_fetch(struct link_set *s, struct core *c,
    const struct store_cloud *cloud, struct fetch **out, struct err *e);
/* The same for many requests at once. */
MUST_CHECK enum rc link_many(struct link_set *s,
    const struct store_cloud *cloud, struct fetch_many **out, struct err *e);
/* Appends what is sealed of the cloud, opened; nothing when the cloud has none.
 */
MUST_CHECK enum rc link_credentials(struct core *c, struct keyring *keys,
    const struct store_cloud *cloud, struct buf *out, struct err *e);

#endif
