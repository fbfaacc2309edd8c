/* Devices of the demonstration: `birthmark device` as a user runs it, each
 * device with its chip file and a state directory of its own. */
#ifndef BIRTHMARK_CMD_DEMO_DEVICE_H
#define BIRTHMARK_CMD_DEMO_DEVICE_H

#include "cmd/demo.h"

struct demo_device {
	char chip[STAGE_PATH];
	char state[STAGE_PATH];
	char name[64]; /* of its state directory and its log */
};

/* The chip of a reel by its index; nothing runs yet. */
MUST_CHECK enum rc demo_device_take(struct demo *d, const char *reel,
    unsigned int index, struct demo_device *out, struct err *e);

/* How a device is powered on; what is NULL is the stage's own. */
struct demo_device_boot {
	const char *registrar;	    /* https://... */
	const char *voucher_anchor; /* file */
	const char *claim_voucher;  /* file */
	const char *broker;	    /* HOST:PORT, NULL: none */
	const char *timeout;	    /* seconds, NULL: the usual */
	const char *renew_before;   /* seconds, NULL: the usual */
	bool settle; /* again until peers and status proof are there too */
};
/* One `device power-on --once`.  RC_DENIED, with the device's own reason, when
 * it does not get to its end; *report (may be NULL) is a new reference. */
MUST_CHECK enum rc demo_device_boot(struct demo *d,
    const struct demo_device *dev, const struct demo_device_boot *how,
    json_t **report, struct err *e);

/* Runs in the background, its output in DIR/NAME.log. */
MUST_CHECK enum rc demo_device_stay(struct demo *d,
    const struct demo_device *dev, const char *broker, pid_t *pid,
    struct err *e);
/* Answers others on the stage's port of that name; a peer's status proof may
 * be this old ("" : the usual). */
MUST_CHECK enum rc demo_device_listen(struct demo *d,
    const struct demo_device *dev, const char *port, const char *proof_age,
    pid_t *pid, struct err *e);
/* Waits until the device's log holds the text. */
MUST_CHECK enum rc demo_device_await(struct demo *d,
    const struct demo_device *dev, const char *text, unsigned int ms,
    struct err *e);

/* One `device talk` with who answers on that port; RC_DENIED with the reason
 * when one refuses the other.  answer (may be NULL) gets what it said. */
MUST_CHECK enum rc demo_device_talk(struct demo *d,
    const struct demo_device *dev, const char *port, struct buf *answer,
    struct err *e);

#endif
