/* What needs attention, in SQL: count, target, name, time of each.
 * Must read an index for each kind: it runs whenever the overview is shown. */
#include "store/store_attention.h"

#include <string.h>

#include "store/db.h"

/* $1 account, $2 after, $3 before, $4 how many.  || '' keeps an index from
 * being taken: a batch has few jobs, a cloud has many. */
#define ALL " AND $2 <= $3 "

static const char *const queries[] = {
    [STORE_ATTENTION_JOB_FAILED] =
	"SELECT 1, j.id, c.name, j.finished_at FROM job j "
	"JOIN cloud c ON c.id = j.cloud_id "
	"WHERE j.account_id = $1 AND j.state = 'failed' "
	"AND j.kind IN ('provision', 'remove', 'sync') "
	"AND NOT EXISTS (SELECT 1 FROM job k "
	"WHERE k.bid = j.bid AND k.only_seq = j.only_seq AND k.n > j.n "
	"AND k.kind IN ('provision', 'remove', 'sync') "
	"AND k.cloud_id || '' = j.cloud_id)" ALL "ORDER BY j.n DESC LIMIT $4",
    [STORE_ATTENTION_JOB_WAITING] =
	"SELECT count(*), min(j.id), c.name, min(j.created_at) FROM job j "
	"JOIN cloud c ON c.id = j.cloud_id "
	"WHERE j.account_id = $1 AND j.state = 'waiting'" ALL
	"GROUP BY c.id, c.name ORDER BY count(*) DESC, c.id LIMIT $4",
    [STORE_ATTENTION_DEVICES_FAILED] =
	"SELECT b.failed, b.bid, NULL, 0 FROM binding b "
	"WHERE b.account_id = $1 AND b.failed > 0" ALL
	"ORDER BY b.failed DESC, b.bid LIMIT $4",
    [STORE_ATTENTION_UNPROVISIONED] =
	"SELECT x.n, x.id, x.name, (SELECT min(b.bound_at) FROM binding b "
	"WHERE b.account_id = $1 AND b.cloud_id = x.id "
	"AND b.state = 'bound') FROM (SELECT c.id, c.name, "
	"(SELECT count(*) FROM binding b WHERE b.account_id = $1 "
	"AND b.cloud_id = c.id AND b.state = 'bound') AS n FROM cloud c "
	"WHERE c.account_id = $1 AND c.deleted_at IS NULL) AS x "
	"WHERE x.n > 0" ALL "ORDER BY x.n DESC, x.id LIMIT $4",
    [STORE_ATTENTION_CLOUD_SILENT] =
	"SELECT 1, c.id, c.name, c.feed_seen_at FROM cloud c "
	"WHERE c.account_id = $1 AND c.type = 'gate' "
	"AND c.deleted_at IS NULL AND c.feed_seen_at >= $2 "
	"AND c.feed_seen_at < $3 AND c.created_at < $3 "
	"ORDER BY c.feed_seen_at, c.n LIMIT $4",
    [STORE_ATTENTION_TOKEN_EXPIRING] =
	"SELECT 1, t.id, t.name, t.expires_at FROM api_token t "
	"WHERE t.scope = 'account' AND t.scope_id = $1 "
	"AND t.revoked_at = 0 AND t.expires_at >= $2 AND t.expires_at < $3 "
	"ORDER BY t.expires_at, t.id LIMIT $4",
    [STORE_ATTENTION_CLAIM_ALARM] =
	"SELECT count(*), a.target, NULL, max(a.at) FROM audit a "
	"WHERE a.scope_id = $1 AND a.action = 'claim-alarm' "
	"AND a.at >= $2 AND a.at < $3 "
	"GROUP BY a.target ORDER BY max(a.at) DESC, a.target LIMIT $4",
    [STORE_ATTENTION_CLOUD_OPEN] =
	"SELECT 1, c.id, c.name, c.breaker_since FROM cloud c "
	"WHERE c.account_id = $1 AND c.deleted_at IS NULL "
	"AND c.breaker <> 'closed'" ALL
	"ORDER BY c.breaker_since, c.n LIMIT $4",
    [STORE_ATTENTION_CONFLICT] =
	"SELECT j.conflicts, j.bid, c.name, j.finished_at FROM job j "
	"JOIN cloud c ON c.id = j.cloud_id WHERE j.account_id = $1 "
	"AND j.conflicts > 0 AND j.bid IS NOT NULL "
	"AND j.kind IN ('provision', 'sync') "
	"AND NOT EXISTS (SELECT 1 FROM job k "
	"WHERE k.bid = j.bid AND k.only_seq = j.only_seq AND k.n > j.n "
	"AND k.kind IN ('provision', 'remove') "
	"AND k.cloud_id || '' = j.cloud_id)" ALL "ORDER BY j.n DESC LIMIT $4",
    [STORE_ATTENTION_NO_PRODUCT] =
	"SELECT count(*), NULL, NULL, 0 FROM binding b "
	"WHERE b.account_id = $1 AND b.product_id IS NULL" ALL
	"HAVING count(*) > 0 LIMIT $4",
    [STORE_ATTENTION_NO_CLOUD] =
	"SELECT count(*), NULL, NULL, 0 FROM binding b "
	"WHERE b.account_id = $1 AND b.cloud_id IS NULL" ALL
	"HAVING count(*) > 0 LIMIT $4",
};

enum rc store_attention_list(struct store *s, enum store_attention_kind kind,
    const struct store_attention_query *query, struct store_attention *out,
    size_t *n, struct err *e)
{
	struct stmt *q = NULL;
	size_t cap = *n;
	enum rc rc =
	    db_ask(store_db(s), &q, e, queries[kind], DB_T(query->account),
		DB_I(query->after_s), DB_I(query->before_s), DB_I(cap));

	*n = 0;
	while (rc == RC_OK && *n < cap && (rc = db_step(q, e)) == RC_OK) {
		struct store_attention *a = &out[(*n)++];

		memset(a, 0, sizeof(*a));
		a->count = (uint64_t)db_col_int(q, 0);
		db_col_str(q, 1, a->target, sizeof(a->target));
		db_col_str(q, 2, a->name, sizeof(a->name));
		a->at = db_col_int(q, 3);
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
