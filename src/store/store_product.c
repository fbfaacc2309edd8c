/* The products of an account, in SQL.
 * Must not judge a name. */
#include "store/store_product.h"

#include <string.h>

#include "store/db.h"

#define COLS "id, account_id, name, created_at"

static void product_row(struct stmt *st, struct store_product *out)
{
	memset(out, 0, sizeof(*out));
	db_col_str(st, 0, out->id, sizeof(out->id));
	db_col_str(st, 1, out->account_id, sizeof(out->account_id));
	db_col_str(st, 2, out->name, sizeof(out->name));
	out->created_at = db_col_int(st, 3);
}

enum rc store_product_add(struct store *s, const struct store_product *p,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO product (id, account_id, name, created_at)"
	    " VALUES ($1, $2, $3, $4)",
	    DB_T(p->id), DB_T(p->account_id), DB_T(p->name),
	    DB_I(p->created_at));
}

enum rc store_product_find(struct store *s, const char *account_id,
    const char *id, struct store_product *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM product WHERE id = $1 AND account_id = $2",
	    DB_T(id), DB_T(account_id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		product_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_product_rename(struct store *s, const char *account_id,
    const char *id, const char *name, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE product SET name = $1 WHERE id = $2 AND account_id = $3",
	    DB_T(name), DB_T(id), DB_T(account_id));
	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

/* Talk rules, and claim vouchers that let nobody in and never have. */
static enum rc forget_rules(struct store *s, const char *account_id,
    const char *id, struct err *e)
{
	struct db *d = store_db(s);
	enum rc rc = db_run(d, e,
	    "DELETE FROM talk WHERE account_id = $2"
	    " AND (product_a = $1 OR product_b = $1)",
	    DB_T(id), DB_T(account_id));

	if (rc == RC_OK)
		rc = db_run(d, e,
		    "DELETE FROM claim_voucher_batch WHERE voucher_id IN"
		    " (SELECT v.id FROM claim_voucher v"
		    " WHERE v.product_id = $1 AND v.account_id = $2)",
		    DB_T(id), DB_T(account_id));
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "DELETE FROM claim_voucher WHERE product_id = $1"
		    " AND account_id = $2",
		    DB_T(id), DB_T(account_id));
	if (rc == RC_OK)
		rc = db_run(d, e,
		    "DELETE FROM profile WHERE product_id = $1"
		    " AND account_id = $2",
		    DB_T(id), DB_T(account_id));
	return rc;
}

enum rc store_product_delete(struct store *s, const char *account_id,
    const char *id, struct err *e)
{
	struct stmt *st = NULL;
	int64_t changes = 0;
	bool used = false;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT EXISTS (SELECT 1 FROM binding WHERE product_id = $1)"
	    " OR EXISTS (SELECT 1 FROM account"
	    " WHERE id = $2 AND default_product = $1)"
	    " OR EXISTS (SELECT 1 FROM claim_voucher WHERE product_id = $1"
	    " AND (revoked_at IS NULL OR bound > 0))",
	    DB_T(id), DB_T(account_id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		used = db_col_int(st, 0) != 0;
	db_done(st);
	if (rc != RC_OK)
		return rc;
	if (used)
		return err_set(e, RC_CONFLICT, "product-in-use",
		    "A batch, a claim voucher or the account's default uses "
		    "this product; give those another one first.");
	rc = forget_rules(s, account_id, id, e);
	if (rc != RC_OK)
		return rc;
	rc = db_run_n(store_db(s), &changes, e,
	    "DELETE FROM product WHERE id = $1 AND account_id = $2", DB_T(id),
	    DB_T(account_id));
	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

enum rc store_product_list(struct store *s, const char *account_id,
    const char *after, struct store_product *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM product WHERE account_id = $1 AND id > $2"
	    " ORDER BY id LIMIT $3",
	    DB_T(account_id), DB_T(after), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		product_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
