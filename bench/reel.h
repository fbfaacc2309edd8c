/* A reel made in memory for benches: a CA, public keys, certificates.
 * Must not outlive its process; every failure ends it. */
#ifndef BIRTHMARK_BENCH_REEL_H
#define BIRTHMARK_BENCH_REEL_H

#include "pki/issue.h"

#define REEL_KEYS 256

struct reel {
	struct key *ca_key;
	struct buf ca; /* DER, self-signed */
	struct key *keys[REEL_KEYS];
	struct issue *issue;
	int64_t now_s;
	uint64_t made;
};

void reel_init(struct reel *r);
void reel_clear(struct reel *r);
/* The next certificate, appended. */
void reel_next(struct reel *r, struct buf *out);
/* Ends the process unless rc is RC_OK. */
void reel_must(enum rc rc, const struct err *e);

#endif
