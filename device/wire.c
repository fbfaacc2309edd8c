/* Moves bytes over a socket that does not block.
 * Must not wait longer than its limits say. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "device/reach.h"
#include "device/tls.h"
#include "device/wire.h"

#define POLL_MS 100

struct wire {
	int fd;
	SSL *ssl;
	struct wire_limits limits;
	char host[128];
};

static enum rc wait_for(struct wire *w, short events, int64_t end_ms,
    struct err *e)
{
	struct pollfd p = {.fd = w->fd, .events = events};
	int r;

	for (;;) {
		int64_t left = end_ms - clock_mono_ms();

		if (w->limits.stop && w->limits.stop())
			return err_set(e, RC_AGAIN, "stopped", "Stopped.");
		if (left <= 0)
			return err_set(e, RC_AGAIN, "timeout",
			    "%s does not answer in time.", w->host);
		r = poll(&p, 1, left < POLL_MS ? (int)left : POLL_MS);
		if (r > 0)
			return RC_OK;
		if (r < 0 && errno != EINTR)
			return err_sys(e, "poll", "Cannot wait");
	}
}

static int64_t deadline(const struct wire *w)
{
	return clock_mono_ms() + w->limits.timeout_ms;
}

static bool is_alert(void)
{
	unsigned long code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_SSL &&
	    ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET;
}

static enum rc tls_ended(struct wire *w, struct err *e)
{
	long judged = SSL_get_verify_result(w->ssl);
	bool alert = is_alert();
	char why[160];

	tls_fault(why, sizeof(why));
	if (judged != X509_V_OK)
		return err_set(e, RC_DENIED, "tls-not-trusted",
		    "The TLS certificate of %s is not trusted: %s.", w->host,
		    X509_verify_cert_error_string(judged));
	if (alert)
		return err_set(e, RC_DENIED, "tls-refused",
		    "%s refused this device in TLS: %s.", w->host, why);
	if (why[0])
		return err_set(e, RC_DENIED, "tls-failed",
		    "TLS with %s failed: %s.", w->host, why);
	return err_set(e, RC_INVALID, "connection-lost",
	    "%s ended the connection.", w->host);
}

/* After libssl returned r <= 0: waits and gives RC_OK to try again. */
static enum rc tls_again(struct wire *w, int r, int64_t end_ms, bool *ended,
    struct err *e)
{
	switch (SSL_get_error(w->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(w, POLLIN, end_ms, e);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(w, POLLOUT, end_ms, e);
	case SSL_ERROR_ZERO_RETURN:
		*ended = true;
		return RC_OK;
	default:
		return tls_ended(w, e);
	}
}

static enum rc shake_hands(struct wire *w, bool is_server, struct err *e)
{
	int64_t end_ms = deadline(w);
	bool ended = false;
	enum rc rc = RC_OK;
	int r;

	for (;;) {
		ERR_clear_error();
		r = is_server ? SSL_accept(w->ssl) : SSL_connect(w->ssl);
		if (r == 1)
			return RC_OK;
		rc = tls_again(w, r, end_ms, &ended, e);
		if (rc == RC_OK && ended)
			rc = tls_ended(w, e);
		if (rc != RC_OK)
			return rc;
	}
}

static bool is_address(const char *host)
{
	return strchr(host, ':') || host[strspn(host, "0123456789.")] == '\0';
}

static enum rc start_tls(struct wire *w, void *ctx, bool is_server,
    struct err *e)
{
	w->ssl = SSL_new(ctx);
	if (!w->ssl || SSL_set_fd(w->ssl, w->fd) != 1 ||
	    (!is_server && !is_address(w->host) &&
		SSL_set_tlsext_host_name(w->ssl, w->host) != 1)) {
		ERR_clear_error();
		return err_set(e, RC_ENV, "device-tls", "Cannot start TLS.");
	}
	return shake_hands(w, is_server, e);
}

static enum rc make(struct wire **out, const char *host,
    const struct wire_limits *limits, struct err *e)
{
	struct wire *w = calloc(1, sizeof(*w));

	*out = w;
	if (!w)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	w->fd = -1;
	w->limits = *limits;
	if (!span_copy_str(span_str(host), w->host, sizeof(w->host)))
		return err_set(e, RC_INVALID, "host-name",
		    "The host's name is too long.");
	return RC_OK;
}

enum rc wire_dial(struct wire **out, void *ctx, const char *host,
    unsigned int port, const struct wire_limits *limits, struct err *e)
{
	struct wire *w;
	enum rc rc = make(&w, host, limits, e);

	*out = NULL;
	if (rc == RC_OK)
		rc = reach_dial(&w->fd, host, port, limits->timeout_ms, e);
	if (rc == RC_OK && ctx)
		rc = start_tls(w, ctx, false, e);
	if (rc != RC_OK)
		wire_close(w);
	else
		*out = w;
	return rc;
}

enum rc wire_accept(struct wire **out, void *ctx, int fd,
    const struct wire_limits *limits, struct err *e)
{
	struct wire *w;
	enum rc rc = make(&w, "The peer", limits, e);

	*out = NULL;
	if (w)
		w->fd = fd;
	else
		(void)close(fd);
	if (rc == RC_OK && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		rc = err_sys(e, "socket", "Cannot use the connection");
	if (rc == RC_OK && ctx)
		rc = start_tls(w, ctx, true, e);
	if (rc != RC_OK)
		wire_close(w);
	else
		*out = w;
	return rc;
}

static enum rc plain_again(struct wire *w, short events, int64_t end_ms,
    struct err *e)
{
	if (errno == EINTR)
		return RC_OK;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return wait_for(w, events, end_ms, e);
	return err_sys(e, "connection-lost", "The connection with %s broke",
	    w->host);
}

static enum rc send_some(struct wire *w, struct span *data, int64_t end_ms,
    struct err *e)
{
	bool ended = false;
	size_t n = 0;
	ssize_t put;
	enum rc rc;
	int r;

	if (!w->ssl) {
		put = send(w->fd, data->p, data->n, MSG_NOSIGNAL);
		if (put < 0)
			return plain_again(w, POLLOUT, end_ms, e);
		n = (size_t)put;
	} else {
		ERR_clear_error();
		r = SSL_write_ex(w->ssl, data->p, data->n, &n);
		if (r != 1) {
			rc = tls_again(w, r, end_ms, &ended, e);
			return rc == RC_OK && ended ? tls_ended(w, e) : rc;
		}
	}
	*data = span_sub(*data, n, data->n);
	return RC_OK;
}

enum rc wire_send(struct wire *w, struct span data, struct err *e)
{
	int64_t end_ms = deadline(w);
	enum rc rc = RC_OK;

	while (rc == RC_OK && data.n > 0)
		rc = send_some(w, &data, end_ms, e);
	return rc;
}

static enum rc receive_until(struct wire *w, int64_t end_ms, uint8_t *out,
    size_t cap, size_t *n, struct err *e)
{
	bool ended = false;
	enum rc rc = RC_OK;
	ssize_t got;
	int r;

	*n = 0;
	while (rc == RC_OK && !ended) {
		if (w->ssl) {
			ERR_clear_error();
			r = SSL_read_ex(w->ssl, out, cap, n);
			if (r == 1)
				return RC_OK;
			rc = tls_again(w, r, end_ms, &ended, e);
			continue;
		}
		got = recv(w->fd, out, cap, 0);
		if (got >= 0) {
			*n = (size_t)got;
			return RC_OK;
		}
		rc = plain_again(w, POLLIN, end_ms, e);
	}
	return rc;
}

enum rc wire_receive(struct wire *w, uint8_t *out, size_t cap, size_t *n,
    struct err *e)
{
	return receive_until(w, deadline(w), out, cap, n, e);
}

enum rc wire_receive_all(struct wire *w, uint8_t *out, size_t n, size_t *got,
    struct err *e)
{
	int64_t end_ms = deadline(w);
	size_t one = 1;
	enum rc rc = RC_OK;

	*got = 0;
	while (rc == RC_OK && one > 0 && *got < n) {
		/* What trickles in never has to be waited for. */
		if (clock_mono_ms() >= end_ms)
			return err_set(e, RC_AGAIN, "timeout",
			    "%s does not answer in time.", w->host);
		rc = receive_until(w, end_ms, out + *got, n - *got, &one, e);
		*got += one;
	}
	return rc;
}

static bool add_der(X509 *x, struct buf *der, size_t *size)
{
	unsigned char *p = NULL;
	int n = x ? i2d_X509(x, &p) : 0;

	if (n > 0) {
		buf_add(der, p, (size_t)n);
		*size = (size_t)n;
	}
	OPENSSL_free(p);
	return n > 0 && buf_ok(der);
}

enum rc wire_peer_chain(const struct wire *w, struct buf *der, size_t *sizes,
    size_t max, size_t *n)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(w->ssl);
	X509 *own = SSL_get0_peer_certificate(w->ssl);
	int i;

	*n = 0;
	if (!own || max == 0 || !add_der(own, der, &sizes[0]))
		return RC_INVALID;
	*n = 1;
	for (i = 0; i < sk_X509_num(chain); i++) {
		X509 *x = sk_X509_value(chain, i);

		/* A client's list begins with the peer's own, a server's
		 * does not. */
		if (X509_cmp(x, own) == 0)
			continue;
		if (*n == max || !add_der(x, der, &sizes[*n]))
			return RC_INVALID;
		(*n)++;
	}
	return RC_OK;
}

void wire_close(struct wire *w)
{
	if (!w)
		return;
	if (w->ssl) {
		if (SSL_is_init_finished(w->ssl))
			(void)SSL_shutdown(w->ssl);
		SSL_free(w->ssl);
		ERR_clear_error();
	}
	if (w->fd >= 0)
		(void)close(w->fd);
	free(w);
}
