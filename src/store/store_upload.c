/* Uploads of manifests, in SQL.
 * Must not touch the spool files. */
#include "store/store_upload.h"

#include <string.h>

#include "store/db.h"

#define COLS                                                                  \
	"id, vendor_id, idem, bid, reel, form, size, received, sha256, open," \
	" claim_hash, signature IS NOT NULL, state, checked, bytes_done,"     \
	" devices, error_code, error_detail, error_line, error_certificate,"  \
	" by_id, by_name, by_from, created_at, updated_at, finished_at"
#define COLS_N 26
#define OPEN "state IN ('receiving', 'queued', 'verifying')"

static bool upload_digest(struct stmt *st, int col, uint8_t out[32])
{
	struct span b = db_col_blob(st, col);

	if (b.n != 32)
		return false;
	memcpy(out, b.p, 32);
	return true;
}

static void upload_row(struct stmt *st, struct store_upload *u)
{
	memset(u, 0, sizeof(*u));
	db_col_str(st, 0, u->id, sizeof(u->id));
	db_col_str(st, 1, u->vendor_id, sizeof(u->vendor_id));
	db_col_str(st, 2, u->idem, sizeof(u->idem));
	db_col_str(st, 3, u->bid, sizeof(u->bid));
	db_col_str(st, 4, u->reel, sizeof(u->reel));
	db_col_str(st, 5, u->form, sizeof(u->form));
	u->size = (uint64_t)db_col_int(st, 6);
	u->received = (uint64_t)db_col_int(st, 7);
	u->has_sha256 = upload_digest(st, 8, u->sha256);
	u->open = db_col_int(st, 9) != 0;
	u->has_claim = upload_digest(st, 10, u->claim_hash);
	u->has_signature = db_col_int(st, 11) != 0;
	db_col_str(st, 12, u->state, sizeof(u->state));
	u->checked = (uint64_t)db_col_int(st, 13);
	u->bytes_done = (uint64_t)db_col_int(st, 14);
	u->devices = (uint64_t)db_col_int(st, 15);
	db_col_str(st, 16, u->error_code, sizeof(u->error_code));
	db_col_str(st, 17, u->error_detail, sizeof(u->error_detail));
	u->error_line = (uint64_t)db_col_int(st, 18);
	db_col_str(st, 19, u->error_certificate, sizeof(u->error_certificate));
	db_col_str(st, 20, u->by_id, sizeof(u->by_id));
	db_col_str(st, 21, u->by_name, sizeof(u->by_name));
	db_col_str(st, 22, u->by_from, sizeof(u->by_from));
	u->created_at = db_col_int(st, 23);
	u->updated_at = db_col_int(st, 24);
	u->finished_at = db_col_int(st, 25);
}

static enum rc upload_one(struct stmt *st, enum rc rc, struct store_upload *out,
    struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		upload_row(st, out);
	db_done(st);
	return rc;
}

static enum rc upload_all(struct stmt *st, enum rc rc, struct store_upload *out,
    size_t *n, struct err *e)
{
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		upload_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_upload_add(struct store *s, const struct store_upload *u,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO upload (id, vendor_id, idem, bid, reel, form, size,"
	    " received, sha256, open, claim_hash, state, checked, bytes_done,"
	    " devices, by_id, by_name, by_from, created_at, updated_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10,"
	    " 'receiving', 0, 0, 0, $11, $12, $13, $14, $14)",
	    DB_T(u->id), DB_T(u->vendor_id),
	    DB_T(u->idem[0] != '\0' ? u->idem : NULL), DB_T(u->bid),
	    DB_T(u->reel), DB_T(u->form), DB_I(u->size),
	    u->has_sha256 ? DB_B(u->sha256, 32) : DB_N, DB_I(u->open),
	    u->has_claim ? DB_B(u->claim_hash, 32) : DB_N, DB_T(u->by_id),
	    DB_T(u->by_name), DB_T(u->by_from), DB_I(u->created_at));
}

enum rc store_upload_find(struct store *s, const char *id,
    struct store_upload *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM upload WHERE id = $1", DB_T(id));
	return upload_one(st, rc, out, e);
}

enum rc store_upload_find_idem(struct store *s, const char *vendor_id,
    const char *idem, struct store_upload *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM upload WHERE vendor_id = $1 AND idem = $2",
	    DB_T(vendor_id), DB_T(idem));
	return upload_one(st, rc, out, e);
}

enum rc store_upload_list(struct store *s, const char *vendor_id,
    const char *after, struct store_upload *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM upload WHERE vendor_id = $1 AND ($2 = ''"
	    " OR (created_at, id) <"
	    " (SELECT created_at, id FROM upload WHERE id = $2))"
	    " ORDER BY created_at DESC, id DESC LIMIT $3",
	    DB_T(vendor_id), DB_T(after), DB_I(cap));
	return upload_all(st, rc, out, n, e);
}

enum rc store_upload_open(struct store *s, const char *vendor_id,
    const char *after, struct store_upload *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM upload WHERE vendor_id = $1 AND " OPEN
	    " AND id > $2 ORDER BY id LIMIT $3",
	    DB_T(vendor_id), DB_T(after), DB_I(cap));
	return upload_all(st, rc, out, n, e);
}

enum rc store_upload_changed(struct store *s, const char *vendor_id,
    struct store_change *at, struct store_upload *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS ", changed FROM upload WHERE vendor_id = $1"
	    " AND (changed, id) > ($2, $3) ORDER BY changed, id LIMIT $4",
	    DB_T(vendor_id), DB_I(at->changed), DB_T(at->id), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK) {
		upload_row(st, &out[(*n)++]);
		at->changed = (uint64_t)db_col_int(st, COLS_N);
		db_col_str(st, 0, at->id, sizeof(at->id));
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_upload_list_state(struct store *s, const char *state,
    struct store_upload *out, size_t cap, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM upload WHERE state = $1"
	    " ORDER BY updated_at, id LIMIT $2",
	    DB_T(state), DB_I(cap));
	return upload_all(st, rc, out, n, e);
}

enum rc store_upload_open_sum(struct store *s, const char *vendor_id,
    uint64_t *count, uint64_t *bytes, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*), coalesce(sum(size), 0) FROM upload"
	    " WHERE vendor_id = $1"
	    " AND " OPEN,
	    DB_T(vendor_id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		*count = (uint64_t)db_col_int(st, 0);
		*bytes = (uint64_t)db_col_int(st, 1);
	}
	db_done(st);
	return rc;
}

static enum rc upload_closed(enum rc rc, int64_t changes, struct err *e)
{
	if (rc != RC_OK || changes > 0)
		return rc;
	return err_set(e, RC_CONFLICT, "upload-closed",
	    "The upload is not in a state that allows this any more; read "
	    "its state first.");
}

enum rc store_upload_received(struct store *s, const char *id,
    uint64_t received, int64_t now_s, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE upload SET received = $1, updated_at = $2"
	    " WHERE id = $3 AND state = 'receiving'",
	    DB_I(received), DB_I(now_s), DB_T(id));
	return upload_closed(rc, changes, e);
}

enum rc store_upload_sign(struct store *s, const char *id,
    struct span signature, int64_t now_s, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE upload SET signature = $1, updated_at = $2"
	    " WHERE id = $3 AND state = 'receiving'",
	    DB_BS(signature), DB_I(now_s), DB_T(id));
	return upload_closed(rc, changes, e);
}

enum rc store_upload_signature(struct store *s, const char *id, struct buf *out,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT signature FROM upload WHERE id = $1", DB_T(id));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		buf_add_span(out, db_col_blob(st, 0));
	db_done(st);
	return rc;
}

enum rc store_upload_move(struct store *s, const struct store_upload *u,
    const char *from, const char *to, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE upload SET state = $1, checked = $2, bytes_done = $3,"
	    " devices = $4, error_code = $5, error_detail = $6,"
	    " error_line = $7, error_certificate = $8, by_id = $9,"
	    " by_name = $10, by_from = $11, updated_at = $12,"
	    " finished_at = $13, idem = CASE WHEN $1 IN ('rejected',"
	    " 'cancelled') THEN NULL ELSE idem END"
	    " WHERE id = $14 AND state = $15",
	    DB_T(to), DB_I(u->checked), DB_I(u->bytes_done), DB_I(u->devices),
	    DB_T(u->error_code[0] != '\0' ? u->error_code : NULL),
	    DB_T(u->error_detail), DB_I(u->error_line),
	    DB_T(u->error_certificate), DB_T(u->by_id), DB_T(u->by_name),
	    DB_T(u->by_from), DB_I(u->updated_at),
	    u->finished_at != 0 ? DB_I(u->finished_at) : DB_N, DB_T(u->id),
	    DB_T(from));
	return upload_closed(rc, changes, e);
}

enum rc store_upload_progress(struct store *s, const char *id, uint64_t checked,
    uint64_t bytes_done, int64_t now_s, struct err *e)
{
	int64_t changes = 0;
	enum rc rc;

	rc = db_run_n(store_db(s), &changes, e,
	    "UPDATE upload SET checked = $1, bytes_done = $2,"
	    " updated_at = $3 WHERE id = $4 AND state = 'verifying'",
	    DB_I(checked), DB_I(bytes_done), DB_I(now_s), DB_T(id));
	return upload_closed(rc, changes, e);
}
