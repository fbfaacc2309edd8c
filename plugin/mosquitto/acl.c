/* Topic rules: templates filled for one device, and the two questions.
 * Must not know the broker. */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "plugin/mosquitto/acl.h"

static const char *const words[] = {"{device}", "{product}", "{batch}"};

static bool level_ok(struct span level, bool last)
{
	size_t i;

	if (span_eq_str(level, "+") || (last && span_eq_str(level, "#")))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq_str(level, words[i]))
			return true;
	for (i = 0; i < level.n; i++)
		if (strchr("+#{}", level.p[i]) || level.p[i] <= ' ')
			return false;
	return true;
}

static bool pattern_ok(const char *pattern)
{
	struct span rest = span_str(pattern), level;
	bool more;

	if (rest.n == 0 || rest.n >= ACL_TOPIC_MAX || pattern[0] == '$')
		return false;
	do {
		more = span_cut(&rest, '/', &level);
		if (!level_ok(level, !more))
			return false;
	} while (more);
	return true;
}

static enum rc add_rule(struct acl *a, unsigned int rights, const char *pattern,
    struct err *e)
{
	char *copy;

	if (a->n == ACL_RULES_MAX)
		return err_set(e, RC_TOO_LARGE, "acl-rules",
		    "There are more than %d acl rules.", ACL_RULES_MAX);
	copy = strdup(pattern);
	if (!copy)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	a->rule[a->n].rights = rights;
	a->rule[a->n].pattern = copy;
	a->n++;
	return RC_OK;
}

enum rc acl_add(struct acl *a, const char *line, struct err *e)
{
	static const struct {
		const char *word;
		unsigned int rights;
	} rights[] = {{"publish", ACL_PUBLISH}, {"subscribe", ACL_SUBSCRIBE},
	    {"all", ACL_PUBLISH | ACL_SUBSCRIBE}};
	struct span rest = span_str(line), word;
	size_t i;

	if (span_cut(&rest, ' ', &word) && pattern_ok((const char *)rest.p))
		for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
			if (span_eq_str(word, rights[i].word))
				return add_rule(a, rights[i].rights,
				    (const char *)rest.p, e);
	return err_set(e, RC_INVALID, "acl-rule",
	    "The acl rule \"%s\" must be `publish`, `subscribe` or `all` and "
	    "a topic pattern, as in: all devices/{device}/#",
	    line);
}

enum rc acl_add_defaults(struct acl *a, struct err *e)
{
	enum rc rc = acl_add(a, "all devices/{device}/#", e);

	return rc == RC_OK ? acl_add(a, "subscribe products/{product}/#", e)
			   : rc;
}

void acl_clear(struct acl *a)
{
	size_t i;

	if (!a)
		return;
	for (i = 0; i < a->n; i++)
		free(a->rule[i].pattern);
	memset(a, 0, sizeof(*a));
}

/* False when a value is missing. */
static bool fill_pattern(const char *pattern, const char *const values[3],
    struct buf *out)
{
	struct span rest = span_str(pattern), level;
	bool more;
	size_t i;

	do {
		more = span_cut(&rest, '/', &level);
		for (i = 0; i < 3; i++)
			if (span_eq_str(level, words[i]))
				break;
		if (i < 3 && values[i][0] == '\0')
			return false;
		if (i < 3)
			enc_percent(out, span_str(values[i]));
		else
			buf_add_span(out, level);
		if (more)
			buf_add_u8(out, '/');
	} while (more);
	return true;
}

enum rc acl_fill(const struct acl *templates, struct acl *out,
    const char *device, const char *product, const char *batch, struct err *e)
{
	const char *const values[3] = {device, product, batch};
	enum rc rc = RC_OK;
	struct buf b;
	size_t i;

	memset(out, 0, sizeof(*out));
	buf_init(&b, ACL_TOPIC_MAX * 2);
	for (i = 0; i < templates->n && rc == RC_OK; i++) {
		buf_reset(&b);
		if (!fill_pattern(templates->rule[i].pattern, values, &b))
			continue;
		rc = buf_cstr(&b)
		    ? add_rule(out, templates->rule[i].rights, buf_cstr(&b), e)
		    : err_set(e, RC_TOO_LARGE, "acl-topic",
			  "A topic of an acl rule is too long.");
	}
	buf_clear(&b);
	if (rc != RC_OK)
		acl_clear(out);
	return rc;
}

/* Is everything that the filter (or topic) matches matched by pattern? */
static bool covers(const char *pattern, const char *filter)
{
	struct span p = span_str(pattern), f = span_str(filter), pl, fl;
	bool p_more, f_more;

	for (;;) {
		p_more = span_cut(&p, '/', &pl);
		f_more = span_cut(&f, '/', &fl);
		if (span_eq_str(pl, "#"))
			return true;
		if (span_eq_str(fl, "#"))
			return false;
		if (!span_eq_str(pl, "+") && !span_eq(pl, fl))
			return false;
		if (!p_more || !f_more)
			break;
	}
	/* MQTT: "a/#" matches "a" as well. */
	return (!p_more && !f_more) || (p_more && span_eq_str(p, "#"));
}

static bool is_allowed(const struct acl *a, enum acl_right right,
    const char *text)
{
	size_t i;

	/* $SYS, $share and the like are nobody's. */
	if (!text || text[0] == '\0' || text[0] == '$')
		return false;
	for (i = 0; i < a->n; i++)
		if ((a->rule[i].rights & right) &&
		    covers(a->rule[i].pattern, text))
			return true;
	return false;
}

bool acl_may(const struct acl *a, enum acl_right right, const char *topic)
{
	/* A topic has no wildcards; one that seems to is not a topic. */
	return topic && !strpbrk(topic, "+#") && is_allowed(a, right, topic);
}

bool acl_may_filter(const struct acl *a, const char *filter)
{
	return is_allowed(a, ACL_SUBSCRIBE, filter);
}
