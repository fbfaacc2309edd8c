/* Product clouds as stored.
 * Must not judge them: that is core/cloud.c. */
#ifndef BIRTHMARK_STORE_STORE_CLOUD_H
#define BIRTHMARK_STORE_STORE_CLOUD_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_CLOUD_URL_SIZE 513
#define STORE_CLOUD_NAME_SIZE 257

#define STORE_CLOUD_SETTINGS_SIZE 4097
#define STORE_CLOUD_QUOTAS_SIZE 513

/* The circuit breaker: after faults in a row nothing is sent until until_ms,
 * and after that one try. */
struct store_cloud_breaker {
	char state[8]; /* "closed", "open", "trying" */
	char why[301];
	int64_t since, until_ms;
	uint32_t faults; /* in a row */
};

struct store_cloud {
	char id[RAND_ID_SIZE];
	char account[RAND_ID_SIZE];
	char name[STORE_CLOUD_NAME_SIZE];
	char type[16]; /* of a connector, or "gate" */
	char form[8];  /* "aws", "azure", "other", "" */
	char url[STORE_CLOUD_URL_SIZE];
	char audience[201];
	char username[129];
	bool has_secret, has_ca;
	uint32_t chunk;
	/* JSON objects: of strings, and of calls a minute. */
	char settings[STORE_CLOUD_SETTINGS_SIZE];
	char quotas[STORE_CLOUD_QUOTAS_SIZE];
	struct store_cloud_breaker breaker;
	uint64_t feed_acked; /* events before this one have reached a gate */
	int64_t feed_seen_at;
	int64_t created_at;
};

/* RC_CONFLICT when the account has one of this name. */
MUST_CHECK enum rc store_cloud_add(struct store *s,
    const struct store_cloud *row, struct span sealed, struct span ca_pem,
    struct err *e);
/* account NULL: any.  Deleted ones are not found. */
MUST_CHECK enum rc store_cloud_get(struct store *s, const char *account,
    const char *id, struct store_cloud *out, struct err *e);
/* *n is the room in out, then how many there are. */
MUST_CHECK enum rc store_cloud_list(struct store *s, const char *account,
    const char *after, struct store_cloud *out, size_t *n, struct err *e);
MUST_CHECK enum rc store_cloud_count(struct store *s, const char *account,
    uint64_t *n, struct err *e);
/* The batches that are to be in it, and its unfinished jobs but tests. */
struct store_cloud_work {
	uint64_t batches;
	uint64_t jobs, total, done;
};
MUST_CHECK enum rc store_cloud_work(struct store *s, const char *id,
    struct store_cloud_work *out, struct err *e);
/* Batches or devices may be in it. */
MUST_CHECK enum rc store_cloud_welcomes(struct store *s, const char *id,
    bool *any, struct err *e);
/* A job that is no test is not finished. */
MUST_CHECK enum rc store_cloud_in_use(struct store *s, const char *id,
    bool *used, struct err *e);
/* Appends; nothing when there is none. */
MUST_CHECK enum rc store_cloud_sealed(struct store *s, const char *id,
    struct buf *sealed, struct err *e);
MUST_CHECK enum rc store_cloud_ca(struct store *s, const char *id,
    struct buf *pem, struct err *e);
/* Writes name, username, settings, quotas and chunk of row; an empty sealed or
 * ca_pem leaves the stored one, but without has_ca there is none any more. */
MUST_CHECK enum rc store_cloud_update(struct store *s,
    const struct store_cloud *row, struct span sealed, struct span ca_pem,
    struct err *e);
/* Writes the breaker only. */
MUST_CHECK enum rc store_cloud_break(struct store *s, const char *id,
    const struct store_cloud_breaker *b, struct err *e);
MUST_CHECK enum rc store_cloud_delete(struct store *s, const char *account,
    const char *id, int64_t now_s, struct err *e);

#endif
