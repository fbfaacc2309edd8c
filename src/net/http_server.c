/* The listening side: accepts, counts connections in all and per peer, drains.
 * Must not read a byte of a connection itself. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/metric.h"
#include "net/http_conn.h"
#include "net/http_tls.h"

#define BUCKETS 1024
#define ACCEPT_PAUSE_MS 100

/* A peer is an IPv4 address or an IPv6 /64: who has one, has all of it. */
struct peer {
	uint8_t key[16];
	char text[INET6_ADDRSTRLEN];
};

struct entry {
	struct http_server *server;
	struct entry *next, **prevp;
	struct peer peer;
	struct http_conn *conn;
};

struct http_server {
	struct http_conn_env env;
	struct evconnlistener *listener;
	struct event *resume;
	struct http_tls *tls;
	struct entry *buckets[BUCKETS];
	size_t open;
	bool draining, freeing;
	void (*idle_cb)(void *);
	void *idle_arg;
};

static size_t bucket_of(const struct peer *p)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(p->key); i++)
		h = (h ^ p->key[i]) * 16777619u;
	return h % BUCKETS;
}

static void peer_of(struct peer *p, const struct sockaddr *sa)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const struct sockaddr_in6 *v6 = (const void *)sa;
	const struct sockaddr_in *v4 = (const void *)sa;

	memset(p, 0, sizeof(*p));
	if (sa->sa_family == AF_INET) {
		memcpy(p->key, mapped, 12);
		memcpy(p->key + 12, &v4->sin_addr, 4);
		(void)inet_ntop(AF_INET, &v4->sin_addr, p->text,
		    sizeof(p->text));
	} else if (sa->sa_family == AF_INET6) {
		bool is_v4 = memcmp(&v6->sin6_addr, mapped, 12) == 0;

		memcpy(p->key, &v6->sin6_addr, is_v4 ? 16 : 8);
		if (is_v4)
			(void)inet_ntop(AF_INET, p->key + 12, p->text,
			    sizeof(p->text));
		else
			(void)inet_ntop(AF_INET6, &v6->sin6_addr, p->text,
			    sizeof(p->text));
	}
}

static size_t open_of(const struct http_server *s, const struct peer *p)
{
	const struct entry *i;
	size_t n = 0;

	for (i = s->buckets[bucket_of(p)]; i; i = i->next)
		n += memcmp(i->peer.key, p->key, sizeof(p->key)) == 0;
	return n;
}

static void on_closed(void *owner)
{
	struct entry *i = owner;
	struct http_server *s;

	if (!i)
		return;
	s = i->server;
	*i->prevp = i->next;
	if (i->next)
		i->next->prevp = i->prevp;
	free(i);
	s->open--;
	if (s->draining && !s->freeing && s->open == 0 && s->idle_cb)
		s->idle_cb(s->idle_arg);
}

static struct entry *add_entry(struct http_server *s, const struct peer *p)
{
	struct entry **at = &s->buckets[bucket_of(p)];
	struct entry *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->server = s;
	i->peer = *p;
	i->next = *at;
	i->prevp = at;
	if (i->next)
		i->next->prevp = &i->next;
	*at = i;
	s->open++;
	return i;
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd,
    struct sockaddr *sa, int sa_n, void *arg)
{
	struct http_server *s = arg;
	struct ssl_st *ssl = NULL;
	struct http_conn *conn;
	struct entry *i = NULL;
	struct peer peer;
	int on = 1;

	peer_of(&peer, sa);
	if (s->open >= s->env.limits.connections ||
	    open_of(s, &peer) >= s->env.limits.connections_per_peer) {
		metric_add(METRIC_CONNECTIONS_REFUSED, 1);
		(void)close(fd);
		return;
	}
	metric_add(METRIC_CONNECTIONS, 1);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (s->tls)
		ssl = http_tls_accept(s->tls);
	if (!s->tls || ssl)
		i = add_entry(s, &peer);
	if (!i) {
		http_tls_drop(ssl);
		(void)close(fd);
		return;
	}
	if (http_conn_new(&conn, &s->env, fd, ssl, peer.text, i) != RC_OK) {
		on_closed(i);
		(void)close(fd);
		return;
	}
	if (!conn)
		on_closed(i);
	else
		i->conn = conn;
}

/* Out of file descriptors: without a pause this would spin. */
static void on_accept_error(struct evconnlistener *l, void *arg)
{
	struct http_server *s = arg;
	struct timeval tv = {0, ACCEPT_PAUSE_MS * 1000};

	(void)evconnlistener_disable(l);
	(void)evtimer_add(s->resume, &tv);
	log_warn("accepting connections paused: %s",
	    evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *s = arg;

	if (s->listener && !s->draining)
		(void)evconnlistener_enable(s->listener);
}

enum rc http_server_new(struct http_server **out, struct event_base *base,
    int listen_fd, struct http_tls *tls, const struct http_app *app,
    struct err *e)
{
	struct http_server *s;

	*out = NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	/* A peer that goes away is found out by write(2). */
	(void)signal(SIGPIPE, SIG_IGN);
	s->env.base = base;
	s->env.app = *app;
	s->env.limits = http_limits_default;
	s->env.closed = on_closed;
	s->tls = tls;
	s->resume = evtimer_new(base, on_resume, s);
	if (s->resume && evutil_make_socket_nonblocking(listen_fd) == 0)
		s->listener = evconnlistener_new(base, on_accept, s,
		    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
		    listen_fd);
	if (!s->listener) {
		http_server_free(s);
		return err_set(e, RC_ENV, "no-listener",
		    "The event loop does not take the listening socket.");
	}
	evconnlistener_set_error_cb(s->listener, on_accept_error);
	*out = s;
	return RC_OK;
}

void http_server_set_limits(struct http_server *s,
    const struct http_limits *limits)
{
	s->env.limits = *limits;
}

void http_server_set_tls(struct http_server *s, struct http_tls *tls)
{
	s->tls = tls;
}

static void each(struct http_server *s, void (*f)(struct http_conn *))
{
	struct entry *i, *next;
	size_t b;

	for (b = 0; b < BUCKETS; b++) {
		for (i = s->buckets[b]; i; i = next) {
			next = i->next;
			f(i->conn);
		}
	}
}

void http_server_drain(struct http_server *s, void (*idle_cb)(void *),
    void *arg)
{
	evconnlistener_free(s->listener);
	s->listener = NULL;
	s->env.draining = true;
	each(s, http_conn_drain);
	s->idle_cb = idle_cb;
	s->idle_arg = arg;
	s->draining = true;
	if (s->open == 0 && idle_cb)
		idle_cb(arg);
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	s->freeing = true;
	if (s->listener)
		evconnlistener_free(s->listener);
	if (s->resume)
		event_free(s->resume);
	if (s->open > 0) {
		each(s, http_conn_free);
		/* What libevent has put off, or it would be lost. */
		(void)event_base_loop(s->env.base, EVLOOP_NONBLOCK);
	}
	free(s);
}

size_t http_server_open(const struct http_server *s)
{
	return s->open;
}
