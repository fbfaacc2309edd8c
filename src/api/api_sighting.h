/* Handler of what gates report. */
#ifndef BIRTHMARK_API_API_SIGHTING_H
#define BIRTHMARK_API_API_SIGHTING_H

#include "api/api.h"

MUST_CHECK enum rc api_sighting_report(struct api_call *call, struct err *e);

#endif
