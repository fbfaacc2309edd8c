/* Answers of webhooks' receivers: nothing in them may crash the courier, and
 * no outcome is the opposite of what was asked for.  Must not use a network. */
#include <stdlib.h>
#include <string.h>

#include "cloud/webhook_answer.h"

#define DEVICES 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(enum connector_want want, const struct connector_outcome *o)
{
	if (o->result == CONNECTOR_NONE ||
	    (want == CONNECTOR_REMOVE &&
		(o->result == CONNECTOR_CREATED ||
		    o->result == CONNECTOR_CHANGED)) ||
	    (want == CONNECTOR_ADMIT && o->result == CONNECTOR_REMOVED) ||
	    strlen(o->message) >= sizeof(o->message))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct connector_device devices[DEVICES] = {
	    {.ref = "aa", .chip_id = "one", .want = CONNECTOR_ADMIT},
	    {.ref = "bb", .chip_id = "two", .want = CONNECTOR_SUSPEND},
	    {.ref = "cc", .chip_id = "one", .want = CONNECTOR_REMOVE},
	};
	static const int statuses[] = {204, 302, 401, 409, 410, 429, 503};
	struct connector_answer a = {.body = span_of(data, size),
	    .headers = span_of(data, size)};
	struct connector_outcome out[DEVICES];
	struct err e;
	size_t i;

	memset(out, 0, sizeof(out));
	if (webhook_answer_devices(a.body, devices, DEVICES, out, &e) == RC_OK)
		for (i = 0; i < DEVICES; i++)
			check(devices[i].want, &out[i]);
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		memset(&e, 0, sizeof(e));
		a.status = statuses[i];
		if ((webhook_answer_status(&a, &e) == RC_OK) !=
			(a.status == 204) ||
		    e.retry_after_s > 3600)
			abort();
	}
	return 0;
}
