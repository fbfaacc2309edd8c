/* What each cloud is to know, as stored.
 * Must not know certificates or jobs. */
#include "store/store_welcome.h"

#include <string.h>

#include "store/db.h"

#define COLUMNS "cloud_id, bid, seq, account_id, wanted, since"

static void read_row(struct stmt *q, struct store_welcome *out)
{
	char wanted[8];

	memset(out, 0, sizeof(*out));
	db_col_str(q, 0, out->cloud, sizeof(out->cloud));
	db_col_str(q, 1, out->bid, sizeof(out->bid));
	out->seq = db_col_int(q, 2);
	db_col_str(q, 3, out->account, sizeof(out->account));
	db_col_str(q, 4, wanted, sizeof(wanted));
	out->admit = strcmp(wanted, "admit") == 0;
	out->since = db_col_int(q, 5);
}

static enum rc read_many(enum rc rc, struct stmt *q, struct store_welcome *out,
    size_t *n, struct err *e)
{
	size_t cap = *n;

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		read_row(q, &out[(*n)++]);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_welcome_put(struct store *s, const struct store_welcome *row,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO cloud_welcome (cloud_id, bid, seq, account_id, "
	    "wanted, since) VALUES ($1, $2, $3, $4, $5, $6) "
	    "ON CONFLICT (cloud_id, bid, seq) DO UPDATE SET "
	    "account_id = excluded.account_id, wanted = excluded.wanted, "
	    "since = excluded.since",
	    DB_T(row->cloud), DB_T(row->bid), DB_I(row->seq),
	    DB_T(row->account), DB_T(row->admit ? "admit" : "remove"),
	    DB_I(row->since));
}

enum rc store_welcome_get(struct store *s, const char *cloud, const char *bid,
    int64_t seq, struct store_welcome *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM cloud_welcome "
	    "WHERE cloud_id = $1 AND bid = $2 AND seq = $3",
	    DB_T(cloud), DB_T(bid), DB_I(seq));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_row(q, out);
	db_done(q);
	return rc;
}

enum rc store_welcome_delete(struct store *s, const char *cloud,
    const char *bid, int64_t seq, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM cloud_welcome "
	    "WHERE cloud_id = $1 AND bid = $2 AND seq = $3",
	    DB_T(cloud), DB_T(bid), DB_I(seq));
}

enum rc store_welcome_of(struct store *s, const struct store_welcome_of *of,
    struct store_welcome *out, size_t *n, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM cloud_welcome "
	    "WHERE bid = $1 AND seq = $2 "
	    "AND ($4 IS NULL OR account_id || '' = $4) "
	    "ORDER BY since, cloud_id LIMIT $3",
	    DB_T(of->bid), DB_I(of->seq), DB_I(*n), DB_TN(of->account));

	return read_many(rc, q, out, n, e);
}

enum rc store_welcome_in(struct store *s, const char *cloud,
    const struct store_welcome *after, struct store_welcome *out, size_t *n,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM cloud_welcome "
	    "WHERE cloud_id = $1 AND (bid, seq) > ($2, $3) "
	    "ORDER BY bid, seq LIMIT $4",
	    DB_T(cloud), DB_T(after ? after->bid : ""),
	    DB_I(after ? after->seq : 0), DB_I(*n));

	return read_many(rc, q, out, n, e);
}

enum rc store_welcome_wants(struct store *s, const char *cloud, const char *bid,
    int64_t seq, struct store_welcome_wants *out, struct err *e)
{
	struct store_welcome row;
	enum rc rc = store_welcome_get(s, cloud, bid, 0, &row, e);

	out->single = false;
	out->batch = rc == RC_OK && row.admit;
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = store_welcome_get(s, cloud, bid, seq, &row, e);
	out->single = rc == RC_OK && row.admit;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
