/* What the device port answers: to a device, what the service knows of the
 * birth certificate it has shown.  Must not tell whose it is. */
#ifndef BIRTHMARK_CMD_SERVE_DEVICE_H
#define BIRTHMARK_CMD_SERVE_DEVICE_H

#include "core/sighting.h"
#include "net/http.h"

struct serve_device {
	struct core *core;
	struct sighting_set seen; /* for the caller to flush */
};
/* The application for http_server_new; ctx is s. */
struct http_app serve_device_app(struct serve_device *s);
/* A PEM bundle of the CAs of all vendors, appended. */
MUST_CHECK enum rc serve_device_cas(struct core *c, struct buf *pem,
    struct err *e);

#endif
