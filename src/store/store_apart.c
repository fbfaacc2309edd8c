/* Devices that stand apart from their batch, in SQL.
 * Must not read a row for a device that does not. */
#include "store/store_apart.h"

#include <string.h>

#include "store/db.h"

enum rc store_apart_get(struct store *s, int64_t seq, struct store_apart *out,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT EXISTS (SELECT 1 FROM quarantine k WHERE k.seq = $1) OR "
	    "EXISTS (SELECT 1 FROM birth_revocation r WHERE r.seq = $1), "
	    "coalesce(d.account_id, ''), coalesce(d.product_id, ''), "
	    "coalesce(p.name, ''), coalesce(d.cloud_id, ''), "
	    "coalesce(d.bid, ''), coalesce(d.claimed_at, 0) "
	    "FROM (SELECT 1) AS one "
	    "LEFT JOIN device_claim d ON d.seq = $1 "
	    "LEFT JOIN product p ON p.id = d.product_id",
	    DB_I(seq));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		out->barred = db_col_int(q, 0) != 0;
		db_col_str(q, 1, out->account, sizeof(out->account));
		db_col_str(q, 2, out->product_id, sizeof(out->product_id));
		db_col_str(q, 3, out->product, sizeof(out->product));
		db_col_str(q, 4, out->cloud, sizeof(out->cloud));
		db_col_str(q, 5, out->bid, sizeof(out->bid));
		out->claimed_at = db_col_int(q, 6);
	}
	db_done(q);
	return rc;
}

/* The one number that q gives, which is ended; INT64_MAX for NULL. */
static enum rc read_seq(enum rc rc, struct stmt *q, int64_t *seq, struct err *e)
{
	*seq = INT64_MAX;
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK && !db_col_null(q, 0))
		*seq = db_col_int(q, 0);
	db_done(q);
	return rc;
}

enum rc store_apart_next(struct store *s, int64_t from, int64_t *seq,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT min(x.seq) FROM ("
	    "SELECT min(seq) AS seq FROM device_claim WHERE seq >= $1 "
	    "UNION ALL SELECT min(seq) FROM quarantine WHERE seq >= $1 "
	    "UNION ALL SELECT min(seq) FROM birth_revocation WHERE seq >= $1 "
	    "UNION ALL SELECT min(seq) FROM certificate "
	    "WHERE seq > 0 AND seq >= $1) AS x",
	    DB_I(from));

	return read_seq(rc, q, seq, e);
}

/* Below and above, as an index finds them: "<>" reads all. */
#define OWNER                                                            \
	"coalesce((SELECT b.account_id FROM binding b WHERE b.bid = $1)" \
	", '')"

enum rc store_apart_foreign(struct store *s, const char *bid, int64_t from,
    int64_t *seq, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT min(x.seq) FROM (SELECT min(d.seq) AS seq "
	    "FROM device_claim d WHERE d.bid = $1 AND d.seq + 0 >= $2 "
	    "AND d.account_id < " OWNER
	    " UNION ALL SELECT min(d.seq) FROM device_claim d "
	    "WHERE d.bid = $1 AND d.seq + 0 >= $2 AND d.account_id > " OWNER
	    ") AS x",
	    DB_T(bid), DB_I(from));

	return read_seq(rc, q, seq, e);
}

enum rc store_apart_certs(struct store *s, const struct store_apart_filter *f,
    struct store_apart_cert *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT n, fp, state = 'valid' FROM certificate "
	    "WHERE seq = $1 AND seq > 0 AND n > $3 AND account_id = $2 "
	    "AND not_after >= $4 ORDER BY n LIMIT $5",
	    DB_I(f->seq), DB_T(f->account), DB_I(f->after), DB_I(f->from_s),
	    DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK) {
		struct store_apart_cert *c = &out[*n];
		struct span fp = db_col_blob(q, 1);

		memset(c, 0, sizeof(*c));
		c->n = db_col_int(q, 0);
		if (fp.n == sizeof(c->fp))
			memcpy(c->fp, fp.p, sizeof(c->fp));
		c->valid = db_col_int(q, 2) != 0;
		(*n)++;
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_apart_find_fp(struct store *s, const uint8_t fp[32], int64_t *seq,
    struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT seq FROM certificate WHERE fp = $1 AND seq > 0",
	    DB_B(fp, 32));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		*seq = db_col_int(q, 0);
	db_done(q);
	return rc;
}
