/* TLS of the HTTP server: whose certificates count, and large bodies through
 * it.  Must not leave loopback, nor keep keys. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "net/http_tls.h"
#include "net/listen.h"
#include "pki/issue.h"
#include "tests/unit/check.h"

#define BIG (8u << 20)

static struct {
	char dir[64];
	struct event_base *base;
	struct http_server *server;
	struct http_tls *tls;
	struct event *quit;
	pthread_t thread;
	int pipe[2];
	uint16_t port;
} t;

static const char *path(const char *name)
{
	static char out[8][128];
	static unsigned int i;

	i = (i + 1) % COUNT(out);
	(void)snprintf(out[i], sizeof(out[i]), "%s/%s", t.dir, name);
	return out[i];
}

static void put(const char *name, struct span bytes)
{
	assert_int_equal(file_write(path(name), bytes, 0600, NULL), RC_OK);
}

/* NAME.pem and NAME.key; a CA when ca_key is NULL. */
static struct key *make(const char *name, struct key *ca_key,
    struct buf *ca_der, int64_t not_after)
{
	int64_t now = clock_now_s();
	struct issue_ca ca = {.org = "T",
	    .common_name = name,
	    .not_before = now - 1000,
	    .not_after = not_after};
	struct issue_leaf leaf = {.org = "T",
	    .common_name = name,
	    .not_before = now - 1000,
	    .not_after = not_after};
	struct buf der, pem;
	char file[64];
	struct key *k;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&pem, 65536);
	assert_int_equal(key_generate(&k, KEY_P256, NULL), RC_OK);
	if (ca_key)
		assert_int_equal(issue_leaf(&leaf, key_spki(k),
				     buf_span(ca_der), ca_key, &der, NULL),
		    RC_OK);
	else
		assert_int_equal(issue_ca(&ca, key_spki(k), SPAN_NONE, k, &der,
				     NULL),
		    RC_OK);
	enc_pem(&pem, "CERTIFICATE", buf_span(&der));
	(void)snprintf(file, sizeof(file), "%s.pem", name);
	put(file, buf_span(&pem));
	buf_reset(&pem);
	assert_int_equal(key_pem(k, &pem, NULL), RC_OK);
	(void)snprintf(file, sizeof(file), "%s.key", name);
	put(file, buf_span(&pem));
	if (!ca_key)
		buf_add_span(ca_der, buf_span(&der));
	buf_clear(&der);
	buf_clear(&pem);
	return k;
}

#define MANY 900

static X509 *read_ca(void)
{
	BIO *in = BIO_new_file(path("ca.pem"), "r");
	X509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);

	assert_non_null(x);
	BIO_free(in);
	return x;
}

/* ca.pem, and after it one of the same name and key identifier. */
static void make_twin(void)
{
	BIO *out = BIO_new_file(path("twin.pem"), "w");
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = read_ca();

	assert_int_equal(PEM_write_bio_X509(out, x), 1);
	assert_int_equal(X509_set_pubkey(x, k), 1);
	assert_true(X509_sign(x, k, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(out, x), 1);
	BIO_free(out);
	X509_free(x);
	EVP_PKEY_free(k);
}

/* ca.pem, and after it more names than a message of TLS holds. */
static void make_many(void)
{
	BIO *out = BIO_new_file(path("many.pem"), "w");
	X509_NAME *name = X509_NAME_new();
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = read_ca();
	char text[65];
	int i;

	assert_int_equal(PEM_write_bio_X509(out, x), 1);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(text, sizeof(text), "%064d", i);
		X509_NAME_free(name);
		name = X509_NAME_new();
		assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN",
				     MBSTRING_ASC, (const uint8_t *)text, -1,
				     -1, 0),
		    1);
		assert_int_equal(X509_set_subject_name(x, name), 1);
		assert_true(X509_sign(x, k, EVP_sha256()) > 0);
		assert_int_equal(PEM_write_bio_X509(out, x), 1);
	}
	X509_NAME_free(name);
	BIO_free(out);
	X509_free(x);
	EVP_PKEY_free(k);
}

static void make_pki(void)
{
	int64_t now = clock_now_s();
	struct buf ca_der, foreign_der;
	struct key *ca, *foreign;

	buf_init(&ca_der, CERT_DER_MAX);
	buf_init(&foreign_der, CERT_DER_MAX);
	put("empty.pem", SPAN_NONE);
	/* Two CAs of one name: the second takes the first one's file. */
	foreign = make("ca", NULL, &foreign_der, now + 3600);
	key_free(make("stranger", foreign, &foreign_der, now + 3600));
	ca = make("ca", NULL, &ca_der, now + 3600);
	key_free(make("good", ca, &ca_der, now + 3600));
	key_free(make("expired", ca, &ca_der, now - 500));
	key_free(make("server", ca, &ca_der, now + 3600));
	make_twin();
	make_many();
	key_free(ca);
	key_free(foreign);
	buf_clear(&ca_der);
	buf_clear(&foreign_der);
}

static bool app_head(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	req->body_max = BIG;
	return true;
}

static void app_handle(void *ctx, struct http_request *req,
    struct http_response *resp)
{
	resp->status = 200;
	resp->content_type = "text/plain";
	if (req->body.n > 0)
		buf_add_span(&resp->body, req->body);
	else
		buf_addf(&resp->body, "cert=%d", req->client_cert.n > 0);
}

static const struct http_app app = {.head = app_head, .handle = app_handle};

static void on_quit(evutil_socket_t fd, short what, void *arg)
{
	(void)event_base_loopbreak(t.base);
}

static void *serve(void *arg)
{
	(void)event_base_dispatch(t.base);
	http_server_free(t.server);
	http_tls_free(t.tls);
	event_free(t.quit);
	event_base_free(t.base);
	return NULL;
}

static void start(const char *client_ca, bool require)
{
	char name[64];
	int fd;

	assert_int_equal(listen_open(&fd, "127.0.0.1:0", NULL), RC_OK);
	assert_int_equal(listen_name(fd, name, sizeof(name), NULL), RC_OK);
	assert_int_equal(pipe(t.pipe), 0);
	t.port = (uint16_t)strtoul(strrchr(name, ':') + 1, NULL, 10);
	t.base = event_base_new();
	t.quit = event_new(t.base, t.pipe[0], EV_READ, on_quit, NULL);
	(void)event_add(t.quit, NULL);
	assert_int_equal(http_tls_new(&t.tls, path("server.pem"),
			     path("server.key"),
			     client_ca ? path(client_ca) : NULL, require, NULL),
	    RC_OK);
	assert_int_equal(http_server_new(&t.server, t.base, fd, t.tls, &app,
			     NULL),
	    RC_OK);
	assert_int_equal(pthread_create(&t.thread, NULL, serve, NULL), 0);
}

static void stop(void)
{
	(void)!write(t.pipe[1], "q", 1);
	(void)pthread_join(t.thread, NULL);
	(void)close(t.pipe[0]);
	(void)close(t.pipe[1]);
}

static SSL_CTX *client(const char *cert, int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char file[64];

	assert_non_null(ctx);
	(void)SSL_CTX_set_max_proto_version(ctx, version);
	if (cert) {
		(void)snprintf(file, sizeof(file), "%s.pem", cert);
		assert_int_equal(SSL_CTX_use_certificate_file(ctx, path(file),
				     SSL_FILETYPE_PEM),
		    1);
		(void)snprintf(file, sizeof(file), "%s.key", cert);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, path(file),
				     SSL_FILETYPE_PEM),
		    1);
	}
	return ctx;
}

static int dial(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_port = htons(t.port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval tv = {10, 0};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	return fd;
}

/* All that the server says; empty when it hangs up. */
static void exchange(SSL_CTX *ctx, struct span request, struct buf *out,
    bool *resumable)
{
	SSL *ssl = SSL_new(ctx);
	int fd = dial(), n = 0;
	size_t sent = 0;
	uint8_t *p;

	assert_int_equal(SSL_set_fd(ssl, fd), 1);
	if (SSL_connect(ssl) == 1 &&
	    SSL_write_ex(ssl, request.p, request.n, &sent) == 1) {
		do {
			p = buf_room(out, 65536);
			assert_non_null(p);
			n = SSL_read(ssl, p, 65536);
			if (n > 0)
				buf_grown(out, (size_t)n);
		} while (n > 0);
	}
	if (resumable) {
		SSL_SESSION *s = SSL_get_session(ssl);

		*resumable = s && SSL_SESSION_has_ticket(s);
	}
	SSL_free(ssl);
	ERR_clear_error();
	(void)close(fd);
}

static const struct {
	const char *ca;
	bool require;
	const char *cert;
	const char *expect; /* NULL: no answer */
} table[] = {
    {NULL, false, NULL, "cert=0"},
    {NULL, false, "good", "cert=0"}, /* nobody
					verified
					it */
    {"ca.pem", false, NULL, "cert=0"},
    {"ca.pem", false, "good", "cert=1"},
    {"ca.pem", false, "stranger", NULL},
    {"ca.pem", false, "expired", NULL},
    {"ca.pem", true, "good", "cert=1"},
    {"ca.pem", true, NULL, NULL},
    {"ca.pem", true, "stranger", NULL},
    {"ca.pem", true, "expired", NULL},
    {"empty.pem", true, "good", NULL}, /* an empty bundle */
    {"twin.pem", true, "good", "cert=1"},
    {"twin.pem", true, "stranger", NULL},
    {"many.pem", true, "good", "cert=1"},
    {"many.pem", true, "stranger", NULL},
};

static void client_certificates_are_judged(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct span get = SPAN_LIT("GET / HTTP/1.1\r\nHost: a\r\n"
				   "Connection: close\r\n\r\n");
	size_t i, v;

	for (i = 0; i < COUNT(table); i++) {
		start(table[i].ca, table[i].require);
		for (v = 0; v < COUNT(versions); v++) {
			SSL_CTX *ctx = client(table[i].cert, versions[v]);
			bool resumable = true;
			struct buf out;

			buf_init(&out, 1 << 20);
			exchange(ctx, get, &out, &resumable);
			if (table[i].expect
				? !strstr(buf_cstr(&out), table[i].expect)
				: out.n != 0)
				fail_msg("%zu: \"%s\"", i, buf_cstr(&out));
			assert_false(resumable);
			buf_clear(&out);
			SSL_CTX_free(ctx);
		}
		stop();
	}
}

static void large_bodies_pass(void **state)
{
	SSL_CTX *ctx = client(NULL, TLS1_3_VERSION);
	struct buf in, out;
	size_t head;

	buf_init(&in, 2 * (size_t)BIG);
	buf_init(&out, 2 * (size_t)BIG);
	buf_addf(&in,
	    "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	    "Content-Length: %u\r\n\r\n",
	    BIG);
	head = in.n;
	memset(buf_room(&in, BIG), 'z', BIG);
	buf_grown(&in, BIG);
	start(NULL, false);
	exchange(ctx, buf_span(&in), &out, NULL);
	stop();
	assert_true(out.n > BIG);
	assert_true(span_eq(span_sub(buf_span(&out), out.n - BIG, BIG),
	    span_sub(buf_span(&in), head, BIG)));
	buf_clear(&in);
	buf_clear(&out);
	SSL_CTX_free(ctx);
}

static void bad_files_are_told(void **state)
{
	struct http_tls *tls;
	struct err e;

	assert_int_equal(http_tls_new(&tls, path("none.pem"),
			     path("server.key"), NULL, false, &e),
	    RC_ENV);
	assert_string_equal(e.slug, "bad-tls-certificate");
	assert_int_equal(http_tls_new(&tls, path("server.pem"),
			     path("good.key"), NULL, false, &e),
	    RC_ENV);
	assert_string_equal(e.slug, "bad-tls-key");
	assert_int_equal(http_tls_new(&tls, path("server.pem"),
			     path("server.key"), path("good.key"), false, &e),
	    RC_ENV);
	assert_string_equal(e.slug, "bad-client-ca");
}

static bool count_name(void *ctx, struct span name, struct buf *chain,
    struct buf *key_pem)
{
	int *asked = ctx;

	*asked += span_eq_str(name, "a.example") ? 1 : 0;
	return false;
}

/* The CAs that are trusted change while somebody only begins to speak. */
static void a_handshake_outlives_what_began_it(void **state)
{
	SSL_CTX *ctx = client(NULL, TLS1_3_VERSION);
	SSL *a = SSL_new(ctx), *b;
	struct http_tls *tls;
	BIO *x, *y;
	int asked = 0, i;

	assert_int_equal(http_tls_new(&tls, path("server.pem"),
			     path("server.key"), path("ca.pem"), false, NULL),
	    RC_OK);
	http_tls_set_names(tls, count_name, &asked);
	b = http_tls_accept(tls);
	http_tls_free(tls);
	assert_int_equal(BIO_new_bio_pair(&x, 0, &y, 0), 1);
	SSL_set_bio(a, x, x);
	SSL_set_bio(b, y, y);
	SSL_set_connect_state(a);
	SSL_set_accept_state(b);
	assert_int_equal(SSL_set_tlsext_host_name(a, "a.example"), 1);
	for (i = 0; i < 4; i++) {
		(void)SSL_do_handshake(a);
		(void)SSL_do_handshake(b);
	}
	assert_true(SSL_is_init_finished(a) && SSL_is_init_finished(b));
	assert_int_equal(asked, 1);
	SSL_free(a);
	http_tls_drop(b);
	SSL_CTX_free(ctx);
}

static int set_up(void **state)
{
	(void)snprintf(t.dir, sizeof(t.dir), "/tmp/birthmark-tls-XXXXXX");
	if (!mkdtemp(t.dir))
		return -1;
	make_pki();
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"ca", "good", "expired", "server",
	    "stranger", "empty", "twin", "many"};
	char file[64];
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		(void)snprintf(file, sizeof(file), "%s.pem", names[i]);
		(void)unlink(path(file));
		(void)snprintf(file, sizeof(file), "%s.key", names[i]);
		(void)unlink(path(file));
	}
	return rmdir(t.dir);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(client_certificates_are_judged),
	    cmocka_unit_test(large_bodies_pass),
	    cmocka_unit_test(bad_files_are_told),
	    cmocka_unit_test(a_handshake_outlives_what_began_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
