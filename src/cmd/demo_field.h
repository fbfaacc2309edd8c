/* The scenes of identity in the field, after those of demo_scene.h: first
 * boot, own certificates, the owner's broker, revocation, device to device. */
#ifndef BIRTHMARK_CMD_DEMO_FIELD_H
#define BIRTHMARK_CMD_DEMO_FIELD_H

#include "cmd/demo_device.h"
#include "cmd/demo_scene.h"

extern const struct demo_scene demo_field_all[]; /* ended by a NULL name */

/* SHA-256 of a device's birth certificate, as REST names it. */
MUST_CHECK enum rc demo_field_fingerprint(const struct demo_device *dev,
    char hex[65], struct err *e);
/* HOST:PORT of the owner's broker. */
void demo_field_broker(struct demo *d, char out[64]);

#endif
