/* Listening sockets from "HOST:PORT" text; port 0 picks a free one.
 * Must not accept connections. */
#ifndef BIRTHMARK_NET_LISTEN_H
#define BIRTHMARK_NET_LISTEN_H

#include "base/err.h"

MUST_CHECK enum rc listen_open(int *fd, const char *address, struct err *e);
/* "127.0.0.1:8443" or "[::1]:8443" as bound. */
MUST_CHECK enum rc listen_name(int fd, char *out, unsigned long cap,
    struct err *e);

#endif
