/* Bindings, in SQL.
 * Must not decide who may bind. */
#include "store/store_bind.h"

#include <string.h>

#include "store/db.h"

#define COLS                                                         \
	"b.bid, b.account_id, b.product_id, b.cloud_id, b.bound_at," \
	" b.by_id, b.by_name, b.by_from"

static void bind_row(struct stmt *st, struct store_bind *out)
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
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

enum rc store_bind_add(struct store *s, const struct store_bind *b,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO binding (bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	    DB_T(b->bid), DB_T(b->account_id), DB_TN(b->product_id),
	    DB_TN(b->cloud_id), DB_I(b->bound_at), DB_T(b->by_id),
	    DB_T(b->by_name), DB_T(b->by_from));
}

enum rc store_bind_find(struct store *s, const char *bid,
    struct store_bind *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM binding b WHERE b.bid = $1", DB_T(bid));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		bind_row(st, out);
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
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "INSERT INTO binding_past (bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from, unbound_at, unbound_by_id,"
	    " unbound_by_name) SELECT bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from, $1, $2, $3"
	    " FROM binding WHERE bid = $4",
	    DB_I(now_s), DB_T(by_id), DB_T(by_name), DB_T(bid));
	if (rc == RC_OK && changes == 0)
		return RC_NOT_FOUND;
	if (rc != RC_OK)
		return rc;
	return db_run(store_db(s), e, "DELETE FROM binding WHERE bid = $1",
	    DB_T(bid));
}

/* LIKE with the wildcards of the user's text made plain. */
static void like_of(const char *q, char *out, size_t cap)
{
	size_t n = 0;

	out[n++] = '%';
	for (; *q != '\0' && n + 4 < cap; q++) {
		if (*q == '%' || *q == '_' || *q == '\\')
			out[n++] = '\\';
		out[n++] = *q;
	}
	out[n++] = '%';
	out[n] = '\0';
}

enum rc store_bind_list(struct store *s, const struct store_bind_filter *f,
    struct store_bind_row *out, size_t cap, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	char like[300] = "";
	enum rc rc;

	*n = 0;
	if (f->q && f->q[0] != '\0')
		like_of(f->q, like, sizeof(like));
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS ", v.name, p.name, c.name, t.devices"
	    " FROM binding b JOIN batch t ON t.bid = b.bid"
	    " JOIN vendor v ON v.id = t.vendor_id"
	    " LEFT JOIN product p ON p.id = b.product_id"
	    " LEFT JOIN cloud c ON c.id = b.cloud_id"
	    " AND c.deleted_at IS NULL"
	    " WHERE b.account_id = $1 AND ($2 = '' OR b.by_id = $2)"
	    " AND ($3 = '' OR b.bid = $3)"
	    " AND ($4 = '' OR b.bid LIKE $4 ESCAPE '\\'"
	    " OR p.name LIKE $4 ESCAPE '\\')"
	    " AND ($5 = '' OR b.product_id = $5)"
	    " AND ($6 = '' OR b.cloud_id = $6)"
	    " AND ($7 = 0 OR (b.bound_at, b.bid) < ($7, $8))"
	    " ORDER BY b.bound_at DESC, b.bid DESC LIMIT $9",
	    DB_T(f->account_id), DB_T(or_empty(f->by_id)),
	    DB_T(or_empty(f->bid)), DB_T(like), DB_T(or_empty(f->product_id)),
	    DB_T(or_empty(f->cloud_id)), DB_I(f->before_at),
	    DB_T(or_empty(f->before_bid)), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK) {
		struct store_bind_row *row = &out[(*n)++];

		memset(row, 0, sizeof(*row));
		bind_row(st, &row->bind);
		db_col_str(st, 8, row->vendor_name, sizeof(row->vendor_name));
		db_col_str(st, 9, row->product_name, sizeof(row->product_name));
		db_col_str(st, 10, row->cloud_name, sizeof(row->cloud_name));
		row->devices = (uint64_t)db_col_int(st, 11);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
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
