/* The agent against a small service: first boot, restarts, renewal, impostors;
 * and two of them that talk, or refuse to.
 * Must not wait for a second to pass. */
#include "device/agent_peer.h"
#include "tests/unit/agent_case.h"

static struct agent_case the;
static struct agent agent, other;

static int setup(void **state)
{
	agent_case_init(&the);
	return 0;
}

static int teardown(void **state)
{
	agent_case_clear(&the);
	return 0;
}

static void reset(void)
{
	the.product = "prd_thermostat";
	the.talk_to = "\"prd_sensor\"";
	the.lifetime_s = 30 * 86400;
	the.state = OCSP_GOOD;
	the.proof_age_s = 0;
	the.unbound = false;
	the.enrolled = the.asked = 0;
}

static void boot(struct agent *a, const char *name)
{
	char why[400];
	struct bm_io io;

	CHIP_OK(&the, agent_case_open(&the, a, name));
	if (agent_step(a, &io) != BM_DONE) {
		agent_reason(a, &io, why, sizeof(why));
		fail_msg("%s", why);
	}
	assert_int_equal(io.why, BM_OK);
}

static void first_boot_ends_with_an_own_certificate(void **state)
{
	struct agent_identity id;
	struct bm_io io;

	reset();
	boot(&agent, "first");
	assert_int_equal(bm_state(&agent.bm), BM_ENROLLED);
	assert_int_equal(the.enrolled, 1);
	CHIP_OK(&the, agent_identity(&agent, &id, &the.e));
	assert_true(span_eq(id.cert.spki, key_spki(id.key)));
	assert_false(span_eq(id.cert.spki, key_spki(agent.chip.key)));
	assert_true(id.proof.n > 0);
	assert_true(span_eq(buf_span(&id.chain), buf_span(&the.issuing.cert)));
	agent_identity_clear(&id);
	agent_close(&agent);

	/* Started again, it needs nothing but its peers and its proof. */
	boot(&agent, "first");
	assert_int_equal(the.enrolled, 1);
	bm_renew(&agent.bm);
	assert_int_equal(agent_step(&agent, &io), BM_DONE);
	assert_int_equal(the.enrolled, 2);
	agent_close(&agent);
}

static void settings_are_remembered(void **state)
{
	struct agent_options o = {.timeout_ms = 1000};
	char chip[128], dir[128];

	reset();
	boot(&agent, "remember");
	agent_close(&agent);
	(void)snprintf(chip, sizeof(chip), "%s/chip.pem", the.dir);
	(void)snprintf(dir, sizeof(dir), "%s/remember", the.dir);
	o.chip.where = chip;
	o.state = dir;
	CHIP_OK(&the, agent_open(&agent, &o, &the.e));
	assert_int_equal(bm_state(&agent.bm), BM_ENROLLED);
	assert_int_equal(agent_open(&other, &o, &the.e), RC_CONFLICT);
	agent_close(&other);
	agent_close(&agent);
	(void)snprintf(dir, sizeof(dir), "%s/fresh", the.dir);
	assert_int_equal(agent_open(&agent, &o, &the.e), RC_INVALID);
	assert_non_null(strstr(the.e.text, "--registrar"));
	agent_close(&agent);
}

static void device_that_nobody_owns_waits(void **state)
{
	struct bm_io io;
	char why[400];

	reset();
	the.unbound = true;
	CHIP_OK(&the, agent_case_open(&the, &agent, "unbound"));
	assert_int_equal(agent_step(&agent, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_UNOWNED);
	assert_int_equal(io.http_status, 401);
	assert_true(io.wait_s >= 600);
	agent_reason(&agent, &io, why, sizeof(why));
	assert_non_null(strstr(why, "Nobody has bound"));
	the.unbound = false;
	assert_int_equal(agent_step(&agent, &io), BM_DONE);
	agent_close(&agent);
}

/* The server's certificate on a port is by somebody else for a while. */
static void refuses_impostor(size_t port, const char *name)
{
	struct agent_case_pair ca = {0}, impostor = {0};
	void *real = the.ctx[port];
	struct bm_io io;
	char why[400];

	reset();
	agent_case_ca(&the, &ca, "Owner root", NULL);
	agent_case_pair(&the, &impostor, ISSUE_END_SERVER,
	    port == CASE_EST ? AGENT_CASE_EST : "localhost", &ca);
	agent_case_context(&the, port, &impostor, SPAN_NONE);
	CHIP_OK(&the, agent_case_open(&the, &agent, name));
	assert_int_equal(agent_step(&agent, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_TLS);
	agent_reason(&agent, &io, why, sizeof(why));
	assert_non_null(strstr(why, "is not trusted"));
	assert_int_equal(the.enrolled, 0);
	tls_free(the.ctx[port]);
	the.ctx[port] = real;
	assert_int_equal(agent_step(&agent, &io), BM_DONE);
	agent_close(&agent);
	agent_case_pair_clear(&ca);
	agent_case_pair_clear(&impostor);
}

static void impostors_are_refused(void **state)
{
	refuses_impostor(CASE_REGISTRAR, "impostor-registrar");
	refuses_impostor(CASE_EST, "impostor-est");
}

static void voucher_by_another_is_refused(void **state)
{
	struct agent_case_pair kept = the.vouchers;
	struct bm_io io;

	reset();
	memset(&the.vouchers, 0, sizeof(the.vouchers));
	agent_case_pair(&the, &the.vouchers, ISSUE_END_RA, "Vouchers",
	    &the.root);
	CHIP_OK(&the, agent_case_open(&the, &agent, "forged"));
	assert_int_equal(agent_step(&agent, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_VOUCHER_SIGNATURE);
	agent_close(&agent);
	agent_case_pair_clear(&the.vouchers);
	the.vouchers = kept;
}

/* Device to device */

struct listener {
	struct agent *a;
	struct agent_peer_report r;
	int fd; /* listens */
	enum rc rc;
	struct err e;
};

static void *listen_once(void *arg)
{
	struct listener *l = arg;
	struct agent_peer *p;
	struct buf text;

	buf_init(&text, AGENT_PEER_FRAME_MAX);
	l->rc = agent_peer_accept(&p, l->a, accept(l->fd, NULL, NULL), &l->r,
	    &l->e);
	if (l->rc == RC_OK) {
		l->rc = agent_peer_receive(p, &text, &l->e);
		buf_add_str(&text, " heard");
		if (l->rc == RC_OK)
			l->rc = agent_peer_send(p, buf_span(&text), &l->e);
		agent_peer_close(p);
	}
	buf_clear(&text);
	return NULL;
}

/* The sensor (agent) talks to the thermostat (other), both open. */
static enum rc talk(struct listener *l, struct agent_peer_report *r)
{
	unsigned int port = 0;
	struct agent_peer *p;
	pthread_t thread;
	struct buf text;
	enum rc rc;

	buf_init(&text, AGENT_PEER_FRAME_MAX);
	memset(l, 0, sizeof(*l));
	l->a = &other;
	CHIP_OK(&the, reach_listen(&l->fd, "127.0.0.1", &port, &the.e));
	(void)fcntl(l->fd, F_SETFL, 0);
	assert_int_equal(pthread_create(&thread, NULL, listen_once, l), 0);
	rc = agent_peer_dial(&p, &agent, "localhost", port, r, &the.e);
	if (rc == RC_OK) {
		CHIP_OK(&the, agent_peer_send(p, SPAN_LIT("19.5"), &the.e));
		CHIP_OK(&the, agent_peer_receive(p, &text, &the.e));
		assert_true(span_eq_str(buf_span(&text), "19.5 heard"));
		agent_peer_close(p);
	}
	(void)pthread_join(thread, NULL);
	(void)close(l->fd);
	buf_clear(&text);
	return rc;
}

static void close_both(void)
{
	agent_close(&agent);
	agent_close(&other);
}

static void boot_sensor(const char *name)
{
	the.product = "prd_sensor";
	the.talk_to = "\"prd_other\",\"prd_thermostat\"";
	boot(&agent, name);
	the.product = "prd_thermostat";
	the.talk_to = "\"prd_sensor\"";
}

static void devices_of_one_owner_talk(void **state)
{
	struct agent_peer_report r;
	struct listener l;
	unsigned int asked;

	reset();
	boot_sensor("sensor");
	boot(&other, "thermostat");
	asked = the.asked;
	assert_int_equal(talk(&l, &r), RC_OK);
	assert_int_equal(l.rc, RC_OK);
	assert_string_equal(r.product, "prd_thermostat");
	assert_string_equal(l.r.product, "prd_sensor");
	assert_int_equal(the.asked, asked);
	close_both();
}

static void *trickle(void *arg)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	const int *fd = arg;

	while (send(*fd, "x", 1, MSG_NOSIGNAL) == 1)
		(void)nanosleep(&pause, NULL);
	return NULL;
}

/* A listener serves one after the other: nobody may keep it. */
static void who_sends_a_little_at_a_time_is_cut_off(void **state)
{
	const struct wire_limits limits = {100, NULL};
	int64_t began = clock_mono_ms();
	uint8_t got[65536];
	pthread_t thread;
	struct wire *w;
	size_t n = 0;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	CHIP_OK(&the, wire_accept(&w, NULL, fd[0], &limits, &the.e));
	assert_int_equal(pthread_create(&thread, NULL, trickle, &fd[1]), 0);
	assert_int_equal(wire_receive_all(w, got, sizeof(got), &n, &the.e),
	    RC_AGAIN);
	assert_string_equal(the.e.slug, "timeout");
	assert_true(n > 0 && clock_mono_ms() - began < 10000);
	wire_close(w);
	(void)pthread_join(thread, NULL);
	(void)close(fd[1]);
}

static void wrong_product_is_refused(void **state)
{
	struct agent_peer_report r;
	struct listener l;

	reset();
	boot_sensor("sensor-2");
	the.talk_to = "\"prd_valve\"";
	boot(&other, "thermostat-2");
	assert_int_equal(talk(&l, &r), RC_DENIED);
	assert_int_equal(l.rc, RC_DENIED);
	assert_int_equal(l.r.why, BM_WHY_PEER_NOT_ALLOWED);
	assert_int_equal(r.why, BM_OK);
	assert_string_equal(r.refused, "peer-not-allowed");
	close_both();
}

/* The device would not keep such a proof: its owner puts it there. */
static void put_proof(const char *name, struct span cert, enum ocsp_state state,
    int64_t age_s)
{
	int64_t at = clock_now_s() - age_s;
	struct ocsp_single one = {.state = state,
	    .revoked_at = at,
	    .this_update = at,
	    .next_update = at + 3600};
	struct ocsp_response resp = {.singles = &one,
	    .n = 1,
	    .produced_at = at,
	    .responder_cert = buf_span(&the.responder.cert)};
	struct cert issuer, own;
	struct buf id, out;
	char path[128];

	buf_init(&id, 4096);
	buf_init(&out, 65536);
	CHIP_OK(&the, cert_parse(&issuer, buf_span(&the.issuing.cert), &the.e));
	CHIP_OK(&the, cert_parse(&own, cert, &the.e));
	CHIP_OK(&the,
	    ocsp_id_build(OCSP_SHA256, &issuer, own.serial, &id, &the.e));
	one.id = buf_span(&id);
	CHIP_OK(&the,
	    ocsp_response_build(&resp, the.responder.key, &out, &the.e));
	(void)snprintf(path, sizeof(path), "%s/%s/proof.der", the.dir, name);
	CHIP_OK(&the, file_write(path, buf_span(&out), 0600, &the.e));
	buf_clear(&id);
	buf_clear(&out);
}

static void peer_with_a_bad_proof_is_refused(void **state)
{
	static const struct {
		enum ocsp_state state;
		int64_t age_s;
		enum bm_why why;
	} cases[] = {
	    {OCSP_GOOD, 60, BM_OK},
	    {OCSP_REVOKED, 60, BM_WHY_REVOKED},
	    {OCSP_UNKNOWN, 60, BM_WHY_PROOF_UNKNOWN},
	    {OCSP_GOOD, 3 * 86400, BM_WHY_PROOF_STALE},
	};
	struct agent_peer_report r;
	struct agent_identity own, peer;
	struct listener l;
	size_t i;

	reset();
	boot_sensor("sensor-bad");
	boot(&other, "thermostat-bad");
	CHIP_OK(&the, agent_identity(&agent, &own, &the.e));
	CHIP_OK(&the, agent_identity(&other, &peer, &the.e));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_proof("sensor-bad", buf_span(&own.der), cases[i].state,
		    cases[i].age_s);
		assert_int_equal(talk(&l, &r),
		    cases[i].why == BM_OK ? RC_OK : RC_DENIED);
		assert_int_equal(l.r.why, cases[i].why);
		assert_int_equal(r.why, BM_OK);
	}
	put_proof("sensor-bad", buf_span(&peer.der), OCSP_GOOD, 60);
	assert_int_equal(talk(&l, &r), RC_DENIED);
	assert_int_equal(l.r.why, BM_WHY_PROOF_OTHER);
	put_proof("sensor-bad", buf_span(&own.der), OCSP_GOOD, 60);
	put_proof("thermostat-bad", buf_span(&peer.der), OCSP_REVOKED, 60);
	assert_int_equal(talk(&l, &r), RC_DENIED);
	assert_int_equal(r.why, BM_WHY_REVOKED);
	assert_string_equal(l.r.refused, "revoked");
	agent_identity_clear(&own);
	agent_identity_clear(&peer);
	close_both();
}

/* The device learns that it is revoked itself, and has no proof to show. */
static void revoked_device_has_no_proof(void **state)
{
	struct agent_peer_report r;
	struct listener l;
	struct bm_io io;

	reset();
	the.state = OCSP_REVOKED;
	the.product = "prd_sensor";
	the.talk_to = "\"prd_thermostat\"";
	CHIP_OK(&the, agent_case_open(&the, &agent, "sensor-revoked"));
	assert_int_equal(agent_step(&agent, &io), BM_DONE);
	assert_int_equal(io.why, BM_WHY_REVOKED);
	reset();
	boot(&other, "thermostat-4");
	assert_int_equal(talk(&l, &r), RC_DENIED);
	assert_int_equal(l.r.why, BM_WHY_PROOF_MISSING);
	close_both();
}

static void device_of_another_owner_is_refused(void **state)
{
	struct agent_case_pair root = the.root, issuing = the.issuing,
			       est = the.est, responder = the.responder;
	struct agent_peer_report r;
	void *ctx = the.ctx[CASE_EST];
	struct listener l;

	reset();
	boot_sensor("sensor-3");
	agent_case_ca(&the, &the.root, "Owner root", NULL);
	agent_case_ca(&the, &the.issuing, "Owner issuing", &the.root);
	agent_case_pair(&the, &the.responder, ISSUE_END_OCSP, "Responder",
	    &the.issuing);
	agent_case_pair(&the, &the.est, ISSUE_END_SERVER, AGENT_CASE_EST,
	    &the.issuing);
	agent_case_context(&the, CASE_EST, &the.est,
	    buf_span(&the.issuing.cert));
	boot(&other, "thermostat-3");
	assert_int_equal(talk(&l, &r), RC_DENIED);
	assert_true(
	    l.r.why == BM_WHY_PEER_ISSUER || l.r.why == BM_WHY_PEER_SIGNATURE);
	assert_true(
	    r.why == BM_WHY_PEER_ISSUER || r.why == BM_WHY_PEER_SIGNATURE);
	close_both();
	tls_free(the.ctx[CASE_EST]);
	agent_case_pair_clear(&the.root);
	agent_case_pair_clear(&the.issuing);
	agent_case_pair_clear(&the.responder);
	agent_case_pair_clear(&the.est);
	the.root = root;
	the.issuing = issuing;
	the.est = est;
	the.responder = responder;
	the.ctx[CASE_EST] = ctx;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_boot_ends_with_an_own_certificate),
	    cmocka_unit_test(settings_are_remembered),
	    cmocka_unit_test(device_that_nobody_owns_waits),
	    cmocka_unit_test(impostors_are_refused),
	    cmocka_unit_test(voucher_by_another_is_refused),
	    cmocka_unit_test(devices_of_one_owner_talk),
	    cmocka_unit_test(who_sends_a_little_at_a_time_is_cut_off),
	    cmocka_unit_test(wrong_product_is_refused),
	    cmocka_unit_test(peer_with_a_bad_proof_is_refused),
	    cmocka_unit_test(revoked_device_has_no_proof),
	    cmocka_unit_test(device_of_another_owner_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
