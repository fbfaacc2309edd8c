/* Revocation lists and what they are made of, in SQL.
 * Must not sign or judge. */
#include "store/store_crl.h"

#include <string.h>

#include "store/db.h"

static const char *kind_of(bool delta)
{
	return delta ? "delta" : "full";
}

enum rc store_crl_find(struct store *s, const char *ca, bool delta,
    struct store_crl *out, struct buf *der, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = db_ask(store_db(s), &st, e,
	    "SELECT number, changes, this_update, next_update, base, base_at,"
	    " next_base, next_base_at, CASE WHEN $3 = 1 THEN der END,"
	    " length(der) FROM crl"
	    " WHERE ca_id = $1 AND kind = $2",
	    DB_T(ca), DB_T(kind_of(delta)), DB_I(der != NULL));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		out->number = (uint64_t)db_col_int(st, 0);
		out->changes = db_col_int(st, 1);
		out->this_update = db_col_int(st, 2);
		out->next_update = db_col_int(st, 3);
		out->base = (uint64_t)db_col_int(st, 4);
		out->base_at = db_col_int(st, 5);
		out->next_base = (uint64_t)db_col_int(st, 6);
		out->next_base_at = db_col_int(st, 7);
		if (der)
			buf_add_span(der, db_col_blob(st, 8));
		out->bytes = (uint64_t)db_col_int(st, 9);
	}
	db_done(st);
	if (rc == RC_OK && der && !buf_ok(der))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

enum rc store_crl_put(struct store *s, const char *ca, bool delta,
    const struct store_crl *crl, struct span der, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO crl (ca_id, kind, number, changes, this_update,"
	    " next_update, base, base_at, next_base, next_base_at, der)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
	    " ON CONFLICT (ca_id, kind) DO UPDATE SET"
	    " number = excluded.number, changes = excluded.changes,"
	    " this_update = excluded.this_update,"
	    " next_update = excluded.next_update, base = excluded.base,"
	    " base_at = excluded.base_at, next_base = excluded.next_base,"
	    " next_base_at = excluded.next_base_at, der = excluded.der"
	    " WHERE crl.number < excluded.number",
	    DB_T(ca), DB_T(kind_of(delta)), DB_I(crl->number),
	    DB_I(crl->changes), DB_I(crl->this_update), DB_I(crl->next_update),
	    DB_I(crl->base), DB_I(crl->base_at), DB_I(crl->next_base),
	    DB_I(crl->next_base_at), DB_BS(der));
}

enum rc store_crl_number(struct store *s, const char *ca, uint64_t *number,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "UPDATE ca SET crl_number = crl_number + 1 WHERE id = $1"
	    " RETURNING crl_number",
	    DB_T(ca));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*number = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

static enum rc each(struct stmt *st, enum rc rc, store_crl_row *row, void *arg,
    struct err *e)
{
	bool more = true;

	while (more && rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		more = row(arg, db_col_blob(st, 0), (int)db_col_int(st, 1),
		    db_col_int(st, 2));
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_crl_revoked(struct store *s, const struct store_crl_span *q,
    store_crl_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT serial, CASE state WHEN 'held' THEN 6 ELSE reason END,"
	    " state_at FROM certificate"
	    " WHERE ca_id = $1 AND state <> 'valid' AND state_at >= $2"
	    " AND not_after >= $3 ORDER BY serial",
	    DB_T(q->ca), DB_I(q->since), DB_I(q->expired));

	return each(st, rc, row, arg, e);
}

enum rc store_crl_unheld(struct store *s, const struct store_crl_span *q,
    store_crl_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT u.serial, 0, u.at FROM certificate_unheld u"
	    " JOIN certificate c ON c.ca_id = u.ca_id AND c.serial = u.serial"
	    " WHERE u.ca_id = $1 AND u.at >= $2 AND c.not_after >= $3"
	    " AND c.state = 'valid' ORDER BY u.serial",
	    DB_T(q->ca), DB_I(q->since), DB_I(q->expired));

	return each(st, rc, row, arg, e);
}
