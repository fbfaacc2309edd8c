/* What a plan or an audit found in a cloud, until it is compared.
 * Must not judge it. */
#ifndef BIRTHMARK_STORE_STORE_FOUND_H
#define BIRTHMARK_STORE_STORE_FOUND_H

#include "store/store.h"

#define STORE_FOUND_KEY_SIZE 161
#define STORE_FOUND_VALUE_SIZE 201

struct store_found {
	char key[STORE_FOUND_KEY_SIZE];
	char value[STORE_FOUND_VALUE_SIZE];
};

/* The last value of a key counts: a listing may be read again. */
MUST_CHECK enum rc store_found_put(struct store *s, uint64_t job_n,
    const struct store_found *row, struct err *e);
/* RC_NOT_FOUND leaves e untouched. */
MUST_CHECK enum rc store_found_get(struct store *s, uint64_t job_n,
    const char *key, struct store_found *out, struct err *e);
/* It belongs to a device of ours. */
MUST_CHECK enum rc store_found_claim(struct store *s, uint64_t job_n,
    const char *key, struct err *e);
/* Those of nobody, after that key.  *n: the room in out, then how many. */
MUST_CHECK enum rc store_found_strangers(struct store *s, uint64_t job_n,
    const char *after, struct store_found *out, size_t *n, struct err *e);
/* Forgets all of the job. */
MUST_CHECK enum rc store_found_clear(struct store *s, uint64_t job_n,
    struct err *e);

#endif
