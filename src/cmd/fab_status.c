/* The vendor's issuing CA delegates OCSP answers to a service, and signs the
 * list of what it has revoked.
 * Must not delegate for longer than was asked, nor sign a list of duplicates.
 */
#include "cmd/fab_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/fab.h"
#include "cmd/fab_dir.h"
#include "pki/crl.h"
#include "pki/csr.h"
#include "pki/issue_end.h"

#define SKEW_S 3600
#define DAY_S 86400
#define SIG_MAX 1024
#define RESPONDER_FILE "ocsp-responder.pem"
#define CRL_FILE "issuing.crl"
#define LINE_PARTS 3
#define LIST_MAX (64u << 20) /* bytes of a file of revocations */

/* The list of what is revoked: a line for each certificate, its serial number
 * in hex, then if wanted a reason (RFC 5280 5.3.1) and a time (RFC 3339; else
 * now), with commas or blanks between; '#' begins a comment. */

struct list {
	struct crl_entry *entries;
	size_t n;
};

static bool is_blank(uint8_t c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r';
}

static bool next_word(struct span *line, struct span *word)
{
	size_t i = 0;

	while (line->n > 0 && is_blank(line->p[0]))
		*line = span_sub(*line, 1, line->n - 1);
	while (i < line->n && !is_blank(line->p[i]))
		i++;
	*word = span_sub(*line, 0, i);
	*line = span_sub(*line, i, line->n - i);
	return word->n > 0;
}

/* Hex, with colons if wanted, without leading zero bytes. */
static bool read_serial(struct span word, struct crl_entry *x)
{
	uint8_t hex[2 * 21], raw[21];
	size_t i, n = 0, bytes = 0, skip = 0;

	for (i = 0; i < word.n; i++) {
		if (word.p[i] == ':')
			continue;
		if (n == sizeof(hex))
			return false;
		hex[n++] = word.p[i];
	}
	if (!enc_unhex(span_of(hex, n), raw, &bytes, sizeof(raw)))
		return false;
	while (skip < bytes && raw[skip] == 0)
		skip++;
	x->serial_n = (uint8_t)(bytes - skip);
	if (x->serial_n == 0 || x->serial_n > sizeof(x->serial))
		return false;
	memcpy(x->serial, raw + skip, x->serial_n);
	return true;
}

static enum rc bad_line(struct err *e, unsigned long line, const char *what)
{
	(void)err_set(e, RC_INVALID, "revoked-line", "Line %lu %s.", line,
	    what);
	if (e)
		e->line = line;
	return RC_INVALID;
}

static enum rc read_line(struct span line, unsigned long number, int64_t now_s,
    struct crl_entry *x, struct err *e)
{
	struct span words[LINE_PARTS] = {SPAN_NONE}, more;
	size_t n = 0;
	int reason = CRL_UNSPECIFIED;

	while (n < LINE_PARTS && next_word(&line, &words[n]))
		n++;
	memset(x, 0, sizeof(*x));
	x->at = now_s;
	if (next_word(&line, &more))
		return bad_line(e, number, "has more than three words");
	if (!read_serial(words[0], x))
		return bad_line(e, number,
		    "does not begin with a serial number in hex of at most "
		    "20 bytes");
	if (n > 1)
		reason = crl_reason_of(words[1]);
	if (reason == CRL_REASON_NONE)
		return bad_line(e, number,
		    "has no reason of RFC 5280, such as keyCompromise, as its "
		    "second word");
	x->reason = (uint8_t)reason;
	if (n > 2 && (!clock_parse(words[2], &x->at) || x->at > now_s))
		return bad_line(e, number,
		    "has no time of the past (RFC 3339) as its third word");
	return RC_OK;
}

static int by_serial(const void *a, const void *b)
{
	const struct crl_entry *x = a, *y = b;

	if (x->serial_n != y->serial_n)
		return x->serial_n < y->serial_n ? -1 : 1;
	return memcmp(x->serial, y->serial, x->serial_n);
}

static enum rc check_twice(struct list *l, struct err *e)
{
	char text[2 * 20 + 1];
	size_t i;

	if (l->n > 1)
		qsort(l->entries, l->n, sizeof(*l->entries), by_serial);
	for (i = 1; i < l->n; i++) {
		if (by_serial(&l->entries[i - 1], &l->entries[i]) != 0)
			continue;
		enc_hex_str(text,
		    span_of(l->entries[i].serial, l->entries[i].serial_n));
		return err_set(e, RC_INVALID, "revoked-twice",
		    "The serial number %s stands in the list twice.", text);
	}
	return RC_OK;
}

/* list_clear in any case. */
static enum rc list_parse(struct list *l, struct span text, int64_t now_s,
    struct err *e)
{
	struct span line, words, peek, word;
	unsigned long number = 0;
	size_t cap = 0;
	enum rc rc = RC_OK;

	memset(l, 0, sizeof(*l));
	while (rc == RC_OK && text.n > 0) {
		number++;
		(void)span_cut(&text, '\n', &line);
		(void)span_cut(&line, '#', &words);
		peek = words;
		if (!next_word(&peek, &word))
			continue;
		if (l->n == cap) {
			struct crl_entry *p;

			cap = cap ? 2 * cap : 64;
			p = realloc(l->entries, cap * sizeof(*p));
			if (!p)
				return err_set(e, RC_ENV, "memory",
				    "Out of memory.");
			l->entries = p;
		}
		rc = read_line(words, number, now_s, &l->entries[l->n], e);
		l->n += rc == RC_OK;
	}
	return rc == RC_OK ? check_twice(l, e) : rc;
}

static void list_clear(struct list *l)
{
	free(l->entries);
	memset(l, 0, sizeof(*l));
}

/* The commands */

struct options {
	const char *dir, *in, *out;
	uint64_t days, number;
};

/* An opened fab with its issuing key, and where the result goes. */
struct job {
	struct fab_dir fab;
	struct key *key;
	struct buf in;
	char path[FAB_DIR_PATH];
};

static enum rc begin(struct job *j, const struct options *o, const char *name,
    struct err *e)
{
	enum rc rc = fab_dir_open(&j->fab, o->dir, e);

	buf_init(&j->in, LIST_MAX);
	if (rc == RC_OK)
		rc = file_read(o->in, &j->in, e);
	if (rc == RC_OK && o->out == NULL)
		rc = file_join(j->path, sizeof(j->path), o->dir, name, e);
	else if (rc == RC_OK &&
	    !span_copy_str(span_str(o->out), j->path, sizeof(j->path)))
		rc = err_set(e, RC_INVALID, "path-too-long",
		    "The path of --out is too long.");
	if (rc == RC_OK)
		rc = key_open(&j->key, j->fab.issuing_key, e);
	return rc;
}

static void end(struct job *j)
{
	key_free(j->key);
	buf_clear(&j->in);
	fab_dir_clear(&j->fab);
}

static enum rc make_responder(struct job *j, const struct options *o,
    struct err *e)
{
	char name[FAB_DIR_NAME_MAX + 32];
	uint8_t serial[ISSUE_END_SERIAL];
	int64_t now = clock_now_s();
	struct issue_end p = {
	    .kind = ISSUE_END_OCSP,
	    .common_name = name,
	    .org = j->fab.vendor,
	    .not_before = now - SKEW_S,
	    .not_after = now + (int64_t)o->days * DAY_S,
	    .serial = serial,
	};
	struct buf csr, cert, pem;
	struct csr parsed;
	enum rc rc;

	buf_init(&csr, CSR_MAX);
	buf_init(&cert, CERT_DER_MAX);
	buf_init(&pem, 2 * CERT_DER_MAX);
	(void)snprintf(name, sizeof(name), "%s OCSP Responder", j->fab.vendor);
	rand_bytes(serial, sizeof(serial));
	serial[0] = (uint8_t)(1 + serial[0] % 0x7f);
	rc = csr_read(&csr, buf_span(&j->in), e);
	if (rc == RC_OK)
		rc = csr_parse(&parsed, buf_span(&csr), e);
	if (rc == RC_OK)
		rc = csr_check(&parsed, e);
	if (rc == RC_OK) {
		p.spki = parsed.spki;
		rc = issue_end(&p, buf_span(&j->fab.issuing), j->key, &cert, e);
	}
	if (rc == RC_OK) {
		enc_pem(&pem, "CERTIFICATE", buf_span(&cert));
		rc = file_write(j->path, buf_span(&pem), 0644, e);
	}
	buf_clear(&csr);
	buf_clear(&cert);
	buf_clear(&pem);
	return rc;
}

static enum rc sign_list(struct job *j, const struct crl *c, struct buf *der,
    struct err *e)
{
	enum key_sig sig = key_sig(j->key);
	struct buf tbs, signature;
	enum rc rc;

	buf_init(&tbs, CRL_MAX);
	buf_init(&signature, SIG_MAX);
	rc = crl_tbs(c, sig, &tbs, e);
	if (rc == RC_OK)
		rc = key_sign(j->key, buf_span(&tbs), &signature, e);
	if (rc == RC_OK)
		crl_join(buf_span(&tbs), sig, buf_span(&signature), der);
	if (rc == RC_OK && !buf_ok(der))
		rc = err_set(e, RC_TOO_LARGE, "crl-too-large",
		    "The revocation list would be larger than %u MB.",
		    CRL_MAX >> 20);
	buf_clear(&tbs);
	buf_clear(&signature);
	return rc;
}

static enum rc make_crl(struct job *j, const struct options *o, struct err *e)
{
	int64_t now = clock_now_s();
	struct list list;
	struct crl c = {
	    .issuer_cert = buf_span(&j->fab.issuing),
	    .number = o->number,
	    .this_update = now,
	    .next_update = now + (int64_t)o->days * DAY_S,
	};
	struct buf der;
	enum rc rc = list_parse(&list, buf_span(&j->in), now, e);

	buf_init(&der, CRL_MAX);
	c.entries = list.entries;
	c.n = list.n;
	if (rc == RC_OK)
		rc = sign_list(j, &c, &der, e);
	if (rc == RC_OK)
		rc = file_write(j->path, buf_span(&der), 0644, e);
	if (rc == RC_OK)
		(void)printf("%zu certificates are revoked. The list number "
			     "%llu is in %s.\n",
		    list.n, (unsigned long long)o->number, j->path);
	buf_clear(&der);
	list_clear(&list);
	return rc;
}

static int run(const struct options *o, const char *name,
    enum rc (*make)(struct job *, const struct options *, struct err *))
{
	struct err e = {.text = ""};
	struct job j = {.key = NULL};
	enum rc rc = begin(&j, o, name, &e);

	if (rc == RC_OK)
		rc = make(&j, o, &e);
	end(&j);
	return rc == RC_OK ? 0 : fab_fail(&e, 0);
}

static int parse(const struct args_cmd *cmd, int argc, char **argv,
    const struct options *o, bool *help)
{
	struct err e = {.text = ""};
	int npos;

	if (args_parse(cmd, argc, argv, &npos, help, &e) != RC_OK)
		return fab_fail(&e, 1);
	if (*help) {
		args_help(cmd);
		return 0;
	}
	if (o->in == NULL || o->days < 1 || o->days > 3660) {
		(void)err_set(&e, RC_INVALID, "usage",
		    "Give the file to read, and 1 to 3660 days. See --help.");
		return fab_fail(&e, 1);
	}
	return 0;
}

int fab_status_responder_main(int argc, char **argv)
{
	struct options o = {.dir = FAB_DIR_DEFAULT, .days = 365};
	const struct args_opt opts[] = {
	    {"csr", 0, ARGS_STR, &o.in, "FILE",
		"the service's request (birthmark vendor responder)"},
	    {"dir", 0, ARGS_STR, &o.dir, "DIR", "the fab (default: fab)"},
	    {"days", 0, ARGS_U64, &o.days, "N", "lifetime (default: 365)"},
	    {"out", 0, ARGS_STR, &o.out, "FILE",
		"the certificate (default: DIR/" RESPONDER_FILE ")"},
	    {NULL, 0, ARGS_FLAG, NULL, NULL, NULL},
	};
	const struct args_cmd cmd =
	    {"birthmark fab ocsp-responder --csr FILE [OPTION]...",
		"Lets a service answer OCSP requests for birth certificates.",
		opts, 0, 0};
	bool help = false;
	int status = parse(&cmd, argc, argv, &o, &help);

	return status || help ? status
			      : run(&o, RESPONDER_FILE, make_responder);
}

int fab_status_crl_main(int argc, char **argv)
{
	struct options o = {.dir = FAB_DIR_DEFAULT, .days = 7};
	const struct args_opt opts[] = {
	    {"revoked", 0, ARGS_STR, &o.in, "FILE",
		"lines of serial number, reason and time"},
	    {"number", 0, ARGS_U64, &o.number, "N",
		"of the list: higher than any before"},
	    {"dir", 0, ARGS_STR, &o.dir, "DIR", "the fab (default: fab)"},
	    {"days", 0, ARGS_U64, &o.days, "N", "until the next (default: 7)"},
	    {"out", 0, ARGS_STR, &o.out, "FILE",
		"the list (default: DIR/" CRL_FILE ")"},
	    {NULL, 0, ARGS_FLAG, NULL, NULL, NULL},
	};
	const struct args_cmd cmd =
	    {"birthmark fab crl --revoked FILE --number N [OPTION]...",
		"Signs the list of revoked birth certificates.", opts, 0, 0};
	bool help = false;
	int status = parse(&cmd, argc, argv, &o, &help);
	struct err e;

	if (status || help)
		return status;
	if (o.number == 0) {
		(void)err_set(&e, RC_INVALID, "usage",
		    "Give the number of the list with --number, from 1.");
		return fab_fail(&e, 1);
	}
	return run(&o, CRL_FILE, make_crl);
}
