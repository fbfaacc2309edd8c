/* The scenes of the demonstration: from the fab to the first connect.
 * Each uses the programs and the REST interface that users have. */
#include "cmd/demo_scene.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/cli_special.h"
#include "cmd/proc.h"

#define DEVICES_ON 5

static enum rc open_fab(struct demo *d, struct err *e)
{
	return stage_api_fab(&d->stage, "Virtual Chips", e);
}

static enum rc personalise(struct demo *d, struct err *e)
{
	return stage_api_reel(&d->stage, "story", DEMO_BATCH, DEMO_COUNT, false,
	    e);
}

static enum rc start_service(struct demo *d, struct err *e)
{
	enum rc rc = stage_start_pki(&d->stage, e);

	if (rc == RC_OK)
		rc = stage_start_service(&d->stage, e);
	return rc;
}

static enum rc set_up(struct demo *d, struct err *e)
{
	struct stage *s = &d->stage;
	enum rc rc = stage_api_vendor(s, "Virtual Chips", e);

	if (rc == RC_OK)
		rc = stage_api_account(s, "admin", "Dishwashers Ltd", e);
	if (rc == RC_OK)
		rc = stage_api_member(s, "admin", "operator", "operator", e);
	if (rc == RC_OK)
		rc = stage_api_account(s, "rival", "Rival Ltd", e);
	if (rc == RC_OK)
		rc = stage_api_clouds(s, DEMO_PRODUCT, e);
	if (rc == RC_OK)
		rc = stage_api_login(s, "admin", &d->admin, e);
	if (rc == RC_OK)
		rc = stage_api_login(s, "operator", &d->operator_, e);
	if (rc == RC_OK)
		rc = stage_api_login(s, "rival", &d->rival, e);
	if (rc == RC_OK)
		rc = stage_api_login(s, "vendor", &d->vendor, e);
	if (rc == RC_OK)
		(void)span_copy_str(span_str(stage_get(s, "admin.account")),
		    d->admin.account, CLIENT_TEXT);
	return rc;
}

static enum rc publish(struct demo *d, struct err *e)
{
	return stage_api_publish(&d->stage, "story", e);
}

enum rc demo_scene_label(struct demo *d, const char *reel, char *out,
    size_t cap, struct err *e)
{
	char name[128], path[STAGE_PATH];
	struct span rest, line;
	struct buf b;
	enum rc rc;

	out[0] = '\0';
	buf_init(&b, 64 * 1024);
	(void)snprintf(name, sizeof(name), "reels/%s/label.txt", reel);
	rc = stage_path(&d->stage, name, path, e);
	if (rc == RC_OK)
		rc = file_read(path, &b, e);
	rest = buf_span(&b);
	while (rest.n > 0 && out[0] == '\0') {
		const uint8_t *at;

		(void)span_cut(&rest, '\n', &line);
		at = memmem(line.p, line.n, "https://", 8);
		if (at == NULL)
			continue;
		line = span_sub(line, (size_t)(at - line.p), line.n);
		(void)span_copy_str(line, out, cap);
	}
	buf_clear(&b);
	if (rc == RC_OK && out[0] == '\0')
		rc = err_set(e, RC_INVALID, "no-label",
		    "The label's text holds no address.");
	return rc;
}

static enum rc bind_label(struct demo *d, struct err *e)
{
	char path[256];
	enum rc rc =
	    demo_scene_label(d, "story", d->label, sizeof(d->label), e);

	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/bindings",
	    stage_get(&d->stage, "admin.account"));
	if (rc == RC_OK)
		rc = stage_api_call(&d->operator_, "POST", path,
		    json_pack("{s:s,s:s}", "label", d->label, "product",
			stage_get(&d->stage, "product")),
		    NULL, e);
	return rc;
}

static enum rc provision(struct demo *d, const char *cloud, json_int_t *done,
    struct err *e)
{
	json_t *answer = NULL, *job = NULL;
	char path[256];
	enum rc rc;

	(void)snprintf(path, sizeof(path),
	    "/api/v1/accounts/%s/batches/" DEMO_BATCH "/provision",
	    stage_get(&d->stage, "admin.account"));
	rc = stage_api_call(&d->admin, "POST", path,
	    json_pack("{s:s}", "cloud", stage_get(&d->stage, cloud)), &answer,
	    e);
	if (rc == RC_OK)
		rc = cli_special_follow(&d->admin,
		    json_string_value(json_object_get(answer, "id")), &job, e);
	*done = json_integer_value(json_object_get(job, "done"));
	json_decref(answer);
	json_decref(job);
	return rc;
}

static enum rc provision_interop(struct demo *d, struct err *e)
{
	json_int_t done = 0;
	enum rc rc = stage_api_interop_key(&d->stage, e);

	if (rc == RC_OK)
		rc = stage_start_receiver(&d->stage, e);
	if (rc == RC_OK)
		rc = provision(d, "cloud.interop", &done, e);
	if (rc == RC_OK && done != DEMO_COUNT)
		rc = err_set(e, RC_INVALID, "count",
		    "The receiver took %lld of %d devices.", (long long)done,
		    DEMO_COUNT);
	return rc;
}

static enum rc provision_gate(struct demo *d, struct err *e)
{
	json_int_t done = 0;
	enum rc rc = stage_start_gate(&d->stage, e);

	if (rc == RC_OK)
		rc = provision(d, "cloud.gate", &done, e);
	if (rc == RC_OK && done != DEMO_COUNT)
		rc = err_set(e, RC_INVALID, "count",
		    "The gate took %lld of %d devices.", (long long)done,
		    DEMO_COUNT);
	return rc;
}

static int is_chip(const struct dirent *f)
{
	size_t n = strlen(f->d_name);

	return n > 4 && strcmp(f->d_name + n - 4, ".pem") == 0;
}

enum rc demo_scene_chip(struct demo *d, const char *reel, unsigned int index,
    char *out, struct err *e)
{
	char name[128], dir[STAGE_PATH];
	struct dirent **list = NULL;
	int n, i;
	enum rc rc;

	(void)snprintf(name, sizeof(name), "reels/%s/chips", reel);
	rc = stage_path(&d->stage, name, dir, e);
	if (rc != RC_OK)
		return rc;
	n = scandir(dir, &list, is_chip, alphasort);
	if (n <= (int)index)
		rc = err_set(e, RC_NOT_FOUND, "no-chip",
		    "%s holds no chip number %u.", dir, index);
	else
		rc = file_join(out, STAGE_PATH, dir, list[index]->d_name, e);
	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return rc;
}

static enum rc judge_device(struct buf *out, int status, struct err *e)
{
	json_t *report = json_loadb((const char *)out->p, out->n, 0, NULL);
	const char *why = json_string_value(json_object_get(report, "reason"));
	enum rc rc = RC_OK;

	if (status != 0 || !json_is_true(json_object_get(report, "connected")))
		rc = err_set(e, RC_DENIED, "refused", "%s",
		    why == NULL ? "the device gave no reason" : why);
	json_decref(report);
	return rc;
}

enum rc demo_scene_power_on(struct demo *d, const char *chip, struct err *e)
{
	char ca[STAGE_PATH], broker[64];
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "device", "run", "--chip", chip, "--broker",
		broker, "--ca", ca, "--json"}};
	struct buf out;
	int status = 0;
	enum rc rc;

	buf_init(&out, 64 * 1024);
	(void)snprintf(broker, sizeof(broker), "localhost:%s",
	    stage_get(&d->stage, "broker.port"));
	rc = stage_path(&d->stage, "broker/ca.pem", ca, e);
	if (rc == RC_OK)
		rc = proc_run(&cmd, &status, &out, NULL, e);
	if (rc == RC_OK)
		rc = judge_device(&out, status, e);
	buf_clear(&out);
	return rc;
}

static enum rc power_on(struct demo *d, struct err *e)
{
	enum rc rc = stage_start_broker(&d->stage, e);
	char chip[STAGE_PATH];
	unsigned int i;

	for (i = 0; rc == RC_OK && i < DEVICES_ON; i++) {
		rc = demo_scene_chip(d, "story", i * (DEMO_COUNT / DEVICES_ON),
		    chip, e);
		if (rc == RC_OK)
			rc = demo_scene_power_on(d, chip, e);
	}
	return rc;
}

/* Asks the gate about the certificate in a chip file. */
static enum rc ask_gate(struct demo *d, const char *chip, json_t **answer,
    struct err *e)
{
	struct fetch_options o = {.allow_http = true,
	    .allow_private = true,
	    .connect_ms = 2000,
	    .total_ms = 5000,
	    .answer_max = 64 * 1024};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch *f = NULL;
	struct buf text, der, pem;
	struct fetch_answer a;
	char url[64];
	struct span rest;
	enum rc rc;

	buf_init(&text, 64 * 1024);
	buf_init(&der, 16 * 1024);
	buf_init(&pem, 32 * 1024);
	fetch_answer_init(&a);
	rc = file_read(chip, &text, e);
	rest = buf_span(&text);
	if (rc == RC_OK && !enc_unpem(&der, "CERTIFICATE", &rest))
		rc = err_set(e, RC_INVALID, "no-certificate",
		    "%s holds no certificate.", chip);
	enc_pem(&pem, "CERTIFICATE", buf_span(&der));
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%s/admit",
	    stage_get(&d->stage, "gate.port"));
	r.method = "POST";
	r.url = url;
	r.content_type = "application/x-pem-file";
	r.body = buf_span(&pem);
	if (rc == RC_OK)
		rc = fetch_new(&f, &o, e);
	if (rc == RC_OK)
		rc = fetch_do(f, &r, &a, e);
	if (rc == RC_OK)
		*answer = json_loadb((const char *)a.body.p, a.body.n, 0, NULL);
	fetch_answer_clear(&a);
	fetch_free(f);
	buf_clear_secret(&text);
	buf_clear(&der);
	buf_clear(&pem);
	return rc;
}

static enum rc recognise(struct demo *d, struct err *e)
{
	char chip[STAGE_PATH];
	enum rc rc = RC_OK;
	unsigned int i;

	for (i = 0; rc == RC_OK && i < DEVICES_ON; i++) {
		json_t *answer = NULL;
		const char *product;

		rc = demo_scene_chip(d, "story", i * (DEMO_COUNT / DEVICES_ON),
		    chip, e);
		if (rc == RC_OK)
			rc = ask_gate(d, chip, &answer, e);
		product = json_string_value(json_object_get(answer, "product"));
		if (rc == RC_OK &&
		    (product == NULL || strcmp(product, DEMO_PRODUCT) != 0))
			rc = err_set(e, RC_INVALID, "not-recognised",
			    "The gate takes the device for \"%s\".",
			    product == NULL ? "nothing" : product);
		json_decref(answer);
	}
	return rc;
}

const struct demo_scene demo_scene_all[] = {
    {"the chip maker opens its fab", open_fab},
    {"the service starts", start_service},
    {"personalise 1,000 chips", personalise},
    {"vendor, account, product and clouds are set up", set_up},
    {"publish the manifest: every certificate checked", publish},
    {"bind the reel by the text of its label", bind_label},
    {"provision 1,000 devices to an interop receiver", provision_interop},
    {"provision 1,000 devices to the gate", provision_gate},
    {"devices are powered on and connect by mutual TLS", power_on},
    {"each is recognised as \"" DEMO_PRODUCT "\"", recognise},
    {NULL, NULL},
};
