/* The connector of type "gate": events in the feed of the account's own cloud,
 * which its gate fetches.
 * Must not call anybody. */
#include <string.h>

#include "base/clock.h"
#include "cloud/connector.h"
#include "store/store_feed.h"

#define SEEN_LATELY_S 300

/* The product a whole batch is announced with; none when it is unbound. */
static enum rc product_of(struct core *core, const struct store_job *j,
    struct store_feed_event *ev, struct err *e)
{
	struct store_job_binding b;
	enum rc rc;

	if (j->only_seq > 0)
		return RC_OK;
	rc = store_job_binding(core->store, j->bid, &b, e);
	if (rc == RC_OK)
		memcpy(ev->product, b.product, sizeof(ev->product));
	return rc == RC_NOT_FOUND && strcmp(ev->op, "remove") == 0 ? RC_OK : rc;
}

/* What is told of each device is what holds when the gate reads. */
static enum rc announce(struct core *core, const struct store_cloud *cloud,
    struct store_job *j, struct err *e)
{
	bool gone = strcmp(j->kind, "remove") == 0;
	struct store_feed_event ev = {.seq = (int64_t)j->only_seq};
	enum rc rc;

	/* Who changed a device has told the feed of it already. */
	if (strcmp(j->kind, "sync") == 0)
		return store_feed_last(core->store, cloud->id, &j->feed_n, e);
	(void)span_copy_str(span_str(gone ? "remove" : "admit"), ev.op,
	    sizeof(ev.op));
	memcpy(ev.bid, j->bid, sizeof(ev.bid));
	rc = product_of(core, j, &ev, e);
	if (rc == RC_OK)
		rc = store_feed_add(core->store, cloud->id, &ev, clock_now_s(),
		    e);
	j->feed_n = ev.n;
	return rc;
}

static void put_check(struct json *w, const char *key, bool ok,
    const char *detail)
{
	json_key(w, key);
	json_obj(w);
	json_put_bool(w, "ok", ok);
	json_put_str(w, "detail", detail);
	json_end(w);
}

static enum rc test(struct core *core, const struct store_cloud *cloud,
    struct json *checks, struct err *e)
{
	int64_t seen = cloud->feed_seen_at;
	bool lately = seen > 0 && clock_now_s() - seen < SEEN_LATELY_S;
	const char *detail = seen == 0 ? "No gate has fetched the feed yet."
	    : lately ? "A gate has fetched the feed in the last five minutes."
		     : "No gate has fetched the feed in the last five minutes.";

	put_check(checks, "info", true, "The feed is ready to be fetched.");
	put_check(checks, "auth", lately, detail);
	if (!lately)
		return err_set(e, RC_AGAIN, "gate-absent", "%s", detail);
	return RC_OK;
}

static const struct cloud_field fields[] = {{.name = NULL}};
static const struct cloud_op ops[] = {{NULL, 0, NULL}};

const struct connector gate_connector = {
    .rules = {.type = "gate",
	.title = "Own cloud behind a gate",
	.group = 1,
	.can_remove = true,
	.can_suspend = true,
	.fields = fields,
	.ops = ops},
    .announce = announce,
    .test = test,
};
