/* Templates of names: split first, then filled, then checked.
 * Must not let a word that is put in change what stands around it. */
#include <string.h>

#include "base/enc.h"
#include "pki/der.h"
#include "pki/issue_ext.h"
#include "pki/profile_name.h"

static enum rc refuse(struct err *e, const char *slug, const char *what)
{
	return err_set(e, RC_INVALID, slug, "The profile %s.", what);
}

/* Bytes of the well-formed UTF-8 character at the front, or 0. */
static size_t utf8_char(struct span s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s.p[0] >= 0xf0 ? 4 : s.p[0] >= 0xe0 ? 3 : 2, i;
	uint32_t v = s.p[0] & (0xffU >> (n + 1));

	if (s.p[0] < 0x80)
		return s.p[0] >= 0x20 && s.p[0] != 0x7f;
	if (s.p[0] < 0xc2 || s.p[0] > 0xf4 || s.n < n)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s.p[i] & 0x3f);
	}
	/* C1 controls and surrogates are no characters of a name. */
	if (v < least[n] || v < 0xa0 || (v >= 0xd800 && v < 0xe000) ||
	    v > 0x10ffff)
		return 0;
	return n;
}

/* Bytes of the first `most` characters; *all tells whether that is the whole,
 * and well-formed. */
static size_t utf8_prefix(struct span s, size_t most, bool *all)
{
	size_t at = 0, n;

	*all = false;
	for (; at < s.n && most > 0; most--) {
		n = utf8_char(span_sub(s, at, s.n));
		if (n == 0)
			return 0;
		at += n;
	}
	*all = at == s.n;
	return at;
}

bool profile_name_is_text(struct span s)
{
	bool all;

	(void)utf8_prefix(s, SIZE_MAX, &all);
	return all;
}

bool profile_name_is_short(struct span s)
{
	bool all;

	(void)utf8_prefix(s, PROFILE_NAME_CHARS_MAX, &all);
	return all;
}

bool profile_name_is_dns(struct span s, bool wildcard)
{
	struct span label;
	bool more = true;
	size_t i;

	if (s.n == 0 || s.n > 253)
		return false;
	if (wildcard && span_starts(s, SPAN_LIT("*.")))
		s = span_sub(s, 2, s.n);
	while (more) {
		more = span_cut(&s, '.', &label);
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return false;
		for (i = 0; i < label.n; i++) {
			uint8_t c = label.p[i];

			if (!((c >= 'a' && c <= 'z') ||
				(c >= 'A' && c <= 'Z') ||
				(c >= '0' && c <= '9') || c == '-'))
				return false;
		}
	}
	return true;
}

/* Names that people chose are cut to what a name may have; identifiers are
 * not, as two cut ones may be the same. */
static bool find_word(struct span word, const struct profile_device *d,
    struct span *out)
{
	const struct {
		const char *word, *value;
		bool cut;
	} words[] = {
	    {"device", d->device, false},
	    {"serial", d->serial, false},
	    {"product", d->product, true},
	    {"product_id", d->product_id, false},
	    {"account", d->account, true},
	    {"account_id", d->account_id, false},
	};
	size_t i;
	bool all;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!span_eq_str(word, words[i].word))
			continue;
		*out = span_str(words[i].value);
		if (words[i].cut)
			out->n =
			    utf8_prefix(*out, PROFILE_NAME_CHARS_MAX, &all);
		return true;
	}
	return false;
}

/* Fills up to the next unescaped `stop` (0: to the end), which is taken. */
static enum rc fill(struct span *in, uint8_t stop, bool uri,
    const struct profile_device *d, struct buf *out, struct err *e)
{
	struct span word, value;
	uint8_t c;

	while (span_take_u8(in, &c)) {
		if (stop != 0 && c == stop)
			break;
		if (c == '\\') {
			if (!span_take_u8(in, &c))
				return refuse(e, "profile-template",
				    "has a template that ends in a backslash");
			buf_add_u8(out, c);
			continue;
		}
		if (c != '{') {
			buf_add_u8(out, c);
			continue;
		}
		if (!span_cut(in, '}', &word) || !find_word(word, d, &value))
			return refuse(e, "profile-word",
			    "has an unknown word in a template; {device}, "
			    "{serial}, {product}, {product_id}, {account} and "
			    "{account_id} are known");
		if (uri)
			enc_percent(out, value);
		else
			buf_add_span(out, value);
	}
	if (!buf_ok(out) || out->n >= PROFILE_TEMPLATE_MAX)
		return refuse(e, "profile-too-long",
		    "has a template that grows too long when it is filled");
	if (!profile_name_is_text(buf_span(out)))
		return refuse(e, "profile-text",
		    "has a name with a control character, or not in UTF-8");
	return RC_OK;
}

static bool is_uri(struct span s)
{
	return span_starts(s, SPAN_LIT("uri:"));
}

enum rc profile_name_fill(const char *template_, const struct profile_device *d,
    struct buf *out, struct err *e)
{
	struct span in = span_str(template_);

	return fill(&in, 0, is_uri(in), d, out, e);
}

/* X.680 41.4. */
static bool is_printable(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') ||
			(c != '\0' && strchr(" '()+,-./:=?", c) != NULL)))
			return false;
	}
	return true;
}

struct attr {
	const char *name, *oid;
	uint8_t tag;
	bool once;
};

static const struct attr attrs[] = {
    {"C", "2.5.4.6", DER_PRINTABLE, true},
    {"O", "2.5.4.10", DER_UTF8, true},
    {"OU", "2.5.4.11", DER_UTF8, false},
    {"CN", "2.5.4.3", DER_UTF8, true},
    {"SERIALNUMBER", "2.5.4.5", DER_PRINTABLE, true},
};
#define ATTRS (sizeof(attrs) / sizeof(attrs[0]))

static enum rc check_value(const struct attr *a, struct span v, struct err *e)
{
	if (!profile_name_is_short(v))
		return err_set(e, RC_INVALID, "profile-too-long",
		    "The subject's %s would have more than %d characters.",
		    a->name, PROFILE_NAME_CHARS_MAX);
	if (a->tag == DER_PRINTABLE && !is_printable(v))
		return err_set(e, RC_INVALID, "profile-text",
		    "The subject's %s may have letters, digits, spaces and "
		    "'()+,-./:=? only.",
		    a->name);
	if (span_eq_str(span_str(a->name), "C") &&
	    (v.n != 2 || v.p[0] < 'A' || v.p[0] > 'Z' || v.p[1] < 'A' ||
		v.p[1] > 'Z'))
		return refuse(e, "profile-country",
		    "has a C in its subject that is not two capital letters");
	return RC_OK;
}

struct value {
	const struct attr *attr;
	char text[PROFILE_TEMPLATE_MAX];
};

/* One "NAME=template" from the front of the subject. */
static enum rc take_value(struct span *in, const struct profile_device *d,
    struct value *v, struct err *e)
{
	struct span name;
	struct buf text;
	enum rc rc;
	size_t i;

	if (!span_cut(in, '=', &name))
		return refuse(e, "profile-subject",
		    "has a part in its subject that is not NAME=value");
	name = span_trim(name);
	for (i = 0; i < ATTRS && !span_eq_str(name, attrs[i].name); i++)
		;
	if (i == ATTRS)
		return refuse(e, "profile-subject",
		    "has an unknown attribute in its subject; C, O, OU, CN "
		    "and SERIALNUMBER are known");
	v->attr = &attrs[i];
	buf_init(&text, PROFILE_TEMPLATE_MAX);
	rc = fill(in, ',', false, d, &text, e);
	if (rc == RC_OK && text.n > 0)
		rc = check_value(v->attr, buf_span(&text), e);
	if (rc == RC_OK)
		(void)span_copy_str(buf_span(&text), v->text, sizeof(v->text));
	buf_clear(&text);
	return rc;
}

static bool is_twice(const struct value *values, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (values[i].attr == values[n].attr && values[n].attr->once)
			return true;
	return false;
}

enum rc profile_name_subject(const char *template_,
    const struct profile_device *d, struct buf *name, struct err *e)
{
	struct value values[PROFILE_NAME_ATTRS_MAX];
	struct span in = span_str(template_);
	struct buf body;
	size_t n = 0;
	enum rc rc;

	while (in.n > 0) {
		if (n == PROFILE_NAME_ATTRS_MAX)
			return refuse(e, "profile-subject",
			    "has more than 8 attributes in its subject");
		rc = take_value(&in, d, &values[n], e);
		if (rc != RC_OK)
			return rc;
		if (is_twice(values, n))
			return refuse(e, "profile-subject",
			    "has an attribute twice in its subject, and only "
			    "OU may be");
		if (values[n].text[0] != '\0')
			n++;
	}
	if (n == 0)
		return refuse(e, "profile-subject",
		    "gives an empty subject; it needs a CN, say");
	buf_init(&body, ISSUE_EXT_MAX);
	while (n-- > 0)
		issue_ext_attr(&body, values[n].attr->oid, values[n].attr->tag,
		    values[n].text);
	if (!buf_ok(&body))
		name->bad = true;
	der_put(name, DER_SEQUENCE, buf_span(&body));
	buf_clear(&body);
	return RC_OK;
}

/* scheme ":" and no character that RFC 3986 does not have. */
static bool is_uri_text(struct span s)
{
	size_t i, colon = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return false;
		if (s.p[i] == ':' && colon == 0)
			colon = i;
	}
	if (colon == 0 || colon + 1 == s.n)
		return false;
	for (i = 0; i < colon; i++) {
		uint8_t c = s.p[i] | 0x20;

		if (!((c >= 'a' && c <= 'z') ||
			(i > 0 && s.p[i] >= '0' && s.p[i] <= '9') ||
			(i > 0 && strchr("+-.", s.p[i]) != NULL)))
			return false;
	}
	return true;
}

static bool is_email(struct span s)
{
	struct span local;
	size_t i;

	if (!span_cut(&s, '@', &local) || local.n == 0 || local.n > 64)
		return false;
	for (i = 0; i < local.n; i++)
		if (local.p[i] <= ' ' || local.p[i] >= 0x7f ||
		    strchr("\"(),:;<>[\\]", local.p[i]) != NULL)
			return false;
	return profile_name_is_dns(s, false);
}

static bool is_host(struct span s)
{
	return profile_name_is_dns(s, false);
}

static const struct {
	const char *prefix;
	uint8_t tag;
	bool (*is)(struct span s);
} sans[] = {
    {"uri:", DER_CONTEXT_PRIM(6), is_uri_text},
    {"dns:", DER_CONTEXT_PRIM(2), is_host},
    {"email:", DER_CONTEXT_PRIM(1), is_email},
};

enum rc profile_name_san(const char *template_, const struct profile_device *d,
    struct buf *names, struct err *e)
{
	struct span prefix, value;
	struct buf text;
	enum rc rc;
	size_t i;

	buf_init(&text, PROFILE_TEMPLATE_MAX);
	rc = profile_name_fill(template_, d, &text, e);
	if (rc != RC_OK)
		goto out;
	rc = RC_INVALID;
	for (i = 0; i < sizeof(sans) / sizeof(sans[0]); i++) {
		prefix = span_str(sans[i].prefix);
		value = buf_span(&text);
		if (!span_starts(value, prefix))
			continue;
		value = span_sub(value, prefix.n, value.n);
		if (!sans[i].is(value))
			break;
		der_put(names, sans[i].tag, value);
		rc = RC_OK;
		break;
	}
	if (rc != RC_OK)
		rc = refuse(e, "profile-san",
		    "has a name for the subjectAltName that is neither uri: "
		    "with a URI, dns: with a host nor email: with an address");
out:
	buf_clear(&text);
	return rc;
}
