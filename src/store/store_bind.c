/* Bindings, in SQL.
 * Must not decide who may bind. */
#include "store/store_bind.h"

#include <string.h>

#include "store/db.h"
#include "store/store_bind_read.h"
#include "store/store_tally.h"

void store_bind_read(struct stmt *st, struct store_bind *out)
{
	memset(out, 0, sizeof(*out));
	db_col_str(st, 0, out->bid, sizeof(out->bid));
	db_col_str(st, 1, out->account_id, sizeof(out->account_id));
	db_col_str(st, 2, out->product_id, sizeof(out->product_id));
	db_col_str(st, 3, out->cloud_id, sizeof(out->cloud_id));
	out->bound_at = db_col_int(st, 4);
	db_col_str(st, 5, out->by_id, sizeof(out->by_id));
	db_col_str(st, 6, out->by_name, sizeof(out->by_name));
	db_col_str(st, 7, out->by_from, sizeof(out->by_from));
	out->devices = (uint64_t)db_col_int(st, 8);
	out->provisioned = (uint64_t)db_col_int(st, 9);
	out->failed = (uint64_t)db_col_int(st, 10);
	out->seen = (uint64_t)db_col_int(st, 11);
	db_col_str(st, 12, out->state, sizeof(out->state));
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* What the account has of it already; no more while the batch is bound. */
static enum rc count_claimed(struct store *s, const struct store_bind *b,
    uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*) FROM device_claim WHERE bid = $1"
	    " AND account_id = $2",
	    DB_T(b->bid), DB_T(b->account_id));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

/* The sums follow what is bound; the hour is that of the binding, so that one
 * that was undone never happened. */
static enum rc count(struct store *s, const struct store_bind *b, int sign,
    struct err *e)
{
	struct store_tally t = {.batches_bound = sign};
	struct store_tally_sum d = {.batches = sign,
	    .provisioned = sign * (int64_t)b->provisioned,
	    .seen = sign * (int64_t)b->seen};
	uint64_t claimed = 0;
	enum rc rc = count_claimed(s, b, &claimed, e);

	t.devices_bound = sign * (int64_t)(b->devices - claimed);
	d.devices = t.devices_bound;
	if (rc == RC_OK)
		rc = store_tally_sum_add(s, b->account_id, &d, e);

	return rc == RC_OK
	    ? store_tally_add(s, b->account_id, b->bound_at, &t, e)
	    : rc;
}

enum rc store_bind_add(struct store *s, const struct store_bind *b,
    struct err *e)
{
	struct store_bind added;
	enum rc rc;

	rc = db_run(store_db(s), e,
	    "INSERT INTO binding (bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from, devices)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
	    " (SELECT t.devices FROM batch t WHERE t.bid = $1)"
	    " - (SELECT count(*) FROM device_claim d WHERE d.bid = $1"
	    " AND d.account_id <> $2))",
	    DB_T(b->bid), DB_T(b->account_id), DB_TN(b->product_id),
	    DB_TN(b->cloud_id), DB_I(b->bound_at), DB_T(b->by_id),
	    DB_T(b->by_name), DB_T(b->by_from));
	if (rc == RC_OK)
		rc = store_bind_find(s, b->bid, &added, e);
	return rc == RC_OK ? count(s, &added, 1, e) : rc;
}

enum rc store_bind_find(struct store *s, const char *bid,
    struct store_bind *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " STORE_BIND_COLS " FROM binding b WHERE b.bid = $1",
	    DB_T(bid));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		store_bind_read(st, out);
	db_done(st);
	return rc;
}

enum rc store_bind_change(struct store *s, const struct store_bind *b,
    struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE binding SET product_id = $1, cloud_id = $2"
	    " WHERE bid = $3 AND account_id = $4",
	    DB_TN(b->product_id), DB_TN(b->cloud_id), DB_T(b->bid),
	    DB_T(b->account_id));
	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

enum rc store_bind_end(struct store *s, const char *bid, const char *by_id,
    const char *by_name, int64_t now_s, struct err *e)
{
	struct store_bind b;
	enum rc rc = store_bind_find(s, bid, &b, e);

	if (rc == RC_OK)
		rc = count(s, &b, -1, e);
	if (rc != RC_OK)
		return rc;
	rc = db_run(store_db(s), e,
	    "INSERT INTO binding_past (bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from, unbound_at, unbound_by_id,"
	    " unbound_by_name) SELECT bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from, $1, $2, $3"
	    " FROM binding WHERE bid = $4",
	    DB_I(now_s), DB_T(by_id), DB_T(by_name), DB_T(bid));
	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e, "DELETE FROM binding WHERE bid = $1",
	    DB_T(bid));
}

/* What the last job of each cloud says of a batch. */
static enum rc read_progress(struct store *s, struct store_bind *b,
    struct err *e)
{
	struct stmt *st = NULL;
	const char *state;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT coalesce(sum(CASE WHEN kind = 'provision' THEN done"
	    " WHEN total > done THEN total - done ELSE 0 END), 0),"
	    " coalesce(sum(failed), 0), count(*), coalesce(sum(CASE WHEN state"
	    " IN ('queued', 'running', 'waiting', 'paused') THEN 1 ELSE 0 END),"
	    " 0), coalesce(sum(CASE WHEN"
	    " state = 'failed' OR failed > 0 THEN 1 ELSE 0 END), 0)"
	    " FROM job WHERE n IN (SELECT max(k.n) FROM job k"
	    " WHERE k.bid = $1 AND k.only_seq = 0 AND k.account_id || '' = $2"
	    " AND k.kind IN ('provision', 'remove') AND"
	    " (k.state <> 'cancelled' OR k.done + k.failed > 0)"
	    " GROUP BY k.cloud_id)"
	    " AND NOT (kind = 'remove' AND state = 'done' AND failed = 0)",
	    DB_T(b->bid), DB_T(b->account_id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		b->provisioned = (uint64_t)db_col_int(st, 0);
		b->failed = (uint64_t)db_col_int(st, 1);
		state = db_col_int(st, 2) == 0 ? "bound"
		    : db_col_int(st, 3) > 0    ? "provisioning"
		    : db_col_int(st, 4) > 0    ? "failed"
					       : "provisioned";
		(void)span_copy_str(span_str(state), b->state,
		    sizeof(b->state));
	}
	db_done(st);
	return rc;
}

static bool is_same(const struct store_bind *a, const struct store_bind *b)
{
	return a->provisioned == b->provisioned && a->failed == b->failed &&
	    strcmp(a->state, b->state) == 0;
}

enum rc store_bind_progress(struct store *s, const char *bid, struct err *e)
{
	struct store_tally_sum d = {0};
	struct store_bind b, now;
	enum rc rc = store_bind_find(s, bid, &b, e);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	now = b;
	rc = read_progress(s, &now, e);
	if (rc != RC_OK || is_same(&now, &b))
		return rc;
	rc = db_run(store_db(s), e,
	    "UPDATE binding SET provisioned = $2, failed = $3, state = $4"
	    " WHERE bid = $1",
	    DB_T(bid), DB_I(now.provisioned), DB_I(now.failed),
	    DB_T(now.state));
	d.provisioned = (int64_t)now.provisioned - (int64_t)b.provisioned;
	if (rc == RC_OK && d.provisioned != 0)
		rc = store_tally_sum_add(s, b.account_id, &d, e);
	return rc;
}

enum rc store_bind_reels(struct store *s, const struct store_bind_filter *f,
    int64_t after, int64_t *ids, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT r.id FROM binding b JOIN reel r ON r.bid = b.bid"
	    " WHERE b.account_id = $1 AND r.id > $2"
	    " AND r.state = 'published' AND ($3 = '' OR b.bid = $3)"
	    " AND ($4 = '' OR b.product_id = $4) ORDER BY r.id LIMIT $5",
	    DB_T(f->account_id), DB_I(after), DB_T(or_empty(f->bid)),
	    DB_T(or_empty(f->product_id)), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		ids[(*n)++] = db_col_int(st, 0);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
