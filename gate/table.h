/* The gate's table: which birth certificates may in, in one mapped file that
 * one process writes and any number read without locks or waiting.
 * Native byte order: the file stays on the host that made it. */
#ifndef BIRTHMARK_GATE_TABLE_H
#define BIRTHMARK_GATE_TABLE_H

#include "base/buf.h"

#define TABLE_FP 32		   /* SHA-256 of the certificate's DER */
#define TABLE_DEVICE_MAX 64	   /* bytes */
#define TABLE_NAME_MAX 255	   /* bytes of a product or batch */
#define TABLE_CURSOR_MAX 127	   /* characters */
#define TABLE_SCOPE_MAX 127	   /* characters */
#define TABLE_SLOTS_MAX (1u << 27) /* about 90 million devices */

struct table; /* one thread; each opens its own */

enum table_verdict { TABLE_UNKNOWN, TABLE_ADMIT, TABLE_REMOVED };

/* Spans live until the next call with the same table. */
struct table_entry {
	enum table_verdict verdict;
	struct span device, product, batch;
};

/* For reading.  RC_NOT_FOUND when there is no file, RC_ENV "gate-table" when
 * it is not one of ours. */
MUST_CHECK enum rc table_open(struct table **out, const char *path,
    struct err *e);
/* For writing; makes the file if absent.  RC_CONFLICT "gate-table-locked" when
 * another process writes it, RC_CONFLICT "gate-table-foreign" when it was made
 * for another scope ("account/cloud"). */
MUST_CHECK enum rc table_open_write(struct table **out, const char *path,
    const char *scope, struct err *e);
void table_close(struct table *t);

/* RC_OK for any verdict.  Follows the file when it was replaced by a larger
 * one; any other result means that nothing is known, so nobody may in. */
MUST_CHECK enum rc table_find(struct table *t, const uint8_t fp[TABLE_FP],
    struct table_entry *out, struct err *e);
/* Devices admitted now. */
uint64_t table_admitted(const struct table *t);
/* How far the feed was applied; "" at first. */
const char *table_cursor(struct table *t);

/* Seen by readers at once, on the disk with table_sync.  Doing it twice is
 * doing it once. */
MUST_CHECK enum rc table_admit(struct table *t, const uint8_t fp[TABLE_FP],
    struct span device, struct span product, struct span batch, struct err *e);
MUST_CHECK enum rc table_remove(struct table *t, const uint8_t fp[TABLE_FP],
    struct err *e);
/* Everything so far goes to the disk, and only then the cursor. */
MUST_CHECK enum rc table_sync(struct table *t, const char *cursor,
    struct err *e);

#endif
