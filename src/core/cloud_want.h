/* What a product cloud is to know of a device now: whether it is welcome
 * there, and its certificates.  What is sent is what holds when it is asked,
 * so that the last word is right in any order. */
#ifndef BIRTHMARK_CORE_CLOUD_WANT_H
#define BIRTHMARK_CORE_CLOUD_WANT_H

#include "core/device.h"

/* More than a device may have that are valid (enrolment_issue.c), so that
 * those that are not any more have room, to be taken out. */
#define CLOUD_WANT_CERTS_MAX 24

enum cloud_want_state {
	CLOUD_WANT_ADMIT,
	CLOUD_WANT_SUSPEND, /* in quarantine, or held by its vendor */
	CLOUD_WANT_REMOVE,
};

struct cloud_want_cert {
	uint8_t fp[DIGEST_SHA256];
	size_t at, n; /* of its DER in der */
	bool valid;
};

/* Kept from one device to the next; init once, clear at the end. */
struct cloud_want {
	int64_t seq;
	enum cloud_want_state state;
	char chip_id[CERT_ID_MAX + 1];
	char bid[65];
	char product[257]; /* its name, "" for none */
	/* The birth certificate, then its own of this account: the valid ones,
	 * newest first, then those that ceased to be last. */
	struct cloud_want_cert certs[CLOUD_WANT_CERTS_MAX];
	size_t certs_n;
	struct buf der;
};
void cloud_want_init(struct cloud_want *w);
void cloud_want_clear(struct cloud_want *w);

/* Which devices, and of whose cloud. */
struct cloud_want_of {
	const char *account, *cloud, *bid;
};
/* The device at seq of this batch. */
MUST_CHECK enum rc cloud_want_get(struct core *c,
    const struct cloud_want_of *of, int64_t seq, struct cloud_want *out,
    struct err *e);

/* The devices of a batch in the order of seq, flat in memory, with no
 * transaction held between calls.  all: also those that other accounts have
 * claimed, for what must be gone. */
struct cloud_want_walk;
MUST_CHECK enum rc cloud_want_walk_new(struct cloud_want_walk **out,
    struct core *c, const struct cloud_want_of *of, int64_t after, bool all,
    struct err *e);
/* As if the batch were welcome, or not, whatever is wanted now: for plans. */
void cloud_want_walk_assume(struct cloud_want_walk *w, bool admit);
/* RC_NOT_FOUND at the end, e untouched. */
MUST_CHECK enum rc cloud_want_walk_next(struct cloud_want_walk *w,
    struct cloud_want *out, struct err *e);
void cloud_want_walk_free(struct cloud_want_walk *w);

#endif
