/* The state of certificates as OCSP and revocation lists tell it: what is
 * decided shows in the next answer, and nobody else's is answered.
 * Must not wait for a clock. */
#include "core/ca.h"
#include "core/crl_list.h"
#include "core/responder.h"
#include "store/store_certificate.h"
#include "store/store_crl.h"
#include "tests/unit/identity_case.h"
#include "tests/unit/signer_case.h"

/* These define our names of reasons as their numbers. */
#include <openssl/ocsp.h>
#include <openssl/x509.h>

static struct identity_case c;
static struct signer_case signer;
static struct core_actor who;
static struct store_ca ca;
static struct responder *responder;
static int64_t now;

static void issue(uint8_t serial)
{
	struct store_certificate x;

	store_certificate_init(&x);
	rand_id(x.id, sizeof(x.id), "crt");
	(void)snprintf(x.account_id, sizeof(x.account_id), "%s", who.scope_id);
	(void)snprintf(x.ca_id, sizeof(x.ca_id), "%s", ca.id);
	(void)snprintf(x.kind, sizeof(x.kind), "server");
	(void)snprintf(x.state, sizeof(x.state), "valid");
	x.fp[0] = x.serial[0] = serial;
	x.serial_n = 1;
	x.not_before = x.issued_at = now - 100;
	x.not_after = now + 100000000;
	buf_add_u8(&x.der, serial);
	assert_int_equal(store_certificate_add(c.core.store, &x, NULL), RC_OK);
	store_certificate_clear(&x);
}

static void decide(uint8_t serial, const char *state, int reason)
{
	const struct store_certificate_state to = {state, reason, now, false};
	struct store_certificate x;
	uint8_t fp[32] = {serial};

	store_certificate_init(&x);
	assert_int_equal(store_certificate_find_fp(c.core.store, fp, &x, NULL),
	    RC_OK);
	assert_int_equal(store_certificate_set(c.core.store, &x, &to, NULL),
	    RC_OK);
	store_certificate_clear(&x);
}

static int setup(void **state)
{
	const struct ca_request r = {.name = "Root",
	    .kind = "root",
	    .key_type = KEY_P256};
	struct err e = {.text = ""};

	signer_case_open(&signer);
	identity_case_open(&c);
	c.core.signer = signer.signer;
	c.core.status_url = "http://status.example";
	who = identity_case_user(&c, "jo@example.com");
	identity_case_account(&c, &who);
	who.now_s = now = clock_now_s();
	store_ca_init(&ca);
	if (ca_create(&c.core, &who, &r, &ca, &e) != RC_OK)
		fail_msg("%s", e.text);
	assert_int_equal(responder_new(&responder, &c.core, NULL), RC_OK);
	issue(1);
	issue(2);
	return 0;
}

static int teardown(void **state)
{
	responder_free(responder);
	store_ca_clear(&ca);
	identity_case_close(&c);
	signer_case_close(&signer);
	return 0;
}

/* Requests as OpenSSL makes them */

static X509 *ca_x509(void)
{
	const unsigned char *p = ca.der.p;
	X509 *x = d2i_X509(NULL, &p, (long)ca.der.n);

	assert_non_null(x);
	return x;
}

static OCSP_CERTID *id_of(uint8_t serial, bool sha256)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509 *x = ca_x509();
	OCSP_CERTID *id;

	assert_int_equal(ASN1_INTEGER_set(number, serial), 1);
	id = OCSP_cert_id_new(sha256 ? EVP_sha256() : EVP_sha1(),
	    X509_get_subject_name(x), X509_get0_pubkey_bitstr(x), number);
	assert_non_null(id);
	ASN1_INTEGER_free(number);
	X509_free(x);
	return id;
}

static void request(struct buf *der, const uint8_t *serials, size_t n,
    bool nonce, bool sha256)
{
	OCSP_REQUEST *req = OCSP_REQUEST_new();
	uint8_t *to;
	size_t i;
	int len;

	for (i = 0; i < n; i++)
		assert_non_null(
		    OCSP_request_add0_id(req, id_of(serials[i], sha256)));
	if (nonce)
		assert_int_equal(OCSP_request_add1_nonce(req, NULL, 16), 1);
	len = i2d_OCSP_REQUEST(req, NULL);
	buf_reset(der);
	to = buf_room(der, (size_t)len);
	assert_int_equal(i2d_OCSP_REQUEST(req, &to), len);
	buf_grown(der, (size_t)len);
	OCSP_REQUEST_free(req);
}

/* The state that a verified answer tells of this serial number, or minus the
 * status of a refusal. */
static int told(struct span der, uint8_t serial, bool sha256)
{
	const unsigned char *p = der.p;
	OCSP_RESPONSE *resp = d2i_OCSP_RESPONSE(NULL, &p, (long)der.n);
	ASN1_GENERALIZEDTIME *this_update, *next_update;
	X509_STORE *store = X509_STORE_new();
	OCSP_CERTID *id = id_of(serial, sha256);
	X509 *root = ca_x509();
	OCSP_BASICRESP *basic;
	int state, reason;

	assert_non_null(resp);
	state = -OCSP_response_status(resp);
	if (state == 0) {
		basic = OCSP_response_get1_basic(resp);
		assert_int_equal(X509_STORE_add_cert(store, root), 1);
		assert_int_equal(OCSP_basic_verify(basic, NULL, store, 0), 1);
		assert_int_equal(OCSP_resp_find_status(basic, id, &state,
				     &reason, NULL, &this_update, &next_update),
		    1);
		OCSP_BASICRESP_free(basic);
	}
	OCSP_CERTID_free(id);
	X509_free(root);
	X509_STORE_free(store);
	OCSP_RESPONSE_free(resp);
	return state;
}

/* The next look at the database is due. */
static void pass_a_moment(void)
{
	int64_t start = clock_mono_ms();

	while (clock_mono_ms() < start + 2)
		;
}

static int ask(uint8_t serial, struct responder_answer *a)
{
	struct buf der;
	int state;

	buf_init(&der, OCSP_REQUEST_MAX);
	pass_a_moment();
	request(&der, &serial, 1, false, serial % 2);
	assert_int_equal(responder_reply(responder, buf_span(&der), now, a,
			     NULL),
	    RC_OK);
	state = told(a->der, serial, serial % 2);
	buf_clear(&der);
	return state;
}

static void ocsp_tells_what_was_issued_and_revoked(void **state)
{
	struct responder_answer a;

	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_GOOD);
	assert_true(a.shared);
	assert_int_equal(a.next_update, now + RESPONDER_LIFE_S);
	assert_int_equal(ask(2, &a), V_OCSP_CERTSTATUS_GOOD);
	assert_int_equal(ask(3, &a), V_OCSP_CERTSTATUS_UNKNOWN);
	assert_false(a.shared);
	decide(1, "revoked", CRL_KEY_COMPROMISE);
	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_REVOKED);
	assert_int_equal(ask(2, &a), V_OCSP_CERTSTATUS_GOOD);
	decide(2, "held", CRL_HOLD);
	assert_int_equal(ask(2, &a), V_OCSP_CERTSTATUS_REVOKED);
	decide(2, "valid", 0);
	assert_int_equal(ask(2, &a), V_OCSP_CERTSTATUS_GOOD);
	issue(3);
	assert_int_equal(ask(3, &a), V_OCSP_CERTSTATUS_GOOD);
}

static void an_answer_is_kept_while_it_holds(void **state)
{
	struct responder_answer a;
	uint8_t tag[16];

	now -= RESPONDER_LIFE_S / 2; /* the signer knows the time */
	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_GOOD);
	memcpy(tag, a.tag.p, sizeof(tag));
	assert_string_equal(a.note, "");
	a.note[0] = 'x';
	decide(2, "revoked", 0); /* another's */
	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_GOOD);
	assert_memory_equal(a.tag.p, tag, sizeof(tag));
	assert_string_equal(a.note, "x");
	/* at half of its life it is signed again */
	now += RESPONDER_LIFE_S / 2;
	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_GOOD);
	assert_memory_not_equal(a.tag.p, tag, sizeof(tag));
	assert_string_equal(a.note, "");
	assert_int_equal(a.this_update, now);
}

static void a_change_by_another_process_shows(void **state)
{
	struct store *mine = c.core.store, *other = NULL;
	struct responder_answer a;

	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_GOOD);
	assert_int_equal(store_open(&other, c.core.dir, false, NULL), RC_OK);
	c.core.store = other;
	decide(1, "revoked", CRL_SUPERSEDED);
	c.core.store = mine;
	store_close(other);
	assert_int_equal(ask(1, &a), V_OCSP_CERTSTATUS_REVOKED);
}

static void an_answer_with_a_nonce_is_for_its_asker_alone(void **state)
{
	const uint8_t serial = 1;
	struct responder_answer a;
	struct buf der;

	buf_init(&der, OCSP_REQUEST_MAX);
	request(&der, &serial, 1, true, false);
	assert_int_equal(responder_reply(responder, buf_span(&der), now, &a,
			     NULL),
	    RC_OK);
	assert_false(a.shared);
	assert_int_equal(told(a.der, 1, false), V_OCSP_CERTSTATUS_GOOD);
	buf_clear(&der);
}

static void several_certificates_are_told_in_one_answer(void **state)
{
	const uint8_t serials[] = {1, 2, 3};
	struct responder_answer a;
	struct buf der;

	decide(2, "revoked", 0);
	buf_init(&der, OCSP_REQUEST_MAX);
	request(&der, serials, 3, false, true);
	assert_int_equal(responder_reply(responder, buf_span(&der), now, &a,
			     NULL),
	    RC_OK);
	assert_false(a.shared);
	assert_int_equal(told(a.der, 1, true), V_OCSP_CERTSTATUS_GOOD);
	assert_int_equal(told(a.der, 2, true), V_OCSP_CERTSTATUS_REVOKED);
	assert_int_equal(told(a.der, 3, true), V_OCSP_CERTSTATUS_UNKNOWN);
	buf_clear(&der);
}

static void what_is_not_ours_is_refused(void **state)
{
	const uint8_t serial = 1;
	struct responder_answer a;
	struct buf der;

	buf_init(&der, OCSP_REQUEST_MAX);
	request(&der, &serial, 1, false, false);
	assert_int_equal(responder_reply(responder, span_of(der.p, der.n - 1),
			     now, &a, NULL),
	    RC_OK);
	assert_int_equal(told(a.der, 1, false), -OCSP_MALFORMED);
	der.p[der.n - 4] ^= 1; /* in the hash of the issuer's key */
	assert_int_equal(responder_reply(responder, buf_span(&der), now, &a,
			     NULL),
	    RC_OK);
	assert_int_equal(told(a.der, 1, false), -OCSP_UNAUTHORIZED);
	assert_false(a.shared);
	buf_clear(&der);
}

static void the_authority_itself_is_good(void **state)
{
	struct ocsp_id id = {.hash = OCSP_SHA1};
	uint8_t name[32], key[32];
	struct status_book *book;
	struct status_issuer i;
	struct status_of of;
	struct cert cert;

	assert_int_equal(cert_parse(&cert, buf_span(&ca.der), NULL), RC_OK);
	ocsp_issuer_hash(OCSP_SHA1, &cert, name, key);
	id.name_hash = span_of(name, DIGEST_SHA1);
	id.key_hash = span_of(key, DIGEST_SHA1);
	assert_int_equal(status_book_new(&book, &c.core, NULL), RC_OK);
	status_issuer_init(&i);
	assert_int_equal(status_issuer_find(book, &id, &i, NULL), RC_OK);
	assert_string_equal(i.ca, ca.id);
	assert_int_equal(status_find(book, &i, cert.serial, &of, NULL), RC_OK);
	assert_int_equal(of.state, OCSP_GOOD);
	name[0] ^= 1;
	assert_int_equal(status_issuer_find(book, &id, &i, NULL), RC_NOT_FOUND);
	status_issuer_clear(&i);
	status_book_free(book);
}

/* Lists */

/* The reason that a list tells of a serial number; -1: none. */
static int listed(const struct crl_list *l, uint8_t serial)
{
	struct crl_entry x;
	struct crl_view v;

	assert_int_equal(crl_parse(&v, buf_span(&l->der), NULL), RC_OK);
	while (crl_next(&v.revoked, &x))
		if (x.serial_n == 1 && x.serial[0] == serial)
			return x.reason;
	return -1;
}

static void get(struct crl_list *l, bool delta)
{
	struct err e = {.text = ""};

	if (crl_list_get(&c.core, ca.id, delta, now, l, &e) != RC_OK)
		fail_msg("%s", e.text);
}

static uint64_t base_of(const struct crl_list *l)
{
	struct crl_view v;

	assert_int_equal(crl_parse(&v, buf_span(&l->der), NULL), RC_OK);
	return v.base;
}

static void lists_show_what_was_decided_at_once(void **state)
{
	struct crl_list full, delta;
	uint64_t first;

	crl_list_init(&full);
	crl_list_init(&delta);
	get(&full, false);
	first = full.number;
	assert_int_equal(listed(&full, 1), -1);
	get(&full, false);
	assert_int_equal(full.number, first);
	decide(1, "revoked", CRL_KEY_COMPROMISE);
	get(&delta, true);
	assert_true(delta.number > first);
	assert_int_equal(base_of(&delta), first);
	assert_int_equal(listed(&delta, 1), CRL_KEY_COMPROMISE);
	get(&full, false);
	assert_true(full.number > delta.number);
	assert_int_equal(listed(&full, 1), CRL_KEY_COMPROMISE);
	/* who has the first list can still use the next delta */
	decide(2, "held", CRL_HOLD);
	get(&delta, true);
	assert_int_equal(base_of(&delta), first);
	assert_int_equal(listed(&delta, 1), CRL_KEY_COMPROMISE);
	assert_int_equal(listed(&delta, 2), CRL_HOLD);
	decide(2, "valid", 0);
	get(&delta, true);
	assert_int_equal(listed(&delta, 2), CRL_REMOVE);
	get(&full, false);
	assert_int_equal(listed(&full, 2), -1);
	crl_list_clear(&full);
	crl_list_clear(&delta);
}

static void a_delta_comes_with_the_full_list_it_counts_from(void **state)
{
	struct crl_list l;

	crl_list_init(&l);
	get(&l, true);
	assert_true(base_of(&l) > 0);
	assert_int_equal(l.next_update, now + CRL_LIST_DELTA_S);
	crl_list_clear(&l);
}

static void lists_are_signed_again_at_half_of_their_life(void **state)
{
	struct crl_list l;
	uint64_t first;

	crl_list_init(&l);
	now -= CRL_LIST_FULL_S;
	get(&l, false);
	first = l.number;
	now += CRL_LIST_FULL_S / 2 - 1;
	get(&l, false);
	assert_int_equal(l.number, first);
	now++;
	get(&l, false);
	assert_int_equal(l.number, first + 1);
	assert_int_equal(l.this_update, now);
	crl_list_clear(&l);
}

/* The base of deltas is never newer than a full list that is still in force. */
static void deltas_serve_every_list_in_force(void **state)
{
	uint64_t numbers[12];
	int64_t ends[12];
	struct crl_list l;
	size_t i, k;

	crl_list_init(&l);
	now -= 5 * CRL_LIST_FULL_S;
	for (i = 0; i < COUNT(numbers); i++) {
		get(&l, false);
		numbers[i] = l.number;
		ends[i] = l.next_update;
		decide(1, i % 2 ? "revoked" : "held", CRL_HOLD);
		get(&l, true);
		for (k = 0; k <= i; k++)
			assert_true(
			    ends[k] <= now || numbers[k] >= base_of(&l));
		now += CRL_LIST_FULL_S / 3;
	}
	assert_true(base_of(&l) > numbers[0]);
	crl_list_clear(&l);
}

static void a_known_list_is_not_read_again(void **state)
{
	struct crl_list l;
	uint64_t number;

	crl_list_init(&l);
	get(&l, false);
	number = l.number;
	l.known = number;
	get(&l, false);
	assert_int_equal(l.number, number);
	assert_int_equal(l.der.n, 0);
	l.known = number - 1;
	get(&l, false);
	assert_true(l.der.n > 0);
	crl_list_clear(&l);
}

static void a_long_list_is_not_made_for_each_decision(void **state)
{
	struct store_crl row;
	struct crl_list l;
	struct buf der;

	crl_list_init(&l);
	buf_init(&der, CRL_MAX);
	get(&l, false);
	assert_int_equal(store_crl_find(c.core.store, ca.id, false, &row, NULL,
			     NULL),
	    RC_OK);
	row.number = 100;
	assert_non_null(buf_room(&der, 3u << 20));
	memset(buf_room(&der, 3u << 20), 0, 3u << 20);
	buf_grown(&der, 3u << 20);
	assert_int_equal(store_crl_put(c.core.store, ca.id, false, &row,
			     buf_span(&der), NULL),
	    RC_OK);
	buf_clear(&der);
	decide(1, "revoked", CRL_KEY_COMPROMISE);
	now += 2;
	get(&l, false);
	assert_int_equal(l.number, 100);
	now += 1;
	get(&l, false);
	assert_int_not_equal(l.number, 100);
	assert_int_equal(listed(&l, 1), CRL_KEY_COMPROMISE);
	crl_list_clear(&l);
}

static void lists_of_nobody_are_not_found(void **state)
{
	static const uint8_t fp[DIGEST_SHA256] = {1};
	struct crl_list l;
	struct err e;

	crl_list_init(&l);
	assert_int_equal(crl_list_get(&c.core, "ca_none", false, now, &l, &e),
	    RC_NOT_FOUND);
	assert_string_equal(e.slug, "no-list");
	assert_int_equal(crl_list_vendor(&c.core, fp, &l, &e), RC_NOT_FOUND);
	assert_int_equal(crl_list_ca(&c.core, "ca_none", &l.der, &e),
	    RC_NOT_FOUND);
	assert_int_equal(crl_list_vendor_ca(&c.core, fp, &l.der, &e),
	    RC_NOT_FOUND);
	crl_list_clear(&l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(ocsp_tells_what_was_issued_and_revoked),
	    TEST(an_answer_is_kept_while_it_holds),
	    TEST(a_change_by_another_process_shows),
	    TEST(an_answer_with_a_nonce_is_for_its_asker_alone),
	    TEST(several_certificates_are_told_in_one_answer),
	    TEST(what_is_not_ours_is_refused),
	    TEST(the_authority_itself_is_good),
	    TEST(lists_show_what_was_decided_at_once),
	    TEST(a_delta_comes_with_the_full_list_it_counts_from),
	    TEST(lists_are_signed_again_at_half_of_their_life),
	    TEST(deltas_serve_every_list_in_force),
	    TEST(a_known_list_is_not_read_again),
	    TEST(a_long_list_is_not_made_for_each_decision),
	    TEST(lists_of_nobody_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
