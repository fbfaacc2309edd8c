/* Device to device: who is let in, and each reason to refuse.
 * Must not open a socket. */
#include "tests/unit/bm_server.h"

static struct bm_case the;
static struct bm_server server;

/* What is odd about a peer. */
struct odd {
	const char *usage, *eku, *san;
	long from_s, until_s, serial;
	const struct bm_case_cert *issuer;
	const char *curve;
};

/* What is odd about its proof. */
struct proof {
	const struct bm_case_cert *by; /* NULL: the responder */
	int status;
	long from_s, until_s; /* 0: a minute ago, in an hour */
	bool no_until, no_cert, sha1, other, by_name;
	int outer; /* status of the response */
};

static void make_peer(struct bm_case_cert *c, const struct odd *o)
{
	bm_case_cert(c,
	    &(struct bm_case_spec){.cn = "Peer",
		.issuer = o->issuer ? o->issuer : &the.issuing,
		.usage = o->usage ? o->usage : "critical,digitalSignature",
		.eku = o->eku ? o->eku : "clientAuth,serverAuth",
		.san = o->san ? o->san : "URI:urn:birthmark:product:prd_sensor",
		.from_s = o->from_s,
		.until_s = o->until_s,
		.curve = o->curve,
		.serial = o->serial ? o->serial : 77});
}

static size_t make_proof(const struct bm_case_cert *peer,
    const struct bm_case_cert *issuer, const struct proof *w, uint8_t *out)
{
	const struct bm_case_cert *by = w->by ? w->by : &the.responder;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(w->sha1 ? EVP_sha1() : EVP_sha256(),
	    w->other ? the.birth.x : peer->x, issuer->x);
	time_t now = BM_CASE_NOW;
	ASN1_TIME *from =
	    X509_time_adj(NULL, w->from_s ? w->from_s : -60, &now);
	ASN1_TIME *until =
	    X509_time_adj(NULL, w->until_s ? w->until_s : 3600, &now);
	OCSP_RESPONSE *resp;
	size_t n;

	assert_non_null(OCSP_basic_add1_status(basic, id, w->status, 0,
	    w->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL, from,
	    w->no_until ? NULL : until));
	assert_true(OCSP_basic_sign(basic, by->x, by->key, EVP_sha256(), NULL,
	    (w->no_cert ? OCSP_NOCERTS : 0) |
		(w->by_name ? 0 : OCSP_RESPID_KEY)));
	resp = OCSP_response_create(w->outer, w->outer ? NULL : basic);
	n = (size_t)i2d_OCSP_RESPONSE(resp, &out);
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return n;
}

static int setup(void **state)
{
	struct bm_io io;

	bm_case_init(&the);
	bm_server_init(&server, &the);
	assert_int_equal(bm_case_boot(&the), BM_OK);
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	return 0;
}

static int teardown(void **state)
{
	bm_server_clear(&server);
	bm_case_clear(&the);
	return 0;
}

static enum bm_why check(const struct bm_case_cert *const *chain, size_t n,
    struct bm_span proof)
{
	struct bm_span spans[8];
	struct bm_peer peer = {.chain = spans, .chain_n = n, .proof = proof};
	uint8_t scratch[3000];
	enum bm_why why;
	size_t i;

	for (i = 0; i < n && i < COUNT(spans); i++)
		spans[i] = bm_case_span(chain[i]);
	why = bm_peer_check(&the.bm, &peer, the.now_s);
	if (why == BM_OK)
		assert_string_equal(peer.product, "prd_sensor");
	/* The same with memory of the caller's. */
	peer.scratch = scratch;
	peer.scratch_n = sizeof(scratch);
	assert_int_equal(bm_peer_check(&the.bm, &peer, the.now_s), why);
	return why;
}

static void expect(const struct odd *o, const struct proof *w, enum bm_why want)
{
	struct bm_case_cert peer = {0};
	const struct bm_case_cert *chain[] = {&peer, &the.issuing};
	uint8_t der[4096];
	struct bm_span proof = {der, 0};

	make_peer(&peer, o);
	if (w)
		proof.n = make_proof(&peer,
		    o->issuer ? o->issuer : &the.issuing, w, der);
	/* With its CA and without: we know it. */
	assert_string_equal(bm_why_text(check(chain, 2, proof)),
	    bm_why_text(want));
	assert_int_equal(check(chain, 1, proof), want);
	bm_case_cert_clear(&peer);
}

static void bm_peer_takes_a_device_of_the_same_owner(void **state)
{
	static const struct odd plain;
	static const struct proof fresh, named = {.by_name = true};
	struct proof by_ca = {.by = &the.issuing};
	struct proof by_ca_bare = {.by = &the.issuing, .no_cert = true};

	expect(&plain, &fresh, BM_OK);
	expect(&plain, &named, BM_OK);
	expect(&plain, &by_ca, BM_OK);
	expect(&plain, &by_ca_bare, BM_OK);
	expect(&(struct odd){.eku = "clientAuth"}, &fresh, BM_OK);
	expect(&(struct odd){.curve = "P-384"}, &fresh, BM_OK);
	expect(&(struct odd){.from_s = 250}, &fresh, BM_OK);
	expect(&(struct odd){.san = "DNS:a.example,"
				    "URI:urn:birthmark:product:prd_sensor"},
	    &fresh, BM_OK);
}

static void bm_peer_takes_a_short_lived_certificate_as_its_own_proof(
    void **state)
{
	static const struct proof fresh;

	expect(&(struct odd){.from_s = -3600, .until_s = 3600}, NULL, BM_OK);
	expect(&(struct odd){.from_s = -43200, .until_s = 43201}, NULL,
	    BM_WHY_PROOF_MISSING);
	expect(&(struct odd){.from_s = -3600, .until_s = 3600}, &fresh, BM_OK);
	/* From 1969 until the end of time, whose difference is no number. */
	expect(&(struct odd){.from_s = -BM_CASE_NOW - 1000,
		   .until_s = 253402300799 - BM_CASE_NOW},
	    NULL, BM_WHY_PROOF_MISSING);
}

static void bm_peer_refuses_by_certificate(void **state)
{
	static const struct {
		struct odd odd;
		enum bm_why why;
	} cases[] = {
	    {{.until_s = -1}, BM_WHY_PEER_TIME},
	    {{.from_s = 400}, BM_WHY_PEER_TIME},
	    {{.usage = "keyAgreement"}, BM_WHY_PEER_FORM},
	    {{.eku = "OCSPSigning"}, BM_WHY_PEER_FORM},
	    {{.san = "DNS:a.example"}, BM_WHY_PEER_PRODUCT},
	    {{.san = "URI:urn:birthmark:product:"}, BM_WHY_PEER_PRODUCT},
	    {{.san = "URI:urn:birthmark:product:prd_toaster"},
		BM_WHY_PEER_NOT_ALLOWED},
	    /* Our own product is in the first line, and is not allowed by it.
	     */
	    {{.san = "URI:urn:birthmark:product:prd_dishwasher"},
		BM_WHY_PEER_NOT_ALLOWED},
	    {{.san = "URI:urn:birthmark:product:prd_senso"},
		BM_WHY_PEER_NOT_ALLOWED},
	};
	static const struct proof fresh;
	size_t i;

	for (i = 0; i < COUNT(cases); i++)
		expect(&cases[i].odd, &fresh, cases[i].why);
}

static void bm_peer_refuses_by_proof(void **state)
{
	struct bm_case_cert no_eku = {0}, old = {0}, by_root = {0},
			    foreign = {0};
	const struct {
		struct proof proof;
		enum bm_why why;
	} cases[] = {
	    {{.status = V_OCSP_CERTSTATUS_REVOKED}, BM_WHY_REVOKED},
	    {{.status = V_OCSP_CERTSTATUS_UNKNOWN}, BM_WHY_PROOF_UNKNOWN},
	    {{.from_s = -86401}, BM_WHY_PROOF_STALE},
	    {{.until_s = -1}, BM_WHY_PROOF_STALE},
	    {{.from_s = 400}, BM_WHY_PROOF_STALE},
	    {{.no_until = true}, BM_WHY_PROOF_FORM},
	    {{.other = true}, BM_WHY_PROOF_OTHER},
	    {{.sha1 = true}, BM_WHY_PROOF_OTHER},
	    {{.outer = OCSP_RESPONSE_STATUS_TRYLATER}, BM_WHY_PROOF_FORM},
	    {{.by = &no_eku}, BM_WHY_PROOF_SIGNER},
	    {{.by = &old}, BM_WHY_PROOF_SIGNER},
	    {{.by = &by_root}, BM_WHY_PROOF_SIGNER},
	    {{.by = &foreign}, BM_WHY_PROOF_SIGNER},
	    {{.by = &the.root}, BM_WHY_PROOF_SIGNER},
	    /* Without its certificate a responder is not the CA. */
	    {{.no_cert = true}, BM_WHY_PROOF_SIGNATURE},
	};
	static const struct odd plain;
	struct bm_case_spec spec = {.cn = "Responder",
	    .issuer = &the.issuing,
	    .usage = "critical,digitalSignature",
	    .eku = "OCSPSigning"};
	size_t i;

	bm_case_cert(&no_eku,
	    &(struct bm_case_spec){.cn = "Device",
		.issuer = &the.issuing,
		.usage = "critical,digitalSignature",
		.eku = "clientAuth"});
	spec.until_s = -1;
	bm_case_cert(&old, &spec);
	spec.until_s = 0;
	spec.issuer = &the.root;
	bm_case_cert(&by_root, &spec);
	spec.issuer = NULL;
	bm_case_cert(&foreign, &spec);
	for (i = 0; i < COUNT(cases); i++)
		expect(&plain, &cases[i].proof, cases[i].why);
	expect(&plain, NULL, BM_WHY_PROOF_MISSING);
	bm_case_cert_clear(&no_eku);
	bm_case_cert_clear(&old);
	bm_case_cert_clear(&by_root);
	bm_case_cert_clear(&foreign);
}

static void make_ca(struct bm_case_cert *c, const char *cn,
    const struct bm_case_cert *issuer, const char *constraints)
{
	bm_case_cert(c,
	    &(struct bm_case_spec){.cn = cn,
		.issuer = issuer,
		.constraints = constraints,
		.usage = "critical,keyCertSign,cRLSign"});
}

static void bm_peer_judges_chains(void **state)
{
	struct bm_case_cert other = {0}, twin = {0}, second = {0}, third = {0},
			    peer[6] = {{0}};
	const struct bm_case_cert *chain[5];
	struct odd o = {0};
	struct proof w = {0};
	uint8_t der[4096];
	struct bm_span proof = {der, 0};

	make_ca(&other, "Other owner", NULL, "critical,CA:TRUE");
	make_ca(&twin, "Owner issuing", NULL, "critical,CA:TRUE");
	make_ca(&second, "Second issuing", &the.root, "critical,CA:TRUE");
	make_ca(&third, "Third", &the.issuing, "critical,CA:TRUE");
	/* Another owner's, whatever it brings. */
	o.issuer = &other;
	make_peer(&peer[0], &o);
	chain[0] = &peer[0];
	chain[1] = &other;
	assert_int_equal(check(chain, 1, proof), BM_WHY_PEER_ISSUER);
	assert_int_equal(check(chain, 2, proof), BM_WHY_PEER_ISSUER);
	chain[1] = &the.issuing;
	assert_int_equal(check(chain, 2, proof), BM_WHY_PEER_ISSUER);
	/* A CA that calls itself like ours. */
	o.issuer = &twin;
	make_peer(&peer[1], &o);
	chain[0] = &peer[1];
	chain[1] = &twin;
	assert_int_equal(check(chain, 1, proof), BM_WHY_PEER_SIGNATURE);
	assert_int_equal(check(chain, 2, proof), BM_WHY_PEER_SIGNATURE);
	/* A CA of ours that we have not heard of yet. */
	o.issuer = &second;
	make_peer(&peer[2], &o);
	w.by = &second;
	proof.n = make_proof(&peer[2], &second, &w, der);
	chain[0] = &peer[2];
	chain[1] = &second;
	assert_int_equal(check(chain, 2, proof), BM_OK);
	assert_int_equal(check(chain, 1, proof), BM_WHY_PEER_ISSUER);
	/* A CA below one that may have none (pathlen:0). */
	o.issuer = &third;
	make_peer(&peer[3], &o);
	chain[0] = &peer[3];
	chain[1] = &third;
	chain[2] = &the.issuing;
	assert_int_equal(check(chain, 3, proof), BM_WHY_PEER_ISSUER);
	/* A device that issues certificates. */
	o.issuer = &the.birth;
	make_peer(&peer[4], &o);
	chain[0] = &peer[4];
	chain[1] = &the.birth;
	assert_int_equal(check(chain, 2, proof), BM_WHY_PEER_ISSUER);
	/* A CA as a peer, nobody at all, too many. */
	chain[0] = &the.issuing;
	assert_int_equal(check(chain, 1, proof), BM_WHY_PEER_FORM);
	assert_int_equal(check(chain, 0, proof), BM_WHY_PEER_FORM);
	chain[1] = chain[2] = chain[3] = chain[4] = &the.issuing;
	assert_int_equal(check(chain, 5, proof), BM_WHY_PEER_FORM);
	bm_case_cert_clear(&other);
	bm_case_cert_clear(&twin);
	bm_case_cert_clear(&second);
	bm_case_cert_clear(&third);
	for (size_t i = 0; i < COUNT(peer); i++)
		bm_case_cert_clear(&peer[i]);
}

static void bm_peer_refuses_every_changed_byte_of_a_proof(void **state)
{
	struct bm_case_cert peer = {0};
	struct odd plain = {0};
	struct proof fresh = {0};
	uint8_t der[4096];
	struct bm_span chain, proof = {der, 0};
	struct bm_peer p = {.chain = &chain, .chain_n = 1};
	size_t i;

	make_peer(&peer, &plain);
	chain = bm_case_span(&peer);
	proof.n = make_proof(&peer, &the.issuing, &fresh, der);
	for (i = 0; i < proof.n; i++) {
		der[i] ^= 0x04;
		p.proof = proof;
		assert_int_not_equal(bm_peer_check(&the.bm, &p, the.now_s),
		    BM_OK);
		der[i] ^= 0x04;
		p.proof.n = i;
		if (i > 0)
			assert_int_not_equal(bm_peer_check(&the.bm, &p,
						 the.now_s),
			    BM_OK);
	}
	p.proof = proof;
	assert_int_equal(bm_peer_check(&the.bm, &p, the.now_s), BM_OK);
	bm_case_cert_clear(&peer);
}

static void bm_peer_needs_what_it_judges_by(void **state)
{
	struct bm_case_cert peer = {0};
	struct odd plain = {0};
	struct proof fresh = {0};
	uint8_t der[4096], little[1000];
	struct bm_span chain;
	struct bm_peer p = {.chain = &chain, .chain_n = 1};
	struct bm_io io;

	make_peer(&peer, &plain);
	chain = bm_case_span(&peer);
	p.proof.p = der;
	p.proof.n = make_proof(&peer, &the.issuing, &fresh, der);
	assert_int_equal(bm_peer_check(&the.bm, &p, 0), BM_WHY_NO_CLOCK);
	/* A clock that is behind is not believed. */
	assert_int_equal(bm_peer_check(&the.bm, &p, 1000), BM_OK);
	p.scratch = little;
	p.scratch_n = sizeof(little);
	assert_int_equal(bm_peer_check(&the.bm, &p, the.now_s), BM_WHY_SPACE);
	p.scratch = NULL;
	/* In the middle of an exchange the work buffer is taken. */
	bm_refresh(&the.bm);
	assert_int_equal(bm_next(&the.bm, the.now_s, &io), BM_CONNECT);
	assert_int_equal(bm_peer_check(&the.bm, &p, the.now_s), BM_WHY_BUSY);
	bm_failed(&the.bm, BM_WHY_CONNECT);
	assert_int_equal(bm_server_pump(&server, &io), BM_DONE);
	/* Without a list nobody is allowed. */
	the.slot_n[BM_SLOT_PEERS] = 0;
	assert_int_equal(bm_peer_check(&the.bm, &p, the.now_s),
	    BM_WHY_PEER_NOT_ALLOWED);
	assert_int_equal(bm_reset(&the.bm), BM_OK);
	assert_int_equal(bm_peer_check(&the.bm, &p, the.now_s),
	    BM_WHY_NOT_ENROLLED);
	bm_case_cert_clear(&peer);
}

static void bm_peer_refuses_a_curve_that_the_platform_has_not(void **state)
{
	struct bm_case_cert ca = {0}, peer = {0};
	const struct bm_case_cert *chain[] = {&peer, &ca};
	struct odd o = {.issuer = &ca, .from_s = -60, .until_s = 3600};
	struct bm_span none = {NULL, 0};

	bm_case_cert(&ca,
	    &(struct bm_case_spec){.cn = "Wide",
		.issuer = &the.root,
		.curve = "P-384",
		.constraints = "critical,CA:TRUE",
		.usage = "critical,keyCertSign"});
	make_peer(&peer, &o);
	assert_int_equal(check(chain, 2, none), BM_OK);
	the.no_p384 = true;
	assert_int_equal(check(chain, 2, none), BM_WHY_PEER_SIGNATURE);
	bm_case_cert_clear(&ca);
	bm_case_cert_clear(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    CASE(bm_peer_takes_a_device_of_the_same_owner),
	    CASE(bm_peer_takes_a_short_lived_certificate_as_its_own_proof),
	    CASE(bm_peer_refuses_by_certificate),
	    CASE(bm_peer_refuses_by_proof),
	    CASE(bm_peer_judges_chains),
	    CASE(bm_peer_refuses_every_changed_byte_of_a_proof),
	    CASE(bm_peer_needs_what_it_judges_by),
	    CASE(bm_peer_refuses_a_curve_that_the_platform_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
