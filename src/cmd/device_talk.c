/* Device to device: a sensor says a temperature, a thermostat answers.
 * Must not judge a peer: the library does. */
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/cli.h"
#include "cmd/device_power.h"
#include "cmd/device_talk.h"
#include "device/agent_peer.h"
#include "device/reach.h"

#define POLL_MS 200
#define PORT 8446
#define TIMEOUT_S 5
#define HEAT_BELOW 20.0

struct talk {
	struct agent_options o;
	const char *address, *message;
	uint64_t port, timeout_s, proof_age_s;
	bool json;
	struct agent agent;
	int64_t due_ms;
};

/* Opens the device to care for its own certificate and proof, or, while
 * another process does, to read them. */
static enum rc open_device(struct talk *t, struct err *e)
{
	enum rc rc;

	t->o.timeout_ms = (int)t->timeout_s * 1000;
	t->o.proof_age_max_s = (uint32_t)t->proof_age_s;
	t->o.stop = device_power_stopped;
	rc = agent_open(&t->agent, &t->o, e);
	if (rc != RC_CONFLICT)
		return rc;
	agent_close(&t->agent);
	t->o.look_only = true;
	return agent_open(&t->agent, &t->o, e);
}

/* What is due of renewal and refresh; that the service is away is no fault. */
static enum rc care(struct talk *t, struct err *e)
{
	struct bm_io io;

	if (t->o.look_only)
		return agent_reload(&t->agent, e);
	if (clock_mono_ms() < t->due_ms)
		return RC_OK;
	if (agent_step(&t->agent, &io) == BM_FAILED) {
		char why[400];

		agent_reason(&t->agent, &io, why, sizeof(why));
		return err_set(e, RC_ENV, bm_why_text(io.why), "%s", why);
	}
	t->due_ms = clock_mono_ms() + (int64_t)io.wait_s * 1000;
	return RC_OK;
}

/* What is said about a conversation */

struct said {
	struct agent_peer_report r;
	struct buf in, out;
	struct err e;
	enum rc rc;
};

static void said_init(struct said *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->in, AGENT_PEER_FRAME_MAX);
	buf_init(&s->out, AGENT_PEER_FRAME_MAX);
}

static void said_clear(struct said *s)
{
	buf_clear(&s->in);
	buf_clear(&s->out);
}

static const char *word_of(const struct said *s)
{
	if (s->rc == RC_OK)
		return "";
	if (s->r.why != BM_OK)
		return bm_why_text(s->r.why);
	return s->r.refused[0] ? s->r.refused : s->e.slug;
}

static void print_json(const struct said *s)
{
	struct json w;
	struct buf b;

	buf_init(&b, 131072);
	json_init(&w, &b);
	json_obj(&w);
	json_put_bool(&w, "accepted", s->rc == RC_OK);
	json_put_str_or_null(&w, "peer", s->r.name);
	json_put_str_or_null(&w, "product", s->r.product);
	json_put_span(&w, "received", buf_span(&s->in));
	json_put_span(&w, "sent", buf_span(&s->out));
	json_put_str_or_null(&w, "refused_by",
	    s->rc == RC_OK	    ? ""
		: s->r.why != BM_OK ? "us"
		: s->r.refused[0]   ? "peer"
				    : "");
	json_put_str_or_null(&w, "why", word_of(s));
	json_put_str_or_null(&w, "reason", s->rc == RC_OK ? "" : s->e.text);
	json_end(&w);
	cli_print_line(&b);
}

/* A peer's words, which may be anything, on one line. */
static void print_words(const char *who, struct span words)
{
	size_t i;

	(void)printf("%-9s", who);
	for (i = 0; i < words.n; i++)
		(void)putchar(
		    words.p[i] >= ' ' && words.p[i] != 0x7f ? words.p[i] : '.');
	(void)putchar('\n');
}

static void print_said(const struct said *s, bool as_json)
{
	if (as_json) {
		print_json(s);
		return;
	}
	print_words("peer", span_str(s->r.name[0] ? s->r.name : "-"));
	if (s->rc == RC_OK) {
		(void)printf("product  %s\n", s->r.product);
		print_words("received", buf_span(&s->in));
		print_words("sent", buf_span(&s->out));
	} else {
		(void)printf("refused  %s\n", s->e.text);
	}
	(void)fflush(stdout);
}

/* The thermostat */

static void answer(struct span message, struct buf *out)
{
	json_t *o = json_loadb((const char *)message.p, message.n, 0, NULL);
	json_t *t = json_object_get(o, "temperature");
	struct json w;

	json_init(&w, out);
	json_obj(&w);
	if (json_is_number(t))
		json_put_bool(&w, "heating", json_number_value(t) < HEAT_BELOW);
	else
		json_put_u64(&w, "received", message.n);
	json_end(&w);
	json_decref(o);
}

static enum rc hear(struct talk *t, int fd, struct said *s)
{
	struct agent_peer *p;
	enum rc rc = agent_peer_accept(&p, &t->agent, fd, &s->r, &s->e);

	if (rc != RC_OK)
		return rc;
	rc = agent_peer_receive(p, &s->in, &s->e);
	if (rc == RC_OK) {
		answer(buf_span(&s->in), &s->out);
		rc = agent_peer_send(p, buf_span(&s->out), &s->e);
	}
	agent_peer_close(p);
	return rc;
}

static enum rc listen_on(struct talk *t, int fd, struct err *e)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	enum rc rc = RC_OK;

	while (rc == RC_OK && !device_power_stopped()) {
		struct said s;
		int peer;

		if (!t->o.look_only)
			rc = care(t, e);
		if (rc != RC_OK || poll(&p, 1, POLL_MS) != 1)
			continue;
		peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (peer < 0)
			continue;
		if (t->o.look_only)
			rc = care(t, e);
		said_init(&s);
		s.rc = hear(t, peer, &s);
		print_said(&s, t->json);
		said_clear(&s);
	}
	return rc;
}

static enum rc run_listen(struct talk *t, struct err *e)
{
	unsigned int port = (unsigned int)t->port;
	struct agent_identity id;
	enum rc rc = open_device(t, e);
	int fd;

	if (rc == RC_OK)
		rc = agent_identity(&t->agent, &id, e);
	if (rc != RC_OK)
		return rc;
	agent_identity_clear(&id);
	rc = reach_listen(&fd, t->address, &port, e);
	if (rc != RC_OK)
		return rc;
	(void)fprintf(stderr, "listening on port %u\n", port);
	return listen_on(t, fd, e);
}

/* The sensor */

static enum rc say(struct talk *t, const char *host, unsigned int port,
    struct said *s)
{
	struct agent_peer *p;
	enum rc rc;

	rc = agent_peer_dial(&p, &t->agent, host, port, &s->r, &s->e);
	if (rc != RC_OK)
		return rc;
	buf_add_str(&s->out, t->message);
	rc = agent_peer_send(p, buf_span(&s->out), &s->e);
	if (rc == RC_OK)
		rc = agent_peer_receive(p, &s->in, &s->e);
	agent_peer_close(p);
	return rc;
}

static int run_talk(struct talk *t, const char *to)
{
	unsigned int port;
	char host[256];
	struct said s;

	said_init(&s);
	s.rc = device_power_split(to, PORT, host, &port, &s.e);
	if (s.rc == RC_OK)
		s.rc = open_device(t, &s.e);
	if (s.rc == RC_OK)
		s.rc = care(t, &s.e);
	if (s.rc == RC_OK)
		s.rc = say(t, host, port, &s);
	if (t->json || s.rc == RC_OK)
		print_said(&s, t->json);
	else
		(void)cli_fail(&s.e);
	agent_close(&t->agent);
	said_clear(&s);
	return s.rc == RC_OK ? 0 : err_class(s.rc)->exit_code;
}

#define COMMON(t)                                                             \
	{"chip", 0, ARGS_STR, &(t).o.chip.where, "CHIP",                      \
	    "chip file (PEM), pkcs11:..., tpm2:HANDLE[,tcti=...]"},           \
	    {"birth-certificate", 0, ARGS_STR, &(t).o.chip.certificate,       \
		"FILE", "when it is not with the key: PEM, or the manifest"}, \
	    {"state", 0, ARGS_STR, &(t).o.state, "DIR",                       \
		"of a device that was powered on"},                           \
	    {"timeout", 0, ARGS_U64, &(t).timeout_s, "S",                     \
		"seconds to wait for each answer (5)"},                       \
	    {"proof-age", 0, ARGS_U64, &(t).proof_age_s, "S",                 \
		"how old a peer's status proof may be (86400)"},              \
	{                                                                     \
		"json", 0, ARGS_FLAG, &(t).json, NULL, "report as JSON"       \
	}

static bool is_complete(const struct talk *t)
{
	struct err e = {0};

	if (t->o.chip.where && t->o.state && t->port <= 65535 &&
	    t->timeout_s > 0 && t->timeout_s <= 3600 &&
	    t->proof_age_s <= UINT32_MAX)
		return true;
	(void)err_set(&e, RC_INVALID, "usage",
	    "Give --chip and --state; --port is at most 65535 and --timeout "
	    "1 to 3600.");
	(void)cli_fail(&e);
	return false;
}

int device_talk_listen_main(int argc, char **argv)
{
	static struct talk t = {.port = PORT, .timeout_s = TIMEOUT_S};
	const struct args_opt opts[] = {
	    COMMON(t),
	    {"port", 'p', ARGS_U64, &t.port, "N", "8446; 0: any that is free"},
	    {"address", 0, ARGS_STR, &t.address, "ADDRESS",
		"where to listen; all if not given"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd =
	    {"birthmark device listen --chip CHIP --state DIR [OPTION]...",
		"Answers other devices of the same owner: a thermostat.", opts,
		0, 0};
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (!is_complete(&t))
		return 2;
	device_power_signals();
	rc = run_listen(&t, &e);
	agent_close(&t.agent);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

int device_talk_main(int argc, char **argv)
{
	static struct talk t = {.message = "{\"temperature\":19.5}",
	    .timeout_s = TIMEOUT_S,
	    .agent.store.lock_fd = -1};
	const struct args_opt opts[] = {
	    COMMON(t),
	    {"message", 'm', ARGS_STR, &t.message, "TEXT",
		"what to say ({\"temperature\":19.5})"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd =
	    {"birthmark device talk --chip CHIP --state DIR [OPTION]... "
	     "HOST:PORT",
		"Says something to another device of the same owner: a sensor.",
		opts, 1, 1};
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	if (!is_complete(&t))
		return 2;
	device_power_signals();
	return run_talk(&t, argv[1]);
}
