/* Handlers of the routes about the download of manifests. */
#ifndef BIRTHMARK_API_API_MANIFEST_H
#define BIRTHMARK_API_API_MANIFEST_H

#include "api/api.h"

MUST_CHECK enum rc api_manifest_get(struct api_call *call, struct err *e);
/* The certificate behind exported entries in Microchip's form. */
MUST_CHECK enum rc api_manifest_signer(struct api_call *call, struct err *e);

#endif
