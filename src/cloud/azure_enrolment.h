/* An individual enrolment of the Device Provisioning Service, as it is sent.
 * Must not be included but by the connector of DPS. */
#ifndef BIRTHMARK_CLOUD_AZURE_ENROLMENT_H
#define BIRTHMARK_CLOUD_AZURE_ENROLMENT_H

#include "cloud/connector.h"

/* All borrowed. */
struct azure_enrolment {
	const struct connector_device *device;
	const struct connector_cert *certs[2];
	size_t certs_n;
	const char *name;      /* registration id */
	const char *etag;      /* NULL of a new one */
	const char *device_id; /* "" for the registration id */
	const char *hubs;      /* with commas; NULL: as it is */
	const char *policy;    /* of allocation; NULL: as it is */
	bool has_tags;
	struct span there; /* as the service has it, JSON; empty of a new one */
};

/* An update replaces the whole enrolment: what is not ours to set is sent back
 * as it was. */
MUST_CHECK enum rc azure_enrolment_put(struct json *w,
    const struct azure_enrolment *x, struct err *e);

#endif
