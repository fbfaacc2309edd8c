/* Names and attributes of things by the settings of a cloud.
 * Must not take a thing for ours that does not say so. */
#include "cloud/aws_thing.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "cloud/aws_call.h"
#include "pki/digest.h"

static const struct connector_naming name_rules = {":_-", 128};
static const struct connector_naming value_rules = {"_.,@/:#-", 128};
static const char default_name[] = "{chip_id}";
static const char default_attributes[] = "product={product},batch={batch}";

/* A setting that has a default stays away by being "". */
static const char *setting_or(json_t *settings, const char *name,
    const char *other)
{
	const char *s = connector_str(settings, name);

	return s ? s : other;
}

bool aws_thing_wanted(const struct connector_way *way)
{
	return setting_or(way->settings, "thing_name", default_name)[0] != '\0';
}

enum rc aws_thing_name(const struct connector_way *way,
    const struct connector_device *d, char out[CONNECTOR_NAME_SIZE],
    struct err *e)
{
	struct connector_device copy = *d;
	enum rc rc = connector_name(setting_or(way->settings, "thing_name",
					default_name),
	    &name_rules, &copy, e);

	if (rc == RC_OK)
		memcpy(out, copy.name, CONNECTOR_NAME_SIZE);
	return rc;
}

/* Takes the next of a list with commas; false at its end. */
static bool next_part(struct span *rest, struct span *part)
{
	if (rest->n == 0)
		return false;
	(void)span_cut(rest, ',', part);
	*part = span_trim(*part);
	return true;
}

static bool has_only(struct span s, const char *others)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') ||
			(s.p[i] != 0 && strchr(others, s.p[i]))))
			return false;
	return s.n > 0;
}

static enum rc check_attributes(struct span list, bool typed, struct err *e)
{
	struct span part, name;
	size_t n = 0;

	while (next_part(&list, &part)) {
		if (!span_cut(&part, '=', &name) ||
		    !has_only(name, "_.,@/:#-") || name.n > 128 ||
		    part.n == 0 || span_eq_str(name, AWS_THING_MARK))
			return err_set(e, RC_INVALID, "cloud-attributes",
			    "attributes is a list of NAME=TEXT with commas "
			    "between; the name \"" AWS_THING_MARK
			    "\" is taken.");
		n++;
	}
	/* AWS: a thing without a type has at most three. */
	if (n > (typed ? AWS_THING_ATTRIBUTES_MAX : 2))
		return err_set(e, RC_INVALID, "cloud-attributes",
		    "A thing can have %d attributes besides ours%s.",
		    typed ? AWS_THING_ATTRIBUTES_MAX : 2,
		    typed ? "" : " while thing_type is not set");
	return RC_OK;
}

enum rc aws_thing_check(json_t *settings, struct err *e)
{
	const char *name = setting_or(settings, "thing_name", default_name);
	const char *type = setting_or(settings, "thing_type", "");
	struct span groups = span_str(setting_or(settings, "thing_groups", ""));
	struct span part;
	size_t n = 0;

	if (name[0] != '\0') {
		enum rc rc = connector_name_check(name, &name_rules, e);

		if (rc != RC_OK)
			return rc;
	}
	if (type[0] != '\0' &&
	    (!has_only(span_str(type), ":_-") || strlen(type) > 128))
		return err_set(e, RC_INVALID, "cloud-thing-type",
		    "thing_type is a name of at most 128 letters, digits and "
		    "any of \":_-\".");
	while (next_part(&groups, &part))
		if (++n > AWS_THING_GROUPS_MAX || !has_only(part, ":_-") ||
		    part.n > 128)
			return err_set(e, RC_INVALID, "cloud-thing-groups",
			    "thing_groups is a list of at most %d names with "
			    "commas between.",
			    AWS_THING_GROUPS_MAX);
	return check_attributes(span_str(setting_or(settings, "attributes",
				    default_attributes)),
	    type[0] != '\0', e);
}

/* Puts an attribute.  One whose text comes to nothing is "" in a merge, which
 * takes it away. */
static void put(json_t *to, const struct connector_device *d, struct span name,
    struct span tmpl, bool merge)
{
	struct connector_device copy = *d;
	char text[257];
	bool has = span_copy_str(tmpl, text, sizeof(text)) &&
	    connector_name(text, &value_rules, &copy, NULL) == RC_OK;

	if (has || merge)
		(void)json_object_setn_new(to, (const char *)name.p, name.n,
		    json_string(has ? copy.name : ""));
}

json_t *aws_thing_attributes(const struct connector_way *way,
    const struct connector_device *d, bool merge)
{
	struct span list = span_str(
	    setting_or(way->settings, "attributes", default_attributes));
	struct span part, name;
	json_t *to = json_object();

	if (!to)
		return NULL;
	(void)json_object_set_new(to, AWS_THING_MARK, json_string(d->ref));
	while (next_part(&list, &part))
		if (span_cut(&part, '=', &name))
			put(to, d, name, part, merge);
	return to;
}

bool aws_thing_group(const struct connector_way *way, size_t i,
    char out[CONNECTOR_NAME_SIZE])
{
	struct span groups = span_str(aws_call_setting(way, "thing_groups"));
	struct span part;

	while (next_part(&groups, &part))
		if (i-- == 0)
			return span_copy_str(part, out, CONNECTOR_NAME_SIZE);
	return false;
}

static void add_attribute(struct buf *out, json_t *attributes, struct span name)
{
	const char *v = json_string_value(
	    json_object_getn(attributes, (const char *)name.p, name.n));

	if (!v)
		return;
	buf_add_u8(out, ' ');
	buf_add_span(out, name);
	buf_addf(out, "=%s", v);
}

/* What is too long ends in its digest, so that other texts stay others. */
static void cut(struct span text, char out[CONNECTOR_VALUE_SIZE])
{
	uint8_t hash[DIGEST_SHA256];
	size_t keep = CONNECTOR_VALUE_SIZE - 1 - 17;

	if (span_copy_str(text, out, CONNECTOR_VALUE_SIZE))
		return;
	digest_sha256(text, hash);
	(void)span_copy_str(span_sub(text, 0, keep), out, keep + 1);
	out[keep] = '~';
	enc_hex_str(out + keep + 1, span_of(hash, 8));
}

void aws_thing_value(const struct connector_way *way, json_t *attributes,
    const char *type, char out[CONNECTOR_VALUE_SIZE])
{
	struct span list = span_str(
	    setting_or(way->settings, "attributes", default_attributes));
	struct span part, name;
	const char *mark = connector_str(attributes, AWS_THING_MARK);
	struct buf text;

	buf_init(&text, 1u << 20);
	buf_addf(&text, AWS_THING_MARK "=%s", mark ? mark : "");
	if (type && type[0] != '\0')
		buf_addf(&text, " type=%s", type);
	while (next_part(&list, &part))
		if (span_cut(&part, '=', &name))
			add_attribute(&text, attributes, name);
	cut(buf_span(&text), out);
	buf_clear(&text);
}

struct span aws_thing_value_mark(const char *value)
{
	struct span s = span_str(value), head;

	if (!span_starts(s, SPAN_LIT(AWS_THING_MARK "=")))
		return SPAN_NONE;
	(void)span_cut(&s, '=', &head);
	(void)span_cut(&s, ' ', &head);
	return head;
}
