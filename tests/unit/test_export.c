/* Export: what comes out is what came in, certificate by certificate. */
#include <archive.h>
#include <archive_entry.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/export.h"
#include "tests/unit/publish_case.h"

#define BID "EXPBATCH"
#define CHIPS 300

static void open_bound(struct publish_case *pc)
{
	char code[LABEL_CODE_SIZE];
	struct bind_request r = {.bid = SPAN_LIT(BID)};
	struct store_bind b;
	bool already;

	publish_case_open(pc);
	publish_case_reel(pc, BID, "R1", false, CHIPS - 1);
	publish_case_reel(pc, BID, "R2", false, 1);
	label_code_text(pc->code, code);
	r.code = span_str(code);
	PUBLISH_OK(bind_batch(&pc->core, &pc->oem, &r, &b, &already, &pc->e));
}

static void read_all(struct publish_case *pc, enum manifest_form form, bool zip,
    struct buf *out)
{
	struct export *x;
	struct buf piece;
	enum rc rc;

	buf_init(&piece, 8u << 20);
	buf_init(out, 64u << 20);
	PUBLISH_OK(export_new(&x, &pc->core, &pc->oem,
	    &(struct export_request){BID, form, zip}, &pc->e));
	do {
		buf_reset(&piece);
		rc = export_read(x, &piece, &pc->e);
		/* Flat: never much more than a piece at once. */
		assert_true(piece.n < 256 * 1024);
		buf_add_span(out, buf_span(&piece));
	} while (rc == RC_OK);
	assert_int_equal(rc, RC_NOT_FOUND);
	assert_true(buf_ok(out));
	export_free(x);
	buf_clear(&piece);
}

/* Every certificate of the batch, in order, byte for byte. */
static void same_as_stored(struct publish_case *pc, struct span text,
    enum manifest_form form, struct span signer)
{
	struct manifest_split *split = manifest_split_new(form);
	struct manifest_decoder *dec = manifest_decoder_new(form);
	struct manifest_entry x;
	struct device_walk *w;
	struct device_cert at;
	unsigned long line;
	struct span raw;
	enum rc rc = RC_AGAIN;
	unsigned int n = 0;

	PUBLISH_OK(device_walk_new(&w, &pc->core, BID, 0, &pc->e));
	if (signer.n > 0)
		PUBLISH_OK(manifest_decoder_add_signer(dec, signer, &pc->e));
	for (;;) {
		rc = manifest_split_next(split, &raw, &line, &pc->e);
		if (rc == RC_AGAIN && text.n > 0) {
			size_t some = text.n < 5000 ? text.n : 5000;

			PUBLISH_OK(manifest_split_feed(split,
			    span_sub(text, 0, some), &pc->e));
			text = span_sub(text, some, text.n);
			continue;
		}
		if (rc == RC_AGAIN) {
			manifest_split_finish(split);
			continue;
		}
		if (rc != RC_OK)
			break;
		PUBLISH_OK(manifest_decode(dec, raw, line, &x, &pc->e));
		PUBLISH_OK(device_walk_next(w, &at, &pc->e));
		assert_true(span_eq(x.cert, at.der));
		assert_true(span_eq_str(x.group_id, BID));
		n++;
	}
	assert_int_equal(rc, RC_NOT_FOUND);
	assert_int_equal(n, CHIPS);
	device_walk_free(w);
	manifest_split_free(split);
	manifest_decoder_free(dec);
}

static void exports_what_was_imported(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct buf out;
	int form;

	(void)state;
	open_bound(pc);
	for (form = MANIFEST_CSV; form <= MANIFEST_JSONL; form++) {
		read_all(pc, (enum manifest_form)form, false, &out);
		same_as_stored(pc, buf_span(&out), (enum manifest_form)form,
		    SPAN_NONE);
		buf_clear(&out);
	}
	publish_case_close(pc);
}

static void exports_a_zip(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct archive *a = archive_read_new();
	struct archive_entry *f;
	struct buf zip, text;
	unsigned int files = 0;
	char block[4096];
	la_ssize_t n;

	(void)state;
	open_bound(pc);
	read_all(pc, MANIFEST_CSV, true, &zip);
	buf_init(&text, 64u << 20);
	assert_int_equal(archive_read_support_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_read_open_memory(a, zip.p, zip.n), ARCHIVE_OK);
	while (archive_read_next_header(a, &f) == ARCHIVE_OK) {
		bool manifest =
		    strcmp(archive_entry_pathname(f), BID ".csv") == 0;

		files++;
		while ((n = archive_read_data(a, block, sizeof(block))) > 0)
			if (manifest)
				buf_add(&text, block, (size_t)n);
		assert_int_equal(n, 0);
	}
	assert_int_equal(files, 2);
	assert_true(zip.n < text.n);
	same_as_stored(pc, buf_span(&text), MANIFEST_CSV, SPAN_NONE);
	assert_int_equal(archive_read_free(a), ARCHIVE_OK);
	buf_clear(&zip);
	buf_clear(&text);
	publish_case_close(pc);
}

/* The signer is a process of its own, as in the service. */
static void exports_signed_entries(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct buf out, pem, der;
	struct signer_client worker = {.may = SIGNER_MAY_WORKER};
	char keys[300];
	int fds[2], status;
	pid_t pid;

	(void)state;
	open_bound(pc);
	(void)snprintf(keys, sizeof(keys), "%.200s/signer", pc->store.dir);
	PUBLISH_OK(signer_init(keys, &pc->e));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		worker.fd = fds[1];
		_exit(signer_run(keys, &worker, 1));
	}
	(void)close(fds[1]);
	pc->core.signer = signer_new(fds[0]);
	read_all(pc, MANIFEST_MICROCHIP, false, &out);
	buf_init(&pem, 16384);
	buf_init(&der, CERT_DER_MAX);
	PUBLISH_OK(signer_entry_pem(pc->core.signer, &pem, &pc->e));
	PUBLISH_OK(cert_read(&der, buf_span(&pem), &pc->e));
	same_as_stored(pc, buf_span(&out), MANIFEST_MICROCHIP, buf_span(&der));
	signer_free(pc->core.signer);
	pc->core.signer = NULL;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	buf_clear(&out);
	buf_clear(&pem);
	buf_clear(&der);
	publish_case_close(pc);
}

static void exports_nothing_to_others(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct core_actor other;
	struct export *x;

	(void)state;
	open_bound(pc);
	other = publish_case_account(pc, "rival");
	assert_int_equal(export_new(&x, &pc->core, &other,
			     &(struct export_request){BID, MANIFEST_CSV, false},
			     &pc->e),
	    RC_NOT_FOUND);
	assert_null(x);
	/* Without a signer there is no signed form. */
	assert_int_equal(export_new(&x, &pc->core, &pc->oem,
			     &(struct export_request){BID, MANIFEST_MICROCHIP,
				 false},
			     &pc->e),
	    RC_AGAIN);
	publish_case_close(pc);
}

static void break_leaves_nothing_open(void **state)
{
	struct publish_case pc_, *pc = &pc_;
	struct export *x;
	struct buf out;

	(void)state;
	open_bound(pc);
	buf_init(&out, 8u << 20);
	PUBLISH_OK(export_new(&x, &pc->core, &pc->oem,
	    &(struct export_request){BID, MANIFEST_CSV, true}, &pc->e));
	PUBLISH_OK(export_read(x, &out, &pc->e));
	export_free(x);
	buf_clear(&out);
	publish_case_close(pc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exports_what_was_imported),
	    cmocka_unit_test(exports_a_zip),
	    cmocka_unit_test(exports_signed_entries),
	    cmocka_unit_test(exports_nothing_to_others),
	    cmocka_unit_test(break_leaves_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
