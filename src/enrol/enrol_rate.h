/* How often one device may ask for a certificate: each costs a signature and a
 * place in the database.  Counts in memory, each worker by itself.
 * Must not judge anything but the count. */
#ifndef BIRTHMARK_ENROL_ENROL_RATE_H
#define BIRTHMARK_ENROL_ENROL_RATE_H

#include <stdint.h>

#include "base/err.h"

#define ENROL_RATE_MAX 60 /* in each span of ENROL_RATE_S */
#define ENROL_RATE_S 60
#define ENROL_RATE_SLOTS 1024

/* All zero at first.  Devices that share a slot take it from each other, which
 * forgives and never refuses anybody for another's sake. */
struct enrol_rate {
	struct enrol_rate_slot {
		int64_t seq, from;
		unsigned int n;
	} slots[ENROL_RATE_SLOTS];
};
/* One request of the device of this seq.  RC_LIMIT "enrolment-rate". */
MUST_CHECK enum rc enrol_rate_take(struct enrol_rate *r, int64_t seq,
    int64_t now_s, struct err *e);

#endif
