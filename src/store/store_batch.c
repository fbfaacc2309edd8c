/* Batches, in SQL.
 * Must not decide who may have one. */
#include "store/store_batch.h"

#include <string.h>

#include "store/db.h"

#define COLS                                                           \
	"b.bid, b.vendor_id, v.name, b.open, b.claim_hash, b.devices," \
	" (SELECT count(*) FROM reel r WHERE r.bid = b.bid"            \
	" AND r.state = 'published'),"                                 \
	" b.bound, b.created_at, b.published_at"
#define FROM " FROM batch b JOIN vendor v ON v.id = b.vendor_id"

static void batch_row(struct stmt *st, struct store_batch *out)
{
	struct span claim = db_col_blob(st, 4);

	memset(out, 0, sizeof(*out));
	db_col_str(st, 0, out->bid, sizeof(out->bid));
	db_col_str(st, 1, out->vendor_id, sizeof(out->vendor_id));
	db_col_str(st, 2, out->vendor_name, sizeof(out->vendor_name));
	out->open = db_col_int(st, 3) != 0;
	if (claim.n == sizeof(out->claim_hash)) {
		out->has_claim = true;
		memcpy(out->claim_hash, claim.p, claim.n);
	}
	out->devices = (uint64_t)db_col_int(st, 5);
	out->reels = (uint64_t)db_col_int(st, 6);
	out->bound = db_col_int(st, 7) != 0;
	out->created_at = db_col_int(st, 8);
	out->published_at = db_col_int(st, 9);
}

enum rc store_batch_find(struct store *s, const char *bid,
    struct store_batch *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS FROM " WHERE b.bid = $1", DB_T(bid));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		batch_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_batch_grow(struct store *s, const struct store_batch *b,
    uint64_t devices, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE batch SET devices = devices + $1, published_at = $2"
	    " WHERE bid = $3 AND vendor_id = $4",
	    DB_I(devices), DB_I(b->published_at), DB_T(b->bid),
	    DB_T(b->vendor_id));
	if (rc != RC_OK || changes > 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO batch (bid, vendor_id, open, claim_hash, devices,"
	    " created_at, published_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
	    DB_T(b->bid), DB_T(b->vendor_id), DB_I(b->open),
	    b->has_claim ? DB_B(b->claim_hash, 32) : DB_N, DB_I(devices),
	    DB_I(b->published_at));
}

#define PAGE(state)                                                           \
	"SELECT " COLS FROM " WHERE b.vendor_id = $1" state " AND b.bid > $2" \
	" AND ($3 = '' OR b.bid LIKE $3 ESCAPE '\\')"                         \
	" ORDER BY b.bid LIMIT $4"

/* Each with an index of its own. */
static const char *const pages[] = {
    [STORE_BATCH_ANY] = PAGE(""),
    [STORE_BATCH_BOUND] = PAGE(" AND b.bound = 1"),
    [STORE_BATCH_UNBOUND] = PAGE(" AND b.bound = 0"),
    [STORE_BATCH_OPEN] = PAGE(" AND b.open = 1"),
};

enum rc store_batch_list(struct store *s, const struct store_batch_filter *f,
    struct store_batch *out, size_t *n, struct err *e)
{
	char like[DB_LIKE_SIZE];
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	db_like(f->q, like);
	rc = db_ask(store_db(s), &st, e, pages[f->state], DB_T(f->vendor_id),
	    DB_T(f->after ? f->after : ""), DB_T(like), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		batch_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
