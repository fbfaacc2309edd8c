/* Labels: reads what people scan or type, writes URL, QR code and print.
 * Must not know which batches exist and must not log a claim code. */
#include <png.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/enc.h"
#include "pki/digest.h"
#include "pki/label.h"

#define HOST_MAX 255
#define CODE_CHARS 26
#define GROUP 5
#define QUIET 4
#define PIXELS 8
#define SVG_LINE 7 /* mm from one line of text to the next */

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/* Crockford's check symbols: the value modulo 37. */
static const char check_symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

static bool is_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool label_is_bid(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n > LABEL_BID_MAX || !is_alnum(s.p[0]))
		return false;
	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '_' &&
		    s.p[i] != '-')
			return false;
	return true;
}

static uint8_t fold(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	return c == 'I' || c == 'L' ? '1' : c;
}

static int symbol_value(const char *symbols, uint8_t c)
{
	const char *at = c ? strchr(symbols, c) : NULL;

	return at ? (int)(at - symbols) : -1;
}

static unsigned int code_check(const uint8_t code[LABEL_CODE_BYTES])
{
	unsigned int v = 0, i;

	for (i = 0; i < LABEL_CODE_BYTES; i++)
		v = (v << 8 | code[i]) % 37;
	return v;
}

void label_code_text(const uint8_t code[LABEL_CODE_BYTES],
    char out[LABEL_CODE_SIZE])
{
	unsigned int bits = 0, have = 0;
	size_t i, n = 0;

	for (i = 0; i < LABEL_CODE_BYTES; i++) {
		bits = bits << 8 | code[i];
		for (have += 8; have >= 5; have -= 5)
			out[n++] = crockford[bits >> (have - 5) & 31];
	}
	out[n++] = crockford[bits << (5 - have) & 31];
	out[n] = '\0';
}

void label_code_print(const uint8_t code[LABEL_CODE_BYTES],
    char out[LABEL_PRINT_SIZE])
{
	char text[LABEL_CODE_SIZE + 1];
	size_t i, n = 0;

	label_code_text(code, text);
	text[CODE_CHARS] = check_symbols[code_check(code)];
	for (i = 0; i <= CODE_CHARS; i++) {
		if (i > 0 && i % GROUP == 0)
			out[n++] = '-';
		out[n++] = text[i];
	}
	out[n] = '\0';
}

void label_code_hash(const uint8_t code[LABEL_CODE_BYTES], uint8_t out[32])
{
	digest_sha256(span_of(code, LABEL_CODE_BYTES), out);
}

/* The symbols of a code without what people put between them. */
static enum rc fold_code(struct span text, uint8_t out[CODE_CHARS + 1],
    size_t *n, struct err *e)
{
	size_t i;

	*n = 0;
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '-' || is_space(text.p[i]))
			continue;
		if (*n > CODE_CHARS)
			return err_set(e, RC_INVALID, "claim-code-length",
			    "The claim code is too long: it has %d "
			    "characters, and one to check them.",
			    CODE_CHARS);
		out[(*n)++] = fold(text.p[i]);
	}
	if (*n < CODE_CHARS)
		return err_set(e, RC_INVALID, "claim-code-length",
		    "The claim code is too short: it has %d characters, and "
		    "%d were given.",
		    CODE_CHARS, (int)*n);
	return RC_OK;
}

enum rc label_parse_code(uint8_t code[LABEL_CODE_BYTES], struct span text,
    struct err *e)
{
	uint8_t symbols[CODE_CHARS + 1];
	unsigned int bits = 0, have = 0;
	size_t n, i, at = 0;
	enum rc rc;

	rc = fold_code(text, symbols, &n, e);
	if (rc != RC_OK)
		return rc;
	for (i = 0; i < CODE_CHARS; i++) {
		int v = symbol_value(crockford, symbols[i]);

		if (v < 0)
			return err_set(e, RC_INVALID, "claim-code-symbol",
			    "Character %d of the claim code is none that "
			    "claim codes have (digits, and letters without "
			    "I, L, O and U).",
			    (int)i + 1);
		bits = bits << 5 | (unsigned int)v;
		have += 5;
		if (have >= 8 && at < LABEL_CODE_BYTES) {
			have -= 8;
			code[at++] = (uint8_t)(bits >> have);
		}
	}
	/* 26 symbols hold 130 bits; one code must have one text. */
	if (bits & 3)
		return err_set(e, RC_INVALID, "claim-code-typo",
		    "The claim code is not right: its last character cannot "
		    "be. Please compare it with the label.");
	if (n > CODE_CHARS &&
	    symbols[CODE_CHARS] !=
		fold((uint8_t)check_symbols[code_check(code)]))
		return err_set(e, RC_INVALID, "claim-code-typo",
		    "The claim code was typed wrongly: its check character "
		    "does not fit. Please compare it with the label.");
	return RC_OK;
}

static struct span trim(struct span s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool take_word(struct span *s, const char *word)
{
	size_t n = strlen(word);

	if (s->n < n || strncasecmp((const char *)s->p, word, n) != 0)
		return false;
	*s = span_of(s->p + n, s->n - n);
	return true;
}

static enum rc set_bid(struct label *l, struct span bid, struct err *e)
{
	if (!label_is_bid(bid) || !span_copy_str(bid, l->bid, sizeof(l->bid)))
		return err_set(e, RC_INVALID, "label-bid",
		    "This is not a label: a Batch ID has 1 to %d letters, "
		    "digits, dots, dashes or underscores.",
		    LABEL_BID_MAX);
	return RC_OK;
}

static enum rc set_code(struct label *l, struct span text, struct err *e)
{
	enum rc rc = label_parse_code(l->code, text, e);

	l->has_code = rc == RC_OK;
	return rc;
}

/* What follows "https://". */
static enum rc parse_url(struct label *l, struct span url, struct err *e)
{
	struct span rest = url, path, query, host, pair, code;
	bool has_code;
	enum rc rc;

	has_code = span_cut(&rest, '#', &path);
	code = rest;
	query = path;
	(void)span_cut(&query, '?', &path);
	rest = path;
	if (!span_cut(&rest, '/', &host) || host.n == 0)
		goto unknown;
	if (take_word(&rest, "b/") && query.n == 0) {
		rc = set_bid(l, rest, e);
		if (rc == RC_OK && has_code && code.n > 0)
			rc = set_code(l, code, e);
		return rc;
	}
	if (!span_eq_str(rest, "cloud-id"))
		goto unknown;
	while (query.n > 0) {
		(void)span_cut(&query, '&', &pair);
		if (take_word(&pair, "groupId="))
			return set_bid(l, pair, e);
	}
unknown:
	return err_set(e, RC_INVALID, "label-url",
	    "This address is not that of a label, which looks like "
	    "https://HOST/b/BATCHID#CLAIMCODE.");
}

enum rc label_parse(struct label *l, struct span text, struct err *e)
{
	struct span bid;
	enum rc rc;
	size_t n;

	memset(l, 0, sizeof(*l));
	if (text.n > LABEL_TEXT_MAX)
		return err_set(e, RC_TOO_LARGE, "label-too-long",
		    "This is too long to be a label.");
	text = trim(text);
	if (text.n == 0)
		return err_set(e, RC_INVALID, "label-empty",
		    "There is no label: scan it, or type its Batch ID.");
	if (take_word(&text, "https://") || take_word(&text, "http://")) {
		rc = parse_url(l, text, e);
	} else {
		for (n = 0; n < text.n && !is_space(text.p[n]);)
			n++;
		bid = span_of(text.p, n);
		text = trim(span_sub(text, n, text.n));
		rc = set_bid(l, bid, e);
		if (rc == RC_OK && text.n > 0)
			rc = set_code(l, text, e);
	}
	if (rc != RC_OK)
		memset(l, 0, sizeof(*l));
	return rc;
}

static bool is_host(const char *host)
{
	size_t i, n = host ? strlen(host) : 0;

	if (n == 0 || n > HOST_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!is_alnum((uint8_t)host[i]) && !strchr(".-:[]", host[i]))
			return false;
	return true;
}

enum rc label_url(const struct label *l, const char *host, struct buf *out,
    struct err *e)
{
	char code[LABEL_CODE_SIZE];

	if (!is_host(host))
		return err_set(e, RC_INVALID, "label-host",
		    "The host of a label is a name or address, with a port "
		    "if need be: birthmark.example:8443.");
	if (!label_is_bid(span_str(l->bid)))
		return err_set(e, RC_INVALID, "label-bid",
		    "A Batch ID has 1 to %d letters, digits, dots, dashes or "
		    "underscores, and begins with a letter or digit.",
		    LABEL_BID_MAX);
	buf_addf(out, "https://%s/b/%s", host, l->bid);
	if (l->has_code) {
		label_code_text(l->code, code);
		buf_addf(out, "#%s", code);
		explicit_bzero(code, sizeof(code));
	}
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}

static enum rc make_qr(QRcode **out, const struct label_print *p, struct err *e)
{
	struct buf url;
	const char *text;
	enum rc rc;

	*out = NULL;
	buf_init(&url, LABEL_TEXT_MAX);
	rc = label_url(p->label, p->host, &url, e);
	if (rc != RC_OK)
		goto out;
	text = buf_cstr(&url);
	if (text)
		*out = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (!*out)
		rc = err_sys(e, "label-qr", "The QR code cannot be made");
out:
	buf_clear_secret(&url);
	return rc;
}

/* Dark?  False in the quiet zone around. */
static bool qr_dark(const QRcode *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->width || y >= qr->width)
		return false;
	return qr->data[y * qr->width + x] & 1;
}

static void add_xml(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("<>&\"'", *s))
			buf_addf(out, "&#%d;", *s);
		else if ((uint8_t)*s >= ' ')
			buf_add_u8(out, (uint8_t)*s);
	}
}

struct label_lines {
	const char *name;
	char value[160];
};
#define LINES_MAX 5

static void line_add(struct label_lines *lines, int *n, const char *name,
    const char *value)
{
	if (!value || !value[0])
		return;
	lines[*n].name = name;
	(void)snprintf(lines[*n].value, sizeof(lines[*n].value), "%s", value);
	(*n)++;
}

/* What stands on a label beside its QR code. */
static int print_lines(const struct label_print *p,
    struct label_lines lines[LINES_MAX])
{
	char code[LABEL_PRINT_SIZE], count[24];
	int n = 0;

	line_add(lines, &n, "Vendor", p->vendor);
	line_add(lines, &n, "Batch ID", p->label->bid);
	if (p->label->has_code) {
		label_code_print(p->label->code, code);
		line_add(lines, &n, "Claim code", code);
		explicit_bzero(code, sizeof(code));
	}
	line_add(lines, &n, "Reel", p->reel);
	(void)snprintf(count, sizeof(count), "%llu",
	    (unsigned long long)p->count);
	line_add(lines, &n, "Chips", count);
	return n;
}

static void svg_modules(const QRcode *qr, struct buf *out)
{
	int x, y, run;

	buf_add_str(out, "<path fill=\"#000\" d=\"");
	for (y = 0; y < qr->width; y++)
		for (x = 0; x < qr->width; x += run) {
			for (run = 0; qr_dark(qr, x + run, y);)
				run++;
			if (run > 0)
				buf_addf(out, "M%d %dh%dv1h-%dz", x + QUIET,
				    y + QUIET, run, run);
			else
				run = 1;
		}
	buf_add_str(out, "\"/>\n");
}

/* Millimetres for the longest line; a character of the font takes 2.1. */
static int text_width(const struct label_lines *lines, int n)
{
	size_t longest = 36;
	int i;

	for (i = 0; i < n; i++)
		if (strlen(lines[i].value) > longest)
			longest = strlen(lines[i].value);
	return (int)(longest * 21 / 10) + 6;
}

enum rc label_svg(const struct label_print *p, struct buf *out, struct err *e)
{
	struct label_lines lines[LINES_MAX];
	int n, i, side, width, height;
	QRcode *qr;
	enum rc rc;

	rc = make_qr(&qr, p, e);
	if (rc != RC_OK)
		return rc;
	n = print_lines(p, lines);
	side = qr->width + 2 * QUIET;
	width = side + text_width(lines, n);
	height = QUIET + n * SVG_LINE + 2;
	height = height > side ? height : side;
	buf_addf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%dmm\" "
	    "height=\"%dmm\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
	    width, height, width, height);
	add_xml(out, p->label->bid);
	buf_addf(out,
	    "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
	    width, height);
	svg_modules(qr, out);
	for (i = 0; i < n; i++) {
		int y = QUIET + 2 + i * SVG_LINE;

		buf_addf(out,
		    "<text x=\"%d\" y=\"%d\" font-family=\"sans-serif\" "
		    "font-size=\"2.4\">%s</text>\n<text x=\"%d\" y=\"%d\" "
		    "font-family=\"monospace\" font-size=\"3.4\">",
		    side, y, lines[i].name, side, y + 4);
		add_xml(out, lines[i].value);
		buf_add_str(out, "</text>\n");
	}
	buf_add_str(out, "</svg>\n");
	explicit_bzero(lines, sizeof(lines));
	QRcode_free(qr);
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}

static enum rc png_write_pixels(const uint8_t *pixels, unsigned int side,
    struct buf *out, struct err *e)
{
	png_alloc_size_t size = 0;
	png_image image;
	uint8_t *to;

	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	image.width = side;
	image.height = side;
	image.format = PNG_FORMAT_GRAY;
	if (!png_image_write_to_memory(&image, NULL, &size, 0, pixels, 0,
		NULL) ||
	    !(to = buf_room(out, size)) ||
	    !png_image_write_to_memory(&image, to, &size, 0, pixels, 0, NULL))
		return err_set(e, RC_ENV, "label-png",
		    "The picture of the label cannot be made.");
	buf_grown(out, size);
	return RC_OK;
}

enum rc label_png(const struct label_print *p, struct buf *out, struct err *e)
{
	unsigned int side, x, y;
	struct buf pixels;
	uint8_t *px;
	QRcode *qr;
	enum rc rc;

	rc = make_qr(&qr, p, e);
	if (rc != RC_OK)
		return rc;
	side = ((unsigned int)qr->width + 2 * QUIET) * PIXELS;
	buf_init(&pixels, (size_t)side * side);
	px = buf_room(&pixels, (size_t)side * side);
	if (!px) {
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
		goto out;
	}
	for (y = 0; y < side; y++)
		for (x = 0; x < side; x++)
			*px++ = qr_dark(qr, (int)(x / PIXELS) - QUIET,
				    (int)(y / PIXELS) - QUIET)
			    ? 0
			    : 255;
	buf_grown(&pixels, (size_t)side * side);
	rc = png_write_pixels(pixels.p, side, out, e);
out:
	buf_clear_secret(&pixels);
	QRcode_free(qr);
	return rc;
}

enum rc label_text(const struct label_print *p, struct buf *out, struct err *e)
{
	struct label_lines lines[LINES_MAX];
	enum rc rc;
	int n, i;

	n = print_lines(p, lines);
	for (i = 0; i < n; i++)
		buf_addf(out, "%-11s %s\n", lines[i].name, lines[i].value);
	explicit_bzero(lines, sizeof(lines));
	buf_addf(out, "%-11s ", "Label");
	rc = label_url(p->label, p->host, out, e);
	buf_add_str(out, "\n");
	return rc;
}

enum rc label_terminal(const struct label_print *p, struct buf *out,
    struct err *e)
{
	/* by (upper light, lower light); white on black on any terminal */
	static const char *const cells[2][2] = {{" ", "\xe2\x96\x84"},
	    {"\xe2\x96\x80", "\xe2\x96\x88"}};
	const int quiet = 2;
	QRcode *qr;
	enum rc rc;
	int x, y;

	rc = make_qr(&qr, p, e);
	if (rc != RC_OK)
		return rc;
	for (y = -quiet; y < qr->width + quiet; y += 2) {
		buf_add_str(out, "\033[97;40m");
		for (x = -quiet; x < qr->width + quiet; x++)
			buf_add_str(out,
			    cells[!qr_dark(qr, x, y)][!qr_dark(qr, x, y + 1)]);
		buf_add_str(out, "\033[0m\n");
	}
	QRcode_free(qr);
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}
