/* Talk rules, in SQL.
 * Must not judge whose products they are. */
#include "store/store_talk.h"

#include <string.h>

#include "store/db.h"

enum rc store_talk_add(struct store *s, const char *account,
    const char *product, const char *peer, struct err *e)
{
	bool order = strcmp(product, peer) <= 0;

	return db_run(store_db(s), e,
	    "INSERT INTO talk (account_id, product_a, product_b)"
	    " VALUES ($1, $2, $3)"
	    " ON CONFLICT (account_id, product_a, product_b) DO NOTHING",
	    DB_T(account), DB_T(order ? product : peer),
	    DB_T(order ? peer : product));
}

enum rc store_talk_clear(struct store *s, const char *account,
    const char *product, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM talk WHERE account_id = $1"
	    " AND (product_a = $2 OR product_b = $2)",
	    DB_T(account), DB_T(product));
}

enum rc store_talk_list(struct store *s, const char *account,
    const char *product, char out[][RAND_ID_SIZE], size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT CASE WHEN product_a = $2 THEN product_b ELSE product_a END"
	    " AS peer FROM talk WHERE account_id = $1"
	    " AND (product_a = $2 OR product_b = $2) ORDER BY peer LIMIT $3",
	    DB_T(account), DB_T(product), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(st, e)) == RC_OK)
		db_col_str(st, 0, out[(*n)++], RAND_ID_SIZE);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
