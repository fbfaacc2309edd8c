/* Uploads: manifests on their way in, spooled to DIR/spool, resumable at the
 * offset that is on the disk.  Reads nothing of what they hold.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_UPLOAD_H
#define BIRTHMARK_CORE_UPLOAD_H

#include "core/core.h"
#include "store/store_upload.h"

#define UPLOAD_SIZE_MAX (16ull << 30)	/* bytes of one manifest */
#define UPLOAD_VENDOR_MAX (32ull << 30) /* of a vendor's unfinished ones */
#define UPLOAD_OPEN_MAX 64		/* unfinished ones of a vendor */
#define UPLOAD_IDLE_S (7 * 24 * 3600)	/* untouched, it is cancelled */
#define UPLOAD_DISK_SPARE (64ull << 20) /* what must stay free */
#define UPLOAD_SIGNATURE_MAX (64 * 1024)
#define UPLOAD_PATH_SIZE 4096

struct upload_request {
	struct span batch, reel, form;
	uint64_t size;
	struct span sha256;	  /* hex or empty */
	struct span claim_sha256; /* hex or empty when open */
	bool open;
	const char *idem; /* NULL: none */
};
/* For the actor's vendor.  *again: out is the one made before with the same
 * idem (RC_INVALID "idempotency-key-reused" when that one asked for something
 * else).  RC_CONFLICT "reel-published", "batch-taken", "batch-already-bound",
 * "batch-differs"; RC_TOO_LARGE; RC_ENV "disk-full". */
MUST_CHECK enum rc upload_create(struct core *c, const struct core_actor *a,
    const struct upload_request *r, struct store_upload *out, bool *again,
    struct err *e);
/* Only the actor's vendor's own. */
MUST_CHECK enum rc upload_find(struct core *c, const struct core_actor *a,
    const char *id, struct store_upload *out, struct err *e);

/* The vendor's, newest first, after the one named `after`.  *n: the room in
 * out, then how many. */
MUST_CHECK enum rc upload_list(struct core *c, const struct core_actor *a,
    const char *after, struct store_upload *out, size_t *n, struct err *e);

/* Appends at the stored offset; one at a time for each upload. */
struct upload_sink;
/* *offset: where the caller wants to go on, then what is stored.  RC_CONFLICT
 * "offset-mismatch" when they differ, "upload-closed" when it takes no more;
 * RC_AGAIN "upload-busy" while another connection appends. */
MUST_CHECK enum rc upload_sink_new(struct upload_sink **out, struct core *c,
    const struct core_actor *a, const char *id, uint64_t *offset,
    struct err *e);
MUST_CHECK enum rc upload_sink_write(struct upload_sink *s, struct span bytes,
    struct err *e);
/* Puts everything on the disk; *stored is the new offset. */
MUST_CHECK enum rc upload_sink_end(struct upload_sink *s, uint64_t *stored,
    struct err *e);
/* After a cut: what came is kept if it can be. */
void upload_sink_free(struct upload_sink *s);

MUST_CHECK enum rc upload_sign(struct core *c, const struct core_actor *a,
    const char *id, struct span signature, struct err *e);
/* To state queued, when all of it and its signature are there. */
MUST_CHECK enum rc upload_publish(struct core *c, const struct core_actor *a,
    const char *id, struct store_upload *out, struct err *e);
MUST_CHECK enum rc upload_cancel(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);
/* Where the bytes of an upload are. */
MUST_CHECK enum rc upload_path(const struct core *c, const char *id,
    char out[UPLOAD_PATH_SIZE], struct err *e);
/* The spool file, open and locked; the lock goes with its process, whatever
 * ends that.  RC_NOT_FOUND while another one has it. */
MUST_CHECK enum rc upload_lock(const struct core *c, const char *id,
    char path[UPLOAD_PATH_SIZE], int *fd, struct err *e);
/* Would this reel be taken now?  Asked at the start and again at the end. */
MUST_CHECK enum rc upload_may(struct core *c, const struct store_upload *u,
    struct err *e);
/* Spool files that belong to no unfinished upload. */
void upload_sweep(struct core *c);

#endif
