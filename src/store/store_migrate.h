/* Brings one database file to the schema of this release.
 * Must not know what the schema holds. */
#ifndef BIRTHMARK_STORE_STORE_MIGRATE_H
#define BIRTHMARK_STORE_STORE_MIGRATE_H

#include <stdbool.h>

#include "store/store_sql.h"

/* Creates the file (mode 0600) when create is true and it is absent, then runs
 * what is missing of the n migrations, in one transaction under the exclusive
 * lock, so that several processes may start at once.  Without create only
 * looks: RC_NOT_FOUND when absent, RC_ENV "store-older" when behind.  RC_ENV
 * "store-newer" when ahead, "store-foreign" when it is not ours. */
MUST_CHECK enum rc store_migrate(const char *path,
    const struct store_migration *list, size_t n, bool create, struct err *e);

#endif
