/* A device's visit to an MQTT broker, over libmosquitto.
 * Must not wait without end, whatever the broker does. */
#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "device/mqtt.h"
#include "device/reach.h"
#include "device/tls.h"

#define TOPIC_MAX 512
#define LOOP_MS 50
#define KEEPALIVE_S 30
#define ANCHORS_MAX (256u * 1024)

struct visit {
	struct mosquitto *m;
	const struct chip *chip;
	const struct mqtt_options *o;
	struct mqtt_report *r;
	char topic[TOPIC_MAX], id[4 * CERT_ID_MAX];
	char nonce[20]; /* tells the own echo from an older message */
	int connack;	/* -1: none yet */
	int suback;	/* -1: none yet, else granted QoS or 128 */
	bool lost;
	int lost_rc;
	char tls[160]; /* what TLS said last */
};

static enum rc fail(struct visit *v, struct err *e, enum rc rc,
    const char *slug, const char *why)
{
	if (v->tls[0])
		return err_set(e, rc, slug, "%s (%s)", why, v->tls);
	return err_set(e, rc, slug, "%s", why);
}

static void on_log(struct mosquitto *m, void *arg, int level, const char *text)
{
	struct visit *v = arg;
	const char *detail = strrchr(text, ':');

	/* "OpenSSL Error[0]: error:0A000412:SSL routines::..." */
	if (strstr(text, "OpenSSL Error") && detail)
		(void)snprintf(v->tls, sizeof(v->tls), "TLS: %s", detail + 1);
}

static void on_connect(struct mosquitto *m, void *arg, int code)
{
	struct visit *v = arg;

	v->connack = code;
}

static void on_disconnect(struct mosquitto *m, void *arg, int code)
{
	struct visit *v = arg;

	v->lost = true;
	v->lost_rc = code;
}

static void on_subscribe(struct mosquitto *m, void *arg, int mid, int n,
    const int *granted)
{
	struct visit *v = arg;

	v->suback = n > 0 ? granted[0] : 128;
}

static void on_message(struct mosquitto *m, void *arg,
    const struct mosquitto_message *msg)
{
	struct visit *v = arg;
	char want[80];
	int n = snprintf(want, sizeof(want), "\"nonce\":\"%s-%u\"", v->nonce,
	    v->r->published);

	if (n > 0 && strcmp(msg->topic, v->topic) == 0 && msg->payload &&
	    memmem(msg->payload, (size_t)msg->payloadlen, want, (size_t)n))
		v->r->published++;
}

static bool is_stopped(const struct visit *v)
{
	return v->o->stop && v->o->stop();
}

static int64_t deadline(const struct visit *v)
{
	return clock_mono_ms() + (int64_t)v->o->timeout_s * 1000;
}

bool mqtt_answers(const char *host, unsigned int port, int timeout_ms)
{
	int fd;

	if (reach_dial(&fd, host, port, timeout_ms, NULL) != RC_OK)
		return false;
	(void)close(fd);
	return true;
}

enum rc mqtt_use_tls(struct mosquitto *m, void *ctx, struct err *e)
{
	if (mosquitto_void_option(m, MOSQ_OPT_SSL_CTX, ctx) ==
		MOSQ_ERR_SUCCESS &&
	    mosquitto_int_option(m, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) ==
		MOSQ_ERR_SUCCESS)
		return RC_OK;
	return err_set(e, RC_ENV, "device-tls",
	    "The MQTT library does not take the TLS settings.");
}

const char *mqtt_host(const char *host)
{
	return reach_is_loopback(host) ? "localhost" : host;
}

static enum rc use_tls(struct visit *v, struct err *e)
{
	const struct chip *c = v->chip;
	const struct tls_self self = {c->key, buf_span(&c->der),
	    buf_span(&c->chain)};
	struct buf anchors;
	void *ctx = NULL;
	enum rc rc;

	buf_init(&anchors, ANCHORS_MAX);
	rc = tls_read_anchors(v->o->ca_file, &anchors, e);
	if (rc == RC_OK)
		rc = tls_client(&ctx, &self, buf_span(&anchors), v->o->host, e);
	if (rc == RC_OK)
		rc = mqtt_use_tls(v->m, ctx, e);
	tls_free(ctx);
	buf_clear(&anchors);
	return rc;
}

static enum rc setup(struct visit *v, struct err *e)
{
	struct buf b;

	buf_init(&b, sizeof(v->topic));
	enc_percent(&b, span_str(v->chip->id));
	(void)snprintf(v->id, sizeof(v->id), "%s", buf_cstr(&b));
	if (v->o->topic)
		(void)snprintf(v->topic, sizeof(v->topic), "%s", v->o->topic);
	else
		(void)snprintf(v->topic, sizeof(v->topic),
		    "devices/%s/telemetry", v->id);
	buf_clear(&b);
	(void)snprintf(v->nonce, sizeof(v->nonce), "%llx",
	    (unsigned long long)clock_mono_us() ^
		(unsigned long long)getpid() << 40);
	v->m = mosquitto_new(v->id, true, v);
	if (!v->m)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	mosquitto_log_callback_set(v->m, on_log);
	mosquitto_connect_callback_set(v->m, on_connect);
	mosquitto_disconnect_callback_set(v->m, on_disconnect);
	mosquitto_subscribe_callback_set(v->m, on_subscribe);
	mosquitto_message_callback_set(v->m, on_message);
	return use_tls(v, e);
}

/* Turns the library until *done or the deadline.  False: the connection is
 * gone or time is up. */
static bool turn(struct visit *v, const int *done, int unset)
{
	int64_t end = deadline(v);

	while (*done == unset && !v->lost && !is_stopped(v)) {
		if (clock_mono_ms() > end)
			return false;
		if (mosquitto_loop(v->m, LOOP_MS, 1) != MOSQ_ERR_SUCCESS)
			v->lost = true;
	}
	return *done != unset;
}

const char *mqtt_connack_text(int code)
{
	switch (code) {
	case 1:
		return "The broker does not speak this MQTT version.";
	case 2:
		return "The broker refuses the client id.";
	case 3:
		return "The broker is not available now.";
	case 4:
	case 5:
		return "The broker refuses this device: it is not authorised.";
	default:
		return "The broker refuses this device.";
	}
}

static const char text_ended[] =
    "The broker ended the connection during the TLS handshake: it does not "
    "accept this certificate.";

static enum rc connect_broker(struct visit *v, struct err *e)
{
	int r;

	if (!mqtt_answers(v->o->host, v->o->port, (int)v->o->timeout_s * 1000))
		return err_set(e, RC_AGAIN, "broker-away",
		    "No broker answers at %.100s:%u.", v->o->host, v->o->port);
	r = mosquitto_connect(v->m, mqtt_host(v->o->host), (int)v->o->port,
	    KEEPALIVE_S);
	if (r == MOSQ_ERR_TLS)
		return fail(v, e, RC_DENIED, "tls-refused",
		    "The TLS handshake failed: the broker is not trusted, or "
		    "does not trust this device.");
	/* The alert may come before the library has written its CONNECT. */
	if (r == MOSQ_ERR_PROTOCOL || r == MOSQ_ERR_CONN_LOST ||
	    (r == MOSQ_ERR_ERRNO && errno == EPROTO))
		return fail(v, e, RC_DENIED, "tls-refused", text_ended);
	if (r != MOSQ_ERR_SUCCESS)
		return fail(v, e, RC_AGAIN, "broker-away",
		    mosquitto_strerror(r));
	if (turn(v, &v->connack, -1)) {
		if (v->connack == 0) {
			v->r->connected = true;
			return RC_OK;
		}
		return fail(v, e, RC_DENIED, "broker-refused",
		    mqtt_connack_text(v->connack));
	}
	if (v->lost)
		return fail(v, e, RC_DENIED, "tls-refused", text_ended);
	return fail(v, e, RC_AGAIN, "broker-silent",
	    "The broker took the connection but did not answer in time.");
}

static enum rc subscribe(struct visit *v, struct err *e)
{
	if (mosquitto_subscribe(v->m, NULL, v->topic, 1) != MOSQ_ERR_SUCCESS ||
	    !turn(v, &v->suback, -1))
		return fail(v, e, RC_DENIED, "broker-lost",
		    "The broker ended the connection.");
	if (v->suback >= 128)
		return fail(v, e, RC_DENIED, "topic-refused",
		    "The broker does not let this device subscribe to the "
		    "topic.");
	return RC_OK;
}

static enum rc publish_one(struct visit *v, struct err *e)
{
	unsigned int before = v->r->published;
	char text[512], now[CLOCK_TEXT_SIZE];
	int64_t end = deadline(v);
	int n;

	clock_text(clock_now_s(), now);
	n = snprintf(text, sizeof(text),
	    "{\"device\":\"%s\",\"at\":\"%s\",\"n\":%u,\"nonce\":\"%s-%u\"}",
	    v->id, now, before + 1, v->nonce, before);
	if (mosquitto_publish(v->m, NULL, v->topic, n, text, 1, false) !=
	    MOSQ_ERR_SUCCESS)
		return fail(v, e, RC_DENIED, "broker-lost",
		    "The message could not be sent.");
	while (v->r->published == before && !v->lost && !is_stopped(v)) {
		if (clock_mono_ms() > end)
			return fail(v, e, RC_DENIED, "echo-missing",
			    "The message did not come back: the broker does "
			    "not let this device use the topic.");
		if (mosquitto_loop(v->m, LOOP_MS, 1) != MOSQ_ERR_SUCCESS)
			v->lost = true;
	}
	if (v->r->published == before)
		return fail(v, e, RC_DENIED, "broker-lost",
		    "The broker ended the connection.");
	return RC_OK;
}

static enum rc rest(struct visit *v, struct err *e)
{
	int64_t end = clock_mono_ms() + (int64_t)v->o->interval_s * 1000;

	while (clock_mono_ms() < end && !v->lost && !is_stopped(v))
		if (mosquitto_loop(v->m, LOOP_MS, 1) != MOSQ_ERR_SUCCESS)
			v->lost = true;
	return v->lost ? fail(v, e, RC_DENIED, "broker-lost",
			     "The broker ended the connection.")
		       : RC_OK;
}

static enum rc work(struct visit *v, struct err *e)
{
	enum rc rc = setup(v, e);

	if (rc == RC_OK)
		rc = connect_broker(v, e);
	if (rc == RC_OK)
		rc = subscribe(v, e);
	while (rc == RC_OK && v->r->published < v->o->count && !is_stopped(v)) {
		rc = publish_one(v, e);
		if (rc == RC_OK && v->r->published < v->o->count)
			rc = rest(v, e);
	}
	if (v->m && v->r->connected && !v->lost) {
		(void)mosquitto_disconnect(v->m);
		(void)mosquitto_loop(v->m, LOOP_MS, 1);
	}
	return rc;
}

enum rc mqtt_visit(const struct chip *c, const struct mqtt_options *o,
    struct mqtt_report *r, struct err *e)
{
	struct visit v = {.chip = c,
	    .o = o,
	    .r = r,
	    .connack = -1,
	    .suback = -1};
	struct err own = {0};
	enum rc rc;

	memset(r, 0, sizeof(*r));
	(void)mosquitto_lib_init();
	rc = work(&v, &own);
	if (v.m)
		mosquitto_destroy(v.m);
	(void)mosquitto_lib_cleanup();
	if (rc != RC_OK) {
		(void)snprintf(r->reason, sizeof(r->reason), "%.255s",
		    own.text);
		if (e)
			*e = own;
	}
	return rc;
}
