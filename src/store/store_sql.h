/* The schema's migrations, embedded from sql/ when built: NNNN_name.sql for
 * birthmark.db, dev_NNNN_name.sql for devices.db.
 * Must not be included outside src/store and its tests. */
#ifndef BIRTHMARK_STORE_STORE_SQL_H
#define BIRTHMARK_STORE_STORE_SQL_H

#include <stddef.h>

#include "base/err.h"

struct store_migration {
	unsigned int number; /* 1, 2, ... without a gap */
	const char *name;    /* "0001_name.sql" */
	const char *sql;     /* one or more statements, no transaction */
};

extern const struct store_migration store_migrations[];
extern const size_t store_migrations_count;
extern const struct store_migration store_dev_migrations[];
extern const size_t store_dev_migrations_count;

#endif
