/* Uploads on their way in.
 * Must not read what they hold. */
#include "core/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "core/audit.h"
#include "core/batch.h"
#include "core/tx.h"
#include "pki/label.h"
#include "pki/manifest.h"

static const char closed_text[] =
    "The upload is %s and takes nothing more; start another one.";

enum rc upload_path(const struct core *c, const char *id,
    char out[UPLOAD_PATH_SIZE], struct err *e)
{
	char name[RAND_ID_SIZE + 8];

	(void)snprintf(name, sizeof(name), "spool/%s", id);
	return file_join(out, UPLOAD_PATH_SIZE, c->dir, name, e);
}

enum rc upload_lock(const struct core *c, const char *id,
    char path[UPLOAD_PATH_SIZE], int *fd, struct err *e)
{
	enum rc rc = upload_path(c, id, path, e);

	*fd = -1;
	if (rc != RC_OK)
		return rc;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return err_sys(e, "spool", "A spool file cannot be opened");
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return RC_OK;
	(void)close(*fd);
	*fd = -1;
	return RC_NOT_FOUND;
}

static enum rc check_digest(struct span hex, const char *what, bool *has,
    uint8_t out[32], struct err *e)
{
	size_t n = 0;

	*has = hex.n > 0;
	if (hex.n == 0 || (enc_unhex(hex, out, &n, 32) && n == 32))
		return RC_OK;
	return err_set(e, RC_INVALID, "bad-digest",
	    "%s has to be 64 hexadecimal digits.", what);
}

static enum rc check_request(const struct upload_request *r,
    struct store_upload *u, struct err *e)
{
	enum rc rc;

	if (!label_is_bid(r->batch) || !label_is_bid(r->reel) ||
	    !span_copy_str(r->batch, u->bid, sizeof(u->bid)) ||
	    !span_copy_str(r->reel, u->reel, sizeof(u->reel)))
		return err_set(e, RC_INVALID, "bad-batch",
		    "Batch and reel are 1 to %d characters of A-Z, a-z, 0-9, "
		    "'.', '_' and '-', the first one a letter or digit.",
		    LABEL_BID_MAX);
	if (manifest_form_of(r->form) == MANIFEST_UNKNOWN ||
	    !span_copy_str(r->form, u->form, sizeof(u->form)))
		return err_set(e, RC_INVALID, "bad-form",
		    "The form is one of csv, jsonl and microchip.");
	if (r->size == 0)
		return err_set(e, RC_INVALID, "manifest-empty",
		    "An empty manifest cannot be published.");
	if (r->size > UPLOAD_SIZE_MAX)
		return err_set(e, RC_TOO_LARGE, "upload-too-large",
		    "A manifest has at most %llu bytes; split the reel.",
		    UPLOAD_SIZE_MAX);
	u->size = r->size;
	u->open = r->open;
	rc = check_digest(r->sha256, "sha256", &u->has_sha256, u->sha256, e);
	if (rc == RC_OK)
		rc = check_digest(r->claim_sha256, "claim_sha256",
		    &u->has_claim, u->claim_hash, e);
	if (rc == RC_OK && !u->open && !u->has_claim)
		return err_set(e, RC_INVALID, "claim-hash-missing",
		    "Give claim_sha256, the SHA-256 of the label's claim "
		    "code, or publish the batch as open.");
	return rc;
}

static enum rc may_reel(struct core *c, const struct store_upload *u,
    struct err *e)
{
	struct store_reel reel;
	enum rc rc;

	rc = store_reel_find_name(c->store, u->vendor_id, u->reel, &reel, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(reel.upload_id, u->id) == 0 &&
		!reel.published))
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	if (reel.published)
		return err_set(e, RC_CONFLICT, "reel-published",
		    "The reel %s is published already.", u->reel);
	return err_set(e, RC_CONFLICT, "reel-in-progress",
	    "Another upload of the reel %s is being published.", u->reel);
}

enum rc upload_may(struct core *c, const struct store_upload *u, struct err *e)
{
	struct store_batch b;
	enum rc rc;

	rc = may_reel(c, u, e);
	if (rc == RC_OK)
		rc = store_batch_find(c->store, u->bid, &b, e);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	if (strcmp(b.vendor_id, u->vendor_id) != 0)
		return err_set(e, RC_CONFLICT, "batch-taken",
		    "This Batch ID is not free; choose another one.");
	if (b.bound)
		return err_set(e, RC_CONFLICT, "batch-already-bound",
		    "The batch is bound already, so nothing can be added to "
		    "it; publish the reel under a Batch ID of its own.");
	if (b.open != u->open || b.has_claim != u->has_claim ||
	    !span_eq_secret(span_of(b.claim_hash, sizeof(b.claim_hash)),
		span_of(u->claim_hash, sizeof(u->claim_hash))))
		return err_set(e, RC_CONFLICT, "batch-differs",
		    "The batch was published with another claim code; all "
		    "its reels share one label.");
	if (b.reels >= BATCH_REELS_MAX)
		return err_set(e, RC_CONFLICT, "batch-full",
		    "A batch has at most %d reels.", BATCH_REELS_MAX);
	return RC_OK;
}

static enum rc check_room(struct core *c, const struct store_upload *u,
    struct err *e)
{
	uint64_t count = 0, bytes = 0, room;
	char dir[UPLOAD_PATH_SIZE];
	struct statvfs vfs;
	enum rc rc;

	rc = store_upload_open_sum(c->store, u->vendor_id, &count, &bytes, e);
	if (rc != RC_OK)
		return rc;
	if (count >= UPLOAD_OPEN_MAX || bytes + u->size > UPLOAD_VENDOR_MAX)
		return err_set(e, RC_LIMIT, "upload-quota",
		    "The vendor has %llu unfinished uploads of %llu bytes; "
		    "publish or cancel some first.",
		    (unsigned long long)count, (unsigned long long)bytes);
	rc = file_join(dir, sizeof(dir), c->dir, "spool", e);
	if (rc == RC_OK)
		rc = file_mkdir(dir, 0700, e);
	if (rc != RC_OK)
		return rc;
	if (statvfs(dir, &vfs) != 0)
		return err_sys(e, "spool", "The spool cannot be looked at");
	room = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (room < u->size + UPLOAD_DISK_SPARE)
		return err_set(e, RC_ENV, "disk-full",
		    "There is no room for %llu bytes in the spool.",
		    (unsigned long long)u->size);
	return RC_OK;
}

/* RC_OK with *again, or RC_NOT_FOUND when the key is new. */
static enum rc find_again(struct core *c, const struct store_upload *want,
    struct store_upload *out, struct err *e)
{
	enum rc rc;

	if (want->idem[0] == '\0')
		return RC_NOT_FOUND;
	rc = store_upload_find_idem(c->store, want->vendor_id, want->idem, out,
	    e);
	if (rc != RC_OK)
		return rc;
	if (strcmp(out->bid, want->bid) != 0 ||
	    strcmp(out->reel, want->reel) != 0 ||
	    strcmp(out->form, want->form) != 0 || out->size != want->size ||
	    out->open != want->open || out->has_sha256 != want->has_sha256 ||
	    memcmp(out->sha256, want->sha256, 32) != 0 ||
	    memcmp(out->claim_hash, want->claim_hash, 32) != 0)
		return err_set(e, RC_INVALID, "idempotency-key-reused",
		    "This Idempotency-Key was used for another upload.");
	return RC_OK;
}

static void set_actor(struct store_upload *u, const struct core_actor *a)
{
	(void)snprintf(u->by_id, sizeof(u->by_id), "%s", a->id);
	(void)snprintf(u->by_name, sizeof(u->by_name), "%s", a->name);
	(void)snprintf(u->by_from, sizeof(u->by_from), "%s", a->from);
	u->updated_at = a->now_s;
}

static enum rc create(struct core *c, const struct core_actor *a,
    struct store_upload *u, struct err *e)
{
	struct audit_entry entry = {.action = "upload",
	    .scope_id = a->scope_id,
	    .target = u->bid,
	    .detail = u->reel};
	enum rc rc;

	rc = upload_may(c, u, e);
	if (rc == RC_OK)
		rc = check_room(c, u, e);
	if (rc != RC_OK)
		return rc;
	rand_id(u->id, sizeof(u->id), "upl");
	u->created_at = a->now_s;
	rc = store_upload_add(c->store, u, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return rc;
}

enum rc upload_create(struct core *c, const struct core_actor *a,
    const struct upload_request *r, struct store_upload *out, bool *again,
    struct err *e)
{
	struct store_upload want;
	struct tx tx = TX_NONE;
	enum rc rc;

	*again = false;
	memset(&want, 0, sizeof(want));
	set_actor(&want, a);
	(void)snprintf(want.vendor_id, sizeof(want.vendor_id), "%s",
	    a->scope_id);
	(void)snprintf(want.state, sizeof(want.state), "receiving");
	if (r->idem)
		(void)snprintf(want.idem, sizeof(want.idem), "%s", r->idem);
	rc = check_request(r, &want, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		goto out;
	rc = find_again(c, &want, out, e);
	*again = rc == RC_OK;
	if (rc == RC_NOT_FOUND) {
		rc = create(c, a, &want, e);
		*out = want;
	}
out:
	return tx_end(c, &tx, rc, e);
}

enum rc upload_find(struct core *c, const struct core_actor *a, const char *id,
    struct store_upload *out, struct err *e)
{
	enum rc rc = store_upload_find(c->store, id, out, e);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(out->vendor_id, a->scope_id) != 0))
		return err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such upload.");
	return rc;
}

static enum rc must_receive(const struct store_upload *u, struct err *e)
{
	if (strcmp(u->state, "receiving") == 0)
		return RC_OK;
	return err_set(e, RC_CONFLICT, "upload-closed", closed_text, u->state);
}

enum rc upload_sign(struct core *c, const struct core_actor *a, const char *id,
    struct span signature, struct err *e)
{
	struct store_upload u;
	enum rc rc;

	rc = upload_find(c, a, id, &u, e);
	if (rc == RC_OK)
		rc = must_receive(&u, e);
	if (rc != RC_OK)
		return rc;
	if (signature.n == 0 || signature.n > UPLOAD_SIGNATURE_MAX)
		return err_set(e, RC_INVALID, "bad-signature",
		    "Send the detached CMS signature (DER), or for the form "
		    "microchip the log signers' certificates (PEM); at most "
		    "%d bytes.",
		    UPLOAD_SIGNATURE_MAX);
	return store_upload_sign(c->store, id, signature, a->now_s, e);
}

static enum rc complete(const struct store_upload *u, struct err *e)
{
	if (u->received != u->size)
		return err_set(e, RC_CONFLICT, "upload-incomplete",
		    "%llu of %llu bytes are here; send the rest first.",
		    (unsigned long long)u->received,
		    (unsigned long long)u->size);
	if (!u->has_signature)
		return err_set(e, RC_CONFLICT, "signature-missing",
		    "Send the manifest's signature first.");
	return RC_OK;
}

enum rc upload_publish(struct core *c, const struct core_actor *a,
    const char *id, struct store_upload *out, struct err *e)
{
	struct audit_entry entry = {.action = "publish-request",
	    .scope_id = a->scope_id};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = upload_find(c, a, id, out, e);
	if (rc != RC_OK)
		goto out;
	if (strcmp(out->state, "queued") == 0 ||
	    strcmp(out->state, "verifying") == 0 ||
	    strcmp(out->state, "published") == 0)
		goto out;
	rc = must_receive(out, e);
	if (rc == RC_OK)
		rc = complete(out, e);
	set_actor(out, a);
	if (rc == RC_OK)
		rc = store_upload_move(c->store, out, "receiving", "queued", e);
	(void)snprintf(out->state, sizeof(out->state), "queued");
	entry.target = out->bid;
	entry.detail = out->reel;
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
out:
	return tx_end(c, &tx, rc, e);
}

enum rc upload_cancel(struct core *c, const struct core_actor *a,
    const char *id, struct err *e)
{
	struct audit_entry entry = {.action = "upload-cancel",
	    .scope_id = a->scope_id};
	char path[UPLOAD_PATH_SIZE];
	struct store_upload u;
	struct tx tx = TX_NONE;
	bool working = false;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = upload_find(c, a, id, &u, e);
	if (rc == RC_OK)
		rc = upload_path(c, id, path, e);
	if (rc == RC_OK && strcmp(u.state, "published") == 0)
		rc = err_set(e, RC_CONFLICT, "reel-published",
		    "The reel is published; that cannot be undone.");
	if (rc != RC_OK)
		goto out;
	working = strcmp(u.state, "verifying") == 0;
	if (working || strcmp(u.state, "receiving") == 0 ||
	    strcmp(u.state, "queued") == 0) {
		set_actor(&u, a);
		u.finished_at = a->now_s;
		entry.target = u.bid;
		entry.detail = u.reel;
		rc = store_upload_move(c->store, &u, u.state, "cancelled", e);
		if (rc == RC_OK)
			rc = audit_add(c, a, &entry, e);
	}
out:
	rc = tx_end(c, &tx, rc, e);
	/* While it is worked on, the publisher holds the file and tidies. */
	if (rc == RC_OK && !working)
		(void)unlink(path);
	return rc;
}

static bool unfinished(const char *state)
{
	return strcmp(state, "receiving") == 0 ||
	    strcmp(state, "queued") == 0 || strcmp(state, "verifying") == 0;
}

void upload_sweep(struct core *c)
{
	char dir[UPLOAD_PATH_SIZE], path[UPLOAD_PATH_SIZE];
	struct store_upload u;
	struct store_reel reel;
	struct dirent *d;
	DIR *spool;

	if (file_join(dir, sizeof(dir), c->dir, "spool", NULL) != RC_OK)
		return;
	spool = opendir(dir);
	while (spool && (d = readdir(spool)) != NULL) {
		enum rc rc;

		if (d->d_name[0] == '.' || strlen(d->d_name) >= RAND_ID_SIZE ||
		    upload_path(c, d->d_name, path, NULL) != RC_OK)
			continue;
		rc = store_upload_find(c->store, d->d_name, &u, NULL);
		if (rc == RC_OK && unfinished(u.state))
			continue;
		/* One with staged rows is its publisher's to tidy. */
		if (rc == RC_OK &&
		    store_reel_find_upload(c->store, u.id, &reel, NULL) ==
			RC_OK &&
		    !reel.published)
			continue;
		if (rc == RC_OK || rc == RC_NOT_FOUND)
			(void)unlink(path);
	}
	if (spool)
		(void)closedir(spool);
}

enum rc upload_list(struct core *c, const struct core_actor *a,
    const char *after, struct store_upload *out, size_t *n, struct err *e)
{
	return store_upload_list(c->store, a->scope_id, after, out, n, e);
}
