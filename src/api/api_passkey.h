/* Handlers of passkeys: the user's own, and signing in with one.
 * Must not show another user's. */
#ifndef BIRTHMARK_API_API_PASSKEY_H
#define BIRTHMARK_API_API_PASSKEY_H

#include "api/api.h"

enum rc api_passkey_options(struct api_call *call, struct err *e);
enum rc api_passkey_add(struct api_call *call, struct err *e);
enum rc api_passkey_list(struct api_call *call, struct err *e);
enum rc api_passkey_remove(struct api_call *call, struct err *e);
enum rc api_passkey_login_options(struct api_call *call, struct err *e);
enum rc api_passkey_login(struct api_call *call, struct err *e);

#endif
