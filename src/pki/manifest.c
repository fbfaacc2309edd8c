/* Manifests: the table of their forms, and the decoder and writer that choose
 * among them.  Must not judge trust. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "pki/manifest_form.h"

static const struct {
	const char *name, *suffix, *media;
} forms[] = {
    [MANIFEST_CSV] = {"csv", ".csv", "text/csv; charset=utf-8"},
    [MANIFEST_JSONL] = {"jsonl", ".jsonl", "application/jsonl"},
    [MANIFEST_MICROCHIP] = {"microchip", ".microchip.json", "application/json"},
    [MANIFEST_UNKNOWN] = {"unknown", "", "application/octet-stream"},
};

const char *manifest_form_name(enum manifest_form f)
{
	return forms[f].name;
}

enum manifest_form manifest_form_of(struct span name)
{
	enum manifest_form f = MANIFEST_CSV;

	while (f < MANIFEST_UNKNOWN && !span_eq_str(name, forms[f].name))
		f++;
	return f;
}

const char *manifest_form_suffix(enum manifest_form f)
{
	return forms[f].suffix;
}

const char *manifest_form_media(enum manifest_form f)
{
	return forms[f].media;
}

enum manifest_form manifest_sniff(struct span head)
{
	if (span_starts(head, SPAN_LIT("\xef\xbb\xbf")))
		head = span_sub(head, 3, head.n);
	if (span_starts(head, span_str(manifest_csv_header)))
		return MANIFEST_CSV;
	while (head.n > 0 && strchr(" \t\r\n", head.p[0]) && head.p[0])
		head = span_sub(head, 1, head.n);
	if (head.n > 0 && head.p[0] == '{')
		return MANIFEST_JSONL;
	if (head.n > 0 && head.p[0] == '[')
		return MANIFEST_MICROCHIP;
	return MANIFEST_UNKNOWN;
}

enum rc manifest_form_fault(struct err *e, unsigned long line, const char *slug,
    const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_set(e, RC_INVALID, slug, "%s", text);
	if (e)
		e->line = line;
	return RC_INVALID;
}

void manifest_form_pem(struct buf *out, struct span der, const char *newline)
{
	size_t at;

	buf_add_str(out, "\"-----BEGIN CERTIFICATE-----");
	buf_add_str(out, newline);
	for (at = 0; at < der.n; at += 48) {
		enc_base64(out, span_sub(der, at, 48));
		buf_add_str(out, newline);
	}
	buf_add_str(out, "-----END CERTIFICATE-----");
	buf_add_str(out, newline);
	buf_add_u8(out, '"');
}

struct manifest_decoder *manifest_decoder_new(enum manifest_form f)
{
	struct manifest_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->form = f;
	buf_init(&d->text, 4 * (size_t)MANIFEST_ENTRY_MAX);
	buf_init(&d->der, MANIFEST_ENTRY_MAX);
	buf_init(&d->work[0], 2 * (size_t)MANIFEST_ENTRY_MAX);
	buf_init(&d->work[1], 2 * (size_t)MANIFEST_ENTRY_MAX);
	return d;
}

void manifest_decoder_free(struct manifest_decoder *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; i < d->signers_n; i++) {
		buf_clear(&d->signers[i].ski);
		key_pub_free(d->signers[i].key);
	}
	buf_clear(&d->text);
	buf_clear(&d->der);
	buf_clear(&d->work[0]);
	buf_clear(&d->work[1]);
	free(d);
}

enum rc manifest_decoder_add_signer(struct manifest_decoder *d,
    struct span cert_der, struct err *e)
{
	struct manifest_signer *s;
	struct cert c;
	enum rc rc;

	if (d->signers_n == MANIFEST_SIGNERS_MAX)
		return err_set(e, RC_TOO_LARGE, "manifest-signers",
		    "A manifest may have at most %d log signers.",
		    MANIFEST_SIGNERS_MAX);
	rc = cert_parse(&c, cert_der, e);
	if (rc != RC_OK)
		return rc;
	s = &d->signers[d->signers_n];
	rc = key_pub_new(&s->key, c.spki, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&s->ski, 256);
	buf_add_span(&s->ski, c.ski);
	cert_fingerprint(cert_der, s->fingerprint);
	d->signers_n++;
	return RC_OK;
}

enum rc manifest_decode(struct manifest_decoder *d, struct span raw,
    unsigned long line, struct manifest_entry *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->line = line;
	buf_reset(&d->text);
	buf_reset(&d->der);
	if (raw.n > MANIFEST_ENTRY_MAX)
		return manifest_form_fault(e, line, "manifest-entry-size",
		    "The entry at line %lu is larger than %d bytes.", line,
		    MANIFEST_ENTRY_MAX);
	switch (d->form) {
	case MANIFEST_CSV:
		return manifest_csv_decode(d, raw, line, out, e);
	case MANIFEST_JSONL:
		return manifest_jsonl_decode(d, raw, line, out, e);
	case MANIFEST_MICROCHIP:
		return manifest_microchip_decode(d, raw, line, out, e);
	case MANIFEST_UNKNOWN:
		break;
	}
	return err_set(e, RC_BUG, "manifest-form", "No form was chosen.");
}

enum rc manifest_writer_new(struct manifest_writer **out, enum manifest_form f,
    const struct manifest_log_signer *log_signer, struct err *e)
{
	struct manifest_log_signer by = {.key = NULL};
	struct manifest_writer *w = calloc(1, sizeof(*w));
	enum rc rc = RC_OK;
	size_t i;

	*out = NULL;
	if (!w)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	w->form = f;
	if (log_signer)
		by = *log_signer;
	w->signer = by.key;
	(void)snprintf(w->vendor, sizeof(w->vendor), "%s",
	    by.vendor ? by.vendor : "");
	buf_init(&w->issuer, CERT_DER_MAX);
	buf_add_span(&w->issuer, by.issuer);
	buf_init(&w->protected64, 4096);
	for (i = 0; i < 4; i++)
		buf_init(&w->work[i], 2 * (size_t)MANIFEST_ENTRY_MAX);
	if (f == MANIFEST_MICROCHIP)
		rc = manifest_microchip_begin(w, by.cert, e);
	if (rc != RC_OK) {
		manifest_writer_free(w);
		return rc;
	}
	*out = w;
	return RC_OK;
}

void manifest_writer_free(struct manifest_writer *w)
{
	size_t i;

	if (!w)
		return;
	buf_clear(&w->issuer);
	buf_clear(&w->protected64);
	for (i = 0; i < 4; i++)
		buf_clear(&w->work[i]);
	free(w);
}

static enum rc written(const struct buf *out, struct err *e)
{
	if (!buf_ok(out))
		return err_set(e, RC_TOO_LARGE, "manifest-buffer",
		    "The manifest does not fit its buffer.");
	return RC_OK;
}

enum rc manifest_begin(struct manifest_writer *w, struct buf *out,
    struct err *e)
{
	if (w->form == MANIFEST_CSV)
		buf_addf(out, "%s\n", manifest_csv_header);
	else if (w->form == MANIFEST_MICROCHIP)
		buf_add_str(out, "[");
	return written(out, e);
}

enum rc manifest_add(struct manifest_writer *w,
    const struct manifest_entry *entry, struct buf *out, struct err *e)
{
	enum rc rc = RC_OK;

	if (w->form == MANIFEST_CSV) {
		manifest_csv_add(entry, out);
	} else if (w->form == MANIFEST_JSONL) {
		manifest_jsonl_add(entry, out);
	} else {
		buf_add_str(out, w->any ? ",\n" : "\n");
		rc = manifest_microchip_add(w, entry, out, e);
	}
	w->any = true;
	return rc == RC_OK ? written(out, e) : rc;
}

enum rc manifest_end(struct manifest_writer *w, struct buf *out, struct err *e)
{
	if (w->form == MANIFEST_MICROCHIP)
		buf_add_str(out, "\n]\n");
	return written(out, e);
}
