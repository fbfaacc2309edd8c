/* The scenes of the demonstration, in their order. */
#ifndef BIRTHMARK_CMD_DEMO_SCENE_H
#define BIRTHMARK_CMD_DEMO_SCENE_H

#include "cmd/demo.h"

struct demo_scene {
	const char *name;
	enum rc (*run)(struct demo *d, struct err *e);
};

extern const struct demo_scene demo_scene_all[]; /* ended by a NULL name */

/* Powers a device on with this chip file; RC_DENIED, with the reason, when
 * the broker does not take it. */
MUST_CHECK enum rc demo_scene_power_on(struct demo *d, const char *chip,
    struct err *e);
/* The address in a reel's printed label. */
MUST_CHECK enum rc demo_scene_label(struct demo *d, const char *reel, char *out,
    size_t cap, struct err *e);
/* A reel's chip file, by index, into out[STAGE_PATH]. */
MUST_CHECK enum rc demo_scene_chip(struct demo *d, const char *reel,
    unsigned int index, char *out, struct err *e);

#endif
