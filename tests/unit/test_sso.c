/* Logins at a provider of OpenID Connect: each counts once, for its browser,
 * for ten minutes, and for one user.  Must not speak to a provider. */
#include <stdio.h>

#include "core/invite.h"
#include "core/sso.h"
#include "tests/unit/check.h"
#include "tests/unit/identity_case.h"

#define ISSUER "https://login.example.com"

static const struct sso_conf conf = {ISSUER, "console", "Example"};
static struct identity_case one;
static struct core_actor from = {.from = "192.0.2.1", .now_s = CASE_NOW};

static int setup(void **state)
{
	const struct store_sso_provider p = {ISSUER, ISSUER "/auth?x=1",
	    CASE_NOW};

	identity_case_open(&one);
	one.core.sso = &conf;
	assert_int_equal(store_sso_provider_put(one.core.store, &p, NULL),
	    RC_OK);
	return 0;
}

static int teardown(void **state)
{
	identity_case_close(&one);
	return 0;
}

struct login {
	char cookie[TOKEN_SIZE];
	char state[STORE_SSO_VERIFIER_SIZE];
	char url[4096];
};

static enum rc begin(struct login *l, const char *next, struct err *e)
{
	const char *at;
	struct buf url;
	enum rc rc;

	buf_init(&url, sizeof(l->url) - 1);
	rc = sso_begin(&one.core, &from, next, l->cookie, &url, e);
	(void)span_copy_str(buf_span(&url), l->url, sizeof(l->url));
	buf_clear(&url);
	at = strstr(l->url, "&state=");
	if (at)
		(void)snprintf(l->state, sizeof(l->state), "%.43s", at + 7);
	return rc;
}

static enum rc back(const struct login *l, const struct core_actor *who,
    char next[STORE_SSO_NEXT_SIZE], struct err *e)
{
	const struct sso_answer a = {span_str(l->cookie), l->state, "code",
	    NULL, NULL};

	return sso_return(&one.core, who, &a, next, e);
}

static enum rc finish(const struct login *l, const struct core_actor *who,
    struct sso_outcome *out, struct err *e)
{
	const struct sso_wish w = {span_str(l->cookie), NULL};

	return sso_finish(&one.core, who, &w, out, e);
}

static enum rc take(struct store_sso_login *l)
{
	enum rc rc;

	assert_int_equal(store_begin(one.core.store, NULL), RC_OK);
	rc = store_sso_login_take(one.core.store, CASE_NOW, l, NULL);
	assert_int_equal(store_commit(one.core.store, NULL), RC_OK);
	return rc;
}

/* What the courier does with a good token. */
static void tell(const char *issuer, const char *sub, const char *email)
{
	struct store_sso_login l;

	assert_int_equal(take(&l), RC_OK);
	l.step = STORE_SSO_KNOWN;
	(void)span_copy_str(span_str(issuer), l.issuer, sizeof(l.issuer));
	(void)span_copy_str(span_str(sub), l.sub, sizeof(l.sub));
	(void)span_copy_str(span_str(email), l.email, sizeof(l.email));
	assert_int_equal(store_sso_login_told(one.core.store, &l, NULL), RC_OK);
}

static void only_paths_of_ours_are_paths(void **state)
{
	static const char *const good[] = {"/", "/console/", "/console/x?y=1"};
	static const char *const bad[] = {"", "x", "//x", "/\\x", "/a b",
	    "/a#b", "/a\"", "/a<", "/a\n", "/\xc3\xa9", "https://x"};
	size_t i;

	for (i = 0; i < COUNT(good); i++)
		assert_true(sso_is_path(span_str(good[i])));
	for (i = 0; i < COUNT(bad); i++)
		assert_false(sso_is_path(span_str(bad[i])));
}

static void the_address_keeps_cookie_and_verifier(void **state)
{
	struct login l;
	struct store_sso_login row;
	char next[STORE_SSO_NEXT_SIZE];

	assert_int_equal(begin(&l, "/console/x", NULL), RC_OK);
	assert_true(span_starts(span_str(l.url),
	    SPAN_LIT(ISSUER "/auth?x=1&response_type=code")));
	assert_null(strstr(l.url, l.cookie + 4));
	assert_int_equal(back(&l, &from, next, NULL), RC_OK);
	assert_string_equal(next, "/console/x");
	assert_int_equal(take(&row), RC_OK);
	assert_int_equal(strlen(row.verifier), 43);
	assert_null(strstr(l.url, row.verifier));
	assert_non_null(strstr(l.url, row.nonce));
}

static void a_code_is_taken_once_and_leaves_the_store(void **state)
{
	struct store_sso_login row;
	char next[STORE_SSO_NEXT_SIZE];
	struct login l;

	assert_int_equal(begin(&l, NULL, NULL), RC_OK);
	assert_false(store_sso_login_waits(one.core.store));
	assert_int_equal(back(&l, &from, next, NULL), RC_OK);
	assert_true(store_sso_login_waits(one.core.store));
	assert_int_equal(take(&row), RC_OK);
	assert_string_equal(row.code, "code");
	assert_int_equal(take(&row), RC_NOT_FOUND);
	assert_int_equal(store_sso_login_find(one.core.store, row.cookie,
			     CASE_NOW, &row, NULL),
	    RC_OK);
	assert_string_equal(row.code, "");
}

static void another_state_is_refused(void **state)
{
	char next[STORE_SSO_NEXT_SIZE];
	struct login a, b;
	struct err e;

	assert_int_equal(begin(&a, NULL, NULL), RC_OK);
	assert_int_equal(begin(&b, NULL, NULL), RC_OK);
	memcpy(a.state, b.state, sizeof(a.state));
	assert_int_equal(back(&a, &from, next, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-state");
	a.state[0] = '\0';
	assert_int_equal(back(&a, &from, next, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-state");
}

static void a_login_ends_after_ten_minutes(void **state)
{
	struct core_actor late = from;
	char next[STORE_SSO_NEXT_SIZE];
	struct sso_outcome out;
	struct login l;
	struct err e;

	late.now_s += SSO_LOGIN_S;
	(void)identity_case_user(&one, "ann@example.com");
	assert_int_equal(begin(&l, NULL, NULL), RC_OK);
	assert_int_equal(back(&l, &late, next, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-expired");
	assert_int_equal(back(&l, &from, next, NULL), RC_OK);
	tell(ISSUER, "ann", "ann@example.com");
	assert_int_equal(finish(&l, &late, &out, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-expired");
	assert_int_equal(finish(&l, &from, &out, NULL), RC_OK);
}

static void a_login_makes_one_session(void **state)
{
	struct core_actor ann = identity_case_user(&one, "ann@example.com");
	char next[STORE_SSO_NEXT_SIZE];
	struct sso_outcome out;
	struct login l;
	struct err e;

	assert_int_equal(begin(&l, NULL, NULL), RC_OK);
	assert_int_equal(finish(&l, &from, &out, &e), RC_UNAUTHENTICATED);
	assert_int_equal(back(&l, &from, next, NULL), RC_OK);
	assert_int_equal(finish(&l, &from, &out, NULL), RC_OK);
	assert_true(out.waits);
	tell(ISSUER, "ann", "ann@example.com");
	assert_int_equal(finish(&l, &from, &out, NULL), RC_OK);
	assert_false(out.waits);
	assert_string_equal(out.session.user.id, ann.id);
	assert_int_equal(finish(&l, &from, &out, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-expired");
	assert_string_equal(out.session.token, "");
}

static enum rc sign_in(const char *issuer, const char *sub, const char *email,
    struct sso_outcome *out, struct err *e)
{
	char next[STORE_SSO_NEXT_SIZE];
	struct login l;

	assert_int_equal(begin(&l, NULL, NULL), RC_OK);
	assert_int_equal(back(&l, &from, next, NULL), RC_OK);
	tell(issuer, sub, email);
	return finish(&l, &from, out, e);
}

static void an_identity_is_one_user_and_a_user_one_identity(void **state)
{
	struct core_actor ann = identity_case_user(&one, "ann@example.com");
	struct sso_outcome out;
	struct err e;

	(void)identity_case_user(&one, "eve@example.com");
	assert_int_equal(sign_in(ISSUER, "a", "ann@example.com", &out, NULL),
	    RC_OK);
	assert_int_equal(sign_in(ISSUER, "a", "eve@example.com", &out, NULL),
	    RC_OK);
	assert_string_equal(out.session.user.id, ann.id);
	assert_int_equal(sign_in(ISSUER, "b", "ann@example.com", &out, &e),
	    RC_DENIED);
	assert_string_equal(e.slug, "sso-other-identity");
	assert_int_equal(store_sso_identity_remove(one.core.store, ann.id,
			     NULL),
	    RC_OK);
	assert_int_equal(sign_in(ISSUER, "b", "ann@example.com", &out, NULL),
	    RC_OK);
}

static void a_provider_that_is_not_set_any_more_lets_nobody_in(void **state)
{
	struct sso_outcome out;
	struct err e;

	(void)identity_case_user(&one, "ann@example.com");
	assert_int_equal(sign_in("https://old.example", "a", "ann@example.com",
			     &out, &e),
	    RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-expired");
}

static void who_asked_and_is_gone_is_told(void **state)
{
	char next[STORE_SSO_NEXT_SIZE];
	struct store_sso_login row;
	struct sso_outcome out;
	struct login l;
	struct err e;

	assert_int_equal(begin(&l, NULL, NULL), RC_OK);
	assert_int_equal(back(&l, &from, next, NULL), RC_OK);
	assert_int_equal(take(&row), RC_OK);
	assert_int_equal(store_sso_login_drop(one.core.store, SSO_EXPIRED,
			     NULL),
	    RC_OK);
	/* The old courier comes too late. */
	row.step = STORE_SSO_KNOWN;
	assert_int_equal(store_sso_login_told(one.core.store, &row, NULL),
	    RC_OK);
	assert_int_equal(finish(&l, &from, &out, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "sso-expired");
}

static void logins_on_their_way_are_bounded(void **state)
{
	struct store_sso_login l = {.nonce = "n", .verifier = "v"};
	struct store_sso_login found;
	int i;

	for (i = 0; i < 5; i++) {
		l.cookie[0] = (uint8_t)i;
		l.expires_at = CASE_NOW + 10 + i;
		assert_int_equal(store_sso_login_add(one.core.store, &l,
				     CASE_NOW, 3, NULL),
		    RC_OK);
	}
	for (i = 0; i < 5; i++) {
		l.cookie[0] = (uint8_t)i;
		assert_int_equal(store_sso_login_find(one.core.store, l.cookie,
				     CASE_NOW, &found, NULL),
		    i < 2 ? RC_NOT_FOUND : RC_OK);
	}
}

static void one_network_cannot_begin_without_end(void **state)
{
	struct core_actor was = from;
	struct login l;
	struct err e;
	enum rc rc = RC_OK;
	int i;

	for (i = 0; i < 100 && rc == RC_OK; i++) {
		(void)snprintf(from.from, sizeof(from.from), "2001:db8::%x",
		    (unsigned int)i);
		rc = begin(&l, NULL, &e);
	}
	assert_int_equal(rc, RC_LIMIT);
	assert_string_equal(e.slug, "sso-busy");
	assert_true(i > 50);
	from = was;
	assert_int_equal(begin(&l, NULL, NULL), RC_OK);
}

static void an_invitation_is_for_its_address_alone(void **state)
{
	struct core_actor admin = identity_case_user(&one, "root@example.com");
	struct invite_wish w = {CORE_SCOPE_ACCOUNT, NULL, "new@example.com",
	    CORE_OPERATOR};
	struct invite_proof p = {.email = "x@example.com",
	    .name = "",
	    .user = ""};
	struct invite_accepted done;
	struct invite_new inv;
	struct store_user u;
	struct err e;

	identity_case_account(&one, &admin);
	w.scope_id = admin.scope_id;
	assert_int_equal(invite_create(&one.core, &admin, &w, &inv, NULL),
	    RC_OK);
	p.token = inv.token;
	assert_int_equal(invite_accept_proven(&one.core, &from, &p, &done, &e),
	    RC_DENIED);
	assert_string_equal(e.slug, "invitation-other-address");
	p.email = "new@example.com";
	assert_int_equal(invite_accept_proven(&one.core, &from, &p, &done, &e),
	    RC_OK);
	assert_string_equal(done.user.name, "new");
	assert_int_equal(store_user_by_id(one.core.store, done.user.id, &u,
			     NULL),
	    RC_OK);
	assert_string_equal(u.password, "");
	assert_int_equal(invite_accept_proven(&one.core, &from, &p, &done, &e),
	    RC_NOT_FOUND);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_paths_of_ours_are_paths),
	    T(the_address_keeps_cookie_and_verifier),
	    T(a_code_is_taken_once_and_leaves_the_store),
	    T(another_state_is_refused),
	    T(a_login_ends_after_ten_minutes),
	    T(a_login_makes_one_session),
	    T(an_identity_is_one_user_and_a_user_one_identity),
	    T(a_provider_that_is_not_set_any_more_lets_nobody_in),
	    T(who_asked_and_is_gone_is_told),
	    T(logins_on_their_way_are_bounded),
	    T(one_network_cannot_begin_without_end),
	    T(an_invitation_is_for_its_address_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
