/* Sightings, from the device port and from gates, into the store.
 * Must not hold the write lock for long: a bind may be waiting. */
#include "core/sighting.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/cloud.h"
#include "core/device.h"
#include "core/tx.h"
#include "store/store_apart.h"
#include "store/store_device.h"
#include "store/store_feed.h"
#include "store/store_reel.h"
#include "store/store_seen.h"

#define STEP 128 /* devices in one transaction */

bool sighting_note(struct sighting_set *s, int64_t seq, int64_t now_s)
{
	uint64_t h = (uint64_t)seq * UINT64_C(0x9e3779b97f4a7c15);
	struct sighting *last = &s->recent[h >> 52];

	if (last->seq == seq && now_s < last->at_s + STORE_SEEN_EVERY_S)
		return false;
	if (s->n == SIGHTING_DUE_MAX)
		return true;
	*last = (struct sighting){seq, now_s};
	s->due[s->n++] = *last;
	return s->n == SIGHTING_DUE_MAX;
}

/* Whose report it is; both NULL for what the service saw itself. */
struct source {
	const char *account, *cloud;
	int64_t now_s;
};

/* What the devices of one reel share. */
struct place {
	int64_t reel_id; /* 0: none yet */
	bool counts;
	struct store_bind bind;
};

static enum rc place_set(struct core *c, const struct source *src,
    int64_t reel_id, struct place *p, struct err *e)
{
	struct store_reel reel;
	enum rc rc;

	if (p->reel_id == reel_id)
		return RC_OK;
	p->reel_id = reel_id;
	p->counts = false;
	rc = store_reel_find(c->store, reel_id, &reel, e);
	if (rc == RC_OK && reel.published)
		rc = store_bind_find(c->store, reel.bid, &p->bind, e);
	else if (rc == RC_OK)
		rc = RC_NOT_FOUND;
	p->counts = rc == RC_OK &&
	    (!src->account || strcmp(p->bind.account_id, src->account) == 0);
	if (p->counts && src->cloud)
		rc = store_feed_knows(c->store, src->cloud, reel.bid,
		    &p->counts, e);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whom a device counts for that was claimed by itself. */
static enum rc place_claimed(struct core *c, const struct source *src,
    const struct store_apart *x, int64_t seq, struct place *p, struct err *e)
{
	enum rc rc = RC_OK;

	p->counts = !src->account || strcmp(x->account, src->account) == 0;
	if (p->counts && src->cloud)
		rc = store_feed_told(c->store, src->cloud, x->bid, seq,
		    &p->counts, e);
	if (rc == RC_OK && !p->counts && src->cloud &&
	    strcmp(x->account, src->account) == 0)
		rc = store_feed_knows(c->store, src->cloud, x->bid, &p->counts,
		    e);
	memset(&p->bind, 0, sizeof(p->bind));
	memcpy(p->bind.account_id, x->account, sizeof(p->bind.account_id));
	p->bind.bound_at = x->claimed_at;
	return rc;
}

static enum rc put_one(struct core *c, const struct source *src,
    const struct sighting *one, struct place *p, struct err *e)
{
	int64_t at = one->at_s < src->now_s ? one->at_s : src->now_s;
	struct place single = {0};
	struct store_apart x;
	enum rc rc = store_apart_get(c->store, one->seq, &x, e);

	if (rc == RC_OK && x.account[0] != '\0') {
		rc = place_claimed(c, src, &x, one->seq, &single, e);
		p = &single;
	} else if (rc == RC_OK) {
		rc = place_set(c, src, DEVICE_REEL(one->seq), p, e);
	}
	if (rc != RC_OK || !p->counts)
		return rc;
	if (at < p->bind.bound_at)
		at = p->bind.bound_at;
	return store_seen_put(c->store, one->seq, &p->bind, at, e);
}

static int by_seq(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

/* Those of one reel together, so that it is looked up once. */
static enum rc put_all(struct core *c, const struct source *src,
    struct sighting *list, size_t n, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i, end;

	if (n > 1)
		qsort(list, n, sizeof(*list), by_seq);
	for (i = 0; rc == RC_OK && i < n; i = end) {
		/* Known anew for each: the batch may be unbound meanwhile. */
		struct place p = {.reel_id = 0};
		struct tx tx = TX_NONE;

		end = i + STEP < n ? i + STEP : n;
		rc = tx_begin(c, &tx, e);
		for (; rc == RC_OK && i < end; i++)
			rc = put_one(c, src, &list[i], &p, e);
		rc = tx_end(c, &tx, rc, e);
	}
	return rc;
}

void sighting_flush(struct core *c, struct sighting_set *s, int64_t now_s)
{
	const struct source own = {.now_s = now_s};
	struct err e = {0};

	if (s->n == 0)
		return;
	if (put_all(c, &own, s->due, s->n, &e) == RC_OK)
		s->n = 0;
	else
		log_err(LOG_WARN, "sightings cannot be written yet", &e);
}

enum rc sighting_take(struct core *c, const struct core_actor *a,
    const char *cloud, const struct sighting_report *r, size_t n, struct err *e)
{
	const struct source gate = {.account = a->scope_id,
	    .cloud = cloud,
	    .now_s = a->now_s};
	struct sighting *list = calloc(n + 1, sizeof(*list));
	struct store_cloud row;
	size_t i, found = 0;
	enum rc rc;

	rc = list ? cloud_get(c, a->scope_id, cloud, &row, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < n; i++) {
		int64_t seq = 0;

		rc = store_device_find_fp(c->store, r[i].fp, &seq, e);
		if (rc == RC_NOT_FOUND)
			rc = store_apart_find_fp(c->store, r[i].fp, &seq, e);
		if (rc == RC_OK)
			list[found++] = (struct sighting){seq, r[i].at_s};
		else if (rc == RC_NOT_FOUND)
			rc = RC_OK;
	}
	if (rc == RC_OK)
		rc = put_all(c, &gate, list, found, e);
	free(list);
	return rc;
}
