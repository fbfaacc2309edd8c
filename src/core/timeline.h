/* What happens to a device in the field: its first boot, enrolments, reports.
 * Must not decide anything. */
#ifndef BIRTHMARK_CORE_TIMELINE_H
#define BIRTHMARK_CORE_TIMELINE_H

#include "core/core.h"

#define TIMELINE_DETAIL_MAX 256
#define TIMELINE_KEEP 64 /* events of a device; older ones go */

struct timeline_event {
	int64_t seq;
	const char *account;
	/* "voucher-asked", "voucher-issued", "voucher-status", "enrolled",
	 * "renewed", "enroll-status", "certificate-revoked",
	 * "certificate-reactivated", "quarantined", "released",
	 * "scrapped", "birth-revoked", "birth-reactivated" */
	const char *event;
	const char *detail; /* may be a device's own words; NULL: none */
};
/* Inside the caller's transaction when there is one. */
MUST_CHECK enum rc timeline_add(struct core *c, const struct timeline_event *ev,
    int64_t now_s, struct err *e);
/* What a device says, or asks again and again: nothing when it is what was told
 * last; RC_LIMIT "too-many-reports" after TIMELINE_REPORTS of them in an
 * hour. */
#define TIMELINE_REPORTS 20
MUST_CHECK enum rc timeline_report(struct core *c,
    const struct timeline_event *ev, int64_t now_s, struct err *e);

#endif
