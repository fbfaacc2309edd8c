/* What is told of one device beside itself: the CAs above it, and what
 * happened to it.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_DEVICE_STORY_H
#define BIRTHMARK_CORE_DEVICE_STORY_H

#include "core/device.h"
#include "core/job_device.h"
#include "core/timeline.h"

#define DEVICE_STORY_CHAIN_MAX 8
#define DEVICE_STORY_EVENTS_MAX (5 + JOB_DEVICE_CLOUDS_MAX + TIMELINE_KEEP)

struct device_story_chain {
	struct buf der; /* initialised and cleared by the caller */
	struct span ca[DEVICE_STORY_CHAIN_MAX];
	size_t n;
};
/* Of the CAs that its vendor has registered, retired ones too: the issuer, the
 * issuer's issuer, up to the root as far as there are. */
MUST_CHECK enum rc device_story_cas(struct core *c, const struct device *d,
    struct device_story_chain *out, struct err *e);

struct device_story_event {
	int64_t at;	/* 0: not known */
	char event[32]; /* "issued", "published", "bound", ... */
	char name[257]; /* vendor, user or cloud; "" none */
	char detail[STORE_JOB_TEXT_SIZE];
};
struct device_story {
	struct device_story_event events[DEVICE_STORY_EVENTS_MAX];
	size_t n;
};
/* Oldest first; clouds is what job_device_clouds gave. */
MUST_CHECK enum rc device_story_events(struct core *c, const struct device *d,
    const struct job_device_cloud *clouds, size_t clouds_n,
    struct device_story *out, struct err *e);

#endif
