/* Handlers of members of an account or vendor, and of invitations.
 * Must not decide anything: that is core's work. */
#ifndef BIRTHMARK_API_API_MEMBER_H
#define BIRTHMARK_API_API_MEMBER_H

#include "api/api.h"

enum rc api_member_list(struct api_call *call, struct err *e);
enum rc api_member_update(struct api_call *call, struct err *e);
enum rc api_member_remove(struct api_call *call, struct err *e);
enum rc api_member_invite(struct api_call *call, struct err *e);
enum rc api_member_invite_service(struct api_call *call, struct err *e);
enum rc api_member_invitations(struct api_call *call, struct err *e);
enum rc api_member_uninvite(struct api_call *call, struct err *e);
enum rc api_member_accept(struct api_call *call, struct err *e);

#endif
