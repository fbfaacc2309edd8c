/* Devices of the demonstration, run by `birthmark device`.
 * Must do nothing that a user could not do with the same program. */
#include "cmd/demo_device.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/demo_scene.h"
#include "cmd/proc.h"

#define OUTPUT_MAX (256 * 1024)
#define SETTLE_MS 10000
#define SAID "{\"temperature\":18.5}"

enum rc demo_device_take(struct demo *d, const char *reel, unsigned int index,
    struct demo_device *out, struct err *e)
{
	char name[96];
	enum rc rc = demo_scene_chip(d, reel, index, out->chip, e);

	(void)snprintf(out->name, sizeof(out->name), "%s-%u", reel, index);
	(void)snprintf(name, sizeof(name), "device-%s", out->name);
	return rc == RC_OK ? stage_path(&d->stage, name, out->state, e) : rc;
}

/* The report's own reason, of the device or of its broker. */
static enum rc judge(json_t *report, int status, struct span err_out,
    struct err *e)
{
	json_t *broker = json_object_get(report, "broker");
	const char *why = json_string_value(json_object_get(report, "reason"));
	const char *word = json_string_value(json_object_get(report, "why"));

	if (status == 0)
		return RC_OK;
	if (report == NULL)
		return stage_refusal(err_out, status, "device", e);
	if (why == NULL)
		why = json_string_value(json_object_get(broker, "reason"));
	return err_set(e, RC_DENIED, "refused", "%s%s%s%s",
	    why == NULL ? "The device gave no reason." : why,
	    word == NULL ? "" : " [", word == NULL ? "" : word,
	    word == NULL ? "" : "]");
}

static enum rc run(const struct proc_cmd *cmd, json_t **report, struct err *e)
{
	struct buf out, err_out;
	json_t *got = NULL;
	int status = 0;
	enum rc rc;

	buf_init(&out, OUTPUT_MAX);
	buf_init(&err_out, OUTPUT_MAX);
	rc = proc_run(cmd, &status, &out, &err_out, e);
	if (rc == RC_OK) {
		got = json_loadb((const char *)out.p, out.n, 0, NULL);
		rc = judge(got, status, buf_span(&err_out), e);
	}
	if (rc == RC_OK && report != NULL)
		*report = json_incref(got);
	json_decref(got);
	buf_clear(&out);
	buf_clear(&err_out);
	return rc;
}

static void add(struct proc_cmd *cmd, const char *name, const char *value)
{
	size_t n = 0;

	if (value == NULL)
		return;
	while (cmd->argv[n] != NULL)
		n++;
	if (n + 3 < PROC_ARGS_MAX) {
		cmd->argv[n] = name;
		cmd->argv[n + 1] = value;
	}
}

/* Peers and status proof are fetched with the new certificate, whose CA the
 * device port may have to hear of first. */
static bool is_settled(json_t *report)
{
	return json_is_null(json_object_get(report, "why")) &&
	    json_is_true(json_object_get(json_object_get(report, "certificate"),
		"proof"));
}

enum rc demo_device_boot(struct demo *d, const struct demo_device *dev,
    const struct demo_device_boot *how, json_t **report, struct err *e)
{
	int64_t until = clock_mono_ms() + SETTLE_MS;
	char url[64], anchors[STAGE_PATH], voucher[STAGE_PATH];
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "device", "power-on", "--chip", dev->chip,
		"--state", dev->state, "--once", "--json"}};
	json_t *got = NULL;
	enum rc rc;

	(void)snprintf(url, sizeof(url), "https://localhost:%s",
	    stage_get(&d->stage, "device.port"));
	rc = stage_path(&d->stage, "service/tls/cert.pem", anchors, e);
	if (rc == RC_OK)
		rc = stage_path(&d->stage, "service/signer/voucher-cert.pem",
		    voucher, e);
	add(&cmd, "--registrar", how->registrar ? how->registrar : url);
	add(&cmd, "--anchors", anchors);
	add(&cmd, "--voucher-anchor",
	    how->voucher_anchor ? how->voucher_anchor : voucher);
	add(&cmd, "--claim-voucher", how->claim_voucher);
	add(&cmd, "--broker", how->broker);
	add(&cmd, "--renew-before", how->renew_before);
	add(&cmd, "--timeout", how->timeout);
	while (rc == RC_OK) {
		json_decref(got);
		got = NULL;
		rc = run(&cmd, &got, e);
		if (rc != RC_OK || !how->settle || is_settled(got) ||
		    clock_mono_ms() > until)
			break;
		clock_sleep_ms(100);
	}
	if (rc == RC_OK && report != NULL)
		*report = json_incref(got);
	json_decref(got);
	return rc;
}

static enum rc start(struct demo *d, const struct demo_device *dev,
    struct proc_cmd *cmd, pid_t *pid, struct err *e)
{
	char name[96], log[STAGE_PATH];
	enum rc rc;

	(void)snprintf(name, sizeof(name), "%s.log", dev->name);
	rc = stage_path(&d->stage, name, log, e);
	/* An earlier run's words are not this one's. */
	(void)remove(log);
	cmd->log = log;
	if (rc == RC_OK)
		rc = proc_start(cmd, pid, e);
	cmd->log = NULL;
	return rc;
}

enum rc demo_device_stay(struct demo *d, const struct demo_device *dev,
    const char *broker, pid_t *pid, struct err *e)
{
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "device", "power-on", "--chip", dev->chip,
		"--state", dev->state, "--broker", broker}};

	return start(d, dev, &cmd, pid, e);
}

enum rc demo_device_await(struct demo *d, const struct demo_device *dev,
    const char *text, unsigned int ms, struct err *e)
{
	int64_t until = clock_mono_ms() + ms;
	char name[96], log[STAGE_PATH];
	struct buf b;
	bool found = false;
	enum rc rc;

	buf_init(&b, OUTPUT_MAX);
	(void)snprintf(name, sizeof(name), "%s.log", dev->name);
	rc = stage_path(&d->stage, name, log, e);
	while (rc == RC_OK && !found) {
		buf_reset(&b);
		if (file_exists(log))
			rc = file_read(log, &b, e);
		found = b.n > 0 && memmem(b.p, b.n, text, strlen(text)) != NULL;
		if (rc == RC_OK && !found && clock_mono_ms() > until)
			rc = err_set(e, RC_ENV, "silent",
			    "The device %s did not say \"%s\" in time: %.*s",
			    dev->name, text, (int)b.n, (const char *)b.p);
		if (rc == RC_OK && !found)
			clock_sleep_ms(20);
	}
	buf_clear(&b);
	return rc;
}

enum rc demo_device_listen(struct demo *d, const struct demo_device *dev,
    const char *port, const char *proof_age, pid_t *pid, struct err *e)
{
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "device", "listen", "--chip", dev->chip,
		"--state", dev->state, "--address", "127.0.0.1", "--port"}};
	unsigned int n = 0;
	char text[16];
	enum rc rc = stage_port(&d->stage, port, 0, &n, e);

	(void)snprintf(text, sizeof(text), "%u", n);
	cmd.argv[10] = text;
	add(&cmd, "--proof-age", proof_age);
	if (rc == RC_OK)
		rc = start(d, dev, &cmd, pid, e);
	return rc == RC_OK
	    ? demo_device_await(d, dev, "listening on port", 10000, e)
	    : rc;
}

enum rc demo_device_talk(struct demo *d, const struct demo_device *dev,
    const char *port, struct buf *answer, struct err *e)
{
	char peer[64];
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "device", "talk", "--chip", dev->chip,
		"--state", dev->state, "--json", "--message", SAID, peer}};
	json_t *report = NULL;
	const char *said;
	enum rc rc;

	(void)snprintf(peer, sizeof(peer), "localhost:%s",
	    stage_get(&d->stage, port));
	rc = run(&cmd, &report, e);
	said = json_string_value(json_object_get(report, "received"));
	if (rc == RC_OK && answer != NULL && said != NULL)
		buf_add_str(answer, said);
	json_decref(report);
	return rc;
}
