/* Operational certificates: who gets one, what is in it, and when it is a new
 * one.  Everything is refused that a device could ask for and may not have. */
#include "core/certificate.h"
#include "core/enrolment.h"
#include "pki/csr.h"
#include "tests/unit/field_case.h"

static struct field_case f;
static struct publish_case *const pc = &f.pub;
static struct key *keys[3]; /* P-256, P-256, P-384 */
static struct buf csr[3], got;

static int open_case(void **state)
{
	const enum key_type types[] = {KEY_P256, KEY_P256, KEY_P384};
	size_t i;

	(void)state;
	field_case_open(&f);
	buf_init(&got, CERT_DER_MAX);
	for (i = 0; i < 3; i++) {
		buf_init(&csr[i], CSR_MAX);
		PUBLISH_OK(key_generate(&keys[i], types[i], &pc->e));
		PUBLISH_OK(csr_build(keys[i], "somebody else", "Bank", NULL,
		    &csr[i], &pc->e));
	}
	return 0;
}

static int close_case(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		buf_clear(&csr[i]);
		key_free(keys[i]);
		keys[i] = NULL;
	}
	buf_clear(&got);
	field_case_close(&f);
	return 0;
}

#define REFUSED(call, want, why)                      \
	do {                                          \
		memset(&pc->e, 0, sizeof(pc->e));     \
		assert_int_equal((call), want);       \
		assert_string_equal(pc->e.slug, why); \
	} while (0)

static void set_profile(const char *text)
{
	struct store_ca_profile p = {.ca_id = ""};

	buf_init(&p.text, PROFILE_TEXT_MAX);
	PUBLISH_OK(ca_profile_find(&pc->core, pc->oem.scope_id, f.product.id,
	    &p, &pc->e));
	buf_reset(&p.text);
	buf_add_str(&p.text, text);
	PUBLISH_OK(ca_profile_put(&pc->core, &pc->oem, &p, &pc->e));
	buf_clear(&p.text);
}

static void ready(const char *profile)
{
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	set_profile(profile);
}

static enum rc identify(struct span der, int64_t at, struct enrolment_who *who)
{
	enrolment_who_clear(who);
	enrolment_who_init(who);
	return enrolment_identify(&pc->core, der, at, who, &pc->e);
}

static enum rc issue(const struct enrolment_who *who, struct span request,
    enum enrolment_kind kind, int64_t at)
{
	const struct enrolment_request r = {.kind = kind, .csr = request};

	buf_reset(&got);
	return enrolment_issue(&pc->core, who, &r, at, &got, &pc->e);
}

/* The device of this index by its birth certificate. */
static enum rc first(size_t device, size_t key)
{
	struct enrolment_who who;
	enum rc rc;

	enrolment_who_init(&who);
	rc = identify(buf_span(&f.device[device].der), pc->now_s, &who);
	if (rc == RC_OK)
		rc = issue(&who, buf_span(&csr[key]), ENROLMENT_FIRST,
		    pc->now_s);
	enrolment_who_clear(&who);
	return rc;
}

static void copy(struct buf *to, const struct buf *from)
{
	buf_init(to, CERT_DER_MAX);
	buf_add_span(to, buf_span(from));
}

static size_t count(const char *state)
{
	const struct store_certificate_list l = {.account = pc->oem.scope_id,
	    .state = state,
	    .now_s = pc->now_s};
	struct store_certificate all[32];
	size_t i, n = 32;

	for (i = 0; i < 32; i++)
		store_certificate_init(&all[i]);
	PUBLISH_OK(store_certificate_list(pc->core.store, &l, all, &n, &pc->e));
	for (i = 0; i < 32; i++)
		store_certificate_clear(&all[i]);
	return n;
}

static void unbound_device_gets_nothing(void **state)
{
	(void)state;
	REFUSED(first(0, 0), RC_DENIED, "device-unbound");
	field_case_bind(&f, &pc->oem, f.product.id);
	REFUSED(first(0, 0), RC_DENIED, "no-profile");
	field_case_domain(&f);
	PUBLISH_OK(first(0, 0));
}

static void profile_decides_not_the_request(void **state)
{
	struct store_certificate row;
	struct buf name;
	uint8_t fp[DIGEST_SHA256];
	struct cert c;
	char want[200];

	(void)state;
	ready("{\"subject\":\"CN={device},OU={product}\","
	      "\"lifetime_s\":3600,\"renew_before_s\":600}");
	PUBLISH_OK(first(0, 0));
	PUBLISH_OK(cert_parse(&c, buf_span(&got), &pc->e));
	assert_true(span_eq(c.spki, key_spki(keys[0])));
	assert_int_equal(c.not_after, pc->now_s + 3600);
	assert_false(c.is_ca);
	buf_init(&name, 1024);
	cert_name_text(c.subject, &name);
	(void)snprintf(want, sizeof(want), "CN=%s", f.device[0].chip_id);
	assert_non_null(strstr(buf_cstr(&name), want));
	assert_non_null(strstr(buf_cstr(&name), "OU=Oven"));
	assert_null(strstr(buf_cstr(&name), "Bank"));
	buf_clear(&name);
	/* It is there when it is given. */
	store_certificate_init(&row);
	cert_fingerprint(buf_span(&got), fp);
	PUBLISH_OK(store_certificate_find_fp(pc->core.store, fp, &row, &pc->e));
	assert_int_equal(row.seq, f.device[0].seq);
	store_certificate_clear(&row);
}

static void same_key_again_is_the_same_certificate(void **state)
{
	struct buf before;

	(void)state;
	ready("{}");
	PUBLISH_OK(first(0, 0));
	copy(&before, &got);
	PUBLISH_OK(first(0, 0));
	assert_true(span_eq(buf_span(&got), buf_span(&before)));
	PUBLISH_OK(first(0, 1));
	assert_false(span_eq(buf_span(&got), buf_span(&before)));
	/* Another device does not get it by showing the same key. */
	PUBLISH_OK(first(1, 0));
	assert_false(span_eq(buf_span(&got), buf_span(&before)));
	assert_int_equal(count("valid"), 3);
	buf_clear(&before);
}

static void request_is_judged(void **state)
{
	struct enrolment_who who;
	struct buf broken;

	(void)state;
	ready("{\"key_types\":[\"p256\"]}");
	REFUSED(first(0, 2), RC_INVALID, "key-denied");
	enrolment_who_init(&who);
	PUBLISH_OK(identify(buf_span(&f.device[0].der), pc->now_s, &who));
	copy(&broken, &csr[0]);
	broken.p[broken.n - 1] ^= 1;
	REFUSED(issue(&who, buf_span(&broken), ENROLMENT_FIRST, pc->now_s),
	    RC_INVALID, "csr-signature");
	assert_int_equal(issue(&who, span_str("no request"), ENROLMENT_FIRST,
			     pc->now_s),
	    RC_INVALID);
	assert_int_equal(count(NULL), 0);
	buf_clear(&broken);
	enrolment_who_clear(&who);
}

static void label_is_the_devices_product(void **state)
{
	struct enrolment_request r = {.kind = ENROLMENT_FIRST};
	struct enrolment_who who;
	struct store_product other;

	(void)state;
	ready("{}");
	PUBLISH_OK(product_add(&pc->core, &pc->oem, "Fridge", &other, &pc->e));
	enrolment_who_init(&who);
	PUBLISH_OK(identify(buf_span(&f.device[0].der), pc->now_s, &who));
	r.csr = buf_span(&csr[0]);
	r.label = other.id;
	REFUSED(enrolment_issue(&pc->core, &who, &r, pc->now_s, &got, &pc->e),
	    RC_DENIED, "label-denied");
	r.label = f.product.id;
	PUBLISH_OK(
	    enrolment_issue(&pc->core, &who, &r, pc->now_s, &got, &pc->e));
	enrolment_who_clear(&who);
}

static void a_key_is_made_of_the_profiles_types(void **state)
{
	static const struct {
		const char *profile;
		enum rc rc;
		enum key_type type;
	} cases[] = {
	    {"{}", RC_DENIED, KEY_P256},
	    {"{\"server_keygen\":true}", RC_OK, KEY_P256},
	    {"{\"server_keygen\":true,\"key_types\":[\"rsa2048\",\"p384\"]}",
		RC_OK, KEY_P384},
	    {"{\"server_keygen\":true,\"key_types\":[\"rsa2048\"]}", RC_DENIED,
		KEY_P256},
	};
	struct enrolment_who who;
	enum key_type type;
	size_t i;

	ready("{}");
	for (i = 0; i < COUNT(cases); i++) {
		set_profile(cases[i].profile);
		enrolment_who_init(&who);
		PUBLISH_OK(
		    identify(buf_span(&f.device[0].der), pc->now_s, &who));
		assert_int_equal(enrolment_may_keygen(&pc->core, &who, &type,
				     &pc->e),
		    cases[i].rc);
		if (cases[i].rc == RC_OK)
			assert_int_equal(type, cases[i].type);
		else
			assert_string_equal(pc->e.slug, "keygen-denied");
		enrolment_who_clear(&who);
	}
}

static void oldest_makes_room_for_the_ninth(void **state)
{
	struct key *k = NULL;
	struct enrolment_who who;
	struct buf one, oldest;
	size_t i;

	(void)state;
	ready("{}");
	enrolment_who_init(&who);
	buf_init(&one, CSR_MAX);
	PUBLISH_OK(first(0, 0));
	copy(&oldest, &got);
	PUBLISH_OK(identify(buf_span(&f.device[0].der), pc->now_s, &who));
	for (i = 0; i < 8; i++) {
		PUBLISH_OK(key_generate(&k, KEY_P256, &pc->e));
		buf_reset(&one);
		PUBLISH_OK(csr_build(k, "x", NULL, NULL, &one, &pc->e));
		PUBLISH_OK(
		    issue(&who, buf_span(&one), ENROLMENT_FIRST, pc->now_s));
		key_free(k);
	}
	assert_int_equal(count("valid"), 8);
	assert_int_equal(count("revoked"), 1);
	REFUSED(identify(buf_span(&oldest), pc->now_s, &who), RC_DENIED,
	    "certificate-revoked");
	buf_clear(&one);
	buf_clear(&oldest);
	enrolment_who_clear(&who);
}

static void renewal_by_its_own_certificate(void **state)
{
	struct enrolment_who who;
	struct buf own;
	int64_t t = pc->now_s;

	(void)state;
	ready("{\"lifetime_s\":300,\"renew_before_s\":200}");
	enrolment_who_init(&who);
	PUBLISH_OK(first(0, 0));
	copy(&own, &got);
	PUBLISH_OK(identify(buf_span(&own), t, &who));
	assert_false(who.by_birth);
	assert_int_equal(who.device.seq, f.device[0].seq);
	/* Too early it is what it has, in time a new one for the same key. */
	PUBLISH_OK(issue(&who, buf_span(&csr[0]), ENROLMENT_AGAIN, t + 50));
	assert_true(span_eq(buf_span(&got), buf_span(&own)));
	PUBLISH_OK(issue(&who, buf_span(&csr[0]), ENROLMENT_AGAIN, t + 150));
	assert_false(span_eq(buf_span(&got), buf_span(&own)));
	/* The old one is good until its end, and not a second longer. */
	PUBLISH_OK(identify(buf_span(&own), t + 299, &who));
	REFUSED(identify(buf_span(&own), t + 300, &who), RC_DENIED,
	    "certificate-expired");
	buf_clear(&own);
	enrolment_who_clear(&who);
}

static void who_is_kept_out_gets_nothing(void **state)
{
	struct core_actor vendor = pc->vendor;
	struct device *d = f.device;
	struct enrolment_who who[2];
	struct buf own;

	(void)state;
	ready("{}");
	enrolment_who_init(&who[0]);
	enrolment_who_init(&who[1]);
	PUBLISH_OK(first(0, 0));
	copy(&own, &got);
	field_case_look(&f);
	PUBLISH_OK(identify(buf_span(&own), pc->now_s, &who[0]));
	PUBLISH_OK(identify(buf_span(&d[1].der), pc->now_s, &who[1]));
	PUBLISH_OK(certificate_device_quarantine(&pc->core, &pc->oem, &d[0], "",
	    &pc->e));
	REFUSED(first(0, 1), RC_DENIED, "device-quarantined");
	/* Also when it happens while the signer works. */
	REFUSED(issue(&who[0], buf_span(&csr[1]), ENROLMENT_AGAIN, pc->now_s),
	    RC_DENIED, "device-quarantined");
	PUBLISH_OK(certificate_device_birth_revoke(&pc->core, &vendor, &d[1],
	    CRL_KEY_COMPROMISE, &pc->e));
	REFUSED(first(1, 1), RC_DENIED, "device-revoked");
	REFUSED(issue(&who[1], buf_span(&csr[1]), ENROLMENT_FIRST, pc->now_s),
	    RC_DENIED, "device-revoked");
	assert_int_equal(count(NULL), 1);
	buf_clear(&own);
	enrolment_who_clear(&who[0]);
	enrolment_who_clear(&who[1]);
}

static void revoked_certificate_renews_nothing(void **state)
{
	struct store_certificate row;
	struct enrolment_who who;
	struct buf own;

	(void)state;
	ready("{}");
	enrolment_who_init(&who);
	store_certificate_init(&row);
	PUBLISH_OK(first(0, 0));
	copy(&own, &got);
	PUBLISH_OK(identify(buf_span(&own), pc->now_s, &who));
	PUBLISH_OK(certificate_revoke(&pc->core, &pc->oem, who.certificate,
	    CRL_HOLD, &row, &pc->e));
	REFUSED(issue(&who, buf_span(&csr[1]), ENROLMENT_AGAIN, pc->now_s),
	    RC_DENIED, "certificate-revoked");
	REFUSED(identify(buf_span(&own), pc->now_s, &who), RC_DENIED,
	    "certificate-revoked");
	store_certificate_clear(&row);
	buf_clear(&own);
	enrolment_who_clear(&who);
}

static void set_state(const uint8_t fp[DIGEST_SHA256], int reason)
{
	struct store_certificate row, out;

	store_certificate_init(&row);
	store_certificate_init(&out);
	PUBLISH_OK(store_certificate_find_fp(pc->core.store, fp, &row, &pc->e));
	PUBLISH_OK(reason < 0 ? certificate_reactivate(&pc->core, &pc->oem,
				    row.id, &out, &pc->e)
			      : certificate_revoke(&pc->core, &pc->oem, row.id,
				    reason, &out, &pc->e));
	store_certificate_clear(&row);
	store_certificate_clear(&out);
}

/* The birth certificate does not undo what the owner did. */
static void key_that_others_know_is_certified_no_more(void **state)
{
	uint8_t one[DIGEST_SHA256], two[DIGEST_SHA256];

	(void)state;
	ready("{}");
	PUBLISH_OK(first(0, 0));
	cert_fingerprint(buf_span(&got), one);
	set_state(one, CRL_HOLD);
	REFUSED(first(0, 0), RC_INVALID, "key-denied");
	PUBLISH_OK(first(0, 1));
	cert_fingerprint(buf_span(&got), two);
	set_state(one, -1);
	PUBLISH_OK(first(0, 0));
	set_state(two, CRL_SUPERSEDED);
	PUBLISH_OK(first(0, 1));
	set_state(one, CRL_KEY_COMPROMISE);
	REFUSED(first(0, 0), RC_INVALID, "key-denied");
	assert_int_equal(count("valid"), 1);
}

static void changed_profile_is_a_new_certificate(void **state)
{
	struct buf before;

	(void)state;
	ready("{}");
	PUBLISH_OK(first(0, 0));
	copy(&before, &got);
	set_profile("{\"subject\":\"CN={device}\"}");
	PUBLISH_OK(first(0, 0));
	assert_false(span_eq(buf_span(&got), buf_span(&before)));
	buf_reset(&before);
	buf_add_span(&before, buf_span(&got));
	PUBLISH_OK(first(0, 0));
	assert_true(span_eq(buf_span(&got), buf_span(&before)));
	set_profile("{\"subject\":\"CN={device}\",\"san\":[]}");
	PUBLISH_OK(first(0, 0));
	assert_false(span_eq(buf_span(&got), buf_span(&before)));
	buf_clear(&before);
}

static void stranger_is_nobody(void **state)
{
	struct enrolment_who who;

	(void)state;
	ready("{}");
	enrolment_who_init(&who);
	REFUSED(identify(buf_span(&f.root), pc->now_s, &who), RC_NOT_FOUND,
	    "device-unknown");
	enrolment_who_clear(&who);
}

/* Its EST server is known by the account's first root, whoever issues for its
 * product. */
static void the_root_of_the_domain_is_told_as_well(void **state)
{
	struct ca_request r = {.name = "Root 2",
	    .kind = "root",
	    .key_type = KEY_P256};
	struct core_actor later = pc->oem;
	struct store_ca_profile p = {.ca_id = ""};
	struct store_ca root, ca;
	struct span rest, one;
	struct buf ders;
	size_t n = 0;

	(void)state;
	later.now_s += 10;
	store_ca_init(&root);
	store_ca_init(&ca);
	buf_init(&p.text, PROFILE_TEXT_MAX);
	buf_init(&ders, 8 * CERT_DER_MAX);
	ready("{}");
	PUBLISH_OK(enrolment_cas(&pc->core, NULL, f.product.id, &ders, &pc->e));
	for (rest = buf_span(&ders); cert_next(&rest, &one);)
		n++;
	assert_int_equal(n, 2);
	PUBLISH_OK(ca_create(&pc->core, &later, &r, &root, &pc->e));
	r.name = "Issuing 2";
	r.kind = "issuing";
	r.parent_id = root.id;
	PUBLISH_OK(ca_create(&pc->core, &later, &r, &ca, &pc->e));
	PUBLISH_OK(ca_profile_find(&pc->core, pc->oem.scope_id, f.product.id,
	    &p, &pc->e));
	memcpy(p.ca_id, ca.id, sizeof(p.ca_id));
	PUBLISH_OK(ca_profile_put(&pc->core, &pc->oem, &p, &pc->e));
	buf_reset(&ders);
	PUBLISH_OK(enrolment_cas(&pc->core, NULL, f.product.id, &ders, &pc->e));
	rest = buf_span(&ders);
	assert_true(cert_next(&rest, &one) && span_eq(one, buf_span(&ca.der)));
	assert_true(
	    cert_next(&rest, &one) && span_eq(one, buf_span(&root.der)));
	assert_true(cert_next(&rest, &one) && span_eq(one, buf_span(&f.root)));
	assert_int_equal(rest.n, 0);
	store_ca_clear(&root);
	store_ca_clear(&ca);
	buf_clear(&p.text);
	buf_clear(&ders);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_case, close_case)
	const struct CMUnitTest tests[] = {
	    T(unbound_device_gets_nothing),
	    T(profile_decides_not_the_request),
	    T(same_key_again_is_the_same_certificate),
	    T(request_is_judged),
	    T(label_is_the_devices_product),
	    T(a_key_is_made_of_the_profiles_types),
	    T(oldest_makes_room_for_the_ninth),
	    T(renewal_by_its_own_certificate),
	    T(who_is_kept_out_gets_nothing),
	    T(revoked_certificate_renews_nothing),
	    T(key_that_others_know_is_certified_no_more),
	    T(changed_profile_is_a_new_certificate),
	    T(stranger_is_nobody),
	    T(the_root_of_the_domain_is_told_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
