/* The signer as a process: what it signs, what it refuses, whom it cuts off.
 * Must not keep its keys. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "pki/jose.h"
#include "signer/ipc.h"
#include "signer/signer.h"
#include "signer/signer_account.h"
#include "tests/unit/dir_case.h"

#define CLIENTS 3
#define COURIER 0
#define WORKER 2
#define ONE "acc_0123456789abcdef"
#define TWO "acc_fedcba9876543210"

static struct {
	char dir[64];
	pid_t pid;
	struct signer_client theirs[CLIENTS];
	int ours[CLIENTS];
} t;

static void fork_signer(void)
{
	t.pid = fork();
	assert_true(t.pid >= 0);
	if (t.pid == 0)
		_exit(signer_run(t.dir, t.theirs, CLIENTS));
}

static int start(void **state)
{
	int i, pair[2];

	(void)snprintf(t.dir, sizeof(t.dir), "/tmp/birthmark-signer-XXXXXX");
	if (!mkdtemp(t.dir) || signer_init(t.dir, NULL) != RC_OK)
		return -1;
	for (i = 0; i < CLIENTS; i++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
			return -1;
		t.ours[i] = pair[0];
		t.theirs[i].fd = pair[1];
		t.theirs[i].may =
		    i == COURIER ? SIGNER_MAY_COURIER : SIGNER_MAY_WORKER;
	}
	fork_signer();
	return 0;
}

static int stop(void **state)
{
	int i;

	(void)kill(t.pid, SIGKILL);
	(void)waitpid(t.pid, NULL, 0);
	for (i = 0; i < CLIENTS; i++) {
		(void)close(t.ours[i]);
		(void)close(t.theirs[i].fd);
	}
	dir_case_remove(t.dir);
	return 0;
}

static struct signer *client(int i)
{
	struct signer *s = signer_new(dup(t.ours[i]));

	assert_non_null(s);
	return s;
}

static struct key_pub *interop_key(struct signer *s, const char *account)
{
	struct buf pem, der;
	struct key_pub *k;
	struct span rest;

	buf_init(&pem, 4096);
	buf_init(&der, 4096);
	assert_int_equal(signer_interop_pem(s, account, &pem, NULL), RC_OK);
	rest = buf_span(&pem);
	assert_true(enc_unpem(&der, "PUBLIC KEY", &rest));
	assert_int_equal(key_pub_new(&k, buf_span(&der), NULL), RC_OK);
	buf_clear(&pem);
	buf_clear(&der);
	return k;
}

static void interop_token_is_signed_as_asked(void **state)
{
	struct signer_interop r = {ONE, "https://a:8443", "123456789012", 300};
	struct signer *s = client(COURIER);
	struct key_pub *k = interop_key(s, ONE);
	struct buf jwt, payload;

	buf_init(&jwt, 4096);
	buf_init(&payload, 4096);
	assert_int_equal(signer_interop(s, &r, &jwt, NULL), RC_OK);
	assert_int_equal(jose_verify(buf_span(&jwt), k, "JWT", &payload, NULL),
	    RC_OK);
	assert_non_null(strstr(buf_cstr(&payload), "\"aud\":\"123456789012\""));
	assert_non_null(
	    strstr(buf_cstr(&payload), "\"iss\":\"https://a:8443\""));
	assert_non_null(strstr(buf_cstr(&payload), "\"jti\":\""));
	buf_clear(&jwt);
	buf_clear(&payload);
	key_pub_free(k);
	signer_free(s);
}

/* The account chooses the audience: the key alone tells whose token it is. */
static void token_of_one_account_is_not_of_another(void **state)
{
	struct signer_interop r = {ONE, "https://a", "123456789012", 300};
	struct signer *s = client(COURIER), *worker = client(WORKER);
	struct key_pub *one = interop_key(worker, ONE);
	struct key_pub *two = interop_key(worker, TWO);
	struct buf jwt, payload, jwks;

	buf_init(&jwt, 4096);
	buf_init(&payload, 4096);
	buf_init(&jwks, 4096);
	assert_int_equal(signer_interop(s, &r, &jwt, NULL), RC_OK);
	assert_int_equal(jose_verify(buf_span(&jwt), one, "JWT", &payload,
			     NULL),
	    RC_OK);
	buf_reset(&payload);
	assert_int_equal(jose_verify(buf_span(&jwt), two, "JWT", &payload,
			     NULL),
	    RC_INVALID);
	assert_int_equal(payload.n, 0);
	r.account = TWO;
	buf_reset(&jwt);
	assert_int_equal(signer_interop(s, &r, &jwt, NULL), RC_OK);
	assert_int_equal(jose_verify(buf_span(&jwt), one, "JWT", &payload,
			     NULL),
	    RC_INVALID);
	assert_int_equal(jose_verify(buf_span(&jwt), two, "JWT", &payload,
			     NULL),
	    RC_OK);
	assert_int_equal(signer_interop_jwks(worker, ONE, &jwks, NULL), RC_OK);
	assert_non_null(strstr(buf_cstr(&jwks), "{\"keys\":[{"));
	assert_null(strstr(buf_cstr(&jwks), "},{"));
	assert_null(strstr(buf_cstr(&jwks), "\"d\""));
	assert_int_equal(signer_interop_jwks(worker, "acc_1", &jwks, NULL),
	    RC_INVALID);
	assert_int_equal(signer_interop_pem(worker, "", &jwks, NULL),
	    RC_INVALID);
	buf_clear(&jwt);
	buf_clear(&payload);
	buf_clear(&jwks);
	key_pub_free(one);
	key_pub_free(two);
	signer_free(s);
	signer_free(worker);
}

/* Strangers may ask for the key of any id: that may cost time only. */
static void key_of_an_account_outlives_the_cache(void **state)
{
	struct signer *s = client(WORKER);
	struct buf first, now;
	char id[RAND_ID_SIZE];
	int i;

	buf_init(&first, 4096);
	buf_init(&now, 4096);
	assert_int_equal(signer_interop_pem(s, ONE, &first, NULL), RC_OK);
	for (i = 0; i < 3 * SIGNER_ACCOUNT_KEYS; i++) {
		rand_id(id, sizeof(id), "acc");
		buf_reset(&now);
		assert_int_equal(signer_interop_pem(s, id, &now, NULL), RC_OK);
		assert_false(span_eq(buf_span(&first), buf_span(&now)));
	}
	buf_reset(&now);
	assert_int_equal(signer_interop_pem(s, ONE, &now, NULL), RC_OK);
	assert_true(span_eq(buf_span(&first), buf_span(&now)));
	buf_clear(&first);
	buf_clear(&now);
	signer_free(s);
}

/* One key for both would make a feed's head a token. */
static void feed_is_signed_by_another_key(void **state)
{
	struct signer_feed r = {.account = "acc_1",
	    .cloud = "cld_1",
	    .from = "",
	    .to = "3.14",
	    .count = 2};
	struct signer *s = client(WORKER);
	struct key_pub *k = interop_key(s, ONE);
	struct buf jws, payload, jwks;

	buf_init(&jws, 4096);
	buf_init(&payload, 4096);
	buf_init(&jwks, 4096);
	assert_int_equal(signer_feed(s, &r, &jws, NULL), RC_OK);
	assert_int_not_equal(jose_verify(buf_span(&jws), k, "birthmark-feed",
				 &payload, NULL),
	    RC_OK);
	assert_int_equal(signer_jwks(s, &jwks, NULL), RC_OK);
	assert_non_null(strstr(buf_cstr(&jwks), "{\"keys\":[{"));
	assert_null(strstr(buf_cstr(&jwks), "},{"));
	assert_null(strstr(buf_cstr(&jwks), "\"d\""));
	buf_clear(&jws);
	buf_clear(&payload);
	buf_clear(&jwks);
	key_pub_free(k);
	signer_free(s);
}

static struct key_pub *identity_key(struct signer *s)
{
	struct key_pub *k = NULL;
	struct buf jwks, spki;
	struct span jwk;

	buf_init(&jwks, 4096);
	buf_init(&spki, 4096);
	assert_int_equal(signer_identity_jwks(s, &jwks, NULL), RC_OK);
	assert_null(strstr(buf_cstr(&jwks), "\"d\""));
	jwk = span_sub(buf_span(&jwks), strlen("{\"keys\":["), jwks.n);
	jwk.n -= strlen("]}");
	assert_int_equal(jose_jwk_spki(jwk, &spki, NULL), RC_OK);
	assert_int_equal(key_pub_new(&k, buf_span(&spki), NULL), RC_OK);
	buf_clear(&jwks);
	buf_clear(&spki);
	return k;
}

/* One key signs for all accounts, so the issuer has to be the account's. */
static void identity_token_names_the_account_as_issuer(void **state)
{
	struct signer_interop r = {ONE, "https://a:8443", "api://X", 300};
	struct signer *s = client(COURIER), *worker = client(WORKER);
	struct key_pub *k = identity_key(worker),
		       *own = interop_key(worker, ONE);
	struct buf jwt, payload;

	buf_init(&jwt, 4096);
	buf_init(&payload, 4096);
	assert_int_equal(signer_identity(worker, &r, &jwt, NULL), RC_DENIED);
	assert_int_equal(signer_identity(s, &r, &jwt, NULL), RC_OK);
	assert_int_equal(jose_verify(buf_span(&jwt), k, "JWT", &payload, NULL),
	    RC_OK);
	assert_non_null(strstr(buf_cstr(&payload),
	    "\"iss\":\"https://a:8443/.well-known/birthmark/accounts/" ONE
	    "\",\"sub\":\"" ONE "\",\"aud\":\"api://X\""));
	buf_reset(&payload);
	assert_int_not_equal(jose_verify(buf_span(&jwt), own, "JWT", &payload,
				 NULL),
	    RC_OK);
	r.account = "acc_1";
	assert_int_equal(signer_identity(s, &r, &jwt, NULL), RC_INVALID);
	buf_clear(&jwt);
	buf_clear(&payload);
	key_pub_free(k);
	key_pub_free(own);
	signer_free(s);
	signer_free(worker);
}

static void limits_are_checked_by_the_signer(void **state)
{
	static char long_audience[SIGNER_AUDIENCE_MAX + 2];
	static const struct signer_interop table[] = {
	    {ONE, "https://a", long_audience, 300},
	    {ONE, "https://a", "", 300},
	    {ONE, "https://a", "a b", 300},
	    {ONE, "https://a", "a\"b", 300},
	    {ONE, "https://a", "a\nb", 300},
	    {ONE, "https://a", "a\xc3\xa9", 300},
	    {ONE, "https://a", "a", 0},
	    {ONE, "https://a", "a", SIGNER_TTL_MAX_S + 1},
	    {ONE, "http://a", "a", 300},
	    {ONE, "https://a\"", "a", 300},
	    {ONE, "", "a", 300},
	    {"", "https://a", "a", 300},
	    {"acc_1", "https://a", "a", 300},
	    {"usr_0123456789abcdef", "https://a", "a", 300},
	    {"acc_0123456789abcdeF", "https://a", "a", 300},
	    {"acc_0123456789abcdei", "https://a", "a", 300},
	    {"acc-0123456789abcdef", "https://a", "a", 300},
	    {ONE "0", "https://a", "a", 300},
	};
	struct signer *s = client(COURIER);
	struct buf out;
	size_t i;

	memset(long_audience, 'a', sizeof(long_audience) - 1);
	buf_init(&out, 4096);
	for (i = 0; i < COUNT(table); i++) {
		struct err e = {0};

		if (signer_interop(s, &table[i], &out, &e) != RC_INVALID)
			fail_msg("%zu: %s", i, e.text);
		assert_string_equal(e.slug, "signer-refused");
		assert_int_equal(out.n, 0);
	}
	buf_clear(&out);
	signer_free(s);
}

/* A worker in other hands has no way into a product cloud. */
static void each_process_gets_only_its_own_signed(void **state)
{
	struct signer_interop token = {ONE, "https://a", "123456789012", 300};
	struct signer_feed head = {.account = "acc_1",
	    .cloud = "cld_1",
	    .from = "",
	    .to = "2.0",
	    .count = 0};
	struct signer_entry entry = {.group_id = "B1",
	    .vendor = "V",
	    .cert = SPAN_LIT("0")};
	struct signer_ca ca = {ONE, "ca_0123456789abcdef"};
	struct signer_claim claim = {"cvo_0123456789abcdef", ONE,
	    "prd_0123456789abcdef", clock_now_s() + 60};
	struct signer *worker = client(WORKER), *courier = client(COURIER);
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(signer_interop(worker, &token, &out, NULL), RC_DENIED);
	assert_int_equal(signer_feed(courier, &head, &out, NULL), RC_DENIED);
	assert_int_equal(signer_entry(courier, &entry, &out, NULL), RC_DENIED);
	assert_int_equal(signer_ca_key(courier, &ca, KEY_P256, NULL, &out,
			     NULL),
	    RC_DENIED);
	assert_int_equal(signer_ocsp_csr(courier, &out, NULL), RC_DENIED);
	assert_int_equal(signer_claim(courier, &claim, &out, NULL), RC_DENIED);
	assert_int_equal(out.n, 0);
	assert_int_equal(signer_feed(worker, &head, &out, NULL), RC_OK);
	assert_int_equal(signer_jwks(courier, &out, NULL), RC_OK);
	buf_clear(&out);
	signer_free(worker);
	signer_free(courier);
}

static void garbage_is_cut_off(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} table[] = {
	    {"hello", 5},
	    {"\0\0\0\x0a\1\x7f\0\0\0\0\0\0\0\1", 14}, /* no such type */
	    {"\0\0\0\x0a\2\3\0\0\0\0\0\0\0\1", 14},   /* version */
	    {"\0\0\0\x0b\1\3\0\0\0\0\0\0\0\1", 14},   /* length */
	    {"\0\0\0\x0b\1\3\0\0\0\0\0\0\0\1x", 15},  /* trailing */
	    {"\0\0\0\x0e\1\1\0\0\0\0\0\0\0\1\xff\xff\xff\xff", 18},
	};
	size_t i;

	for (i = 0; i < COUNT(table); i++) {
		struct signer *s;
		struct buf out;
		char answer;

		assert_int_equal(send(t.ours[1], table[i].bytes, table[i].n, 0),
		    table[i].n);
		assert_int_equal(recv(t.ours[1], &answer, 1, 0), 0);
		/* The others do not notice. */
		s = client(COURIER);
		buf_init(&out, 4096);
		assert_int_equal(signer_jwks(s, &out, NULL), RC_OK);
		buf_clear(&out);
		signer_free(s);
		assert_int_equal(stop(NULL), 0);
		assert_int_equal(start(NULL), 0);
	}
}

static void oversized_message_is_cut_off(void **state)
{
	static char big[IPC_MAX + 1];
	char answer;

	assert_int_equal(send(t.ours[1], big, sizeof(big), 0), sizeof(big));
	assert_int_equal(recv(t.ours[1], &answer, 1, 0), 0);
}

/* A file goes with the one request that needs it, and with no other. */
static void file_that_nobody_asked_for_is_cut_off(void **state)
{
	static const char jwks[] = "\0\0\0\x0a\1\3\0\0\0\0\0\0\0\1";
	union {
		struct cmsghdr head;
		uint8_t room[CMSG_SPACE(2 * sizeof(int))];
	} control = {
	    .head = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {(void *)(uintptr_t)jwks, sizeof(jwks) - 1};
	struct msghdr m = {.msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = &control};
	int fds[2] = {0, 0};
	size_t n;
	char answer;

	for (n = 1; n <= 2; n++) {
		control.head.cmsg_len = CMSG_LEN(n * sizeof(int));
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, n * sizeof(int));
		assert_int_equal(sendmsg(t.ours[n], &m, 0), sizeof(jwks) - 1);
		assert_int_equal(recv(t.ours[n], &answer, 1, 0), 0);
	}
}

/* Keys that an earlier release did not have are added, none is replaced. */
static void directory_of_an_earlier_release_is_completed(void **state)
{
	static const char *const newer[] = {"ocsp.pem", "voucher.pem",
	    "voucher-cert.pem", "claim.pem"};
	struct signer *s = client(WORKER);
	struct buf before, now;
	char path[128];
	size_t i;

	buf_init(&before, 16384);
	buf_init(&now, 16384);
	(void)snprintf(path, sizeof(path), "%s/feed.pem", t.dir);
	assert_int_equal(file_read(path, &before, NULL), RC_OK);
	for (i = 0; i < COUNT(newer); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", t.dir, newer[i]);
		assert_int_equal(unlink(path), 0);
	}
	(void)snprintf(path, sizeof(path), "%s/ca", t.dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(signer_init(t.dir, NULL), RC_OK);
	for (i = 0; i < COUNT(newer); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", t.dir, newer[i]);
		assert_true(file_exists(path));
	}
	(void)snprintf(path, sizeof(path), "%s/feed.pem", t.dir);
	assert_int_equal(file_read(path, &now, NULL), RC_OK);
	assert_true(span_eq(buf_span(&before), buf_span(&now)));
	buf_clear_secret(&before);
	buf_clear_secret(&now);
	signer_free(s);
}

static void client_outlives_the_signer(void **state)
{
	struct signer *s = client(WORKER);
	struct buf out;
	int64_t before;

	(void)kill(t.pid, SIGKILL);
	(void)waitpid(t.pid, NULL, 0);
	fork_signer();
	before = clock_mono_ms();
	buf_init(&out, 4096);
	assert_int_equal(signer_jwks(s, &out, NULL), RC_OK);
	assert_true(clock_mono_ms() - before < 1900);
	buf_clear(&out);
	signer_free(s);
}

static void keys_are_private_and_kept(void **state)
{
	struct buf one, two;
	struct signer *s = client(COURIER);
	char path[128];
	struct stat st;

	buf_init(&one, 4096);
	buf_init(&two, 4096);
	(void)snprintf(path, sizeof(path), "%s/interop.pem", t.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(signer_interop_pem(s, ONE, &one, NULL), RC_OK);
	assert_int_equal(signer_init(t.dir, NULL), RC_OK);
	(void)kill(t.pid, SIGKILL);
	(void)waitpid(t.pid, NULL, 0);
	fork_signer();
	assert_int_equal(signer_interop_pem(s, ONE, &two, NULL), RC_OK);
	assert_true(span_eq(buf_span(&one), buf_span(&two)));
	buf_clear(&one);
	buf_clear(&two);
	signer_free(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(interop_token_is_signed_as_asked),
	    TEST(token_of_one_account_is_not_of_another),
	    TEST(identity_token_names_the_account_as_issuer),
	    TEST(key_of_an_account_outlives_the_cache),
	    TEST(feed_is_signed_by_another_key),
	    TEST(limits_are_checked_by_the_signer),
	    TEST(each_process_gets_only_its_own_signed),
	    TEST(garbage_is_cut_off),
	    TEST(oversized_message_is_cut_off),
	    TEST(file_that_nobody_asked_for_is_cut_off),
	    TEST(directory_of_an_earlier_release_is_completed),
	    TEST(client_outlives_the_signer),
	    TEST(keys_are_private_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
