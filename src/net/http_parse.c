/* Head: own scan for what llhttp lets pass, then llhttp over the whole head at
 * once, so that every span points into one buffer.  Body: llhttp.
 * Must not include http.h: llhttp.h claims the same names. */
#include <llhttp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/enc.h"
#include "net/http_parse.h"

enum state { ST_HEAD, ST_NO_BODY, ST_BODY, ST_END, ST_FAULT };

struct http_parse {
	enum state state;
	struct buf head;
	size_t lines, column; /* of the head, so far */
	bool cr;	      /* the last byte was a CR */
	bool skipped;	      /* one empty line before the request */
	bool complete;
	llhttp_t ll;
	struct span body;
	struct http_parse_head h;
	struct span target;
	unsigned int hosts, lengths, codings, expects;
	int status;
	const char *why;
};

static int fail(struct http_parse *p, int status, const char *why)
{
	if (p->status == 0) {
		p->status = status;
		p->why = why;
	}
	p->state = ST_FAULT;
	return -1;
}

static struct http_parse *of(llhttp_t *ll)
{
	return ll->data;
}

static int on_url(llhttp_t *ll, const char *at, size_t n)
{
	of(ll)->target = span_of(at, n);
	return 0;
}

static int on_method(llhttp_t *ll, const char *at, size_t n)
{
	of(ll)->h.method = span_of(at, n);
	return 0;
}

static int on_field(llhttp_t *ll, const char *at, size_t n)
{
	struct http_parse *p = of(ll);

	if (p->state != ST_HEAD)
		return fail(p, 400, "Trailer fields are not taken.");
	if (p->h.fields_n == HTTP_PARSE_FIELDS_MAX)
		return fail(p, 431, "The request has too many header fields.");
	p->h.fields[p->h.fields_n].name = span_of(at, n);
	p->h.fields[p->h.fields_n].value = SPAN_NONE;
	p->h.fields_n++;
	return 0;
}

static int on_value(llhttp_t *ll, const char *at, size_t n)
{
	struct http_parse *p = of(ll);

	if (p->state != ST_HEAD || p->h.fields_n == 0)
		return fail(p, 400, "Trailer fields are not taken.");
	while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
		n--;
	p->h.fields[p->h.fields_n - 1].value = span_of(at, n);
	return 0;
}

static int on_headers_complete(llhttp_t *ll)
{
	of(ll)->h.keep_alive = llhttp_should_keep_alive(ll) != 0;
	return HPE_PAUSED;
}

static int on_body(llhttp_t *ll, const char *at, size_t n)
{
	if (n == 0)
		return 0;
	of(ll)->body = span_of(at, n);
	return HPE_PAUSED;
}

static int on_complete(llhttp_t *ll)
{
	of(ll)->complete = true;
	return HPE_PAUSED;
}

/* Nobody needs them, and every parser reads them in another way. */
static int on_extension(llhttp_t *ll, const char *at, size_t n)
{
	return fail(of(ll), 400, "Chunk extensions are not taken.");
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_method = on_method,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_complete,
    .on_chunk_extension_name = on_extension,
    .on_chunk_extension_value = on_extension,
};

struct http_parse *http_parse_new(void)
{
	struct http_parse *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	buf_init(&p->head, HTTP_PARSE_HEAD_MAX);
	http_parse_reset(p);
	return p;
}

void http_parse_free(struct http_parse *p)
{
	if (!p)
		return;
	/* Heads carry tokens. */
	buf_clear_secret(&p->head);
	free(p);
}

void http_parse_reset(struct http_parse *p)
{
	struct buf head = p->head;

	memset(p, 0, sizeof(*p));
	p->head = head;
	buf_clear_secret(&p->head);
}

const struct http_parse_head *http_parse_get_head(const struct http_parse *p)
{
	return &p->h;
}

int http_parse_fault(const struct http_parse *p, const char **why)
{
	if (why)
		*why = p->why;
	return p->status;
}

/* What llhttp 8.1 takes as a line end or lets through in a value. */
static int scan_byte(struct http_parse *p, uint8_t c)
{
	if (p->cr && c != '\n')
		return fail(p, 400, "A CR stands without LF in the head.");
	if (!p->cr && c == '\n')
		return fail(p, 400, "A line of the head ends without CR.");
	if (c == '\r' || c == '\n')
		return 0;
	if ((c < ' ' && c != '\t') || c == 0x7f)
		return fail(p, 400, "The head has a control character in it.");
	if (p->lines == 0 && (c >= 0x80 || c == '\t'))
		return fail(p, 400, "The request line is not ASCII.");
	if (p->column == 0 && (c == ' ' || c == '\t'))
		return fail(p, 400, "A line of the head begins with a space.");
	return 0;
}

/* Most of a head: what is visible, within a line. */
static size_t scan_visible(struct span in, size_t at)
{
	size_t i = at;

	while (i < in.n && in.p[i] > ' ' && in.p[i] < 0x7f)
		i++;
	return i - at;
}

/* True when the head is complete; *n bytes of in belong to it. */
static bool scan(struct http_parse *p, struct span in, size_t *n)
{
	size_t i, run;

	for (i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		run = p->cr ? 0 : scan_visible(in, i);
		if (run > 0) {
			p->column += run;
			i += run - 1;
			continue;
		}
		if (scan_byte(p, c) != 0)
			break;
		p->cr = c == '\r';
		if (c == '\n') {
			if (p->column == 0) {
				*n = i + 1;
				return true;
			}
			p->lines++;
			p->column = 0;
		} else if (c != '\r') {
			p->column++;
		}
	}
	*n = i;
	return false;
}

static bool is_visible(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	return true;
}

/* One octet at *i, percent-decoded; -1 on a broken escape. */
static int octet(struct span s, size_t *i)
{
	uint8_t c;
	size_t n;

	if (s.p[*i] != '%')
		return s.p[(*i)++];
	if (s.n - *i < 3 || !enc_unhex(span_sub(s, *i + 1, 2), &c, &n, 1))
		return -1;
	*i += 3;
	return c;
}

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* Nothing that one reader would resolve and another would not. */
static int check_path(struct http_parse *p, struct span path)
{
	size_t i = 0, dots = 0, others = 0;
	int c;

	while (i < path.n) {
		bool raw_slash = path.p[i] == '/';

		if (is_word(path.p[i])) {
			i++;
			others++;
			continue;
		}
		c = octet(path, &i);
		if (c <= 0 || c == '\\' || c == '#' || c == 0x7f || c < ' ')
			return fail(p, 400, "The path is malformed.");
		if (!raw_slash) {
			*(c == '.' ? &dots : &others) += 1;
			continue;
		}
		if (dots > 0 && dots <= 2 && others == 0)
			return fail(p, 400, "The path has a dot segment.");
		dots = others = 0;
	}
	if (dots > 0 && dots <= 2 && others == 0)
		return fail(p, 400, "The path has a dot segment.");
	return 0;
}

static int check_target(struct http_parse *p)
{
	struct span rest = p->target, path;

	if (rest.n == 0 || rest.p[0] != '/')
		return fail(p, 400, "The target must be a path.");
	if (!is_visible(rest) || memchr(rest.p, '#', rest.n))
		return fail(p, 400, "The target has a bad character in it.");
	(void)span_cut(&rest, '?', &path);
	p->h.path = path;
	p->h.query = rest;
	return check_path(p, path);
}

static bool is(struct span s, const char *word)
{
	return s.n == strlen(word) &&
	    strncasecmp((const char *)s.p, word, s.n) == 0;
}

static int check_host(struct http_parse *p, struct span v)
{
	size_t i;

	if (++p->hosts > 1)
		return fail(p, 400, "There is more than one Host.");
	if (v.n == 0 || v.n > 255)
		return fail(p, 400, "The Host is empty or too long.");
	for (i = 0; i < v.n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789.-_:[]",
			v.p[i], 26 + 26 + 10 + 6))
			return fail(p, 400, "The Host is malformed.");
	return 0;
}

static int check_field(struct http_parse *p, const struct http_parse_field *f)
{
	if (f->name.n == 0)
		return fail(p, 400, "A header field has no name.");
	if (is(f->name, "host"))
		return check_host(p, f->value);
	if (is(f->name, "content-length")) {
		if (++p->lengths > 1)
			return fail(p, 400,
			    "There is more than one Content-Length.");
		if (!span_u64(f->value, INT64_MAX, &p->h.length))
			return fail(p, 400, "The Content-Length is malformed.");
		p->h.has_length = true;
	}
	if (is(f->name, "transfer-encoding")) {
		if (++p->codings > 1)
			return fail(p, 400,
			    "There is more than one Transfer-Encoding.");
		if (!is(f->value, "chunked"))
			return fail(p, 501, "Only chunked is understood.");
		p->h.chunked = true;
	}
	if (is(f->name, "expect")) {
		if (++p->expects > 1 || !is(f->value, "100-continue"))
			return fail(p, 417, "The expectation is unknown.");
		p->h.expect_continue = true;
	}
	return 0;
}

static int check_head(struct http_parse *p)
{
	size_t i;

	if (p->ll.http_major != 1 || p->ll.http_minor > 1)
		return fail(p, 505, "Only HTTP/1.1 is spoken here.");
	p->h.minor = p->ll.http_minor;
	if (check_target(p) != 0)
		return -1;
	for (i = 0; i < p->h.fields_n; i++)
		if (check_field(p, &p->h.fields[i]) != 0)
			return -1;
	if (p->hosts == 0 && p->h.minor == 1)
		return fail(p, 400, "The Host is missing.");
	if (p->lengths > 0 && p->codings > 0)
		return fail(p, 400,
		    "Content-Length and Transfer-Encoding exclude each other.");
	if (p->codings > 0 && p->h.minor == 0)
		return fail(p, 400, "HTTP/1.0 has no Transfer-Encoding.");
	return 0;
}

static int fail_llhttp(struct http_parse *p, llhttp_errno_t code)
{
	const char *why = llhttp_get_error_reason(&p->ll);

	if (code == HPE_INVALID_METHOD)
		return fail(p, 501, "The method is unknown.");
	if (code == HPE_INVALID_VERSION)
		return fail(p, 505, "Only HTTP/1.1 is spoken here.");
	return fail(p, 400, why && why[0] ? why : "The request is malformed.");
}

static int parse_head(struct http_parse *p)
{
	const char *end = (const char *)p->head.p + p->head.n;
	llhttp_errno_t code;

	llhttp_init(&p->ll, HTTP_REQUEST, &settings);
	p->ll.data = p;
	code = llhttp_execute(&p->ll, (const char *)p->head.p, p->head.n);
	if (p->ll.method == HTTP_CONNECT)
		return fail(p, 501, "This is not a proxy.");
	if (code != HPE_PAUSED || llhttp_get_error_pos(&p->ll) != end)
		return fail_llhttp(p, code);
	llhttp_resume(&p->ll);
	return check_head(p);
}

static enum http_parse_event next_head(struct http_parse *p, struct span *in)
{
	bool whole;
	size_t n;

	/* One byte over the limit is enough to see that it is over. */
	whole = scan(p,
	    span_sub(*in, 0,
		HTTP_PARSE_HEAD_MAX + 1 - p->head.n < in->n
		    ? HTTP_PARSE_HEAD_MAX + 1 - p->head.n
		    : in->n),
	    &n);
	if (p->state == ST_FAULT)
		return HTTP_PARSE_FAULT;
	if (whole && p->lines == 0 && !p->skipped) {
		/* RFC 9112 2.2: one empty line may come before. */
		*in = span_sub(*in, n, in->n - n);
		buf_clear_secret(&p->head);
		p->skipped = true;
		return next_head(p, in);
	}
	buf_add(&p->head, in->p, n);
	*in = span_sub(*in, n, in->n - n);
	if (!buf_ok(&p->head)) {
		(void)fail(p, p->lines == 0 ? 414 : 431,
		    p->lines == 0 ? "The request line is too long."
				  : "The head is too large.");
		return HTTP_PARSE_FAULT;
	}
	if (!whole)
		return HTTP_PARSE_MORE;
	if (parse_head(p) != 0)
		return HTTP_PARSE_FAULT;
	p->state = p->h.chunked || p->h.length > 0 ? ST_BODY : ST_NO_BODY;
	return HTTP_PARSE_HEAD;
}

static enum http_parse_event next_body(struct http_parse *p, struct span *in,
    struct span *body)
{
	const char *at = in->n > 0 ? (const char *)in->p : "";
	llhttp_errno_t code;
	size_t used;

	p->body = SPAN_NONE;
	code = llhttp_execute(&p->ll, at, in->n);
	if (code == HPE_OK) {
		*in = SPAN_NONE;
		return HTTP_PARSE_MORE;
	}
	if (code != HPE_PAUSED || p->state == ST_FAULT) {
		(void)fail_llhttp(p, code);
		return HTTP_PARSE_FAULT;
	}
	used = (size_t)(llhttp_get_error_pos(&p->ll) - at);
	*in = span_sub(*in, used, in->n - used);
	llhttp_resume(&p->ll);
	if (p->complete) {
		p->state = ST_END;
		return HTTP_PARSE_END;
	}
	*body = p->body;
	return HTTP_PARSE_BODY;
}

enum http_parse_event http_parse_next(struct http_parse *p, struct span *in,
    struct span *body)
{
	*body = SPAN_NONE;
	switch (p->state) {
	case ST_HEAD:
		return next_head(p, in);
	case ST_NO_BODY:
		p->state = ST_END;
		return HTTP_PARSE_END;
	case ST_BODY:
		return next_body(p, in, body);
	case ST_END:
		return HTTP_PARSE_END;
	case ST_FAULT:
		break;
	}
	return HTTP_PARSE_FAULT;
}
