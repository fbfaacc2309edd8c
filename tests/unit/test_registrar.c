/* The registrar: which requests for a voucher are answered, by what. */
#include "core/registrar.h"
#include "core/timeline.h"
#include "pki/voucher.h"
#include "store/db.h"
#include "store/store_timeline.h"
#include "tests/unit/field_case.h"

#define EST "https://acc.device.test:8444"

static struct field_case f;
static struct publish_case *const pc = &f.pub;
static char elsewhere[STORE_ACCOUNT_URL_SIZE];
static struct buf voucher;

static int open_case(void **state)
{
	(void)state;
	field_case_open(&f);
	buf_init(&voucher, CMS_WRAP_MAX);
	return 0;
}

static int close_case(void **state)
{
	(void)state;
	buf_clear(&voucher);
	field_case_close(&f);
	return 0;
}

#define REFUSED(call, want, why)                      \
	do {                                          \
		assert_int_equal((call), want);       \
		assert_string_equal(pc->e.slug, why); \
		assert_int_equal(voucher.n, 0);       \
	} while (0)

/* What a device sends; the tests change it. */
struct ask {
	size_t device; /* whose connection */
	const char *type, *serial, *json;
	struct key *key;
	struct span cert; /* of the signature */
	char nonce[16];
	int64_t created_on;
};

static struct ask good(size_t device, const char *nonce)
{
	struct ask a = {.device = device,
	    .type = CMS_WRAP_VOUCHER,
	    .serial = f.device[device].chip_id,
	    .key = pc->ca.chip_key,
	    .cert = buf_span(&f.device[device].der),
	    .created_on = pc->now_s};

	(void)snprintf(a.nonce, sizeof(a.nonce), "%s", nonce);
	return a;
}

static enum rc ask(const struct ask *a)
{
	struct voucher_request q = {.nonce_n = strlen(a->nonce),
	    .created_on = a->created_on};
	struct enrolment_who who;
	struct registrar_request r = {.who = &who,
	    .est_domain = EST,
	    .now_s = pc->now_s};
	struct cms_wrap w = {.type = a->type, .cert = a->cert};
	struct buf json, cms;
	enum rc rc;

	memset(&pc->e, 0, sizeof(pc->e));
	buf_reset(&voucher);
	buf_init(&json, VOUCHER_JSON_MAX);
	buf_init(&cms, CMS_WRAP_MAX);
	memcpy(q.nonce, a->nonce, q.nonce_n);
	(void)snprintf(q.serial_number, sizeof(q.serial_number), "%s",
	    a->serial);
	if (a->json)
		buf_add_str(&json, a->json);
	else
		voucher_request_build(&q, &json);
	w.content = buf_span(&json);
	PUBLISH_OK(cms_wrap_sign(&w, a->key, pc->now_s, &cms, &pc->e));
	r.cms = buf_span(&cms);
	enrolment_who_init(&who);
	PUBLISH_OK(enrolment_identify(&pc->core,
	    buf_span(&f.device[a->device].der), pc->now_s, &who, &pc->e));
	rc = registrar_voucher(&pc->core, &r, &voucher, elsewhere, &pc->e);
	enrolment_who_clear(&who);
	buf_clear(&json);
	buf_clear(&cms);
	return rc;
}

static size_t events(size_t device, const char *event)
{
	struct store_timeline_event list[TIMELINE_KEEP];
	size_t i, n = COUNT(list), hits = 0;

	PUBLISH_OK(store_timeline_list(pc->core.store, f.device[device].seq,
	    pc->oem.scope_id, list, &n, &pc->e));
	for (i = 0; i < n; i++)
		hits += strcmp(list[i].event, event) == 0;
	return hits;
}

static void a_bound_device_gets_a_voucher(void **state)
{
	struct ask a;
	struct buf json, signer, root;

	(void)state;
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	a = good(0, "12345678");
	PUBLISH_OK(ask(&a));
	assert_string_equal(elsewhere, "");
	buf_init(&json, CMS_WRAP_MAX);
	buf_init(&signer, CERT_DER_MAX);
	PUBLISH_OK(cms_wrap_verify(buf_span(&voucher), CMS_WRAP_VOUCHER, &json,
	    &signer, &pc->e));
	assert_non_null(strstr(buf_cstr(&json), "\"nonce\":\"MTIzNDU2Nzg=\""));
	assert_non_null(strstr(buf_cstr(&json), f.device[0].chip_id));
	assert_non_null(strstr(buf_cstr(&json), EST));
	buf_init(&root, 2 * CERT_DER_MAX);
	enc_base64(&root, buf_span(&f.root));
	assert_non_null(strstr(buf_cstr(&json), buf_cstr(&root)));
	buf_clear(&root);
	assert_int_equal(events(0, "voucher-issued"), 1);
	buf_clear(&json);
	buf_clear(&signer);
}

static void nobody_owns_it_then_there_is_no_authority(void **state)
{
	struct ask a = good(0, "12345678");

	(void)state;
	REFUSED(ask(&a), RC_UNAUTHENTICATED, "device-unowned");
	assert_int_equal(pc->e.retry_after_s, REGISTRAR_RETRY_OWNER_S);
	field_case_bind(&f, &pc->oem, NULL);
	REFUSED(ask(&a), RC_AGAIN, "no-domain");
	PUBLISH_OK(
	    db_script(store_db(pc->core.store), "DELETE FROM binding", &pc->e));
	field_case_bind(&f, &pc->oem, f.product.id);
	REFUSED(ask(&a), RC_AGAIN, "no-domain");
	assert_true(pc->e.retry_after_s > 0);
	/* Asked often, told once. */
	assert_int_equal(events(0, "voucher-asked"), 1);
	/* None of those has used up the nonce. */
	field_case_domain(&f);
	PUBLISH_OK(ask(&a));
}

static void a_request_is_answered_once(void **state)
{
	struct ask a, other;

	(void)state;
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	a = good(0, "12345678");
	PUBLISH_OK(ask(&a));
	REFUSED(ask(&a), RC_DENIED, "voucher-replayed");
	a.created_on = 0;
	REFUSED(ask(&a), RC_DENIED, "voucher-replayed");
	other = good(1, "12345678");
	PUBLISH_OK(ask(&other));
	(void)snprintf(a.nonce, sizeof(a.nonce), "87654321");
	PUBLISH_OK(ask(&a));
	assert_int_equal(events(0, "voucher-issued"), 2);
}

static void requests_of_others_are_refused(void **state)
{
	struct ask a;

	(void)state;
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	/* Another device's request on this connection. */
	a = good(1, "12345678");
	a.device = 0;
	REFUSED(ask(&a), RC_INVALID, "voucher-signer");
	/* Its own signature, about another. */
	a = good(0, "12345678");
	a.serial = f.device[1].chip_id;
	REFUSED(ask(&a), RC_INVALID, "voucher-serial-differs");
	/* The vendor's CA itself, and its manifest signer. */
	a = good(0, "12345678");
	a.key = pc->ca.key;
	a.cert = buf_span(&pc->ca.cert);
	assert_int_equal(ask(&a), RC_INVALID);
	a.key = pc->ca.signer_key;
	a.cert = buf_span(&pc->ca.signer);
	REFUSED(ask(&a), RC_INVALID, "voucher-signer");
	/* The owner learns of each; the last two are the same. */
	assert_int_equal(events(0, "voucher-asked"), 3);
	PUBLISH_OK(ask(&(struct ask){0, CMS_WRAP_VOUCHER, f.device[0].chip_id,
	    NULL, pc->ca.chip_key, buf_span(&f.device[0].der), "12345678", 0}));
}

static void odd_requests_are_refused(void **state)
{
	static const int64_t off[] = {-REGISTRAR_CLOCK_S - 1,
	    REGISTRAR_CLOCK_S + 1};
	struct enrolment_who who = {.device = f.device[0]};
	struct registrar_request r = {.who = &who,
	    .cms = SPAN_LIT("0\x80"),
	    .est_domain = EST,
	    .now_s = pc->now_s};
	struct ask a;
	size_t i;

	(void)state;
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	assert_int_equal(registrar_voucher(&pc->core, &r, &voucher, elsewhere,
			     &pc->e),
	    RC_INVALID);
	for (i = 0; i < COUNT(off); i++) {
		a = good(0, "12345678");
		a.created_on = pc->now_s + off[i];
		REFUSED(ask(&a), RC_INVALID, "voucher-stale");
	}
	a = good(0, "1234567");
	REFUSED(ask(&a), RC_INVALID, "voucher-nonce");
	a = good(0, "12345678");
	a.type = "1.2.840.113549.1.7.1";
	REFUSED(ask(&a), RC_INVALID, "cms-type");
	a = good(0, "12345678");
	a.json = "{}";
	REFUSED(ask(&a), RC_INVALID, "voucher-form");
	assert_int_equal(events(0, "voucher-issued"), 0);
}

static void an_account_has_its_own_registrar(void **state)
{
	static const char *const bad[] = {"http://registrar.test", "https://",
	    "https://registrar.test/path", "https://a@b.test",
	    "https://registrar.test\r\nX: y", "registrar.test"};
	struct account_change ch = {
	    .registrar_url = "https://registrar.test:9443"};
	struct store_account account;
	struct ask a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		const struct account_change x = {.registrar_url = bad[i]};

		assert_int_equal(account_update(&pc->core, &pc->oem, &x,
				     &account, &pc->e),
		    RC_INVALID);
		assert_string_equal(pc->e.slug, "bad-registrar");
	}
	PUBLISH_OK(account_update(&pc->core, &pc->oem, &ch, &account, &pc->e));
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	a = good(0, "12345678");
	PUBLISH_OK(ask(&a));
	assert_string_equal(elsewhere, ch.registrar_url);
	assert_int_equal(voucher.n, 0);
	ch.registrar_url = "";
	PUBLISH_OK(account_update(&pc->core, &pc->oem, &ch, &account, &pc->e));
	PUBLISH_OK(ask(&a));
	assert_true(voucher.n > 0);
}

static void so_many_vouchers_a_day(void **state)
{
	struct ask a;
	int i;

	(void)state;
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	for (i = 0; i < REGISTRAR_VOUCHERS_A_DAY; i++) {
		char sql[160];

		(void)snprintf(sql, sizeof(sql),
		    "INSERT INTO voucher_issued (seq, nonce, at) VALUES "
		    "(%lld, CAST('n%d' AS BLOB), %lld)",
		    (long long)f.device[0].seq, i, (long long)pc->now_s);
		PUBLISH_OK(db_script(store_db(pc->core.store), sql, &pc->e));
	}
	a = good(0, "12345678");
	REFUSED(ask(&a), RC_LIMIT, "too-many-vouchers");
	a = good(1, "12345678");
	PUBLISH_OK(ask(&a));
}

static void reports_stand_on_the_timeline(void **state)
{
	static const char *const bad[] = {"", "[]", "{\"version\":1}",
	    "{\"version\":2,\"status\":true}",
	    "{\"version\":1,\"status\":true,\"status\":false}"};
	struct enrolment_who who = {.device = f.device[0]};
	struct span fine = SPAN_LIT(
	    "{\"version\":1,\"status\":false,\"reason\":\"no\\u0007trust\"}");
	struct store_timeline_event ev;
	size_t i, n = 1;

	(void)state;
	/* Nobody's: for nobody to see. */
	PUBLISH_OK(registrar_status(&pc->core, &who, "voucher-status", fine,
	    pc->now_s, &pc->e));
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_look(&f);
	who.device = f.device[0];
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(registrar_status(&pc->core, &who,
				     "voucher-status", span_str(bad[i]),
				     pc->now_s, &pc->e),
		    RC_INVALID);
	PUBLISH_OK(registrar_status(&pc->core, &who, "voucher-status", fine,
	    pc->now_s, &pc->e));
	PUBLISH_OK(store_timeline_list(pc->core.store, who.device.seq,
	    pc->oem.scope_id, &ev, &n, &pc->e));
	assert_int_equal(n, 1);
	assert_string_equal(ev.event, "voucher-status");
	assert_string_equal(ev.detail, "refused: no trust");
}

#define CASE(x) cmocka_unit_test_setup_teardown(x, open_case, close_case)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_bound_device_gets_a_voucher),
	    CASE(nobody_owns_it_then_there_is_no_authority),
	    CASE(a_request_is_answered_once),
	    CASE(requests_of_others_are_refused),
	    CASE(odd_requests_are_refused),
	    CASE(an_account_has_its_own_registrar),
	    CASE(so_many_vouchers_a_day),
	    CASE(reports_stand_on_the_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
