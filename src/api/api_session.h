/* Handlers of logging in and out and of the user's own things.
 * Must not show another user's. */
#ifndef BIRTHMARK_API_API_SESSION_H
#define BIRTHMARK_API_API_SESSION_H

#include "api/api.h"
#include "base/json.h"
#include "core/session.h"
#include "core/user.h"

enum rc api_session_create(struct api_call *call, struct err *e);
enum rc api_session_list(struct api_call *call, struct err *e);
enum rc api_session_end(struct api_call *call, struct err *e);
enum rc api_session_end_all(struct api_call *call, struct err *e);
enum rc api_session_me(struct api_call *call, struct err *e);
enum rc api_session_rename(struct api_call *call, struct err *e);
enum rc api_session_password(struct api_call *call, struct err *e);
/* Answers 201 with a session that was made, as a token or (cookie) in a
 * cookie; wipes it. */
MUST_CHECK enum rc api_session_answer(struct api_call *call,
    struct session_new *s, bool cookie, struct err *e);
/* "user": {...} */
void api_session_user(struct json *w, const struct user *u);

#endif
