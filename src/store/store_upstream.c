/* CAs of others and the requests to them, in SQL.
 * Must not open what is sealed. */
#include "store/store_upstream.h"

#include <string.h>

#include "store/db.h"

#define COLUMNS                                                      \
	"n, id, account_id, ca_id, seq, spki_sha256, state, tries, " \
	"coalesce(next_ms, 0), error, created_at, state_at, csr, "   \
	"coalesce(der, x'')"

void store_upstream_init(struct store_upstream *u)
{
	memset(u, 0, sizeof(*u));
	buf_init(&u->tls_ca, STORE_UPSTREAM_PEM_MAX);
	buf_init(&u->sealed, STORE_UPSTREAM_SEALED_MAX);
}

void store_upstream_clear(struct store_upstream *u)
{
	if (!u)
		return;
	buf_clear(&u->tls_ca);
	buf_clear(&u->sealed);
}

enum rc store_upstream_add(struct store *s, const struct store_upstream *u,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO upstream (ca_id, protocol, url, username, tls_ca, "
	    "sealed) VALUES ($1, $2, $3, $4, $5, $6)",
	    DB_T(u->ca_id), DB_T(u->protocol), DB_T(u->url), DB_T(u->username),
	    DB_TS(buf_span(&u->tls_ca)), DB_BS(buf_span(&u->sealed)));
}

enum rc store_upstream_get(struct store *s, const char *ca,
    struct store_upstream *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT ca_id, protocol, url, username, sealed, tls_ca "
	    "FROM upstream "
	    "WHERE ca_id = $1",
	    DB_T(ca));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		db_col_str(q, 0, out->ca_id, sizeof(out->ca_id));
		db_col_str(q, 1, out->protocol, sizeof(out->protocol));
		db_col_str(q, 2, out->url, sizeof(out->url));
		db_col_str(q, 3, out->username, sizeof(out->username));
		buf_reset(&out->sealed);
		buf_add_span(&out->sealed, db_col_blob(q, 4));
		buf_reset(&out->tls_ca);
		buf_add_span(&out->tls_ca, db_col_blob(q, 5));
	}
	db_done(q);
	return rc;
}

void store_upstream_request_init(struct store_upstream_request *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->csr, STORE_UPSTREAM_DER_MAX);
	buf_init(&r->der, STORE_UPSTREAM_DER_MAX);
}

void store_upstream_request_clear(struct store_upstream_request *r)
{
	if (!r)
		return;
	buf_clear(&r->csr);
	buf_clear(&r->der);
}

static void read_row(struct stmt *q, struct store_upstream_request *out)
{
	struct span spki;

	out->n = db_col_int(q, 0);
	db_col_str(q, 1, out->id, sizeof(out->id));
	db_col_str(q, 2, out->account_id, sizeof(out->account_id));
	db_col_str(q, 3, out->ca_id, sizeof(out->ca_id));
	out->seq = db_col_int(q, 4);
	spki = db_col_blob(q, 5);
	memset(out->spki_sha256, 0, sizeof(out->spki_sha256));
	if (spki.n == sizeof(out->spki_sha256))
		memcpy(out->spki_sha256, spki.p, spki.n);
	db_col_str(q, 6, out->state, sizeof(out->state));
	out->tries = (uint32_t)db_col_int(q, 7);
	out->next_ms = db_col_int(q, 8);
	db_col_str(q, 9, out->error, sizeof(out->error));
	out->created_at = db_col_int(q, 10);
	out->state_at = db_col_int(q, 11);
	buf_reset(&out->csr);
	buf_add_span(&out->csr, db_col_blob(q, 12));
	buf_reset(&out->der);
	buf_add_span(&out->der, db_col_blob(q, 13));
}

/* The one row of q, which is ended. */
static enum rc read_one(enum rc rc, struct stmt *q,
    struct store_upstream_request *out, struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_row(q, out);
	db_done(q);
	return rc;
}

enum rc store_upstream_request_put(struct store *s,
    const struct store_upstream_request *r, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO upstream_request (id, account_id, ca_id, seq, "
	    "spki_sha256, csr, state, next_ms, created_at, state_at) VALUES "
	    "($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $8) "
	    "ON CONFLICT (ca_id, seq, spki_sha256) DO UPDATE SET id = $1, "
	    "account_id = $2, csr = $6, state = 'waiting', tries = 0, "
	    "next_ms = $7, error = '', der = NULL, created_at = $8, "
	    "state_at = $8",
	    DB_T(r->id), DB_T(r->account_id), DB_T(r->ca_id), DB_I(r->seq),
	    DB_B(r->spki_sha256, sizeof(r->spki_sha256)),
	    DB_BS(buf_span(&r->csr)), DB_I(r->next_ms), DB_I(r->created_at));
}

enum rc store_upstream_request_find(struct store *s,
    const struct store_upstream_request *like,
    struct store_upstream_request *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM upstream_request WHERE ca_id = $1 "
	    "AND seq = $2 AND spki_sha256 = $3",
	    DB_T(like->ca_id), DB_I(like->seq),
	    DB_B(like->spki_sha256, sizeof(like->spki_sha256)));

	return read_one(rc, q, out, e);
}

enum rc store_upstream_request_save(struct store *s,
    const struct store_upstream_request *r, int64_t now_s, struct err *e)
{
	int64_t n = 0;
	enum rc rc = db_run_n(store_db(s), &n, e,
	    "UPDATE upstream_request SET state = $2, tries = $3, next_ms = $4, "
	    "error = $5, der = $6, state_at = CASE WHEN state = $2 "
	    "THEN state_at ELSE $7 END WHERE id = $1 AND state = 'waiting'",
	    DB_T(r->id), DB_T(r->state), DB_I(r->tries),
	    r->next_ms > 0 ? DB_I(r->next_ms) : DB_N, DB_T(r->error),
	    r->der.n > 0 ? DB_BS(buf_span(&r->der)) : DB_N, DB_I(now_s));

	if (rc == RC_OK && n == 0)
		rc = err_set(e, RC_CONFLICT, "upstream-request-over",
		    "The request is not waiting any more.");
	return rc;
}

static enum rc find_due(struct store *s, const struct store_upstream_due *due,
    struct store_upstream_request *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM upstream_request WHERE next_ms <= $1 "
	    "AND ($2 = 0 OR tries = 0) ORDER BY next_ms LIMIT 1",
	    DB_I(due->now_ms), DB_I(due->untried));

	return read_one(rc, q, out, e);
}

enum rc store_upstream_request_take(struct store *s,
    const struct store_upstream_due *due, struct store_upstream_request *out,
    struct err *e)
{
	/* Looks before it takes the write lock: mostly there is nothing. */
	enum rc rc = find_due(s, due, out, e);

	if (rc == RC_OK)
		rc = store_begin(s, e);
	if (rc != RC_OK)
		return rc;
	rc = find_due(s, due, out, e);
	if (rc == RC_OK)
		rc = db_run(store_db(s), e,
		    "UPDATE upstream_request SET next_ms = $2 WHERE n = $1",
		    DB_I(out->n), DB_I(due->again_ms));
	if (rc == RC_OK)
		rc = store_commit(s, e);
	if (rc != RC_OK)
		store_rollback(s);
	return rc;
}

enum rc store_upstream_request_hurry(struct store *s, int64_t now_ms,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE upstream_request SET next_ms = $1 WHERE next_ms > $1",
	    DB_I(now_ms));
}

enum rc store_upstream_request_list(struct store *s, const char *ca,
    int64_t before, struct store_upstream_request *out, size_t *n,
    struct err *e)
{
	size_t cap = *n;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " COLUMNS " FROM upstream_request WHERE ca_id = $1 "
	    "AND ($2 = 0 OR n < $2) ORDER BY n DESC LIMIT $3",
	    DB_T(ca), DB_I(before), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK)
		read_row(q, &out[(*n)++]);
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
