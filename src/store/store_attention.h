/* What in an account needs a person's attention, as stored.
 * Must not decide what is most urgent. */
#ifndef BIRTHMARK_STORE_STORE_ATTENTION_H
#define BIRTHMARK_STORE_STORE_ATTENTION_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_ATTENTION_NAME_SIZE 257

struct store_attention {
	uint64_t count;
	char target[65]; /* "": none */
	char name[STORE_ATTENTION_NAME_SIZE];
	int64_t at; /* 0: none */
};

enum store_attention_kind {
	STORE_ATTENTION_JOB_FAILED,
	STORE_ATTENTION_JOB_WAITING, /* one for each cloud */
	STORE_ATTENTION_DEVICES_FAILED,
	STORE_ATTENTION_UNPROVISIONED, /* one for each cloud */
	STORE_ATTENTION_CLOUD_SILENT,
	STORE_ATTENTION_TOKEN_EXPIRING,
	STORE_ATTENTION_CLAIM_ALARM, /* one for each Batch ID */
	STORE_ATTENTION_NO_PRODUCT,
	STORE_ATTENTION_NO_CLOUD,
	STORE_ATTENTION_CLOUD_OPEN, /* its circuit breaker */
	STORE_ATTENTION_CONFLICT    /* one for each job */
};

/* Worst first.  after_s and before_s bound the time that counts for the kind:
 * last heard of (silent), expiry, alarm.  *n: the room in out, then how
 * many. */
struct store_attention_query {
	const char *account;
	int64_t after_s, before_s;
};
MUST_CHECK enum rc store_attention_list(struct store *s,
    enum store_attention_kind kind, const struct store_attention_query *query,
    struct store_attention *out, size_t *n, struct err *e);

#endif
