/* The device's state directory: small files, each whole or as it was before,
 * and on the disk when written.  One process at a time writes. */
#ifndef BIRTHMARK_DEVICE_AGENT_STORE_H
#define BIRTHMARK_DEVICE_AGENT_STORE_H

#include <limits.h>

#include "base/buf.h"

struct agent_store {
	char dir[PATH_MAX];
	int lock_fd; /* -1: reads only */
};

/* Makes the directory (0700) when it is missing.  RC_CONFLICT when another
 * process has it for writing. */
MUST_CHECK enum rc agent_store_open(struct agent_store *s, const char *dir,
    struct err *e);
/* Only to read, also while another process writes. */
MUST_CHECK enum rc agent_store_look(struct agent_store *s, const char *dir,
    struct err *e);
void agent_store_close(struct agent_store *s);

/* Appends the file; none is as good as an empty one. */
MUST_CHECK enum rc agent_store_read(const struct agent_store *s,
    const char *name, struct buf *out, struct err *e);
/* RC_DENIED for a store that only reads.  Empty data removes the file. */
MUST_CHECK enum rc agent_store_write(const struct agent_store *s,
    const char *name, struct span data, struct err *e);

#endif
