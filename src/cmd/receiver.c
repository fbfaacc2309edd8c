/* `birthmark receiver`: sets a reference receiver up and serves it.
 * Must not judge a request: receiver_http.c does. */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/cli.h"
#include "cmd/receiver.h"
#include "cmd/receiver_http.h"
#include "net/listen.h"

#define FILE_MAX_BYTES (256u * 1024)

struct flags {
	const char *dir, *listen, *cert, *key, *jwt_key, *audience, *basic, *ca;
};

struct receiver {
	struct receiver_http http;
	struct http_tls *tls;
	struct http_server *server;
	struct event_base *base;
	struct event *on_term, *on_int;
	struct buf basic, basic_b64;
	char name[80];
};

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)event_base_loopbreak(arg);
}

static enum rc load_jwt_key(struct receiver *r, const char *path, struct err *e)
{
	struct buf pem, spki;
	struct span rest;
	enum rc rc;

	buf_init(&pem, FILE_MAX_BYTES);
	buf_init(&spki, 4096);
	rc = file_read(path, &pem, e);
	rest = buf_span(&pem);
	if (rc == RC_OK && !enc_unpem(&spki, "PUBLIC KEY", &rest))
		rc = err_set(e, RC_INVALID, "receiver-key",
		    "%s holds no public key (PEM).", path);
	if (rc == RC_OK)
		rc = key_pub_new(&r->http.jwt_key, buf_span(&spki), e);
	buf_clear(&pem);
	buf_clear(&spki);
	return rc;
}

static enum rc load_basic(struct receiver *r, const char *path, struct err *e)
{
	enum rc rc = file_read(path, &r->basic, e);

	while (
	    rc == RC_OK && r->basic.n > 0 && r->basic.p[r->basic.n - 1] < ' ')
		r->basic.n--;
	if (rc != RC_OK)
		return rc;
	if (!memchr(r->basic.p ? r->basic.p : (const uint8_t *)"", ':',
		r->basic.n))
		return err_set(e, RC_INVALID, "receiver-basic",
		    "%s must hold user:password.", path);
	enc_base64(&r->basic_b64, buf_span(&r->basic));
	r->http.basic = buf_cstr(&r->basic);
	r->http.basic_b64 = buf_cstr(&r->basic_b64);
	return RC_OK;
}

/* Roots stand before what they have issued; an issuing CA alone is trusted as
 * it is. */
static enum rc load_chain(struct receiver *r, const char *path, struct err *e)
{
	int64_t now = clock_now_s();
	struct buf pem, der;
	struct span rest;
	enum rc rc;

	r->http.chain = chain_new();
	if (!r->http.chain)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_init(&pem, FILE_MAX_BYTES);
	buf_init(&der, CERT_DER_MAX);
	rc = file_read(path, &pem, e);
	rest = buf_span(&pem);
	while (rc == RC_OK && enc_unpem(&der, "CERTIFICATE", &rest)) {
		rc = chain_add(r->http.chain, buf_span(&der), true, now, e);
		buf_reset(&der);
	}
	buf_clear(&pem);
	buf_clear(&der);
	return rc;
}

static enum rc load(struct receiver *r, const struct flags *f, struct err *e)
{
	enum rc rc;

	if (f->basic)
		rc = load_basic(r, f->basic, e);
	else
		rc = load_jwt_key(r, f->jwt_key, e);
	r->http.audience = f->audience;
	if (rc == RC_OK && f->ca)
		rc = load_chain(r, f->ca, e);
	if (rc == RC_OK && f->cert)
		rc = http_tls_new(&r->tls, f->cert, f->key ? f->key : f->cert,
		    NULL, false, e);
	if (rc == RC_OK)
		rc = receiver_store_open(&r->http.store, f->dir, e);
	return rc;
}

static enum rc serve(struct receiver *r, const char *address, struct err *e)
{
	struct http_limits limits = http_limits_default;
	struct http_app app;
	int fd = -1;
	enum rc rc = listen_open(&fd, address, e);

	if (rc == RC_OK)
		rc = listen_name(fd, r->name, sizeof(r->name), e);
	if (rc != RC_OK)
		return rc;
	r->http.endpoint = r->name;
	receiver_http_app(&r->http, &app);
	r->base = event_base_new();
	if (!r->base)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	r->on_term = evsignal_new(r->base, SIGTERM, on_signal, r->base);
	r->on_int = evsignal_new(r->base, SIGINT, on_signal, r->base);
	if (!r->on_term || !r->on_int || event_add(r->on_term, NULL) != 0 ||
	    event_add(r->on_int, NULL) != 0)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = http_server_new(&r->server, r->base, fd, r->tls, &app, e);
	if (rc != RC_OK)
		return rc;
	http_server_set_limits(r->server, &limits);
	log_info("receiving on %s://%s/interop, %llu devices so far",
	    r->tls ? "https" : "http", r->name,
	    (unsigned long long)receiver_store_count(r->http.store));
	(void)event_base_dispatch(r->base);
	return RC_OK;
}

static void finish(struct receiver *r)
{
	http_server_free(r->server);
	if (r->on_term)
		event_free(r->on_term);
	if (r->on_int)
		event_free(r->on_int);
	if (r->base)
		event_base_free(r->base);
	http_tls_free(r->tls);
	receiver_store_close(r->http.store);
	key_pub_free(r->http.jwt_key);
	chain_free(r->http.chain);
	buf_clear_secret(&r->basic);
	buf_clear_secret(&r->basic_b64);
}

static int run(const struct flags *f)
{
	struct receiver r = {0};
	struct err e = {0};
	enum rc rc;

	log_setup("receiver", LOG_INFO);
	buf_init(&r.basic, 512);
	buf_init(&r.basic_b64, 1024);
	rc = load(&r, f, &e);
	if (rc == RC_OK)
		rc = serve(&r, f->listen, &e);
	finish(&r);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

static enum rc check_flags(const struct flags *f, struct err *e)
{
	if (!f->dir)
		return err_set(e, RC_INVALID, "usage", "Give --dir.");
	if (!f->basic && (!f->jwt_key || !f->audience))
		return err_set(e, RC_INVALID, "usage",
		    "Give --jwt-key and --audience, or --basic-file.");
	if (f->basic && f->jwt_key)
		return err_set(e, RC_INVALID, "usage",
		    "Give either --jwt-key or --basic-file.");
	return RC_OK;
}

int receiver_main(int argc, char **argv)
{
	struct flags f = {.listen = "127.0.0.1:8445"};
	const struct args_opt opts[] = {
	    {"dir", 'd', ARGS_STR, &f.dir, "DIR", "where devices are kept"},
	    {"listen", 'l', ARGS_STR, &f.listen, "HOST:PORT",
		"address (127.0.0.1:8445)"},
	    {"tls-cert", 0, ARGS_STR, &f.cert, "FILE",
		"certificate chain (PEM); plain HTTP if not given"},
	    {"tls-key", 0, ARGS_STR, &f.key, "FILE", "its key"},
	    {"jwt-key", 0, ARGS_STR, &f.jwt_key, "FILE",
		"the account's interop-key.pem (a cloud's key_url)"},
	    {"audience", 0, ARGS_STR, &f.audience, "TEXT",
		"AWS account id or Azure subscription id"},
	    {"basic-file", 0, ARGS_STR, &f.basic, "FILE",
		"user:password, instead of a key"},
	    {"ca", 0, ARGS_STR, &f.ca, "FILE",
		"CAs that devices must be of (PEM)"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"birthmark receiver --dir DIR [OPTION]...",
	    "Receives devices by the interop protocol, as a product cloud "
	    "does.",
	    opts, 0, 0};
	struct err e = {0};
	int status;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	return check_flags(&f, &e) == RC_OK ? run(&f) : cli_fail(&e);
}
