/* Answers kept in a worker's memory: bounded, the least used goes first.
 * Must not know what they mean. */
#ifndef BIRTHMARK_CORE_RESPONDER_CACHE_H
#define BIRTHMARK_CORE_RESPONDER_CACHE_H

#include "core/status.h"

#define RESPONDER_CACHE_MAX 8192     /* answers */
#define RESPONDER_CACHE_KEY_MAX 256  /* bytes of a key; longer: not kept */
#define RESPONDER_CACHE_DER_MAX 8192 /* bytes of an answer; likewise */
#define RESPONDER_CACHE_NOTE 192

struct responder_cached {
	struct status_of of; /* what it says */
	uint64_t marker;     /* when that was last seen to be so */
	uint8_t issuer[DIGEST_SHA256];
	int64_t this_update, next_update, refresh_at;
	uint8_t tag[16];
	char note[RESPONDER_CACHE_NOTE]; /* the asker's */
	struct span der;
	/* the cache's own */
	struct responder_cached *chain, *newer, *older;
	size_t slot;
	struct span key;
	uint8_t bytes[];
};

struct responder_cache;
struct responder_cache *responder_cache_new(void); /* NULL: no memory */
void responder_cache_free(struct responder_cache *c);
/* NULL when it is not there; else it is the last to go, and stays until the
 * next put. */
struct responder_cached *responder_cache_find(struct responder_cache *c,
    struct span key);
/* In place of what had this key: copies key, der and the fields of what.  NULL
 * when it is too large or there is no memory; then nothing has this key. */
struct responder_cached *responder_cache_put(struct responder_cache *c,
    struct span key, const struct responder_cached *what, struct span der);
void responder_cache_drop(struct responder_cache *c, struct span key);

#endif
