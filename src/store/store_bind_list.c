/* The list of an account's batches, in SQL.
 * Must not read a row that is not shown: at 100,000 batches a page stays as
 * quick as at ten, for the indexes hold what is sorted and filtered by. */
#include "store/store_bind_list.h"

#include <string.h>

#include "store/store_bind_read.h"
#include "store/store_tally.h"

/* Outer joins, so that the order of the loops stays. */
#define SELECT                                               \
	"SELECT " STORE_BIND_COLS ", v.name, p.name, c.name" \
	" FROM binding b LEFT JOIN batch t ON t.bid = b.bid" \
	" LEFT JOIN vendor v ON v.id = t.vendor_id"          \
	" LEFT JOIN product p ON p.id = b.product_id"        \
	" LEFT JOIN cloud c ON c.id = b.cloud_id"            \
	" AND c.deleted_at IS NULL WHERE b.account_id = $1"
#define OWN " AND b.by_id = $2"
#define FILTER                                                       \
	" AND ($3 = '' OR b.bid LIKE $3 ESCAPE '\\' OR b.product_id" \
	" IN (SELECT x.id FROM product x WHERE x.account_id = $1"    \
	" AND x.name LIKE $3 ESCAPE '\\'))"                          \
	" AND ($4 = '' OR b.product_id = $4)"                        \
	" AND ($5 = '' OR b.cloud_id = $5)"                          \
	" AND ($6 = '' OR b.state = $6)"
#define PAGE(own, col, cmp, dir)                                     \
	SELECT own FILTER " AND (b." col ", b.bid) " cmp " ($7, $8)" \
			  " ORDER BY b." col dir ", b.bid" dir " LIMIT $9"
#define PAGE_BID(own, cmp, dir)                   \
	SELECT own FILTER " AND b.bid " cmp " $8" \
			  " ORDER BY b.bid" dir " LIMIT $9"
#define BOTH(col)                                                             \
	{                                                                     \
		{PAGE("", col, "<", " DESC"), PAGE("", col, ">", "")},        \
		{                                                             \
			PAGE(OWN, col, "<", " DESC"), PAGE(OWN, col, ">", "") \
		}                                                             \
	}

/* [sort][only one's own][ascending] */
static const char *const pages[][2][2] = {
    [STORE_BIND_BOUND_AT] = BOTH("bound_at"),
    [STORE_BIND_BATCH] = {{PAGE_BID("", "<", " DESC"), PAGE_BID("", ">", "")},
	{PAGE_BID(OWN, "<", " DESC"), PAGE_BID(OWN, ">", "")}},
    [STORE_BIND_DEVICES] = BOTH("devices"),
    [STORE_BIND_PROVISIONED] = BOTH("provisioned"),
    [STORE_BIND_SEEN] = BOTH("seen"),
};

#define LIKE_SIZE 300

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static bool is_set(const char *s)
{
	return s && s[0] != '\0';
}

/* LIKE with the wildcards of the user's text made plain. */
static void like_of(const char *q, char out[LIKE_SIZE])
{
	size_t n = 0;

	out[0] = '\0';
	if (!is_set(q))
		return;
	out[n++] = '%';
	for (; *q != '\0' && n + 4 < LIKE_SIZE; q++) {
		if (*q == '%' || *q == '_' || *q == '\\')
			out[n++] = '\\';
		out[n++] = *q;
	}
	out[n++] = '%';
	out[n] = '\0';
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

enum rc store_bind_list(struct store *s, const struct store_bind_filter *f,
    struct store_bind_row *out, size_t cap, size_t *n, struct err *e)
{
	char like[LIKE_SIZE];
	struct stmt *st = NULL;
	enum rc rc;

	*n = 0;
	like_of(f->q, like);
	rc = db_ask(store_db(s), &st, e,
	    pages[f->sort][is_set(f->by_id)][f->ascending], DB_T(f->account_id),
	    DB_T(or_empty(f->by_id)), DB_T(like), DB_T(or_empty(f->product_id)),
	    DB_T(or_empty(f->cloud_id)), DB_T(or_empty(f->state)),
	    DB_I(start_value(f)), DB_T(start_bid(f)), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		read_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_bind_list_count(struct store *s,
    const struct store_bind_filter *f, uint64_t *n, struct err *e)
{
	static const char all[] =
	    "SELECT count(*) FROM binding b WHERE b.account_id = $1" FILTER
	    " AND $2 = ''";
	static const char own[] =
	    "SELECT count(*) FROM binding b WHERE b.account_id = $1" OWN FILTER;
	struct store_tally_sum sum;
	char like[LIKE_SIZE];
	struct stmt *st = NULL;
	enum rc rc;

	*n = 0;
	if (!is_set(f->by_id) && !is_set(f->q) && !is_set(f->product_id) &&
	    !is_set(f->cloud_id) && !is_set(f->state)) {
		rc = store_tally_sum_get(s, f->account_id, &sum, e);
		*n = rc == RC_OK ? (uint64_t)sum.batches : 0;
		return rc;
	}
	like_of(f->q, like);
	rc = db_ask(store_db(s), &st, e, is_set(f->by_id) ? own : all,
	    DB_T(f->account_id), DB_T(or_empty(f->by_id)), DB_T(like),
	    DB_T(or_empty(f->product_id)), DB_T(or_empty(f->cloud_id)),
	    DB_T(or_empty(f->state)));
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
