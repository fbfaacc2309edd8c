/* States of issued certificates: who may change them to what, that holds of
 * several hands are taken back one by one, and what each change tells. */
#include "core/certificate.h"
#include "core/enrolment.h"
#include "pki/csr.h"
#include "store/db.h"
#include "tests/unit/field_case.h"

static struct field_case f;
static struct publish_case *const pc = &f.pub;
static struct store_certificate cert; /* of the first device */

static int64_t number(const char *sql)
{
	struct stmt *q = NULL;
	int64_t n = -1;

	if (db_query(store_db(pc->core.store), sql, NULL, 0, &q, &pc->e) !=
		RC_OK ||
	    db_step(q, &pc->e) != RC_OK)
		fail_msg("%s: %s", sql, pc->e.text);
	n = db_col_int(q, 0);
	db_done(q);
	return n;
}

static void enrol(struct span birth, struct buf *der)
{
	struct enrolment_request r = {.kind = ENROLMENT_FIRST};
	struct enrolment_who who;
	struct key *k = NULL;
	struct buf csr;

	buf_init(&csr, CSR_MAX);
	enrolment_who_init(&who);
	PUBLISH_OK(key_generate(&k, KEY_P256, &pc->e));
	PUBLISH_OK(csr_build(k, "x", NULL, NULL, &csr, &pc->e));
	r.csr = buf_span(&csr);
	PUBLISH_OK(
	    enrolment_identify(&pc->core, birth, pc->now_s, &who, &pc->e));
	PUBLISH_OK(
	    enrolment_issue(&pc->core, &who, &r, pc->now_s, der, &pc->e));
	enrolment_who_clear(&who);
	buf_clear(&csr);
	key_free(k);
}

static int open_case(void **state)
{
	uint8_t fp[DIGEST_SHA256];
	struct buf der;

	(void)state;
	field_case_open(&f);
	field_case_bind(&f, &pc->oem, f.product.id);
	field_case_domain(&f);
	field_case_look(&f);
	buf_init(&der, CERT_DER_MAX);
	enrol(buf_span(&f.device[0].der), &der);
	cert_fingerprint(buf_span(&der), fp);
	store_certificate_init(&cert);
	PUBLISH_OK(
	    store_certificate_find_fp(pc->core.store, fp, &cert, &pc->e));
	buf_clear(&der);
	return 0;
}

static int close_case(void **state)
{
	(void)state;
	store_certificate_clear(&cert);
	field_case_close(&f);
	return 0;
}

/* What can be done to it, and to its device. */
enum act {
	HOLD,
	REVOKE,
	SUPERSEDE,
	REACTIVATE,
	QUARANTINE,
	RELEASE,
	SCRAP,
	BIRTH_HOLD,
	BIRTH_REVOKE,
	BIRTH_REACTIVATE,
	END
};

static enum rc act(enum act what)
{
	const struct device *d = &f.device[0];
	struct store_certificate out;
	enum rc rc = RC_BUG;

	memset(&pc->e, 0, sizeof(pc->e));
	store_certificate_init(&out);
	switch (what) {
	case HOLD:
	case REVOKE:
	case SUPERSEDE:
		rc = certificate_revoke(&pc->core, &pc->oem, cert.id,
		    what == HOLD	 ? CRL_HOLD
			: what == REVOKE ? CRL_KEY_COMPROMISE
					 : CRL_SUPERSEDED,
		    &out, &pc->e);
		break;
	case REACTIVATE:
		rc = certificate_reactivate(&pc->core, &pc->oem, cert.id, &out,
		    &pc->e);
		break;
	case QUARANTINE:
		rc = certificate_device_quarantine(&pc->core, &pc->oem, d,
		    "odd", &pc->e);
		break;
	case RELEASE:
		rc = certificate_device_release(&pc->core, &pc->oem, d, &pc->e);
		break;
	case SCRAP:
		rc = certificate_device_scrap(&pc->core, &pc->oem, d, "crushed",
		    &pc->e);
		break;
	case BIRTH_HOLD:
	case BIRTH_REVOKE:
		rc = certificate_device_birth_revoke(&pc->core, &pc->vendor, d,
		    what == BIRTH_HOLD ? CRL_HOLD : CRL_KEY_COMPROMISE, &pc->e);
		break;
	case BIRTH_REACTIVATE:
		rc = certificate_device_birth_reactivate(&pc->core, &pc->vendor,
		    d, &pc->e);
		break;
	case END:
		break;
	}
	store_certificate_clear(&out);
	return rc;
}

static const struct {
	enum act acts[6];
	const char *refusal; /* of the last one, or NULL */
	const char *state;
	int reason;
} stories[] = {
    {{HOLD, END}, NULL, "held", CRL_HOLD},
    {{HOLD, HOLD, END}, NULL, "held", CRL_HOLD},
    {{HOLD, REACTIVATE, END}, NULL, "valid", 0},
    {{HOLD, REVOKE, END}, NULL, "revoked", CRL_KEY_COMPROMISE},
    {{REVOKE, REVOKE, END}, NULL, "revoked", CRL_KEY_COMPROMISE},
    {{REVOKE, SUPERSEDE, END}, "certificate-revoked", "revoked",
	CRL_KEY_COMPROMISE},
    {{REVOKE, HOLD, END}, "certificate-revoked", "revoked", CRL_KEY_COMPROMISE},
    {{REVOKE, REACTIVATE, END}, "certificate-not-held", "revoked",
	CRL_KEY_COMPROMISE},
    {{REACTIVATE, END}, "certificate-not-held", "valid", 0},
    {{QUARANTINE, END}, NULL, "held", CRL_HOLD},
    {{QUARANTINE, QUARANTINE, END}, "device-quarantined", "held", CRL_HOLD},
    {{QUARANTINE, REACTIVATE, END}, "device-barred", "held", CRL_HOLD},
    {{QUARANTINE, RELEASE, END}, NULL, "valid", 0},
    {{RELEASE, END}, "device-not-quarantined", "valid", 0},
    {{HOLD, QUARANTINE, RELEASE, END}, NULL, "held", CRL_HOLD},
    {{HOLD, QUARANTINE, REACTIVATE, END}, "device-barred", "held", CRL_HOLD},
    {{HOLD, QUARANTINE, RELEASE, REACTIVATE, END}, NULL, "valid", 0},
    {{QUARANTINE, HOLD, RELEASE, END}, NULL, "held", CRL_HOLD},
    {{QUARANTINE, REVOKE, RELEASE, END}, NULL, "revoked", CRL_KEY_COMPROMISE},
    {{BIRTH_HOLD, END}, NULL, "held", CRL_HOLD},
    {{BIRTH_HOLD, BIRTH_HOLD, END}, "birth-revoked", "held", CRL_HOLD},
    {{BIRTH_HOLD, BIRTH_REACTIVATE, END}, NULL, "valid", 0},
    {{BIRTH_REACTIVATE, END}, "birth-not-held", "valid", 0},
    {{BIRTH_HOLD, BIRTH_REVOKE, END}, NULL, "revoked", CRL_PRIVILEGE_WITHDRAWN},
    {{HOLD, BIRTH_REVOKE, END}, NULL, "revoked", CRL_PRIVILEGE_WITHDRAWN},
    {{BIRTH_REVOKE, BIRTH_REACTIVATE, END}, "birth-not-held", "revoked",
	CRL_PRIVILEGE_WITHDRAWN},
    {{BIRTH_REVOKE, BIRTH_HOLD, END}, "birth-revoked", "revoked",
	CRL_PRIVILEGE_WITHDRAWN},
    {{SCRAP, END}, NULL, "revoked", CRL_CESSATION},
    {{QUARANTINE, SCRAP, END}, NULL, "revoked", CRL_CESSATION},
    {{HOLD, SCRAP, END}, NULL, "revoked", CRL_CESSATION},
    {{REVOKE, SCRAP, END}, NULL, "revoked", CRL_KEY_COMPROMISE},
    {{SCRAP, SCRAP, END}, "device-scrapped", "revoked", CRL_CESSATION},
    {{SCRAP, QUARANTINE, END}, "device-scrapped", "revoked", CRL_CESSATION},
    {{SCRAP, RELEASE, END}, "device-scrapped", "revoked", CRL_CESSATION},
    {{QUARANTINE, BIRTH_HOLD, RELEASE, END}, NULL, "held", CRL_HOLD},
    {{QUARANTINE, BIRTH_HOLD, BIRTH_REACTIVATE, END}, NULL, "held", CRL_HOLD},
    {{QUARANTINE, BIRTH_HOLD, BIRTH_REACTIVATE, RELEASE, END}, NULL, "valid",
	0},
    {{BIRTH_HOLD, QUARANTINE, RELEASE, BIRTH_REACTIVATE, END}, NULL, "valid",
	0},
    {{QUARANTINE, BIRTH_REVOKE, RELEASE, END}, NULL, "revoked",
	CRL_PRIVILEGE_WITHDRAWN},
};

/* One story, of which nothing stays. */
static void tell(size_t n)
{
	struct store_certificate now;
	size_t i;
	enum rc rc = RC_OK;

	for (i = 0; stories[n].acts[i] != END; i++) {
		if (rc != RC_OK)
			fail_msg("story %zu: %s", n, pc->e.text);
		rc = act(stories[n].acts[i]);
	}
	if ((rc == RC_OK) != (stories[n].refusal == NULL))
		fail_msg("story %zu: %s", n, pc->e.text);
	if (rc != RC_OK) {
		assert_int_equal(rc, RC_CONFLICT);
		assert_string_equal(pc->e.slug, stories[n].refusal);
	}
	store_certificate_init(&now);
	PUBLISH_OK(certificate_find(&pc->core, NULL, cert.id, &now, &pc->e));
	if (strcmp(now.state, stories[n].state) != 0)
		fail_msg("story %zu: it is %s", n, now.state);
	if (strcmp(now.state, "valid") != 0)
		assert_int_equal(now.reason, stories[n].reason);
	store_certificate_clear(&now);
}

static void every_hold_is_taken_back_alone(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(stories) / sizeof(stories[0]); n++) {
		tell(n);
		PUBLISH_OK(db_script(store_db(pc->core.store),
		    "DELETE FROM quarantine; DELETE FROM birth_revocation;"
		    "UPDATE certificate SET state = 'valid', reason = 0,"
		    " barred = 0",
		    &pc->e));
	}
}

static void each_change_is_told_in_the_same_transaction(void **state)
{
	int64_t changes = number("SELECT max(changes) FROM ca");
	int64_t audit = number("SELECT count(*) FROM audit");
	int64_t events = number("SELECT count(*) FROM device_event");

	(void)state;
	PUBLISH_OK(act(HOLD));
	assert_int_equal(number("SELECT max(changes) FROM ca"), changes + 1);
	assert_int_equal(number("SELECT count(*) FROM audit"), audit + 1);
	assert_int_equal(number("SELECT count(*) FROM device_event"),
	    events + 1);
	assert_int_equal(number("SELECT count(*) FROM certificate_unheld"), 0);
	PUBLISH_OK(act(REACTIVATE));
	assert_int_equal(number("SELECT count(*) FROM certificate_unheld"), 1);
	PUBLISH_OK(act(QUARANTINE));
	assert_int_equal(number("SELECT count(*) FROM certificate_unheld"), 0);
	assert_int_equal(number("SELECT max(changes) FROM ca"), changes + 3);
	/* Where one of them fails, nothing has happened. */
	PUBLISH_OK(act(RELEASE));
	changes = number("SELECT max(changes) FROM ca");
	PUBLISH_OK(db_script(store_db(pc->core.store),
	    "ALTER TABLE device_event RENAME TO elsewhere", &pc->e));
	assert_int_not_equal(act(QUARANTINE), RC_OK);
	assert_int_not_equal(act(REVOKE), RC_OK);
	PUBLISH_OK(db_script(store_db(pc->core.store),
	    "ALTER TABLE elsewhere RENAME TO device_event", &pc->e));
	assert_int_equal(number("SELECT max(changes) FROM ca"), changes);
	assert_int_equal(number("SELECT count(*) FROM quarantine"), 0);
	assert_int_equal(
	    number("SELECT count(*) FROM certificate WHERE state = 'valid'"),
	    1);
}

static void others_change_nothing(void **state)
{
	struct core_actor rival = publish_case_account(pc, "rival");
	struct store_certificate out;

	(void)state;
	store_certificate_init(&out);
	assert_int_equal(certificate_revoke(&pc->core, &rival, cert.id,
			     CRL_SUPERSEDED, &out, &pc->e),
	    RC_NOT_FOUND);
	assert_int_equal(certificate_reactivate(&pc->core, &rival, cert.id,
			     &out, &pc->e),
	    RC_NOT_FOUND);
	assert_int_equal(certificate_device_quarantine(&pc->core, &rival,
			     &f.device[0], "", &pc->e),
	    RC_NOT_FOUND);
	assert_int_equal(number("SELECT count(*) FROM quarantine"), 0);
	PUBLISH_OK(act(QUARANTINE));
	assert_int_equal(certificate_device_release(&pc->core, &rival,
			     &f.device[0], &pc->e),
	    RC_CONFLICT);
	assert_int_equal(number("SELECT count(*) FROM quarantine"), 1);
	store_certificate_clear(&out);
}

static void no_reason_but_those_of_the_standard(void **state)
{
	static const int bad[] = {-1, 7, CRL_REMOVE, 10, 11};
	struct store_certificate out;
	size_t i;

	(void)state;
	store_certificate_init(&out);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(certificate_revoke(&pc->core, &pc->oem,
				     cert.id, bad[i], &out, &pc->e),
		    RC_INVALID);
	store_certificate_clear(&out);
}

static void device_revokes_its_own_only(void **state)
{
	struct span serial = span_of(cert.serial, cert.serial_n);

	(void)state;
	assert_int_equal(certificate_revoke_own(&pc->core, &f.device[1], serial,
			     CRL_SUPERSEDED, pc->now_s, &pc->e),
	    RC_NOT_FOUND);
	/* However many it has had since. */
	PUBLISH_OK(db_script(store_db(pc->core.store),
	    "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k"
	    " WHERE i < 40) INSERT INTO certificate (id, account_id, ca_id,"
	    " kind, seq, fp, serial, spki_sha256, der, not_before, not_after,"
	    " state, reason, issued_at) SELECT 'crt_' || i, account_id, ca_id,"
	    " 'device', seq, randomblob(32), randomblob(16), spki_sha256, der,"
	    " not_before, not_after, 'revoked', 4, issued_at"
	    " FROM certificate, k WHERE kind = 'device'",
	    &pc->e));
	PUBLISH_OK(certificate_revoke_own(&pc->core, &f.device[0], serial,
	    CRL_CESSATION, pc->now_s, &pc->e));
	assert_int_equal(number("SELECT reason FROM certificate"
				" WHERE kind = 'device' ORDER BY n LIMIT 1"),
	    CRL_CESSATION);
}

/* A batch given back takes no quarantine with it, and is not given back while
 * its devices are trusted by their owner. */
static void batch_is_given_back_without_traces(void **state)
{
	struct core_actor *oem = &pc->oem;

	(void)state;
	memset(&pc->e, 0, sizeof(pc->e));
	assert_int_equal(bind_undo(&pc->core, oem, FIELD_BID, &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "batch-enrolled");
	PUBLISH_OK(act(QUARANTINE));
	assert_int_equal(bind_undo(&pc->core, oem, FIELD_BID, &pc->e),
	    RC_CONFLICT);
	PUBLISH_OK(act(REVOKE));
	PUBLISH_OK(bind_undo(&pc->core, oem, FIELD_BID, &pc->e));
	assert_int_equal(number("SELECT count(*) FROM quarantine"), 0);
}

/* What is scrapped is so for whoever owns it next. */
static void scrapped_stays_when_the_batch_is_given_back(void **state)
{
	(void)state;
	PUBLISH_OK(act(SCRAP));
	PUBLISH_OK(bind_undo(&pc->core, &pc->oem, FIELD_BID, &pc->e));
	assert_int_equal(number("SELECT scrapped FROM quarantine"), 1);
	assert_int_equal(enrolment_may(&pc->core, &f.device[0], &pc->e),
	    RC_DENIED);
	assert_string_equal(pc->e.slug, "device-scrapped");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_case, close_case)
	const struct CMUnitTest tests[] = {
	    T(every_hold_is_taken_back_alone),
	    T(each_change_is_told_in_the_same_transaction),
	    T(others_change_nothing),
	    T(no_reason_but_those_of_the_standard),
	    T(device_revokes_its_own_only),
	    T(batch_is_given_back_without_traces),
	    T(scrapped_stays_when_the_batch_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
