/* Birth certificates that their vendors revoked or hold, in SQL.
 * Must not judge a certificate. */
#include <string.h>

#include "store/db.h"
#include "store/store_certificate.h"

#define COLS "seq, vendor_id, fp, chip_id, serial, state, reason, at, by_name"

enum rc store_certificate_birth_put(struct store *s,
    const struct store_certificate_birth *b, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO birth_revocation (" COLS ")"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	    " ON CONFLICT (seq) DO UPDATE SET state = excluded.state,"
	    " reason = excluded.reason, at = excluded.at,"
	    " by_name = excluded.by_name",
	    DB_I(b->seq), DB_T(b->vendor_id), DB_B(b->fp, sizeof(b->fp)),
	    DB_T(b->chip_id), DB_B(b->serial, b->serial_n), DB_T(b->state),
	    DB_I(b->reason), DB_I(b->at), DB_T(b->by_name));
}

static void read_row(struct stmt *st, struct store_certificate_birth *out)
{
	struct span fp = db_col_blob(st, 2), serial = db_col_blob(st, 4);

	memset(out, 0, sizeof(*out));
	out->seq = db_col_int(st, 0);
	db_col_str(st, 1, out->vendor_id, sizeof(out->vendor_id));
	if (fp.n == sizeof(out->fp))
		memcpy(out->fp, fp.p, fp.n);
	db_col_str(st, 3, out->chip_id, sizeof(out->chip_id));
	if (serial.n <= sizeof(out->serial)) {
		memcpy(out->serial, serial.p, serial.n);
		out->serial_n = serial.n;
	}
	db_col_str(st, 5, out->state, sizeof(out->state));
	out->reason = (int)db_col_int(st, 6);
	out->at = db_col_int(st, 7);
	db_col_str(st, 8, out->by_name, sizeof(out->by_name));
}

enum rc store_certificate_birth_find(struct store *s, int64_t seq,
    struct store_certificate_birth *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM birth_revocation WHERE seq = $1", DB_I(seq));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		read_row(st, out);
	db_done(st);
	return rc;
}

enum rc store_certificate_birth_delete(struct store *s, int64_t seq,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "DELETE FROM birth_revocation WHERE seq = $1", DB_I(seq));
}

enum rc store_certificate_birth_list(struct store *s, const char *vendor,
    int64_t after, struct store_certificate_birth *out, size_t *n,
    struct err *e)
{
	struct stmt *st = NULL;
	size_t room = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS " FROM birth_revocation WHERE vendor_id = $1"
	    " AND seq > $2 ORDER BY seq LIMIT $3",
	    DB_T(vendor), DB_I(after), DB_I(room));
	while (rc == RC_OK && *n < room && (rc = db_step(st, e)) == RC_OK)
		read_row(st, &out[(*n)++]);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
