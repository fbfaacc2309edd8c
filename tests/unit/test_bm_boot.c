/* First boot of the device library: owner found, certificate issued, renewed;
 * every refusal, and loss of power at every write.
 * Must not open a socket. */
#include "tests/unit/bm_server.h"

static struct bm_case the;
static struct bm_server server;

static int setup(void **state)
{
	bm_case_init(&the);
	bm_server_init(&server, &the);
	assert_int_equal(bm_case_boot(&the), BM_OK);
	return 0;
}

static int teardown(void **state)
{
	bm_server_clear(&server);
	bm_case_clear(&the);
	return 0;
}

#define WHOLE_BOOT                                                         \
	"requestvoucher voucher_status cacerts simpleenroll enrollstatus " \
	"peers ocsp"

static void expect_boot(void)
{
	struct bm_io io;

	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_int_equal(io.why, BM_OK);
	assert_int_equal(bm_state(&the.bm), BM_ENROLLED);
	assert_string_equal(server.log, WHOLE_BOOT);
	assert_string_equal(server.status, "{\"version\":1,\"status\":true}");
	assert_int_equal(the.slot_n[BM_SLOT_DOMAIN], the.root.n);
	assert_int_equal(the.slot_n[BM_SLOT_PEERS], 36);
	assert_memory_equal(the.slot[BM_SLOT_PEERS],
	    "prd_dishwasher\nprd_sensor\nprd_valve\n", 36);
	assert_memory_equal(the.slot[BM_SLOT_CONFIGURATION],
	    "https://config.example/dw-9", 27);
	assert_true(the.slot_n[BM_SLOT_PROOF] > 100);
	assert_int_equal(bm_cert_key(&the.bm), BM_KEY_A);
	assert_int_equal(bm_cert_slot(&the.bm), BM_SLOT_CERT_A);
	/* A status proof of an hour is asked for again at its half. */
	assert_in_range(io.wait_s, 60, 1830);
}

static void bm_boots_from_box_to_own_certificate(void **state)
{
	expect_boot();
	assert_int_equal(server.connections, 5);
	assert_int_equal(bm_renew_at(&the.bm),
	    BM_CASE_NOW + 365 * BM_CASE_DAY - 30 * BM_CASE_DAY);
}

static void bm_boots_byte_by_byte_in_every_framing(void **state)
{
	static const enum bm_framing framings[] = {FRAME_LENGTH, FRAME_CHUNKED,
	    FRAME_CLOSE};
	static const size_t chunks[] = {1, 7, 0};
	size_t i, k;

	for (i = 0; i < COUNT(framings); i++)
		for (k = 0; k < COUNT(chunks); k++) {
			assert_int_equal(bm_reset(&the.bm), BM_OK);
			bm_server_clear(&server);
			bm_server_init(&server, &the);
			server.framing = framings[i];
			server.chunk = chunks[k];
			expect_boot();
		}
}

static void bm_boots_with_the_least_work_buffer(void **state)
{
	assert_int_equal(bm_start(&the.bm, &the.config, &the.platform, the.work,
			     BM_WORK_MIN),
	    BM_OK);
	expect_boot();
}

static void bm_boots_under_a_root_on_p384(void **state)
{
	struct bm_io io;

	bm_case_cert_clear(&the.root);
	bm_case_cert_clear(&the.issuing);
	bm_case_cert_clear(&the.responder);
	bm_case_owner(&the, "P-384");
	expect_boot();
	/* Where the platform has not that curve, the certificate is refused. */
	assert_int_equal(bm_reset(&the.bm), BM_OK);
	the.no_p384 = true;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_CERT_ISSUER);
}

static void bm_survives_a_server_that_drops_kept_connections(void **state)
{
	server.drop_kept = true;
	expect_boot();
}

static void bm_boots_without_a_clock(void **state)
{
	struct bm_peer peer = {0};

	the.now_s = 0;
	expect_boot();
	/* The voucher's date is the least that it can be. */
	assert_true(the.bm.saved.floor_s >= BM_CASE_NOW - 60);
	assert_int_equal(bm_peer_check(&the.bm, &peer, 0), BM_WHY_NO_CLOCK);
}

static void bm_starts_again_as_enrolled(void **state)
{
	struct bm_io io;

	expect_boot();
	server.log[0] = '\0';
	assert_int_equal(bm_case_boot(&the), BM_OK);
	assert_int_equal(bm_state(&the.bm), BM_ENROLLED);
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_string_equal(server.log, "peers ocsp");
}

static void bm_renews_before_expiry_with_another_key(void **state)
{
	uint8_t old[BM_POINT_256], new[BM_POINT_256];
	X509_NAME *name;
	X509 *cert;
	const uint8_t *p = the.slot[BM_SLOT_CERT_A];
	struct bm_io io;

	expect_boot();
	assert_true(bm_case_key_point(&the, BM_KEY_A, old));
	cert = d2i_X509(NULL, &p, (long)the.slot_n[BM_SLOT_CERT_A]);
	server.log[0] = '\0';
	bm_renew(&the.bm);
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_int_equal(io.why, BM_OK);
	assert_string_equal(server.log,
	    "cacerts simplereenroll enrollstatus peers ocsp");
	assert_int_equal(bm_cert_key(&the.bm), BM_KEY_B);
	assert_true(bm_case_key_point(&the, BM_KEY_B, new));
	assert_memory_not_equal(old, new, sizeof(old));
	name = X509_REQ_get_subject_name(server.csr);
	assert_int_equal(X509_NAME_cmp(name, X509_get_subject_name(cert)), 0);
	assert_int_equal(X509_REQ_get_attr_count(server.csr), 1);
	X509_free(cert);
}

static void bm_enrols_again_with_its_birth_certificate_when_expired(
    void **state)
{
	struct bm_io io;

	server.twist = TWIST_CERT_SHORT;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_int_equal(io.wait_s, 151);
	server.twist = TWIST_NONE;
	server.log[0] = '\0';
	the.now_s = BM_CASE_NOW + 301;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_string_equal(server.log,
	    "cacerts simpleenroll enrollstatus peers ocsp");
}

static void bm_stays_enrolled_while_refreshing_fails(void **state)
{
	static const struct {
		enum bm_twist twist;
		enum bm_why why;
	} cases[] = {
	    {TWIST_PEERS, BM_WHY_PEERS},
	    {TWIST_REVOKED, BM_WHY_REVOKED},
	    {TWIST_STALE, BM_WHY_PROOF_STALE},
	};
	struct bm_io io;
	size_t i;

	expect_boot();
	for (i = 0; i < COUNT(cases); i++) {
		server.twist = cases[i].twist;
		bm_refresh(&the.bm);
		assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
		assert_int_equal(io.why, cases[i].why);
		assert_in_range(io.wait_s, 1, 1830);
		assert_int_equal(bm_state(&the.bm), BM_ENROLLED);
		server.twist = TWIST_NONE;
		bm_refresh(&the.bm);
		assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
		assert_int_equal(io.why, BM_OK);
	}
}

static void bm_waits_while_nobody_owns_it(void **state)
{
	struct bm_io io;

	server.no_voucher = true;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_UNOWNED);
	assert_in_range(io.wait_s, 600, 675);
	assert_int_equal(bm_state(&the.bm), BM_NEW);
	server.no_voucher = false;
	server.log[0] = '\0';
	expect_boot();
}

static void bm_claims_itself_first(void **state)
{
	struct bm_io io;

	the.config.claim_voucher.p = (const uint8_t *)"eyJ.a.b";
	the.config.claim_voucher.n = 7;
	server.instead.path = "/requestvoucher";
	server.instead.headers = "Retry-After: 1\r\n";
	server.instead.status = 503;
	server.instead.times = 1;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_OVERLOAD);
	assert_int_equal(io.wait_s, 1);
	assert_string_equal(server.log, "claim requestvoucher");
	/* Bound once is bound: no second claim, even after a restart. */
	server.log[0] = '\0';
	assert_int_equal(bm_case_boot(&the), BM_OK);
	expect_boot();
}

static void bm_goes_on_when_its_claim_is_refused(void **state)
{
	struct bm_io io;

	the.config.claim_voucher.p = (const uint8_t *)"eyJ.a.b";
	the.config.claim_voucher.n = 7;
	server.instead.path = "/claim";
	server.instead.headers = "Content-Type: application/problem+json\r\n";
	server.instead.status = 403;
	server.instead.times = 2;
	server.no_voucher = true;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_CLAIM);
	server.no_voucher = false;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_int_equal(bm_state(&the.bm), BM_ENROLLED);
}

static void bm_follows_three_redirects_and_no_more(void **state)
{
	struct bm_io io;

	server.instead.path = "/requestvoucher";
	server.instead.headers =
	    "Location: "
	    "https://other.example:444/.well-known/brski/requestvoucher\r\n";
	server.instead.status = 307;
	server.instead.times = 3;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_string_equal(server.log,
	    "requestvoucher requestvoucher requestvoucher " WHOLE_BOOT);
	assert_int_equal(bm_reset(&the.bm), BM_OK);
	server.instead.times = 4;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_REDIRECT);
}

static void bm_refuses_redirects_that_are_not_https(void **state)
{
	static const char *const headers[] =
	    {"Location: http://other.example/\r\n", "Location: /x\r\n", "",
		"Location: https://a b/\r\n", "Location: https://a@b/\r\n",
		"Location: https:///x\r\n", "Location: https://a:0/\r\n",
		"Location: https://a:65536/\r\n"};
	struct bm_io io;
	size_t i;

	for (i = 0; i < COUNT(headers); i++) {
		server.instead.path = "/requestvoucher";
		server.instead.headers = headers[i];
		server.instead.status = 307;
		server.instead.times = 1;
		assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
		assert_int_equal(io.why, BM_WHY_REDIRECT);
	}
}

static void bm_names_what_a_registrar_answers(void **state)
{
	static const struct {
		int status;
		enum bm_why why;
	} cases[] = {
	    {400, BM_WHY_MALFORMED},
	    {401, BM_WHY_UNOWNED},
	    {403, BM_WHY_DENIED},
	    {404, BM_WHY_UNKNOWN},
	    {406, BM_WHY_STATUS},
	    {429, BM_WHY_OVERLOAD},
	    {500, BM_WHY_OVERLOAD},
	    {503, BM_WHY_OVERLOAD},
	    {201, BM_WHY_STATUS},
	    {301, BM_WHY_STATUS},
	};
	struct bm_io io;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		server.instead.path = "/requestvoucher";
		server.instead.headers = "Retry-After: 99999999\r\n";
		server.instead.status = cases[i].status;
		server.instead.times = 1;
		assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
		assert_int_equal(io.why, cases[i].why);
		assert_in_range(io.wait_s, 86400, 86400 + 86400 / 8);
		assert_int_equal(bm_state(&the.bm), BM_NEW);
	}
}

static void bm_refuses_vouchers_and_reports_it(void **state)
{
	static const struct {
		enum bm_twist twist;
		enum bm_why why;
	} cases[] = {
	    {TWIST_NONCE, BM_WHY_VOUCHER_NONCE},
	    {TWIST_SERIAL, BM_WHY_VOUCHER_SERIAL},
	    {TWIST_SIGNER, BM_WHY_VOUCHER_SIGNATURE},
	    {TWIST_TAMPER, BM_WHY_VOUCHER_SIGNATURE},
	    {TWIST_NO_ATTRS, BM_WHY_VOUCHER_FORM},
	    {TWIST_TYPE, BM_WHY_VOUCHER_FORM},
	    {TWIST_TRAILING, BM_WHY_VOUCHER_FORM},
	    {TWIST_JSON, BM_WHY_VOUCHER_CONTENT},
	    {TWIST_TWICE, BM_WHY_VOUCHER_CONTENT},
	    {TWIST_NO_PIN, BM_WHY_VOUCHER_CONTENT},
	    {TWIST_NO_DATE, BM_WHY_VOUCHER_CONTENT},
	    {TWIST_FUTURE, BM_WHY_VOUCHER_TIME},
	    {TWIST_EXPIRED, BM_WHY_VOUCHER_TIME},
	    {TWIST_ISSUER, BM_WHY_VOUCHER_ISSUER},
	    {TWIST_PIN, BM_WHY_VOUCHER_DOMAIN},
	    {TWIST_EST_PLAIN, BM_WHY_VOUCHER_EST},
	    {TWIST_EST_PATH, BM_WHY_VOUCHER_EST},
	};
	char want[128];
	struct bm_io io;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		server.twist = cases[i].twist;
		server.log[0] = '\0';
		assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
		assert_string_equal(bm_why_text(io.why),
		    bm_why_text(cases[i].why));
		assert_string_equal(server.log,
		    "requestvoucher voucher_status");
		(void)snprintf(want, sizeof(want),
		    "{\"version\":1,\"status\":false,\"reason\":\"%s\"}",
		    bm_why_text(cases[i].why));
		assert_string_equal(server.status, want);
		assert_int_equal(the.slot_n[BM_SLOT_DOMAIN], 0);
		assert_int_equal(the.writes, 0);
	}
}

static void bm_refuses_a_replayed_voucher(void **state)
{
	struct bm_io io;

	expect_boot();
	assert_int_equal(bm_reset(&the.bm), BM_OK);
	server.twist = TWIST_REPLAY;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_VOUCHER_NONCE);
}

static void bm_refuses_a_voucher_of_another_media_type(void **state)
{
	struct bm_io io;

	server.twist = TWIST_LATE_TYPE;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_CONTENT_TYPE);
}

static void bm_is_owned_without_an_est_server(void **state)
{
	struct bm_io io;

	server.twist = TWIST_NO_EST;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_int_equal(bm_state(&the.bm), BM_OWNED);
	assert_int_equal(io.wait_s, 86400);
	assert_string_equal(server.log, "requestvoucher voucher_status");
}

static void bm_refuses_certificates_and_reports_it(void **state)
{
	static const struct {
		enum bm_twist twist;
		enum bm_why why;
		bool told;
	} cases[] = {
	    {TWIST_CACERTS, BM_WHY_CACERTS, false},
	    {TWIST_CERT_GARBAGE, BM_WHY_CACERTS, false},
	    {TWIST_CERT_KEY, BM_WHY_CERT_KEY, true},
	    {TWIST_CERT_CA, BM_WHY_CERT_ISSUER, true},
	    {TWIST_CERT_TIME, BM_WHY_CERT_TIME, true},
	};
	struct bm_io io;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		server.twist = cases[i].twist;
		server.status[0] = '\0';
		assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
		assert_string_equal(bm_why_text(io.why),
		    bm_why_text(cases[i].why));
		if (cases[i].told)
			assert_non_null(
			    strstr(server.status, bm_why_text(cases[i].why)));
		assert_int_equal(bm_state(&the.bm), BM_OWNED);
		assert_int_equal(the.slot_n[BM_SLOT_CERT_A], 0);
	}
	server.twist = TWIST_NONE;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
}

static void bm_asks_again_for_what_is_pending_with_the_same_key(void **state)
{
	uint8_t before[BM_POINT_256], after[BM_POINT_256];
	struct bm_io io;

	server.instead.path = "/simpleenroll";
	server.instead.headers = "Retry-After: 30\r\n";
	server.instead.status = 202;
	server.instead.times = 1;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_PENDING);
	assert_in_range(io.wait_s, 30, 33);
	assert_true(bm_case_key_point(&the, BM_KEY_A, before));
	assert_int_equal(bm_case_boot(&the), BM_OK);
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_true(bm_case_key_point(&the, BM_KEY_A, after));
	assert_memory_equal(before, after, sizeof(before));
}

static void bm_asks_who_owns_it_when_an_owner_denies_it(void **state)
{
	struct bm_io io;

	server.instead.path = "/simpleenroll";
	server.instead.headers = "";
	server.instead.status = 403;
	server.instead.times = 1;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_DENIED);
	assert_int_equal(io.http_status, 403);
	server.log[0] = '\0';
	expect_boot();
	/* Nobody's in between: it asks again until somebody owns it. */
	assert_int_equal(bm_reset(&the.bm), BM_OK);
	server.instead.times = 1;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	server.no_voucher = true;
	assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
	assert_int_equal(io.why, BM_WHY_UNOWNED);
}

static void bm_refreshes_when_its_clock_is_set_back(void **state)
{
	struct bm_io io;

	the.now_s = 0;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	server.log[0] = '\0';
	the.now_s = BM_CASE_NOW + 200 * BM_CASE_DAY;
	bm_next(&the.bm, the.now_s, &io);
	bm_failed(&the.bm, BM_WHY_CONNECT);
	server.log[0] = '\0';
	the.now_s = BM_CASE_NOW;
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	assert_string_equal(server.log, "peers ocsp");
	assert_in_range(io.wait_s, 1, 1830);
}

static void bm_waits_longer_after_each_fault(void **state)
{
	static const uint32_t most[] = {5, 10, 20, 40, 80, 100, 100};
	struct bm_io io;
	size_t i;

	the.config.wait_max_s = 100;
	server.unreachable = "reg.example";
	for (i = 0; i < COUNT(most); i++) {
		assert_int_equal(bm_server_pump(&server, &io), BM_WAIT);
		assert_int_equal(io.why, BM_WHY_CONNECT);
		assert_in_range(io.wait_s, most[i] / 2, most[i]);
	}
	server.unreachable = NULL;
	expect_boot();
}

static void bm_stops_when_its_platform_fails(void **state)
{
	struct bm_io io;

	the.no_random = true;
	assert_int_equal(bm_server_pump(&server, &io), BM_FAILED);
	assert_int_equal(io.why, BM_WHY_RANDOM);
	the.no_random = false;
	the.no_sign = true;
	assert_int_equal(bm_case_boot(&the), BM_OK);
	assert_int_equal(bm_server_pump(&server, &io), BM_FAILED);
	assert_int_equal(io.why, BM_WHY_KEY);
	the.no_load = true;
	assert_int_equal(bm_case_boot(&the), BM_WHY_STORE);
	assert_int_equal(bm_server_pump(&server, &io), BM_FAILED);
	assert_int_equal(io.why, BM_WHY_STORE);
}

static void bm_start_refuses_a_broken_configuration(void **state)
{
	static const char *const registrars[] = {NULL, "", "reg.example",
	    "http://reg.example", "https://", "https://a/path",
	    "https://a:99999"};
	size_t i;

	for (i = 0; i < COUNT(registrars); i++) {
		the.config.registrar = registrars[i];
		assert_int_equal(bm_case_boot(&the), BM_WHY_CONFIG);
	}
	the.config.registrar = "https://a";
	assert_int_equal(bm_case_boot(&the), BM_OK);
	the.config.birth_cert.n--;
	assert_int_equal(bm_case_boot(&the), BM_WHY_CONFIG);
	the.config.birth_cert.n++;
	the.config.voucher_anchors_n = 0;
	assert_int_equal(bm_case_boot(&the), BM_WHY_CONFIG);
	the.config.voucher_anchors_n = 1;
	assert_int_equal(bm_start(&the.bm, &the.config, &the.platform, the.work,
			     BM_WORK_MIN - 1),
	    BM_WHY_SPACE);
}

static void bm_begins_again_when_its_state_is_unreadable(void **state)
{
	static const uint8_t states[][16] = {{0}, {1, 9}, {2, 1},
	    {1, 1, 0, 5, [14] = 1}, {1, 1, 0, 1, 0xff},
	    {1, 1, 0, 1, [14] = 200}};
	size_t i, n;

	for (i = 0; i < COUNT(states); i++)
		for (n = 0; n <= 16; n++) {
			bm_case_put(&the, BM_SLOT_STATE, states[i], n);
			assert_int_equal(bm_case_boot(&the), BM_OK);
			assert_int_equal(bm_state(&the.bm), BM_NEW);
		}
	the.slot_n[BM_SLOT_STATE] = 0;
	assert_int_equal(bm_case_boot(&the), BM_OK);
	expect_boot();
	/* The certificate is gone: it enrols again, with the same owner. */
	the.slot_n[BM_SLOT_CERT_A] = 0;
	server.log[0] = '\0';
	assert_int_equal(bm_case_boot(&the), BM_OK);
	assert_int_equal(bm_state(&the.bm), BM_OWNED);
}

static void bm_survives_a_break_at_every_event(void **state)
{
	struct bm_io io;
	unsigned int n, turns;

	server.chunk = 120;
	for (n = 1;; n++) {
		assert_int_equal(bm_reset(&the.bm), BM_OK);
		server.events = 0;
		server.break_at = n;
		for (turns = 0; turns < 3; turns++)
			if (bm_server_pump(&server, &io) == BM_DONE &&
			    io.why == BM_OK)
				break;
			else
				bm_refresh(&the.bm);
		assert_in_range(turns, 0, 1);
		assert_int_equal(bm_state(&the.bm), BM_ENROLLED);
		if (server.events < n)
			break;
	}
	assert_in_range(n, 40, 200);
}

/* Boot, renewal and refresh, with power lost at the nth write. */
static bool run_with_loss(unsigned int n, bool after)
{
	struct bm_io io;
	bool lost = false;
	unsigned int turn;

	the.writes = 0;
	the.lose_at = n;
	the.lose_after = after;
	for (turn = 0; turn < 2; turn++) {
		enum bm_want want = bm_server_pump(&server, &io);

		if (the.dead) {
			assert_int_equal(want, BM_FAILED);
			lost = true;
			the.lose_at = 0;
			assert_int_equal(bm_case_boot(&the), BM_OK);
			want = bm_server_pump(&server, &io);
		}
		assert_int_equal(want, BM_DONE);
		assert_int_equal(io.why, BM_OK);
		assert_int_equal(bm_state(&the.bm), BM_ENROLLED);
		bm_renew(&the.bm);
	}
	return lost;
}

static void bm_survives_loss_of_power_at_every_write(void **state)
{
	unsigned int n;
	int after;
	bool lost;

	for (after = 0; after < 2; after++) {
		for (n = 1;; n++) {
			the.lose_at = 0;
			assert_int_equal(bm_reset(&the.bm), BM_OK);
			lost = run_with_loss(n, after == 1);
			if (!lost)
				break;
		}
		/* Owned 3, told 1, key 2, enrolled 3, told 1, peers, proof;
		 * renewed: all but the first four. */
		assert_int_equal(n, 12 + 8 + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    CASE(bm_boots_from_box_to_own_certificate),
	    CASE(bm_boots_byte_by_byte_in_every_framing),
	    CASE(bm_boots_with_the_least_work_buffer),
	    CASE(bm_boots_under_a_root_on_p384),
	    CASE(bm_survives_a_server_that_drops_kept_connections),
	    CASE(bm_boots_without_a_clock),
	    CASE(bm_starts_again_as_enrolled),
	    CASE(bm_renews_before_expiry_with_another_key),
	    CASE(bm_enrols_again_with_its_birth_certificate_when_expired),
	    CASE(bm_stays_enrolled_while_refreshing_fails),
	    CASE(bm_waits_while_nobody_owns_it),
	    CASE(bm_claims_itself_first),
	    CASE(bm_goes_on_when_its_claim_is_refused),
	    CASE(bm_follows_three_redirects_and_no_more),
	    CASE(bm_refuses_redirects_that_are_not_https),
	    CASE(bm_names_what_a_registrar_answers),
	    CASE(bm_refuses_vouchers_and_reports_it),
	    CASE(bm_refuses_a_replayed_voucher),
	    CASE(bm_refuses_a_voucher_of_another_media_type),
	    CASE(bm_is_owned_without_an_est_server),
	    CASE(bm_refuses_certificates_and_reports_it),
	    CASE(bm_asks_again_for_what_is_pending_with_the_same_key),
	    CASE(bm_asks_who_owns_it_when_an_owner_denies_it),
	    CASE(bm_refreshes_when_its_clock_is_set_back),
	    CASE(bm_waits_longer_after_each_fault),
	    CASE(bm_stops_when_its_platform_fails),
	    CASE(bm_start_refuses_a_broken_configuration),
	    CASE(bm_begins_again_when_its_state_is_unreadable),
	    CASE(bm_survives_a_break_at_every_event),
	    CASE(bm_survives_loss_of_power_at_every_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
