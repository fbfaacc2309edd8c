/* Walks the certificates of a batch, page by page.
 * Must not hold a transaction open between calls. */
#include <stdlib.h>

#include "core/device.h"
#include "store/store_apart.h"
#include "store/store_device.h"
#include "store/store_reel.h"

#define PAGE 256

struct device_walk {
	struct core *c;
	char bid[65];
	int64_t after;	 /* seq of the last one given */
	int64_t reel_id; /* whose pages these are; 0 before the first */
	struct pack *pack;
	struct store_device_page page;
	int64_t seqs[PAGE];
	size_t ends[PAGE];
	size_t at;	 /* next in the page */
	int64_t foreign; /* the next that is another account's by itself */
	bool all;	 /* also those of other accounts */
	struct buf der;
};

enum rc device_walk_new(struct device_walk **out, struct core *c,
    const char *bid, int64_t after, struct err *e)
{
	struct device_walk *w = calloc(1, sizeof(*w));

	*out = NULL;
	if (!w)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	w->c = c;
	w->after = after;
	w->page.seqs = w->seqs;
	w->page.ends = w->ends;
	w->page.cap = PAGE;
	buf_init(&w->page.bytes, (size_t)PAGE * PACK_TEMPLATE_MAX);
	buf_init(&w->der, CERT_DER_MAX);
	if (!span_copy_str(span_str(bid), w->bid, sizeof(w->bid))) {
		device_walk_free(w);
		return err_set(e, RC_INVALID, "bad-batch",
		    "The Batch ID is too long.");
	}
	*out = w;
	return RC_OK;
}

void device_walk_all(struct device_walk *w)
{
	w->all = true;
}

void device_walk_free(struct device_walk *w)
{
	if (!w)
		return;
	pack_free(w->pack);
	buf_clear(&w->page.bytes);
	buf_clear(&w->der);
	free(w);
}

static enum rc load_pack(struct device_walk *w, struct err *e)
{
	struct buf stored;
	enum rc rc;

	pack_free(w->pack);
	w->pack = NULL;
	buf_init(&stored, PACK_TEMPLATE_MAX);
	rc = store_reel_template(w->c->store, w->reel_id, &stored, e);
	if (rc == RC_OK)
		rc = pack_load(&w->pack, buf_span(&stored), e);
	buf_clear(&stored);
	return rc;
}

static enum rc next_reel(struct device_walk *w, int64_t after, struct err *e)
{
	struct store_reel reel;
	size_t n = 1;
	enum rc rc;

	rc = store_reel_list(w->c->store, w->bid, after, &reel, &n, e);
	if (rc != RC_OK || n == 0)
		return rc == RC_OK ? RC_NOT_FOUND : rc;
	w->reel_id = reel.id;
	return load_pack(w, e);
}

static enum rc next_page(struct device_walk *w, struct err *e)
{
	enum rc rc = RC_OK;

	if (w->reel_id == 0)
		rc = next_reel(w, w->after > 0 ? DEVICE_REEL(w->after) - 1 : 0,
		    e);
	while (rc == RC_OK) {
		int64_t from = DEVICE_FIRST(w->reel_id);

		if (w->after >= from)
			from = w->after + 1;
		rc = store_device_range(w->c->store, from,
		    DEVICE_LAST(w->reel_id), &w->page, e);
		w->at = 0;
		/* Some may have been claimed while the last page was sent. */
		w->foreign = 0;
		if (rc != RC_OK || w->page.n > 0)
			return rc;
		rc = next_reel(w, w->reel_id, e);
	}
	return rc;
}

/* To the next device of the batch's owner.  Asked once a page where nobody
 * else has claimed any. */
static enum rc skip(struct device_walk *w, struct err *e)
{
	enum rc rc = RC_OK;

	for (;;) {
		if (w->at >= w->page.n)
			rc = next_page(w, e);
		if (rc == RC_OK && !w->all && w->foreign < w->seqs[w->at])
			rc = store_apart_foreign(w->c->store, w->bid,
			    w->seqs[w->at], &w->foreign, e);
		if (rc != RC_OK || w->foreign != w->seqs[w->at])
			return rc;
		w->after = w->seqs[w->at++];
	}
}

enum rc device_walk_next(struct device_walk *w, struct device_cert *out,
    struct err *e)
{
	size_t start;
	enum rc rc = skip(w, e);

	if (rc != RC_OK)
		return rc;
	start = w->at > 0 ? w->ends[w->at - 1] : 0;
	buf_reset(&w->der);
	rc = pack_get(w->pack,
	    span_of(w->page.bytes.p + start, w->ends[w->at] - start), &w->der,
	    e);
	if (rc != RC_OK)
		return rc;
	out->seq = w->after = w->seqs[w->at++];
	out->der = buf_span(&w->der);
	return RC_OK;
}
