/* Handlers of resets, and of what a one-time link is for.
 * Must not tell more of a user than his address. */
#ifndef BIRTHMARK_API_API_RESET_H
#define BIRTHMARK_API_API_RESET_H

#include "api/api.h"

enum rc api_reset_member(struct api_call *call, struct err *e);
enum rc api_reset_user(struct api_call *call, struct err *e);
enum rc api_reset_preview(struct api_call *call, struct err *e);
enum rc api_reset_accept(struct api_call *call, struct err *e);
enum rc api_reset_invitation(struct api_call *call, struct err *e);

#endif
