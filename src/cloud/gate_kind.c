/* The connector of type "gate": one event in the feed of the account's own
 * cloud, which its gate fetches.
 * Must not call anybody. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cloud/cloud_kind.h"
#include "store/store_feed.h"

#define SEEN_LATELY_S 300

static enum rc announce(struct cloud_kind_call *call, struct store_job *j,
    struct err *e)
{
	struct store_feed_event ev = {.op = "admit"};
	struct store_job_binding b;
	enum rc rc = RC_OK;

	memcpy(ev.bid, j->bid, sizeof(ev.bid));
	ev.seq = (int64_t)j->only_seq;
	if (j->only_seq == 0) {
		rc = store_job_binding(call->core->store, j->bid, &b, e);
		memcpy(ev.product, b.product, sizeof(ev.product));
	}
	if (rc != RC_OK)
		return rc;
	rc = store_feed_add(call->core->store, call->cloud->id, &ev,
	    clock_now_s(), e);
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

static enum rc test(struct cloud_kind_call *call, struct buf *out,
    struct err *e)
{
	int64_t seen = call->cloud->feed_seen_at;
	bool lately = seen > 0 && clock_now_s() - seen < SEEN_LATELY_S;
	const char *detail = seen == 0 ? "No gate has fetched the feed yet."
	    : lately ? "A gate has fetched the feed in the last five minutes."
		     : "No gate has fetched the feed in the last five minutes.";
	struct json w;

	json_init(&w, out);
	json_obj(&w);
	put_check(&w, "info", true, "The feed is ready to be fetched.");
	put_check(&w, "auth", lately, detail);
	json_end(&w);
	if (!lately)
		return err_set(e, RC_AGAIN, "gate-absent", "%s", detail);
	return RC_OK;
}

const struct cloud_kind gate_kind = {
    .type = "gate",
    .announce = announce,
    .test = test,
};
