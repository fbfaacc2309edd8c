/* One turn of a job: its devices to their cloud for some seconds, and what came
 * of it into the store. */
#ifndef BIRTHMARK_COURIER_TURN_H
#define BIRTHMARK_COURIER_TURN_H

#include "cloud/bearer.h"
#include "courier/keyring.h"
#include "courier/link.h"
#include "courier/login_set.h"
#include "courier/pacer.h"
#include "courier/stopper.h"
#include "store/store_job.h"

#define TURN_LEASE_MS 90000 /* longer than a record and a request take */
#define TURN_MS 5000	    /* then others may be in its place */
#define TURN_WAITED_MS 300  /* if they have waited so long */

/* What a thread has for its own, and what the threads share. */
struct turn_tools {
	struct core core;
	struct keyring *keys; /* open credentials */
	struct link_set *links;
	/* shared */
	struct bearer *bearer;
	struct pacer *pacer;
	struct login_set *sessions;
	struct stopper *stopper;
};

/* Works on a job that is leased under this name, and gives the lease back.
 * A fault of the cloud is recorded, not returned: what is returned is a fault
 * of ours, by which no more than what was recorded is changed. */
MUST_CHECK enum rc turn_run(struct turn_tools *t, struct store_job *j,
    const char *lease, struct err *e);

#endif
