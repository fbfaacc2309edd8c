/* Product clouds as stored.
 * Must not judge them: that is core/cloud.c. */
#include <string.h>

#include "store/db.h"
#include "store/store_cloud.h"

#define COLUMNS                                                       \
	"id, account_id, name, type, form, url, audience, username, " \
	"sealed IS NOT NULL, ca_pem IS NOT NULL, chunk, feed_acked, " \
	"feed_seen_at, created_at, settings, quotas, breaker, "       \
	"breaker_why, breaker_since, breaker_until_ms, faults"

static void read_row(struct stmt *s, struct store_cloud *out)
{
	memset(out, 0, sizeof(*out));
	db_col_str(s, 0, out->id, sizeof(out->id));
	db_col_str(s, 1, out->account, sizeof(out->account));
	db_col_str(s, 2, out->name, sizeof(out->name));
	db_col_str(s, 3, out->type, sizeof(out->type));
	db_col_str(s, 4, out->form, sizeof(out->form));
	db_col_str(s, 5, out->url, sizeof(out->url));
	db_col_str(s, 6, out->audience, sizeof(out->audience));
	db_col_str(s, 7, out->username, sizeof(out->username));
	out->has_secret = db_col_int(s, 8) != 0;
	out->has_ca = db_col_int(s, 9) != 0;
	out->chunk = (uint32_t)db_col_int(s, 10);
	out->feed_acked = (uint64_t)db_col_int(s, 11);
	out->feed_seen_at = db_col_int(s, 12);
	out->created_at = db_col_int(s, 13);
	db_col_str(s, 14, out->settings, sizeof(out->settings));
	db_col_str(s, 15, out->quotas, sizeof(out->quotas));
	db_col_str(s, 16, out->breaker.state, sizeof(out->breaker.state));
	db_col_str(s, 17, out->breaker.why, sizeof(out->breaker.why));
	out->breaker.since = db_col_int(s, 18);
	out->breaker.until_ms = db_col_int(s, 19);
	out->breaker.faults = (uint32_t)db_col_int(s, 20);
}

/* An object that was not given is an empty one. */
static struct db_val object(const char *json)
{
	return DB_T(json[0] != '\0' ? json : "{}");
}

static struct db_val blob_or_null(struct span s)
{
	return s.n > 0 ? DB_BS(s) : DB_N;
}

static enum rc name_taken(enum rc rc, struct err *e)
{
	if (rc != RC_CONFLICT)
		return rc;
	return err_set(e, RC_CONFLICT, "cloud-exists",
	    "The account has a product cloud of this name already; choose "
	    "another name.");
}

enum rc store_cloud_add(struct store *s, const struct store_cloud *row,
    struct span sealed, struct span ca_pem, struct err *e)
{
	enum rc rc = db_run(store_db(s), e,
	    "INSERT INTO cloud (id, account_id, name, type, form, url, "
	    "audience, username, sealed, ca_pem, chunk, created_at, "
	    "settings, quotas) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
	    "$10, $11, $12, $13, $14)",
	    DB_T(row->id), DB_T(row->account), DB_T(row->name), DB_T(row->type),
	    DB_T(row->form), DB_T(row->url), DB_T(row->audience),
	    DB_T(row->username), blob_or_null(sealed), blob_or_null(ca_pem),
	    DB_I(row->chunk), DB_I(row->created_at), object(row->settings),
	    object(row->quotas));

	return name_taken(rc, e);
}

static enum rc no_cloud(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "cloud-unknown",
	    "There is no such product cloud in this account.");
}

enum rc store_cloud_get(struct store *s, const char *account, const char *id,
    struct store_cloud *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM cloud WHERE id = $1 AND "
	    "account_id = coalesce($2, account_id) AND deleted_at IS NULL",
	    DB_T(id), DB_T(account));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_row(q, out);
	else if (rc == RC_NOT_FOUND)
		rc = no_cloud(e);
	db_done(q);
	return rc;
}

enum rc store_cloud_list(struct store *s, const char *account,
    const char *after, struct store_cloud *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM cloud WHERE account_id = $1 AND "
	    "deleted_at IS NULL AND n > coalesce((SELECT n FROM cloud "
	    "WHERE id = $2 AND account_id = $1), 0) ORDER BY n LIMIT $3",
	    DB_T(account), DB_T(after), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		read_row(q, &out[(*n)++]);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_cloud_count(struct store *s, const char *account, uint64_t *n,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT count(*) FROM cloud WHERE account_id = $1 "
	    "AND deleted_at IS NULL",
	    DB_T(account));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		*n = (uint64_t)db_col_int(q, 0);
	db_done(q);
	return rc;
}

enum rc store_cloud_work(struct store *s, const char *id,
    struct store_cloud_work *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT (SELECT count(*) FROM cloud_welcome w WHERE w.cloud_id = "
	    "$1 "
	    "AND w.seq = 0 AND w.wanted = 'admit'), count(*), "
	    "coalesce(sum(j.total), 0), coalesce(sum(j.done), 0) FROM job j "
	    "WHERE j.cloud_id = $1 AND j.account_id = (SELECT c.account_id "
	    "FROM cloud c WHERE c.id = $1) AND j.kind <> 'test' AND j.state "
	    "IN ('queued', 'running', 'waiting', 'paused')",
	    DB_T(id));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		out->batches = (uint64_t)db_col_int(q, 0);
		out->jobs = (uint64_t)db_col_int(q, 1);
		out->total = (uint64_t)db_col_int(q, 2);
		out->done = (uint64_t)db_col_int(q, 3);
	}
	db_done(q);
	return rc;
}

enum rc store_cloud_welcomes(struct store *s, const char *id, bool *any,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM cloud_welcome WHERE cloud_id = $1 LIMIT 1",
	    DB_T(id));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*any = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_cloud_in_use(struct store *s, const char *id, bool *used,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT 1 FROM job WHERE cloud_id = $1 AND kind <> 'test' "
	    "AND state IN ('queued', 'running', 'waiting', 'paused') LIMIT 1",
	    DB_T(id));

	if (rc == RC_OK)
		rc = db_step(q, e);
	*used = rc == RC_OK;
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc read_blob(struct store *s, const char *sql, const char *id,
    struct buf *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e, sql, DB_T(id));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK && !db_col_null(q, 0))
		buf_add_span(out, db_col_blob(q, 0));
	db_done(q);
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	if (rc == RC_OK && !buf_ok(out))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

enum rc store_cloud_sealed(struct store *s, const char *id, struct buf *sealed,
    struct err *e)
{
	return read_blob(s, "SELECT sealed FROM cloud WHERE id = $1", id,
	    sealed, e);
}

enum rc store_cloud_ca(struct store *s, const char *id, struct buf *pem,
    struct err *e)
{
	return read_blob(s, "SELECT ca_pem FROM cloud WHERE id = $1", id, pem,
	    e);
}

enum rc store_cloud_update(struct store *s, const struct store_cloud *row,
    struct span sealed, struct span ca_pem, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE cloud SET name = $3, username = $4, chunk = $5, "
	    "sealed = coalesce($6, sealed), ca_pem = CASE WHEN $10 <> 0 "
	    "THEN coalesce($7, ca_pem) END, "
	    "settings = $8, quotas = $9 "
	    "WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL",
	    DB_T(row->id), DB_T(row->account), DB_T(row->name),
	    DB_T(row->username), DB_I(row->chunk), blob_or_null(sealed),
	    blob_or_null(ca_pem), object(row->settings), object(row->quotas),
	    DB_I(row->has_ca));

	if (rc == RC_OK && changes == 0)
		return no_cloud(e);
	return name_taken(rc, e);
}

enum rc store_cloud_break(struct store *s, const char *id,
    const struct store_cloud_breaker *b, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE cloud SET breaker = $2, breaker_why = $3, "
	    "breaker_since = $4, breaker_until_ms = $5, faults = $6 "
	    "WHERE id = $1",
	    DB_T(id), DB_T(b->state), DB_T(b->why), DB_I(b->since),
	    DB_I(b->until_ms), DB_I(b->faults));
}

enum rc store_cloud_delete(struct store *s, const char *account, const char *id,
    int64_t now_s, struct err *e)
{
	struct db *d = store_db(s);
	int64_t changes = 0;
	enum rc rc = db_run_n(d, &changes, e,
	    "UPDATE cloud SET deleted_at = $3, sealed = NULL, username = '' "
	    "WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL",
	    DB_T(id), DB_T(account), DB_I(now_s));

	if (rc == RC_OK && changes == 0)
		return no_cloud(e);
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "DELETE FROM cloud_welcome WHERE cloud_id = $1", DB_T(id));
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "DELETE FROM cloud_change WHERE cloud_id = $1", DB_T(id));
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "UPDATE account SET default_cloud = NULL "
		    "WHERE id = $2 AND default_cloud = $1",
		    DB_T(id), DB_T(account));
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "UPDATE claim_voucher SET cloud_id = NULL "
		    "WHERE account_id = $2 AND cloud_id = $1",
		    DB_T(id), DB_T(account));
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "UPDATE binding SET cloud_id = NULL "
		    "WHERE account_id = $2 AND cloud_id = $1",
		    DB_T(id), DB_T(account));
	return rc;
}
