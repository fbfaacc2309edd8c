/* What happens to a device in the field, for who owns it to see.
 * Must not decide anything. */
#include "core/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tx.h"
#include "store/store_timeline.h"

static void fill(struct store_timeline_event *ev,
    const struct timeline_event *x, int64_t now_s)
{
	size_t i;

	memset(ev, 0, sizeof(*ev));
	ev->seq = x->seq;
	ev->at = now_s;
	(void)snprintf(ev->account_id, sizeof(ev->account_id), "%s",
	    x->account);
	(void)snprintf(ev->event, sizeof(ev->event), "%s", x->event);
	(void)snprintf(ev->detail, sizeof(ev->detail), "%s",
	    x->detail ? x->detail : "");
	/* It may be a device's own words. */
	for (i = 0; ev->detail[i]; i++)
		if ((unsigned char)ev->detail[i] < ' ' || ev->detail[i] == 0x7f)
			ev->detail[i] = ' ';
	/* Cut within a character. */
	while (i > 0 && i == sizeof(ev->detail) - 1 &&
	    ((unsigned char)ev->detail[i - 1] & 0x80))
		ev->detail[--i] = '\0';
}

enum rc timeline_add(struct core *c, const struct timeline_event *ev,
    int64_t now_s, struct err *e)
{
	struct store_timeline_event row;
	struct tx tx = TX_NONE;
	enum rc rc;

	fill(&row, ev, now_s);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_timeline_add(c->store, &row, TIMELINE_KEEP, e);
	return tx_end(c, &tx, rc, e);
}

static bool is_report(const char *event)
{
	return strcmp(event, "voucher-asked") == 0 ||
	    strcmp(event, "voucher-status") == 0 ||
	    strcmp(event, "enroll-status") == 0;
}

static enum rc judge(const struct store_timeline_event *list, size_t n,
    const struct store_timeline_event *ev, bool *again, struct err *e)
{
	size_t i, reports = 0;

	*again = n > 0 && strcmp(list[n - 1].event, ev->event) == 0 &&
	    strcmp(list[n - 1].detail, ev->detail) == 0;
	for (i = 0; i < n; i++)
		if (list[i].at > ev->at - 3600 && is_report(list[i].event))
			reports++;
	if (*again || reports < TIMELINE_REPORTS)
		return RC_OK;
	(void)err_set(e, RC_LIMIT, "too-many-reports",
	    "The device has reported %d times within an hour.",
	    TIMELINE_REPORTS);
	if (e)
		e->retry_after_s = 3600;
	return RC_LIMIT;
}

enum rc timeline_report(struct core *c, const struct timeline_event *ev,
    int64_t now_s, struct err *e)
{
	struct store_timeline_event *list =
	    calloc(TIMELINE_KEEP, sizeof(*list));
	struct store_timeline_event row;
	struct tx tx = TX_NONE;
	size_t n = TIMELINE_KEEP;
	bool again = false;
	enum rc rc;

	fill(&row, ev, now_s);
	rc = list ? tx_begin(c, &tx, e)
		  : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = store_timeline_list(c->store, ev->seq, ev->account, list,
		    &n, e);
	if (rc == RC_OK)
		rc = judge(list, n, &row, &again, e);
	if (rc == RC_OK && !again)
		rc = store_timeline_add(c->store, &row, TIMELINE_KEEP, e);
	free(list);
	return tx_end(c, &tx, rc, e);
}
