/* What a peer sends: certificates and a status proof, whole and changed.
 * Must not need a valid input. */
#include <openssl/ocsp.h>

#include "device/lib/bm_ocsp.h"
#include "tests/fuzz/bm_sample.h"
#include "tests/fuzz/fuzz.h"

static struct bm_case_cert peer;
static uint8_t proof[4096];
static size_t proof_n;

/* A device that is enrolled, and a peer with a proof; digests are 0. */
static struct bm_case *enrolled(void)
{
	static const char list[] = "prd_a\nprd_sensor\n";
	struct bm_case *t = bm_sample();
	struct bm_der_out o = {proof, sizeof(proof), false};
	struct bm_cert cert, issuer;
	OCSP_BASICRESP *basic;
	OCSP_RESPONSE *resp;
	OCSP_REQUEST *req;
	OCSP_CERTID *id;
	const uint8_t *p;
	uint8_t *q = proof;
	time_t now = BM_CASE_NOW;
	ASN1_TIME *from = X509_time_adj(NULL, -60, &now);
	ASN1_TIME *until = X509_time_adj(NULL, 3600, &now);

	bm_case_cert(&peer,
	    &(struct bm_case_spec){.cn = "Peer",
		.issuer = &t->issuing,
		.usage = "critical,digitalSignature",
		.eku = "clientAuth,serverAuth",
		.aia = "OCSP;URI:http://status.example/ocsp",
		.san = "URI:urn:birthmark:product:prd_sensor"});
	bm_case_put(t, BM_SLOT_DOMAIN, t->root.der, t->root.n);
	bm_case_put(t, BM_SLOT_CAS, t->issuing.der, t->issuing.n);
	bm_case_put(t, BM_SLOT_PEERS, list, sizeof(list) - 1);
	if (!bm_cert_parse(&cert, bm_case_span(&peer)) ||
	    !bm_cert_parse(&issuer, bm_case_span(&t->issuing)) ||
	    bm_ocsp_request(&t->platform, &cert, &issuer, &o) != BM_OK)
		abort();
	p = proof + o.at;
	req = d2i_OCSP_REQUEST(NULL, &p, (long)(sizeof(proof) - o.at));
	id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(req, 0));
	basic = OCSP_BASICRESP_new();
	if (!OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL,
		from, until) ||
	    !OCSP_basic_sign(basic, t->responder.x, t->responder.key,
		EVP_sha256(), NULL, OCSP_RESPID_KEY))
		abort();
	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	proof_n = (size_t)i2d_OCSP_RESPONSE(resp, &q);
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(basic);
	OCSP_REQUEST_free(req);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	if (bm_case_boot(t) != BM_OK)
		abort();
	t->bm.saved.state = BM_ENROLLED;
	return t;
}

static enum bm_why judge(struct bm_case *t, struct bm_span cert,
    struct bm_span second, struct bm_span status)
{
	struct bm_span chain[2] = {cert, second};
	struct bm_peer p = {.chain = chain,
	    .chain_n = second.n > 0 ? 2 : 1,
	    .proof = status};

	return bm_peer_check(&t->bm, &p, BM_CASE_NOW);
}

/* Copies of the exact size, so that a sanitizer sees each byte behind. */
static struct bm_span edited(struct bm_span s, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(s.n);

	if (!copy)
		abort();
	memcpy(copy, s.p, s.n);
	bm_sample_edit(copy, s.n, data, size);
	return (struct bm_span){copy, s.n};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bm_case *t;
	struct bm_span in = {data, size}, none = {NULL, 0}, cert, status;
	char chip[BM_SERIAL_MAX + 1];
	struct bm_cert c;

	if (!t)
		t = enrolled();
	cert = bm_case_span(&peer);
	status.p = proof;
	status.n = proof_n;
	if (judge(t, cert, none, status) != BM_OK)
		abort();
	(void)judge(t, in, none, status);
	(void)judge(t, cert, in, status);
	if (size > 0)
		(void)judge(t, cert, none, in);
	cert = edited(cert, data, size);
	(void)judge(t, cert, none, status);
	if (bm_cert_parse(&c, cert)) {
		(void)bm_cert_chip(&c, chip);
		(void)bm_cert_product(&c);
	}
	status = edited(status, data, size);
	(void)judge(t, bm_case_span(&peer), none, status);
	free((void *)cert.p);
	free((void *)status.p);
	return 0;
}
