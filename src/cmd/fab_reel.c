/* Finishes a reel: manifests, signatures, label.
 * Must be able to run again from any point at which it was killed. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "cmd/fab_convert.h"
#include "cmd/fab_reel.h"
#include "pki/cms.h"
#include "pki/label.h"

#define TEXT_MAX (1024 * 1024)

static enum rc path_of(const struct fab_reel *r, const char *name, char *out,
    struct err *e)
{
	return file_join(out, FAB_DIR_PATH, r->dir, name, e);
}

static enum rc put(const struct fab_reel *r, const char *name, struct buf *data,
    mode_t mode, struct err *e)
{
	char path[FAB_DIR_PATH];
	enum rc rc = path_of(r, name, path, e);

	if (rc == RC_OK && !buf_ok(data))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (rc == RC_OK)
		rc = file_write(path, buf_span(data), mode, e);
	return rc;
}

static void put_facts(const struct fab_reel *r, struct json *w, uint64_t count)
{
	json_put_str(w, "vendor", r->fab->vendor);
	json_put_str(w, "batch", r->o->batch);
	json_put_str(w, "reel", r->o->reel);
	json_put_u64(w, "count", count);
	json_put_bool(w, "open", r->o->open);
	json_put_str(w, "key", key_type_name(r->key));
	json_put_str(w, "keys", r->o->public_keys ? "given" : "software");
	json_put_str(w, "model", r->o->model);
}

/* A run that was killed after naming the manifest gets it back. */
static enum rc take_up(const struct fab_reel *r, struct err *e)
{
	char work[FAB_DIR_PATH], csv[FAB_DIR_PATH];
	enum rc rc;

	rc = path_of(r, "work.csv", work, e);
	if (rc == RC_OK)
		rc = path_of(r, "manifest.csv", csv, e);
	if (rc == RC_OK && !file_exists(work) && file_exists(csv) &&
	    rename(csv, work) != 0)
		rc = err_sys(e, "manifest-write", "Cannot rename \"%s\"", csv);
	return rc;
}

/* begun.json holds the facts alone, so equal options give equal bytes. */
enum rc fab_reel_begin(const struct fab_reel *r, bool *finished, struct err *e)
{
	char path[FAB_DIR_PATH], done[FAB_DIR_PATH];
	struct buf now, was;
	struct json w;
	enum rc rc;

	*finished = false;
	buf_init(&now, TEXT_MAX);
	buf_init(&was, TEXT_MAX);
	json_init(&w, &now);
	json_obj(&w);
	put_facts(r, &w, r->o->count);
	json_end(&w);
	buf_add_str(&now, "\n");
	rc = path_of(r, "begun.json", path, e);
	if (rc == RC_OK)
		rc = path_of(r, "reel.json", done, e);
	if (rc == RC_OK && !file_exists(path))
		rc = file_write(path, buf_span(&now), 0644, e);
	if (rc == RC_OK)
		rc = file_read(path, &was, e);
	if (rc == RC_OK && !span_eq(buf_span(&now), buf_span(&was)))
		rc = err_set(e, RC_CONFLICT, "reel-differs",
		    "The folder \"%s\" holds a reel that was begun with other "
		    "options (see begun.json there). Use the same options to "
		    "finish it, or another --reel or --out.",
		    r->dir);
	*finished = rc == RC_OK && file_exists(done);
	if (rc == RC_OK && !*finished)
		rc = take_up(r, e);
	buf_clear(&now);
	buf_clear(&was);
	return rc;
}

static enum rc put_chain(const struct fab_reel *r, struct err *e)
{
	struct buf pem;
	enum rc rc;

	buf_init(&pem, TEXT_MAX);
	enc_pem(&pem, "CERTIFICATE", buf_span(&r->fab->issuing));
	enc_pem(&pem, "CERTIFICATE", buf_span(&r->fab->root));
	rc = put(r, "ca.pem", &pem, 0644, e);
	if (rc == RC_OK) {
		buf_reset(&pem);
		enc_pem(&pem, "CERTIFICATE", buf_span(&r->fab->signer));
		rc = put(r, "manifest-signer.pem", &pem, 0644, e);
	}
	buf_clear(&pem);
	return rc;
}

/* p borrows from label. */
static void make_label(const struct fab_reel *r, struct label *label,
    struct label_print *p)
{
	memset(label, 0, sizeof(*label));
	(void)snprintf(label->bid, sizeof(label->bid), "%s", r->o->batch);
	label->has_code = !r->o->open;
	if (label->has_code)
		memcpy(label->code, r->claim, LABEL_CODE_BYTES);
	*p = (struct label_print){
	    .label = label,
	    .host = r->o->host ? r->o->host : r->fab->host,
	    .vendor = r->fab->vendor,
	    .reel = r->o->reel,
	    .count = r->count,
	};
}

/* The pictures hold the claim code too: all are for the owner only. */
static enum rc put_label(const struct fab_reel *r, struct err *e)
{
	static const struct {
		const char *name;
		enum rc (*draw)(const struct label_print *p, struct buf *out,
		    struct err *e);
	} files[] = {
	    {"label.svg", label_svg},
	    {"label.png", label_png},
	    {"label.txt", label_text},
	};
	struct label label;
	struct label_print p;
	struct buf out;
	enum rc rc = RC_OK;
	size_t i;

	make_label(r, &label, &p);
	buf_init(&out, TEXT_MAX);
	for (i = 0; rc == RC_OK && i < sizeof(files) / sizeof(*files); i++) {
		buf_reset(&out);
		rc = files[i].draw(&p, &out, e);
		if (rc == RC_OK)
			rc = put(r, files[i].name, &out, 0600, e);
	}
	buf_clear_secret(&out);
	explicit_bzero(&label, sizeof(label));
	return rc;
}

static void manifest_name(enum manifest_form f, char *out, size_t cap)
{
	(void)snprintf(out, cap, "manifest%s", manifest_form_suffix(f));
}

static enum rc sign(const struct fab_reel *r, struct key *signer,
    const char *file, enum manifest_form f, struct err *e)
{
	char name[64];
	struct buf cms;
	enum rc rc;
	size_t n;

	buf_init(&cms, CMS_MAX);
	rc = cms_sign(file, signer, buf_span(&r->fab->signer),
	    buf_span(&r->fab->issuing), &cms, e);
	manifest_name(f, name, sizeof(name));
	n = strlen(name);
	(void)snprintf(name + n, sizeof(name) - n, ".p7s");
	if (rc == RC_OK)
		rc = put(r, name, &cms, 0644, e);
	buf_clear(&cms);
	return rc;
}

static enum rc put_manifests(const struct fab_reel *r, const char *work,
    struct err *e)
{
	char name[64], path[FAB_DIR_PATH];
	struct key *signer = NULL;
	enum manifest_form f;
	enum rc rc;

	rc = key_open(&signer, r->fab->signer_key, e);
	for (f = MANIFEST_CSV; rc == RC_OK && f < MANIFEST_UNKNOWN; f++) {
		if (!(r->o->forms & 1u << f))
			continue;
		manifest_name(f, name, sizeof(name));
		rc = path_of(r, name, path, e);
		if (rc == RC_OK && f != MANIFEST_CSV)
			rc = fab_convert(r->fab, work, f, path, e);
		if (rc == RC_OK)
			rc = sign(r, signer, f == MANIFEST_CSV ? work : path, f,
			    e);
	}
	key_free(signer);
	return rc;
}

static enum rc put_reel(const struct fab_reel *r, struct err *e)
{
	char hex[2 * 32 + 1], name[64];
	uint8_t hash[32];
	enum manifest_form f;
	struct buf text;
	struct json w;
	enum rc rc;

	label_code_hash(r->claim, hash);
	buf_init(&text, TEXT_MAX);
	json_init(&w, &text);
	json_obj(&w);
	put_facts(r, &w, r->count);
	json_put_str(&w, "host", r->o->host ? r->o->host : r->fab->host);
	json_key(&w, "claim_sha256");
	if (r->o->open) {
		json_nil(&w);
	} else {
		enc_hex_str(hex, span_of(hash, sizeof(hash)));
		json_str(&w, hex);
	}
	json_put_time(&w, "created_at", clock_now_s());
	json_key(&w, "forms");
	json_arr(&w);
	for (f = MANIFEST_CSV; f < MANIFEST_UNKNOWN; f++) {
		if (!(r->o->forms & 1u << f))
			continue;
		manifest_name(f, name, sizeof(name));
		json_obj(&w);
		json_put_str(&w, "form", manifest_form_name(f));
		json_put_str(&w, "file", name);
		(void)snprintf(name + strlen(name), sizeof(name) - strlen(name),
		    ".p7s");
		json_put_str(&w, "signature", name);
		json_end(&w);
	}
	json_end(&w);
	json_end(&w);
	buf_add_str(&text, "\n");
	rc = put(r, "reel.json", &text, 0644, e);
	buf_clear(&text);
	return rc;
}

enum rc fab_reel_finish(const struct fab_reel *r, struct err *e)
{
	char work[FAB_DIR_PATH], csv[FAB_DIR_PATH] = "";
	bool keep = r->o->forms & 1u << MANIFEST_CSV;
	enum rc rc;

	rc = path_of(r, "work.csv", work, e);
	if (rc == RC_OK)
		rc = path_of(r, "manifest.csv", csv, e);
	if (rc == RC_OK)
		rc = put_manifests(r, work, e);
	if (rc == RC_OK)
		rc = put_chain(r, e);
	if (rc == RC_OK)
		rc = put_label(r, e);
	/* Until reel.json is there, a further run goes on from the working
	 * file, under this name or the other. */
	if (rc == RC_OK && keep && rename(work, csv) != 0)
		rc = err_sys(e, "manifest-write", "Cannot finish \"%s\"", work);
	if (rc == RC_OK)
		rc = put_reel(r, e);
	if (rc == RC_OK && !keep)
		(void)unlink(work);
	return rc;
}

enum rc fab_reel_show(const struct fab_reel *r, struct err *e)
{
	struct label_print p;
	struct label label;
	struct buf out;
	enum rc rc;

	make_label(r, &label, &p);
	buf_init(&out, TEXT_MAX);
	rc = label_terminal(&p, &out, e);
	if (rc == RC_OK)
		rc = label_text(&p, &out, e);
	if (rc == RC_OK)
		(void)fwrite(out.p, 1, out.n, stdout);
	buf_clear_secret(&out);
	explicit_bzero(&label, sizeof(label));
	return rc;
}
