/* The audit log: every decision, append-only, each entry chained to the one
 * before it by SHA-256, so that a change or a gap shows. */
#ifndef BIRTHMARK_CORE_AUDIT_H
#define BIRTHMARK_CORE_AUDIT_H

#include "core/core.h"
#include "store/store_audit.h"

struct audit_entry {
	const char *action;   /* "bind", "publish", "login", ... */
	const char *scope_id; /* account or vendor it concerns, NULL: service */
	const char *target;   /* BID, id, e-mail */
	enum rc outcome;
	const char *reason; /* slug of the refusal, or NULL */
	const char *detail; /* short text, or NULL; never a secret */
};

/* Appends inside the caller's transaction when there is one (so that decision
 * and record are one), else in one of its own. */
MUST_CHECK enum rc audit_add(struct core *c, const struct core_actor *a,
    const struct audit_entry *entry, struct err *e);
/* Records a refusal; never fails the caller (logs when it cannot).  Rolls back
 * an open transaction first: a refusal undoes what was begun.  why may be
 * NULL, then its reason is not told. */
void audit_refused(struct core *c, const struct core_actor *a,
    const char *action, const char *target, const struct err *why);
/* See store_audit_list.  The caller sets scope_id to what he may see. */
MUST_CHECK enum rc audit_each(struct core *c,
    const struct store_audit_list *list, store_audit_row *row, void *arg,
    struct err *e);
/* Walks the chain in steps of so many entries: RC_OK while there are more,
 * RC_NOT_FOUND after the last, RC_INVALID with the number of the entry at
 * fault. */
struct audit_walk;
MUST_CHECK enum rc audit_walk_new(struct audit_walk **out, struct core *c,
    struct err *e);
MUST_CHECK enum rc audit_walk_step(struct audit_walk *w, uint64_t entries,
    struct err *e);
/* How many were right, and the hash of the last of them. */
void audit_walk_head(const struct audit_walk *w, uint64_t *count,
    uint8_t head[32]);
void audit_walk_free(struct audit_walk *w);
/* An account or a vendor may have the chain walked each so many seconds;
 * RC_LIMIT in between. */
#define AUDIT_VERIFY_EVERY_S 10
MUST_CHECK enum rc audit_verify_limit(struct core *c,
    const struct core_actor *a, struct err *e);
/* Walks the whole chain at once; on a fault RC_INVALID with the number of the
 * entry.  count and head (hash of the last entry) are set on success. */
MUST_CHECK enum rc audit_verify(struct core *c, uint64_t *count,
    uint8_t head[32], struct err *e);

#endif
