/* A sealed file in memory, which carries what is too large for a packet from
 * one process to another.  Internal to signer; must not read what may still
 * change. */
#ifndef BIRTHMARK_SIGNER_SEALED_H
#define BIRTHMARK_SIGNER_SEALED_H

#include "base/err.h"
#include "base/span.h"

/* An empty one, to be written and then sealed; *fd is the caller's to close. */
MUST_CHECK enum rc sealed_new(int *fd, struct err *e);
/* Against all changes; closed, and -1, when that fails. */
MUST_CHECK enum rc sealed_end(int *fd, struct err *e);
/* Its n bytes, no more and no less, until unmapped; RC_INVALID unless it is
 * sealed against all changes. */
MUST_CHECK enum rc sealed_map(int fd, size_t n, struct span *out,
    struct err *e);
void sealed_unmap(struct span map);

#endif
