/* `birthmark device`: opens a chip, connects to a broker, reports.
 * Must not speak MQTT itself: device/ does. */
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/enc.h"
#include "base/json.h"
#include "cmd/cli.h"
#include "cmd/device_cmd.h"
#include "cmd/device_csr.h"
#include "cmd/device_power.h"
#include "cmd/device_talk.h"
#include "device/mqtt.h"

#define TIMEOUT_S 10

static void report_run(const struct chip *c, const char *broker,
    const struct mqtt_report *r, bool as_json)
{
	struct json w;
	struct buf b;

	if (!as_json) {
		(void)printf("device     %s\nbroker     %s\nconnected  %s\n"
			     "published  %u\n",
		    c->id, broker, r->connected ? "yes" : "no", r->published);
		if (r->reason[0])
			(void)printf("reason     %s\n", r->reason);
		return;
	}
	buf_init(&b, 8192);
	json_init(&w, &b);
	json_obj(&w);
	json_put_str(&w, "device", c->id);
	json_put_str(&w, "broker", broker);
	json_put_bool(&w, "connected", r->connected);
	json_put_u64(&w, "published", r->published);
	json_put_str_or_null(&w, "reason", r->reason);
	json_end(&w);
	cli_print_line(&b);
}

struct run {
	struct chip_place chip;
	const char *broker, *ca, *topic;
	uint64_t count, interval, timeout;
	bool json;
};

static enum rc run_chip(const struct run *f, struct err *e)
{
	struct mqtt_report report;
	struct mqtt_options o = {.ca_file = f->ca,
	    .topic = f->topic,
	    .count = (unsigned int)f->count,
	    .interval_s = (unsigned int)f->interval,
	    .timeout_s = (unsigned int)f->timeout,
	    .stop = device_power_stopped};
	char host[256];
	struct chip c;
	enum rc rc = device_power_split(f->broker, 8883, host, &o.port, e);

	if (rc != RC_OK)
		return rc;
	rc = chip_open(&c, &f->chip, e);
	if (rc != RC_OK)
		return rc;
	o.host = host;
	rc = mqtt_visit(&c, &o, &report, e);
	report_run(&c, f->broker, &report, f->json);
	chip_close(&c);
	return rc;
}

/* A refusal is a result, not a failure of this program: with --json the
 * report says it all. */
static int run_exit(enum rc rc, const struct err *e, bool as_json)
{
	if (rc == RC_OK)
		return 0;
	if (!as_json)
		(void)cli_fail(e);
	return 1;
}

static int run_main(int argc, char **argv)
{
	struct run f = {.count = 1, .interval = 1, .timeout = TIMEOUT_S};
	const struct args_opt opts[] = {
	    {"chip", 0, ARGS_STR, &f.chip.where, "CHIP",
		"chip file (PEM), pkcs11:..., tpm2:HANDLE[,tcti=...]"},
	    {"birth-certificate", 0, ARGS_STR, &f.chip.certificate, "FILE",
		"when it is not with the key: PEM, or the reel's manifest"},
	    {"broker", 0, ARGS_STR, &f.broker, "HOST:PORT", "MQTT broker"},
	    {"ca", 0, ARGS_STR, &f.ca, "FILE", "CA certificates of the broker"},
	    {"topic", 0, ARGS_STR, &f.topic, "TOPIC",
		"devices/ID/telemetry if not given"},
	    {"count", 'n', ARGS_U64, &f.count, "N", "messages (1)"},
	    {"interval", 'i', ARGS_U64, &f.interval, "S",
		"seconds between two (1)"},
	    {"timeout", 0, ARGS_U64, &f.timeout, "S",
		"seconds to wait for each answer (10)"},
	    {"json", 0, ARGS_FLAG, &f.json, NULL, "report as JSON"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {
	    "birthmark device run --chip FILE --broker HOST:PORT --ca FILE "
	    "[OPTION]...",
	    "Powers a device on: connects with the chip's birth certificate, "
	    "publishes, waits for its own messages, reports.",
	    opts, 0, 0};
	struct err e = {0};
	enum rc rc = RC_OK;
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (!f.chip.where || !f.broker || !f.ca)
		rc = err_set(&e, RC_INVALID, "usage",
		    "Give --chip, --broker and --ca.");
	if (rc == RC_OK &&
	    (f.count > 1000000000 || f.interval > 86400 || f.timeout == 0 ||
		f.timeout > 3600))
		rc = err_set(&e, RC_INVALID, "usage",
		    "A number is out of range.");
	if (rc != RC_OK) {
		(void)cli_fail(&e);
		return 2;
	}
	device_power_signals();
	rc = run_chip(&f, &e);
	return run_exit(rc, &e, f.json);
}

static void show(const struct chip *c, bool as_json)
{
	uint8_t fp[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];
	struct buf b, issuer;
	struct json w;

	cert_fingerprint(buf_span(&c->der), fp);
	enc_hex_str(hex, span_of(fp, sizeof(fp)));
	buf_init(&issuer, 4096);
	cert_name_text(c->cert.issuer, &issuer);
	if (!as_json) {
		(void)printf("device       %s\nfingerprint  %s\n"
			     "key          %s\nissuer       %s\n"
			     "chain        %zu certificates\n",
		    c->id, hex, key_type_name(c->key_type), buf_cstr(&issuer),
		    c->chain_n);
	} else {
		buf_init(&b, 16384);
		json_init(&w, &b);
		json_obj(&w);
		json_put_str(&w, "device", c->id);
		json_put_str(&w, "fingerprint", hex);
		json_put_str(&w, "key", key_type_name(c->key_type));
		json_put_span(&w, "issuer", buf_span(&issuer));
		json_put_u64(&w, "chain", c->chain_n);
		json_end(&w);
		cli_print_line(&b);
	}
	buf_clear(&issuer);
}

static int show_main(int argc, char **argv)
{
	struct chip_place place = {0};
	bool as_json = false;
	const struct args_opt opts[] = {
	    {"chip", 0, ARGS_STR, &place.where, "CHIP",
		"chip file (PEM), pkcs11:..., tpm2:HANDLE[,tcti=...]"},
	    {"birth-certificate", 0, ARGS_STR, &place.certificate, "FILE",
		"when it is not with the key: PEM, or the reel's manifest"},
	    {"json", 0, ARGS_FLAG, &as_json, NULL, "as JSON"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"birthmark device show --chip FILE",
	    "Tells what a chip is, without using its key.", opts, 0, 0};
	struct err e = {0};
	struct chip c;
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (chip_open(&c, &place, &e) != RC_OK)
		return cli_fail(&e);
	show(&c, as_json);
	chip_close(&c);
	return 0;
}

static bool has_chip(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--chip") == 0 ||
		    span_starts(span_str(argv[i]), SPAN_LIT("--chip=")))
			return true;
	return false;
}

int device_cmd_main(int argc, char **argv)
{
	/* Verbs of the reference device; the others ask the service. */
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {{"csr", device_csr_main}, {"power-on", device_power_main},
	    {"listen", device_talk_listen_main}, {"talk", device_talk_main},
	    {"run", run_main}, {"show", show_main}};
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0 &&
		    (verbs[i].run != show_main || has_chip(argc, argv)))
			return verbs[i].run(argc - 1, argv + 1);
	return cli_main(argc, argv);
}
