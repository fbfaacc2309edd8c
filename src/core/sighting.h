/* Sightings: a device showed up, at the device port or at a gate.  Counted
 * once for its batch, and remembered with its first and last time.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_SIGHTING_H
#define BIRTHMARK_CORE_SIGHTING_H

#include "core/core.h"
#include "pki/digest.h"

#define SIGHTING_REPORT_MAX 1000

struct sighting {
	int64_t seq; /* of the device */
	int64_t at_s;
};

/* What a process has seen and not yet written: a write for each handshake
 * would cost more than the handshake. */
#define SIGHTING_DUE_MAX 1024
#define SIGHTING_RECENT 4096 /* power of two */
struct sighting_set {
	struct sighting due[SIGHTING_DUE_MAX];
	size_t n;
	struct sighting recent[SIGHTING_RECENT];
};
/* True when the set is full and should be written now. */
bool sighting_note(struct sighting_set *s, int64_t seq, int64_t now_s);
/* Writes what is due; what cannot be written is kept for the next time. */
void sighting_flush(struct core *c, struct sighting_set *s, int64_t now_s);

/* What a gate of this cloud of the actor's account reports: fingerprints, of
 * birth or operational certificates, and times (put between binding and now).
 * What is unknown, or of a batch that this cloud was never told of, is passed
 * over. */
struct sighting_report {
	uint8_t fp[DIGEST_SHA256];
	int64_t at_s;
};
MUST_CHECK enum rc sighting_take(struct core *c, const struct core_actor *a,
    const char *cloud, const struct sighting_report *r, size_t n,
    struct err *e);

#endif
