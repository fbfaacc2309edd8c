/* Counts wrong attempts and lets the next one wait.
 * Must not know what is tried. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/limit.h"
#include "core/tx.h"
#include "pki/digest.h"
#include "store/store_attempt.h"

static void limit_key(const struct limit_rule *rule, const char *key,
    uint8_t out[32])
{
	char text[LIMIT_KEY_MAX + 64];
	int n = snprintf(text, sizeof(text), "%s:%s", rule->name, key);

	if (n < 0 || (size_t)n >= sizeof(text))
		n = (int)sizeof(text) - 1;
	digest_sha256(span_of(text, (size_t)n), out);
}

void limit_peer(const char *from, char out[LIMIT_PEER_MAX])
{
	struct in6_addr a;

	(void)snprintf(out, LIMIT_PEER_MAX, "%s", from);
	if (inet_pton(AF_INET6, from, &a) != 1 || IN6_IS_ADDR_V4MAPPED(&a))
		return;
	memset(a.s6_addr + 8, 0, 8);
	if (!inet_ntop(AF_INET6, &a, out, LIMIT_PEER_MAX))
		out[0] = '\0';
}

/* Nothing of it when it is to be forgotten. */
static enum rc limit_get(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, struct store_attempt *a, struct err *e)
{
	uint8_t hash[32];
	enum rc rc;

	limit_key(rule, key, hash);
	rc = store_attempt_get(c->store, hash, a, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && a->forget_at <= now_s)) {
		memset(a, 0, sizeof(*a));
		memcpy(a->key, hash, sizeof(hash));
		rc = RC_OK;
	}
	return rc;
}

enum rc limit_check(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, struct err *e)
{
	struct store_attempt a;
	enum rc rc = limit_get(c, rule, key, now_s, &a, e);

	if (rc != RC_OK || a.locked_until <= now_s)
		return rc;
	(void)err_set(e, RC_LIMIT, rule->slug,
	    "Too many wrong attempts; try again in %lld s.",
	    (long long)(a.locked_until - now_s));
	if (e)
		e->retry_after_s = (unsigned int)(a.locked_until - now_s);
	return RC_LIMIT;
}

static int64_t limit_wait(const struct limit_rule *rule, unsigned int count)
{
	uint64_t wait = rule->first_s;
	unsigned int i;

	if (count <= rule->free)
		return 0;
	for (i = rule->free + 1; i < count && wait < rule->max_s; i++)
		wait *= 2;
	return (int64_t)(wait < rule->max_s ? wait : rule->max_s);
}

enum rc limit_hit(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, unsigned int *count, struct err *e)
{
	struct store_attempt a;
	struct tx tx = TX_NONE;
	enum rc rc;

	store_rollback(c->store);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = limit_get(c, rule, key, now_s, &a, e);
	if (rc == RC_OK) {
		if (a.count < UINT32_MAX)
			a.count++;
		a.last_at = now_s;
		a.locked_until = now_s + limit_wait(rule, a.count);
		a.forget_at = a.locked_until + rule->forget_s;
		if (count)
			*count = a.count;
		rc = store_attempt_put(c->store, &a, e);
	}
	/* Keeps the table small, at the cost of an index look-up. */
	if (rc == RC_OK)
		rc = store_attempt_sweep(c->store, now_s, e);
	return tx_end(c, &tx, rc, e);
}

enum rc limit_count(struct core *c, const struct limit_rule *rule,
    const char *key, int64_t now_s, unsigned int *count, struct err *e)
{
	struct store_attempt a;
	enum rc rc = limit_get(c, rule, key, now_s, &a, e);

	*count = rc == RC_OK ? a.count : 0;
	return rc;
}

enum rc limit_clear(struct core *c, const struct limit_rule *rule,
    const char *key, struct err *e)
{
	uint8_t hash[32];

	limit_key(rule, key, hash);
	return store_attempt_clear(c->store, hash, e);
}
