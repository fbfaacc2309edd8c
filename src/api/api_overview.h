/* Handler of the overview of an account. */
#ifndef BIRTHMARK_API_API_OVERVIEW_H
#define BIRTHMARK_API_API_OVERVIEW_H

#include "api/api.h"

MUST_CHECK enum rc api_overview_get(struct api_call *call, struct err *e);

#endif
