/* GET /.well-known/birthmark/device: what the service knows of the device that
 * asks.  Must not tell whose it is. */
#ifndef BIRTHMARK_ENROL_ENROL_DEVICE_H
#define BIRTHMARK_ENROL_ENROL_DEVICE_H

#include "enrol/enrol.h"

MUST_CHECK enum rc enrol_device_get(struct enrol_call *call, struct err *e);

#endif
