/* The connector of type "azure-dps": individual enrolments of an Azure Device
 * Provisioning Service, by the certificates themselves.
 * Must not change or remove an enrolment that lets in another's key. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/azure_answer.h"
#include "cloud/azure_auth.h"
#include "cloud/azure_enrolment.h"
#include "cloud/azure_sync.h"
#include "pki/cert.h"

#define VERSION "api-version=2021-10-01"
#define SCOPE "https://azure-devices-provisioning.net/.default"
#define GROUP 10 /* enrolments in one call */
#define PAGE 100
#define NAME_MAX_BYTES 128
#define HUBS_MAX 50

enum op { OP_ENROLMENT, OP_QUERY, OP_LOGIN };

static const struct cloud_op ops[] = {
    {"enrolment", 1000, "operations on enrolments: 1000 a minute"},
    {"query", 1000, "pages of enrolments"},
    {"login", 60, "tokens of Entra ID"},
    {0},
};

static const struct cloud_field fields[] = {
    {.name = "host",
	.what = "Host name of the service; known from a connection string",
	.fixed = true,
	.max = AZURE_AUTH_HOST_SIZE - 1,
	.example = "NAME.azure-devices-provisioning.net"},
    {.name = "device_id",
	.what = "Template of device ids: {chip_id}, {fingerprint}, {batch}; "
		"without it the registration id, which is the "
		"certificate's common name",
	.max = 200,
	.example = "{chip_id}"},
    {.name = "iot_hubs",
	.what = "Linked hubs to choose from, with commas between them; "
		"without it all",
	.max = 2048,
	.example = "NAME.azure-devices.net"},
    {.name = "allocation_policy",
	.what = "How a hub is chosen: hashed, geoLatency or static; without "
		"it as the service is set",
	.max = 16,
	.example = "hashed"},
    {.name = "twin_tags",
	.what = "\"no\": the device twin begins without the tags product and "
		"batch",
	.max = 3,
	.example = "no"},
    {.name = "hub_is_cloud",
	.what = "\"yes\": the hub itself is a cloud of type azure-hub here, "
		"with the same device ids, which disables and removes devices "
		"there; without it a device that stays registered in a hub is "
		"shown",
	.max = 3,
	.example = "yes"},
    {.name = "tenant_id",
	.what = "Directory (tenant) of the application, for Entra ID",
	.max = 100,
	.example = ""},
    {.name = "client_id",
	.what = "Id of the application, for Entra ID",
	.max = 100,
	.example = ""},
    {.name = "federated",
	.what = "\"yes\": the application trusts tokens of this service, and "
		"needs no secret",
	.max = 3,
	.example = "yes"},
    {.name = "login_endpoint",
	.what = "Entra ID of a national cloud",
	.fixed = true,
	.max = 255,
	.example = "https://login.microsoftonline.com"},
    {.name = "connection_string",
	.what = "Connection string of a policy with enrollment read and write",
	.secret = true,
	.max = 1024,
	.example = "HostName=...;SharedAccessKeyName=...;SharedAccessKey=..."},
    {.name = "client_secret",
	.what = "Secret of the application, for Entra ID",
	.secret = true,
	.max = 512,
	.example = ""},
    {0},
};

static const struct connector_naming naming = {
    .allowed = "-.%_*?!(),:=@$",
    .max = 128,
};

static const char *setting(const struct connector_way *way, const char *name)
{
	const char *s = connector_str(way->settings, name);

	return s && s[0] != '\0' ? s : NULL;
}

/* --- settings --- */

static enum rc bad_setting(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "cloud-settings", "%s", why);
}

static bool is_hub(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		const uint8_t c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
	}
	return s.n > 0 && s.n <= 253;
}

static enum rc check_hubs(const char *list, struct err *e)
{
	struct span rest = span_str(list), one;
	size_t n = 0;

	while (rest.n > 0) {
		(void)span_cut(&rest, ',', &one);
		if (!is_hub(span_trim(one)) || ++n > HUBS_MAX)
			return bad_setting(e,
			    "The setting iot_hubs is a list of host names "
			    "with commas between them, at most 50.");
	}
	return RC_OK;
}

static enum rc dps_check(json_t *settings, json_t *credentials, struct err *e)
{
	const char *hubs = connector_str(settings, "iot_hubs");
	const char *how = connector_str(settings, "allocation_policy");
	const char *id = connector_str(settings, "device_id");
	const char *tags = connector_str(settings, "twin_tags");
	const char *paired = connector_str(settings, "hub_is_cloud");
	enum rc rc = azure_auth_check(settings, credentials, e);

	if (rc == RC_OK && hubs)
		rc = check_hubs(hubs, e);
	if (rc == RC_OK && how && how[0] != '\0' &&
	    strcmp(how, "hashed") != 0 && strcmp(how, "geoLatency") != 0 &&
	    strcmp(how, "static") != 0)
		rc = bad_setting(e,
		    "The setting allocation_policy is hashed, geoLatency or "
		    "static.");
	if (rc == RC_OK && tags && tags[0] != '\0' &&
	    strcmp(tags, "yes") != 0 && strcmp(tags, "no") != 0)
		rc = bad_setting(e,
		    "The setting twin_tags is \"yes\" or \"no\".");
	if (rc == RC_OK && paired && paired[0] != '\0' &&
	    strcmp(paired, "yes") != 0 && strcmp(paired, "no") != 0)
		rc = bad_setting(e,
		    "The setting hub_is_cloud is \"yes\" or \"no\".");
	if (rc == RC_OK && id && id[0] != '\0')
		rc = connector_name_check(id, &naming, e);
	return rc;
}

static void dps_quota_key(const struct connector_way *way, char out[128])
{
	const char *host = connector_str(way->settings, "host");

	(void)snprintf(out, 128, "azure-dps/%.110s", host ? host : "");
}

/* --- names and certificates --- */

static struct span common_name(struct span der)
{
	struct cert c;

	return cert_parse(&c, der, NULL) == RC_OK
	    ? cert_subject_attr(&c, "2.5.4.3")
	    : SPAN_NONE;
}

static bool is_registration_id(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n > NAME_MAX_BYTES)
		return false;
	for (i = 0; i < s.n; i++) {
		const uint8_t c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9');

		if (!plain &&
		    (i == 0 || i == s.n - 1 || c == 0 || !strchr("._-:", c)))
			return false;
	}
	return true;
}

/* The service takes a device for the enrolment of its leaf's common name, so
 * it is the one of the birth certificate, or there is none. */
static enum rc name_of(const struct connector_way *way,
    const struct connector_device *d, char out[CONNECTOR_NAME_SIZE],
    struct err *e)
{
	struct span cn =
	    d->certs_n > 0 ? common_name(d->certs[0].der) : SPAN_NONE;

	if (!is_registration_id(cn) ||
	    !span_copy_str(cn, out, CONNECTOR_NAME_SIZE))
		return err_set(e, RC_INVALID, "cloud-device-name",
		    "The common name of the certificate cannot be a "
		    "registration id: 1 to 128 letters, digits and any of "
		    "\". _ - :\", these not at its ends.");
	return RC_OK;
}

/* Of the device's certificates those of the enrolment's name. */
static size_t certs_of(const struct connector_device *d,
    const struct connector_cert *out[2])
{
	struct connector_device named = *d;
	struct span cn;
	size_t i, j, n;

	if (d->certs_n == 0)
		return 0;
	cn = common_name(d->certs[0].der);
	for (i = 1; i < named.certs_n; i++) {
		struct span own = common_name(named.certs[i].der);

		if (own.n != cn.n || !span_eq(own, cn))
			named.certs[i].valid = false;
	}
	n = connector_pair(&named, out);
	for (i = 0; i < n; i++)
		for (j = 0; j < named.certs_n; j++)
			if (out[i] == &named.certs[j]) {
				out[i] = &d->certs[j];
				break;
			}
	return n;
}

static const struct azure_sync_kind kind = {
    .name = name_of,
    .certs = certs_of,
    .look = AZURE_SYNC_GET,
    .thing = "enrollment",
    .ignores_case = true,
    .drops_alone = true,
};

/* "" for the registration id. */
static enum rc device_id(const struct connector_way *way,
    const struct connector_device *d, char out[CONNECTOR_NAME_SIZE],
    struct err *e)
{
	struct connector_device copy = *d;
	const char *tmpl = setting(way, "device_id");
	enum rc rc = RC_OK;

	copy.name[0] = '\0';
	if (tmpl)
		rc = connector_name(tmpl, &naming, &copy, e);
	memcpy(out, copy.name, CONNECTOR_NAME_SIZE);
	return rc;
}

/* --- devices become what is wanted --- */

static enum rc put_enrolment(struct connector_talk *t, struct json *w, size_t i,
    struct err *e)
{
	const struct azure_sync_slot *s = azure_sync_slots(t, &kind) + i;
	const struct connector_device *d = &t->devices[i];
	const char *tags = setting(t->way, "twin_tags");
	char id[CONNECTOR_NAME_SIZE];
	struct azure_enrolment x = {.device = d,
	    .name = s->name,
	    .device_id = id,
	    .hubs = setting(t->way, "iot_hubs"),
	    .policy = setting(t->way, "allocation_policy"),
	    .has_tags = !tags || strcmp(tags, "no") != 0};
	enum rc rc = device_id(t->way, d, id, e);

	x.certs_n = azure_sync_certs(&kind, d, x.certs);
	if (s->todo == AZURE_SYNC_WRITE) {
		x.etag = s->etag;
		x.there = azure_sync_kept(t, i);
	}
	return rc == RC_OK ? azure_enrolment_put(w, &x, e) : rc;
}

static enum rc ask_bulk(struct connector_talk *t, const size_t *idx, size_t n,
    struct connector_request *q, struct err *e)
{
	static const char *const modes[] = {
	    [AZURE_SYNC_CREATE] = "create",
	    [AZURE_SYNC_WRITE] = "updateIfMatchETag",
	};
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct json w;
	size_t j;
	enum rc rc = RC_OK;

	q->op = OP_ENROLMENT;
	q->content_type = "application/json; charset=utf-8";
	json_init(&w, &q->body);
	json_obj(&w);
	json_put_str(&w, "mode", modes[slots[idx[0]].todo]);
	json_key(&w, "enrollments");
	json_arr(&w);
	for (j = 0; rc == RC_OK && j < n; j++)
		rc = put_enrolment(t, &w, idx[j], e);
	json_end(&w);
	json_end(&w);
	if (rc == RC_OK)
		rc = azure_auth_begin(t, q, "POST", "/enrollments?" VERSION, e);
	return rc;
}

/* "GET", or "DELETE" of the version that was seen: in bulk nothing says that
 * a deletion keeps to it. */
static enum rc ask_one(struct connector_talk *t, const char *method, size_t i,
    struct connector_request *q, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct buf path;
	enum rc rc;

	buf_init(&path, 1024);
	buf_add_str(&path, "/enrollments/");
	enc_percent(&path, span_str(slots[i].name));
	buf_add_str(&path, "?" VERSION);
	q->op = OP_ENROLMENT;
	rc = azure_auth_begin(t, q, method, buf_cstr(&path), e);
	if (slots[i].todo == AZURE_SYNC_DROP)
		buf_addf(&q->headers, "If-Match: %s\n", slots[i].etag);
	buf_clear(&path);
	return rc;
}

/* A device whose id there cannot be made has none. */
static void refuse_unnamed(struct connector_talk *t)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	char id[CONNECTOR_NAME_SIZE];
	struct err e;
	size_t i;

	for (i = 0; slots && i < t->n; i++) {
		memset(&e, 0, sizeof(e));
		if (slots[i].todo != AZURE_SYNC_DONE && slots[i].is_wanted &&
		    device_id(t->way, &t->devices[i], id, &e) != RC_OK)
			azure_sync_end(t, i, CONNECTOR_REFUSED, e.text);
	}
}

static enum rc ask_sync(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	struct azure_sync_slot *slots;
	size_t idx[AZURE_SYNC_GROUP_MAX], n;

	slots = azure_sync_slots(t, &kind);
	if (t->n == 0) {
		t->over = true;
		return RC_OK;
	}
	if (!slots)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	refuse_unnamed(t);
	n = azure_sync_pick(t, &kind, false, idx);
	if (n == 0) {
		t->over = true;
		return RC_OK;
	}
	if (slots[idx[0]].todo == AZURE_SYNC_GET)
		return ask_one(t, "GET", idx[0], q, e);
	if (slots[idx[0]].todo == AZURE_SYNC_DROP)
		return ask_one(t, "DELETE", idx[0], q, e);
	return ask_bulk(t, idx, n, q, e);
}

/* --- what the service has --- */

static bool read_thumb(json_t *certs, const char *which,
    struct azure_sync_found *f)
{
	json_t *cert = json_object_get(certs, which);
	json_t *info = json_object_get(cert, "info");

	if (!cert || json_is_null(cert))
		return true;
	return json_is_string(json_object_get(info, "sha256Thumbprint")) &&
	    azure_sync_thumb(json_object_get(info, "sha256Thumbprint"), f);
}

static bool is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

static bool read_enrolment(json_t *o, struct azure_sync_found *f)
{
	const char *status =
	    json_string_value(json_object_get(o, "provisioningStatus"));
	const char *etag = json_string_value(json_object_get(o, "etag"));
	json_t *how = json_object_get(o, "attestation");
	json_t *x509 = json_object_get(how, "x509");
	json_t *certs = json_object_get(x509, "clientCertificates");

	memset(f, 0, sizeof(*f));
	f->way_in = json_string_value(json_object_get(how, "type"));
	if (!status || !f->way_in ||
	    (strcmp(status, "enabled") != 0 && strcmp(status, "disabled") != 0))
		return false;
	f->enabled = status[0] == 'e';
	if (etag &&
	    (!is_plain(etag) ||
		!span_copy_str(span_str(etag), f->etag, sizeof(f->etag))))
		return false;
	if (strcmp(f->way_in, "x509") != 0)
		return true;
	if (!json_is_object(certs)) {
		f->way_in = "a certificate authority";
		return json_is_object(x509);
	}
	f->by_thumbprint = true;
	return read_thumb(certs, "primary", f) &&
	    read_thumb(certs, "secondary", f);
}

/* Do the settings that we make differ? */
static bool is_set_otherwise(struct connector_talk *t, size_t i, json_t *o)
{
	const char *how = setting(t->way, "allocation_policy");
	const char *hubs = setting(t->way, "iot_hubs");
	const char *is = json_string_value(json_object_get(o, "deviceId"));
	const char *does =
	    json_string_value(json_object_get(o, "allocationPolicy"));
	json_t *list = json_object_get(o, "iotHubs");
	char id[CONNECTOR_NAME_SIZE];
	struct span rest = span_str(hubs), one;
	size_t n = 0;

	if (device_id(t->way, &t->devices[i], id, NULL) == RC_OK &&
	    id[0] != '\0' && (!is || strcmp(is, id) != 0))
		return true;
	if (how && (!does || strcasecmp(does, how) != 0))
		return true;
	while (hubs && rest.n > 0) {
		(void)span_cut(&rest, ',', &one);
		if (!span_eq_str(span_trim(one),
			json_string_value(json_array_get(list, n++))))
			return true;
	}
	return hubs && n != json_array_size(list);
}

static enum rc take_get(struct connector_talk *t, size_t i,
    const struct connector_answer *a, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct azure_sync_found f;
	json_t *root = azure_answer_json(a);
	const char *id =
	    json_string_value(json_object_get(root, "registrationId"));
	enum rc rc = RC_OK;

	if (a->status == 404 &&
	    azure_answer_code(json_object_get(root, "errorCode")) ==
		AZURE_ANSWER_GONE)
		azure_sync_judge(t, &kind, i, NULL);
	else if (a->status != 200)
		rc = azure_answer_fault(a, "The provisioning service", e);
	else if (!id || strcasecmp(id, slots[i].name) != 0)
		rc = azure_answer_garbage(e, "it is of another enrolment");
	else if (!read_enrolment(root, &f) || f.etag[0] == '\0')
		rc = azure_answer_garbage(e, "it describes no enrolment");
	else if (!azure_sync_keep(t, i, a->body))
		rc = azure_answer_garbage(e, "the enrolment is too large");
	else {
		f.differs = is_set_otherwise(t, i, root);
		azure_sync_judge(t, &kind, i, &f);
	}
	json_decref(root);
	return rc;
}

/* An enrolment says who may register, and not who is: of a device that a hub
 * has by now it would be no truth that it is kept out.  Said once: tried again
 * there is nothing left to be done here, and that is success. */
static void tell_registered(struct connector_talk *t, size_t i)
{
	const char *paired = setting(t->way, "hub_is_cloud");
	struct span kept = azure_sync_kept(t, i);
	json_t *root, *state;
	const char *hub, *id, *status;
	char text[512];

	if (t->devices[i].want == CONNECTOR_ADMIT || kept.n == 0 ||
	    (t->out[i].result != CONNECTOR_REMOVED &&
		t->out[i].result != CONNECTOR_CHANGED) ||
	    (paired && strcmp(paired, "yes") == 0))
		return;
	root = json_loadb((const char *)kept.p, kept.n, 0, NULL);
	state = json_object_get(root, "registrationState");
	status = json_string_value(json_object_get(state, "status"));
	hub = json_string_value(json_object_get(state, "assignedHub"));
	id = json_string_value(json_object_get(state, "deviceId"));
	if (status && strcmp(status, "assigned") == 0) {
		(void)snprintf(text, sizeof(text),
		    "The enrolment is %s, but the device is still registered "
		    "in the hub %.100s as %.128s: %s it there too.",
		    t->out[i].result == CONNECTOR_REMOVED ? "removed"
							  : "disabled",
		    hub ? hub : "(not told)", id ? id : "(not told)",
		    t->devices[i].want == CONNECTOR_REMOVE ? "remove"
							   : "disable");
		azure_sync_end(t, i, CONNECTOR_REFUSED, text);
	}
	json_decref(root);
}

static enum rc take_sync(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	size_t idx[AZURE_SYNC_GROUP_MAX];
	struct azure_sync_sent sent = {.idx = idx, .names = "registrationId"};
	size_t j;
	enum rc rc;

	sent.n = azure_sync_pick(t, &kind, false, idx);
	if (sent.n == 0)
		return err_set(e, RC_BUG, "nothing-sent", "Nothing was sent.");
	if (slots[idx[0]].todo == AZURE_SYNC_GET)
		rc = take_get(t, idx[0], a, e);
	else if (slots[idx[0]].todo == AZURE_SYNC_DROP)
		rc = azure_sync_dropped(t, idx[0], a, e);
	else
		rc = azure_sync_done(t, &kind, &sent, a, e);
	for (j = 0; j < sent.n; j++)
		tell_registered(t, idx[j]);
	if (rc == RC_OK)
		t->over = azure_sync_pick(t, &kind, false, idx) == 0;
	return rc;
}

/* --- all that is there --- */

static enum rc ask_query(struct connector_talk *t, unsigned int page,
    struct connector_request *q, struct err *e)
{
	enum rc rc;

	q->op = OP_QUERY;
	q->content_type = "application/json; charset=utf-8";
	buf_add_str(&q->body, "{\"query\":\"SELECT * FROM enrollments\"}");
	rc = azure_auth_begin(t, q, "POST", "/enrollments/query?" VERSION, e);
	azure_sync_page(t, q, page);
	return rc;
}

static enum rc list_one(struct connector_talk *t, json_t *o, struct err *e)
{
	const char *id =
	    json_string_value(json_object_get(o, "registrationId"));
	struct connector_item item;
	struct azure_sync_found f;

	if (!id || id[0] == '\0' || strlen(id) >= CONNECTOR_NAME_SIZE ||
	    !read_enrolment(o, &f))
		return azure_answer_garbage(e, "it describes no enrolment");
	(void)snprintf(item.key, sizeof(item.key), "enrollment/%s", id);
	azure_sync_value(&f, item.value);
	return t->item(t->ctx, &item, e);
}

static enum rc take_list(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	json_t *root;
	size_t i;
	enum rc rc = RC_OK;

	if (a->status != 200)
		return azure_answer_fault(a, "The provisioning service", e);
	root = azure_answer_json(a);
	if (!json_is_array(root))
		rc = azure_answer_garbage(e, "it is no list");
	for (i = 0; rc == RC_OK && i < json_array_size(root); i++)
		rc = list_one(t, json_array_get(root, i), e);
	json_decref(root);
	return rc == RC_OK ? azure_sync_next(t, a, e) : rc;
}

/* --- what the credentials may --- */

enum test_step { TEST_READ, TEST_WRITE, TEST_OVER };

/* No enrolment of ours, and none that anybody would have. */
#define NOBODY "/enrollments/birthmark-connection-test?" VERSION

static const struct {
	const char *name, *good, *bad;
} tests[] = {
    [TEST_READ] = {"enrolment-read",
	"The service answers and lets enrolments be read.",
	"The right to read enrolments is missing."},
    [TEST_WRITE] = {"enrolment-write",
	"The service lets enrolments be changed.",
	"The right to write enrolments is missing."},
};

static enum rc ask_test(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	enum rc rc;

	if (t->step >= TEST_OVER) {
		t->over = true;
		return RC_OK;
	}
	t->check = tests[t->step].name;
	q->op = OP_ENROLMENT;
	if (t->step == TEST_READ)
		return azure_auth_begin(t, q, "GET", NOBODY, e);
	/* Deleting what is not there needs the right to. */
	rc = azure_auth_begin(t, q, "DELETE", NOBODY, e);
	buf_add_str(&q->headers, "If-Match: \"none\"\n");
	return rc;
}

static enum rc take_test(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	bool ok = a->status == 200 || a->status == 404 || a->status == 412;

	if (t->step >= TEST_OVER)
		return err_set(e, RC_BUG, "nothing-sent", "Nothing was sent.");
	if (azure_answer_lacks_right(a))
		return err_set(e, RC_DENIED, "cloud-right-missing", "%s",
		    tests[t->step].bad);
	if (!ok)
		return azure_answer_fault(a, "The provisioning service", e);
	azure_sync_check(t, tests[t->step].name, tests[t->step].good);
	t->over = ++t->step == TEST_OVER;
	return RC_OK;
}

/* --- the connector --- */

static enum rc dps_ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	switch (t->verb) {
	case CONNECTOR_LOGIN:
		q->op = OP_LOGIN;
		return azure_auth_ask(t, SCOPE, q, e);
	case CONNECTOR_SYNC:
		return ask_sync(t, q, e);
	case CONNECTOR_LIST:
		return ask_query(t, PAGE, q, e);
	case CONNECTOR_TEST:
		return ask_test(t, q, e);
	}
	return err_set(e, RC_BUG, "verb", "An unknown verb.");
}

static enum rc dps_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	switch (t->verb) {
	case CONNECTOR_LOGIN:
		return azure_auth_take(t, a, e);
	case CONNECTOR_SYNC:
		return take_sync(t, a, e);
	case CONNECTOR_LIST:
		return take_list(t, a, e);
	case CONNECTOR_TEST:
		return take_test(t, a, e);
	}
	return err_set(e, RC_BUG, "verb", "An unknown verb.");
}

static size_t dps_expect(const struct connector_way *way,
    const struct connector_device *d,
    struct connector_item out[CONNECTOR_ITEMS_MAX])
{
	return azure_sync_expect(way, d, &kind, out);
}

const struct connector azure_dps_connector = {
    .rules = {.type = "azure-dps",
	.title = "Azure Device Provisioning Service",
	.group = GROUP,
	.can_remove = true,
	.can_suspend = true,
	.can_list = true,
	.fields = fields,
	.ops = ops,
	.check = dps_check},
    .quota_key = dps_quota_key,
    .ask = dps_ask,
    .take = dps_take,
    .has_login = true,
    .expect = dps_expect,
    .clash = azure_sync_clash,
};
