/* The devices that a job has something to say of, as stored.
 * Must not know why. */
#include <string.h>

#include "store/db.h"
#include "store/store_job.h"

enum rc store_job_exception_put(struct store *s, uint64_t job_n,
    const struct store_job_exception *x, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO job_exception (job_n, seq, fp, chip_id, what, "
	    "message) VALUES ($1, $2, $3, $4, $5, $6) "
	    "ON CONFLICT (job_n, seq) DO UPDATE SET what = excluded.what, "
	    "message = excluded.message",
	    DB_I(job_n), DB_I(x->seq), DB_B(x->fp, sizeof(x->fp)),
	    DB_T(x->chip_id), DB_T(x->what[0] != '\0' ? x->what : "refused"),
	    DB_T(x->message));
}

enum rc store_job_exception_remove(struct store *s, uint64_t job_n,
    uint64_t seq, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM job_exception WHERE job_n = $1 AND seq = $2",
	    DB_I(job_n), DB_I(seq));
}

enum rc store_job_exception_clear(struct store *s, uint64_t job_n,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM job_exception WHERE job_n = $1", DB_I(job_n));
}

static void read_row(struct stmt *q, struct store_job_exception *x)
{
	struct span fp;

	memset(x, 0, sizeof(*x));
	x->seq = (uint64_t)db_col_int(q, 0);
	fp = db_col_blob(q, 1);
	if (fp.n == sizeof(x->fp))
		memcpy(x->fp, fp.p, sizeof(x->fp));
	db_col_str(q, 2, x->chip_id, sizeof(x->chip_id));
	db_col_str(q, 3, x->message, sizeof(x->message));
	db_col_str(q, 4, x->what, sizeof(x->what));
}

enum rc store_job_exception_list(struct store *s, uint64_t job_n,
    uint64_t after, struct store_job_exception *out, size_t *n, struct err *e)
{
	const struct store_job_exception_filter f = {.job_n = job_n,
	    .after = after};

	return store_job_exception_some(s, &f, out, n, e);
}

enum rc store_job_exception_some(struct store *s,
    const struct store_job_exception_filter *f, struct store_job_exception *out,
    size_t *n, struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT seq, fp, chip_id, message, what FROM job_exception "
	    "WHERE job_n = $1 AND seq > $2 AND what = coalesce($4, what) "
	    "ORDER BY seq LIMIT $3",
	    DB_I(f->job_n), DB_I(f->after), DB_I(cap), DB_TN(f->what));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		read_row(q, &out[(*n)++]);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_job_exception_find(struct store *s, uint64_t job_n, uint64_t seq,
    struct store_job_exception *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT seq, fp, chip_id, message, what FROM job_exception "
	    "WHERE job_n = $1 AND seq = $2",
	    DB_I(job_n), DB_I(seq));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_row(q, out);
	db_done(q);
	return rc;
}
