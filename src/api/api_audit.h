/* Handlers of the audit log.
 * Must not show an account's entries to another. */
#ifndef BIRTHMARK_API_API_AUDIT_H
#define BIRTHMARK_API_API_AUDIT_H

#include "api/api.h"

enum rc api_audit_list(struct api_call *call, struct err *e);
enum rc api_audit_verify(struct api_call *call, struct err *e);

#endif
