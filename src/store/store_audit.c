/* SQL for the audit log.
 * Must not change or remove a row. */
#include <string.h>

#include "store/db.h"
#include "store/store_audit.h"

enum rc store_audit_add(struct store *s, const struct store_audit *a,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO audit(seq, at, actor, actor_name, scope_id, action, "
	    "target, outcome, reason, detail, from_addr, prev, hash) VALUES "
	    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	    DB_I(a->seq), DB_I(a->at), DB_T(a->actor), DB_T(a->actor_name),
	    DB_T(a->scope_id), DB_T(a->action), DB_T(a->target),
	    DB_T(a->outcome), DB_T(a->reason), DB_T(a->detail), DB_T(a->from),
	    DB_B(a->prev, 32), DB_B(a->hash, 32));
}

enum rc store_audit_last(struct store *s, uint64_t *seq, uint8_t hash[32],
    struct err *e)
{
	struct span h;
	struct stmt *st = NULL;
	enum rc rc = db_query(store_db(s),
	    "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", NULL, 0,
	    &st, e);

	*seq = 0;
	memset(hash, 0, 32);
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		*seq = (uint64_t)db_col_int(st, 0);
		h = db_col_blob(st, 1);
		if (h.n == 32)
			memcpy(hash, h.p, 32);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void audit_hash(struct stmt *st, int col, uint8_t out[32])
{
	struct span h = db_col_blob(st, col);

	memset(out, 0, 32);
	if (h.n == 32)
		memcpy(out, h.p, 32);
}

/* *whole becomes false when not all of the stored text is in out. */
static void audit_text(struct stmt *st, int col, char *out, size_t cap,
    bool *whole)
{
	db_col_str(st, col, out, cap);
	if (strlen(out) != db_col_blob(st, col).n)
		*whole = false;
}

#define AUDIT_COLUMNS                                                   \
	"SELECT seq, at, actor, actor_name, scope_id, action, target, " \
	"outcome, reason, detail, from_addr, prev, hash FROM audit "

static enum rc audit_rows(struct stmt *st, store_audit_row *row, void *arg,
    struct err *e)
{
	struct store_audit a;
	bool more = true, whole;
	enum rc rc = RC_NOT_FOUND;

	while (more && (rc = db_step(st, e)) == RC_OK) {
		memset(&a, 0, sizeof(a));
		a.seq = (uint64_t)db_col_int(st, 0);
		a.at = db_col_int(st, 1);
		whole = true;
		audit_text(st, 2, a.actor, sizeof(a.actor), &whole);
		audit_text(st, 3, a.actor_name, sizeof(a.actor_name), &whole);
		audit_text(st, 4, a.scope_id, sizeof(a.scope_id), &whole);
		audit_text(st, 5, a.action, sizeof(a.action), &whole);
		audit_text(st, 6, a.target, sizeof(a.target), &whole);
		audit_text(st, 7, a.outcome, sizeof(a.outcome), &whole);
		audit_text(st, 8, a.reason, sizeof(a.reason), &whole);
		audit_text(st, 9, a.detail, sizeof(a.detail), &whole);
		audit_text(st, 10, a.from, sizeof(a.from), &whole);
		audit_hash(st, 11, a.prev);
		audit_hash(st, 12, a.hash);
		if (!whole)
			memset(a.hash, 0, sizeof(a.hash));
		more = row(arg, &a);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_audit_walk(struct store *s, store_audit_row *row, void *arg,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_query(store_db(s), AUDIT_COLUMNS "ORDER BY seq", NULL,
	    0, &st, e);

	return rc == RC_OK ? audit_rows(st, row, arg, e) : rc;
}

enum rc store_audit_each(struct store *s, const struct store_audit_list *list,
    store_audit_row *row, void *arg, struct err *e)
{
	const int64_t before = list->before ? (int64_t)list->before : INT64_MAX;
	struct stmt *st = NULL;
	enum rc rc;

	if (list->scope_id)
		rc = db_ask(store_db(s), &st, e,
		    AUDIT_COLUMNS
		    "WHERE scope_id = $1 AND seq < $2 AND at >= $3 "
		    "AND ($4 = '' OR action = $4) ORDER BY seq DESC LIMIT $5",
		    DB_T(list->scope_id), DB_I(before), DB_I(list->from_s),
		    DB_T(list->action), DB_I(list->limit));
	else
		rc = db_ask(store_db(s), &st, e,
		    AUDIT_COLUMNS
		    "WHERE seq < $1 AND at >= $2 "
		    "AND ($3 = '' OR action = $3) ORDER BY seq DESC LIMIT $4",
		    DB_I(before), DB_I(list->from_s), DB_T(list->action),
		    DB_I(list->limit));
	return rc == RC_OK ? audit_rows(st, row, arg, e) : rc;
}
