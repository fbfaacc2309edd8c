/* A core over a fresh store, with users and accounts made directly.
 * Must not stand in for what a test is about. */
#ifndef BIRTHMARK_TESTS_IDENTITY_CASE_H
#define BIRTHMARK_TESTS_IDENTITY_CASE_H

#include "base/clock.h"
#include "core/account.h"
#include "core/password.h"
#include "core/user.h"
#include "store/store_user.h"
#include "tests/unit/store_case.h"

#define CASE_PASSWORD "a pass phrase for tests 1"
#define CASE_NOW 1800000000

struct identity_case {
	struct store_case store;
	struct core core;
	char hash[PASSWORD_SIZE]; /* of CASE_PASSWORD */
};

static inline void identity_case_open(struct identity_case *c)
{
	memset(c, 0, sizeof(*c));
	store_case_open(&c->store);
	c->core.store = c->store.s;
	c->core.dir = c->store.dir;
	c->core.public_url = "https://birthmark.test:8443";
	assert_int_equal(password_hash(span_str(CASE_PASSWORD), c->hash, NULL),
	    RC_OK);
}

static inline void identity_case_close(struct identity_case *c)
{
	store_case_close(&c->store);
}

/* A user with CASE_PASSWORD, as an actor without a scope. */
static inline struct core_actor identity_case_user(struct identity_case *c,
    const char *email)
{
	struct core_actor a = {.from = "192.0.2.1", .now_s = CASE_NOW};
	struct store_user u = {.created_at = CASE_NOW};

	rand_id(u.id, sizeof(u.id), "usr");
	assert_true(span_copy_str(span_str(email), u.email, sizeof(u.email)));
	assert_true(span_copy_str(span_str("Test"), u.name, sizeof(u.name)));
	assert_true(
	    span_copy_str(span_str(c->hash), u.password, sizeof(u.password)));
	assert_int_equal(store_user_add(c->core.store, &u, NULL), RC_OK);
	assert_true(span_copy_str(span_str(u.id), a.id, sizeof(a.id)));
	assert_true(span_copy_str(span_str(email), a.name, sizeof(a.name)));
	return a;
}

/* Gives a user a role; scope_id "" for the service. */
static inline void identity_case_role(struct identity_case *c,
    const struct core_actor *a, enum core_scope scope, const char *scope_id,
    enum core_role role)
{
	struct store_member m = {.since = CASE_NOW};

	(void)span_copy_str(span_str(a->id), m.user, sizeof(m.user));
	(void)span_copy_str(span_str(core_scope_name(scope)), m.scope,
	    sizeof(m.scope));
	(void)span_copy_str(span_str(scope_id), m.scope_id, sizeof(m.scope_id));
	(void)span_copy_str(span_str(core_role_name(role)), m.role,
	    sizeof(m.role));
	assert_int_equal(store_member_put(c->core.store, &m, NULL), RC_OK);
}

/* A new account whose administrator is a, who then acts in it. */
static inline void identity_case_account(struct identity_case *c,
    struct core_actor *a)
{
	struct store_account x;

	assert_int_equal(account_create(&c->core, a, "Appliances", &x, NULL),
	    RC_OK);
	a->scope = CORE_SCOPE_ACCOUNT;
	a->role = CORE_ADMINISTRATOR;
	(void)span_copy_str(span_str(x.id), a->scope_id, sizeof(a->scope_id));
}

#endif
