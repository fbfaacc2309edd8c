/* Devices: the one interface by which birth certificates are written and
 * read, so that their stored form is nobody else's business.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_DEVICE_H
#define BIRTHMARK_CORE_DEVICE_H

#include "core/core.h"
#include "pki/cert.h"
#include "pki/pack.h"

#define DEVICE_PER_REEL_MAX (1u << 24)
/* Where the devices of a reel stand in the store. */
#define DEVICE_FIRST(reel_id) ((int64_t)(reel_id) << 28)
#define DEVICE_LAST(reel_id) (DEVICE_FIRST(reel_id) | 0xfffffff)
#define DEVICE_REEL(seq) ((seq) >> 28)

/* One certificate as it comes out. */
struct device_cert {
	int64_t seq;
	struct span der; /* borrowed from the walk until its next call */
};

/* Walks the certificates of a batch's published reels in the order of seq,
 * flat in memory, with no transaction held open between calls.  Devices that
 * another account than the batch's has claimed are left out. */
struct device_walk;
/* after: the seq of the last one had, 0 from the first. */
MUST_CHECK enum rc device_walk_new(struct device_walk **out, struct core *c,
    const char *bid, int64_t after, struct err *e);
/* RC_NOT_FOUND at the end, e untouched. */
MUST_CHECK enum rc device_walk_next(struct device_walk *w,
    struct device_cert *out, struct err *e);
/* Leaves none out; before the first call of next. */
void device_walk_all(struct device_walk *w);
void device_walk_free(struct device_walk *w);

/* A device with where it stands.  It is its batch's owner's, unless an account
 * has claimed it by itself: then that account's, whoever has the batch. */
struct device {
	int64_t seq;
	uint8_t fp[DIGEST_SHA256];
	char chip_id[CERT_ID_MAX + 1];
	char serial[2 * 20 + 1];
	char bid[65];
	char reel[65];
	char account_id[RAND_ID_SIZE]; /* "": nobody's */
	char product_id[RAND_ID_SIZE];
	char product[129];
	char cloud_id[RAND_ID_SIZE];
	char vendor_id[RAND_ID_SIZE];
	int64_t published_at; /* of its reel */
	int64_t bound_at;     /* of its batch, or when it was claimed */
	char bound_by[256];   /* of a claimed one, its claim voucher's name */
	bool claimed;	      /* it is the account's by itself */
	int64_t first_seen_at, last_seen_at; /* since it is bound; 0: never */
	struct buf der;			     /* owned; device_clear */
};
void device_init(struct device *d);
void device_clear(struct device *d);

/* Any published device, bound or not, by its certificate, compared byte for
 * byte.  For the device port and its like: the caller judges account_id.
 * RC_NOT_FOUND, e filled with "device-unknown". */
MUST_CHECK enum rc device_find_by_cert(struct core *c, struct span der,
    struct device *out, struct err *e);
/* The same by the SHA-256 of the certificate. */
MUST_CHECK enum rc device_find_by_fp(struct core *c,
    const uint8_t fp[DIGEST_SHA256], struct device *out, struct err *e);
/* By its place in the store. */
MUST_CHECK enum rc device_get(struct core *c, int64_t seq, struct device *out,
    struct err *e);

/* What the store finds a chip id or a serial number (in hex) by, whatever its
 * case: other ids may have the same. */
int64_t device_key(const char *id);

/* A search among the devices of the actor's account. */
struct device_query {
	struct span fingerprint; /* hex; empty: any, as all of them */
	struct span serial;	 /* hex */
	struct span chip_id;
	struct span q;		      /* any of the three */
	const char *bid, *product_id; /* NULL or "": any */
	int64_t after;		      /* cursor: seq of the last one had */
};
/* Devices in the order of seq.  *n: the room in out, then how many; each of
 * them is to be cleared. */
MUST_CHECK enum rc device_search(struct core *c, const struct core_actor *a,
    const struct device_query *q, struct device *out, size_t *n, struct err *e);

/* Writing, for publish: one writer for each reel at a time, in one thread. */
struct device_new {
	uint32_t index; /* in the manifest, ascending */
	unsigned long line;
	uint8_t fp[DIGEST_SHA256];
	int64_t key[2];
	struct span packed;
};
/* What device_new needs of a certificate; packed is appended to out.
 * Threads may share pk. */
MUST_CHECK enum rc device_prepare(const struct pack *pk,
    const struct cert *cert, struct device_new *d, struct buf *out,
    struct err *e);
struct device_writer;
MUST_CHECK enum rc device_writer_new(struct device_writer **out,
    const char *dir, int64_t reel_id, const struct pack *pk, struct err *e);
/* Takes a copy; a full block is written behind the caller's back, and a fault
 * of it told later, by flush at the latest.  RC_CONFLICT "certificate-twice"
 * or "certificate-known", with e->line, and the chip in
 * device_writer_culprit. */
MUST_CHECK enum rc device_writer_add(struct device_writer *w,
    const struct device_new *d, struct err *e);
/* Everything is on the disk, or why not. */
MUST_CHECK enum rc device_writer_flush(struct device_writer *w, struct err *e);
const char *device_writer_culprit(const struct device_writer *w);
void device_writer_free(struct device_writer *w);
/* Takes everything of a staging reel away, in blocks. */
MUST_CHECK enum rc device_writer_erase(struct core *c, int64_t reel_id,
    struct err *e);

#endif
