/* Handlers of the audit log.
 * Must not show an account's entries to another. */
#ifndef BIRTHMARK_API_API_AUDIT_H
#define BIRTHMARK_API_API_AUDIT_H

#include "api/api.h"
#include "base/json.h"
#include "core/audit.h"

enum rc api_audit_list(struct api_call *call, struct err *e);
enum rc api_audit_verify(struct api_call *call, struct err *e);

/* What a request asks for of the log, with the texts that list borrows. */
struct api_audit_filter {
	struct store_audit_list list;
	char scope_id[RAND_ID_SIZE];
	char action[48], actor[256], target[256];
};
/* Reads from, to, action, actor, target and outcome; no page yet. */
MUST_CHECK enum rc api_audit_filter(const struct api_call *call,
    struct api_audit_filter *f, struct err *e);
/* One entry, as every answer tells it. */
void api_audit_write(struct json *w, const struct store_audit *a);

#endif
