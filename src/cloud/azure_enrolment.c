/* Writes an enrolment of the Device Provisioning Service.
 * Must not take away what others have set in one that is there. */
#include "cloud/azure_enrolment.h"

#include <stdlib.h>

#include "base/enc.h"
#include "pki/cert.h"

static void put_certificate(struct json *w, const char *key, struct span der)
{
	struct buf text;

	buf_init(&text, 2 * CERT_DER_MAX);
	enc_base64(&text, der);
	json_key(w, key);
	json_obj(w);
	json_put_span(w, "certificate", buf_span(&text));
	json_end(w);
	if (!buf_ok(&text))
		w->out->bad = true;
	buf_clear(&text);
}

static void put_attestation(struct json *w, const struct azure_enrolment *x)
{
	json_key(w, "attestation");
	json_obj(w);
	json_put_str(w, "type", "x509");
	json_key(w, "x509");
	json_obj(w);
	json_key(w, "clientCertificates");
	json_obj(w);
	if (x->certs_n > 0)
		put_certificate(w, "primary", x->certs[0]->der);
	if (x->certs_n > 1)
		put_certificate(w, "secondary", x->certs[1]->der);
	json_end(w);
	json_end(w);
	json_end(w);
}

static void put_value(struct json *w, const char *key, const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	json_key(w, key);
	if (text)
		json_raw(w, span_str(text));
	else
		w->out->bad = true;
	free(text);
}

/* The object of that name in it, made when there is none. */
static json_t *object_in(json_t *o, const char *name)
{
	if (!json_is_object(json_object_get(o, name)))
		(void)json_object_set_new(o, name, json_object());
	return json_object_get(o, name);
}

/* Our tags, beside what others have set there. */
static void put_twin(struct json *w, const struct connector_device *d,
    json_t *rest)
{
	json_t *twin = object_in(rest, "initialTwin");
	json_t *tags = object_in(twin, "tags");

	if (d->product[0] != '\0')
		(void)json_object_set_new(tags, "product",
		    json_string(d->product));
	(void)json_object_set_new(tags, "batch", json_string(d->bid));
	(void)object_in(object_in(twin, "properties"), "desired");
	put_value(w, "initialTwin", twin);
	(void)json_object_del(rest, "initialTwin");
}

/* What an update would take away: it replaces the whole enrolment. */
static json_t *rest_of(struct span there)
{
	static const char *const not_sent[] = {"registrationId", "etag",
	    "attestation", "provisioningStatus", "registrationState",
	    "createdDateTimeUtc", "lastUpdatedDateTimeUtc"};
	json_t *rest = there.n > 0
	    ? json_loadb((const char *)there.p, there.n, 0, NULL)
	    : json_object();
	size_t j;

	for (j = 0; j < sizeof(not_sent) / sizeof(not_sent[0]); j++)
		(void)json_object_del(rest, not_sent[j]);
	return rest;
}

static void put_rest(struct json *w, json_t *rest)
{
	const char *name;
	json_t *v;

	json_object_foreach(rest, name, v) if (!json_is_null(v))
	    put_value(w, name, v);
}

static void put_hubs(struct json *w, const char *list)
{
	struct span rest = span_str(list), one;

	json_key(w, "iotHubs");
	json_arr(w);
	while (rest.n > 0) {
		(void)span_cut(&rest, ',', &one);
		json_span(w, span_trim(one));
	}
	json_end(w);
}

enum rc azure_enrolment_put(struct json *w, const struct azure_enrolment *x,
    struct err *e)
{
	json_t *rest = rest_of(x->there);

	if (!rest)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	json_obj(w);
	json_put_str(w, "registrationId", x->name);
	if (x->etag)
		json_put_str(w, "etag", x->etag);
	put_attestation(w, x);
	if (x->device_id[0] != '\0') {
		json_put_str(w, "deviceId", x->device_id);
		(void)json_object_del(rest, "deviceId");
	}
	json_put_str(w, "provisioningStatus",
	    x->device->want == CONNECTOR_ADMIT ? "enabled" : "disabled");
	if (x->policy) {
		json_put_str(w, "allocationPolicy", x->policy);
		(void)json_object_del(rest, "allocationPolicy");
	}
	if (x->hubs) {
		put_hubs(w, x->hubs);
		(void)json_object_del(rest, "iotHubs");
	}
	if (x->has_tags)
		put_twin(w, x->device, rest);
	put_rest(w, rest);
	json_end(w);
	json_decref(rest);
	return RC_OK;
}
