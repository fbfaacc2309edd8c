/* Handlers of the streams of server-sent events. */
#ifndef BIRTHMARK_API_API_EVENT_H
#define BIRTHMARK_API_API_EVENT_H

#include "api/api.h"

#define API_EVENT_USER_MAX 8	 /* streams of one user, in a worker */
#define API_EVENT_MAX 256	 /* in a worker */
#define API_EVENT_LOOK_MS 500	 /* between two looks into the store */
#define API_EVENT_AUTH_MS 1000	 /* until an ended session ends it, at most */
#define API_EVENT_ALIVE_MS 15000 /* between two signs of life */
#define API_EVENT_END_MS 240000

MUST_CHECK enum rc api_event_account(struct api_call *call, struct err *e);
MUST_CHECK enum rc api_event_vendor(struct api_call *call, struct err *e);

#endif
