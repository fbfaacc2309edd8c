/* The audit log's rows, in order.  Their chain is made and checked in
 * core/audit.c.  Must not change or remove a row. */
#ifndef BIRTHMARK_STORE_STORE_AUDIT_H
#define BIRTHMARK_STORE_STORE_AUDIT_H

#include "base/rand.h"
#include "store/store.h"
#include "store/store_list.h"

#define STORE_AUDIT_TEXT 320

struct store_audit {
	uint64_t seq; /* 1, 2, ... without a gap */
	int64_t at;
	char actor[RAND_ID_SIZE];
	char actor_name[256];
	char scope_id[RAND_ID_SIZE];
	char action[48];
	char target[STORE_AUDIT_TEXT];
	char outcome[24];
	char reason[64];
	char detail[STORE_AUDIT_TEXT];
	char from[64];
	uint8_t prev[32], hash[32];
};
/* false ends the walk. */
typedef bool store_audit_row(void *arg, const struct store_audit *a);

MUST_CHECK enum rc store_audit_add(struct store *s, const struct store_audit *a,
    struct err *e);
/* seq 0 and an all-zero hash before the first. */
MUST_CHECK enum rc store_audit_last(struct store *s, uint64_t *seq,
    uint8_t hash[32], struct err *e);
/* At most limit after that seq, in order.  Rows whose text does not fit are
 * given cut, so that their hash does not match. */
MUST_CHECK enum rc store_audit_walk(struct store *s, uint64_t after,
    uint64_t limit, store_audit_row *row, void *arg, struct err *e);
enum store_audit_outcome {
	STORE_AUDIT_ANY,
	STORE_AUDIT_DONE,
	STORE_AUDIT_REFUSED
};
/* What is not asked for is NULL (or "") or 0. */
struct store_audit_list {
	const char *scope_id; /* NULL: all */
	uint64_t above;	      /* seq */
	uint64_t before;      /* seq; 0: up to the newest */
	int64_t from_s;	      /* none older */
	int64_t to_s;	      /* only older ones; 0: any */
	const char *action;
	const char *actor;	/* id */
	const char *actor_name; /* as recorded */
	const char *target;
	enum store_audit_outcome outcome;
	bool oldest_first;
	uint64_t limit;
};
MUST_CHECK enum rc store_audit_each(struct store *s,
    const struct store_audit_list *list, store_audit_row *row, void *arg,
    struct err *e);

#endif
