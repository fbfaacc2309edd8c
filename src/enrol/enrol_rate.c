/* A count for each device in a table of fixed size.
 * Must not forget by itself: time does. */
#include "enrol/enrol_rate.h"

enum rc enrol_rate_take(struct enrol_rate *r, int64_t seq, int64_t now_s,
    struct err *e)
{
	struct enrol_rate_slot *s = &r->slots[(uint64_t)seq % ENROL_RATE_SLOTS];
	enum rc rc;

	if (s->seq != seq || now_s < s->from || now_s >= s->from + ENROL_RATE_S)
		*s = (struct enrol_rate_slot){seq, now_s, 0};
	if (s->n < ENROL_RATE_MAX) {
		s->n++;
		return RC_OK;
	}
	rc = err_set(e, RC_LIMIT, "enrolment-rate",
	    "The device asks for certificates too often.");
	if (e)
		e->retry_after_s =
		    (unsigned int)(s->from + ENROL_RATE_S - now_s);
	return rc;
}
