/* One line of a JSON lines manifest, read and written.
 * Must not judge the certificate. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "pki/manifest_form.h"
#include "pki/manifest_pem.h"

enum { DEVICE_ID, GROUP_ID, CERTIFICATE, FIELDS };

static const char *const names[FIELDS] = {"device_id", "group_id",
    "certificate"};

static void skip_space(struct span *s)
{
	size_t n = 0;

	while (n < s->n &&
	    (s->p[n] == ' ' || s->p[n] == '\t' || s->p[n] == '\r' ||
		s->p[n] == '\n'))
		n++;
	*s = span_of(s->p + n, s->n - n);
}

static bool take_char(struct span *s, uint8_t c)
{
	skip_space(s);
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = span_of(s->p + 1, s->n - 1);
	return true;
}

/* A string without escapes, or the certificate, whose reader knows \n. */
static bool take_string(struct span *s, bool escapes, struct span *out)
{
	size_t n;

	if (!take_char(s, '"'))
		return false;
	for (n = 0; n < s->n && s->p[n] != '"'; n++)
		if (s->p[n] < 0x20 || s->p[n] >= 0x7f ||
		    (s->p[n] == '\\' && !escapes))
			return false;
	if (n == s->n)
		return false;
	*out = span_of(s->p, n);
	*s = span_of(s->p + n + 1, s->n - n - 1);
	return true;
}

/* The common shape, without building a tree.  False: let jansson look. */
static bool scan(struct span s, struct span field[FIELDS])
{
	struct span key;
	bool seen[FIELDS] = {false};
	int i, f;

	if (!take_char(&s, '{'))
		return false;
	for (i = 0; i < FIELDS; i++) {
		if ((i > 0 && !take_char(&s, ',')) ||
		    !take_string(&s, false, &key))
			return false;
		for (f = 0; f < FIELDS && !span_eq_str(key, names[f]);)
			f++;
		if (f == FIELDS || seen[f] || !take_char(&s, ':') ||
		    !take_string(&s, f == CERTIFICATE, &field[f]))
			return false;
		seen[f] = true;
	}
	if (!take_char(&s, '}'))
		return false;
	skip_space(&s);
	return s.n == 0;
}

static struct span keep(struct buf *text, struct span s)
{
	size_t at = text->n;

	buf_add_span(text, s);
	return span_of(text->p + at, text->n - at);
}

static enum rc decode_tree(struct manifest_decoder *d, struct span raw,
    unsigned long line, struct span field[FIELDS], struct err *e)
{
	json_error_t why;
	json_t *o;
	enum rc rc = RC_OK;
	int f;

	o = json_loadb((const char *)raw.p, raw.n, JSON_REJECT_DUPLICATES,
	    &why);
	if (!json_is_object(o)) {
		rc = manifest_form_fault(e, line, "manifest-json",
		    "Line %lu is not a JSON object: %s.", line,
		    o ? "it is some other value" : why.text);
		goto out;
	}
	for (f = 0; f < FIELDS; f++) {
		const json_t *v = json_object_get(o, names[f]);

		field[f] = SPAN_NONE;
		if (!v && f != CERTIFICATE)
			continue;
		if (!json_is_string(v)) {
			rc = manifest_form_fault(e, line, "manifest-json",
			    "Line %lu has no \"%s\" that is a string.", line,
			    names[f]);
			goto out;
		}
		field[f] = keep(&d->text,
		    span_of(json_string_value(v), json_string_length(v)));
	}
out:
	json_decref(o);
	return rc;
}

enum rc manifest_jsonl_decode(struct manifest_decoder *d, struct span raw,
    unsigned long line, struct manifest_entry *out, struct err *e)
{
	struct span field[FIELDS] = {SPAN_NONE, SPAN_NONE, SPAN_NONE};
	bool ok = false;
	enum rc rc;

	/* Reserved at once, so that spans into text stay where they are. */
	if (!buf_room(&d->text, raw.n + 1))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (scan(raw, field)) {
		field[DEVICE_ID] = keep(&d->text, field[DEVICE_ID]);
		field[GROUP_ID] = keep(&d->text, field[GROUP_ID]);
		ok = manifest_pem_decode(&d->der, field[CERTIFICATE]);
	}
	if (!ok) {
		buf_reset(&d->text);
		rc = decode_tree(d, raw, line, field, e);
		if (rc != RC_OK)
			return rc;
		ok = manifest_pem_decode(&d->der, field[CERTIFICATE]);
	}
	if (!ok)
		return manifest_form_fault(e, line, "manifest-certificate",
		    "The certificate of line %lu is not one PEM certificate.",
		    line);
	out->device_id = field[DEVICE_ID];
	out->group_id = field[GROUP_ID];
	out->cert = buf_span(&d->der);
	return RC_OK;
}

void manifest_jsonl_add(const struct manifest_entry *entry, struct buf *out)
{
	struct json w;

	json_init(&w, out);
	json_obj(&w);
	json_put_span(&w, names[DEVICE_ID], entry->device_id);
	json_put_span(&w, names[GROUP_ID], entry->group_id);
	buf_addf(out, ",\"%s\":", names[CERTIFICATE]);
	manifest_form_pem(out, entry->cert, "\\n");
	buf_add_str(out, "}\n");
}
