/* What follows for jobs, and for what clouds are to know, when something else
 * happens.  Must not judge what happened. */
#include "core/job_on.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/cloud.h"
#include "core/job_queue.h"
#include "core/tx.h"
#include "store/store_batch.h"
#include "store/store_bind.h"
#include "store/store_cloud_change.h"
#include "store/store_feed.h"
#include "store/store_welcome.h"

#define FED_PAGE 8

/* What follows by itself is done by nobody. */
static void actor_of(const char *account, const char *name, int64_t now_s,
    struct core_actor *a)
{
	memset(a, 0, sizeof(*a));
	a->scope = CORE_SCOPE_ACCOUNT;
	a->now_s = now_s;
	(void)snprintf(a->name, sizeof(a->name), "%s", name);
	(void)span_copy_str(span_str(account), a->scope_id,
	    sizeof(a->scope_id));
}

enum rc job_on_bind(struct core *c, const struct core_actor *a, const char *bid,
    uint64_t hold_s, struct err *e)
{
	struct store_job_binding b;
	struct store_job j;
	struct tx tx = TX_NONE;
	enum rc rc = store_job_binding(c->store, bid, &b, e);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc != RC_OK || !b.automatic || b.cloud[0] == '\0')
		return rc;
	job_queue_fill(&j, b.account, bid, b.cloud);
	j.total = b.devices;
	j.next_ms = clock_now_ms() + (int64_t)hold_s * 1000;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = job_queue_add(c, a, &j, "provision", e);
	return tx_end(c, &tx, rc, e);
}

/* The one job that sends what changed, of this cloud and batch. */
static enum rc queue_sync(struct core *c, const char *cloud,
    const struct job_on_device *d, int64_t now_s, struct err *e)
{
	struct core_actor a;
	struct store_job j;
	enum rc rc =
	    store_cloud_change_add(c->store, cloud, d->bid, d->seq, now_s, e);

	actor_of(d->account, "change", now_s, &a);
	job_queue_fill(&j, d->account, d->bid, cloud);
	j.total = 1;
	return rc == RC_OK ? job_queue_add(c, &a, &j, "sync", e) : rc;
}

enum rc job_on_change(struct core *c, const struct job_on_device *d,
    int64_t now_s, struct err *e)
{
	const struct store_cloud_change_of of = {d->account, d->bid, d->seq};
	struct store_cloud_change_told told[2 * JOB_QUEUE_CLOUDS_MAX];
	const struct cloud_rules *rules;
	size_t i, n = 2 * JOB_QUEUE_CLOUDS_MAX;
	enum rc rc;

	if (d->account[0] == '\0')
		return RC_OK;
	rc = store_cloud_change_told(c->store, &of, told, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++) {
		rules = job_queue_rules(c, told[i].type);
		/* One that only lets in has heard all that it can hear. */
		if (rules && rules->can_remove)
			rc = queue_sync(c, told[i].cloud, d, now_s, e);
	}
	return rc;
}

/* It is not theirs any more. */
static enum rc tell_others(struct core *c, const struct job_on_claimed *claim,
    int64_t now_s, struct err *e)
{
	/* Those of its owner, and of former ones that it is leaving. */
	struct store_welcome rows[4 * JOB_QUEUE_CLOUDS_MAX];
	const struct store_welcome_of of = {.bid = claim->bid};
	size_t i, n = 4 * JOB_QUEUE_CLOUDS_MAX;
	enum rc rc = store_welcome_of(c->store, &of, rows, &n, e);

	for (i = 0; rc == RC_OK && i < n; i++) {
		const struct job_on_device d = {rows[i].account, claim->bid,
		    claim->seq};

		if (strcmp(rows[i].account, claim->account) != 0)
			rc = job_on_change(c, &d, now_s, e);
	}
	return rc;
}

enum rc job_on_claim(struct core *c, const struct job_on_claimed *claim,
    int64_t now_s, struct err *e)
{
	struct core_actor a;
	struct store_job j;
	struct tx tx = TX_NONE;
	bool exists = false;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = tell_others(c, claim, now_s, e);
	if (rc == RC_OK && claim->cloud && claim->cloud[0] != '\0')
		rc = cloud_exists_in(c, claim->account, claim->cloud, &exists,
		    e);
	if (rc == RC_OK && exists) {
		actor_of(claim->account, "claim voucher", now_s, &a);
		job_queue_fill(&j, claim->account, claim->bid, claim->cloud);
		j.only_seq = (uint64_t)claim->seq;
		j.total = 1;
		rc = job_queue_add(c, &a, &j, "provision", e);
	}
	return tx_end(c, &tx, rc, e);
}

static enum rc cannot_remove(const struct store_cloud *cloud, struct err *e)
{
	return err_set(e, RC_CONFLICT, "batch-provisioned",
	    "The product cloud \"%.100s\" may know the devices of this batch "
	    "already and cannot be told to forget them, so the batch cannot be "
	    "unbound.",
	    cloud->name);
}

/* One cloud of a batch that is unbound. */
static enum rc leave(struct core *c, const struct core_actor *a,
    const struct store_welcome *w, uint64_t devices, struct err *e)
{
	const struct cloud_rules *rules;
	struct store_cloud cloud;
	struct store_job j;
	bool started = false;
	enum rc rc = store_cloud_get(c->store, w->account, w->cloud, &cloud, e);

	if (rc == RC_OK)
		rc = store_job_started(c->store, w->cloud, w->bid, &started, e);
	if (rc != RC_OK)
		return rc;
	if (!started)
		return store_welcome_delete(c->store, w->cloud, w->bid, 0, e);
	rules = job_queue_rules(c, cloud.type);
	if (!rules || !rules->can_remove)
		return cannot_remove(&cloud, e);
	job_queue_fill(&j, w->account, w->bid, w->cloud);
	j.total = devices;
	return job_queue_add(c, a, &j, "remove", e);
}

enum rc job_on_unbind(struct core *c, const struct core_actor *a,
    const char *bid, struct err *e)
{
	const struct store_welcome_of of = {.bid = bid, .account = a->scope_id};
	struct store_welcome rows[JOB_QUEUE_CLOUDS_MAX];
	struct store_batch batch = {.devices = 0};
	size_t i, n = JOB_QUEUE_CLOUDS_MAX;
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_batch_find(c->store, bid, &batch, e);
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = store_welcome_of(c->store, &of, rows, &n, e);
	if (rc == RC_OK)
		rc = store_job_cancel_batch(c->store, a->scope_id, bid,
		    a->now_s, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = leave(c, a, &rows[i], batch.devices, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc announce_again(struct core *c, const char *cloud,
    const char *bid, const char *product, struct err *e)
{
	struct store_feed_event ev = {.op = "admit"};
	bool admits = false;
	enum rc rc = store_feed_admits(c->store, cloud, bid, &admits, e);

	if (rc != RC_OK || !admits)
		return rc;
	(void)span_copy_str(span_str(bid), ev.bid, sizeof(ev.bid));
	(void)span_copy_str(span_str(product), ev.product, sizeof(ev.product));
	return store_feed_add(c->store, cloud, &ev, clock_now_s(), e);
}

/* From the beginning: what was sent already says the old name. */
static enum rc provision_again(struct core *c, const struct core_actor *a,
    struct store_job *j, struct err *e)
{
	struct store_job open;
	bool started = false;
	enum rc rc;

	(void)span_copy_str(SPAN_LIT("provision"), j->kind, sizeof(j->kind));
	rc = store_job_started(c->store, j->cloud, j->bid, &started, e);
	if (rc != RC_OK || !started)
		return rc;
	rc = store_job_find_open(c->store, j, &open, e);
	if (rc == RC_OK) {
		memcpy(j->then_cloud, open.then_cloud, sizeof(j->then_cloud));
		rc = job_queue_cancel(c, &open, a->now_s, e);
	}
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = job_queue_add(c, a, j, "provision", e);
	return rc;
}

static enum rc tell_product(struct core *c, const struct core_actor *a,
    const struct store_welcome *w, const struct store_job_binding *b,
    struct err *e)
{
	const struct cloud_rules *rules;
	struct store_cloud cloud;
	struct store_job j;
	enum rc rc = store_cloud_get(c->store, w->account, w->cloud, &cloud, e);

	if (rc != RC_OK)
		return rc;
	if (strcmp(cloud.type, "gate") == 0)
		return announce_again(c, w->cloud, w->bid, b->product, e);
	rules = job_queue_rules(c, cloud.type);
	if (!rules || !rules->can_remove)
		return RC_OK;
	job_queue_fill(&j, w->account, w->bid, w->cloud);
	j.total = b->devices;
	return provision_again(c, a, &j, e);
}

enum rc job_on_product(struct core *c, const struct core_actor *a,
    const char *bid, struct err *e)
{
	struct store_job_binding b;
	const struct store_welcome_of of = {.bid = bid, .account = b.account};
	struct store_welcome rows[JOB_QUEUE_CLOUDS_MAX];
	size_t i, n = JOB_QUEUE_CLOUDS_MAX;
	struct tx tx = TX_NONE;
	enum rc rc = store_job_binding(c->store, bid, &b, e);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_welcome_of(c->store, &of, rows, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		if (rows[i].admit)
			rc = tell_product(c, a, &rows[i], &b, e);
	return tx_end(c, &tx, rc, e);
}

/* The batch is in its new cloud, whole: it leaves the old one. */
static enum rc move_on(struct core *c, const struct store_job *j, struct err *e)
{
	struct core_actor a;
	struct store_cloud old;
	struct store_bind b;
	struct store_job gone;
	enum rc rc = store_bind_find(c->store, j->bid, &b, e);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc != RC_OK || strcmp(b.account_id, j->account) != 0)
		return rc;
	memcpy(b.cloud_id, j->cloud, sizeof(b.cloud_id));
	rc = store_bind_change(c->store, &b, e);
	if (rc == RC_OK)
		rc = store_cloud_get(c->store, j->account, j->then_cloud, &old,
		    e);
	/* Deleted meanwhile. */
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	actor_of(j->account, "move", clock_now_s(), &a);
	memcpy(a.id, j->created_by, sizeof(a.id));
	job_queue_fill(&gone, j->account, j->bid, j->then_cloud);
	gone.total = b.devices;
	return job_queue_add(c, &a, &gone, "remove", e);
}

enum rc job_on_end(struct core *c, const struct store_job *j, struct err *e)
{
	if (j->failed > 0 || strcmp(j->state, "done") != 0)
		return RC_OK;
	if (job_queue_is(j, "remove"))
		return store_welcome_delete(c->store, j->cloud, j->bid,
		    (int64_t)j->only_seq, e);
	if (job_queue_is(j, "provision") && j->then_cloud[0] != '\0')
		return move_on(c, j, e);
	return RC_OK;
}

static enum rc end_fed(struct core *c, struct store_job *j, int64_t now_s,
    struct err *e)
{
	enum rc rc;

	(void)span_copy_str(SPAN_LIT("done"), j->state, sizeof(j->state));
	j->done = j->total;
	j->failed = 0;
	j->next_ms = 0;
	j->finished_at = now_s;
	j->last_error[0] = '\0';
	rc = store_job_save(c->store, j, NULL, e);
	return rc == RC_OK ? job_on_end(c, j, e) : rc;
}

enum rc job_on_fed(struct core *c, const char *cloud, uint64_t n, int64_t now_s,
    struct err *e)
{
	struct store_job jobs[FED_PAGE];
	size_t i, found = FED_PAGE;
	enum rc rc = RC_OK;

	while (rc == RC_OK && found == FED_PAGE) {
		rc = store_job_fed(c->store, cloud, n, jobs, &found, e);
		for (i = 0; rc == RC_OK && i < found; i++)
			rc = end_fed(c, &jobs[i], now_s, e);
	}
	return rc;
}
