/* Tells a device what the service knows of it.
 * Must not tell whose it is. */
#include "enrol/enrol_device.h"

#include "base/json.h"

enum rc enrol_device_get(struct enrol_call *call, struct err *e)
{
	const struct device *d = &call->who.device;
	struct json w;

	call->resp->status = 200;
	call->resp->content_type = "application/json";
	json_init(&w, &call->resp->body);
	json_obj(&w);
	json_put_str(&w, "device", d->chip_id);
	json_put_hex(&w, "fingerprint", span_of(d->fp, sizeof(d->fp)));
	json_put_str(&w, "state", d->account_id[0] ? "bound" : "unbound");
	json_put_str_or_null(&w, "product", d->product);
	json_end(&w);
	return RC_OK;
}
