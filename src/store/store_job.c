/* Jobs and their leases as stored.
 * Must not decide when a job is tried again: that is the courier's work. */
#include <string.h>

#include "base/clock.h"
#include "store/db.h"
#include "store/store_bind.h"
#include "store/store_job.h"
#include "store/store_tally.h"

#define COLUMNS                                                          \
	"n, id, account_id, bid, cloud_id, kind, state, only_failed, "   \
	"cursor_seq, total, done, failed, chunk, refused, tries, "       \
	"coalesce(next_ms, 0), rate_milli, feed_n, last_error, result, " \
	"created_at, started_at, finished_at, created_by, only_seq, "    \
	"created, same, altered, removed, conflicts, then_cloud"
#define COLUMNS_N 31
#define OPEN "state IN ('queued', 'running', 'waiting', 'paused')"

static void read_row(struct stmt *s, struct store_job *out)
{
	memset(out, 0, sizeof(*out));
	out->n = (uint64_t)db_col_int(s, 0);
	db_col_str(s, 1, out->id, sizeof(out->id));
	db_col_str(s, 2, out->account, sizeof(out->account));
	db_col_str(s, 3, out->bid, sizeof(out->bid));
	db_col_str(s, 4, out->cloud, sizeof(out->cloud));
	db_col_str(s, 5, out->kind, sizeof(out->kind));
	db_col_str(s, 6, out->state, sizeof(out->state));
	out->only_failed = db_col_int(s, 7) != 0;
	out->cursor_seq = (uint64_t)db_col_int(s, 8);
	out->total = (uint64_t)db_col_int(s, 9);
	out->done = (uint64_t)db_col_int(s, 10);
	out->failed = (uint64_t)db_col_int(s, 11);
	out->chunk = (uint32_t)db_col_int(s, 12);
	out->refused = (uint32_t)db_col_int(s, 13);
	out->tries = (uint32_t)db_col_int(s, 14);
	out->next_ms = db_col_int(s, 15);
	out->rate_milli = (uint64_t)db_col_int(s, 16);
	out->feed_n = (uint64_t)db_col_int(s, 17);
	db_col_str(s, 18, out->last_error, sizeof(out->last_error));
	db_col_str(s, 19, out->result, sizeof(out->result));
	out->created_at = db_col_int(s, 20);
	out->started_at = db_col_int(s, 21);
	out->finished_at = db_col_int(s, 22);
	db_col_str(s, 23, out->created_by, sizeof(out->created_by));
	out->only_seq = (uint64_t)db_col_int(s, 24);
	out->created = (uint64_t)db_col_int(s, 25);
	out->same = (uint64_t)db_col_int(s, 26);
	out->altered = (uint64_t)db_col_int(s, 27);
	out->removed = (uint64_t)db_col_int(s, 28);
	out->conflicts = (uint64_t)db_col_int(s, 29);
	db_col_str(s, 30, out->then_cloud, sizeof(out->then_cloud));
}

/* Tells whoever the job is for: a batch, or a device that is somebody's by
 * itself and counts for no batch. */
static enum rc tell_progress(struct store *s, const struct store_job *j,
    uint64_t done_before, struct err *e)
{
	struct store_tally_sum d = {.provisioned = 1};
	enum rc rc;

	if (j->only_seq == 0)
		return store_bind_progress(s, j->bid, e);
	if (j->done <= done_before)
		return RC_OK;
	rc = db_run(store_db(s), e,
	    "UPDATE claim_voucher SET provisioned = provisioned + 1 "
	    "WHERE id = (SELECT d.voucher_id FROM device_claim d "
	    "WHERE d.seq = $1 AND d.account_id = $2)",
	    DB_I(j->only_seq), DB_T(j->account));
	return rc == RC_OK ? store_tally_sum_add(s, j->account, &d, e) : rc;
}

/* The one row of q, which is ended; RC_NOT_FOUND leaves e alone. */
static enum rc read_one(enum rc rc, struct stmt *q, struct store_job *out,
    struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_row(q, out);
	db_done(q);
	return rc;
}

static enum rc read_many(enum rc rc, struct stmt *q, struct store_job *out,
    size_t cap, size_t *n, struct err *e)
{
	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		read_row(q, &out[(*n)++]);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_job_add(struct store *s, struct store_job *row, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "INSERT INTO job (id, account_id, bid, cloud_id, kind, state, "
	    "only_failed, cursor_seq, total, done, failed, chunk, refused, "
	    "tries, next_ms, rate_milli, feed_n, last_error, result, "
	    "created_at, started_at, finished_at, created_by, only_seq, "
	    "then_cloud) "
	    "VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, 0, 0, $8, 0, 0, $9, "
	    "0, 0, '', $14, $10, 0, 0, $11, $12, $13) RETURNING n",
	    DB_T(row->id), DB_T(row->account), DB_TN(row->bid),
	    DB_T(row->cloud), DB_T(row->kind), DB_T(row->state),
	    DB_I(row->total), DB_I(row->chunk), DB_I(row->next_ms),
	    DB_I(row->created_at), DB_T(row->created_by), DB_I(row->only_seq),
	    DB_T(row->then_cloud), DB_T(row->result));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		row->n = (uint64_t)db_col_int(q, 0);
		/* To its end, or it is not written. */
		rc = db_step(q, e);
		rc = rc == RC_NOT_FOUND ? RC_OK : rc;
	}
	db_done(q);
	return rc == RC_OK ? tell_progress(s, row, 0, e) : rc;
}

enum rc store_job_get(struct store *s, const char *account, const char *id,
    struct store_job *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM job WHERE id = $1 "
	    "AND account_id = coalesce($2, account_id)",
	    DB_T(id), DB_T(account));

	rc = read_one(rc, q, out, e);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "job-unknown",
		    "There is no such job in this account.");
	return rc;
}

#define LISTED                                                            \
	" AND state = coalesce($3, state) AND kind = coalesce($7, kind) " \
	"AND n < $4 ORDER BY n DESC LIMIT $5"

enum rc store_job_list(struct store *s, const struct store_job_filter *f,
    struct store_job *out, size_t cap, size_t *n, struct err *e)
{
	static const char by_batch[] =
	    "SELECT " COLUMNS " FROM job "
	    "WHERE account_id || '' = $1 AND bid = $2 AND ($6 IS NULL "
	    "OR cloud_id || '' = $6)" LISTED;
	static const char by_cloud[] = "SELECT " COLUMNS " FROM job "
				       "WHERE account_id || '' = $1 AND $2 IS "
				       "NULL AND cloud_id = $6" LISTED;
	static const char all[] = "SELECT " COLUMNS " FROM job "
				  "WHERE account_id = $1 AND $2 IS NULL "
				  "AND $6 IS NULL" LISTED;
	const char *sql = all;
	int64_t before = f->before > 0 ? (int64_t)f->before : INT64_MAX;
	struct stmt *q = NULL;
	enum rc rc;

	if (f->bid && f->bid[0] != '\0')
		sql = by_batch;
	else if (f->cloud && f->cloud[0] != '\0')
		sql = by_cloud;
	rc = db_ask(store_db(s), &q, e, sql, DB_T(f->account), DB_TN(f->bid),
	    DB_TN(f->state), DB_I(before), DB_I(cap), DB_TN(f->cloud),
	    DB_TN(f->kind));
	return read_many(rc, q, out, cap, n, e);
}

enum rc store_job_open(struct store *s, const struct store_job_filter *f,
    uint64_t after, struct store_job *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM job WHERE account_id = $1 AND " OPEN
	    " AND n > $2 AND ($3 IS NULL OR bid = $3) ORDER BY n LIMIT $4",
	    DB_T(f->account), DB_I(after), DB_TN(f->bid), DB_I(cap));

	return read_many(rc, q, out, cap, n, e);
}

enum rc store_job_changed(struct store *s, const struct store_job_filter *f,
    struct store_change *at, struct store_job *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS ", changed FROM job WHERE account_id = $1 "
	    "AND (changed, n) > ($2, $3) AND ($4 IS NULL OR bid = $4) "
	    "ORDER BY changed, n LIMIT $5",
	    DB_T(f->account), DB_I(at->changed), DB_I(at->n), DB_TN(f->bid),
	    DB_I(cap));

	*n = 0;
	while (rc == RC_OK && (rc = db_step(q, e)) == RC_OK) {
		read_row(q, &out[*n]);
		at->n = out[(*n)++].n;
		at->changed = (uint64_t)db_col_int(q, COLUMNS_N);
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_job_find_open(struct store *s, const struct store_job *like,
    struct store_job *out, struct err *e)
{
	static const char of_batch[] =
	    "SELECT " COLUMNS " FROM job WHERE bid = $1 AND only_seq = $2 "
	    "AND cloud_id || '' = $3 AND kind = $4 AND " OPEN
	    " ORDER BY n LIMIT 1";
	static const char of_cloud[] =
	    "SELECT " COLUMNS " FROM job WHERE $1 IS NULL AND bid IS NULL "
	    "AND only_seq = $2 AND cloud_id = $3 AND kind = $4 AND " OPEN
	    " ORDER BY n LIMIT 1";
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    like->bid[0] ? of_batch : of_cloud, DB_TN(like->bid),
	    DB_I(like->only_seq), DB_T(like->cloud), DB_T(like->kind));

	return read_one(rc, q, out, e);
}

enum rc store_job_last(struct store *s, const char *bid, uint64_t seq,
    struct store_job *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM job WHERE n IN (SELECT max(k.n) "
	    "FROM job k WHERE k.bid = $1 AND k.only_seq IN (0, $2) "
	    "AND k.kind IN ('provision', 'remove') AND k.account_id || '' = "
	    "coalesce("
	    "(SELECT d.account_id FROM device_claim d WHERE d.seq = $2), "
	    "(SELECT b.account_id FROM binding b WHERE b.bid = $1)) AND "
	    "(k.state <> 'cancelled' OR k.done + k.failed > 0) "
	    "GROUP BY k.cloud_id) ORDER BY n DESC LIMIT $3",
	    DB_T(bid), DB_I(seq), DB_I(cap));

	return read_many(rc, q, out, cap, n, e);
}

enum rc store_job_started(struct store *s, const char *cloud, const char *bid,
    bool *started, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM job WHERE bid = $1 AND only_seq = 0 "
	    "AND kind IN ('provision', 'sync') AND started_at > 0 "
	    "AND cloud_id || '' = $2 LIMIT 1",
	    DB_T(bid), DB_T(cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*started = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_job_cancel_batch(struct store *s, const char *account,
    const char *bid, int64_t now_s, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE job SET state = 'cancelled', finished_at = $2, "
	    "next_ms = NULL WHERE bid = $1 AND only_seq = 0 "
	    "AND account_id || '' = $3 "
	    "AND kind NOT IN ('remove', 'sync') AND " OPEN,
	    DB_T(bid), DB_I(now_s), DB_T(account));
}

enum rc store_job_wake(struct store *s, const char *cloud, int64_t now_ms,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE job SET next_ms = $2 WHERE cloud_id = $1 "
	    "AND state = 'waiting' AND next_ms > $2",
	    DB_T(cloud), DB_I(now_ms));
}

enum rc store_job_newest(struct store *s, const char *cloud, const char *bid,
    const char *kind, struct store_job *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM job WHERE bid = $1 AND only_seq = 0 "
	    "AND cloud_id || '' = $2 AND kind = coalesce($3, kind) "
	    "ORDER BY n DESC LIMIT 1",
	    DB_T(bid), DB_T(cloud), DB_TN(kind));

	return read_one(rc, q, out, e);
}

/* A lease that holds: jobs of one batch in one cloud take turns, and a cloud
 * has two at most; one that was away has a single one to try with. */
#define LEASED "k.lease IS NOT NULL AND k.lease_ms >= $1"

/* n of the job to lease; RC_NOT_FOUND leaves e alone. */
static enum rc find_due(struct store *s, const struct store_job_claim *c,
    int64_t *n, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT j.n FROM job j JOIN cloud c ON c.id = j.cloud_id "
	    "WHERE j.next_ms <= $1 AND (j.lease IS NULL OR j.lease_ms < $1) "
	    "AND ($2 = 0 OR (c.breaker = 'closed' "
	    "AND j.kind NOT IN ('plan', 'audit'))) "
	    "AND (c.breaker = 'closed' OR j.kind = 'test' "
	    "OR c.breaker_until_ms <= $1) AND (SELECT count(*) FROM job k "
	    "WHERE k.cloud_id = j.cloud_id AND " LEASED ") < "
	    "CASE c.breaker WHEN 'closed' THEN 2 ELSE 1 END "
	    "AND NOT EXISTS (SELECT 1 FROM job k WHERE k.cloud_id = j.cloud_id "
	    "AND k.bid = j.bid AND " LEASED ") "
	    "AND (j.kind NOT IN ('plan', 'audit') OR (SELECT count(*) "
	    "FROM job k WHERE k.kind IN ('plan', 'audit') AND " LEASED ") < 2) "
	    "ORDER BY (SELECT count(*) FROM job k "
	    "WHERE k.account_id || '' = j.account_id AND " LEASED "), "
	    "j.served_ms, j.n LIMIT 1",
	    DB_I(c->now_ms), DB_I(c->untried));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		*n = db_col_int(q, 0);
	db_done(q);
	return rc;
}

enum rc store_job_waits(struct store *s, const struct store_job *mine,
    int64_t since_ms, bool *waits, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM job j JOIN cloud c ON c.id = j.cloud_id "
	    "WHERE j.next_ms <= $1 AND j.lease IS NULL AND j.n <> $2 "
	    "AND (c.breaker = 'closed' OR c.breaker_until_ms <= $1) "
	    "AND (j.cloud_id = $3 OR (SELECT count(*) FROM job k "
	    "WHERE k.cloud_id = j.cloud_id AND " LEASED ") < 2) LIMIT 1",
	    DB_I(since_ms), DB_I(mine->n), DB_T(mine->cloud));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*waits = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc find_n(struct store *s, uint64_t n, struct store_job *out,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM job WHERE n = $1", DB_I(n));

	return read_one(rc, q, out, e);
}

enum rc store_job_claim(struct store *s, const struct store_job_claim *c,
    struct store_job *out, struct err *e)
{
	int64_t n = 0;
	enum rc rc;

	/* Looks before it takes the write lock: mostly there is nothing. */
	rc = find_due(s, c, &n, e);
	if (rc != RC_OK)
		return rc;
	rc = store_begin(s, e);
	if (rc != RC_OK)
		return rc;
	rc = find_due(s, c, &n, e);
	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "UPDATE job SET lease = $2, lease_ms = $3, "
		    "served_ms = $4, state = 'running', started_at = CASE "
		    "WHEN started_at = 0 THEN $5 ELSE started_at END "
		    "WHERE n = $1",
		    DB_I(n), DB_T(c->lease), DB_I(c->until_ms), DB_I(c->now_ms),
		    DB_I(c->now_ms / 1000));
	if (rc == RC_OK)
		rc = find_n(s, (uint64_t)n, out, e);
	if (rc == RC_OK)
		rc = store_commit(s, e);
	if (rc != RC_OK)
		store_rollback(s);
	return rc;
}

enum rc store_job_unlease(struct store *s, struct err *e)
{
	return db_exec(store_db(s),
	    "UPDATE job SET lease = NULL WHERE lease IS NOT NULL", NULL, 0,
	    NULL, e);
}

/* What a step adds to its hour; a device that is tried again counts once more
 * only when it comes to something else. */
static enum rc count_step(struct store *s, const struct store_job *before,
    const struct store_job *now, struct err *e)
{
	struct store_tally t = {0};
	enum rc rc = RC_OK;

	if (strcmp(now->kind, "provision") != 0)
		return tell_progress(s, now, now->done, e);
	if (now->done > before->done)
		t.devices_provisioned = (int64_t)(now->done - before->done);
	if (now->failed > before->failed)
		t.devices_failed = (int64_t)(now->failed - before->failed);
	if (t.devices_provisioned > 0 || t.devices_failed > 0)
		rc = store_tally_add(s, before->account, clock_now_s(), &t, e);
	return rc == RC_OK ? tell_progress(s, now, before->done, e) : rc;
}

static enum rc lost(struct err *e)
{
	return err_set(e, RC_CONFLICT, "lease-lost",
	    "The job is somebody else's by now.");
}

/* What somebody else has decided meanwhile, a pause or a cancellation, stays.
 */
#define STOPPED "state IN ('paused', 'cancelled')"

/* lease NULL: whoever has it keeps it. */
static enum rc write_row(struct store *s, const struct store_job *row,
    const char *lease, int64_t until_ms, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE job SET "
	    "state = CASE WHEN $17 IS NOT NULL AND " STOPPED
	    " THEN state ELSE $2 END, "
	    "next_ms = CASE WHEN $17 IS NOT NULL AND " STOPPED
	    " THEN next_ms ELSE $11 END, "
	    "finished_at = CASE WHEN $17 IS NOT NULL AND " STOPPED
	    " THEN finished_at ELSE $16 END, "
	    "only_failed = $3, cursor_seq = $4, "
	    "total = $5, done = $6, failed = $7, chunk = $8, refused = $9, "
	    "tries = $10, rate_milli = $12, feed_n = $13, "
	    "last_error = $14, result = $15, "
	    "created = $18, same = $19, altered = $20, removed = $21, "
	    "conflicts = $22, "
	    "then_cloud = CASE WHEN $17 IS NULL THEN $23 ELSE then_cloud END, "
	    "lease = CASE WHEN $17 IS NULL OR $24 > 0 THEN lease END, "
	    "lease_ms = CASE WHEN $24 > 0 THEN $24 ELSE lease_ms END "
	    "WHERE n = $1 AND ($17 IS NULL OR lease = $17)",
	    DB_I(row->n), DB_T(row->state), DB_I(row->only_failed),
	    DB_I(row->cursor_seq), DB_I(row->total), DB_I(row->done),
	    DB_I(row->failed), DB_I(row->chunk), DB_I(row->refused),
	    DB_I(row->tries), row->next_ms > 0 ? DB_I(row->next_ms) : DB_N,
	    DB_I(row->rate_milli), DB_I(row->feed_n), DB_T(row->last_error),
	    DB_T(row->result), DB_I(row->finished_at), DB_T(lease),
	    DB_I(row->created), DB_I(row->same), DB_I(row->altered),
	    DB_I(row->removed), DB_I(row->conflicts), DB_T(row->then_cloud),
	    DB_I(until_ms));

	return rc == RC_OK && changes == 0 ? lost(e) : rc;
}

static enum rc save_row(struct store *s, const struct store_job *row,
    const char *lease, int64_t until_ms, struct err *e)
{
	struct store_job before = {0};
	enum rc rc = find_n(s, row->n, &before, e);

	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = write_row(s, row, lease, until_ms, e);
	return rc == RC_OK ? count_step(s, &before, row, e) : rc;
}

enum rc store_job_save(struct store *s, const struct store_job *row,
    const char *lease, struct err *e)
{
	return save_row(s, row, lease, 0, e);
}

enum rc store_job_step(struct store *s, struct store_job *row,
    const char *lease, int64_t until_ms, struct err *e)
{
	struct store_job now;
	enum rc rc = save_row(s, row, lease, until_ms, e);

	if (rc == RC_OK)
		rc = find_n(s, row->n, &now, e);
	if (rc == RC_OK) {
		memcpy(row->state, now.state, sizeof(row->state));
		memcpy(row->then_cloud, now.then_cloud,
		    sizeof(row->then_cloud));
	}
	return rc;
}

enum rc store_job_renew(struct store *s, const struct store_job *row,
    const char *lease, int64_t until_ms, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE job SET lease_ms = $3 WHERE n = $1 AND lease = $2",
	    DB_I(row->n), DB_T(lease), DB_I(until_ms));

	return rc == RC_OK && changes == 0 ? lost(e) : rc;
}

enum rc store_job_fed(struct store *s, const char *cloud, uint64_t n,
    struct store_job *out, size_t *n_rows, struct err *e)
{
	size_t cap = *n_rows;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM job WHERE cloud_id = $1 "
	    "AND state = 'running' AND feed_n > 0 AND feed_n < $2 "
	    "ORDER BY feed_n LIMIT $3",
	    DB_T(cloud), DB_I(n), DB_I(cap));

	return read_many(rc, q, out, cap, n_rows, e);
}

enum rc store_job_binding(struct store *s, const char *bid,
    struct store_job_binding *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT b.account_id, coalesce(c.id, ''), coalesce(p.name, ''), "
	    "a.auto_provision, t.devices - (SELECT count(*) "
	    "FROM device_claim d WHERE d.bid = b.bid "
	    "AND d.account_id < b.account_id) - (SELECT count(*) "
	    "FROM device_claim d WHERE d.bid = b.bid "
	    "AND d.account_id > b.account_id) FROM binding b "
	    "JOIN account a ON a.id = b.account_id "
	    "JOIN batch t ON t.bid = b.bid "
	    "LEFT JOIN cloud c ON c.id = b.cloud_id "
	    "AND c.account_id = b.account_id AND c.deleted_at IS NULL "
	    "LEFT JOIN product p ON p.id = b.product_id WHERE b.bid = $1",
	    DB_T(bid));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		db_col_str(q, 0, out->account, sizeof(out->account));
		db_col_str(q, 1, out->cloud, sizeof(out->cloud));
		db_col_str(q, 2, out->product, sizeof(out->product));
		out->automatic = db_col_int(q, 3) != 0;
		out->devices = (uint64_t)db_col_int(q, 4);
	}
	db_done(q);
	return rc;
}
