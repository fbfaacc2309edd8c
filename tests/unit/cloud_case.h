/* A store with an account, a vendor and a bound batch without certificates,
 * for tests of clouds and jobs.
 * Must not hold a test. */
#ifndef BIRTHMARK_TESTS_CLOUD_CASE_H
#define BIRTHMARK_TESTS_CLOUD_CASE_H

#include "base/clock.h"
#include "core/cloud.h"
#include "core/job.h"
#include "pki/key.h"
#include "store/db.h"
#include "tests/unit/store_case.h"

struct cloud_case {
	struct store_case store;
	struct core core;
	struct core_actor admin;
	struct key *key;
	struct err e;
};

static inline void cloud_case_sql(struct cloud_case *k, const char *sql)
{
	if (db_script(store_db(k->store.s), sql, &k->e) != RC_OK)
		fail_msg("%s", k->e.text);
}

/* The one number that a query gives. */
static inline int64_t cloud_case_number(struct cloud_case *k, const char *sql)
{
	struct stmt *q = NULL;
	int64_t n = -1;

	if (db_query(store_db(k->store.s), sql, NULL, 0, &q, &k->e) != RC_OK ||
	    db_step(q, &k->e) != RC_OK)
		fail_msg("%s: %s", sql, k->e.text);
	n = db_col_int(q, 0);
	db_done(q);
	return n;
}

static inline void cloud_case_open(struct cloud_case *k)
{
	memset(k, 0, sizeof(*k));
	store_case_open(&k->store);
	assert_int_equal(key_generate(&k->key, KEY_P256, &k->e), RC_OK);
	k->core.store = k->store.s;
	k->core.dir = k->store.dir;
	k->core.public_url = "https://localhost";
	k->core.seal_spki = key_spki(k->key);
	(void)snprintf(k->admin.id, sizeof(k->admin.id), "usr_admin");
	(void)snprintf(k->admin.name, sizeof(k->admin.name), "a@b.test");
	(void)snprintf(k->admin.scope_id, sizeof(k->admin.scope_id), "acc_1");
	k->admin.scope = CORE_SCOPE_ACCOUNT;
	k->admin.role = CORE_ADMINISTRATOR;
	k->admin.now_s = clock_now_s();
	cloud_case_sql(k,
	    "INSERT INTO account (id, name, created_at) VALUES "
	    "('acc_1', 'One', 1), ('acc_2', 'Two', 1);"
	    "INSERT INTO vendor (id, name, slug, created_at) VALUES "
	    "('ven_1', 'Chips', 'chips', 1);"
	    "INSERT INTO batch (bid, vendor_id, open, devices, created_at, "
	    "published_at) VALUES ('B1', 'ven_1', 1, 10, 1, 1), "
	    "('B2', 'ven_1', 1, 20, 1, 1), ('B3', 'ven_1', 1, 5, 1, 1);"
	    "INSERT INTO binding (bid, account_id, bound_at, by_id, by_name, "
	    "by_from) VALUES ('B1', 'acc_1', 1, 'u', 'u', 'x'), "
	    "('B2', 'acc_1', 1, 'u', 'u', 'x'), "
	    "('B3', 'acc_2', 1, 'u', 'u', 'x');");
}

static inline void cloud_case_close(struct cloud_case *k)
{
	key_free(k->key);
	store_case_close(&k->store);
}

/* A cloud of the form "other" with this name; id receives its id. */
static inline void cloud_case_add(struct cloud_case *k, const char *name,
    char id[RAND_ID_SIZE])
{
	struct cloud_spec s = {.name = name,
	    .type = "interop",
	    .form = "other",
	    .url = "https://cloud.test/base",
	    .username = "user",
	    .password = "correct horse"};
	struct store_cloud row;

	if (cloud_create(&k->core, &k->admin, &s, &row, &k->e) != RC_OK)
		fail_msg("%s", k->e.text);
	memcpy(id, row.id, RAND_ID_SIZE);
}

#endif
