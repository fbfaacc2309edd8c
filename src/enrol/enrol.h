/* The device side of the service: one const table of routes for the device
 * port (mutual TLS) and the status port (plain HTTP), one place that judges who
 * asks.  Handlers turn words of BRSKI, EST, CMP and OCSP into calls of core.
 * Must not decide who owns what: core does. */
#ifndef BIRTHMARK_ENROL_ENROL_H
#define BIRTHMARK_ENROL_ENROL_H

#include "core/enrolment.h"
#include "core/sighting.h"
#include "net/http.h"

#define ENROL_PARAMS_MAX 2

enum enrol_port { ENROL_DEVICE = 1 << 0, ENROL_STATUS = 1 << 1 };

/* Who may ask.  A device is judged by enrolment_identify before its handler
 * is called; one that is revoked or unknown never reaches it. */
enum enrol_auth {
	ENROL_ANYBODY,	   /* no certificate is looked at */
	ENROL_BIRTH,	   /* with its birth certificate */
	ENROL_OPERATIONAL, /* with one of its operational certificates */
	ENROL_EITHER
};

struct enrol; /* of one worker: its caches */

struct enrol_call {
	struct enrol *enrol;
	struct core *core;
	const struct http_request *req;
	struct http_response *resp;
	struct span param[ENROL_PARAMS_MAX]; /* {x} of the path, in order */
	struct enrolment_who who;	     /* not with ENROL_ANYBODY */
	int64_t now_s;
};

struct enrol_route {
	const char *method; /* "GET" answers HEAD too */
	const char *path;   /* {x}: a segment; {rest}: all that follows */
	unsigned int ports; /* enum enrol_port */
	enum enrol_auth auth;
	size_t body_max;
	/* RC_OK with resp filled; any other becomes a problem made of e (or a
	 * short text/plain line for EST, as RFC 7030 4.2.3 has it). */
	enum rc (*handle)(struct enrol_call *call, struct err *e);
};
extern const struct enrol_route enrol_routes[]; /* ended by a NULL method */

MUST_CHECK enum rc enrol_new(struct enrol **out, struct core *core,
    struct err *e);
void enrol_free(struct enrol *n);
struct http_app enrol_app(struct enrol *n, enum enrol_port port);
/* The worker's OCSP responder, made when it is first asked for. */
struct responder;
MUST_CHECK enum rc enrol_responder(struct enrol *n, struct responder **out,
    struct err *e);
/* What it signs CMP answers with, likewise. */
struct enrol_ra;
MUST_CHECK enum rc enrol_registrar(struct enrol *n, struct enrol_ra **out,
    struct err *e);
/* How often devices have asked this worker for certificates. */
struct enrol_rate;
struct enrol_rate *enrol_rates(struct enrol *n);
/* CMP requests that wait for another CA. */
struct cmp_wait;
struct cmp_wait *enrol_waits(struct enrol *n);
/* What was seen, for the caller to flush. */
struct sighting_set *enrol_seen(struct enrol *n);

#endif
