/* What is known of certificates by issuer and serial number, in SQL.
 * Must not judge a certificate. */
#include "store/store_status.h"

#include <string.h>

#include "store/db.h"

#define CA_COLS "id, account_id, kind, changes, der"

static void ca_row(struct stmt *st, struct store_status_ca *out,
    struct buf *der)
{
	memset(out, 0, sizeof(*out));
	db_col_str(st, 0, out->id, sizeof(out->id));
	db_col_str(st, 1, out->account_id, sizeof(out->account_id));
	out->upstream = span_eq_str(db_col_blob(st, 2), "upstream");
	out->changes = db_col_int(st, 3);
	buf_add_span(der, db_col_blob(st, 4));
}

static enum rc ca_take(struct stmt *st, enum rc rc, struct store_status_ca *out,
    struct buf *der, struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		ca_row(st, out, der);
	db_done(st);
	if (rc == RC_OK && !buf_ok(der))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

enum rc store_status_ca_by_key(struct store *s, struct span key_hash,
    const char *after, struct store_status_ca *out, struct buf *der,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	if (key_hash.n == 20)
		rc = db_ask(store_db(s), &st, e,
		    "SELECT " CA_COLS " FROM ca WHERE key_hash = $1"
		    " AND id > $2 AND der IS NOT NULL ORDER BY id LIMIT 1",
		    DB_BS(key_hash), DB_T(after));
	else
		rc = db_ask(store_db(s), &st, e,
		    "SELECT " CA_COLS " FROM ca WHERE key_hash2 = $1"
		    " AND id > $2 AND der IS NOT NULL ORDER BY id LIMIT 1",
		    DB_BS(key_hash), DB_T(after));
	return ca_take(st, rc, out, der, e);
}

enum rc store_status_ca_find(struct store *s, const char *id,
    struct store_status_ca *out, struct buf *der, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " CA_COLS " FROM ca WHERE id = $1 AND der IS NOT NULL",
	    DB_T(id));

	return ca_take(st, rc, out, der, e);
}

enum rc store_status_ca_below(struct store *s, const char *id,
    store_status_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT der FROM ca WHERE account_id ="
	    " (SELECT account_id FROM ca WHERE id = $1)"
	    " AND (id = $1 OR parent_id = $1) AND der IS NOT NULL",
	    DB_T(id));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		row(arg, db_col_blob(st, 0));
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc state_take(struct stmt *st, enum rc rc,
    struct store_status_state *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		out->held = span_eq_str(db_col_blob(st, 0), "held");
		out->revoked = span_eq_str(db_col_blob(st, 0), "revoked");
		out->reason = (int)db_col_int(st, 1);
		out->at = db_col_int(st, 2);
	}
	db_done(st);
	return rc;
}

enum rc store_status_certificate(struct store *s, const char *ca,
    struct span serial, struct store_status_state *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT state, reason, state_at FROM certificate"
	    " WHERE ca_id = $1 AND serial = $2",
	    DB_T(ca), DB_BS(serial));

	return state_take(st, rc, out, e);
}

enum rc store_status_birth(struct store *s, int64_t seq,
    struct store_status_state *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT state, reason, at FROM birth_revocation WHERE seq = $1",
	    DB_I(seq));

	return state_take(st, rc, out, e);
}

enum rc store_status_vendor_cas(struct store *s, size_t most,
    store_status_vendor_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	char vendor[RAND_ID_SIZE];
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT fp, vendor_id, der FROM vendor_ca ORDER BY fp LIMIT $1",
	    DB_I(most));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK) {
		struct span fp = db_col_blob(st, 0);

		db_col_str(st, 1, vendor, sizeof(vendor));
		if (fp.n == 32)
			row(arg, fp.p, vendor, db_col_blob(st, 2));
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_status_vendor_find(struct store *s, const uint8_t ca_fp[32],
    struct store_status_vendor *out, struct buf *responder, struct buf *crl,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = db_ask(store_db(s), &st, e,
	    "SELECT vendor_id, responder_not_after, crl_number,"
	    " crl_next_update, CASE WHEN $2 = 1 THEN responder END,"
	    " CASE WHEN $3 = 1 THEN crl END FROM vendor_status WHERE ca_fp = "
	    "$1",
	    DB_B(ca_fp, 32), DB_I(responder != NULL), DB_I(crl != NULL));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		db_col_str(st, 0, out->vendor_id, sizeof(out->vendor_id));
		out->responder_not_after = db_col_int(st, 1);
		out->crl_number = (uint64_t)db_col_int(st, 2);
		out->crl_next_update = db_col_int(st, 3);
		if (responder)
			buf_add_span(responder, db_col_blob(st, 4));
		if (crl)
			buf_add_span(crl, db_col_blob(st, 5));
	}
	db_done(st);
	if (rc == RC_OK &&
	    ((responder && !buf_ok(responder)) || (crl && !buf_ok(crl))))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

enum rc store_status_put_responder(struct store *s, const uint8_t ca_fp[32],
    const char *vendor_id, struct span der, int64_t not_after, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO vendor_status (ca_fp, vendor_id, responder,"
	    " responder_not_after) VALUES ($1, $2, $3, $4)"
	    " ON CONFLICT (ca_fp) DO UPDATE SET"
	    " responder = excluded.responder,"
	    " responder_not_after = excluded.responder_not_after",
	    DB_B(ca_fp, 32), DB_T(vendor_id), DB_BS(der), DB_I(not_after));
}

enum rc store_status_put_crl(struct store *s, const uint8_t ca_fp[32],
    const struct store_status_vendor *v, struct span der, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "INSERT INTO vendor_status (ca_fp, vendor_id, crl, crl_number,"
	    " crl_next_update) VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT (ca_fp) DO UPDATE SET crl = excluded.crl,"
	    " crl_number = excluded.crl_number,"
	    " crl_next_update = excluded.crl_next_update"
	    " WHERE vendor_status.crl_next_update = 0"
	    " OR vendor_status.crl_number < excluded.crl_number",
	    DB_B(ca_fp, 32), DB_T(v->vendor_id), DB_BS(der),
	    DB_I(v->crl_number), DB_I(v->crl_next_update));
	return rc == RC_OK && changes == 0 ? RC_CONFLICT : rc;
}
