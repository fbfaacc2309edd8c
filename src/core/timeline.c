/* What happens to a device in the field, for who owns it to see.
 * Must not decide anything. */
#include "core/timeline.h"

#include <stdio.h>

#include "core/tx.h"
#include "store/store_timeline.h"

enum rc timeline_add(struct core *c, int64_t seq, const char *account,
    const char *event, const char *detail, int64_t now_s, struct err *e)
{
	struct store_timeline_event ev = {.seq = seq, .at = now_s};
	struct tx tx = TX_NONE;
	size_t i;
	enum rc rc;

	(void)snprintf(ev.account_id, sizeof(ev.account_id), "%s", account);
	(void)snprintf(ev.event, sizeof(ev.event), "%s", event);
	(void)snprintf(ev.detail, sizeof(ev.detail), "%s",
	    detail ? detail : "");
	/* It may be a device's own words. */
	for (i = 0; ev.detail[i]; i++)
		if ((unsigned char)ev.detail[i] < ' ' || ev.detail[i] == 0x7f)
			ev.detail[i] = ' ';
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_timeline_add(c->store, &ev, TIMELINE_KEEP, e);
	return tx_end(c, &tx, rc, e);
}
