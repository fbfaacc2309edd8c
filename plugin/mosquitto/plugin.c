/* birthmark_mosquitto.so: admits devices by the gate's table and keeps each
 * to its own topics.
 * Must not block, nor admit when in doubt. */
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include "base/clock.h"
#include "base/enc.h"
#include "gate/gate_report.h"
#include "pki/cert.h"
#include "plugin/mosquitto/clients.h"

#define LOG_PREFIX "birthmark: "
#define SWEEP_MS 1000
#define KICKS_MAX 256 /* in one sweep */
#define TOLD_MAX 16   /* refused topics of one connection */

struct plugin {
	mosquitto_plugin_id_t *id;
	char *table_path;
	struct table *t; /* NULL until the gate has made it */
	struct acl templates;
	struct clients clients;
	bool any_client_id;
	int seen_fd;		 /* a datagram socket, or -1 */
	struct sockaddr_un seen; /* the gate's */
	int64_t swept_ms;
	size_t sweep_at; /* bucket */
};

static const char *visible(const char *s, char *out, size_t cap)
{
	size_t i;

	for (i = 0; s && s[i] && i + 1 < cap; i++)
		out[i] = (char)(s[i] > ' ' && s[i] < 0x7f ? s[i] : '?');
	out[i] = '\0';
	return out;
}

static void tell_refusal(const char *id, const char *from, const char *topic,
    const char *reason)
{
	char safe_id[CLIENTS_TEXT], safe_from[CLIENTS_TEXT], safe_topic[200];

	mosquitto_log_printf(MOSQ_LOG_NOTICE,
	    LOG_PREFIX "refused client %s from %s%s%s: %s",
	    visible(id, safe_id, sizeof(safe_id)),
	    visible(from, safe_from, sizeof(safe_from)), topic ? " topic " : "",
	    visible(topic, safe_topic, sizeof(safe_topic)), reason);
}

/* The table may appear after the broker has started. */
static struct table *get_table(struct plugin *p)
{
	struct err e = {0};

	if (!p->t && table_open(&p->t, p->table_path, &e) != RC_OK)
		mosquitto_log_printf(MOSQ_LOG_WARNING, LOG_PREFIX "%s", e.text);
	return p->t;
}

static void judge(struct plugin *p, struct mosquitto *client,
    struct decide *who)
{
	X509 *x = mosquitto_client_certificate(client);
	unsigned char *der = NULL;
	int n;

	memset(who, 0, sizeof(*who));
	if (!x) {
		who->reason = "no client certificate";
		return;
	}
	n = i2d_X509(x, &der);
	X509_free(x);
	if (n <= 0 || !der)
		who->reason = "not a certificate";
	else if (!get_table(p))
		who->reason = "the gate's table cannot be read";
	else
		decide_cert(p->t, span_of(der, (size_t)n), clock_now_s(), who);
	OPENSSL_free(der);
}

/* The gate that made the table counts who comes in.  One that is away or busy
 * misses it. */
static void tell_seen(const struct plugin *p, const uint8_t fp[TABLE_FP])
{
	if (p->seen_fd >= 0)
		(void)!sendto(p->seen_fd, fp, TABLE_FP,
		    MSG_DONTWAIT | MSG_NOSIGNAL, (const void *)&p->seen,
		    sizeof(p->seen));
}

/* Beside the table; without it the broker does as well. */
static void open_seen(struct plugin *p)
{
	const char *slash = strrchr(p->table_path, '/');
	int dir = slash ? (int)(slash - p->table_path) + 1 : 0;
	int n = snprintf(p->seen.sun_path, sizeof(p->seen.sun_path), "%.*s%s",
	    dir, p->table_path, GATE_REPORT_SOCKET);

	p->seen.sun_family = AF_UNIX;
	p->seen_fd = -1;
	if (n > 0 && (size_t)n < sizeof(p->seen.sun_path))
		p->seen_fd = socket(AF_UNIX,
		    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->seen_fd < 0)
		mosquitto_log_printf(MOSQ_LOG_WARNING,
		    LOG_PREFIX "the gate is not told who comes in: the path "
			       "of its socket is too long, or there are no "
			       "sockets left");
}

static int on_basic_auth(int event, void *data, void *userdata)
{
	struct mosquitto_evt_basic_auth *ev = data;
	const char *id = mosquitto_client_id(ev->client);
	const char *from = mosquitto_client_address(ev->client);
	struct plugin *p = userdata;
	struct clients_one *one;
	struct decide who;

	clients_drop(&p->clients, ev->client);
	judge(p, ev->client, &who);
	if (who.admit && !p->any_client_id &&
	    !decide_client_id(&who, span_str(id))) {
		who.admit = false;
		who.reason = "the client id is not the device's";
	}
	if (!who.admit) {
		tell_refusal(id, from, NULL, who.reason);
		return MOSQ_ERR_AUTH;
	}
	one = clients_put(&p->clients, ev->client, id, from);
	if (!one)
		return MOSQ_ERR_NOMEM;
	one->who = who;
	if (acl_fill(&p->templates, &one->acl, who.device, who.product,
		who.batch, NULL) != RC_OK) {
		clients_drop(&p->clients, ev->client);
		return MOSQ_ERR_NOMEM;
	}
	tell_seen(p, who.fp);
	return MOSQ_ERR_SUCCESS;
}

static const char *acl_reason(const struct clients_one *one,
    const struct mosquitto_evt_acl_check *ev)
{
	bool ok = false;

	switch (ev->access) {
	case MOSQ_ACL_SUBSCRIBE:
		ok = acl_may_filter(&one->acl, ev->topic);
		break;
	case MOSQ_ACL_READ:
		ok = acl_may(&one->acl, ACL_SUBSCRIBE, ev->topic);
		break;
	case MOSQ_ACL_WRITE:
		ok = acl_may(&one->acl, ACL_PUBLISH, ev->topic);
		break;
	default:
		break;
	}
	return ok ? NULL : "not a topic of this device";
}

static int on_acl_check(int event, void *data, void *userdata)
{
	struct mosquitto_evt_acl_check *ev = data;
	struct plugin *p = userdata;
	struct clients_one *one = clients_find(&p->clients, ev->client);
	const char *reason;

	if (ev->access == MOSQ_ACL_UNSUBSCRIBE)
		return MOSQ_ERR_SUCCESS;
	if (!one || !p->t)
		return MOSQ_ERR_ACL_DENIED;
	reason = decide_again(p->t, &one->who, clock_now_s());
	if (reason) {
		if (!one->refused)
			tell_refusal(one->id, one->from, NULL, reason);
		one->refused = true;
		return MOSQ_ERR_ACL_DENIED;
	}
	reason = acl_reason(one, ev);
	if (!reason)
		return MOSQ_ERR_SUCCESS;
	/* A device gone wild must not fill the log. */
	if (one->told < TOLD_MAX) {
		one->told++;
		tell_refusal(one->id, one->from, ev->topic, reason);
	}
	return MOSQ_ERR_ACL_DENIED;
}

static int on_disconnect(int event, void *data, void *userdata)
{
	struct mosquitto_evt_disconnect *ev = data;
	struct plugin *p = userdata;

	if (mosquitto_client_clean_session(ev->client))
		clients_drop(&p->clients, ev->client);
	else
		clients_sleep(&p->clients, ev->client);
	return MOSQ_ERR_SUCCESS;
}

static char *kick_name(struct plugin *p, struct clients_one *one, int64_t now_s)
{
	const char *reason;

	if (one->asleep)
		return NULL;
	reason = decide_again(p->t, &one->who, now_s);
	if (!reason)
		return NULL;
	if (!one->refused)
		tell_refusal(one->id, one->from, NULL, reason);
	one->refused = true;
	return strdup(one->id);
}

/* Those removed while connected are sent away even if they say nothing; a
 * sixteenth of the buckets at a time, so that it never takes long. */
static int on_tick(int event, void *data, void *userdata)
{
	struct plugin *p = userdata;
	int64_t now_ms = clock_mono_ms(), now_s = clock_now_s();
	char *kick[KICKS_MAX];
	size_t i, n = 0, end;

	if (!p->t || p->clients.n == 0 || now_ms - p->swept_ms < SWEEP_MS / 16)
		return MOSQ_ERR_SUCCESS;
	p->swept_ms = now_ms;
	end = p->sweep_at + CLIENTS_BUCKETS / 16;
	for (; p->sweep_at < end && n < KICKS_MAX; p->sweep_at++) {
		struct clients_one *one = p->clients.bucket[p->sweep_at];

		for (; one && n < KICKS_MAX; one = one->next) {
			kick[n] = kick_name(p, one, now_s);
			n += kick[n] != NULL;
		}
	}
	p->sweep_at &= CLIENTS_BUCKETS - 1;
	/* Now, not above: it takes clients out of the list. */
	for (i = 0; i < n; i++) {
		(void)mosquitto_kick_client_by_clientid(kick[i], false);
		free(kick[i]);
	}
	return MOSQ_ERR_SUCCESS;
}

static enum rc take_option(struct plugin *p, const struct mosquitto_opt *o,
    struct err *e)
{
	struct span key = span_str(o->key);

	if (span_eq_str(key, "acl"))
		return acl_add(&p->templates, o->value, e);
	if (span_eq_str(key, "gate_table")) {
		free(p->table_path);
		p->table_path = strdup(o->value);
		return p->table_path
		    ? RC_OK
		    : err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	if (span_eq_str(key, "client_id") &&
	    (span_eq_str(span_str(o->value), "any") ||
		span_eq_str(span_str(o->value), "device"))) {
		p->any_client_id = o->value[0] == 'a';
		return RC_OK;
	}
	return err_set(e, RC_INVALID, "plugin-option",
	    "plugin_opt_%s %s is not known; there are gate_table PATH, acl "
	    "RULE and client_id device|any.",
	    o->key, o->value);
}

static enum rc take_options(struct plugin *p, const struct mosquitto_opt *o,
    int n, struct err *e)
{
	enum rc rc = RC_OK;
	int i;

	for (i = 0; i < n && rc == RC_OK; i++)
		rc = take_option(p, &o[i], e);
	if (rc == RC_OK && !p->table_path)
		rc = err_set(e, RC_INVALID, "plugin-option",
		    "plugin_opt_gate_table PATH is missing.");
	if (rc == RC_OK && p->templates.n == 0)
		rc = acl_add_defaults(&p->templates, e);
	return rc;
}

static const struct {
	int event;
	MOSQ_FUNC_generic_callback cb;
} callbacks[] = {
    {MOSQ_EVT_BASIC_AUTH, on_basic_auth},
    {MOSQ_EVT_ACL_CHECK, on_acl_check},
    {MOSQ_EVT_DISCONNECT, on_disconnect},
    {MOSQ_EVT_TICK, on_tick},
};
#define CALLBACKS (sizeof(callbacks) / sizeof(callbacks[0]))

int mosquitto_plugin_version(int supported_version_count,
    const int *supported_versions)
{
	int i;

	for (i = 0; i < supported_version_count; i++)
		if (supported_versions[i] == MOSQ_PLUGIN_VERSION)
			return MOSQ_PLUGIN_VERSION;
	return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
    struct mosquitto_opt *options, int option_count)
{
	struct plugin *p = calloc(1, sizeof(*p));
	struct err e = {0};
	size_t i;

	if (!p)
		return MOSQ_ERR_NOMEM;
	*userdata = p;
	p->id = identifier;
	p->seen_fd = -1;
	if (take_options(p, options, option_count, &e) != RC_OK) {
		mosquitto_log_printf(MOSQ_LOG_ERR, LOG_PREFIX "%s", e.text);
		return MOSQ_ERR_INVAL;
	}
	(void)get_table(p);
	open_seen(p);
	for (i = 0; i < CALLBACKS; i++) {
		int r = mosquitto_callback_register(p->id, callbacks[i].event,
		    callbacks[i].cb, NULL, p);

		if (r != MOSQ_ERR_SUCCESS)
			return r;
	}
	mosquitto_log_printf(MOSQ_LOG_INFO,
	    LOG_PREFIX "devices are admitted by %s", p->table_path);
	return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options,
    int option_count)
{
	struct plugin *p = userdata;
	size_t i;

	if (!p)
		return MOSQ_ERR_SUCCESS;
	for (i = 0; i < CALLBACKS; i++)
		(void)mosquitto_callback_unregister(p->id, callbacks[i].event,
		    callbacks[i].cb, NULL);
	clients_clear(&p->clients);
	acl_clear(&p->templates);
	table_close(p->t);
	if (p->seen_fd >= 0)
		(void)close(p->seen_fd);
	free(p->table_path);
	free(p);
	return MOSQ_ERR_SUCCESS;
}
