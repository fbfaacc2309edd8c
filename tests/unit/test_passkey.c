/* Passkeys of users: challenges that work once and for one, copies that show,
 * and how many there may be.  Must not look at the clock. */
#include "core/passkey.h"
#include "tests/unit/identity_case.h"
#include "tests/unit/webauthn_case.h"

#define URL "https://birthmark.test:8443"

static struct identity_case c;
static struct webauthn_case key;
static struct core_actor user, peer;
static struct passkey_offer offer;
static uint8_t handle[STORE_PASSKEY_HANDLE];

static int setup(void **state)
{
	identity_case_open(&c);
	user = identity_case_user(&c, "jo@example.com");
	peer = (struct core_actor){.from = "192.0.2.1", .now_s = CASE_NOW};
	webauthn_case_open(&key, WEBAUTHN_ES256);
	return 0;
}

static int teardown(void **state)
{
	webauthn_case_close(&key);
	identity_case_close(&c);
	return 0;
}

static enum rc begin(struct core_actor *who, struct err *e)
{
	enum rc rc =
	    passkey_begin(&c.core, who, span_str(CASE_PASSWORD), &offer, e);

	memcpy(handle, offer.handle, sizeof(handle));
	return rc;
}

/* With the challenge of the last offer. */
static enum rc add(struct core_actor *who, struct err *e)
{
	struct passkey_made made = {.name = "Key"};
	struct store_passkey p;
	struct buf client, object;
	enum rc rc;

	buf_init(&client, 4096);
	buf_init(&object, 4096);
	key.flags = 0x45;
	webauthn_case_client(&client, "webauthn.create", URL, offer.challenge);
	webauthn_case_made(&key, &object);
	made.client = buf_span(&client);
	made.object = buf_span(&object);
	rc = passkey_add(&c.core, who, &made, &p, e);
	buf_clear(&client);
	buf_clear(&object);
	return rc;
}

static void must_add(struct core_actor *who)
{
	assert_int_equal(begin(who, NULL), RC_OK);
	assert_int_equal(add(who, NULL), RC_OK);
}

/* Signs in with the challenge of the last offer. */
static enum rc answer(struct session_new *s, struct err *e)
{
	struct passkey_answer a = {.id = span_of(key.id, sizeof(key.id)),
	    .handle = span_of(handle, sizeof(handle))};
	struct buf client, auth, signature;
	enum rc rc;

	buf_init(&client, 4096);
	buf_init(&auth, 4096);
	buf_init(&signature, 4096);
	key.flags = 0x05;
	webauthn_case_client(&client, "webauthn.get", URL, offer.challenge);
	webauthn_case_auth(&key, &auth);
	webauthn_case_sign(&key, buf_span(&client), buf_span(&auth),
	    &signature);
	a.answer.client = buf_span(&client);
	a.answer.auth = buf_span(&auth);
	a.answer.signature = buf_span(&signature);
	rc = passkey_login(&c.core, &peer, &a, s, e);
	buf_clear(&client);
	buf_clear(&auth);
	buf_clear(&signature);
	return rc;
}

static enum rc login(struct session_new *s, struct err *e)
{
	assert_int_equal(passkey_login_begin(&c.core, &peer, &offer, e), RC_OK);
	return answer(s, e);
}

static void one_signs_in_as_its_user(void **state)
{
	struct core_actor a = peer;
	struct session_new s;
	struct err e;

	must_add(&user);
	assert_int_equal(login(&s, &e), RC_OK);
	assert_string_equal(s.user.id, user.id);
	assert_int_equal(session_find(&c.core, span_str(s.token), &a, &e),
	    RC_OK);
	assert_string_equal(a.id, user.id);
}

static void a_challenge_works_once_within_its_time(void **state)
{
	struct session_new s;
	struct err e;

	must_add(&user);
	assert_int_equal(add(&user, &e), RC_INVALID);
	assert_string_equal(e.slug, "passkey-challenge");
	assert_int_equal(login(&s, &e), RC_OK);
	assert_int_equal(answer(&s, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "passkey-refused");
	assert_int_equal(passkey_login_begin(&c.core, &peer, &offer, &e),
	    RC_OK);
	peer.now_s += PASSKEY_CHALLENGE_S;
	assert_int_equal(answer(&s, &e), RC_UNAUTHENTICATED);
	assert_int_equal(begin(&user, &e), RC_OK);
	user.now_s += PASSKEY_CHALLENGE_S;
	assert_int_equal(add(&user, &e), RC_INVALID);
	assert_string_equal(e.slug, "passkey-challenge");
}

/* One that was given out for signing in adds nothing, and the reverse. */
static void a_challenge_is_for_one_user_and_purpose(void **state)
{
	struct core_actor other = identity_case_user(&c, "al@example.com");
	struct session_new s;
	struct err e;

	assert_int_equal(begin(&other, &e), RC_OK);
	assert_int_equal(add(&user, &e), RC_INVALID);
	assert_int_equal(passkey_login_begin(&c.core, &peer, &offer, &e),
	    RC_OK);
	assert_int_equal(add(&user, &e), RC_INVALID);
	must_add(&user);
	assert_int_equal(begin(&user, &e), RC_OK);
	assert_int_equal(answer(&s, &e), RC_UNAUTHENTICATED);
}

static void a_credential_of_another_user_is_refused(void **state)
{
	struct core_actor other = identity_case_user(&c, "al@example.com");
	struct webauthn_case first = key;
	struct session_new s;
	struct err e;

	must_add(&user);
	webauthn_case_open(&key, WEBAUTHN_EDDSA);
	memset(key.id, 8, sizeof(key.id));
	must_add(&other);
	/* The key and handle of al, the credential of jo. */
	memcpy(key.id, first.id, sizeof(key.id));
	assert_int_equal(login(&s, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "passkey-refused");
	memset(key.id, 9, sizeof(key.id));
	assert_int_equal(login(&s, &e), RC_UNAUTHENTICATED);
	memset(key.id, 8, sizeof(key.id));
	assert_int_equal(login(&s, &e), RC_OK);
	assert_string_equal(s.user.id, other.id);
	webauthn_case_close(&first);
}

static void a_counter_that_does_not_rise_is_a_copy(void **state)
{
	struct session_new s;
	struct err e;

	key.count = 0;
	must_add(&user);
	assert_int_equal(login(&s, &e), RC_OK); /* one that does not count */
	key.count = 5;
	assert_int_equal(login(&s, &e), RC_OK);
	assert_int_equal(login(&s, &e), RC_UNAUTHENTICATED);
	assert_string_equal(e.slug, "passkey-cloned");
	key.count = 4;
	assert_int_equal(login(&s, &e), RC_UNAUTHENTICATED);
	key.count = 0;
	assert_int_equal(login(&s, &e), RC_UNAUTHENTICATED);
	key.count = 6;
	assert_int_equal(login(&s, &e), RC_OK);
}

static void there_may_be_twenty(void **state)
{
	struct err e;
	int i;

	for (i = 0; i < PASSKEY_USER_MAX; i++) {
		key.id[0] = (uint8_t)i;
		must_add(&user);
	}
	assert_int_equal(begin(&user, &e), RC_CONFLICT);
	assert_string_equal(e.slug, "passkeys-full");
}

static void adding_one_needs_the_password_and_a_name(void **state)
{
	struct err e;

	assert_int_equal(passkey_begin(&c.core, &user, span_str("wrong wrong"),
			     &offer, &e),
	    RC_DENIED);
	assert_string_equal(e.slug, "password-wrong");
	c.core.public_url = "https://192.0.2.1:8443";
	assert_int_equal(begin(&user, &e), RC_CONFLICT);
	assert_string_equal(e.slug, "passkeys-need-a-name");
}

static void one_peer_cannot_fill_the_store(void **state)
{
	struct err e;
	int i;

	for (i = 0; i < 1000; i++)
		if (passkey_login_begin(&c.core, &peer, &offer, &e) != RC_OK)
			break;
	assert_in_range(i, 100, 500);
	assert_string_equal(e.slug, "login-locked");
	(void)snprintf(peer.from, sizeof(peer.from), "192.0.2.2");
	assert_int_equal(passkey_login_begin(&c.core, &peer, &offer, &e),
	    RC_OK);
	(void)snprintf(peer.from, sizeof(peer.from), "192.0.2.1");
	peer.now_s += PASSKEY_CHALLENGE_S;
	assert_int_equal(passkey_login_begin(&c.core, &peer, &offer, &e),
	    RC_OK);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(one_signs_in_as_its_user),
	    CASE(a_challenge_works_once_within_its_time),
	    CASE(a_challenge_is_for_one_user_and_purpose),
	    CASE(a_credential_of_another_user_is_refused),
	    CASE(a_counter_that_does_not_rise_is_a_copy),
	    CASE(there_may_be_twenty),
	    CASE(adding_one_needs_the_password_and_a_name),
	    CASE(one_peer_cannot_fill_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
