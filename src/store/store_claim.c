/* Claim vouchers and the devices that came by them, in SQL.
 * Must not decide who may. */
#include "store/store_claim.h"

#include <string.h>

#include "store/db.h"
#include "store/store_tally.h"

#define COLS                                                                \
	"id, account_id, product_id, coalesce(cloud_id, ''), name, "        \
	"max_devices, bound, provisioned, active, expires_at, created_at, " \
	"created_by, coalesce(revoked_at, 0)"

static void read_row(struct stmt *st, struct store_claim *v)
{
	memset(v, 0, sizeof(*v));
	db_col_str(st, 0, v->id, sizeof(v->id));
	db_col_str(st, 1, v->account_id, sizeof(v->account_id));
	db_col_str(st, 2, v->product_id, sizeof(v->product_id));
	db_col_str(st, 3, v->cloud_id, sizeof(v->cloud_id));
	db_col_str(st, 4, v->name, sizeof(v->name));
	v->max_devices = (uint64_t)db_col_int(st, 5);
	v->bound = (uint64_t)db_col_int(st, 6);
	v->provisioned = (uint64_t)db_col_int(st, 7);
	v->active = (uint64_t)db_col_int(st, 8);
	v->expires_at = db_col_int(st, 9);
	v->created_at = db_col_int(st, 10);
	db_col_str(st, 11, v->created_by, sizeof(v->created_by));
	v->revoked_at = db_col_int(st, 12);
}

enum rc store_claim_add(struct store *s, const struct store_claim *v,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO claim_voucher (id, account_id, product_id, cloud_id,"
	    " name, max_devices, expires_at, created_at, created_by)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	    DB_T(v->id), DB_T(v->account_id), DB_T(v->product_id),
	    DB_TN(v->cloud_id), DB_T(v->name), DB_I(v->max_devices),
	    DB_I(v->expires_at), DB_I(v->created_at), DB_T(v->created_by));
}

enum rc store_claim_find(struct store *s, const char *account, const char *id,
    struct store_claim *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM claim_voucher WHERE id = $1"
	    " AND ($2 IS NULL OR account_id = $2)",
	    DB_T(id), DB_T(account));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		read_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_claim_list(struct store *s, const char *account,
    const char *after, struct store_claim *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM claim_voucher WHERE account_id = $1"
	    " AND ($2 = '' OR n < (SELECT k.n FROM claim_voucher k"
	    " WHERE k.id = $2)) ORDER BY n DESC LIMIT $3",
	    DB_T(account), DB_T(after), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(st, e)) == RC_OK)
		read_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_claim_revoke(struct store *s, const char *id, int64_t now_s,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE claim_voucher SET revoked_at = $2"
	    " WHERE id = $1 AND revoked_at IS NULL",
	    DB_T(id), DB_I(now_s));
}

enum rc store_claim_count(struct store *s, const char *id, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE claim_voucher SET bound = bound + 1"
	    " WHERE id = $1 AND bound < max_devices",
	    DB_T(id));

	return rc == RC_OK && changes == 0 ? RC_LIMIT : rc;
}

enum rc store_claim_batch_add(struct store *s, const char *id, const char *bid,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO claim_voucher_batch (voucher_id, bid) VALUES ($1, $2)"
	    " ON CONFLICT (voucher_id, bid) DO NOTHING",
	    DB_T(id), DB_T(bid));
}

enum rc store_claim_batches(struct store *s, const char *id,
    char out[][STORE_CLAIM_BID_SIZE], size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT bid FROM claim_voucher_batch WHERE voucher_id = $1"
	    " ORDER BY bid LIMIT $2",
	    DB_T(id), DB_I(STORE_CLAIM_BATCHES_MAX));

	*n = 0;
	while (rc == RC_OK && *n < STORE_CLAIM_BATCHES_MAX &&
	    (rc = db_step(st, e)) == RC_OK)
		db_col_str(st, 0, out[(*n)++], STORE_CLAIM_BID_SIZE);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_claim_device_add(struct store *s,
    const struct store_claim_device *d, struct err *e)
{
	const struct store_tally t = {.devices_bound = 1};
	const struct store_tally_sum sum = {.devices = 1};
	enum rc rc = db_run(store_db(s), e,
	    "INSERT INTO device_claim (seq, account_id, product_id, cloud_id,"
	    " voucher_id, bid, claimed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	    DB_I(d->seq), DB_T(d->account_id), DB_T(d->product_id),
	    DB_TN(d->cloud_id), DB_T(d->voucher_id), DB_T(d->bid),
	    DB_I(d->claimed_at));

	if (rc == RC_OK)
		rc = store_tally_sum_add(s, d->account_id, &sum, e);
	if (rc == RC_OK)
		rc = store_tally_add(s, d->account_id, d->claimed_at, &t, e);
	return rc;
}

enum rc store_claim_device_find(struct store *s, int64_t seq,
    struct store_claim_device *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT d.account_id, d.product_id, p.name,"
	    " coalesce(c.id, ''), d.voucher_id, v.name, d.bid,"
	    " d.claimed_at FROM device_claim d"
	    " JOIN product p ON p.id = d.product_id"
	    " LEFT JOIN cloud c ON c.id = d.cloud_id"
	    " AND c.deleted_at IS NULL"
	    " JOIN claim_voucher v ON v.id = d.voucher_id WHERE d.seq = $1",
	    DB_I(seq));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		out->seq = seq;
		db_col_str(st, 0, out->account_id, sizeof(out->account_id));
		db_col_str(st, 1, out->product_id, sizeof(out->product_id));
		db_col_str(st, 2, out->product, sizeof(out->product));
		db_col_str(st, 3, out->cloud_id, sizeof(out->cloud_id));
		db_col_str(st, 4, out->voucher_id, sizeof(out->voucher_id));
		db_col_str(st, 5, out->voucher, sizeof(out->voucher));
		db_col_str(st, 6, out->bid, sizeof(out->bid));
		out->claimed_at = db_col_int(st, 7);
	}
	db_done(st);
	return rc;
}

enum rc store_claim_device_list(struct store *s,
    const struct store_claim_filter *f, int64_t *seqs, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT seq FROM device_claim WHERE account_id = $1 AND seq > $2"
	    " AND ($3 = '' OR bid = $3) AND ($4 = '' OR product_id = $4)"
	    " ORDER BY seq LIMIT $5",
	    DB_T(f->account_id), DB_I(f->after), DB_T(f->bid ? f->bid : ""),
	    DB_T(f->product_id ? f->product_id : ""), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(st, e)) == RC_OK)
		seqs[(*n)++] = db_col_int(st, 0);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
