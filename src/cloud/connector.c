/* The table of connectors and what they share.
 * Must not know what any of them says. */
#include "cloud/connector.h"

#include <string.h>

#define RETRY_AFTER_MAX_S 3600

static const struct connector *const connectors[] = {
    &aws_connector,
    &azure_hub_connector,
    &azure_dps_connector,
    &interop_connector,
    &webhook_connector,
    &gate_connector,
    NULL,
};

const struct connector *connector_find(const char *type)
{
	size_t i;

	for (i = 0; connectors[i]; i++)
		if (strcmp(connectors[i]->rules.type, type) == 0)
			return connectors[i];
	return NULL;
}

const struct cloud_rules *connector_rules_at(size_t i)
{
	size_t n = sizeof(connectors) / sizeof(connectors[0]) - 1;

	return i < n ? &connectors[i]->rules : NULL;
}

const char *connector_str(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

struct span connector_header(const struct connector_answer *a, const char *name)
{
	struct span rest = a->headers, line, key;

	while (rest.n > 0) {
		(void)span_cut(&rest, '\n', &line);
		if (!span_cut(&line, ':', &key) || !span_eq_str(key, name))
			continue;
		return span_trim(line);
	}
	return SPAN_NONE;
}

unsigned int connector_retry_after_s(const struct connector_answer *a)
{
	struct span text = connector_header(a, "retry-after");
	uint64_t s;

	if (!span_u64(text, UINT64_MAX, &s))
		return 0;
	return s < RETRY_AFTER_MAX_S ? (unsigned int)s : RETRY_AFTER_MAX_S;
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* The value of a word in braces; NULL for one that is not known. */
static const char *word_value(struct span word,
    const struct connector_device *d)
{
	if (span_eq_str(word, "chip_id"))
		return d->chip_id;
	if (span_eq_str(word, "fingerprint"))
		return d->ref;
	if (span_eq_str(word, "product"))
		return d->product;
	if (span_eq_str(word, "batch"))
		return d->bid;
	return NULL;
}

/* Takes "{word}" off the template. */
static bool cut_word(struct span *t, struct span *word)
{
	struct span rest = *t;

	if (rest.n == 0 || rest.p[0] != '{')
		return false;
	rest = span_sub(rest, 1, rest.n - 1);
	if (!span_cut(&rest, '}', word))
		return false;
	*t = rest;
	return true;
}

static void put_clean(struct buf *out, struct span text, const char *allowed)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		buf_add_u8(out,
		    is_plain(text.p[i]) ||
			    (text.p[i] != 0 && strchr(allowed, text.p[i]))
			? text.p[i]
			: (uint8_t)'-');
}

enum rc connector_name(const char *tmpl, const struct connector_naming *rules,
    struct connector_device *d, struct err *e)
{
	struct span t = span_str(tmpl), word;
	struct buf out;
	bool ok;

	buf_init(&out, 1024);
	while (t.n > 0) {
		if (cut_word(&t, &word)) {
			const char *v = word_value(word, d);

			put_clean(&out, span_str(v ? v : ""), rules->allowed);
		} else {
			put_clean(&out, span_sub(t, 0, 1), rules->allowed);
			t = span_sub(t, 1, t.n - 1);
		}
	}
	ok = buf_ok(&out) && out.n > 0 && out.n <= rules->max &&
	    span_copy_str(buf_span(&out), d->name, sizeof(d->name));
	buf_clear(&out);
	if (!ok)
		return err_set(e, RC_INVALID, "cloud-device-name",
		    "The template \"%.100s\" gives no name of 1 to %zu bytes "
		    "for the device %s.",
		    tmpl, rules->max, d->chip_id);
	return RC_OK;
}

enum rc connector_name_check(const char *tmpl,
    const struct connector_naming *rules, struct err *e)
{
	static const struct connector_device none;
	struct span t = span_str(tmpl), word;
	bool unique = false;

	while (t.n > 0) {
		if (!cut_word(&t, &word)) {
			if (!is_plain(t.p[0]) &&
			    !strchr(rules->allowed, t.p[0]))
				return err_set(e, RC_INVALID,
				    "cloud-name-template",
				    "A name may hold letters, digits and any "
				    "of \"%s\".",
				    rules->allowed);
			t = span_sub(t, 1, t.n - 1);
			continue;
		}
		if (span_eq_str(word, "product"))
			return err_set(e, RC_INVALID, "cloud-name-template",
			    "A device's product can change and its name in "
			    "the cloud cannot: the template of names knows "
			    "{chip_id}, {fingerprint} and {batch} only.");
		if (!word_value(word, &none))
			return err_set(e, RC_INVALID, "cloud-name-template",
			    "The template of names knows {chip_id}, "
			    "{fingerprint} and {batch} only.");
		unique = unique || span_eq_str(word, "chip_id") ||
		    span_eq_str(word, "fingerprint");
	}
	if (!unique)
		return err_set(e, RC_INVALID, "cloud-name-template",
		    "The template of names has to hold {chip_id} or "
		    "{fingerprint}, or all devices would have one name.");
	return RC_OK;
}

void connector_clean(struct span text, char out[CONNECTOR_TEXT_SIZE])
{
	size_t i,
	    n = text.n < CONNECTOR_TEXT_SIZE - 1 ? text.n
						 : CONNECTOR_TEXT_SIZE - 1;

	/* Not in the middle of a character. */
	while (n > 0 && n < text.n && (text.p[n] & 0xc0) == 0x80)
		n--;
	for (i = 0; i < n; i++)
		out[i] = text.p[i] < 0x20 || text.p[i] == 0x7f
		    ? ' '
		    : (char)text.p[i];
	out[n] = '\0';
}

size_t connector_pair(const struct connector_device *d,
    const struct connector_cert *out[2])
{
	size_t i, n = 0;

	if (d->want != CONNECTOR_ADMIT)
		return 0;
	for (i = 1; i < d->certs_n && n < 2; i++)
		if (d->certs[i].valid)
			out[n++] = &d->certs[i];
	if (n < 2 && d->certs_n > 0 && d->certs[0].valid)
		out[n++] = &d->certs[0];
	return n;
}
