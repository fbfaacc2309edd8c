/* Many conversations with one cloud at once: devices are taken from a source,
 * brought to what is wanted, and handed back in their order, so that a cursor
 * can follow the finished ones. */
#ifndef BIRTHMARK_COURIER_DRIVE_H
#define BIRTHMARK_COURIER_DRIVE_H

#include "courier/converse.h"
#include "net/fetch_many.h"

#define DRIVE_AT_ONCE_MAX 32 /* requests on their way */
#define DRIVE_SLOTS_MAX 256  /* conversations, also those that pause */
#define DRIVE_FAULTS_MAX 8   /* in a row, then the cloud is away; fewer where */
#define DRIVE_FAULTS_MORE 2  /* fewer are sent at once: these many more */
#define DRIVE_SINGLES_MAX 5  /* devices refused as malformed, in a row */
#define DRIVE_LONG_WAIT_MS 5000 /* a cloud that asks for more ends the turn */
#define DRIVE_STEP_MS 2000	/* between two records of progress */
#define DRIVE_STEP_DEVICES 500
#define DRIVE_CLOSE_MS 20000 /* what is begun may take so long to its end */

/* A device in flight. */
struct drive_device {
	struct connector_device d;
	uint64_t place; /* the cursor behind it */
	bool skip;	/* nothing is to be sent; its outcome is set */
};

struct drive_group {
	struct drive_device *devices;
	struct connector_outcome *outcomes;
	size_t n;
	struct buf der; /* of their certificates */
};

enum drive_then {
	DRIVE_ON,
	DRIVE_CLOSE, /* nothing new; what is begun comes to its end */
	DRIVE_STOP,  /* only what is on its way is waited for */
};

/* What the driver works for. */
struct drive_work {
	/* Fills g with up to max devices; RC_NOT_FOUND when there are no more,
	 * e untouched. */
	enum rc (
	    *load)(void *ctx, struct drive_group *g, size_t max, struct err *e);
	/* These are finished, and all before them. */
	enum rc (
	    *finish)(void *ctx, const struct drive_group *g, struct err *e);
	/* Records what is finished, and says how to go on. */
	enum rc (*record)(void *ctx, enum drive_then *then, struct err *e);
	/* The session that was refused is made anew, once for all that were
	 * sent with it. */
	enum rc (*login)(void *ctx, struct err *e);
	void *ctx;
};

struct drive;

/* group: devices in one request, at most. */
MUST_CHECK enum rc drive_new(struct drive **out, const struct converse *c,
    struct fetch_many *many, size_t group, struct err *e);
void drive_free(struct drive *d);
/* Until the source is empty (*end) or it is time to end.  A fault of the cloud
 * comes back as it is of the connector, when all that was in flight has come
 * to its end; RC_TOO_LARGE asks for a smaller group.  RC_BUG and RC_ENV are
 * ours. */
MUST_CHECK enum rc drive_run(struct drive *d, const struct drive_work *w,
    bool *end, struct err *e);
/* Answers that the cloud gave well. */
uint64_t drive_answers(const struct drive *d);
/* The longest that one took, in this run. */
int64_t drive_slowest_ms(const struct drive *d);

#endif
