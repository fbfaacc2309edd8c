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

enum rc store_audit_walk(struct store *s, uint64_t after, uint64_t limit,
    store_audit_row *row, void *arg, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    AUDIT_COLUMNS "WHERE seq > $1 ORDER BY seq LIMIT $2", DB_I(after),
	    DB_I(limit));

	return rc == RC_OK ? audit_rows(st, row, arg, e) : rc;
}

/* One statement for each thing that narrows most, with its index: a plus
 * keeps the planner from another one. */
enum by { BY_TARGET, BY_ACTOR, BY_ACTOR_NAME, BY_ACTION, BY_REFUSED, BY_SEQ };

#define REST                                                          \
	" AND seq > $2 AND seq < $3 AND +at >= $4 AND +at < $5"       \
	" AND ($6 = '' OR +action = $6) AND ($7 = '' OR +actor = $7)" \
	" AND ($8 = '' OR +actor_name = $8)"                          \
	" AND ($9 = '' OR +target = $9)"                              \
	" AND ($10 = 0 OR ($10 = 1) = (+outcome = 'ok')) ORDER BY seq"

#define PAGE(where)                                         \
	{                                                   \
		AUDIT_COLUMNS where REST " DESC LIMIT $11", \
		    AUDIT_COLUMNS where REST " LIMIT $11"   \
	}
#define ALL " AND $1 = ''"
#define OWN " AND +scope_id = $1"

/* [by][of one scope][oldest first] */
static const char *const pages[][2][2] = {
    [BY_TARGET] = {PAGE("WHERE target = $9" ALL),
	PAGE("WHERE target = $9" OWN)},
    [BY_ACTOR] = {PAGE("WHERE actor = $7" ALL), PAGE("WHERE actor = $7" OWN)},
    [BY_ACTOR_NAME] = {PAGE("WHERE actor_name = $8" ALL),
	PAGE("WHERE actor_name = $8" OWN)},
    [BY_ACTION] = {PAGE("WHERE action = $6" ALL),
	PAGE("WHERE scope_id = $1 AND action = $6")},
    [BY_REFUSED] = {PAGE("WHERE outcome <> 'ok'" ALL),
	PAGE("WHERE scope_id = $1 AND outcome <> 'ok'")},
    [BY_SEQ] = {PAGE("WHERE $1 = ''"), PAGE("WHERE scope_id = $1")},
};

static bool is_set(const char *s)
{
	return s && s[0] != '\0';
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static enum by narrowest(const struct store_audit_list *list)
{
	if (is_set(list->target))
		return BY_TARGET;
	if (is_set(list->actor))
		return BY_ACTOR;
	if (is_set(list->actor_name))
		return BY_ACTOR_NAME;
	if (is_set(list->action))
		return BY_ACTION;
	return list->outcome == STORE_AUDIT_REFUSED ? BY_REFUSED : BY_SEQ;
}

/* A clock that was set back by less than this loses no entry of a list that
 * starts or ends at a time. */
#define SLACK_S 3600

static enum rc first_seq(struct stmt *st, enum rc rc, uint64_t *seq,
    struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*seq = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

/* Narrows seq to about the times asked for, so that what lies before or after
 * them is not walked over.  RC_NOT_FOUND: there are none. */
static enum rc seq_of_times(struct store *s,
    const struct store_audit_list *list, uint64_t *above, uint64_t *before,
    struct err *e)
{
	struct stmt *st = NULL;
	uint64_t seq = 0;
	enum rc rc = RC_OK;

	if (list->from_s > SLACK_S) {
		rc = db_ask(store_db(s), &st, e,
		    "SELECT seq FROM audit WHERE at >= $1 "
		    "ORDER BY at, seq LIMIT 1",
		    DB_I(list->from_s - SLACK_S));
		rc = first_seq(st, rc, &seq, e);
		if (rc == RC_OK && seq > 0 && seq - 1 > *above)
			*above = seq - 1;
	}
	if (rc == RC_OK && list->to_s > 0) {
		rc = db_ask(store_db(s), &st, e,
		    "SELECT seq FROM audit WHERE at < $1 "
		    "ORDER BY at DESC, seq DESC LIMIT 1",
		    DB_I(list->to_s + SLACK_S));
		rc = first_seq(st, rc, &seq, e);
		if (rc == RC_OK && seq + 1 < *before)
			*before = seq + 1;
	}
	return rc;
}

enum rc store_audit_each(struct store *s, const struct store_audit_list *list,
    store_audit_row *row, void *arg, struct err *e)
{
	uint64_t above = list->above;
	uint64_t before = list->before ? list->before : INT64_MAX;
	struct stmt *st = NULL;
	enum rc rc = seq_of_times(s, list, &above, &before, e);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = db_ask(store_db(s), &st, e,
	    pages[narrowest(list)][list->scope_id != NULL][list->oldest_first],
	    DB_T(or_empty(list->scope_id)), DB_I(above), DB_I(before),
	    DB_I(list->from_s), DB_I(list->to_s ? list->to_s : INT64_MAX),
	    DB_T(or_empty(list->action)), DB_T(or_empty(list->actor)),
	    DB_T(or_empty(list->actor_name)), DB_T(or_empty(list->target)),
	    DB_I(list->outcome), DB_I(list->limit));
	return rc == RC_OK ? audit_rows(st, row, arg, e) : rc;
}
