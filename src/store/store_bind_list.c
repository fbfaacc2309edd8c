/* The list of an account's batches, in SQL.
 * Must not read a row that is not shown: at 100,000 batches a page stays as
 * quick as at ten, for the indexes hold what is sorted and filtered by. */
#include "store/store_bind_list.h"

#include <string.h>

#include "store/store_bind_read.h"
#include "store/store_tally.h"

/* Outer joins, so that the order of the loops stays. */
#define COLS STORE_BIND_COLS ", v.name, p.name, c.name, b.changed"
#define COLS_CHANGED (STORE_BIND_COLS_N + 3)
#define SELECT                                                              \
	"SELECT " COLS " FROM binding b LEFT JOIN batch t ON t.bid = b.bid" \
	" LEFT JOIN vendor v ON v.id = t.vendor_id"                         \
	" LEFT JOIN product p ON p.id = b.product_id"                       \
	" LEFT JOIN cloud c ON c.id = b.cloud_id"                           \
	" AND c.deleted_at IS NULL WHERE b.account_id = $1"
#define FILTER                                                       \
	" AND ($3 = '' OR b.bid LIKE $3 ESCAPE '\\' OR ($9 AND"      \
	" b.product_id IN (SELECT x.id FROM product x"               \
	" WHERE x.account_id = $1 AND x.name LIKE $3 ESCAPE '\\')))" \
	" AND ($4 = '' OR b.product_id = $4)"                        \
	" AND ($5 = '' OR b.cloud_id = $5)"                          \
	" AND ($6 = '' OR b.state = $6)"
#define PAGE(narrow, col, cmp, dir)                                     \
	SELECT narrow FILTER " AND (b." col ", b.bid) " cmp " ($7, $8)" \
			     " ORDER BY b." col dir ", b.bid" dir " LIMIT $10"
/* The BID is unique: it needs no second column. */
#define PAGE_BID(narrow, cmp, dir)                   \
	SELECT narrow FILTER " AND b.bid " cmp " $8" \
			     " ORDER BY b.bid" dir " LIMIT $10"
#define BOTH(narrow, col)                                                   \
	{                                                                   \
		PAGE(narrow, col, "<", " DESC"), PAGE(narrow, col, ">", "") \
	}
#define BOTH_BID(narrow)                                                  \
	{                                                                 \
		PAGE_BID(narrow, "<", " DESC"), PAGE_BID(narrow, ">", "") \
	}
#define COUNT(narrow) \
	"SELECT count(*) FROM binding b WHERE b.account_id = $1" narrow FILTER

/* By which of the filters an index is found. */
enum narrow { BY_NONE, BY_BINDER, BY_STATE, BY_PRODUCT, BY_CLOUD };
#define BINDER " AND b.by_id = $2"
#define STATE " AND b.state = $6"
#define PRODUCT " AND b.product_id = $4"
#define CLOUD " AND b.cloud_id = $5"

/* [sort][descending, ascending] */
static const char *const all[][2] = {
    [STORE_BIND_BOUND_AT] = BOTH("", "bound_at"),
    [STORE_BIND_BATCH] = BOTH_BID(""),
    [STORE_BIND_DEVICES] = BOTH("", "devices"),
    [STORE_BIND_PROVISIONED] = BOTH("", "provisioned"),
    [STORE_BIND_SEEN] = BOTH("", "seen"),
};
static const char *const own[][2] = {
    [STORE_BIND_BOUND_AT] = BOTH(BINDER, "bound_at"),
    [STORE_BIND_BATCH] = BOTH_BID(BINDER),
    [STORE_BIND_DEVICES] = BOTH(BINDER, "devices"),
    [STORE_BIND_PROVISIONED] = BOTH(BINDER, "provisioned"),
    [STORE_BIND_SEEN] = BOTH(BINDER, "seen"),
};
/* In the order of time only: another one would sort all that match. */
static const char *const narrowed[][2] = {
    [BY_STATE] = BOTH(STATE, "bound_at"),
    [BY_PRODUCT] = BOTH(PRODUCT, "bound_at"),
    [BY_CLOUD] = BOTH(CLOUD, "bound_at"),
};
static const char *const counts[] = {
    /* Any BID: so that the smallest index is read. */
    [BY_NONE] = COUNT(" AND b.bid > ''"),
    [BY_BINDER] = COUNT(BINDER),
    [BY_STATE] = COUNT(STATE),
    [BY_PRODUCT] = COUNT(PRODUCT),
    [BY_CLOUD] = COUNT(CLOUD),
};

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static bool is_set(const char *s)
{
	return s && s[0] != '\0';
}

static void read_row(struct stmt *st, struct store_bind_row *row)
{
	memset(row, 0, sizeof(*row));
	store_bind_read(st, &row->bind);
	db_col_str(st, STORE_BIND_COLS_N, row->vendor_name,
	    sizeof(row->vendor_name));
	db_col_str(st, STORE_BIND_COLS_N + 1, row->product_name,
	    sizeof(row->product_name));
	db_col_str(st, STORE_BIND_COLS_N + 2, row->cloud_name,
	    sizeof(row->cloud_name));
}

#define BEYOND_BIDS "\x7f"

/* Where a page starts: at what no row reaches, from the start. */
static int64_t start_value(const struct store_bind_filter *f)
{
	if (f->after_bid)
		return f->after_value;
	return f->ascending ? INT64_MIN : INT64_MAX;
}

static const char *start_bid(const struct store_bind_filter *f)
{
	if (f->after_bid)
		return f->after_bid;
	return f->ascending ? "" : BEYOND_BIDS;
}

static enum narrow narrow_of(const struct store_bind_filter *f)
{
	if (is_set(f->by_id))
		return BY_BINDER;
	if (is_set(f->q))
		return BY_NONE;
	/* Most batches are provisioned; the other states are few. */
	if (is_set(f->state) && strcmp(f->state, "provisioned") != 0)
		return BY_STATE;
	if (is_set(f->product_id))
		return BY_PRODUCT;
	if (is_set(f->cloud_id))
		return BY_CLOUD;
	return is_set(f->state) ? BY_STATE : BY_NONE;
}

static const char *page_of(const struct store_bind_filter *f)
{
	enum narrow by = narrow_of(f);

	if (by == BY_BINDER)
		return own[f->sort][f->ascending];
	if (by == BY_NONE || f->sort != STORE_BIND_BOUND_AT)
		return all[f->sort][f->ascending];
	return narrowed[by][f->ascending];
}

/* Mostly a search means Batch IDs, and no product has such a name. */
static enum rc names_product(struct store *s, const char *account,
    const char *like, bool *any, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	*any = false;
	if (like[0] == '\0')
		return RC_OK;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT 1 FROM product WHERE account_id = $1"
	    " AND name LIKE $2 ESCAPE '\\' LIMIT 1",
	    DB_T(account), DB_T(like));
	if (rc == RC_OK)
		rc = db_step(st, e);
	*any = rc == RC_OK;
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_bind_list(struct store *s, const struct store_bind_filter *f,
    struct store_bind_row *out, size_t cap, size_t *n, struct err *e)
{
	char like[DB_LIKE_SIZE];
	struct stmt *st = NULL;
	bool products;
	enum rc rc;

	*n = 0;
	db_like(f->q, like);
	rc = names_product(s, f->account_id, like, &products, e);
	if (rc == RC_OK)
		rc = db_ask(store_db(s), &st, e, page_of(f),
		    DB_T(f->account_id), DB_T(or_empty(f->by_id)), DB_T(like),
		    DB_T(or_empty(f->product_id)), DB_T(or_empty(f->cloud_id)),
		    DB_T(or_empty(f->state)), DB_I(start_value(f)),
		    DB_T(start_bid(f)), DB_I(products), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		read_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static bool is_unfiltered(const struct store_bind_filter *f)
{
	return !is_set(f->by_id) && !is_set(f->q) && !is_set(f->product_id) &&
	    !is_set(f->cloud_id) && !is_set(f->state);
}

enum rc store_bind_list_count(struct store *s,
    const struct store_bind_filter *f, uint64_t *n, struct err *e)
{
	struct store_tally_sum sum;
	char like[DB_LIKE_SIZE];
	struct stmt *st = NULL;
	bool products;
	enum rc rc;

	*n = 0;
	if (is_unfiltered(f)) {
		rc = store_tally_sum_get(s, f->account_id, &sum, e);
		*n = rc == RC_OK ? (uint64_t)sum.batches : 0;
		return rc;
	}
	db_like(f->q, like);
	rc = names_product(s, f->account_id, like, &products, e);
	if (rc == RC_OK)
		rc = db_ask(store_db(s), &st, e, counts[narrow_of(f)],
		    DB_T(f->account_id), DB_T(or_empty(f->by_id)), DB_T(like),
		    DB_T(or_empty(f->product_id)), DB_T(or_empty(f->cloud_id)),
		    DB_T(or_empty(f->state)), DB_N, DB_N, DB_I(products));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*n = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

enum rc store_bind_list_get(struct store *s, const struct store_bind_filter *f,
    struct store_bind_row *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    SELECT " AND b.bid = $2 AND ($3 = '' OR b.by_id = $3)",
	    DB_T(f->account_id), DB_T(f->bid), DB_T(or_empty(f->by_id)));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		read_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_bind_list_changed(struct store *s,
    const struct store_bind_filter *f, struct store_change *at,
    struct store_bind_row *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    SELECT " AND (b.changed, b.bid) > ($2, $3)"
		   " AND ($4 = '' OR b.bid = $4)"
		   " ORDER BY b.changed, b.bid LIMIT $5",
	    DB_T(f->account_id), DB_I(at->changed), DB_T(at->id),
	    DB_T(or_empty(f->bid)), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK) {
		read_row(st, &out[(*n)++]);
		at->changed = (uint64_t)db_col_int(st, COLS_CHANGED);
		db_col_str(st, 0, at->id, sizeof(at->id));
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

int64_t store_bind_list_value(const struct store_bind *b,
    enum store_bind_sort sort)
{
	switch (sort) {
	case STORE_BIND_BOUND_AT:
		return b->bound_at;
	case STORE_BIND_DEVICES:
		return (int64_t)b->devices;
	case STORE_BIND_PROVISIONED:
		return (int64_t)b->provisioned;
	case STORE_BIND_SEEN:
		return (int64_t)b->seen;
	case STORE_BIND_BATCH:
		break;
	}
	return 0;
}
