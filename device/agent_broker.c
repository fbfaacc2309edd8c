/* Keeps a connection to a broker, over libmosquitto.
 * Must not wait without end, whatever the broker does. */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rand.h"
#include "device/agent_broker.h"
#include "device/mqtt.h"
#include "pki/cert.h"

#define TOPIC_MAX 512
#define LOOP_MS 50
#define KEEPALIVE_S 60
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 60000

struct agent_broker {
	struct agent_broker_options o;
	struct agent_broker_report r;
	struct mosquitto *m; /* NULL: not connecting */
	void *ctx;
	char topic[TOPIC_MAX], id[4 * CERT_ID_MAX];
	char nonce[20]; /* tells the own echo from another's message */
	char tls[160];	/* what TLS said last */
	int64_t next_ms, until_ms, backoff_ms;
	bool lost;
};

static void tell(const struct agent_broker *b, const char *what,
    const char *more)
{
	char line[400];

	if (!b->o.tell)
		return;
	(void)snprintf(line, sizeof(line), "broker: %s%s%s", what,
	    more[0] ? ": " : "", more);
	b->o.tell(line);
}

static void give_reason(struct agent_broker *b, const char *why)
{
	if (strstr(b->tls, "certificate verify failed"))
		why = "The broker is not trusted: its certificate is by "
		      "nobody whom this device trusts, or for another host.";
	if (b->tls[0])
		(void)snprintf(b->r.reason, sizeof(b->r.reason),
		    "%.130s (TLS: %.100s)", why, b->tls);
	else
		(void)snprintf(b->r.reason, sizeof(b->r.reason), "%.250s", why);
}

static void on_log(struct mosquitto *m, void *arg, int level, const char *text)
{
	struct agent_broker *b = arg;
	const char *detail = strrchr(text, ':');

	/* "OpenSSL Error[0]: error:0A000412:SSL routines::..." */
	if (strstr(text, "OpenSSL Error") && detail)
		(void)snprintf(b->tls, sizeof(b->tls), "%.150s", detail + 1);
}

static void greet(struct agent_broker *b)
{
	char text[512], now[CLOCK_TEXT_SIZE];
	int n;

	clock_text(clock_now_s(), now);
	n = snprintf(text, sizeof(text),
	    "{\"device\":\"%s\",\"at\":\"%s\",\"state\":\"on\","
	    "\"nonce\":\"%s\"}",
	    b->id, now, b->nonce);
	(void)mosquitto_publish(b->m, NULL, b->topic, n, text, 1, false);
}

static void on_connect(struct mosquitto *m, void *arg, int code)
{
	struct agent_broker *b = arg;

	if (code != 0) {
		give_reason(b, mqtt_connack_text(code));
		b->lost = true;
		return;
	}
	b->r.connected = true;
	b->r.connects++;
	b->r.refusals = 0;
	b->r.reason[0] = '\0';
	b->backoff_ms = BACKOFF_MIN_MS;
	tell(b, "connected", "");
	(void)mosquitto_subscribe(m, NULL, b->topic, 1);
}

static void on_subscribe(struct mosquitto *m, void *arg, int mid, int n,
    const int *granted)
{
	struct agent_broker *b = arg;

	if (n > 0 && granted[0] < 128) {
		greet(b);
	} else {
		b->r.topic_refused = true;
		tell(b, "the broker does not let this device use its topic",
		    b->topic);
	}
}

static void on_message(struct mosquitto *m, void *arg,
    const struct mosquitto_message *msg)
{
	struct agent_broker *b = arg;

	if (strcmp(msg->topic, b->topic) == 0 && msg->payload &&
	    memmem(msg->payload, (size_t)msg->payloadlen, b->nonce,
		strlen(b->nonce)))
		b->r.greeted = true;
}

static void on_disconnect(struct mosquitto *m, void *arg, int code)
{
	struct agent_broker *b = arg;

	b->lost = true;
	if (b->r.reason[0] == '\0')
		give_reason(b,
		    b->r.connected
			? "The broker ended the connection."
			: "The broker ended the connection before it took "
			  "the device: it does not accept the certificate.");
}

enum rc agent_broker_new(struct agent_broker **out,
    const struct agent_broker_options *o, struct err *e)
{
	struct agent_broker *b = calloc(1, sizeof(*b));
	struct buf id;

	*out = b;
	if (!b)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(void)mosquitto_lib_init();
	b->o = *o;
	b->backoff_ms = BACKOFF_MIN_MS;
	buf_init(&id, sizeof(b->id) - 1);
	enc_percent(&id, span_str(o->device));
	(void)snprintf(b->id, sizeof(b->id), "%s", buf_cstr(&id));
	buf_clear(&id);
	(void)snprintf(b->topic, sizeof(b->topic), "devices/%s/telemetry",
	    b->id);
	return RC_OK;
}

/* With a good-bye when there is a connection. */
static void hang_up(struct agent_broker *b)
{
	if (b->m && b->r.connected && !b->lost) {
		(void)mosquitto_disconnect(b->m);
		(void)mosquitto_loop(b->m, LOOP_MS, 1);
	}
	if (b->m)
		mosquitto_destroy(b->m);
	b->m = NULL;
	b->lost = false;
	b->r.connected = false;
}

void agent_broker_free(struct agent_broker *b)
{
	if (!b)
		return;
	hang_up(b);
	tls_free(b->ctx);
	(void)mosquitto_lib_cleanup();
	free(b);
}

enum rc agent_broker_use(struct agent_broker *b, const struct tls_self *self,
    struct span anchors, struct err *e)
{
	hang_up(b);
	tls_free(b->ctx);
	b->next_ms = 0;
	return tls_client(&b->ctx, self, anchors, b->o.host, e);
}

static bool prepare(struct agent_broker *b)
{
	uint64_t nonce;

	rand_bytes(&nonce, sizeof(nonce));
	(void)snprintf(b->nonce, sizeof(b->nonce), "%016llx",
	    (unsigned long long)nonce);
	b->m = mosquitto_new(b->id, true, b);
	if (!b->m || mqtt_use_tls(b->m, b->ctx, NULL) != RC_OK)
		return false;
	mosquitto_log_callback_set(b->m, on_log);
	mosquitto_connect_callback_set(b->m, on_connect);
	mosquitto_disconnect_callback_set(b->m, on_disconnect);
	mosquitto_subscribe_callback_set(b->m, on_subscribe);
	mosquitto_message_callback_set(b->m, on_message);
	return true;
}

static void begin(struct agent_broker *b)
{
	int r;

	b->r.reason[0] = '\0';
	b->tls[0] = '\0';
	b->lost = true;
	if (!mqtt_answers(b->o.host, b->o.port, b->o.timeout_ms)) {
		give_reason(b, "No broker answers there.");
		return;
	}
	if (!prepare(b)) {
		give_reason(b, "The MQTT client cannot start.");
		return;
	}
	b->lost = false;
	b->until_ms = clock_mono_ms() + b->o.timeout_ms;
	r = mosquitto_connect(b->m, mqtt_host(b->o.host), (int)b->o.port,
	    KEEPALIVE_S);
	if (r == MOSQ_ERR_SUCCESS)
		return;
	b->lost = true;
	give_reason(b,
	    r == MOSQ_ERR_TLS ? "The TLS handshake failed: the broker is not "
				"trusted, or does not trust this device."
			      : mosquitto_strerror(r));
}

static void give_up(struct agent_broker *b)
{
	tell(b, "not connected", b->r.reason);
	b->r.refusals++;
	hang_up(b);
	b->next_ms = clock_mono_ms() + b->backoff_ms +
	    (int64_t)rand_below((uint64_t)b->backoff_ms / 4 + 1);
	b->backoff_ms += b->backoff_ms / 2;
	if (b->backoff_ms > BACKOFF_MAX_MS)
		b->backoff_ms = BACKOFF_MAX_MS;
}

static void turn_once(struct agent_broker *b)
{
	int64_t now_ms = clock_mono_ms();

	if (!b->m && b->ctx && now_ms >= b->next_ms) {
		begin(b);
	} else if (b->m) {
		if (mosquitto_loop(b->m, LOOP_MS, 1) != MOSQ_ERR_SUCCESS &&
		    !b->lost)
			on_disconnect(b->m, b, 0);
		if (!b->r.connected && !b->lost && now_ms > b->until_ms) {
			give_reason(b, "The broker does not answer in time.");
			b->lost = true;
		}
	} else {
		clock_sleep_ms(LOOP_MS);
	}
	if (b->lost)
		give_up(b);
}

void agent_broker_turn(struct agent_broker *b, int ms)
{
	int64_t end_ms = clock_mono_ms() + ms;

	do
		turn_once(b);
	while (clock_mono_ms() < end_ms && !(b->o.stop && b->o.stop()));
}

const struct agent_broker_report *agent_broker_report(
    const struct agent_broker *b)
{
	return &b->r;
}
