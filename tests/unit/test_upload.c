/* Uploads: resumable at what is on the disk, bounded, one sender at a time. */
#include <unistd.h>

#include "core/batch.h"
#include "store/store_audit.h"
#include "tests/unit/publish_case.h"

#define BID "UPBATCH"

static struct upload_request request(const struct publish_case *pc)
{
	return (struct upload_request){.batch = SPAN_LIT(BID),
	    .reel = SPAN_LIT("R1"),
	    .form = SPAN_LIT("csv"),
	    .size = 1000,
	    .claim_sha256 = span_str(pc->claim_sha256)};
}

static void create_refuses_what_cannot_be(void **state)
{
	static const struct {
		const char *batch, *reel, *form, *claim;
		uint64_t size;
		enum rc rc;
		const char *slug;
	} cases[] = {
	    {"", "R1", "csv", "ok", 10, RC_INVALID, "bad-batch"},
	    {"../etc", "R1", "csv", "ok", 10, RC_INVALID, "bad-batch"},
	    {"B 1", "R1", "csv", "ok", 10, RC_INVALID, "bad-batch"},
	    {"B1", "", "csv", "ok", 10, RC_INVALID, "bad-batch"},
	    {"B1", "-R", "csv", "ok", 10, RC_INVALID, "bad-batch"},
	    {"B1", "R1", "xml", "ok", 10, RC_INVALID, "bad-form"},
	    {"B1", "R1", "csv", "ok", 0, RC_INVALID, "manifest-empty"},
	    {"B1", "R1", "csv", "ok", UPLOAD_SIZE_MAX + 1, RC_TOO_LARGE,
		"upload-too-large"},
	    {"B1", "R1", "csv", "", 10, RC_INVALID, "claim-hash-missing"},
	    {"B1", "R1", "csv", "abc", 10, RC_INVALID, "bad-digest"},
	};
	struct publish_case pc_, *pc = &pc_;
	struct store_upload u;
	bool again;
	size_t i;

	(void)state;
	publish_case_open(pc);
	for (i = 0; i < COUNT(cases); i++) {
		struct upload_request q = {.batch = span_str(cases[i].batch),
		    .reel = span_str(cases[i].reel),
		    .form = span_str(cases[i].form),
		    .size = cases[i].size,
		    .claim_sha256 = span_str(cases[i].claim)};

		if (strcmp(cases[i].claim, "ok") == 0)
			q.claim_sha256 = span_str(pc->claim_sha256);
		assert_int_equal(upload_create(&pc->core, &pc->vendor, &q, &u,
				     &again, &pc->e),
		    cases[i].rc);
		assert_string_equal(pc->e.slug, cases[i].slug);
	}
	publish_case_close(pc);
}

static void same_key_gives_same_upload(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_request q;
	struct store_upload u, v;
	bool again;

	(void)state;
	publish_case_open(pc);
	q = request(pc);
	q.idem = "key-1";
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	assert_false(again);
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &v, &again, &pc->e));
	assert_true(again);
	assert_string_equal(u.id, v.id);
	q.size++;
	assert_int_equal(upload_create(&pc->core, &pc->vendor, &q, &v, &again,
			     &pc->e),
	    RC_INVALID);
	assert_string_equal(pc->e.slug, "idempotency-key-reused");
	/* A cancelled one gives its key back. */
	q.size--;
	PUBLISH_OK(upload_cancel(&pc->core, &pc->vendor, u.id, &pc->e));
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &v, &again, &pc->e));
	assert_false(again);
	publish_case_close(pc);
}

static enum rc sink_at(struct publish_case *pc, const char *id, uint64_t at,
    struct upload_sink **sink, uint64_t *stored)
{
	memset(&pc->e, 0, sizeof(pc->e));
	*stored = at;
	return upload_sink_new(sink, &pc->core, &pc->vendor, id, stored,
	    &pc->e);
}

static void resumes_at_what_is_stored(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_sink *sink, *second;
	struct upload_request q;
	struct store_upload u;
	uint8_t bytes[1000];
	uint64_t stored;
	bool again;

	(void)state;
	publish_case_open(pc);
	memset(bytes, 'x', sizeof(bytes));
	q = request(pc);
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	PUBLISH_OK(sink_at(pc, u.id, 0, &sink, &stored));
	assert_int_equal(sink_at(pc, u.id, 0, &second, &stored), RC_AGAIN);
	assert_string_equal(pc->e.slug, "upload-busy");
	PUBLISH_OK(upload_sink_write(sink, span_of(bytes, 400), &pc->e));
	/* The connection is cut: what came is kept. */
	upload_sink_free(sink);
	assert_int_equal(sink_at(pc, u.id, 0, &sink, &stored), RC_CONFLICT);
	assert_string_equal(pc->e.slug, "offset-mismatch");
	assert_int_equal(stored, 400);
	assert_int_equal(sink_at(pc, u.id, 401, &sink, &stored), RC_CONFLICT);
	PUBLISH_OK(sink_at(pc, u.id, 400, &sink, &stored));
	assert_int_equal(upload_sink_write(sink, span_of(bytes, 601), &pc->e),
	    RC_TOO_LARGE);
	PUBLISH_OK(upload_sink_write(sink, span_of(bytes, 600), &pc->e));
	PUBLISH_OK(upload_sink_end(sink, &stored, &pc->e));
	upload_sink_free(sink);
	assert_int_equal(stored, 1000);
	publish_case_close(pc);
}

/* A kill leaves bytes in the file that were never acknowledged. */
static void forgets_what_was_not_acknowledged(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	char path[UPLOAD_PATH_SIZE];
	struct upload_sink *sink;
	struct upload_request q;
	struct store_upload u;
	struct buf b;
	uint64_t stored;
	bool again;

	(void)state;
	publish_case_open(pc);
	q = request(pc);
	q.size = 8;
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	PUBLISH_OK(sink_at(pc, u.id, 0, &sink, &stored));
	PUBLISH_OK(upload_sink_write(sink, SPAN_LIT("good"), &pc->e));
	PUBLISH_OK(upload_sink_end(sink, &stored, &pc->e));
	upload_sink_free(sink);
	PUBLISH_OK(upload_path(&pc->core, u.id, path, &pc->e));
	PUBLISH_OK(file_write(path, SPAN_LIT("goodtorn"), 0600, &pc->e));
	PUBLISH_OK(sink_at(pc, u.id, 4, &sink, &stored));
	PUBLISH_OK(upload_sink_write(sink, SPAN_LIT("data"), &pc->e));
	PUBLISH_OK(upload_sink_end(sink, &stored, &pc->e));
	upload_sink_free(sink);
	buf_init(&b, 100);
	PUBLISH_OK(file_read(path, &b, &pc->e));
	assert_true(span_eq_str(buf_span(&b), "gooddata"));
	buf_clear(&b);
	publish_case_close(pc);
}

static void publish_needs_all_of_it(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_request q;
	struct publish_reel r;
	struct store_upload u;
	bool again;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R1", 1);
	q = publish_reel_request(pc, &r);
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	assert_int_equal(upload_publish(&pc->core, &pc->vendor, u.id, &u,
			     &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "upload-incomplete");
	publish_case_send(pc, u.id, buf_span(&r.manifest));
	assert_int_equal(upload_publish(&pc->core, &pc->vendor, u.id, &u,
			     &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "signature-missing");
	PUBLISH_OK(upload_sign(&pc->core, &pc->vendor, u.id,
	    buf_span(&r.signature), &pc->e));
	PUBLISH_OK(upload_publish(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	/* Twice is once. */
	PUBLISH_OK(upload_publish(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	assert_string_equal(u.state, "queued");
	PUBLISH_OK(publish_next(&pc->core, 1, NULL, &pc->e));
	PUBLISH_OK(upload_publish(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	assert_string_equal(u.state, "published");
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void refuses_wrong_sha256(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_request q;
	struct publish_reel r;
	struct store_upload u;
	char sha[65];
	bool again;

	(void)state;
	publish_case_open(pc);
	publish_reel_make(pc, &r, MANIFEST_CSV, BID, "R1", 2);
	q = publish_reel_request(pc, &r);
	memset(sha, '0', 64);
	sha[64] = '\0';
	q.sha256 = span_str(sha);
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	publish_case_send(pc, u.id, buf_span(&r.manifest));
	PUBLISH_OK(upload_sign(&pc->core, &pc->vendor, u.id,
	    buf_span(&r.signature), &pc->e));
	PUBLISH_OK(upload_publish(&pc->core, &pc->vendor, u.id, &u, &pc->e));
	assert_int_equal(publish_next(&pc->core, 1, NULL, &pc->e), RC_INVALID);
	assert_string_equal(pc->e.slug, "sha256-wrong");
	publish_reel_clear(&r);
	publish_case_close(pc);
}

static void refuses_other_vendor(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct publish_ca other;
	struct core_actor rival;
	struct upload_request q;
	struct store_upload u, v;
	uint64_t stored = 0;
	struct upload_sink *sink;
	bool again;

	(void)state;
	publish_case_open(pc);
	publish_case_reel(pc, "TAKEN", "R0", false, 1);
	publish_ca_make(pc, &other, "Other Chips");
	rival = publish_case_vendor(pc, "other-chips", &other);
	q = request(pc);
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	assert_int_equal(upload_find(&pc->core, &rival, u.id, &v, &pc->e),
	    RC_NOT_FOUND);
	assert_int_equal(upload_sink_new(&sink, &pc->core, &rival, u.id,
			     &stored, &pc->e),
	    RC_NOT_FOUND);
	assert_int_equal(upload_cancel(&pc->core, &rival, u.id, &pc->e),
	    RC_NOT_FOUND);
	q.batch = SPAN_LIT("TAKEN");
	assert_int_equal(upload_create(&pc->core, &rival, &q, &v, &again,
			     &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "batch-taken");
	assert_null(strstr(pc->e.text, "test-chips"));
	publish_ca_clear(&other);
	publish_case_close(pc);
}

static void refuses_what_is_published(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_request q;
	struct store_upload u;
	char claim[65];
	bool again;

	(void)state;
	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, 1);
	q = request(pc);
	assert_int_equal(upload_create(&pc->core, &pc->vendor, &q, &u, &again,
			     &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "reel-published");
	memset(claim, 'a', 64);
	claim[64] = '\0';
	q.reel = SPAN_LIT("R2");
	q.claim_sha256 = span_str(claim);
	assert_int_equal(upload_create(&pc->core, &pc->vendor, &q, &u, &again,
			     &pc->e),
	    RC_CONFLICT);
	assert_string_equal(pc->e.slug, "batch-differs");
	publish_case_close(pc);
}

static void bounds_unfinished_uploads(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct upload_request q;
	struct store_upload u = {0}, last = {0};
	enum rc rc = RC_OK;
	unsigned int n = 0;
	char reel[16];
	bool again;

	(void)state;
	publish_case_open(pc);
	q = request(pc);
	for (; rc == RC_OK && n < 1000; n++) {
		(void)snprintf(reel, sizeof(reel), "R%u", n);
		q.reel = span_str(reel);
		last = u;
		rc = upload_create(&pc->core, &pc->vendor, &q, &u, &again,
		    &pc->e);
	}
	assert_int_equal(rc, RC_LIMIT);
	assert_int_equal(n, UPLOAD_OPEN_MAX + 1);
	/* One cancelled makes room for one. */
	PUBLISH_OK(upload_cancel(&pc->core, &pc->vendor, last.id, &pc->e));
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	publish_case_close(pc);
}

static void sweep_removes_only_strays(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	char path[UPLOAD_PATH_SIZE], stray[UPLOAD_PATH_SIZE];
	struct upload_request q;
	struct store_upload u;
	bool again;

	(void)state;
	publish_case_open(pc);
	q = request(pc);
	q.size = 4;
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	publish_case_send(pc, u.id, SPAN_LIT("data"));
	PUBLISH_OK(upload_path(&pc->core, u.id, path, &pc->e));
	PUBLISH_OK(upload_path(&pc->core, "upl_gone", stray, &pc->e));
	PUBLISH_OK(file_write(stray, SPAN_LIT("x"), 0600, &pc->e));
	upload_sweep(&pc->core);
	assert_true(file_exists(path));
	assert_false(file_exists(stray));
	publish_case_close(pc);
}

static bool is_by_publisher(void *arg, const struct store_audit *a)
{
	bool *found = arg;

	*found = strcmp(a->actor_name, "publisher") == 0 &&
	    strcmp(a->reason, "upload-idle") == 0;
	return false;
}

static bool was_audited(struct publish_case *pc)
{
	const struct store_audit_list q = {.scope_id = pc->vendor.scope_id,
	    .action = "upload-cancel",
	    .limit = 1};
	bool found = false;

	PUBLISH_OK(store_audit_each(pc->core.store, &q, is_by_publisher, &found,
	    &pc->e));
	return found;
}

static void ends_what_nobody_touched_for_a_week(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct store_upload u, v;
	struct upload_sink *sink;
	struct upload_request q;
	char path[UPLOAD_PATH_SIZE];
	uint64_t stored;
	int64_t told = 0;
	bool again;

	(void)state;
	publish_case_open(pc);
	q = request(pc);
	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, &u, &again, &pc->e));
	assert_int_equal(sink_at(pc, u.id, 0, &sink, &stored), RC_OK);
	PUBLISH_OK(upload_sink_write(sink, SPAN_LIT("x"), &pc->e));
	/* Not while somebody sends, and not a second too early. */
	publish_tidy(&pc->core, pc->now_s + 2 * UPLOAD_IDLE_S, &told);
	PUBLISH_OK(upload_sink_end(sink, &stored, &pc->e));
	upload_sink_free(sink);
	PUBLISH_OK(upload_find(&pc->core, &pc->vendor, u.id, &v, &pc->e));
	publish_tidy(&pc->core, v.updated_at + UPLOAD_IDLE_S - 1, &told);
	PUBLISH_OK(upload_find(&pc->core, &pc->vendor, u.id, &v, &pc->e));
	assert_string_equal(v.state, "receiving");
	PUBLISH_OK(upload_path(&pc->core, u.id, path, &pc->e));
	assert_true(file_exists(path));
	publish_tidy(&pc->core, v.updated_at + UPLOAD_IDLE_S, &told);
	PUBLISH_OK(upload_find(&pc->core, &pc->vendor, u.id, &v, &pc->e));
	assert_string_equal(v.state, "cancelled");
	assert_false(file_exists(path));
	assert_true(was_audited(pc));
	publish_case_close(pc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(create_refuses_what_cannot_be),
	    cmocka_unit_test(same_key_gives_same_upload),
	    cmocka_unit_test(resumes_at_what_is_stored),
	    cmocka_unit_test(forgets_what_was_not_acknowledged),
	    cmocka_unit_test(publish_needs_all_of_it),
	    cmocka_unit_test(refuses_wrong_sha256),
	    cmocka_unit_test(refuses_other_vendor),
	    cmocka_unit_test(refuses_what_is_published),
	    cmocka_unit_test(bounds_unfinished_uploads),
	    cmocka_unit_test(sweep_removes_only_strays),
	    cmocka_unit_test(ends_what_nobody_touched_for_a_week),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
