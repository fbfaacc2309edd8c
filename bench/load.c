/* Load for a server, from threads that each ask and wait: over plain HTTP, or
 * over TLS with the certificates of chips.  Prints how many answers came.
 * Must not measure: who starts it reads the server's processor time. */
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "pki/csr.h"

#define ANSWER_MAX (64 * 1024)
#define THREADS_MAX 16

struct load {
	const char *host, *port, *path, *chips, *sni;
	uint64_t threads, ms, per_connection, chips_n;
	bool tls, enrol;
	atomic_uint_fast64_t next, done;
	int64_t until_ms;
};

/* One connection: ssl is NULL for plain HTTP. */
struct wire {
	int fd;
	SSL *ssl;
	char got[ANSWER_MAX + 1];
};

static void give_up(const char *what)
{
	(void)fprintf(stderr, "load: %s\n", what);
	exit(1);
}

static int dial(const struct load *l)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *a = NULL;
	int fd = -1, on = 1;

	if (getaddrinfo(l->host, l->port, &hints, &a) != 0 || !a)
		give_up("the host has no address");
	fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen) != 0)
		give_up("no connection");
	freeaddrinfo(a);
	/* Else a request waits for what nobody answers to. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static SSL_CTX *open_chip(const struct load *l, uint64_t i)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%llu.pem", l->chips,
	    (unsigned long long)i);
	if (!ctx ||
	    SSL_CTX_use_certificate_file(ctx, path, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) != 1)
		give_up("a chip cannot be read");
	return ctx;
}

static void open_wire(struct wire *w, const struct load *l, SSL_CTX *ctx)
{
	w->fd = dial(l);
	w->ssl = NULL;
	if (!ctx)
		return;
	w->ssl = SSL_new(ctx);
	if (!w->ssl || SSL_set_fd(w->ssl, w->fd) != 1 ||
	    (l->sni && SSL_set_tlsext_host_name(w->ssl, l->sni) != 1) ||
	    SSL_connect(w->ssl) != 1)
		give_up("no handshake");
}

static void close_wire(struct wire *w)
{
	if (w->ssl) {
		(void)SSL_shutdown(w->ssl);
		SSL_free(w->ssl);
	}
	(void)close(w->fd);
}

static void send_all(struct wire *w, struct span s)
{
	while (s.n > 0) {
		ssize_t n = w->ssl ? SSL_write(w->ssl, s.p, (int)s.n)
				   : send(w->fd, s.p, s.n, MSG_NOSIGNAL);

		if (n <= 0)
			give_up("the connection broke");
		s = span_sub(s, (size_t)n, s.n);
	}
}

static size_t receive(struct wire *w, size_t have)
{
	size_t room = ANSWER_MAX - have;
	ssize_t n = w->ssl ? SSL_read(w->ssl, w->got + have, (int)room)
			   : recv(w->fd, w->got + have, room, 0);

	if (n <= 0)
		give_up("an answer did not come whole");
	w->got[have + (size_t)n] = '\0';
	return have + (size_t)n;
}

/* A 200 with a Content-Length, whole. */
static void take_answer(struct wire *w)
{
	const char *end = NULL, *length;
	size_t have = 0, want;

	while (!end) {
		have = receive(w, have);
		end = strstr(w->got, "\r\n\r\n");
	}
	length = strcasestr(w->got, "\r\ncontent-length:");
	if (strncasecmp(w->got, "HTTP/1.1 200", 12) != 0 || !length ||
	    length > end) {
		(void)fprintf(stderr, "%.300s\n", w->got);
		give_up("the answer is no 200 with a length");
	}
	want = (size_t)(end + 4 - w->got) + strtoul(length + 17, NULL, 10);
	while (have < want)
		have = receive(w, have);
}

static void build_csr(struct buf *body)
{
	struct key *k = NULL;
	struct buf der;

	buf_init(&der, CSR_MAX);
	if (key_generate(&k, KEY_P256, NULL) != RC_OK ||
	    csr_build(k, "device", NULL, NULL, &der, NULL) != RC_OK)
		give_up("no request could be made");
	enc_base64(body, buf_span(&der));
	key_free(k);
	buf_clear(&der);
}

static void ask(struct wire *w, const struct load *l)
{
	struct buf text, body;

	buf_init(&text, 2 * CSR_MAX);
	buf_init(&body, 2 * CSR_MAX);
	if (l->enrol)
		build_csr(&body);
	buf_addf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n",
	    l->enrol ? "POST" : "GET", l->path, l->host);
	if (l->enrol)
		buf_addf(&text,
		    "Content-Type: application/pkcs10\r\n"
		    "Content-Length: %zu\r\n",
		    body.n);
	buf_add_str(&text, "\r\n");
	buf_add_span(&text, buf_span(&body));
	if (!buf_ok(&text))
		give_up("no memory");
	send_all(w, buf_span(&text));
	take_answer(w);
	buf_clear(&text);
	buf_clear(&body);
}

static bool has_time(const struct load *l)
{
	return clock_mono_ms() < l->until_ms;
}

static void *work(void *arg)
{
	struct load *l = arg;
	struct wire *w = malloc(sizeof(*w));
	uint64_t i, k;

	if (!w)
		give_up("no memory");
	while (has_time(l)) {
		SSL_CTX *ctx = NULL;

		i = atomic_fetch_add(&l->next, 1);
		if (l->tls && l->enrol && i >= l->chips_n)
			break;
		if (l->tls)
			ctx = open_chip(l, i % l->chips_n);
		open_wire(w, l, ctx);
		for (k = 0; k < l->per_connection && has_time(l); k++) {
			ask(w, l);
			(void)atomic_fetch_add(&l->done, 1);
		}
		close_wire(w);
		SSL_CTX_free(ctx);
	}
	free(w);
	return NULL;
}

static void run(struct load *l)
{
	pthread_t t[THREADS_MAX];
	uint64_t i;

	l->until_ms = clock_mono_ms() + (int64_t)l->ms;
	for (i = 0; i < l->threads; i++)
		if (pthread_create(&t[i], NULL, work, l) != 0)
			give_up("no thread");
	for (i = 0; i < l->threads; i++)
		(void)pthread_join(t[i], NULL);
	(void)printf("%llu\n", (unsigned long long)atomic_load(&l->done));
}

int main(int argc, char **argv)
{
	struct load l = {.host = "127.0.0.1",
	    .path = "/",
	    .threads = 4,
	    .ms = 2000,
	    .per_connection = 1,
	    .chips_n = 1};
	const struct args_opt opts[] = {
	    {"host", 0, ARGS_STR, &l.host, "HOST", "server (127.0.0.1)"},
	    {"port", 0, ARGS_STR, &l.port, "PORT", "its port"},
	    {"path", 0, ARGS_STR, &l.path, "PATH", "what to ask for"},
	    {"chips", 0, ARGS_STR, &l.chips, "DIR",
		"use TLS with the chips 0.pem, 1.pem, ..."},
	    {"chips-n", 0, ARGS_U64, &l.chips_n, "N", "how many there are"},
	    {"sni", 0, ARGS_STR, &l.sni, "NAME", "name of the server"},
	    {"enrol", 0, ARGS_FLAG, &l.enrol, NULL,
		"POST a new request for a certificate each time"},
	    {"per-connection", 0, ARGS_U64, &l.per_connection, "N",
		"requests on each connection (1)"},
	    {"threads", 0, ARGS_U64, &l.threads, "N", "threads (4)"},
	    {"ms", 0, ARGS_U64, &l.ms, "N", "milliseconds (2000)"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"load --port N [OPTION]...",
	    "Asks a server as fast as it answers; prints how many answers "
	    "came.",
	    opts, 0, 0};
	struct err e = {0};
	bool help = false;
	int npos = 0;

	if (args_parse(&cmd, argc, argv, &npos, &help, &e) != RC_OK || help ||
	    !l.port || l.threads == 0 || l.threads > THREADS_MAX ||
	    l.chips_n == 0) {
		(void)fprintf(stderr, "%s\n", e.text);
		args_help(&cmd);
		return 2;
	}
	l.tls = l.chips != NULL;
	(void)signal(SIGPIPE, SIG_IGN);
	run(&l);
	return 0;
}
