/* One record of a Cloud ID CSV manifest (RFC 4180), read and written.
 * Must not judge the certificate. */
#include <string.h>

#include "base/enc.h"
#include "pki/manifest_form.h"
#include "pki/manifest_pem.h"

const char manifest_csv_header[] = "device_id,group_id,certificate";

enum { FIELDS = 3 };

/* Takes a quoted field; "" inside becomes one quote, for which it is copied
 * to text. */
static bool take_quoted(struct span *s, struct buf *text, struct span *out)
{
	const uint8_t *at;
	size_t before = text->n, n;

	*s = span_of(s->p + 1, s->n - 1);
	for (;;) {
		at = s->n > 0 ? memchr(s->p, '"', s->n) : NULL;
		if (!at)
			return false;
		n = (size_t)(at - s->p);
		if (s->n - n < 2 || at[1] != '"')
			break;
		buf_add(text, s->p, n + 1);
		*s = span_of(at + 2, s->n - n - 2);
	}
	if (text->n == before) {
		*out = span_of(s->p, n);
	} else {
		buf_add(text, s->p, n);
		if (!buf_ok(text))
			return false;
		*out = span_of(text->p + before, text->n - before);
	}
	*s = span_of(at + 1, s->n - n - 1);
	return true;
}

/* RFC 4180 2.5: no quotes inside a field that does not begin with one. */
static bool take_plain(struct span *s, struct span *out)
{
	size_t n;

	for (n = 0; n < s->n && s->p[n] != ','; n++)
		if (s->p[n] == '"' || s->p[n] == '\r' || s->p[n] == '\n')
			return false;
	*out = span_of(s->p, n);
	*s = span_of(s->p + n, s->n - n);
	return true;
}

static bool take_fields(struct span s, struct buf *text,
    struct span field[FIELDS])
{
	int i;

	for (i = 0; i < FIELDS; i++) {
		if (i > 0) {
			if (s.n == 0 || s.p[0] != ',')
				return false;
			s = span_of(s.p + 1, s.n - 1);
		}
		if (s.n > 0 && s.p[0] == '"') {
			if (!take_quoted(&s, text, &field[i]))
				return false;
		} else if (!take_plain(&s, &field[i])) {
			return false;
		}
	}
	return s.n == 0;
}

enum rc manifest_csv_decode(struct manifest_decoder *d, struct span raw,
    unsigned long line, struct manifest_entry *out, struct err *e)
{
	struct span field[FIELDS];
	size_t i, at;

	/* Reserved at once, so that spans into text stay where they are. */
	if (!buf_room(&d->text, 2 * raw.n + 1))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (!take_fields(raw, &d->text, field))
		return manifest_form_fault(e, line, "manifest-csv",
		    "Line %lu is not a CSV record of three fields "
		    "(device_id, group_id, certificate).",
		    line);
	for (i = 0; i < 2; i++) {
		at = d->text.n;
		buf_add_span(&d->text, field[i]);
		field[i] = span_of(d->text.p + at, d->text.n - at);
	}
	if (!manifest_pem_decode(&d->der, field[2]))
		return manifest_form_fault(e, line, "manifest-certificate",
		    "The certificate of line %lu is not one PEM certificate.",
		    line);
	out->device_id = field[0];
	out->group_id = field[1];
	out->cert = buf_span(&d->der);
	return RC_OK;
}

static void add_field(struct buf *out, struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\r' ||
		    s.p[i] == '\n')
			break;
	if (i == s.n) {
		buf_add_span(out, s);
		return;
	}
	buf_add_u8(out, '"');
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_add_u8(out, '"');
		buf_add_u8(out, s.p[i]);
	}
	buf_add_u8(out, '"');
}

void manifest_csv_add(const struct manifest_entry *entry, struct buf *out)
{
	add_field(out, entry->device_id);
	buf_add_u8(out, ',');
	add_field(out, entry->group_id);
	buf_add_u8(out, ',');
	manifest_form_pem(out, entry->cert, "\n");
	buf_add_u8(out, '\n');
}
