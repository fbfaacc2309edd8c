/* The worker's parts, put together and taken apart.
 * Must not parse anything itself. */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cloud/connector.h"
#include "cmd/serve_trust.h"
#include "cmd/serve_worker.h"
#include "core/live.h"
#include "core/publish.h"
#include "core/sso.h"
#include "enrol/enrol.h"
#include "enrol/enrol_domain.h"

#define DRAIN_S 10
#define CAS_MAX (4u << 20)
#define CAS_EVERY_S 1
#define PEM_MAX (64 * 1024)

struct worker {
	const struct serve_child *child;
	char data[SERVE_CONF_PATH];
	char cert[SERVE_CONF_PATH], key[SERVE_CONF_PATH];
	char cas_file[SERVE_CONF_PATH];
	struct event_base *base;
	struct event *on_term, *on_int, *on_hup, *late, *tick;
	struct http_tls *tls, *device_tls;
	struct http_server *server, *device_server, *status_server;
	struct core core;
	struct enrol *enrol;
	struct enrol_domain *domain;
	struct sso_conf sso;
	struct api *api;
	struct publish_worker *publish;
	struct buf spki, cas;
	uint64_t cas_marker;   /* of the database, when cas was read */
	bool cas_read;	       /* and nothing asked for it anew */
	unsigned int draining; /* servers that are not idle yet */
	bool stopping;
};

static enum rc make_paths(struct worker *w, struct err *e)
{
	const char *dir = w->child->conf->dir;
	char name[32];
	enum rc rc;

	rc = file_join(w->data, sizeof(w->data), dir, SERVE_CONF_DATA, e);
	if (rc == RC_OK)
		rc = file_join(w->cert, sizeof(w->cert), dir,
		    SERVE_CONF_TLS_CERT, e);
	if (rc == RC_OK)
		rc = file_join(w->key, sizeof(w->key), dir, SERVE_CONF_TLS_KEY,
		    e);
	(void)snprintf(name, sizeof(name), "device-cas-%u.pem", w->child->slot);
	if (rc == RC_OK)
		rc = file_join(w->cas_file, sizeof(w->cas_file), w->data, name,
		    e);
	return rc;
}

static enum rc read_courier_key(struct worker *w, struct err *e)
{
	char path[SERVE_CONF_PATH];
	struct span rest;
	struct buf pem;
	enum rc rc;

	buf_init(&pem, PEM_MAX);
	rc = file_join(path, sizeof(path), w->child->conf->dir,
	    SERVE_CONF_COURIER_PUB, e);
	if (rc == RC_OK)
		rc = file_read(path, &pem, e);
	rest = buf_span(&pem);
	if (rc == RC_OK && !enc_unpem(&w->spki, "PUBLIC KEY", &rest))
		rc = err_set(e, RC_ENV, "bad-courier-key",
		    "The file %.300s holds no public key.", path);
	buf_clear(&pem);
	return rc;
}

static enum rc open_core(struct worker *w, struct err *e)
{
	const struct serve_conf *conf = w->child->conf;
	enum rc rc = read_courier_key(w, e);

	w->core.dir = w->data;
	w->core.public_url = w->child->public_url;
	w->core.device_url = w->child->device_url;
	w->core.status_url = w->child->status_url;
	w->core.seal_spki = buf_span(&w->spki);
	w->sso = (struct sso_conf){conf->sso_issuer, conf->sso_client_id,
	    conf->sso_name};
	w->core.cloud_rules = connector_rules_at;
	w->core.sso = conf->sso_issuer[0] ? &w->sso : NULL;
	w->core.signer = signer_new(w->child->signer_fd);
	if (rc == RC_OK && !w->core.signer)
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK)
		rc = store_open(&w->core.store, w->data, false, e);
	return rc == RC_OK ? api_new(&w->api, &w->core, e) : rc;
}

/* Whom the device port trusts follows what vendors and accounts register. */
static enum rc trust_devices(struct worker *w, struct err *e)
{
	struct http_tls *tls = NULL;
	struct buf cas;
	enum rc rc;

	buf_init(&cas, CAS_MAX);
	rc = serve_trust_cas(&w->core, &cas, e);
	if (rc != RC_OK ||
	    (w->device_tls && span_eq(buf_span(&cas), buf_span(&w->cas))))
		goto out;
	rc = file_write(w->cas_file, buf_span(&cas), 0600, e);
	if (rc == RC_OK)
		rc = http_tls_new(&tls, w->cert, w->key, w->cas_file, false, e);
	if (rc != RC_OK)
		goto out;
	http_tls_set_names(tls, enrol_domain_name, w->domain);
	if (w->device_server)
		http_server_set_tls(w->device_server, tls);
	http_tls_free(w->device_tls);
	w->device_tls = tls;
	buf_clear(&w->cas);
	w->cas = cas;
	return RC_OK;
out:
	buf_clear(&cas);
	return rc;
}

static enum rc listen_devices(struct worker *w, struct err *e)
{
	struct http_app app;
	enum rc rc = enrol_new(&w->enrol, &w->core, e);

	if (rc == RC_OK)
		rc = enrol_domain_new(&w->domain, &w->core, e);
	if (rc == RC_OK && w->child->device_fd >= 0) {
		app = enrol_app(w->enrol, ENROL_DEVICE);
		rc = trust_devices(w, e);
		if (rc == RC_OK)
			rc = http_server_new(&w->device_server, w->base,
			    w->child->device_fd, w->device_tls, &app, e);
	}
	if (rc == RC_OK && w->child->status_fd >= 0) {
		app = enrol_app(w->enrol, ENROL_STATUS);
		rc = http_server_new(&w->status_server, w->base,
		    w->child->status_fd, NULL, &app, e);
	}
	return rc;
}

static void on_idle(void *arg)
{
	struct worker *w = arg;

	if (--w->draining == 0)
		(void)event_base_loopbreak(w->base);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	log_warn("requests were still open when the time to end was up");
	(void)event_base_loopbreak(w->base);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = {DRAIN_S, 0};
	struct worker *w = arg;
	struct http_server *all[] = {w->server, w->device_server,
	    w->status_server};
	size_t i;

	if (w->stopping)
		return;
	w->stopping = true;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		w->draining += all[i] ? 1 : 0;
	(void)evtimer_add(w->late, &tv);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i])
			http_server_drain(all[i], on_idle, w);
}

static void on_reload(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	struct http_tls *tls;
	struct err e;

	if (http_tls_new(&tls, w->cert, w->key, NULL, false, &e) != RC_OK) {
		log_err(LOG_ERROR, "the old TLS certificate stays", &e);
		return;
	}
	http_server_set_tls(w->server, tls);
	http_tls_free(w->tls);
	w->tls = tls;
	w->cas_read = false;
	buf_clear(&w->cas);
	buf_init(&w->cas, CAS_MAX);
	buf_add_u8(&w->cas, 0); /* like no bundle: it is made anew */
	log_info("the TLS certificate was read again");
}

/* While nothing changes at all, neither do they.  The marker is read first:
 * what changes in between is seen the next time. */
static enum rc follow_cas(struct worker *w, struct err *e)
{
	uint64_t marker;
	enum rc rc = live_marker(&w->core, &marker, e);

	if (rc != RC_OK || (w->cas_read && marker == w->cas_marker))
		return rc;
	rc = trust_devices(w, e);
	w->cas_read = rc == RC_OK;
	w->cas_marker = marker;
	return rc;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	struct err e = {.rc = RC_BUG};

	sighting_flush(&w->core, enrol_seen(w->enrol), clock_now_s());
	if (w->device_server && !w->stopping && follow_cas(w, &e) != RC_OK)
		log_err(LOG_WARN, "the CAs of devices cannot be read", &e);
}

/* An answer turns reading off and writing on, and back: most of that cancels
 * out before the kernel needs to hear of it.  No socket here is a duplicate,
 * which is what this asks for. */
static struct event_base *new_base(void)
{
	struct event_config *c = event_config_new();
	struct event_base *base = NULL;

	if (c &&
	    event_config_set_flag(c, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) == 0)
		base = event_base_new_with_config(c);
	if (c)
		event_config_free(c);
	return base;
}

static enum rc make_events(struct worker *w, struct err *e)
{
	struct timeval tv = {CAS_EVERY_S, 0};

	w->base = new_base();
	if (!w->base)
		goto bad;
	w->on_term = evsignal_new(w->base, SIGTERM, on_stop, w);
	w->on_int = evsignal_new(w->base, SIGINT, on_stop, w);
	w->on_hup = evsignal_new(w->base, SIGHUP, on_reload, w);
	w->late = evtimer_new(w->base, on_late, w);
	w->tick = event_new(w->base, -1, EV_PERSIST, on_tick, w);
	if (w->on_term && w->on_int && w->on_hup && w->late && w->tick &&
	    event_add(w->on_term, NULL) == 0 &&
	    event_add(w->on_int, NULL) == 0 &&
	    event_add(w->on_hup, NULL) == 0 && event_add(w->tick, &tv) == 0)
		return RC_OK;
bad:
	return err_set(e, RC_ENV, "no-event-loop",
	    "The event loop cannot be set up.");
}

static enum rc start(struct worker *w, struct err *e)
{
	const struct serve_conf *conf = w->child->conf;
	enum rc rc;

	rc = make_paths(w, e);
	if (rc == RC_OK)
		rc = serve_child_confine(SERVE_CHILD_WORKER, conf->dir, e);
	if (rc == RC_OK)
		rc = http_tls_new(&w->tls, w->cert, w->key, NULL, false, e);
	if (rc == RC_OK)
		rc = open_core(w, e);
	if (rc == RC_OK)
		rc = make_events(w, e);
	if (rc == RC_OK)
		rc = http_server_new(&w->server, w->base, w->child->listen_fd,
		    w->tls, api_app(w->api), e);
	if (rc == RC_OK)
		rc = listen_devices(w, e);
	if (rc == RC_OK)
		rc = publish_worker_start(&w->publish, w->data,
		    (unsigned int)conf->publish_threads, e);
	return rc;
}

static void stop(struct worker *w)
{
	struct event *events[] = {w->on_term, w->on_int, w->on_hup, w->late,
	    w->tick};
	size_t i;

	publish_worker_stop(w->publish);
	http_server_free(w->server);
	http_server_free(w->device_server);
	http_server_free(w->status_server);
	http_tls_free(w->tls);
	http_tls_free(w->device_tls);
	if (w->enrol)
		sighting_flush(&w->core, enrol_seen(w->enrol), clock_now_s());
	enrol_free(w->enrol);
	enrol_domain_free(w->domain);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	if (w->base)
		event_base_free(w->base);
	api_free(w->api);
	store_close(w->core.store);
	signer_free(w->core.signer);
	buf_clear(&w->spki);
	buf_clear(&w->cas);
}

int serve_worker_run(const struct serve_child *c)
{
	struct worker w = {.child = c};
	struct err e = {.rc = RC_BUG};
	enum rc rc;

	buf_init(&w.spki, PEM_MAX);
	buf_init(&w.cas, CAS_MAX);
	rc = start(&w, &e);
	if (rc == RC_OK) {
		(void)!write(c->ready_fd, "r", 1);
		(void)event_base_dispatch(w.base);
	} else {
		log_err(LOG_ERROR, "the worker cannot start", &e);
	}
	stop(&w);
	return rc == RC_OK ? 0 : 3;
}
