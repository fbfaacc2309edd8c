/* A large answer of the service into a file or to standard output.
 * Must not hold it in memory. */
#ifndef BIRTHMARK_CMD_DOWNLOAD_H
#define BIRTHMARK_CMD_DOWNLOAD_H

#include "cmd/client.h"

/* file NULL: standard output; else it appears when all of it is there. */
MUST_CHECK enum rc download_to(const struct client *c, const char *url,
    const char *file, struct err *e);

#endif
