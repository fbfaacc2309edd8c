/* What the parts of a turn share: the job, its cloud, and how far it has come.
 * For turn*.c and compare.c only. */
#ifndef BIRTHMARK_COURIER_TURN_WORK_H
#define BIRTHMARK_COURIER_TURN_WORK_H

#include "core/cloud_want.h"
#include "courier/drive.h"
#include "courier/turn.h"

#define TURN_EXCEPTIONS 64 /* read at once */

/* Where the devices of a job come from. */
struct turn_load {
	struct cloud_want_walk *walk; /* of a batch */
	struct cloud_want want;
	/* Of the exceptions or changes, those that were read. */
	uint64_t places[TURN_EXCEPTIONS];
	int64_t seqs[TURN_EXCEPTIONS];
	size_t n, at;
	uint64_t after; /* the last place that was given */
	bool last;	/* nothing is behind what was read */
};

struct turn_note; /* a device's outcome that is not recorded yet */

struct turn_record {
	struct turn_note *notes;
	size_t n, cap;
	struct store_job ahead; /* the job when they are recorded */
	int64_t began_ms;	/* of what the rate follows */
};

struct turn {
	struct turn_tools *t;
	struct store_job *j;
	const char *lease;
	struct store_cloud cloud;
	const struct connector *kind;
	struct converse c;
	struct buf session, secret;
	json_t *settings, *credentials;
	uint8_t print[32];  /* of the credentials */
	uint8_t stored[32]; /* of them as they are stored */
	struct turn_load load;
	struct turn_record record;
	struct drive *drive;
	uint64_t answers;	 /* when it was last recorded */
	size_t group, group_max; /* devices in one request */
	int64_t began_ms;
	int64_t beat_ms; /* when the lease was renewed beside a record */
	bool announcing; /* with the next record */
	bool fresh; /* the token that was refused is not to be used again */
};

#endif
