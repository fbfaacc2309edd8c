/* One request over libcurl, whose address is judged when the socket is made,
 * so that a name which changes its address between look-ups gains nothing.
 * Must not follow redirects, nor read proxies from the environment for
 * addresses that it must judge itself. */
#include "net/fetch_exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"

#define CONNECT_MS 10000
#define TOTAL_MS 60000
#define ANSWER_MAX (16u << 20)
#define HEADERS_MAX (32u << 10)
#define HEADERS_ALL_MAX (128u << 10)
#define RETRY_AFTER_MAX 86400

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global;

static void init_global(void)
{
	global = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool is_loopback4(uint32_t a)
{
	return a >> 24 == 127;
}

/* RFC 6890: what is not the public Internet. */
static bool is_private4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} table[] = {{0x00000000, 8}, {0x0a000000, 8}, {0x64400000, 10},
	    {0x7f000000, 8}, {0xa9fe0000, 16}, {0xac100000, 12},
	    {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24},
	    {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24},
	    {0xcb007100, 24}, {0xe0000000, 4}, {0xf0000000, 4}};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if ((a ^ table[i].net) >> (32 - table[i].bits) == 0)
			return true;
	return false;
}

/* An IPv4 address inside an IPv6 one: mapped, NAT64 or 6to4.  What else may
 * hold one (Teredo, IPv4-compatible) is refused as a whole. */
static bool inner4(const uint8_t a[16], uint32_t *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	const uint8_t *p;

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		p = a + 12;
	else if (a[0] == 0x20 && a[1] == 0x02)
		p = a + 2;
	else
		return false;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
	return true;
}

static bool is_private6(const uint8_t a[16])
{
	uint32_t v4;

	if (inner4(a, &v4))
		return is_private4(v4);
	/* Only 2000::/3 is given out; of it not 2001::/23 (protocols, such as
	 * Teredo), nor what is for documents. */
	return a[0] >> 5 != 1 ||
	    (a[0] == 0x20 && a[1] == 0x01 &&
		((a[2] == 0x0d && a[3] == 0xb8) || a[2] >> 1 == 0)) ||
	    (a[0] == 0x3f && a[1] == 0xff && a[2] >> 4 == 0);
}

static bool is_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in6 *v6 = (const void *)sa;
	const struct sockaddr_in *v4 = (const void *)sa;
	uint32_t inner;

	if (sa->sa_family == AF_INET)
		return is_loopback4(ntohl(v4->sin_addr.s_addr));
	if (sa->sa_family != AF_INET6)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
	    (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) &&
		inner4(v6->sin6_addr.s6_addr, &inner) && is_loopback4(inner));
}

static bool is_private(const struct sockaddr *sa)
{
	const struct sockaddr_in6 *v6 = (const void *)sa;
	const struct sockaddr_in *v4 = (const void *)sa;

	if (sa->sa_family == AF_INET)
		return is_private4(ntohl(v4->sin_addr.s_addr));
	return sa->sa_family != AF_INET6 || is_private6(v6->sin6_addr.s6_addr);
}

static bool is_plain(const struct fetch_exchange *x)
{
	return strncasecmp(x->r->url, "http:", 5) == 0;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose,
    struct curl_sockaddr *addr)
{
	struct fetch_exchange *x = arg;

	if ((is_plain(x) && !is_loopback(&addr->addr)) ||
	    (!x->o->allow_private && is_private(&addr->addr))) {
		x->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(addr->family, addr->socktype | SOCK_CLOEXEC,
	    addr->protocol);
}

/* Only what was asked for goes to the caller's file; a refusal is text. */
static bool is_for_file(const struct fetch_exchange *x)
{
	long status = 0;

	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	return x->r->out_fd >= 0 && status >= 200 && status <= 299;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct fetch_exchange *x = arg;

	if (is_for_file(x)) {
		x->local_fault =
		    file_write_all(x->r->out_fd, span_of(p, n), NULL) != RC_OK;
		return x->local_fault ? 0 : n;
	}
	if (x->got + n > x->o->answer_max) {
		x->too_large = true;
		return 0;
	}
	x->got += n;
	buf_add(&x->a->body, p, n);
	return buf_ok(&x->a->body) ? n : 0;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
	struct fetch_exchange *x = arg;
	size_t room = size * n;
	ssize_t got;

	if (x->r->body_fd < 0) {
		struct span rest = span_sub(x->r->body, x->sent, room);

		if (rest.n > 0)
			memcpy(p, rest.p, rest.n);
		x->sent += rest.n;
		return rest.n;
	}
	if (room > x->r->body_size - x->sent_fd)
		room = (size_t)(x->r->body_size - x->sent_fd);
	if (room == 0)
		return 0;
	got = read(x->r->body_fd, p, room);
	if (got <= 0) { /* a file that became shorter is no whole body */
		x->local_fault = true;
		return CURL_READFUNC_ABORT;
	}
	x->sent_fd += (uint64_t)got;
	return (size_t)got;
}

/* A kept connection may turn out to be dead: then the body goes again. */
static int on_seek(void *arg, curl_off_t offset, int whence)
{
	struct fetch_exchange *x = arg;

	if (whence != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	if (x->r->body_fd < 0) {
		x->sent = (size_t)offset;
		return CURL_SEEKFUNC_OK;
	}
	if (x->start < 0 ||
	    lseek(x->r->body_fd, x->start + offset, SEEK_SET) < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	x->sent_fd = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static bool is_name(struct span s, const char *name)
{
	return s.n == strlen(name) &&
	    strncasecmp((const char *)s.p, name, s.n) == 0;
}

/* The names in lower case; of an answer that has too many, the first. */
static void keep_header(struct fetch_exchange *x, struct span name,
    struct span value)
{
	struct buf *h = &x->a->headers;
	size_t i;

	if (!x->o->keep_headers || h->n + name.n + value.n + 3 > HEADERS_MAX)
		return;
	for (i = 0; i < name.n; i++)
		buf_add_u8(h,
		    name.p[i] >= 'A' && name.p[i] <= 'Z'
			? (uint8_t)(name.p[i] + 'a' - 'A')
			: name.p[i]);
	buf_add_u8(h, ':');
	buf_add_span(h, value);
	buf_add_u8(h, '\n');
}

static int64_t read_date(struct span value)
{
	char text[64];
	time_t at = span_copy_str(value, text, sizeof(text))
	    ? curl_getdate(text, NULL)
	    : 0;

	return at > 0 ? (int64_t)at : 0;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct fetch_exchange *x = arg;
	struct span value = span_of(p, n), name;

	x->head += n;
	x->too_large = x->head > HEADERS_ALL_MAX;
	if (x->too_large)
		return 0;
	if (!span_cut(&value, ':', &name))
		return n;
	value = span_trim(value);
	keep_header(x, name, value);
	if (is_name(name, "Retry-After"))
		(void)span_u64(value, RETRY_AFTER_MAX, &x->a->retry_after_s);
	else if (is_name(name, "Date"))
		x->a->date_s = read_date(value);
	else if (is_name(name, "ETag"))
		(void)span_copy_str(value, x->a->etag, sizeof(x->a->etag));
	else if (is_name(name, "Location"))
		(void)span_copy_str(value, x->a->location,
		    sizeof(x->a->location));
	else if (is_name(name, "Upload-Offset"))
		x->a->has_upload_offset =
		    span_u64(value, INT64_MAX, &x->a->upload_offset);
	return n;
}

static bool set_options(CURL *c, const struct fetch_options *o)
{
	bool ok = true;

#define SET(opt, v) (ok = ok && curl_easy_setopt(c, (opt), (v)) == CURLE_OK)
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROTOCOLS_STR, o->allow_http ? "http,https" : "https");
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	SET(CURLOPT_MAXCONNECTS, 4L);
	/* Faults tell the URL, and it must not hold a secret. */
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_USERAGENT, "birthmark/" BIRTHMARK_VERSION);
	/* A proxy would connect where we cannot judge the address. */
	if (!o->allow_private)
		SET(CURLOPT_PROXY, "");
	if (o->ca_file) {
		SET(CURLOPT_CAINFO, o->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (o->cert_file)
		SET(CURLOPT_SSLCERT, o->cert_file);
	if (o->key_file)
		SET(CURLOPT_SSLKEY, o->key_file);
#undef SET
	return ok;
}

bool fetch_exchange_init(void)
{
	(void)pthread_once(&once, init_global);
	return global == CURLE_OK;
}

void fetch_exchange_defaults(struct fetch_options *o)
{
	if (o->connect_ms == 0)
		o->connect_ms = CONNECT_MS;
	if (o->total_ms == 0)
		o->total_ms = TOTAL_MS;
	if (o->answer_max == 0)
		o->answer_max = ANSWER_MAX;
}

CURL *fetch_exchange_handle(const struct fetch_options *o)
{
	CURL *c = curl_easy_init();

	if (c && !set_options(c, o)) {
		curl_easy_cleanup(c);
		c = NULL;
	}
	return c;
}

static bool add_header(struct fetch_exchange *x, const char *fmt,
    const char *value)
{
	struct curl_slist *longer;
	struct buf line;

	buf_init(&line, 16 * 1024);
	buf_addf(&line, "%s%s", fmt, value);
	if (!buf_cstr(&line) || strpbrk(buf_cstr(&line), "\r\n")) {
		buf_clear_secret(&line);
		return false;
	}
	longer = curl_slist_append(x->headers, buf_cstr(&line));
	buf_clear_secret(&line);
	if (longer)
		x->headers = longer;
	return longer != NULL;
}

static bool add_headers(struct fetch_exchange *x)
{
	const struct fetch_request *r = x->r;
	size_t i;

	for (i = 0; r->headers && r->headers[i]; i++)
		if (!add_header(x, "", r->headers[i]))
			return false;
	/* Without a media type libcurl would claim a form; and waiting for
	 * 100 Continue costs a second at peers that never send it. */
	return add_header(x,
		   "Content-Type:", r->content_type ? r->content_type : "") &&
	    (!r->bearer ||
		add_header(x, "Authorization: Bearer ", r->bearer)) &&
	    (r->body_fd >= 0 || add_header(x, "Expect:", ""));
}

static bool set_request(CURL *c, struct fetch_exchange *x)
{
	const struct fetch_request *r = x->r;
	bool has_body = r->body_fd >= 0 || r->body.n > 0 ||
	    strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0 ||
	    strcmp(r->method, "PATCH") == 0;
	curl_off_t size = !has_body ? -1
	    : r->body_fd >= 0	    ? (curl_off_t)r->body_size
				    : (curl_off_t)r->body.n;
	bool ok = add_headers(x);

#define SET(opt, v) (ok = ok && curl_easy_setopt(c, (opt), (v)) == CURLE_OK)
	SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_UPLOAD, has_body ? 1L : 0L);
	SET(CURLOPT_NOBODY, strcmp(r->method, "HEAD") == 0 ? 1L : 0L);
	if (!has_body && strcmp(r->method, "HEAD") != 0)
		SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_CUSTOMREQUEST, r->method);
	SET(CURLOPT_INFILESIZE_LARGE, size);
	SET(CURLOPT_URL, r->url);
	/* Plain HTTP stays in this machine; else, what the system says. */
	SET(CURLOPT_NOPROXY, is_plain(x) ? "*" : NULL);
	SET(CURLOPT_HTTPHEADER, x->headers);
	SET(CURLOPT_TIMEOUT_MS, (long)x->o->total_ms);
	SET(CURLOPT_USERPWD, r->basic);
	SET(CURLOPT_HTTPAUTH, r->basic ? (long)CURLAUTH_BASIC : 0L);
	SET(CURLOPT_ERRORBUFFER, x->errors);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, x);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, x);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, x);
	SET(CURLOPT_SEEKFUNCTION, on_seek);
	SET(CURLOPT_SEEKDATA, x);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, x);
#undef SET
	return ok;
}

/* Why a request came to nothing, by who is to blame. */
static enum rc explain(const struct fetch_exchange *x, CURLcode code,
    struct err *e)
{
	const char *why = x->errors[0] ? x->errors : curl_easy_strerror(code);

	if (x->refused)
		return err_set(e, RC_DENIED, "address-not-allowed",
		    "The address of %.200s is private or local, and such "
		    "addresses are not allowed here.",
		    x->r->url);
	if (x->too_large)
		return err_set(e, RC_INVALID, "answer-too-large",
		    "The answer of %.200s is larger than %zu bytes, or its "
		    "headers are.",
		    x->r->url, x->o->answer_max);
	if (x->local_fault)
		return err_set(e, RC_ENV, "local-file",
		    "A local file could not be read or written.");
	switch (code) {
	case CURLE_URL_MALFORMAT:
		return err_set(e, RC_DENIED, "url-not-allowed",
		    "The address %.200s cannot be used: %.150s.", x->r->url,
		    why);
	case CURLE_LOGIN_DENIED:
		return err_set(e, RC_DENIED, "url-not-allowed",
		    "An address must not hold a user's name or password.");
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_SSL_CONNECT_ERROR: /* cut off, as at a restart */
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return err_set(e, RC_AGAIN, "peer-away",
		    "%.200s did not answer: %.150s.", x->r->url, why);
	case CURLE_PEER_FAILED_VERIFICATION:
		return err_set(e, RC_INVALID, "peer-not-trusted",
		    "The TLS certificate of %.200s is not trusted: %.150s.",
		    x->r->url, why);
	case CURLE_OUT_OF_MEMORY:
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	default:
		return err_set(e, RC_INVALID, "bad-answer",
		    "%.200s answered wrongly: %.150s.", x->r->url, why);
	}
}

/* Plain HTTP is for this very machine; that the address is loopback is
 * checked again when the socket is made. */
static enum rc check_url(const struct fetch_exchange *x, struct err *e)
{
	const char *url = x->r->url;
	bool http = strncasecmp(url, "http://", 7) == 0;

	if (strncasecmp(url, "https://", 8) == 0 || (http && x->o->allow_http))
		return RC_OK;
	return err_set(e, RC_DENIED, "url-not-allowed",
	    "The address %.200s must begin with https://.", url);
}

enum rc fetch_exchange_start(struct fetch_exchange *x, struct err *e)
{
	enum rc rc = check_url(x, e);

	if (rc != RC_OK)
		return rc;
	fetch_answer_clear(x->a);
	x->a->body.max = x->o->answer_max;
	x->start = x->r->body_fd >= 0 ? lseek(x->r->body_fd, 0, SEEK_CUR) : -1;
	if (!set_request(x->curl, x))
		return err_set(e, RC_INVALID, "bad-request",
		    "The request to %.200s cannot be made of these fields.",
		    x->r->url);
	return RC_OK;
}

enum rc fetch_exchange_end(struct fetch_exchange *x, CURLcode code,
    struct err *e)
{
	long status = 0;

	if (code != CURLE_OK)
		return explain(x, code, e);
	(void)curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	x->a->status = (int)status;
	return RC_OK;
}

void fetch_exchange_clear(struct fetch_exchange *x)
{
	/* Nothing of this request may stay in the handle. */
	(void)curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, NULL);
	(void)curl_easy_setopt(x->curl, CURLOPT_USERPWD, NULL);
	(void)curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(x->headers);
	x->headers = NULL;
}
