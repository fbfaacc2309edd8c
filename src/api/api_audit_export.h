/* Handler of the audit log as a file. */
#ifndef BIRTHMARK_API_API_AUDIT_EXPORT_H
#define BIRTHMARK_API_API_AUDIT_EXPORT_H

#include "api/api.h"

/* CSV or JSON lines, oldest first, flat in memory. */
MUST_CHECK enum rc api_audit_export_get(struct api_call *call, struct err *e);
/* A field of CSV (RFC 4180), quoted where it has to be.  One that a
 * spreadsheet would run as a formula gets a leading apostrophe. */
void api_audit_export_field(struct buf *out, const char *s);

#endif
