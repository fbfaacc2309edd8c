/* Named operations on users, members, sessions, attempts, idempotency and the
 * audit log: what any engine must hold.  Must not use SQL. */
#include <string.h>

#include "store/store_attempt.h"
#include "store/store_audit.h"
#include "store/store_idem.h"
#include "store/store_list.h"
#include "store/store_member.h"
#include "store/store_session.h"
#include "store/store_user.h"
#include "tests/unit/store_case.h"

#define NOW 1790000000

static struct store_case c;

static void add_user(const char *id, const char *email, enum rc want)
{
	struct store_user u = {.name = "N", .password = "h"};

	u.created_at = NOW;
	(void)snprintf(u.id, sizeof(u.id), "%s", id);
	(void)snprintf(u.email, sizeof(u.email), "%s", email);
	assert_int_equal(store_user_add(c.s, &u, NULL), want);
}

static int setup(void **state)
{
	store_case_open(&c);
	add_user("usr_1", "ann@example.com", RC_OK);
	add_user("usr_2", "bob@example.com", RC_OK);
	return 0;
}

static int teardown(void **state)
{
	store_case_close(&c);
	return 0;
}

static void an_address_is_one_user(void **state)
{
	struct store_user u;

	add_user("usr_3", "ann@example.com", RC_CONFLICT);
	assert_int_equal(store_user_by_id(c.s, "usr_3", &u, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_user_by_email(c.s, "ann@example.com", &u, NULL),
	    RC_OK);
	assert_string_equal(u.id, "usr_1");
	assert_int_equal(store_user_set_password(c.s, "usr_1", "new", NULL),
	    RC_OK);
	assert_int_equal(store_user_by_id(c.s, "usr_1", &u, NULL), RC_OK);
	assert_string_equal(u.password, "new");
	assert_int_equal(store_user_by_email(c.s, "ann@example.co", &u, NULL),
	    RC_NOT_FOUND);
}

static void a_role_holds_in_its_scope_only(void **state)
{
	struct store_member m = {.user = "usr_1",
	    .scope = "account",
	    .scope_id = "acc_1",
	    .role = "operator",
	    .since = NOW};
	char role[32];
	uint64_t n = 0;

	assert_int_equal(store_member_put(c.s, &m, NULL), RC_OK);
	assert_int_equal(store_member_role(c.s, "usr_1", "account", "acc_1",
			     role, NULL),
	    RC_OK);
	assert_string_equal(role, "operator");
	assert_int_equal(store_member_role(c.s, "usr_1", "account", "acc_2",
			     role, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_member_role(c.s, "usr_1", "vendor", "acc_1",
			     role, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_member_role(c.s, "usr_2", "account", "acc_1",
			     role, NULL),
	    RC_NOT_FOUND);
	(void)snprintf(m.role, sizeof(m.role), "administrator");
	assert_int_equal(store_member_put(c.s, &m, NULL), RC_OK);
	assert_int_equal(store_member_count(c.s, "account", "acc_1",
			     "administrator", &n, NULL),
	    RC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_member_remove(c.s, &m, NULL), RC_OK);
	assert_int_equal(store_member_role(c.s, "usr_1", "account", "acc_1",
			     role, NULL),
	    RC_NOT_FOUND);
}

static void add_session(const char *id, uint8_t hash, int64_t expires_at)
{
	struct store_session x = {.user = "usr_1",
	    .created_at = NOW,
	    .from = "::1"};

	x.last_seen_at = NOW;
	x.expires_at = expires_at;
	(void)snprintf(x.id, sizeof(x.id), "%s", id);
	memset(x.hash, hash, sizeof(x.hash));
	assert_int_equal(store_session_add(c.s, &x, NULL), RC_OK);
}

static enum rc find_session(uint8_t hash)
{
	struct store_session x;
	uint8_t h[32];

	memset(h, hash, sizeof(h));
	return store_session_find(c.s, h, &x, NULL);
}

static void a_session_ends_for_its_user(void **state)
{
	int64_t n = 9;

	add_session("ses_1", 1, NOW + 100);
	add_session("ses_2", 2, NOW + 100);
	add_session("ses_3", 3, NOW - 100);
	assert_int_equal(find_session(1), RC_OK);
	assert_int_equal(find_session(9), RC_NOT_FOUND);
	assert_int_equal(store_session_end(c.s, "usr_2", "ses_1", &n, NULL),
	    RC_OK);
	assert_int_equal(n, 0);
	assert_int_equal(find_session(1), RC_OK);
	assert_int_equal(store_session_sweep(c.s, NOW, NULL), RC_OK);
	assert_int_equal(find_session(3), RC_NOT_FOUND);
	assert_int_equal(store_session_end_others(c.s, "usr_1", "ses_2", NULL),
	    RC_OK);
	assert_int_equal(find_session(1), RC_NOT_FOUND);
	assert_int_equal(find_session(2), RC_OK);
	assert_int_equal(store_session_end(c.s, "usr_1", "ses_2", &n, NULL),
	    RC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(find_session(2), RC_NOT_FOUND);
}

static void attempts_are_forgotten_in_time(void **state)
{
	struct store_attempt a = {.count = 3,
				 .last_at = NOW,
				 .locked_until = NOW + 5,
				 .forget_at = NOW + 10},
			     got;

	memset(a.key, 4, sizeof(a.key));
	assert_int_equal(store_attempt_get(c.s, a.key, &got, NULL),
	    RC_NOT_FOUND);
	assert_int_equal(store_attempt_put(c.s, &a, NULL), RC_OK);
	a.count = 4;
	assert_int_equal(store_attempt_put(c.s, &a, NULL), RC_OK);
	assert_int_equal(store_attempt_sweep(c.s, NOW + 9, NULL), RC_OK);
	assert_int_equal(store_attempt_get(c.s, a.key, &got, NULL), RC_OK);
	assert_int_equal(got.count, 4);
	assert_int_equal(got.locked_until, NOW + 5);
	assert_int_equal(store_attempt_sweep(c.s, NOW + 11, NULL), RC_OK);
	assert_int_equal(store_attempt_get(c.s, a.key, &got, NULL),
	    RC_NOT_FOUND);
}

static void an_answer_is_kept_for_its_key(void **state)
{
	struct store_idem i = {.status = 201, .created_at = NOW}, got;
	struct buf answer;

	memset(i.key, 5, sizeof(i.key));
	buf_init(&answer, 100);
	assert_int_equal(store_idem_put(c.s, &i, NOW - 10, SPAN_LIT("answer"),
			     NULL),
	    RC_OK);
	got = i;
	assert_int_equal(store_idem_get(c.s, &got, NOW - 10, &answer, NULL),
	    RC_OK);
	assert_int_equal(got.status, 201);
	assert_true(span_eq_str(buf_span(&answer), "answer"));
	assert_int_equal(store_idem_get(c.s, &got, NOW + 1, &answer, NULL),
	    RC_NOT_FOUND);
	got.key[0] ^= 1;
	assert_int_equal(store_idem_get(c.s, &got, NOW - 10, &answer, NULL),
	    RC_NOT_FOUND);
	buf_clear(&answer);
}

static bool count_row(void *arg, const struct store_audit *a)
{
	uint64_t *next = arg;

	assert_int_equal(a->seq, *next);
	(*next)++;
	return true;
}

static void the_audit_log_has_no_gap_and_no_second_row(void **state)
{
	struct store *other = store_case_again(&c);
	struct store_audit a = {.at = NOW, .action = "x", .outcome = "ok"};
	uint64_t seq = 9, next = 1;
	uint8_t hash[32];

	assert_int_equal(store_audit_last(c.s, &seq, hash, NULL), RC_OK);
	assert_int_equal(seq, 0);
	for (a.seq = 1; a.seq <= 3; a.seq++) {
		a.hash[0] = (uint8_t)a.seq;
		assert_int_equal(store_audit_add(a.seq % 2 ? c.s : other, &a,
				     NULL),
		    RC_OK);
	}
	a.seq = 2;
	assert_int_equal(store_audit_add(c.s, &a, NULL), RC_CONFLICT);
	assert_int_equal(store_audit_last(other, &seq, hash, NULL), RC_OK);
	assert_int_equal(seq, 3);
	assert_int_equal(hash[0], 3);
	assert_int_equal(store_audit_walk(c.s, 0, 10, count_row, &next, NULL),
	    RC_OK);
	assert_int_equal(next, 4);
	store_close(other);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    CASE(an_address_is_one_user),
	    CASE(a_role_holds_in_its_scope_only),
	    CASE(a_session_ends_for_its_user),
	    CASE(attempts_are_forgotten_in_time),
	    CASE(an_answer_is_kept_for_its_key),
	    CASE(the_audit_log_has_no_gap_and_no_second_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
