/* The attacks of the demonstration: each must be refused, and for its own
 * reason. */
#ifndef BIRTHMARK_CMD_DEMO_ATTACK_H
#define BIRTHMARK_CMD_DEMO_ATTACK_H

#include "cmd/demo.h"

struct demo_attack {
	const char *name;
	/* Tries it: RC_OK means that the attack succeeded. */
	enum rc (*run)(struct demo *d, struct err *e);
	/* What the reason of the refusal must contain. */
	const char *reason;
};

/* Four tables, each ended by a NULL name. */
extern const struct demo_attack demo_attack_device[];
extern const struct demo_attack demo_attack_manifest[];
extern const struct demo_attack demo_attack_api[];
extern const struct demo_attack demo_attack_field[];

/* What the attacks need beside the story: reels unbound, unpublished, of
 * another account, of another fab. */
MUST_CHECK enum rc demo_attack_prepare(struct demo *d, struct err *e);

#endif
