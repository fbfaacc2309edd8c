/* The database: opening, migrating, transactions.  The named operations are
 * in store_identity.h, store_vendor.h, store_batch.h, store_device.h,
 * store_cloud.h, store_job.h, store_audit.h; there is no SQL elsewhere. */
#ifndef BIRTHMARK_STORE_STORE_H
#define BIRTHMARK_STORE_STORE_H

#include "base/buf.h"

struct store;
struct db;

/* where: "sqlite:DIR" (DIR/birthmark.db for what is decided, and
 * DIR/devices.db, attached as `dev`, for certificates in bulk, so that a
 * publication never delays a bind), or a bare directory, which means the same.
 * Creates and migrates when create is true, else RC_NOT_FOUND when there is
 * none and RC_ENV "store-older" when it needs a migration; refuses a database
 * of a newer release (RC_ENV "store-newer").  `dev` is read-only here, so that
 * store_begin takes the lock of birthmark.db alone. */
MUST_CHECK enum rc store_open(struct store **out, const char *where,
    bool create, struct err *e);
/* A further connection that writes devices.db in bulk, from another thread or
 * process, with the same names: `dev.x` may be written, the tables of
 * birthmark.db only read.  store_begin takes the lock of devices.db alone. */
MUST_CHECK enum rc store_open_bulk(struct store **out, const char *where,
    struct err *e);
void store_close(struct store *s);
struct db *store_db(struct store *s); /* for store/ only */

/* One transaction at a time; begin takes the write lock at once.  What
 * store_commit has answered with RC_OK is on the disk. */
MUST_CHECK enum rc store_begin(struct store *s, struct err *e);
MUST_CHECK enum rc store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s); /* no-op outside a transaction */
/* A transaction of store_begin is open. */
bool store_in_tx(const struct store *s);
/* A consistent read over several statements; ended by store_rollback. */
MUST_CHECK enum rc store_begin_read(struct store *s, struct err *e);

#endif
