/* A fresh, empty store for a test, of the engine that BIRTHMARK_TEST_STORE
 * names (a prefix such as "sqlite:/dev/shm"; default: SQLite in /tmp).
 * Must not know any table. */
#ifndef BIRTHMARK_TESTS_STORE_CASE_H
#define BIRTHMARK_TESTS_STORE_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/unit/dir_case.h"

struct store_case {
	char where[256]; /* for store_open and store_open_bulk */
	char dir[200];
	struct store *s;
};

/* Makes the place only; nothing is opened. */
static inline void store_case_place(struct store_case *c)
{
	const char *prefix = getenv("BIRTHMARK_TEST_STORE");
	struct span p = span_str(prefix ? prefix : "sqlite:/tmp");

	memset(c, 0, sizeof(*c));
	assert_true(span_starts(p, SPAN_LIT("sqlite:")));
	(void)snprintf(c->dir, sizeof(c->dir), "%s/birthmark-store-XXXXXX",
	    (const char *)p.p + strlen("sqlite:"));
	assert_non_null(mkdtemp(c->dir));
	(void)snprintf(c->where, sizeof(c->where), "sqlite:%s", c->dir);
}

static inline void store_case_open(struct store_case *c)
{
	struct err e = {0};

	store_case_place(c);
	if (store_open(&c->s, c->where, true, &e) != RC_OK)
		fail_msg("cannot open a store: %s", e.text);
}

/* A further connection to the same store. */
static inline struct store *store_case_again(struct store_case *c)
{
	struct store *s;
	struct err e = {0};

	if (store_open(&s, c->where, false, &e) != RC_OK)
		fail_msg("cannot open the store again: %s", e.text);
	return s;
}

static inline void store_case_close(struct store_case *c)
{
	store_close(c->s);
	c->s = NULL;
	dir_case_remove(c->dir);
}

#endif
