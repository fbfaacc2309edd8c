/* Handlers of the user's own one-time codes and recovery codes.
 * Must not show another user's. */
#ifndef BIRTHMARK_API_API_FACTOR_H
#define BIRTHMARK_API_API_FACTOR_H

#include "api/api.h"

enum rc api_factor_begin(struct api_call *call, struct err *e);
enum rc api_factor_confirm(struct api_call *call, struct err *e);
enum rc api_factor_remove(struct api_call *call, struct err *e);
enum rc api_factor_renew(struct api_call *call, struct err *e);

#endif
