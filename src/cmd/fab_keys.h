/* Public keys from a file: PEM blocks, or one base64 SubjectPublicKeyInfo a
 * line.  Must not decode them: the threads do that. */
#ifndef BIRTHMARK_CMD_FAB_KEYS_H
#define BIRTHMARK_CMD_FAB_KEYS_H

#include "base/buf.h"

struct fab_keys;

/* "-" is standard input. */
MUST_CHECK enum rc fab_keys_open(struct fab_keys **out, const char *path,
    struct err *e);
void fab_keys_close(struct fab_keys *k);
/* The base64 of the next key (line ends may be inside), borrowed until the
 * next call; RC_NOT_FOUND at the end. */
MUST_CHECK enum rc fab_keys_next(struct fab_keys *k, struct span *base64,
    struct err *e);
/* Line of the file where the last key began. */
unsigned long fab_keys_line(const struct fab_keys *k);

#endif
