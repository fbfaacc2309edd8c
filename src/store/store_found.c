/* What a plan or an audit found in a cloud, as stored.
 * Must not judge it. */
#include "store/store_found.h"

#include "store/db.h"

enum rc store_found_put(struct store *s, uint64_t job_n,
    const struct store_found *row, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO job_found (job_n, key, value) VALUES ($1, $2, $3) "
	    "ON CONFLICT (job_n, key) DO UPDATE SET value = excluded.value",
	    DB_I(job_n), DB_T(row->key), DB_T(row->value));
}

static void read_row(struct stmt *q, struct store_found *out)
{
	db_col_str(q, 0, out->key, sizeof(out->key));
	db_col_str(q, 1, out->value, sizeof(out->value));
}

enum rc store_found_get(struct store *s, uint64_t job_n, const char *key,
    struct store_found *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT key, value FROM job_found WHERE job_n = $1 AND key = $2",
	    DB_I(job_n), DB_T(key));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_row(q, out);
	db_done(q);
	return rc;
}

enum rc store_found_claim(struct store *s, uint64_t job_n, const char *key,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE job_found SET ours = 1 WHERE job_n = $1 AND key = $2",
	    DB_I(job_n), DB_T(key));
}

enum rc store_found_strangers(struct store *s, uint64_t job_n,
    const char *after, struct store_found *out, size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT key, value FROM job_found WHERE job_n = $1 AND ours = 0 "
	    "AND key > $2 ORDER BY key LIMIT $3",
	    DB_I(job_n), DB_T(after), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		read_row(q, &out[(*n)++]);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_found_clear(struct store *s, uint64_t job_n, struct err *e)
{
	return db_run(store_db(s), e, "DELETE FROM job_found WHERE job_n = $1",
	    DB_I(job_n));
}
