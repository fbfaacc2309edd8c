/* Chains the audit log's entries and checks the chain.
 * Must never change an entry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/audit.h"
#include "core/limit.h"
#include "core/tx.h"
#include "pki/digest.h"

#define AUDIT_FORM "birthmark-audit-1"
#define VERIFY_STEP 4096

static void audit_text(struct digest *d, const char *s)
{
	uint8_t n[4];
	size_t len = strlen(s);

	n[0] = (uint8_t)(len >> 24);
	n[1] = (uint8_t)(len >> 16);
	n[2] = (uint8_t)(len >> 8);
	n[3] = (uint8_t)len;
	digest_add(d, span_of(n, 4));
	digest_add(d, span_of(s, len));
}

static void audit_number(struct digest *d, uint64_t v)
{
	uint8_t n[8];
	int i;

	for (i = 0; i < 8; i++)
		n[i] = (uint8_t)(v >> (56 - 8 * i));
	digest_add(d, span_of(n, 8));
}

/* SHA-256 over the form's name, the hash before, and each field with its
 * length, so that no two entries have the same bytes. */
static void audit_hash(struct digest *d, const struct store_audit *a,
    uint8_t out[32])
{
	audit_text(d, AUDIT_FORM);
	digest_add(d, span_of(a->prev, 32));
	audit_number(d, a->seq);
	audit_number(d, (uint64_t)a->at);
	audit_text(d, a->actor);
	audit_text(d, a->actor_name);
	audit_text(d, a->scope_id);
	audit_text(d, a->action);
	audit_text(d, a->target);
	audit_text(d, a->outcome);
	audit_text(d, a->reason);
	audit_text(d, a->detail);
	audit_text(d, a->from);
	digest_end(d, out);
}

/* A copy that is cut to fit, without control characters. */
static void audit_copy(char *out, size_t cap, const char *s)
{
	size_t i;

	for (i = 0; s && s[i] && i + 1 < cap; i++)
		out[i] =
		    (unsigned char)s[i] < 0x20 || s[i] == 0x7f ? '?' : s[i];
	out[i] = '\0';
}

static void audit_fill(struct store_audit *x, const struct core_actor *a,
    const struct audit_entry *entry)
{
	memset(x, 0, sizeof(*x));
	x->at = a->now_s;
	audit_copy(x->actor, sizeof(x->actor), a->id);
	audit_copy(x->actor_name, sizeof(x->actor_name), a->name);
	audit_copy(x->from, sizeof(x->from), a->from);
	audit_copy(x->scope_id, sizeof(x->scope_id), entry->scope_id);
	audit_copy(x->action, sizeof(x->action), entry->action);
	audit_copy(x->target, sizeof(x->target), entry->target);
	audit_copy(x->outcome, sizeof(x->outcome),
	    err_class(entry->outcome)->audit);
	audit_copy(x->reason, sizeof(x->reason), entry->reason);
	audit_copy(x->detail, sizeof(x->detail), entry->detail);
}

enum rc audit_add(struct core *c, const struct core_actor *a,
    const struct audit_entry *entry, struct err *e)
{
	struct digest *d = digest_new();
	struct store_audit x;
	struct tx tx = TX_NONE;
	enum rc rc;

	if (!d)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	audit_fill(&x, a, entry);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_audit_last(c->store, &x.seq, x.prev, e);
	if (rc == RC_OK) {
		x.seq++;
		audit_hash(d, &x, x.hash);
		rc = store_audit_add(c->store, &x, e);
	}
	rc = tx_end(c, &tx, rc, e);
	digest_free(d);
	return rc;
}

void audit_refused(struct core *c, const struct core_actor *a,
    const char *action, const char *target, const struct err *why)
{
	struct err e = {0};
	const struct audit_entry entry = {
	    .action = action,
	    .scope_id = a->scope_id[0] ? a->scope_id : NULL,
	    .target = target,
	    .outcome = why ? why->rc : RC_DENIED,
	    .reason = why ? why->slug : NULL,
	};

	/* A refusal stands whatever becomes of what was begun. */
	store_rollback(c->store);
	if (audit_add(c, a, &entry, &e) != RC_OK)
		log_err(LOG_ERROR, "a refusal could not be recorded", &e);
}

enum rc audit_each(struct core *c, const struct store_audit_list *list,
    store_audit_row *row, void *arg, struct err *e)
{
	return store_audit_each(c->store, list, row, arg, e);
}

struct audit_walk {
	struct core *c;
	struct digest *d;
	uint64_t seq;
	uint8_t head[32];
	const char *fault;
};

static bool audit_check(void *arg, const struct store_audit *a)
{
	struct audit_walk *w = arg;
	uint8_t hash[32];

	w->seq++;
	if (a->seq != w->seq) {
		w->fault = "is missing or out of order";
		return false;
	}
	if (!span_eq(span_of(a->prev, 32), span_of(w->head, 32))) {
		w->fault = "does not continue the one before it";
		return false;
	}
	audit_hash(w->d, a, hash);
	if (!span_eq(span_of(a->hash, 32), span_of(hash, 32))) {
		w->fault = "was changed after it was written";
		return false;
	}
	memcpy(w->head, hash, 32);
	return true;
}

enum rc audit_walk_new(struct audit_walk **out, struct core *c, struct err *e)
{
	struct audit_walk *w = calloc(1, sizeof(*w));

	*out = NULL;
	if (w)
		w->d = digest_new();
	if (!w || !w->d) {
		audit_walk_free(w);
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	w->c = c;
	*out = w;
	return RC_OK;
}

enum rc audit_walk_step(struct audit_walk *w, uint64_t entries, struct err *e)
{
	const uint64_t before = w->seq;
	enum rc rc;

	rc = store_audit_walk(w->c->store, w->seq, entries, audit_check, w, e);
	if (rc == RC_OK && w->fault) {
		rc = err_set(e, RC_INVALID, "audit-broken",
		    "Entry %llu of the audit log %s.",
		    (unsigned long long)w->seq, w->fault);
		if (e)
			e->line = (unsigned long)w->seq;
	}
	if (rc == RC_OK && w->seq - before < entries)
		rc = RC_NOT_FOUND;
	return rc;
}

void audit_walk_head(const struct audit_walk *w, uint64_t *count,
    uint8_t head[32])
{
	*count = w->seq;
	memcpy(head, w->head, 32);
}

void audit_walk_free(struct audit_walk *w)
{
	if (!w)
		return;
	digest_free(w->d);
	free(w);
}

enum rc audit_verify(struct core *c, uint64_t *count, uint8_t head[32],
    struct err *e)
{
	struct audit_walk *w = NULL;
	enum rc rc = audit_walk_new(&w, c, e);

	while (rc == RC_OK)
		rc = audit_walk_step(w, VERIFY_STEP, e);
	if (rc == RC_NOT_FOUND) {
		audit_walk_head(w, count, head);
		rc = RC_OK;
	}
	audit_walk_free(w);
	return rc;
}

enum rc audit_verify_limit(struct core *c, const struct core_actor *a,
    struct err *e)
{
	static const struct limit_rule rule = {"audit-verify", 0,
	    AUDIT_VERIFY_EVERY_S, AUDIT_VERIFY_EVERY_S, 1, "audit-verified"};
	struct err wait = {0};
	enum rc rc = limit_check(c, &rule, a->scope_id, a->now_s, &wait);

	if (rc == RC_LIMIT)
		(void)err_set(e, rc, rule.slug,
		    "The audit log was checked just now; it can be checked "
		    "each %d s.",
		    AUDIT_VERIFY_EVERY_S);
	else if (rc != RC_OK && e)
		*e = wait;
	if (rc == RC_LIMIT && e)
		e->retry_after_s = wait.retry_after_s;
	if (rc == RC_OK)
		rc = limit_hit(c, &rule, a->scope_id, a->now_s, NULL, e);
	return rc;
}
