/* The feed of a gate: numbered events of whole batches and of single devices,
 * read as pages of certificates.  A cursor "N.SEQ" stands before the first
 * device behind SEQ of event N, "N.SEQ.CERT" within the device at SEQ; asking
 * with it acknowledges everything before it. */
#ifndef BIRTHMARK_CORE_FEED_H
#define BIRTHMARK_CORE_FEED_H

#include "core/core.h"

#define FEED_CURSOR_SIZE 48
#define FEED_PAGE_MAX 2000

/* One page: entries (a JSON array's text, whose SHA-256 the signed head
 * carries) and what comes next. */
struct feed_page {
	struct buf entries; /* initialised and cleared by the caller */
	struct buf head;    /* JWS; likewise */
	char next[FEED_CURSOR_SIZE];
	bool more;
};

/* A cursor "" starts from the beginning.  RC_INVALID on one that is none,
 * RC_CONFLICT "feed-cursor-unknown" on one this service never gave. */
MUST_CHECK enum rc feed_read(struct core *c, const struct core_actor *a,
    const char *cloud, const struct core_page *asked, struct feed_page *page,
    struct err *e);

/* Something of a device changed: a certificate of it may in, or may not any
 * more.  The gates of the account that know its batch, or the device by itself,
 * hear with their next question what holds then, of all its certificates; its
 * other clouds are told by a job.
 * Inside the caller's transaction.  Nothing for an account "". */
struct feed_device {
	const char *account, *bid;
	int64_t seq;
};
MUST_CHECK enum rc feed_tell(struct core *c, const struct feed_device *d,
    int64_t now_s, struct err *e);
#endif
