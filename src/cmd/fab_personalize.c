/* Makes a reel: feeds the production line, keeps its working file, finishes.
 * Must not keep a key that it was not told to make. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/fab.h"
#include "cmd/fab_keys.h"
#include "cmd/fab_line.h"
#include "cmd/fab_personalize.h"
#include "cmd/fab_reel.h"
#include "cmd/fab_work.h"

#define COUNT_MAX 100000000
#define SOFTWARE_MAX 1000000 /* chip files in one folder */
#define JOBS_MAX 256
#define MODEL "Birthmark software chip"
#define MODEL_MAX 31 /* with a blank and 32 digits a CN of 64 */
#define SKEW_S 3600
#define CHUNK 256
#define CHUNK_RSA 8 /* keys that take long: let progress be seen */
#define PROGRESS_MS 200

struct run {
	const struct fab_personalize *o;
	struct fab_dir fab;
	struct fab_reel reel;
	struct fab_work work;
	struct fab_keys *keys;
	struct fab_line *line;
	struct buf chain;
	char dir[FAB_DIR_PATH];
	uint8_t claim[16];
	uint64_t fed;	 /* chips given to the line, with those of before */
	uint64_t before; /* chips of earlier runs */
	bool no_more;	 /* public keys */
	int64_t started_ms, shown_ms;
};

static void progress(struct run *r, bool last)
{
	int64_t now_ms = clock_mono_ms();
	double took_s = (double)(now_ms - r->started_ms + 1) / 1000;
	double rate = (double)(r->work.done - r->before) / took_s;

	if (r->o->quiet || (!last && now_ms - r->shown_ms < PROGRESS_MS))
		return;
	r->shown_ms = now_ms;
	(void)fprintf(stderr, "\r%llu", (unsigned long long)r->work.done);
	if (r->o->count > 0)
		(void)fprintf(stderr, " of %llu",
		    (unsigned long long)r->o->count);
	(void)fprintf(stderr, " chips, %.0f/s", rate);
	if (r->o->count > r->work.done && rate >= 1)
		(void)fprintf(stderr, ", %.0f s left",
		    (double)(r->o->count - r->work.done) / rate);
	(void)fputs(last ? "\033[K\n" : "\033[K", stderr);
}

static enum rc next_key(struct run *r, struct span *base64, struct err *e)
{
	enum rc rc = fab_keys_next(r->keys, base64, e);

	if (rc != RC_NOT_FOUND)
		return rc;
	r->no_more = true;
	if (r->o->count > r->fed)
		return err_set(e, RC_INVALID, "keys-too-few",
		    "There are only %llu public keys for %llu chips.",
		    (unsigned long long)r->fed,
		    (unsigned long long)r->o->count);
	return RC_NOT_FOUND;
}

/* Public keys that have their certificate are passed over, if they are the
 * same as then. */
static enum rc skip_keys(struct run *r, struct err *e)
{
	struct span base64 = SPAN_NONE;
	struct buf spki;
	enum rc rc = RC_OK;

	buf_init(&spki, 4096);
	for (; r->fed < r->work.done && rc == RC_OK; r->fed++)
		rc = next_key(r, &base64, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && r->fed > 0 &&
		(!enc_unbase64(&spki, base64, true) ||
		    !span_eq(buf_span(&spki), buf_span(&r->work.last_spki)))))
		rc = err_set(e, RC_CONFLICT, "keys-differ",
		    "These are not the public keys that this reel was begun "
		    "with.");
	buf_clear(&spki);
	return rc;
}

static enum rc fill_given(struct run *r, struct err *e)
{
	struct span base64;
	enum rc rc = RC_OK;

	while (fab_line_filled(r->line) < CHUNK && !r->no_more &&
	    (r->o->count == 0 || r->fed < r->o->count)) {
		rc = next_key(r, &base64, e);
		if (rc != RC_OK)
			break;
		fab_line_add_key(r->line, base64, fab_keys_line(r->keys));
		r->fed++;
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The next chunk; without chips in it there is nothing left to do. */
static enum rc fill(struct run *r, struct err *e)
{
	uint64_t n = r->o->count - r->fed;
	uint64_t most = CHUNK;

	if (r->keys)
		return fill_given(r, e);
	if (r->reel.key != KEY_P256 && r->reel.key != KEY_P384)
		most = CHUNK_RSA;
	if (n > most)
		n = most;
	fab_line_add_chips(r->line, (unsigned int)n);
	r->fed += n;
	return RC_OK;
}

static enum rc take(struct run *r, struct err *e)
{
	unsigned int chips;
	enum rc rc;

	rc = fab_line_take(r->line, &r->work.pending, &chips, e);
	if (rc != RC_OK) {
		if (r->keys && e && e->line > 0) {
			struct err why = *e;

			(void)err_set(e, rc, why.slug,
			    "Public key at line %lu: %.400s", why.line,
			    why.text);
			e->line = why.line;
		}
		return rc;
	}
	r->work.done += chips;
	progress(r, false);
	return fab_work_flush(&r->work, false, e);
}

static enum rc make_chips(struct run *r, struct err *e)
{
	bool more = true;
	enum rc rc = RC_OK, kept;

	while (rc == RC_OK && (more || !fab_line_is_empty(r->line))) {
		if (!more || !fab_line_has_room(r->line)) {
			rc = take(r, e);
			continue;
		}
		rc = fill(r, e);
		more = rc == RC_OK && fab_line_filled(r->line) > 0;
		if (more)
			fab_line_start(r->line);
	}
	/* What is made is kept, also when something went wrong. */
	kept = fab_work_flush(&r->work, true, rc == RC_OK ? e : NULL);
	return rc == RC_OK ? kept : rc;
}

/* The type of the first key, which all others of the reel must have. */
static enum rc probe_key(struct run *r, struct err *e)
{
	struct fab_keys *keys;
	struct span base64;
	struct buf spki;
	enum rc rc;

	buf_init(&spki, 4096);
	rc = fab_keys_open(&keys, r->o->public_keys, e);
	if (rc != RC_OK)
		return rc;
	rc = fab_keys_next(keys, &base64, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_INVALID, "keys-none",
		    "There is no public key in \"%s\".", r->o->public_keys);
	else if (rc == RC_OK && !enc_unbase64(&spki, base64, true))
		rc = err_set(e, RC_INVALID, "keys-base64",
		    "The first public key is not base64.");
	else if (rc == RC_OK)
		rc = key_check_spki(buf_span(&spki), &r->reel.key, e);
	buf_clear(&spki);
	fab_keys_close(keys);
	return rc;
}

static enum rc run_line(struct run *r, struct err *e)
{
	struct fab_line_job job = {
	    .issuing_key = r->fab.issuing_key,
	    .birth = {.issuer_cert = buf_span(&r->fab.issuing),
		.key_type = r->reel.key,
		.org = r->fab.vendor,
		.model = r->o->model,
		.hw_type_oid = r->fab.hw_type_oid,
		.crl_url = r->fab.crl_url,
		.aia_url = r->fab.aia_url,
		.ocsp_url = r->fab.ocsp_url[0] ? r->fab.ocsp_url : NULL,
		.not_before = clock_now_s() - SKEW_S},
	    .bid = r->o->batch,
	    .chips_fd = r->work.chips_fd,
	    .chain = buf_span(&r->chain),
	    .jobs = r->o->jobs,
	};
	enum rc rc;

	rc = fab_line_new(&r->line, &job, e);
	if (rc != RC_OK)
		return rc;
	r->started_ms = clock_mono_ms();
	rc = make_chips(r, e);
	progress(r, true);
	fab_line_free(r->line);
	return rc;
}

static enum rc make_reel(struct run *r, struct err *e)
{
	enum rc rc;

	rc = fab_work_open(&r->work, r->dir, r->o->batch, !r->keys, e);
	if (rc != RC_OK)
		goto out;
	r->before = r->work.done;
	if (r->o->count > 0 && r->work.done > r->o->count) {
		rc = err_set(e, RC_CONFLICT, "reel-too-many",
		    "There are more chips in \"%s\" than the reel has.",
		    r->dir);
		goto out;
	}
	if (r->keys)
		rc = skip_keys(r, e);
	else
		r->fed = r->work.done;
	if (rc == RC_OK)
		rc = run_line(r, e);
	r->reel.count = r->work.done;
	if (rc == RC_OK && r->work.done == 0)
		rc = err_set(e, RC_INVALID, "keys-none",
		    "There is no public key in \"%s\".", r->o->public_keys);
	if (rc == RC_OK)
		rc = fab_reel_finish(&r->reel, e);
out:
	fab_work_close(&r->work);
	return rc;
}

static enum rc prepare(struct run *r, struct err *e)
{
	char reels[FAB_DIR_PATH];
	enum rc rc = RC_OK;

	if (r->o->out) {
		if (!span_copy_str(span_str(r->o->out), r->dir, sizeof(r->dir)))
			rc = err_set(e, RC_INVALID, "path-too-long",
			    "The path of --out is too long.");
	} else {
		rc = file_join(reels, sizeof(reels), r->o->dir, "reels", e);
		if (rc == RC_OK)
			rc = file_join(r->dir, sizeof(r->dir), reels,
			    r->o->reel, e);
	}
	if (rc == RC_OK)
		rc = file_mkdir(r->dir, 0700, e);
	if (rc == RC_OK)
		rc = fab_dir_claim(&r->fab, r->o->batch, r->o->open, r->claim,
		    e);
	enc_pem(&r->chain, "CERTIFICATE", buf_span(&r->fab.issuing));
	r->reel = (struct fab_reel){.fab = &r->fab,
	    .o = r->o,
	    .dir = r->dir,
	    .count = r->o->count,
	    .key = r->o->key,
	    .claim = r->claim};
	return rc;
}

static enum rc check(const struct fab_personalize *o, struct err *e)
{
	if (!fab_dir_is_id(o->reel) || !fab_dir_is_id(o->batch))
		return err_set(e, RC_INVALID, "reel-name",
		    "Give --reel and --batch: 1 to 64 letters, digits, dots, "
		    "dashes or underscores, a letter or digit first.");
	if (o->count > COUNT_MAX || (o->count == 0 && !o->public_keys))
		return err_set(e, RC_INVALID, "reel-count",
		    "Give the number of chips with --count, 1 to %d.",
		    COUNT_MAX);
	if (!o->public_keys && o->count > SOFTWARE_MAX)
		return err_set(e, RC_INVALID, "reel-count",
		    "At most %d software chips go into one reel; for more, "
		    "give their public keys (--keys none).",
		    SOFTWARE_MAX);
	if (!fab_dir_is_name(o->model) || strlen(o->model) > MODEL_MAX)
		return err_set(e, RC_INVALID, "reel-model",
		    "The model has 1 to %d printable characters.", MODEL_MAX);
	if (o->forms == 0)
		return err_set(e, RC_INVALID, "manifest-form",
		    "Choose at least one form of manifest.");
	return RC_OK;
}

static unsigned int default_jobs(unsigned int jobs)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (jobs == 0)
		jobs = cores > 0 ? (unsigned int)cores : 1;
	return jobs > JOBS_MAX ? JOBS_MAX : jobs;
}

static enum rc make(struct run *r, struct err *e)
{
	const char *from = r->o->public_keys;
	bool finished = false;
	enum rc rc;

	rc = prepare(r, e);
	/* Standard input can be read only once: there --key tells. */
	if (rc == RC_OK && from && strcmp(from, "-") != 0)
		rc = probe_key(r, e);
	if (rc == RC_OK)
		rc = fab_reel_begin(&r->reel, &finished, e);
	if (rc != RC_OK || finished)
		return rc;
	if (from)
		rc = fab_keys_open(&r->keys, from, e);
	if (rc == RC_OK)
		rc = make_reel(r, e);
	fab_keys_close(r->keys);
	return rc;
}

enum show { SHOW_NOTHING, SHOW_PLACE, SHOW_LABEL };

static enum rc make_and_show(const struct fab_personalize *given,
    enum show show, struct err *e)
{
	struct fab_personalize o = *given;
	struct run r = {.o = &o};
	enum rc rc;

	o.model = o.model ? o.model : MODEL;
	o.jobs = default_jobs(o.jobs);
	buf_init(&r.chain, 4 * (size_t)CERT_DER_MAX);
	rc = check(&o, e);
	if (rc == RC_OK)
		rc = fab_dir_open(&r.fab, o.dir, e);
	if (rc == RC_OK)
		rc = make(&r, e);
	if (rc == RC_OK && show == SHOW_LABEL)
		rc = fab_reel_show(&r.reel, e);
	if (rc == RC_OK && show != SHOW_NOTHING)
		(void)printf("The reel is in %s\n", r.dir);
	fab_dir_clear(&r.fab);
	buf_clear(&r.chain);
	explicit_bzero(r.claim, sizeof(r.claim));
	return rc;
}

enum rc fab_personalize_make(const struct fab_personalize *o, struct err *e)
{
	return make_and_show(o, SHOW_NOTHING, e);
}

static bool parse_forms(const char *text, unsigned int *forms)
{
	struct span rest = span_str(text), one;

	*forms = 0;
	while (rest.n > 0) {
		enum manifest_form f;

		(void)span_cut(&rest, ',', &one);
		f = manifest_form_of(one);
		if (f == MANIFEST_UNKNOWN)
			return false;
		*forms |= 1u << f;
	}
	return *forms != 0;
}

/* What the command line says in words. */
struct words {
	const char *key, *keys, *form;
	uint64_t jobs;
};

static enum rc read_words(const struct words *w, struct fab_personalize *o,
    struct err *e)
{
	bool none = strcmp(w->keys, "none") == 0;

	o->key = key_type_of(span_str(w->key));
	if (o->key == KEY_UNKNOWN)
		return err_set(e, RC_INVALID, "key-type",
		    "There is no type of key \"%s\": p256, p384, rsa2048, "
		    "rsa3072 or rsa4096.",
		    w->key);
	if (!none && strcmp(w->keys, "software") != 0)
		return err_set(e, RC_INVALID, "keys-kind",
		    "--keys is software or none.");
	if (none && !o->public_keys)
		return err_set(e, RC_INVALID, "keys-missing",
		    "With --keys none, give the public keys with "
		    "--public-keys FILE (\"-\": standard input).");
	if (!none && o->public_keys)
		return err_set(e, RC_INVALID, "keys-kind",
		    "--public-keys goes with --keys none.");
	if (w->form && !parse_forms(w->form, &o->forms))
		return err_set(e, RC_INVALID, "manifest-form",
		    "--form is a list of csv, jsonl, microchip.");
	o->jobs = w->jobs > JOBS_MAX ? JOBS_MAX : (unsigned int)w->jobs;
	return RC_OK;
}

int fab_personalize_main(int argc, char **argv)
{
	struct fab_personalize o = {.dir = FAB_DIR_DEFAULT,
	    .forms = FAB_PERSONALIZE_ALL};
	struct words w = {.key = "p256", .keys = "software"};
	const struct args_opt opts[] = {
	    {"reel", 0, ARGS_STR, &o.reel, "REEL", "name of the reel"},
	    {"batch", 0, ARGS_STR, &o.batch, "BID", "its Batch ID"},
	    {"count", 0, ARGS_U64, &o.count, "N", "number of chips"},
	    {"key", 0, ARGS_STR, &w.key, "TYPE",
		"p256 (default), p384, rsa2048, rsa3072, rsa4096"},
	    {"keys", 0, ARGS_STR, &w.keys, "KIND",
		"software (default): made and kept in chip files; none"},
	    {"public-keys", 0, ARGS_STR, &o.public_keys, "FILE",
		"with --keys none: PEM, or base64 SPKI a line"},
	    {"dir", 0, ARGS_STR, &o.dir, "DIR", "the fab (default: fab)"},
	    {"out", 0, ARGS_STR, &o.out, "DIR",
		"folder of the reel (default: DIR/reels/REEL)"},
	    {"host", 0, ARGS_STR, &o.host, "HOST[:PORT]",
		"the service that the label points to"},
	    {"open", 0, ARGS_FLAG, &o.open, NULL,
		"the Batch ID alone binds; no claim code"},
	    {"model", 0, ARGS_STR, &o.model, "NAME", "of the chips"},
	    {"form", 0, ARGS_STR, &w.form, "LIST",
		"manifests: csv,jsonl,microchip (default: all)"},
	    {"jobs", 'j', ARGS_U64, &w.jobs, "N",
		"threads (default: one a core)"},
	    {NULL, 0, ARGS_FLAG, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {
	    "birthmark fab personalize --reel REEL --batch BID --count N "
	    "[OPTION]...",
	    "Makes the chips of a reel, their signed manifest and the label.\n"
	    "Killed at any moment and run again, it continues.",
	    opts, 0, 0};
	struct err e = {.text = ""};
	enum show show;
	bool help;
	int npos;

	if (args_parse(&cmd, argc, argv, &npos, &help, &e) != RC_OK)
		return fab_fail(&e, 1);
	if (help) {
		args_help(&cmd);
		return 0;
	}
	if (read_words(&w, &o, &e) != RC_OK)
		return fab_fail(&e, 1);
	o.quiet = !isatty(STDERR_FILENO);
	/* The label holds the claim code: only people get to see it. */
	show = isatty(STDOUT_FILENO) ? SHOW_LABEL : SHOW_PLACE;
	if (make_and_show(&o, show, &e) != RC_OK)
		return fab_fail(&e, 0);
	return 0;
}
