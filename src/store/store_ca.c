/* Certificate authorities of accounts in SQL.
 * Must not judge a certificate. */
#include "store/store_ca.h"

#include <string.h>

#include "store/db.h"

#define DER_MAX (64 * 1024)
#define COLS                                                            \
	"c.id, c.account_id, c.name, c.kind, c.parent_id, c.hsm_name,"  \
	" c.key_type, c.common_name, c.org, c.not_after, c.created_at," \
	" c.retired_at, c.spki, c.der, c.chain, "
#define COUNT                                                      \
	"(SELECT count(*) FROM certificate t WHERE t.ca_id = c.id" \
	" AND t.kind <> 'role' AND t.state = 'valid'"              \
	" AND t.not_after > $1)"

void store_ca_init(struct store_ca *ca)
{
	memset(ca, 0, sizeof(*ca));
	buf_init(&ca->spki, DER_MAX);
	buf_init(&ca->der, DER_MAX);
	buf_init(&ca->chain, DER_MAX);
}

void store_ca_clear(struct store_ca *ca)
{
	if (!ca)
		return;
	buf_clear(&ca->spki);
	buf_clear(&ca->der);
	buf_clear(&ca->chain);
}

static void read_row(struct stmt *st, struct store_ca *out)
{
	db_col_str(st, 0, out->id, sizeof(out->id));
	db_col_str(st, 1, out->account_id, sizeof(out->account_id));
	db_col_str(st, 2, out->name, sizeof(out->name));
	db_col_str(st, 3, out->kind, sizeof(out->kind));
	db_col_str(st, 4, out->parent_id, sizeof(out->parent_id));
	db_col_str(st, 5, out->hsm_name, sizeof(out->hsm_name));
	db_col_str(st, 6, out->key_type, sizeof(out->key_type));
	db_col_str(st, 7, out->common_name, sizeof(out->common_name));
	db_col_str(st, 8, out->org, sizeof(out->org));
	out->not_after = db_col_int(st, 9);
	out->created_at = db_col_int(st, 10);
	out->retired_at = db_col_int(st, 11);
	buf_reset(&out->spki);
	buf_reset(&out->der);
	buf_reset(&out->chain);
	buf_add_span(&out->spki, db_col_blob(st, 12));
	buf_add_span(&out->der, db_col_blob(st, 13));
	buf_add_span(&out->chain, db_col_blob(st, 14));
	out->certificates = (uint64_t)db_col_int(st, 15);
}

static enum rc no_memory(const struct store_ca *ca, struct err *e)
{
	if (buf_ok(&ca->spki) && buf_ok(&ca->der) && buf_ok(&ca->chain))
		return RC_OK;
	return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
}

/* The only row of what was asked with result rc. */
static enum rc take(struct stmt *st, enum rc rc, struct store_ca *out,
    struct err *e)
{
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		read_row(st, out);
		rc = no_memory(out, e);
	}
	db_done(st);
	return rc;
}

enum rc store_ca_add(struct store *s, const struct store_ca *ca, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO ca (id, account_id, name, kind, parent_id, hsm_name,"
	    " key_type, spki, common_name, org, chain, created_at)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
	    DB_T(ca->id), DB_T(ca->account_id), DB_T(ca->name), DB_T(ca->kind),
	    DB_TN(ca->parent_id), DB_T(ca->hsm_name), DB_T(ca->key_type),
	    DB_BS(buf_span(&ca->spki)), DB_T(ca->common_name), DB_T(ca->org),
	    DB_BS(buf_span(&ca->chain)), DB_I(ca->created_at));
}

enum rc store_ca_find(struct store *s, const char *account, const char *id,
    int64_t now_s, struct store_ca *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS "CASE WHEN $1 = 0 THEN 0 ELSE " COUNT
	    " END FROM ca c WHERE c.id = $2"
	    " AND ($3 IS NULL OR c.account_id = $3)",
	    DB_I(now_s), DB_T(id), DB_T(account));

	return take(st, rc, out, e);
}

enum rc store_ca_find_top(struct store *s, const char *account, int64_t now_s,
    struct store_ca *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS "0 FROM ca c WHERE c.account_id = $2"
	    " AND c.kind <> 'upstream'"
	    " AND c.der IS NOT NULL AND c.retired_at IS NULL"
	    " AND c.not_after > $1"
	    " ORDER BY CASE c.kind WHEN 'root' THEN 0 ELSE 1 END,"
	    " c.created_at, c.id LIMIT 1",
	    DB_I(now_s), DB_T(account));

	return take(st, rc, out, e);
}

enum rc store_ca_find_below(struct store *s, const char *id, int64_t now_s,
    struct store_ca *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS "0 FROM ca c WHERE c.parent_id = $2"
	    " AND c.der IS NOT NULL AND c.retired_at IS NULL"
	    " AND c.not_after > $1 ORDER BY c.created_at, c.id LIMIT 1",
	    DB_I(now_s), DB_T(id));

	return take(st, rc, out, e);
}

enum rc store_ca_list(struct store *s, const struct store_ca_list *l,
    struct store_ca *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t room = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT " COLS COUNT " FROM ca c WHERE c.account_id = $2"
	    " AND ($3 = '' OR (c.created_at, c.id) <"
	    " (SELECT a.created_at, a.id FROM ca a WHERE a.id = $3"
	    " AND a.account_id = $2))"
	    " ORDER BY c.created_at DESC, c.id DESC LIMIT $4",
	    DB_I(l->now_s), DB_T(l->account), DB_T(l->after), DB_I(room));
	while (rc == RC_OK && *n < room && (rc = db_step(st, e)) == RC_OK) {
		read_row(st, &out[*n]);
		rc = no_memory(&out[(*n)++], e);
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_ca_set_cert(struct store *s, const char *id,
    const struct store_ca_cert *cert, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE ca SET der = $2, chain = $3, not_after = $4, key_hash = $5,"
	    " key_hash2 = $6, changes = changes + 1 WHERE id = $1",
	    DB_T(id), DB_BS(cert->der), DB_BS(cert->chain),
	    DB_I(cert->not_after), DB_B(cert->key_hash, sizeof(cert->key_hash)),
	    DB_B(cert->key_hash2, sizeof(cert->key_hash2)));
}

enum rc store_ca_retire(struct store *s, const char *id, int64_t now_s,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE ca SET retired_at = $2 WHERE id = $1"
	    " AND retired_at IS NULL",
	    DB_T(id), DB_I(now_s));
}

enum rc store_ca_in_use(struct store *s, const char *id, bool *used,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT EXISTS (SELECT 1 FROM profile WHERE ca_id = $1)"
	    " OR EXISTS (SELECT 1 FROM ca WHERE parent_id = $1"
	    " AND retired_at IS NULL)",
	    DB_T(id));

	if (rc == RC_OK)
		rc = db_step(st, e);
	*used = rc == RC_OK && db_col_int(st, 0) != 0;
	db_done(st);
	return rc;
}

enum rc store_ca_count(struct store *s, const char *account, uint64_t *n,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT count(*) FROM ca WHERE account_id = $1", DB_T(account));

	*n = 0;
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*n = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

enum rc store_ca_has_name(struct store *s, const char *account,
    const char *name, bool *has, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT EXISTS (SELECT 1 FROM ca WHERE account_id = $1"
	    " AND name = $2 AND retired_at IS NULL)",
	    DB_T(account), DB_T(name));

	if (rc == RC_OK)
		rc = db_step(st, e);
	*has = rc == RC_OK && db_col_int(st, 0) != 0;
	db_done(st);
	return rc;
}

enum rc store_ca_has_key(struct store *s, struct span spki, bool *has,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT EXISTS (SELECT 1 FROM ca WHERE spki = $1"
	    " AND kind <> 'upstream')",
	    DB_BS(spki));

	if (rc == RC_OK)
		rc = db_step(st, e);
	*has = rc == RC_OK && db_col_int(st, 0) != 0;
	db_done(st);
	return rc;
}

enum rc store_ca_each(struct store *s, store_ca_row *row, void *arg,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_query(store_db(s),
	    "SELECT der FROM ca WHERE der IS NOT NULL ORDER BY created_at, id",
	    NULL, 0, &st, e);

	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		row(arg, db_col_blob(st, 0));
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_ca_profile_put(struct store *s, const struct store_ca_profile *p,
    struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO profile (product_id, account_id, ca_id, text,"
	    " changed_at) VALUES ($1, $2, $3, $4, $5)"
	    " ON CONFLICT (product_id) DO UPDATE SET ca_id = excluded.ca_id,"
	    " text = excluded.text, changed_at = excluded.changed_at",
	    DB_T(p->product_id), DB_T(p->account_id), DB_T(p->ca_id),
	    DB_TS(buf_span(&p->text)), DB_I(p->changed_at));
}

enum rc store_ca_profile_find(struct store *s, const char *account,
    const char *product, struct store_ca_profile *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_ask(store_db(s), &st, e,
	    "SELECT product_id, account_id, ca_id, changed_at, text"
	    " FROM profile WHERE product_id = $1"
	    " AND ($2 IS NULL OR account_id = $2)",
	    DB_T(product), DB_T(account));

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK) {
		db_col_str(st, 0, out->product_id, sizeof(out->product_id));
		db_col_str(st, 1, out->account_id, sizeof(out->account_id));
		db_col_str(st, 2, out->ca_id, sizeof(out->ca_id));
		out->changed_at = db_col_int(st, 3);
		buf_reset(&out->text);
		buf_add_span(&out->text, db_col_blob(st, 4));
	}
	db_done(st);
	return rc;
}

enum rc store_ca_profile_delete(struct store *s, const char *account,
    const char *product, struct err *e)
{
	int64_t changes = 0;
	enum rc rc = db_run_n(store_db(s), &changes, e,
	    "DELETE FROM profile WHERE product_id = $1 AND account_id = $2",
	    DB_T(product), DB_T(account));

	return rc == RC_OK && changes == 0 ? RC_NOT_FOUND : rc;
}
