/* The connector of type "azure-hub": devices in the identity registry of an
 * Azure IoT Hub, by the thumbprints of their certificates.
 * Must not change or remove a device that lets in another's key. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/azure_answer.h"
#include "cloud/azure_auth.h"
#include "cloud/azure_sync.h"

#define VERSION "api-version=2021-04-12"
#define SCOPE "https://iothubs.azure.net/.default"
#define PAGE 1000
#define PAGE_SMALL 100 /* for hubs that refuse the other */
#define LATE_MAX 3     /* waits for a query: 1, 2 and 4 s */

enum op { OP_REGISTRY, OP_QUERY, OP_LOGIN };

static const struct cloud_op ops[] = {
    {"registry", 100,
	"calls of the identity registry: 100 a minute for each unit of S1, S2, "
	"B1, B2 and F1, 5000 for each of S3 and B3"},
    {"query", 20, "queries: 20 a minute for each unit"},
    {"login", 60, "tokens of Entra ID"},
    {0},
};

static const struct cloud_field fields[] = {
    {.name = "host",
	.what = "Host name of the hub; known from a connection string",
	.fixed = true,
	.max = AZURE_AUTH_HOST_SIZE - 1,
	.example = "NAME.azure-devices.net"},
    {.name = "device_id",
	.what = "Template of device ids: {chip_id}, {fingerprint}, {batch}",
	.fixed = true,
	.max = 200,
	.example = "{chip_id}"},
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
	.what = "Connection string of a policy with registry read and write",
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

/* As the hub takes them, but for the quotation mark of its queries. */
static const struct connector_naming naming = {
    .allowed = "-.%_*?!(),:=@$",
    .max = 128,
};

static const char *name_template(json_t *settings)
{
	const char *s = connector_str(settings, "device_id");

	return s && s[0] != '\0' ? s : "{chip_id}";
}

static enum rc hub_check(json_t *settings, json_t *credentials, struct err *e)
{
	enum rc rc = azure_auth_check(settings, credentials, e);

	if (rc == RC_OK)
		rc = connector_name_check(name_template(settings), &naming, e);
	return rc;
}

static void hub_quota_key(const struct connector_way *way, char out[128])
{
	const char *host = connector_str(way->settings, "host");

	(void)snprintf(out, 128, "azure-hub/%.110s", host ? host : "");
}

static enum rc name_of(const struct connector_way *way,
    const struct connector_device *d, char out[CONNECTOR_NAME_SIZE],
    struct err *e)
{
	struct connector_device copy = *d;
	enum rc rc;

	rc = connector_name(name_template(way->settings), &naming, &copy, e);
	memcpy(out, copy.name, CONNECTOR_NAME_SIZE);
	return rc;
}

static const struct azure_sync_kind kind = {
    .name = name_of,
    .certs = connector_pair,
    .look = AZURE_SYNC_LOOK,
    .thing = "device",
};

/* --- devices become what is wanted --- */

static void put_authentication(struct json *w,
    const struct connector_cert *const pair[2], size_t n)
{
	json_key(w, "authentication");
	json_obj(w);
	json_put_str(w, "type", "selfSigned");
	json_key(w, "x509Thumbprint");
	json_obj(w);
	json_put_hex(w, "primaryThumbprint", span_of(pair[0]->fp, 32));
	if (n > 1)
		json_put_hex(w, "secondaryThumbprint",
		    span_of(pair[1]->fp, 32));
	json_end(w);
	json_end(w);
}

static void put_device(struct json *w, const struct azure_sync_slot *s,
    const struct connector_device *d)
{
	static const char *const modes[] = {
	    [AZURE_SYNC_CREATE] = "create",
	    [AZURE_SYNC_WRITE] = "updateIfMatchETag",
	    [AZURE_SYNC_DROP] = "deleteIfMatchETag",
	};
	const struct connector_cert *pair[2];
	size_t n;

	json_obj(w);
	json_put_str(w, "id", s->name);
	json_put_str(w, "importMode", modes[s->todo]);
	if (s->todo != AZURE_SYNC_CREATE)
		json_put_str(w, "eTag", s->etag);
	if (s->todo != AZURE_SYNC_DROP) {
		json_put_str(w, "status",
		    d->want == CONNECTOR_ADMIT ? "enabled" : "disabled");
		n = azure_sync_certs(&kind, d, pair);
		if (n > 0)
			put_authentication(w, pair, n);
	}
	json_end(w);
}

static enum rc ask_bulk(struct connector_talk *t, const size_t *idx, size_t n,
    struct connector_request *q, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct json w;
	size_t j;

	q->op = OP_REGISTRY;
	q->content_type = "application/json; charset=utf-8";
	json_init(&w, &q->body);
	json_arr(&w);
	for (j = 0; j < n; j++)
		put_device(&w, &slots[idx[j]], &t->devices[idx[j]]);
	json_end(&w);
	return azure_auth_begin(t, q, "POST", "/devices?" VERSION, e);
}

#define COLUMNS \
	"deviceId, deviceEtag, status, authenticationType, x509Thumbprint"

static enum rc ask_query(struct connector_talk *t, struct span query,
    struct connector_request *q, struct err *e)
{
	struct json w;

	q->op = OP_QUERY;
	q->content_type = "application/json; charset=utf-8";
	json_init(&w, &q->body);
	json_obj(&w);
	json_put_span(&w, "query", query);
	json_end(&w);
	return azure_auth_begin(t, q, "POST", "/devices/query?" VERSION, e);
}

static enum rc ask_look(struct connector_talk *t, const size_t *idx, size_t n,
    struct connector_request *q, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct buf query;
	enum rc rc;
	size_t j;

	buf_init(&query, 32768);
	buf_add_str(&query,
	    "SELECT " COLUMNS " FROM devices WHERE deviceId IN [");
	for (j = 0; j < n; j++)
		buf_addf(&query, "%s'%s'", j > 0 ? ", " : "",
		    slots[idx[j]].name);
	buf_add_str(&query, "]");
	rc = ask_query(t, buf_span(&query), q, e);
	buf_addf(&q->headers, "x-ms-max-item-count: %u\n", PAGE_SMALL);
	if (rc == RC_OK && !buf_ok(&query))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&query);
	return rc;
}

static enum rc ask_get(struct connector_talk *t, size_t i,
    struct connector_request *q, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct buf path;
	enum rc rc;

	buf_init(&path, 1024);
	buf_add_str(&path, "/devices/");
	enc_percent(&path, span_str(slots[i].name));
	buf_add_str(&path, "?" VERSION);
	q->op = OP_REGISTRY;
	rc = azure_auth_begin(t, q, "GET", buf_cstr(&path), e);
	buf_clear(&path);
	return rc;
}

static enum rc ask_sync(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	size_t idx[AZURE_SYNC_GROUP_MAX], n;

	if (t->n == 0) {
		t->over = true;
		return RC_OK;
	}
	if (!slots)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	n = azure_sync_pick(t, &kind, true, idx);
	if (n == 0) {
		t->over = true;
		return RC_OK;
	}
	if (slots[idx[0]].todo == AZURE_SYNC_LOOK)
		return ask_look(t, idx, n, q, e);
	if (slots[idx[0]].todo == AZURE_SYNC_GET)
		return ask_get(t, idx[0], q, e);
	return ask_bulk(t, idx, n, q, e);
}

/* --- what the hub has --- */

/* One device, as the registry has it or as a query gives it. */
static bool read_device(json_t *o, struct azure_sync_found *f)
{
	const char *status = json_string_value(json_object_get(o, "status"));
	json_t *auth = json_object_get(o, "authentication");
	json_t *type = auth ? json_object_get(auth, "type")
			    : json_object_get(o, "authenticationType");
	json_t *thumbs = json_object_get(auth ? auth : o, "x509Thumbprint");
	const char *etag =
	    json_string_value(json_object_get(o, auth ? "etag" : "deviceEtag"));

	memset(f, 0, sizeof(*f));
	f->way_in = json_string_value(type);
	if (!status || !f->way_in ||
	    (strcmp(status, "enabled") != 0 && strcmp(status, "disabled") != 0))
		return false;
	f->enabled = status[0] == 'e';
	f->by_thumbprint = strcmp(f->way_in, "selfSigned") == 0;
	if (etag && !span_copy_str(span_str(etag), f->etag, sizeof(f->etag)))
		return false;
	return !f->by_thumbprint ||
	    (azure_sync_thumb(json_object_get(thumbs, "primaryThumbprint"),
		 f) &&
		azure_sync_thumb(json_object_get(thumbs, "secondaryThumbprint"),
		    f));
}

static enum rc take_get(struct connector_talk *t, size_t i,
    const struct connector_answer *a, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct azure_sync_found f;
	char text[CONNECTOR_TEXT_SIZE];
	const char *id;
	json_t *root;
	enum rc rc = RC_OK;

	azure_answer_text(a, text);
	if (a->status == 404 && strstr(text, "DeviceNotFound")) {
		azure_sync_judge(t, &kind, i, NULL);
		return RC_OK;
	}
	if (a->status != 200)
		return azure_answer_fault(a, "The hub", e);
	root = azure_answer_json(a);
	id = json_string_value(json_object_get(root, "deviceId"));
	if (!id || strcmp(id, slots[i].name) != 0)
		rc = azure_answer_garbage(e, "it is of another device");
	else if (!read_device(root, &f) || f.etag[0] == '\0')
		rc = azure_answer_garbage(e, "it describes no device");
	else
		azure_sync_judge(t, &kind, i, &f);
	json_decref(root);
	return rc;
}

static size_t find_name(const struct azure_sync_slot *slots, const size_t *idx,
    size_t n, const char *id)
{
	size_t j;

	for (j = 0; id && j < n; j++)
		if (strcmp(slots[idx[j]].name, id) == 0)
			return j;
	return n;
}

/* All must be readable before any of it counts. */
static enum rc check_page(json_t *root, const struct azure_sync_slot *slots,
    const size_t *idx, size_t n, struct err *e)
{
	bool seen[AZURE_SYNC_GROUP_MAX] = {false};
	struct azure_sync_found f;
	size_t i, j;

	if (!json_is_array(root))
		return azure_answer_garbage(e, "it is no list");
	for (i = 0; i < json_array_size(root); i++) {
		json_t *o = json_array_get(root, i);

		j = find_name(slots, idx, n,
		    json_string_value(json_object_get(o, "deviceId")));
		if (j == n || seen[j])
			return azure_answer_garbage(e,
			    "it lists what was not asked for");
		if (!read_device(o, &f))
			return azure_answer_garbage(e,
			    "it describes no device");
		seen[j] = true;
	}
	return RC_OK;
}

/* Those that a query did not show.  Of what is known to be there it is only
 * late: asked again a little later, one call tells of a hundred. */
static enum rc look_further(struct connector_talk *t, const size_t *idx,
    size_t n, bool has_queries, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	bool wait = has_queries && t->at < LATE_MAX, late = false;
	size_t i;
	enum rc rc;

	for (i = 0; i < n; i++) {
		struct azure_sync_slot *s = &slots[idx[i]];

		if (s->todo != AZURE_SYNC_LOOK)
			continue;
		if (wait && s->is_wanted)
			late = true;
		else
			s->todo = AZURE_SYNC_GET;
	}
	if (!late)
		return RC_OK;
	rc = err_set(e, RC_LIMIT, "cloud-late",
	    "The hub does not show its newest devices to queries yet.");
	if (e)
		e->retry_after_s = 1u << t->at;
	t->at++;
	return rc;
}

static enum rc take_look(struct connector_talk *t, const size_t *idx, size_t n,
    const struct connector_answer *a, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	struct azure_sync_found f;
	json_t *root = NULL;
	size_t i, found = 0;
	bool more;
	enum rc rc = RC_OK;

	/* Where queries are not to be had, each is looked up by itself: the
	 * basic tier, credentials without the right to read twins. */
	if (a->status != 200 && a->status != 400 &&
	    !azure_answer_lacks_right(a))
		return azure_answer_fault(a, "The hub", e);
	more =
	    a->status == 200 && connector_header(a, "x-ms-continuation").n > 0;
	if (a->status == 200) {
		root = azure_answer_json(a);
		rc = check_page(root, slots, idx, n, e);
		found = json_array_size(root);
	}
	for (i = 0; rc == RC_OK && i < found; i++) {
		json_t *o = json_array_get(root, i);
		size_t j = find_name(slots, idx, n,
		    json_string_value(json_object_get(o, "deviceId")));

		if (!read_device(o, &f))
			continue;
		f.may_be_old = true;
		/* A verdict to leave a device alone needs what is so now. */
		if (!f.by_thumbprint)
			slots[idx[j]].todo = AZURE_SYNC_GET;
		else
			azure_sync_judge(t, &kind, idx[j], &f);
		if (t->out[idx[j]].result == CONNECTOR_CONFLICT ||
		    t->out[idx[j]].result == CONNECTOR_SAME) {
			t->out[idx[j]].result = CONNECTOR_NONE;
			t->out[idx[j]].message[0] = '\0';
			slots[idx[j]].todo = AZURE_SYNC_GET;
		}
	}
	if (rc == RC_OK && (!more || found == 0))
		rc = look_further(t, idx, n, a->status == 200, e);
	json_decref(root);
	return rc;
}

static enum rc take_sync(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	struct azure_sync_slot *slots = azure_sync_slots(t, &kind);
	size_t idx[AZURE_SYNC_GROUP_MAX];
	struct azure_sync_sent sent = {.idx = idx, .names = "deviceId"};
	enum rc rc;

	sent.n = azure_sync_pick(t, &kind, true, idx);
	if (sent.n == 0)
		return err_set(e, RC_BUG, "nothing-sent", "Nothing was sent.");
	if (slots[idx[0]].todo == AZURE_SYNC_LOOK)
		rc = take_look(t, idx, sent.n, a, e);
	else if (slots[idx[0]].todo == AZURE_SYNC_GET)
		rc = take_get(t, idx[0], a, e);
	else
		rc = azure_sync_done(t, &kind, &sent, a, e);
	if (rc == RC_OK)
		t->over = azure_sync_pick(t, &kind, true, idx) == 0;
	return rc;
}

/* --- all that is there --- */

static enum rc ask_list(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	enum rc rc =
	    ask_query(t, SPAN_LIT("SELECT " COLUMNS " FROM devices"), q, e);

	azure_sync_page(t, q, t->at == 0 ? PAGE : PAGE_SMALL);
	return rc;
}

static enum rc list_one(struct connector_talk *t, json_t *o, struct err *e)
{
	const char *id = json_string_value(json_object_get(o, "deviceId"));
	struct connector_item item;
	struct azure_sync_found f;

	if (!id || id[0] == '\0' || strlen(id) >= CONNECTOR_NAME_SIZE ||
	    !read_device(o, &f))
		return azure_answer_garbage(e, "it describes no device");
	(void)snprintf(item.key, sizeof(item.key), "device/%s", id);
	azure_sync_value(&f, item.value);
	return t->item(t->ctx, &item, e);
}

static enum rc take_list(struct connector_talk *t,
    const struct connector_answer *a, struct err *e)
{
	json_t *root;
	size_t i;
	enum rc rc = RC_OK;

	if (a->status == 400 && t->at == 0) {
		t->at = 1;
		return RC_OK;
	}
	if (a->status != 200)
		return azure_answer_fault(a, "The hub", e);
	root = azure_answer_json(a);
	if (!json_is_array(root))
		rc = azure_answer_garbage(e, "it is no list");
	for (i = 0; rc == RC_OK && i < json_array_size(root); i++)
		rc = list_one(t, json_array_get(root, i), e);
	json_decref(root);
	return rc == RC_OK ? azure_sync_next(t, a, e) : rc;
}

/* --- what the credentials may --- */

enum test_step { TEST_READ, TEST_QUERY, TEST_WRITE, TEST_OVER };

/* No device of ours, and none that anybody would have. */
#define NOBODY "/devices/birthmark-connection-test?" VERSION

static const struct {
	const char *name, *good, *bad;
} tests[] = {
    [TEST_READ] = {"registry-read", "The hub answers and lets devices be read.",
	"The right to read the registry is missing."},
    [TEST_QUERY] = {"query", "Devices can be looked up by the hundred.",
	"Queries are refused (the right to read twins, the standard tier): "
	"devices are looked up one by one, and audits are not possible."},
    [TEST_WRITE] = {"registry-write", "The hub lets devices be changed.",
	"The right to write the registry is missing."},
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
	if (t->step == TEST_QUERY)
		return ask_query(t,
		    SPAN_LIT("SELECT deviceId FROM devices WHERE deviceId = "
			     "'birthmark-connection-test'"),
		    q, e);
	q->op = OP_REGISTRY;
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
	if (azure_answer_lacks_right(a) ||
	    (t->step == TEST_QUERY && a->status == 400))
		return err_set(e, RC_DENIED, "cloud-right-missing", "%s",
		    tests[t->step].bad);
	if (!ok)
		return azure_answer_fault(a, "The hub", e);
	azure_sync_check(t, tests[t->step].name, tests[t->step].good);
	t->over = ++t->step == TEST_OVER;
	return RC_OK;
}

/* --- the connector --- */

static enum rc hub_ask(struct connector_talk *t, struct connector_request *q,
    struct err *e)
{
	switch (t->verb) {
	case CONNECTOR_LOGIN:
		q->op = OP_LOGIN;
		return azure_auth_ask(t, SCOPE, q, e);
	case CONNECTOR_SYNC:
		return ask_sync(t, q, e);
	case CONNECTOR_LIST:
		return ask_list(t, q, e);
	case CONNECTOR_TEST:
		return ask_test(t, q, e);
	}
	return err_set(e, RC_BUG, "verb", "An unknown verb.");
}

static enum rc hub_take(struct connector_talk *t,
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

static size_t hub_expect(const struct connector_way *way,
    const struct connector_device *d,
    struct connector_item out[CONNECTOR_ITEMS_MAX])
{
	return azure_sync_expect(way, d, &kind, out);
}

const struct connector azure_hub_connector = {
    .rules = {.type = "azure-hub",
	.title = "Azure IoT Hub",
	.group = AZURE_SYNC_GROUP_MAX,
	.can_remove = true,
	.can_suspend = true,
	.can_list = true,
	.fields = fields,
	.ops = ops,
	.check = hub_check},
    .quota_key = hub_quota_key,
    .ask = hub_ask,
    .take = hub_take,
    .has_login = true,
    .expect = hub_expect,
    .clash = azure_sync_clash,
};
