/* Reels, in SQL.
 * Must not touch the devices themselves. */
#include "store/store_reel.h"

#include <string.h>

#include "store/db.h"

#define COLS                                                              \
	"r.id, r.vendor_id, r.bid, r.name, r.state, r.form, r.upload_id," \
	" r.devices, r.manifest_sha256, r.signer_fp, r.published_at"

static void reel_digest(struct stmt *st, int col, uint8_t out[32])
{
	struct span b = db_col_blob(st, col);

	if (b.n == 32)
		memcpy(out, b.p, 32);
}

static void reel_row(struct stmt *st, struct store_reel *out)
{
	memset(out, 0, sizeof(*out));
	out->id = db_col_int(st, 0);
	db_col_str(st, 1, out->vendor_id, sizeof(out->vendor_id));
	db_col_str(st, 2, out->bid, sizeof(out->bid));
	db_col_str(st, 3, out->name, sizeof(out->name));
	out->published = span_eq_str(db_col_blob(st, 4), "published");
	db_col_str(st, 5, out->form, sizeof(out->form));
	db_col_str(st, 6, out->upload_id, sizeof(out->upload_id));
	out->devices = (uint64_t)db_col_int(st, 7);
	reel_digest(st, 8, out->manifest_sha256);
	reel_digest(st, 9, out->signer_fp);
	out->published_at = db_col_int(st, 10);
}

static enum rc reel_one(struct stmt *st, enum rc rc, struct store_reel *out,
    struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		reel_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_reel_add(struct store *s, struct store_reel *r, struct err *e)
{
	struct store_reel made;
	enum rc rc;

	rc = db_run(store_db(s), e,
	    "INSERT INTO reel (vendor_id, bid, name, state, form, upload_id,"
	    " devices) VALUES ($1, $2, $3, 'staging', $4, $5, 0)",
	    DB_T(r->vendor_id), DB_T(r->bid), DB_T(r->name), DB_T(r->form),
	    DB_T(r->upload_id));
	if (rc == RC_OK)
		rc = store_reel_find_name(s, r->vendor_id, r->name, &made, e);
	if (rc == RC_OK)
		r->id = made.id;
	return rc;
}

enum rc store_reel_find(struct store *s, int64_t id, struct store_reel *out,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM reel r WHERE r.id = $1", DB_I(id));
	return reel_one(st, rc, out, e);
}

enum rc store_reel_find_name(struct store *s, const char *vendor_id,
    const char *name, struct store_reel *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM reel r"
	    " WHERE r.vendor_id = $1 AND r.name = $2",
	    DB_T(vendor_id), DB_T(name));
	return reel_one(st, rc, out, e);
}

enum rc store_reel_find_upload(struct store *s, const char *upload_id,
    struct store_reel *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM reel r WHERE r.upload_id = $1",
	    DB_T(upload_id));
	return reel_one(st, rc, out, e);
}

enum rc store_reel_template_set(struct store *s, int64_t id, struct span stored,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE reel SET template = $1 WHERE id = $2"
	    " AND state = 'staging'",
	    DB_BS(stored), DB_I(id));
}

enum rc store_reel_template(struct store *s, int64_t id, struct buf *out,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT template FROM reel WHERE id = $1", DB_I(id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		buf_add_span(out, db_col_blob(st, 0));
	db_done(st);
	return rc;
}

enum rc store_reel_publish(struct store *s, const struct store_reel *r,
    struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE reel SET state = 'published', devices = $1,"
	    " manifest_sha256 = $2, signer_fp = $3, published_at = $4"
	    " WHERE id = $5 AND state = 'staging'",
	    DB_I(r->devices), DB_B(r->manifest_sha256, 32),
	    DB_B(r->signer_fp, 32), DB_I(r->published_at), DB_I(r->id));
	if (rc == RC_OK && changes == 0)
		return err_set(e, RC_CONFLICT, "reel-published",
		    "The reel is published already.");
	return rc;
}

enum rc store_reel_drop(struct store *s, int64_t id, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM reel WHERE id = $1 AND state = 'staging'", DB_I(id));
}

enum rc store_reel_list(struct store *s, const char *bid, int64_t after,
    struct store_reel *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM reel r WHERE r.bid = $1 AND r.id > $2"
	    " AND r.state = 'published' ORDER BY r.id LIMIT $3",
	    DB_T(bid), DB_I(after), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		reel_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_reel_abandoned(struct store *s, int64_t after,
    struct store_reel *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM reel r JOIN upload u ON u.id = r.upload_id"
	    " WHERE r.id > $1 AND r.state = 'staging'"
	    " AND u.state IN ('rejected', 'cancelled') ORDER BY r.id LIMIT 1",
	    DB_I(after));
	return reel_one(st, rc, out, e);
}
