/* A queued upload becomes a reel, all of it or nothing.
 * Must not read anything of a manifest before its signature holds. */
#include "core/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/metric.h"
#include "core/audit.h"
#include "core/batch.h"
#include "core/intake.h"
#include "core/tx.h"
#include "core/upload.h"
#include "core/vendor.h"
#include "pki/cms.h"

#define CANDIDATES 16
#define SIGNERS_MAX 64

/* One upload under work. */
struct work {
	struct core *c;
	struct store_upload u;
	struct core_actor actor; /* who asked for it */
	struct store_reel reel;	 /* id 0: none yet */
	struct vendor_cas cas;
	struct buf signature;
	struct buf signers_der;
	struct span signers[SIGNERS_MAX];
	size_t signers_n;
	char path[UPLOAD_PATH_SIZE];
	int fd; /* of the spool file, locked */
	unsigned int threads;
	const volatile bool *stop;
};

static void work_init(struct work *w, struct core *c)
{
	memset(w, 0, sizeof(*w));
	w->c = c;
	w->fd = -1;
	buf_init(&w->signature, UPLOAD_SIGNATURE_MAX);
	buf_init(&w->signers_der, UPLOAD_SIGNATURE_MAX);
}

static void work_clear(struct work *w)
{
	vendor_cas_clear(&w->cas);
	buf_clear(&w->signature);
	buf_clear(&w->signers_der);
	if (w->fd >= 0)
		(void)close(w->fd);
	w->fd = -1;
}

static void set_actor(struct work *w)
{
	struct core_actor *a = &w->actor;

	memset(a, 0, sizeof(*a));
	(void)snprintf(a->id, sizeof(a->id), "%s", w->u.by_id);
	(void)snprintf(a->name, sizeof(a->name), "%s", w->u.by_name);
	(void)snprintf(a->from, sizeof(a->from), "%s", w->u.by_from);
	(void)snprintf(a->scope_id, sizeof(a->scope_id), "%s", w->u.vendor_id);
	a->scope = CORE_SCOPE_VENDOR;
	a->now_s = clock_now_s();
}

/* The lock goes with its process, whatever ends that.  RC_NOT_FOUND while
 * another one has it. */
static enum rc take(struct work *w, const char *upload_id, struct err *e)
{
	enum rc rc = upload_lock(w->c, upload_id, w->path, &w->fd, e);

	if (rc != RC_OK)
		return rc;
	rc = store_upload_find(w->c->store, upload_id, &w->u, e);
	if (rc == RC_OK)
		set_actor(w);
	return rc;
}

/* Signatures */

static enum rc refuse_signer(struct err *e)
{
	return err_set(e, RC_INVALID, "signer-is-chip",
	    "The manifest is signed with a chip's certificate; it has to be "
	    "one that the vendor issued for signing manifests.");
}

static enum rc add_signer(struct work *w, struct chain *chain, struct span der,
    struct err *e)
{
	struct cert cert;
	enum rc rc = cert_parse(&cert, der, e);

	/* CAs below the registered ones may come along. */
	if (rc == RC_OK && cert.is_ca)
		return chain_add(chain, der, false, w->actor.now_s, e);
	if (rc == RC_OK)
		rc = chain_check(chain, &cert, w->actor.now_s, e);
	if (rc == RC_OK && cert_hw_serial(&cert).n > 0)
		rc = refuse_signer(e);
	if (rc != RC_OK)
		return rc;
	if (w->signers_n == SIGNERS_MAX)
		return err_set(e, RC_TOO_LARGE, "too-many-signers",
		    "A manifest has at most %d log signers.", SIGNERS_MAX);
	if (w->signers_n == 0)
		cert_fingerprint(der, w->reel.signer_fp);
	/* Where it is, is known when the buffer has stopped moving. */
	w->signers[w->signers_n++].n = der.n;
	buf_add_span(&w->signers_der, der);
	return RC_OK;
}

/* Microchip's entries are signed one by one; what is checked ahead is who may
 * sign them. */
static enum rc check_log_signers(struct work *w, struct chain *chain,
    struct err *e)
{
	struct span pem = buf_span(&w->signature);
	struct buf der;
	size_t i, at = 0;
	enum rc rc = RC_OK;

	buf_init(&der, CERT_DER_MAX);
	while (rc == RC_OK && enc_unpem(&der, "CERTIFICATE", &pem)) {
		rc = add_signer(w, chain, buf_span(&der), e);
		buf_reset(&der);
	}
	buf_clear(&der);
	if (rc != RC_OK)
		return rc;
	if (w->signers_n == 0)
		return err_set(e, RC_INVALID, "signer-missing",
		    "No log signer's certificate (PEM) came with the "
		    "manifest.");
	for (i = 0; i < w->signers_n; at += w->signers[i++].n)
		w->signers[i].p = w->signers_der.p + at;
	return RC_OK;
}

static enum rc check_signature(struct work *w, struct err *e)
{
	struct chain *chain = NULL;
	enum rc rc;

	rc = vendor_cas_load(w->c, w->u.vendor_id, w->actor.now_s, &w->cas, e);
	if (rc == RC_OK)
		rc = vendor_cas_chain(&w->cas, w->actor.now_s, &chain, e);
	if (rc == RC_OK)
		rc = store_upload_signature(w->c->store, w->u.id, &w->signature,
		    e);
	if (rc != RC_OK)
		goto out;
	if (manifest_form_of(span_str(w->u.form)) == MANIFEST_MICROCHIP)
		rc = check_log_signers(w, chain, e);
	else
		rc = cms_verify(w->path, buf_span(&w->signature), chain,
		    w->actor.now_s, w->reel.signer_fp, e);
out:
	chain_free(chain);
	return rc;
}

/* Staging */

static enum rc on_begin(void *ctx, struct span template, struct err *e)
{
	struct work *w = ctx;

	return store_reel_template_set(w->c->store, w->reel.id, template, e);
}

static enum rc on_progress(void *ctx, uint64_t checked, uint64_t bytes,
    struct err *e)
{
	struct work *w = ctx;

	return store_upload_progress(w->c->store, w->u.id, checked, bytes,
	    clock_now_s(), e);
}

/* The reel's row, and nothing staged under it. */
static enum rc stage(struct work *w, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = store_reel_find_upload(w->c->store, w->u.id, &w->reel, e);
	if (rc == RC_OK)
		return device_writer_erase(w->c, w->reel.id, e);
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = tx_begin(w->c, &tx, e);
	if (rc == RC_OK)
		rc = upload_may(w->c, &w->u, e);
	memset(&w->reel, 0, sizeof(w->reel));
	(void)snprintf(w->reel.vendor_id, sizeof(w->reel.vendor_id), "%s",
	    w->u.vendor_id);
	(void)snprintf(w->reel.bid, sizeof(w->reel.bid), "%s", w->u.bid);
	(void)snprintf(w->reel.name, sizeof(w->reel.name), "%s", w->u.reel);
	(void)snprintf(w->reel.form, sizeof(w->reel.form), "%s", w->u.form);
	(void)snprintf(w->reel.upload_id, sizeof(w->reel.upload_id), "%s",
	    w->u.id);
	if (rc == RC_OK)
		rc = store_reel_add(w->c->store, &w->reel, e);
	return tx_end(w->c, &tx, rc, e);
}

static enum rc take_in(struct work *w, struct err *e)
{
	struct intake in = {
	    .fd = w->fd,
	    .form = manifest_form_of(span_str(w->u.form)),
	    .dir = w->c->dir,
	    .bid = w->u.bid,
	    .reel_id = w->reel.id,
	    .now_s = w->actor.now_s,
	    .threads = w->threads,
	    .cas = w->cas.list,
	    .cas_n = w->cas.n,
	    .signers = w->signers,
	    .signers_n = w->signers_n,
	    .begin = on_begin,
	    .progress = on_progress,
	    .ctx = w,
	    .stop = w->stop,
	};
	struct intake_result out;
	enum rc rc = intake_run(&in, &out, e);

	w->u.checked = w->u.devices = out.devices;
	w->u.bytes_done = out.bytes;
	w->reel.devices = out.devices;
	memcpy(w->reel.manifest_sha256, out.sha256, sizeof(out.sha256));
	(void)snprintf(w->u.error_certificate, sizeof(w->u.error_certificate),
	    "%s", out.certificate);
	if (rc != RC_OK)
		return rc;
	w->u.error_certificate[0] = '\0';
	if (w->u.has_sha256 &&
	    memcmp(out.sha256, w->u.sha256, sizeof(out.sha256)) != 0)
		return err_set(e, RC_INVALID, "sha256-wrong",
		    "The manifest's SHA-256 is not the declared one.");
	return RC_OK;
}

/* The one transaction that makes it all count. */
static enum rc finish(struct work *w, struct err *e)
{
	struct audit_entry entry = {.action = "publish",
	    .scope_id = w->u.vendor_id,
	    .target = w->u.bid};
	struct store_batch b = {0};
	char detail[160];
	struct tx tx = TX_NONE;
	enum rc rc;

	w->actor.now_s = clock_now_s();
	w->reel.published_at = b.published_at = w->actor.now_s;
	w->u.updated_at = w->u.finished_at = w->actor.now_s;
	(void)snprintf(b.bid, sizeof(b.bid), "%s", w->u.bid);
	(void)snprintf(b.vendor_id, sizeof(b.vendor_id), "%s", w->u.vendor_id);
	b.open = w->u.open;
	b.has_claim = w->u.has_claim;
	memcpy(b.claim_hash, w->u.claim_hash, sizeof(b.claim_hash));
	(void)snprintf(detail, sizeof(detail), "reel %s, %llu devices",
	    w->u.reel, (unsigned long long)w->u.devices);
	entry.detail = detail;
	rc = tx_begin(w->c, &tx, e);
	if (rc == RC_OK)
		rc = upload_may(w->c, &w->u, e);
	if (rc == RC_OK)
		rc = store_reel_publish(w->c->store, &w->reel, e);
	if (rc == RC_OK)
		rc = store_batch_grow(w->c->store, &b, w->u.devices, e);
	if (rc == RC_OK)
		rc = store_upload_move(w->c->store, &w->u, "verifying",
		    "published", e);
	if (rc == RC_OK)
		rc = audit_add(w->c, &w->actor, &entry, e);
	return tx_end(w->c, &tx, rc, e);
}

static enum rc reject(struct work *w, const struct err *why, struct err *e)
{
	struct store_upload *u = &w->u;
	struct audit_entry entry = {.action = "publish",
	    .scope_id = u->vendor_id,
	    .target = u->bid,
	    .outcome = why->rc,
	    .reason = why->slug,
	    .detail = why->text};
	struct tx tx = TX_NONE;
	enum rc rc;

	/* Staged rows first, so that whoever sees the refusal can try again.
	 * Damaged ones stay: tried for ever, they would hold up all others. */
	rc = publish_tidy_upload(w->c, u->id, e);
	if (rc == RC_AGAIN || rc == RC_ENV)
		return rc;
	w->actor.now_s = clock_now_s();
	u->updated_at = u->finished_at = w->actor.now_s;
	u->devices = 0;
	(void)snprintf(u->error_code, sizeof(u->error_code), "%s",
	    why->slug ? why->slug : "internal");
	(void)snprintf(u->error_detail, sizeof(u->error_detail), "%s",
	    why->text);
	u->error_line = why->line;
	rc = tx_begin(w->c, &tx, e);
	if (rc == RC_OK)
		rc = store_upload_move(w->c->store, u, "verifying", "rejected",
		    e);
	if (rc == RC_OK)
		rc = audit_add(w->c, &w->actor, &entry, e);
	return tx_end(w->c, &tx, rc, e);
}

static enum rc check_size(struct work *w, struct err *e)
{
	struct stat st;

	if (fstat(w->fd, &st) != 0)
		return err_sys(e, "spool", "The spool file cannot be read");
	if ((uint64_t)st.st_size != w->u.size)
		return err_set(e, RC_INVALID, "spool-lost",
		    "The uploaded file was lost; upload it again.");
	return RC_OK;
}

static enum rc publish(struct work *w, struct err *e)
{
	enum rc rc = RC_OK;

	if (strcmp(w->u.state, "queued") == 0) {
		w->u.updated_at = w->actor.now_s;
		rc = store_upload_move(w->c->store, &w->u, "queued",
		    "verifying", e);
	}
	if (rc == RC_OK)
		rc = stage(w, e);
	if (rc == RC_OK)
		rc = check_size(w, e);
	if (rc == RC_OK)
		rc = check_signature(w, e);
	if (rc == RC_OK)
		rc = take_in(w, e);
	if (rc == RC_OK)
		rc = finish(w, e);
	return rc;
}

/* The state as others may have made it meanwhile. */
static bool is_cancelled(struct work *w)
{
	struct store_upload now;

	return store_upload_find(w->c->store, w->u.id, &now, NULL) == RC_OK &&
	    strcmp(now.state, "cancelled") == 0;
}

static enum rc settle(struct work *w, enum rc rc, struct err *e)
{
	struct err why = *e;
	enum rc done;

	if (rc == RC_OK) {
		metric_add(METRIC_DEVICES_PUBLISHED, (int64_t)w->u.devices);
		log_info("published %s: reel %s, %llu devices", w->u.bid,
		    w->u.reel, (unsigned long long)w->u.devices);
		(void)unlink(w->path);
		return RC_OK;
	}
	if (is_cancelled(w)) {
		if (publish_tidy_upload(w->c, w->u.id, &why) == RC_OK)
			(void)unlink(w->path);
		return rc;
	}
	/* Not the manifest's fault: it will be tried again. */
	if (rc == RC_AGAIN || rc == RC_ENV)
		return rc;
	done = reject(w, &why, e);
	if (done != RC_OK)
		return done;
	metric_add(METRIC_UPLOADS_REJECTED, 1);
	log_err(LOG_INFO, "a manifest was rejected", &why);
	(void)unlink(w->path);
	*e = why;
	return rc;
}

/* Locks the first upload in this state that nobody works on. */
static enum rc find_work(struct work *w, const char *state, struct err *e)
{
	struct store_upload *list = calloc(CANDIDATES, sizeof(*list));
	size_t i, n = 0;
	enum rc rc;

	if (!list)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = store_upload_list_state(w->c->store, state, list, CANDIDATES, &n,
	    e);
	if (rc == RC_OK)
		rc = RC_NOT_FOUND;
	for (i = 0; i < n && rc == RC_NOT_FOUND; i++) {
		rc = take(w, list[i].id, e);
		if (rc == RC_OK && strcmp(w->u.state, state) != 0) {
			(void)close(w->fd);
			w->fd = -1;
			rc = RC_NOT_FOUND;
		}
	}
	free(list);
	return rc;
}

enum rc publish_next(struct core *c, unsigned threads,
    const volatile bool *stop, struct err *e)
{
	struct work *w = malloc(sizeof(*w));
	struct err own = {0};
	enum rc rc;

	if (!w)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	work_init(w, c);
	w->threads =
	    threads > 0 ? threads : (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	w->stop = stop;
	rc = find_work(w, "verifying", &own);
	if (rc == RC_NOT_FOUND)
		rc = find_work(w, "queued", &own);
	if (rc == RC_OK)
		rc = settle(w, publish(w, &own), &own);
	if (rc != RC_OK && e)
		*e = own;
	work_clear(w);
	free(w);
	return rc;
}
