/* From a host's name to a connected socket, in bounded time. */
#ifndef BIRTHMARK_DEVICE_REACH_H
#define BIRTHMARK_DEVICE_REACH_H

#include <stdbool.h>

#include "base/err.h"

/* True for "localhost" and every name below it (RFC 6761 6.3). */
bool reach_is_loopback(const char *host);
/* A socket that does not block, of the first address that takes us.  Loopback
 * names need no resolver.  RC_AGAIN when nobody answers. */
MUST_CHECK enum rc reach_dial(int *fd, const char *host, unsigned int port,
    int timeout_ms, struct err *e);
/* A socket that listens on all addresses, or only on host (not NULL).  port 0
 * takes a free one; *port says which. */
MUST_CHECK enum rc reach_listen(int *fd, const char *host, unsigned int *port,
    struct err *e);

#endif
