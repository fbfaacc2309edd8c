/* The feed of a gate: events of batches, read as signed pages of devices.
 * Must not hold a whole batch in memory. */
#include "core/feed.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "core/device.h"
#include "pki/digest.h"
#include "store/store_cloud.h"
#include "store/store_feed.h"
#include "store/store_job.h"

#define SEEN_EVERY_S 60

/* Where a page has come to. */
struct feed_reader {
	struct core *core;
	const struct store_cloud *cloud;
	struct json json;
	uint64_t n, seq; /* cursor */
	size_t left;	 /* devices that still fit */
	uint32_t count;
};

/* "N.SEQ"; "" is 1.0. */
static enum rc parse_cursor(const char *text, uint64_t *n, uint64_t *seq,
    struct err *e)
{
	struct span s = span_str(text), first;

	*n = 1;
	*seq = 0;
	if (s.n == 0)
		return RC_OK;
	if (span_cut(&s, '.', &first) && span_u64(first, INT64_MAX - 1, n) &&
	    span_u64(s, INT64_MAX - 1, seq) && *n > 0)
		return RC_OK;
	return err_set(e, RC_INVALID, "feed-cursor",
	    "The cursor is not one of this feed; leave it out to start from "
	    "the beginning.");
}

static enum rc put_device(struct feed_reader *r,
    const struct store_feed_event *ev, const struct device_cert *d,
    struct err *e)
{
	char chip_id[CERT_ID_MAX + 1];
	uint8_t fp[DIGEST_SHA256];
	struct cert cert;
	enum rc rc = cert_parse(&cert, d->der, e);

	if (rc != RC_OK)
		return rc;
	cert_chip_id(&cert, chip_id);
	cert_fingerprint(d->der, fp);
	json_obj(&r->json);
	json_put_str(&r->json, "op", ev->op);
	json_put_hex(&r->json, "fp", span_of(fp, sizeof(fp)));
	json_put_str(&r->json, "device", chip_id);
	json_put_str(&r->json, "product", ev->product);
	json_put_str(&r->json, "batch", ev->bid);
	json_put_str(&r->json, "state", "active");
	json_end(&r->json);
	r->seq = (uint64_t)d->seq;
	r->left--;
	r->count++;
	return RC_OK;
}

/* A batch that has become another account's since is none of this one's. */
static enum rc may_show(struct feed_reader *r,
    const struct store_feed_event *ev, bool *show, struct err *e)
{
	struct store_job_binding b;
	enum rc rc;

	*show = strcmp(ev->op, "admit") != 0;
	if (*show)
		return RC_OK;
	rc = store_job_binding(r->core->store, ev->bid, &b, e);
	*show = rc == RC_OK && strcmp(b.account, r->cloud->account) == 0;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Devices of one event, until the page is full; then *full. */
static enum rc put_event(struct feed_reader *r,
    const struct store_feed_event *ev, bool *full, struct err *e)
{
	struct device_walk *walk = NULL;
	struct device_cert d;
	bool show = false;
	enum rc rc = may_show(r, ev, &show, e);

	*full = false;
	if (rc == RC_OK && show)
		rc = device_walk_new(&walk, r->core, ev->bid, (int64_t)r->seq,
		    e);
	while (rc == RC_OK && show) {
		rc = device_walk_next(walk, &d, e);
		if (rc == RC_OK && r->left == 0) {
			*full = true;
			break;
		}
		if (rc == RC_OK)
			rc = put_device(r, ev, &d, e);
	}
	device_walk_free(walk);
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	if (rc == RC_OK && !*full) {
		r->n = ev->n + 1;
		r->seq = 0;
	}
	return rc;
}

static enum rc put_events(struct feed_reader *r, bool *more, struct err *e)
{
	struct store_feed_event ev;
	enum rc rc = RC_OK;

	*more = false;
	json_arr(&r->json);
	while (rc == RC_OK && !*more) {
		rc = store_feed_get(r->core->store, r->cloud->id, r->n, &ev, e);
		if (rc == RC_OK)
			rc = put_event(r, &ev, more, e);
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
	struct feed_reader r = {.core = c, .left = asked->limit};
	struct store_cloud cloud;
	uint64_t last = 0;
	enum rc rc = open_feed(c, a, id, &cloud, e);

	if (rc == RC_OK)
		rc = parse_cursor(asked->cursor, &r.n, &r.seq, e);
	if (rc == RC_OK)
		rc = store_feed_last(c->store, id, &last, e);
	if (rc == RC_OK && (r.n > last + 1 || (r.n == last + 1 && r.seq > 0)))
		rc = err_set(e, RC_CONFLICT, "feed-cursor-unknown",
		    "This service never gave that cursor; start again from "
		    "the beginning, without one.");
	if (rc == RC_OK)
		rc = acknowledge(c, a, &cloud, r.n, e);
	if (rc != RC_OK)
		return rc;
	r.cloud = &cloud;
	json_init(&r.json, &page->entries);
	rc = put_events(&r, &page->more, e);
	(void)snprintf(page->next, sizeof(page->next), "%llu.%llu",
	    (unsigned long long)r.n, (unsigned long long)r.seq);
	if (rc == RC_OK)
		rc = sign_head(c, &cloud, asked->cursor, r.count, page, e);
	return rc;
}
