/* Connectors: one file for each kind of product cloud, one table of them.
 * Adding a kind needs its file and its line in cloud_kind.c, nothing else. */
#ifndef BIRTHMARK_CLOUD_CLOUD_KIND_H
#define BIRTHMARK_CLOUD_CLOUD_KIND_H

#include "cloud/bearer.h"
#include "core/core.h"
#include "net/fetch.h"
#include "store/store_cloud.h"
#include "store/store_job.h"

#define CLOUD_KIND_DEVICES_MAX 500 /* in one call */

struct cloud_kind_device {
	uint64_t seq;
	uint8_t fp[32];
	char ref[65]; /* fp in hex */
	char chip_id[65];
	struct span der; /* borrowed */
};

/* What the cloud said of one device. */
struct cloud_kind_outcome {
	bool ok;
	char message[STORE_JOB_TEXT_SIZE]; /* why not, cleaned */
};

/* What a connector works with; all borrowed. */
struct cloud_kind_call {
	struct core *core;
	const struct store_cloud *cloud;
	const char *basic; /* "user:password" or NULL; never to be logged */
	struct fetch *fetch;
	struct bearer *bearer;
};

struct cloud_kind {
	const char *type; /* as in struct store_cloud */
	/* Sends these devices; RC_OK when the cloud told the outcome of each.
	 * Else nothing is known of any, and e says what to do: RC_AGAIN away
	 * or slow, RC_LIMIT throttled, RC_UNAUTHENTICATED credentials refused,
	 * RC_INVALID the answer makes no sense, RC_TOO_LARGE the request was
	 * refused as a whole, so that a smaller one may pass. */
	enum rc (*provision)(struct cloud_kind_call *call,
	    const struct cloud_kind_device *devices, size_t n,
	    struct cloud_kind_outcome *out, struct err *e);
	/* Instead of provision: announces the whole batch of j at once, inside
	 * the caller's transaction. */
	enum rc (*announce)(struct cloud_kind_call *call, struct store_job *j,
	    struct err *e);
	/* Appends {"info":{"ok","detail"},"auth":{"ok","detail"}}; RC_OK when
	 * both are well, else the first fault. */
	enum rc (*test)(struct cloud_kind_call *call, struct buf *json,
	    struct err *e);
};

/* NULL when there is none of this type. */
const struct cloud_kind *cloud_kind_find(const char *type);

extern const struct cloud_kind cloud_kind_interop;
extern const struct cloud_kind gate_kind;

#endif
