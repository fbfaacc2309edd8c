/* The schema's migrations, embedded from sql/NNNN_name.sql when built.
 * Must not be included outside src/store. */
#ifndef BIRTHMARK_STORE_STORE_SQL_H
#define BIRTHMARK_STORE_STORE_SQL_H

#include <stddef.h>

struct store_migration {
	unsigned int number; /* 1, 2, ... without a gap */
	const char *name;    /* "0001_name.sql" */
	const char *sql;     /* one or more statements */
};

extern const struct store_migration store_migrations[];
extern const size_t store_migrations_count;

#endif
