/* The feed of a gate: events of batches and devices, read as signed pages.  An
 * event says what to look at again; what is told of it is what holds when it
 * is read, so that the last event of a certificate is right in any order.
 * Must not hold a whole batch in memory. */
#include "core/feed.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "core/device.h"
#include "core/job_on.h"
#include "pki/digest.h"
#include "store/store_apart.h"
#include "store/store_bind.h"
#include "store/store_cloud.h"
#include "store/store_feed.h"

#define SEEN_EVERY_S 60
/* A gate's clock may be this much behind: what expired since is told too. */
#define CLOCK_SLACK_S 86400
#define CERTS_PAGE 16

/* Where a page has come to. */
struct feed_reader {
	struct core *core;
	const struct store_cloud *cloud;
	struct json json;
	int64_t now_s;
	uint64_t n, seq; /* cursor */
	/* Of the device at seq, told are its birth certificate and those of
	 * its own up to cert. */
	bool partial;
	int64_t cert;
	size_t left; /* entries that still fit */
	uint32_t count;
	bool full;
};

/* The event that is read. */
struct word {
	const struct store_feed_event *ev;
	bool whole; /* what holds now for devices that do not stand apart */
	bool known; /* the cloud was told of this very device */
};

/* A device, and what of it is the same in all its entries. */
struct subject {
	int64_t seq;
	uint8_t fp[DIGEST_SHA256];
	char chip_id[CERT_ID_MAX + 1];
	const char *product;
	bool admit;
};

/* "N.SEQ", within a device "N.SEQ.CERT"; "" is 1.0. */
static enum rc parse_cursor(const char *text, struct feed_reader *r,
    struct err *e)
{
	struct span s = span_str(text), first, second;
	uint64_t cert = 0;

	r->n = 1;
	if (s.n == 0)
		return RC_OK;
	if (span_cut(&s, '.', &first)) {
		r->partial = span_cut(&s, '.', &second);
		if (span_u64(first, INT64_MAX - 1, &r->n) && r->n > 0 &&
		    span_u64(second, INT64_MAX - 1, &r->seq) &&
		    (!r->partial || span_u64(s, INT64_MAX - 1, &cert))) {
			r->cert = (int64_t)cert;
			return RC_OK;
		}
	}
	return err_set(e, RC_INVALID, "feed-cursor",
	    "The cursor is not one of this feed; leave it out to start from "
	    "the beginning.");
}

static void format_cursor(const struct feed_reader *r,
    char out[FEED_CURSOR_SIZE])
{
	int n = snprintf(out, FEED_CURSOR_SIZE, "%llu.%llu",
	    (unsigned long long)r->n, (unsigned long long)r->seq);

	if (r->partial && n > 0 && n < FEED_CURSOR_SIZE)
		(void)snprintf(out + n, (size_t)(FEED_CURSOR_SIZE - n), ".%lld",
		    (long long)r->cert);
}

static void put_entry(struct feed_reader *r, const struct word *w,
    const struct subject *d, const uint8_t fp[DIGEST_SHA256], bool admit)
{
	json_obj(&r->json);
	json_put_str(&r->json, "op", admit ? "admit" : "remove");
	json_put_hex(&r->json, "fp", span_of(fp, DIGEST_SHA256));
	json_put_str(&r->json, "device", d->chip_id);
	json_put_str(&r->json, "product", d->product);
	json_put_str(&r->json, "batch", w->ev->bid);
	json_put_str(&r->json, "state", "active");
	json_end(&r->json);
	r->left--;
	r->count++;
}

static enum rc put_certs(struct feed_reader *r, const struct word *w,
    const struct subject *d, struct err *e)
{
	struct store_apart_filter f = {.seq = d->seq,
	    .account = r->cloud->account,
	    .from_s = r->now_s - CLOCK_SLACK_S};
	struct store_apart_cert list[CERTS_PAGE];
	size_t i, n = CERTS_PAGE;
	enum rc rc = RC_OK;

	while (rc == RC_OK && n == CERTS_PAGE && !r->full) {
		f.after = r->cert;
		rc = store_apart_certs(r->core->store, &f, list, &n, e);
		for (i = 0; rc == RC_OK && i < n; i++) {
			r->full = r->left == 0;
			if (r->full)
				break;
			put_entry(r, w, d, list[i].fp,
			    d->admit && list[i].valid);
			r->cert = list[i].n;
		}
	}
	return rc;
}

/* All of one device, or as much as fits; then r->full. */
static enum rc put_device(struct feed_reader *r, const struct word *w,
    const struct subject *d, bool apart, struct err *e)
{
	enum rc rc = RC_OK;

	if (!r->partial || r->seq != (uint64_t)d->seq) {
		r->full = r->left == 0;
		if (r->full)
			return RC_OK;
		put_entry(r, w, d, d->fp, d->admit);
		r->seq = (uint64_t)d->seq;
		r->cert = 0;
	}
	r->partial = true;
	if (apart)
		rc = put_certs(r, w, d, e);
	if (!r->full)
		r->partial = false;
	return rc;
}

/* A device that is somebody's by itself is admitted where its batch is, or
 * where it was told of by itself. */
static void judge(const struct feed_reader *r, const struct word *w,
    const struct store_apart *x, struct subject *d)
{
	bool claimed = x->account[0] != '\0';
	bool ours = claimed && strcmp(x->account, r->cloud->account) == 0;

	d->admit = claimed ? ours && (w->whole || w->known) : w->whole;
	if (x->barred)
		d->admit = false;
	if (ours)
		d->product = x->product;
}

static enum rc put_apart(struct feed_reader *r, struct word *w,
    struct subject *d, struct err *e)
{
	struct store_apart x;
	enum rc rc = store_apart_get(r->core->store, d->seq, &x, e);

	if (rc == RC_OK && w->ev->seq == 0)
		rc = store_feed_told(r->core->store, r->cloud->id, w->ev->bid,
		    d->seq, &w->known, e);
	if (rc != RC_OK)
		return rc;
	judge(r, w, &x, d);
	return put_device(r, w, d, true, e);
}

static enum rc put_walked(struct feed_reader *r, struct word *w,
    const struct device_cert *c, int64_t *apart, struct err *e)
{
	struct subject d = {.seq = c->seq,
	    .product = w->ev->product,
	    .admit = w->whole};
	struct cert cert;
	enum rc rc = RC_OK;

	if (*apart < d.seq)
		rc = store_apart_next(r->core->store, d.seq, apart, e);
	if (rc == RC_OK)
		rc = cert_parse(&cert, c->der, e);
	if (rc != RC_OK)
		return rc;
	cert_chip_id(&cert, d.chip_id);
	cert_fingerprint(c->der, d.fp);
	return *apart == d.seq ? put_apart(r, w, &d, e)
			       : put_device(r, w, &d, false, e);
}

static enum rc put_batch(struct feed_reader *r, struct word *w, struct err *e)
{
	struct device_walk *walk = NULL;
	struct device_cert c;
	int64_t apart = 0;
	enum rc rc = device_walk_new(&walk, r->core, w->ev->bid,
	    (int64_t)r->seq - r->partial, e);

	while (rc == RC_OK && !r->full) {
		rc = device_walk_next(walk, &c, e);
		if (rc == RC_OK)
			rc = put_walked(r, w, &c, &apart, e);
	}
	device_walk_free(walk);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc put_single(struct feed_reader *r, struct word *w, struct err *e)
{
	struct subject d = {.seq = w->ev->seq};
	struct device row;
	enum rc rc;

	device_init(&row);
	rc = device_get(r->core, d.seq, &row, e);
	if (rc == RC_OK) {
		memcpy(d.fp, row.fp, sizeof(d.fp));
		memcpy(d.chip_id, row.chip_id, sizeof(d.chip_id));
		/* One that has become another's is not told of any more. */
		d.product = strcmp(row.account_id, r->cloud->account) == 0
		    ? row.product
		    : "";
		w->known = true;
		rc = put_apart(r, w, &d, e);
	}
	device_clear(&row);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* What holds for the batch now, whatever was said when.  One that has become
 * another account's is none of this one's. */
static enum rc judge_batch(struct feed_reader *r, struct word *w, struct err *e)
{
	struct store *s = r->core->store;
	struct store_bind b;
	enum rc rc = store_bind_find(s, w->ev->bid, &b, e);

	w->whole = false;
	if (rc == RC_OK && strcmp(b.account_id, r->cloud->account) == 0)
		rc = store_feed_admits(s, r->cloud->id, w->ev->bid, &w->whole,
		    e);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Devices of one event, until the page is full.  What was said of a batch and
 * does not hold any more is passed over: a later event says what does. */
static enum rc put_event(struct feed_reader *r,
    const struct store_feed_event *ev, struct err *e)
{
	struct word w = {.ev = ev};
	enum rc rc = judge_batch(r, &w, e);

	if (ev->n != r->n) {
		r->n = ev->n;
		r->seq = 0;
		r->partial = false;
	}
	if (rc == RC_OK && ev->seq > 0)
		rc = put_single(r, &w, e);
	else if (rc == RC_OK && w.whole == (strcmp(ev->op, "admit") == 0))
		rc = put_batch(r, &w, e);
	if (rc == RC_OK && !r->full) {
		r->n = ev->n + 1;
		r->seq = 0;
		r->partial = false;
	}
	return rc;
}

static enum rc put_events(struct feed_reader *r, struct err *e)
{
	struct store_feed_event ev;
	enum rc rc = RC_OK;

	json_arr(&r->json);
	while (rc == RC_OK && !r->full) {
		rc = store_feed_get(r->core->store, r->cloud->id, r->n, &ev, e);
		if (rc == RC_OK)
			rc = put_event(r, &ev, e);
	}
	json_end(&r->json);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc acknowledge(struct core *c, const struct core_actor *a,
    const struct store_cloud *cloud, uint64_t n, struct err *e)
{
	enum rc rc;

	if (n <= cloud->feed_acked &&
	    a->now_s < cloud->feed_seen_at + SEEN_EVERY_S)
		return RC_OK;
	rc = store_begin(c->store, e);
	if (rc == RC_OK)
		rc = store_feed_ack(c->store, cloud->id, n, a->now_s, e);
	if (rc == RC_OK)
		rc = job_on_fed(c, cloud->id, n, a->now_s, e);
	if (rc == RC_OK)
		rc = store_commit(c->store, e);
	if (rc != RC_OK)
		store_rollback(c->store);
	return rc;
}

static enum rc open_feed(struct core *c, const struct core_actor *a,
    const char *id, struct store_cloud *cloud, struct err *e)
{
	enum rc rc = store_cloud_get(c->store, a->scope_id, id, cloud, e);

	if (rc == RC_OK && strcmp(cloud->type, "gate") != 0)
		rc = err_set(e, RC_CONFLICT, "cloud-no-feed",
		    "Only a cloud of the type \"gate\" has a feed.");
	return rc;
}

static enum rc sign_head(struct core *c, const struct store_cloud *cloud,
    const char *from, uint32_t count, struct feed_page *page, struct err *e)
{
	struct signer_feed head = {.account = cloud->account,
	    .cloud = cloud->id,
	    .from = from,
	    .to = page->next,
	    .count = count};

	if (!buf_ok(&page->entries))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	if (!c->signer)
		return err_set(e, RC_ENV, "signer-missing",
		    "The signer is not there; try again.");
	digest_sha256(buf_span(&page->entries), head.sha256);
	return signer_feed(c->signer, &head, &page->head, e);
}

enum rc feed_read(struct core *c, const struct core_actor *a, const char *id,
    const struct core_page *asked, struct feed_page *page, struct err *e)
{
	struct feed_reader r = {.core = c,
	    .now_s = a->now_s,
	    .left = asked->limit};
	struct store_cloud cloud;
	uint64_t last = 0;
	enum rc rc = open_feed(c, a, id, &cloud, e);

	if (rc == RC_OK)
		rc = parse_cursor(asked->cursor, &r, e);
	if (rc == RC_OK)
		rc = store_feed_last(c->store, id, &last, e);
	if (rc == RC_OK &&
	    (r.n > last + 1 || (r.n == last + 1 && (r.seq > 0 || r.partial))))
		rc = err_set(e, RC_CONFLICT, "feed-cursor-unknown",
		    "This service never gave that cursor; start again from "
		    "the beginning, without one.");
	if (rc == RC_OK)
		rc = acknowledge(c, a, &cloud, r.n, e);
	if (rc != RC_OK)
		return rc;
	r.cloud = &cloud;
	json_init(&r.json, &page->entries);
	rc = put_events(&r, e);
	page->more = r.full;
	format_cursor(&r, page->next);
	if (rc == RC_OK)
		rc = sign_head(c, &cloud, asked->cursor, r.count, page, e);
	return rc;
}

enum rc feed_tell(struct core *c, const struct feed_device *d, int64_t now_s,
    struct err *e)
{
	const struct job_on_device changed = {d->account, d->bid, d->seq};
	struct store_feed_event ev = {.op = "admit", .seq = d->seq};
	enum rc rc;

	(void)span_copy_str(span_str(d->bid), ev.bid, sizeof(ev.bid));
	rc = store_feed_tell(c->store, d->account, &ev, now_s, e);
	return rc == RC_OK ? job_on_change(c, &changed, now_s, e) : rc;
}
