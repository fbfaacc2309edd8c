/* Vendors and the CA certificates registered for them, in SQL.
 * Must not judge a certificate. */
#include "store/store_vendor.h"

#include <string.h>

#include "store/db.h"

#define VENDOR_COLS "id, name, slug, created_at"

static void vendor_row(struct stmt *st, struct store_vendor *out)
{
	memset(out, 0, sizeof(*out));
	db_col_str(st, 0, out->id, sizeof(out->id));
	db_col_str(st, 1, out->name, sizeof(out->name));
	db_col_str(st, 2, out->slug, sizeof(out->slug));
	out->created_at = db_col_int(st, 3);
}

enum rc store_vendor_add(struct store *s, const struct store_vendor *v,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO vendor (id, name, slug, created_at)"
	    " VALUES ($1, $2, $3, $4)",
	    DB_T(v->id), DB_T(v->name), DB_T(v->slug), DB_I(v->created_at));
}

enum rc store_vendor_find(struct store *s, const char *id,
    struct store_vendor *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " VENDOR_COLS " FROM vendor WHERE id = $1", DB_T(id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		vendor_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_vendor_list(struct store *s, const char *after,
    struct store_vendor *out, size_t cap, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " VENDOR_COLS " FROM vendor WHERE id > $1"
	    " ORDER BY id LIMIT $2",
	    DB_T(after), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		vendor_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

#define CA_COLS "fp, vendor_id, role, subject, not_after, added_at, retired_at"

static void ca_row(struct stmt *st, struct store_vendor_ca *out)
{
	struct span fp = db_col_blob(st, 0);

	memset(out, 0, sizeof(*out));
	if (fp.n == sizeof(out->fp))
		memcpy(out->fp, fp.p, fp.n);
	db_col_str(st, 1, out->vendor_id, sizeof(out->vendor_id));
	out->root = span_eq_str(db_col_blob(st, 2), "root");
	db_col_str(st, 3, out->subject, sizeof(out->subject));
	out->not_after = db_col_int(st, 4);
	out->added_at = db_col_int(st, 5);
	out->retired_at = db_col_int(st, 6);
}

enum rc store_vendor_ca_add(struct store *s, const struct store_vendor_ca *ca,
    struct span der, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO vendor_ca (fp, vendor_id, role, der, subject,"
	    " not_after, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
	    DB_B(ca->fp, sizeof(ca->fp)), DB_T(ca->vendor_id),
	    DB_T(ca->root ? "root" : "issuing"), DB_BS(der), DB_T(ca->subject),
	    DB_I(ca->not_after), DB_I(ca->added_at));
}

enum rc store_vendor_ca_find(struct store *s, const uint8_t fp[32],
    struct store_vendor_ca *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " CA_COLS " FROM vendor_ca WHERE fp = $1", DB_B(fp, 32));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		ca_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_vendor_ca_retire(struct store *s, const char *vendor_id,
    const uint8_t fp[32], int64_t now_s, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE vendor_ca SET retired_at = $1"
	    " WHERE fp = $2 AND vendor_id = $3 AND retired_at IS NULL",
	    DB_I(now_s), DB_B(fp, 32), DB_T(vendor_id));
	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

enum rc store_vendor_ca_revive(struct store *s, const char *vendor_id,
    const uint8_t fp[32], int64_t now_s, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE vendor_ca SET retired_at = NULL, added_at = $1"
	    " WHERE fp = $2 AND vendor_id = $3 AND retired_at IS NOT NULL",
	    DB_I(now_s), DB_B(fp, 32), DB_T(vendor_id));
	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

enum rc store_vendor_ca_list(struct store *s, const char *vendor_id,
    struct store_vendor_ca *out, size_t cap, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " CA_COLS " FROM vendor_ca WHERE vendor_id = $1"
	    " AND retired_at IS NULL ORDER BY role DESC, added_at, fp"
	    " LIMIT $2",
	    DB_T(vendor_id), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		ca_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_vendor_ca_each(struct store *s, const char *vendor_id,
    size_t most, store_vendor_ca_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT der FROM vendor_ca WHERE vendor_id = $1"
	    " ORDER BY added_at DESC, fp LIMIT $2",
	    DB_T(vendor_id), DB_I(most));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		row(arg, db_col_blob(st, 0));
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_vendor_ca_der(struct store *s, const uint8_t fp[32],
    struct buf *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT der FROM vendor_ca WHERE fp = $1", DB_B(fp, 32));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		buf_add_span(out, db_col_blob(st, 0));
	db_done(st);
	return rc;
}
