/* Everything in the store that is sealed for the courier.
 * Must not open any of it. */
#include "store/store_sealed.h"

#include "store/db.h"

enum rc store_sealed_next(struct store *s, struct store_sealed *x,
    struct err *e)
{
	static const char *const sql[] = {
	    [STORE_SEALED_CLOUD] =
		"SELECT id, sealed FROM cloud WHERE id > $1 AND sealed IS NOT "
		"NULL ORDER BY id LIMIT 1",
	    [STORE_SEALED_UPSTREAM] =
		"SELECT ca_id, sealed FROM upstream WHERE ca_id > $1 "
		"ORDER BY ca_id LIMIT 1"};
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e, sql[x->kind], DB_T(x->id));

	buf_reset(&x->box);
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		db_col_str(q, 0, x->id, sizeof(x->id));
		buf_add_span(&x->box, db_col_blob(q, 1));
		if (!buf_ok(&x->box))
			rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	db_done(q);
	return rc;
}

enum rc store_sealed_replace(struct store *s, const struct store_sealed *x,
    struct span box, struct err *e)
{
	static const char *const sql[] = {
	    [STORE_SEALED_CLOUD] =
		"UPDATE cloud SET sealed = $3 WHERE id = $1 AND sealed = $2",
	    [STORE_SEALED_UPSTREAM] =
		"UPDATE upstream SET sealed = $3 WHERE ca_id = $1 "
		"AND sealed = $2"};

	return db_run(store_db(s), e, sql[x->kind], DB_T(x->id),
	    DB_BS(buf_span(&x->box)), DB_BS(box));
}
