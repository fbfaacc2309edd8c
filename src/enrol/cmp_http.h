/* CMP over HTTP (RFC 6712, RFC 9483 6.1): messages of devices to calls of core.
 * Must not take a message on its word: its signature names the device. */
#ifndef BIRTHMARK_ENROL_CMP_HTTP_H
#define BIRTHMARK_ENROL_CMP_HTTP_H

#include "enrol/enrol.h"

/* POST /.well-known/cmp/p/{name}: name is the id of the device's product. */
MUST_CHECK enum rc cmp_http_post(struct enrol_call *call, struct err *e);

#endif
