/* `birthmark device power-on`: pumps the agent, keeps the broker's connection,
 * reports.  Must not know a protocol: device/ does. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/cli.h"
#include "cmd/device_power.h"
#include "device/agent_broker.h"

#define TURN_MS 200
#define PORT_MQTTS 8883

static volatile sig_atomic_t stopped;

struct power {
	struct agent_options o;
	const char *broker, *broker_ca;
	uint64_t timeout_s, renew_before_s;
	bool once, json;
	/* what runs */
	bool enrolled;
	struct agent agent;
	struct agent_broker *link;
	char host[256], reason[400];
	uint8_t used[DIGEST_SHA256]; /* certificate of the connection */
	struct bm_io io;
	enum bm_want want;
	unsigned int renewals;
	int64_t due_ms, enrolled_ms;
};

static void on_signal(int number)
{
	stopped = 1;
}

void device_power_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

bool device_power_stopped(void)
{
	return stopped != 0;
}

static void tell(const char *text)
{
	(void)fprintf(stderr, "%s\n", text);
}

enum rc device_power_split(const char *text, unsigned int fallback,
    char host[256], unsigned int *port, struct err *e)
{
	const char *colon = strrchr(text, ':');
	struct span h = span_str(text);
	uint64_t n = fallback;

	if (colon && !strchr(colon, ']')) {
		h.n = (size_t)(colon - text);
		if (!span_u64(span_str(colon + 1), 65535, &n))
			n = 0;
	}
	if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = span_sub(h, 1, h.n - 2);
	if (n == 0 || h.n == 0 || !span_copy_str(h, host, 256))
		return err_set(e, RC_INVALID, "usage",
		    "\"%.100s\" must be HOST:PORT, as in "
		    "mqtt.example.com:8883.",
		    text);
	*port = (unsigned int)n;
	return RC_OK;
}

/* The broker */

static enum rc start_broker(struct power *p, struct err *e)
{
	struct agent_broker_options o = {.host = p->host,
	    .device = p->agent.chip.id,
	    .timeout_ms = p->o.timeout_ms,
	    .stop = device_power_stopped,
	    .tell = tell};
	enum rc rc;

	rc = device_power_split(p->broker, PORT_MQTTS, p->host, &o.port, e);
	return rc == RC_OK ? agent_broker_new(&p->link, &o, e) : rc;
}

static enum rc use_identity(struct power *p, const struct agent_identity *id,
    struct err *e)
{
	const struct tls_self self = {id->key, buf_span(&id->der),
	    buf_span(&id->chain)};
	struct buf anchors;
	enum rc rc = RC_OK;

	buf_init(&anchors, id->anchors.max);
	if (p->broker_ca)
		rc = tls_read_anchors(p->broker_ca, &anchors, e);
	else
		buf_add_span(&anchors, buf_span(&id->anchors));
	if (rc == RC_OK)
		rc = agent_broker_use(p->link, &self, buf_span(&anchors), e);
	buf_clear(&anchors);
	return rc;
}

/* Notices the first operational certificate, and each new one. */
static enum rc note_identity(struct power *p, struct err *e)
{
	uint8_t now[DIGEST_SHA256];
	struct agent_identity id;
	enum rc rc;

	if (bm_state(&p->agent.bm) != BM_ENROLLED)
		return RC_OK;
	rc = agent_identity(&p->agent, &id, e);
	if (rc != RC_OK)
		return rc;
	cert_fingerprint(buf_span(&id.der), now);
	if (!p->enrolled || memcmp(now, p->used, sizeof(now)) != 0) {
		if (p->enrolled)
			p->renewals++;
		p->enrolled = true;
		p->enrolled_ms = clock_mono_ms();
		memcpy(p->used, now, sizeof(now));
		if (p->link)
			rc = use_identity(p, &id, e);
	}
	agent_identity_clear(&id);
	return rc;
}

/* The life of the device */

static void tell_step(const struct power *p)
{
	char line[512], when[CLOCK_TEXT_SIZE];

	if (p->want == BM_DONE) {
		clock_text(bm_renew_at(&p->agent.bm), when);
		(void)snprintf(line, sizeof(line),
		    "enrolled; renews its certificate from %s", when);
	} else {
		(void)snprintf(line, sizeof(line), "waits %u s: %s",
		    p->io.wait_s, p->reason);
	}
	tell(line);
}

static enum rc step(struct power *p, struct err *e)
{
	enum bm_why why;

	p->want = agent_step(&p->agent, &p->io);
	if (device_power_stopped())
		return RC_OK;
	why = p->io.why;
	p->reason[0] = '\0';
	if (why != BM_OK || p->want != BM_DONE)
		agent_reason(&p->agent, &p->io, p->reason, sizeof(p->reason));
	p->due_ms = clock_mono_ms() + (int64_t)p->io.wait_s * 1000;
	if (p->want == BM_FAILED)
		return err_set(e, RC_ENV, bm_why_text(why), "%s", p->reason);
	tell_step(p);
	return note_identity(p, e);
}

static bool is_over(const struct power *p)
{
	const struct agent_broker_report *r;

	if (!p->once || p->want != BM_DONE)
		return p->once;
	if (!p->link)
		return true;
	r = agent_broker_report(p->link);
	if (r->connected)
		return r->greeted || r->topic_refused;
	/* A broker may have to be told first of a new certificate. */
	return r->refusals > 0 &&
	    clock_mono_ms() - p->enrolled_ms > p->o.timeout_ms;
}

static enum rc live(struct power *p, struct err *e)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && !device_power_stopped()) {
		if (clock_mono_ms() >= p->due_ms)
			rc = step(p, e);
		if (rc != RC_OK || is_over(p))
			break;
		if (p->link && p->enrolled)
			agent_broker_turn(p->link, TURN_MS);
		else
			clock_sleep_ms(TURN_MS);
	}
	return rc;
}

/* The report */

static const char *state_text(const struct power *p)
{
	switch (bm_state(&p->agent.bm)) {
	case BM_OWNED:
		return "owned";
	case BM_ENROLLED:
		return "enrolled";
	default:
		return "new";
	}
}

static void put_name(struct json *w, const char *key, struct span name)
{
	struct buf text;

	buf_init(&text, 4096);
	cert_name_text(name, &text);
	json_put_span(w, key, buf_span(&text));
	buf_clear(&text);
}

static void put_identity(struct json *w, struct power *p)
{
	char serial[2 * 20 + 1];
	struct agent_identity id;

	json_key(w, "certificate");
	if (agent_identity(&p->agent, &id, NULL) != RC_OK) {
		json_nil(w);
		return;
	}
	cert_serial_text(&id.cert, serial);
	json_obj(w);
	json_put_hex(w, "fingerprint", span_of(p->used, sizeof(p->used)));
	json_put_str(w, "serial", serial);
	put_name(w, "subject", id.cert.subject);
	put_name(w, "issuer", id.cert.issuer);
	json_put_time(w, "not_after", id.cert.not_after);
	json_put_time(w, "renew_at", bm_renew_at(&p->agent.bm));
	json_put_bool(w, "proof", id.proof.n > 0);
	json_end(w);
	agent_identity_clear(&id);
}

static void put_broker(struct json *w, const struct power *p)
{
	const struct agent_broker_report *r;

	json_key(w, "broker");
	if (!p->link) {
		json_nil(w);
		return;
	}
	r = agent_broker_report(p->link);
	json_obj(w);
	json_put_str(w, "address", p->broker);
	json_put_bool(w, "connected", r->connected);
	json_put_bool(w, "published", r->greeted);
	json_put_u64(w, "connects", r->connects);
	json_put_str_or_null(w, "reason", r->reason);
	json_end(w);
}

static void report_json(struct power *p)
{
	struct json w;
	struct buf b;

	buf_init(&b, 16384);
	json_init(&w, &b);
	json_obj(&w);
	json_put_str(&w, "device", p->agent.chip.id);
	json_put_str(&w, "state", state_text(p));
	put_identity(&w, p);
	json_put_u64(&w, "renewals", p->renewals);
	put_broker(&w, p);
	json_put_str_or_null(&w, "why",
	    p->reason[0] ? bm_why_text(p->io.why) : "");
	json_put_str_or_null(&w, "reason", p->reason);
	json_end(&w);
	cli_print_line(&b);
}

static void report_text(const struct power *p)
{
	const struct agent_broker_report *r;

	(void)printf("device     %s\nstate      %s\nrenewals   %u\n",
	    p->agent.chip.id, state_text(p), p->renewals);
	if (p->reason[0])
		(void)printf("reason     %s\n", p->reason);
	if (!p->link)
		return;
	r = agent_broker_report(p->link);
	(void)printf("broker     %s\nconnected  %s\n", p->broker,
	    r->connected ? "yes" : "no");
	if (r->reason[0])
		(void)printf("because    %s\n", r->reason);
}

static int finish(struct power *p, enum rc rc, const struct err *e)
{
	bool ok = rc == RC_OK;

	if (ok && p->once)
		ok = p->want == BM_DONE &&
		    (!p->link || agent_broker_report(p->link)->connected);
	if (p->json)
		report_json(p);
	else
		report_text(p);
	if (rc != RC_OK && !p->json)
		return cli_fail(e);
	return ok ? 0 : 1;
}

static int run(struct power *p)
{
	struct err e = {0};
	enum rc rc;
	int status;

	p->o.timeout_ms = (int)p->timeout_s * 1000;
	p->o.renew_before_s = (uint32_t)p->renew_before_s;
	p->o.stop = device_power_stopped;
	p->o.tell = tell;
	rc = agent_open(&p->agent, &p->o, &e);
	if (rc == RC_OK && p->broker)
		rc = start_broker(p, &e);
	if (rc != RC_OK) {
		status = cli_fail(&e);
	} else {
		device_power_signals();
		rc = live(p, &e);
		status = finish(p, rc, &e);
	}
	agent_broker_free(p->link);
	agent_close(&p->agent);
	return status;
}

int device_power_main(int argc, char **argv)
{
	static struct power p = {.timeout_s = 20};
	const struct args_opt opts[] = {
	    {"chip", 0, ARGS_STR, &p.o.chip.where, "CHIP",
		"chip file (PEM), pkcs11:..., tpm2:HANDLE[,tcti=...]"},
	    {"birth-certificate", 0, ARGS_STR, &p.o.chip.certificate, "FILE",
		"when it is not with the key: PEM, or the reel's manifest"},
	    {"state", 0, ARGS_STR, &p.o.state, "DIR",
		"what the device keeps over a loss of power"},
	    {"registrar", 0, ARGS_STR, &p.o.registrar, "URL",
		"the cloud registrar"},
	    {"anchors", 0, ARGS_STR, &p.o.anchors, "FILE",
		"certificates the registrar is trusted by (PEM)"},
	    {"voucher-anchor", 0, ARGS_STR, &p.o.voucher_anchors, "FILE",
		"certificates that sign vouchers (PEM)"},
	    {"claim-voucher", 0, ARGS_STR, &p.o.claim_voucher, "FILE",
		"token that binds a device that nobody owns"},
	    {"broker", 0, ARGS_STR, &p.broker, "HOST:PORT",
		"MQTT broker to stay connected to"},
	    {"broker-ca", 0, ARGS_STR, &p.broker_ca, "FILE",
		"CA of the broker, when it is not the owner's (PEM)"},
	    {"renew-before", 0, ARGS_U64, &p.renew_before_s, "S",
		"seconds (a third of the certificate's life, 30 days at most)"},
	    {"timeout", 0, ARGS_U64, &p.timeout_s, "S",
		"seconds to wait for each answer (20)"},
	    {"once", 0, ARGS_FLAG, &p.once, NULL,
		"end when all is done, or when it has to wait for somebody"},
	    {"json", 0, ARGS_FLAG, &p.json, NULL, "report as JSON"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {
	    "birthmark device power-on --chip CHIP --state DIR [OPTION]...",
	    "Runs a device: finds its owner, enrols, connects, renews. The "
	    "first start needs --registrar, --anchors and --voucher-anchor; "
	    "later ones remember them.",
	    opts, 0, 0};
	struct err e = {0};
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (!p.o.chip.where || !p.o.state || p.timeout_s == 0 ||
	    p.timeout_s > 3600 || p.renew_before_s > UINT32_MAX) {
		(void)err_set(&e, RC_INVALID, "usage",
		    "Give --chip and --state; --timeout is 1 to 3600.");
		(void)cli_fail(&e);
		return 2;
	}
	return run(&p);
}
