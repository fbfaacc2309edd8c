/* Certificates that accounts' CAs issued, in SQL.
 * Must not judge a certificate. */
#include "store/store_certificate.h"

#include <string.h>

#include "store/db.h"

#define DER_MAX (16 * 1024)
#define COLS                                                               \
	"n, id, account_id, ca_id, kind, seq, fp, spki_sha256, serial,"    \
	" not_before, not_after, state, reason, state_at, issued_at, der," \
	" barred"

void store_certificate_init(struct store_certificate *c)
{
	memset(c, 0, sizeof(*c));
	buf_init(&c->der, DER_MAX);
}

void store_certificate_clear(struct store_certificate *c)
{
	if (c)
		buf_clear(&c->der);
}

static void copy(struct stmt *st, int col, uint8_t *out, size_t n)
{
	struct span s = db_col_blob(st, col);

	memset(out, 0, n);
	if (s.n <= n)
		memcpy(out, s.p, s.n);
}

static void read_row(struct stmt *st, struct store_certificate *out)
{
	struct span serial = db_col_blob(st, 8);

	out->n = db_col_int(st, 0);
	db_col_str(st, 1, out->id, sizeof(out->id));
	db_col_str(st, 2, out->account_id, sizeof(out->account_id));
	db_col_str(st, 3, out->ca_id, sizeof(out->ca_id));
	db_col_str(st, 4, out->kind, sizeof(out->kind));
	out->seq = db_col_int(st, 5);
	copy(st, 6, out->fp, sizeof(out->fp));
	copy(st, 7, out->spki_sha256, sizeof(out->spki_sha256));
	copy(st, 8, out->serial, sizeof(out->serial));
	out->serial_n = serial.n <= sizeof(out->serial) ? serial.n : 0;
	out->not_before = db_col_int(st, 9);
	out->not_after = db_col_int(st, 10);
	db_col_str(st, 11, out->state, sizeof(out->state));
	out->reason = (int)db_col_int(st, 12);
	out->state_at = db_col_int(st, 13);
	out->issued_at = db_col_int(st, 14);
	buf_reset(&out->der);
	buf_add_span(&out->der, db_col_blob(st, 15));
	out->barred = db_col_int(st, 16) != 0;
}

static enum rc take(struct stmt *st, enum rc rc, struct store_certificate *out,
    struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		read_row(st, out);
		if (!buf_ok(&out->der))
			rc = err_set(e, RC_ENV, "no-memory",
			    "Not enough memory.");
	}
	db_done(st);
	return rc;
}

enum rc store_certificate_add(struct store *s, struct store_certificate *c,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "INSERT INTO certificate (id, account_id, ca_id, kind, seq, fp,"
	    " serial, spki_sha256, der, not_before, not_after, state,"
	    " issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
	    " 'valid', $12) RETURNING n",
	    DB_T(c->id), DB_T(c->account_id), DB_T(c->ca_id), DB_T(c->kind),
	    DB_I(c->seq), DB_B(c->fp, sizeof(c->fp)),
	    DB_B(c->serial, c->serial_n),
	    DB_B(c->spki_sha256, sizeof(c->spki_sha256)),
	    DB_BS(buf_span(&c->der)), DB_I(c->not_before), DB_I(c->not_after),
	    DB_I(c->issued_at));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		c->n = db_col_int(st, 0);
	db_done(st);
	return rc;
}

enum rc store_certificate_find(struct store *s, const char *account,
    const char *id, struct store_certificate *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM certificate WHERE id = $1"
	    " AND ($2 IS NULL OR account_id = $2) AND kind <> 'role'",
	    DB_T(id), DB_T(account));

	return take(st, rc, out, e);
}

enum rc store_certificate_find_fp(struct store *s, const uint8_t fp[32],
    struct store_certificate *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM certificate WHERE fp = $1", DB_B(fp, 32));

	return take(st, rc, out, e);
}

enum rc store_certificate_find_key(struct store *s,
    const struct store_certificate *like, int64_t now_s,
    struct store_certificate *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM certificate WHERE seq > 0 AND seq = $1"
	    " AND account_id = $2 AND ca_id = $3 AND spki_sha256 = $4"
	    " AND state = 'valid' AND not_after > $5"
	    " ORDER BY n DESC LIMIT 1",
	    DB_I(like->seq), DB_T(like->account_id), DB_T(like->ca_id),
	    DB_B(like->spki_sha256, sizeof(like->spki_sha256)), DB_I(now_s));

	return take(st, rc, out, e);
}

enum rc store_certificate_key_lost(struct store *s,
    const struct store_certificate *like, bool *lost, struct err *e)
{
	struct stmt *st = NULL;
	/* RFC 5280 5.3.1: keyCompromise, certificateHold */
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT EXISTS (SELECT 1 FROM certificate WHERE seq > 0"
	    " AND seq = $1 AND account_id = $2 AND spki_sha256 = $3"
	    " AND (state = 'held' OR (state = 'revoked' AND reason = 1)))",
	    DB_I(like->seq), DB_T(like->account_id),
	    DB_B(like->spki_sha256, sizeof(like->spki_sha256)));

	if (rc == RC_OK)
		rc = db_step(st, e);
	*lost = rc == RC_OK && db_col_int(st, 0) != 0;
	db_done(st);
	return rc;
}

enum rc store_certificate_find_serial(struct store *s,
    const struct store_certificate *like, struct store_certificate *out,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM certificate WHERE seq > 0 AND seq = $1"
	    " AND account_id = $2 AND serial = $3 AND kind = 'device'"
	    " ORDER BY n DESC LIMIT 1",
	    DB_I(like->seq), DB_T(like->account_id),
	    DB_B(like->serial, like->serial_n));

	return take(st, rc, out, e);
}

#define LIST_WHERE                                                    \
	" AND ($2 IS NULL OR ca_id = $2) AND kind <> 'role'"          \
	" AND ($3 IS NULL OR (CASE WHEN state = 'revoked' THEN state" \
	" WHEN not_after <= $6 THEN 'expired' ELSE state END) = $3)"  \
	" AND ($4 = 0 OR seq = $4) AND ($5 = 0 OR n < $5)"            \
	" ORDER BY n DESC LIMIT $7"

static enum rc take_all(struct stmt *st, enum rc rc,
    struct store_certificate *out, size_t *n, size_t room, struct err *e)
{
	while (rc == RC_OK && *n < room && (rc = db_step(st, e)) == RC_OK) {
		read_row(st, &out[*n]);
		if (!buf_ok(&out[(*n)++].der))
			rc = err_set(e, RC_ENV, "no-memory",
			    "Not enough memory.");
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_certificate_list(struct store *s,
    const struct store_certificate_list *l, struct store_certificate *out,
    size_t *n, struct err *e)
{
	const struct db_val vals[] = {DB_T(l->account), DB_T(l->ca),
	    DB_T(l->state), DB_I(l->seq), DB_I(l->before), DB_I(l->now_s),
	    DB_I(*n)};
	struct stmt *st = NULL;
	size_t room = *n;
	enum rc rc;

	*n = 0;
	/* One device's are few, and found by its own index. */
	rc = db_query(store_db(s),
	    l->seq != 0 ? "SELECT " COLS
			  " FROM certificate WHERE seq > 0 AND seq = $4"
			  " AND ($1 IS NULL OR account_id = $1)" LIST_WHERE
			: "SELECT " COLS
			  " FROM certificate WHERE account_id = $1" LIST_WHERE,
	    vals, sizeof(vals) / sizeof(vals[0]), &st, e);
	return take_all(st, rc, out, n, room, e);
}

enum rc store_certificate_of_device(struct store *s,
    const struct store_certificate_list *l, struct store_certificate *out,
    size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t room = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM certificate WHERE seq > 0 AND seq = $1"
	    " AND account_id = $2 AND kind <> 'role'"
	    " ORDER BY state = 'valid' AND not_after >= $3 DESC,"
	    " CASE WHEN state <> 'valid' THEN state_at"
	    " WHEN not_after < $3 THEN not_after ELSE 0 END DESC,"
	    " n DESC LIMIT $4",
	    DB_I(l->seq), DB_T(l->account), DB_I(l->now_s), DB_I(room));
	return take_all(st, rc, out, n, room, e);
}

enum rc store_certificate_set(struct store *s,
    const struct store_certificate *c, const struct store_certificate_state *to,
    struct err *e)
{
	struct db *d = store_db(s);
	enum rc rc = db_run(d, e,
	    "UPDATE certificate SET state = $2, reason = $3, state_at = $4,"
	    " barred = $5 WHERE n = $1",
	    DB_I(c->n), DB_T(to->state), DB_I(to->reason), DB_I(to->at),
	    DB_I(to->barred));

	if (rc == RC_OK)
		rc = db_run(d, e,
		    "UPDATE ca SET changes = changes + 1 WHERE id = $1",
		    DB_T(c->ca_id));
	if (rc != RC_OK)
		return rc;
	if (strcmp(to->state, "valid") != 0)
		return db_run(d, e,
		    "DELETE FROM certificate_unheld WHERE ca_id = $1"
		    " AND serial = $2",
		    DB_T(c->ca_id), DB_B(c->serial, c->serial_n));
	return db_run(d, e,
	    "INSERT INTO certificate_unheld (ca_id, serial, at)"
	    " VALUES ($1, $2, $3)"
	    " ON CONFLICT (ca_id, serial) DO UPDATE SET at = excluded.at",
	    DB_T(c->ca_id), DB_B(c->serial, c->serial_n), DB_I(to->at));
}

enum rc store_certificate_bars(struct store *s, int64_t seq,
    struct store_certificate_bar *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = db_ask(store_db(s), &st, e,
	    "SELECT (SELECT state FROM birth_revocation WHERE seq = $1),"
	    " (SELECT reason FROM birth_revocation WHERE seq = $1),"
	    " (SELECT scrapped FROM quarantine WHERE seq = $1)",
	    DB_I(seq));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		db_col_str(st, 0, out->birth, sizeof(out->birth));
		out->birth_reason = (int)db_col_int(st, 1);
		out->quarantined = !db_col_null(st, 2);
		out->scrapped = db_col_int(st, 2) != 0;
	}
	db_done(st);
	return rc;
}

enum rc store_certificate_quarantine(struct store *s,
    const struct store_certificate_quarantine *q, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "INSERT INTO quarantine (seq, account_id, note, at, by_name,"
	    " scrapped) VALUES ($1, $2, $3, $4, $5, $6)"
	    " ON CONFLICT (seq) DO UPDATE SET account_id ="
	    " excluded.account_id, note = excluded.note, at = excluded.at,"
	    " by_name = excluded.by_name, scrapped = 1"
	    " WHERE scrapped < excluded.scrapped",
	    DB_I(q->seq), DB_T(q->account), DB_T(q->note), DB_I(q->at),
	    DB_T(q->by_name), DB_I(q->scrapped));

	return rc == RC_OK && changes == 0 ? RC_CONFLICT : rc;
}

enum rc store_certificate_release(struct store *s, int64_t seq,
    const char *account, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "DELETE FROM quarantine WHERE seq = $1 AND account_id = $2"
	    " AND scrapped = 0",
	    DB_I(seq), DB_T(account));

	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}

enum rc store_certificate_used(struct store *s, const char *account,
    const char *bid, int64_t now_s, bool *used, struct err *e)
{
	struct stmt *st = NULL;
	/* || '': not by the index of the account, who has them all */
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT EXISTS (SELECT 1 FROM reel b JOIN certificate t"
	    " ON t.seq >= b.id << 28 AND t.seq < (b.id + 1) << 28"
	    " WHERE b.bid = $1 AND t.seq > 0 AND t.account_id || '' = $2"
	    " AND t.state <> 'revoked' AND t.not_after > $3"
	    " AND NOT EXISTS (SELECT 1 FROM device_claim d"
	    " WHERE d.seq = t.seq))",
	    DB_T(bid), DB_T(account), DB_I(now_s));

	if (rc == RC_OK)
		rc = db_step(st, e);
	*used = rc == RC_OK && db_col_int(st, 0) != 0;
	db_done(st);
	return rc;
}

enum rc store_certificate_forget(struct store *s, const char *account,
    const char *bid, struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM quarantine WHERE account_id = $2 AND scrapped = 0"
	    " AND EXISTS (SELECT 1 FROM reel r WHERE r.bid = $1"
	    " AND quarantine.seq >= r.id << 28"
	    " AND quarantine.seq < (r.id + 1) << 28)"
	    " AND NOT EXISTS (SELECT 1 FROM device_claim d"
	    " WHERE d.seq = quarantine.seq)",
	    DB_T(bid), DB_T(account));
}
