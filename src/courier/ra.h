/* The registration authority's part of the courier: threads that ask CAs of
 * others for the certificates that workers have queued.
 * Must not decide who may have one. */
#ifndef BIRTHMARK_COURIER_RA_H
#define BIRTHMARK_COURIER_RA_H

#include "base/buf.h"

struct ra_options {
	const char *data;   /* the store */
	const char *own;    /* the courier's directory, with its key */
	bool allow_private; /* private and local addresses */
};

struct ra; /* some threads */

/* Starts them; what is in o is borrowed until the end. */
MUST_CHECK enum rc ra_start(struct ra **out, const struct ra_options *o,
    struct err *e);
/* They are to end. */
void ra_stop(struct ra *ra);
/* Waits for them, up to ms; false when one still waits for a CA.  Frees ra
 * when true. */
bool ra_join(struct ra *ra, unsigned int ms);

#endif
