/* Connections of a device: whom it trusts, and that nobody makes it wait.
 * Must not use a port that is not of the loopback. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device/reach.h"
#include "device/tls.h"
#include "device/wire.h"
#include "pki/issue_end.h"
#include "tests/unit/chip_case.h"

static struct chip_case the;
static struct key *server_key;
static struct buf server_cert;
static const struct wire_limits limits = {3000, NULL};

static int setup(void **state)
{
	static const char *const names[] = {"acc-1.localhost", NULL};
	static const uint8_t serial[ISSUE_END_SERIAL] = {1, 2, 3};
	struct issue_end p = {.kind = ISSUE_END_SERVER,
	    .common_name = "acc-1.localhost",
	    .names = names,
	    .serial = serial};

	chip_case_init(&the, KEY_P256, KEY_P256);
	CHIP_OK(&the, key_generate(&server_key, KEY_P256, &the.e));
	buf_init(&server_cert, CERT_DER_MAX);
	p.spki = key_spki(server_key);
	p.not_before = the.now_s - 60;
	p.not_after = the.now_s + 3600;
	CHIP_OK(&the,
	    issue_end(&p, buf_span(&the.ca), the.ca_key, &server_cert, &the.e));
	return 0;
}

static int teardown(void **state)
{
	key_free(server_key);
	buf_clear(&server_cert);
	chip_case_clear(&the);
	return 0;
}

struct server {
	void *ctx; /* NULL: says nothing at all */
	int fd;
	unsigned int port;
	pthread_t thread;
};

static void *serve(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->fd, NULL, NULL);
	struct wire *w = NULL;
	uint8_t c[8];
	size_t n;

	if (!s->ctx) {
		/* until the other side gives up */
		while (recv(fd, c, sizeof(c), 0) > 0)
			continue;
		(void)close(fd);
		return NULL;
	}
	if (wire_accept(&w, s->ctx, fd, &limits, NULL) == RC_OK &&
	    wire_receive(w, c, sizeof(c), &n, NULL) == RC_OK &&
	    wire_send(w, span_of(c, n), NULL) != RC_OK)
		c[0] = 0;
	wire_close(w);
	return NULL;
}

static void start(struct server *s, bool silent)
{
	const struct tls_self self = {server_key, buf_span(&server_cert),
	    SPAN_NONE};

	memset(s, 0, sizeof(*s));
	if (!silent)
		CHIP_OK(&the, tls_peer(&s->ctx, &self, true, &the.e));
	CHIP_OK(&the, reach_listen(&s->fd, "127.0.0.1", &s->port, &the.e));
	(void)fcntl(s->fd, F_SETFL, 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void stop(struct server *s)
{
	(void)pthread_join(s->thread, NULL);
	tls_free(s->ctx);
	(void)close(s->fd);
}

/* Dials as the chip, trusting the anchor. */
static enum rc dial(struct server *s, struct span anchor, const char *host,
    struct wire **w)
{
	const struct tls_self self = {the.chip_key, buf_span(&the.chip),
	    SPAN_NONE};
	void *ctx = NULL;
	enum rc rc;

	CHIP_OK(&the, tls_client(&ctx, &self, anchor, host, &the.e));
	rc = wire_dial(w, ctx, host, s->port, &limits, &the.e);
	tls_free(ctx);
	return rc;
}

static void server_of_the_anchor_is_trusted(void **state)
{
	struct server s;
	struct wire *w;
	uint8_t c[8];
	size_t n;

	start(&s, false);
	CHIP_OK(&the, dial(&s, buf_span(&the.ca), "acc-1.localhost", &w));
	CHIP_OK(&the, wire_send(w, SPAN_LIT("hi"), &the.e));
	CHIP_OK(&the, wire_receive(w, c, sizeof(c), &n, &the.e));
	assert_int_equal(n, 2);
	wire_close(w);
	stop(&s);
}

static void certificate_itself_may_be_the_anchor(void **state)
{
	struct server s;
	struct wire *w;

	start(&s, false);
	CHIP_OK(&the, dial(&s, buf_span(&server_cert), "acc-1.localhost", &w));
	wire_close(w);
	stop(&s);
}

static void impostor_is_told_by_name(void **state)
{
	struct buf other;
	struct server s;
	struct wire *w;
	struct key *k;

	CHIP_OK(&the, key_generate(&k, KEY_P256, &the.e));
	chip_case_issue_ca(&the, k, &other);
	start(&s, false);
	assert_int_equal(dial(&s, buf_span(&other), "acc-1.localhost", &w),
	    RC_DENIED);
	assert_string_equal(the.e.slug, "tls-not-trusted");
	assert_non_null(strstr(the.e.text, "acc-1.localhost"));
	assert_null(w);
	stop(&s);
	buf_clear(&other);
	key_free(k);
}

static void certificate_for_another_host_is_refused(void **state)
{
	static const char *const hosts[] = {"acc-2.localhost", "localhost",
	    "127.0.0.1"};
	struct server s;
	struct wire *w;
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		start(&s, false);
		assert_int_equal(dial(&s, buf_span(&the.ca), hosts[i], &w),
		    RC_DENIED);
		assert_string_equal(the.e.slug, "tls-not-trusted");
		stop(&s);
	}
}

static void silent_peer_is_left(void **state)
{
	const struct wire_limits hurry = {100, NULL};
	struct server s;
	struct wire *w;
	uint8_t c;
	size_t n;

	start(&s, true);
	CHIP_OK(&the, wire_dial(&w, NULL, "localhost", s.port, &hurry, &the.e));
	assert_int_equal(wire_receive(w, &c, 1, &n, &the.e), RC_AGAIN);
	assert_string_equal(the.e.slug, "timeout");
	wire_close(w);
	stop(&s);
	assert_int_equal(wire_dial(&w, NULL, "localhost", s.port, &hurry,
			     &the.e),
	    RC_AGAIN);
	assert_string_equal(the.e.slug, "host-away");
}

static void silence_in_the_handshake_is_left(void **state)
{
	const struct wire_limits hurry = {100, NULL};
	struct server s;
	struct wire *w;
	void *ctx;

	start(&s, true);
	CHIP_OK(&the,
	    tls_client(&ctx, NULL, buf_span(&the.ca), "localhost", &the.e));
	assert_int_equal(wire_dial(&w, ctx, "localhost", s.port, &hurry,
			     &the.e),
	    RC_AGAIN);
	assert_string_equal(the.e.slug, "timeout");
	tls_free(ctx);
	stop(&s);
}

static void names_of_the_loopback(void **state)
{
	static const char *const yes[] = {"localhost", "LOCALHOST",
	    "localhost.", "acc-1.localhost", "a.b.localhost."};
	static const char *const no[] = {"", ".", "localhost.example",
	    "notlocalhost", "localhos", "127.0.0.1"};
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(reach_is_loopback(yes[i]));
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(reach_is_loopback(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(server_of_the_anchor_is_trusted),
	    cmocka_unit_test(certificate_itself_may_be_the_anchor),
	    cmocka_unit_test(impostor_is_told_by_name),
	    cmocka_unit_test(certificate_for_another_host_is_refused),
	    cmocka_unit_test(silent_peer_is_left),
	    cmocka_unit_test(silence_in_the_handshake_is_left),
	    cmocka_unit_test(names_of_the_loopback),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown);
}
