/* Settings, credentials and quotas of a product cloud, judged by its kind.
 * Must not let a credential into a message. */
#include "core/cloud_setting.h"

#include <stdlib.h>
#include <string.h>

#define QUOTA_TIMES 1000 /* the default, at most: units of a hub add up */

static enum rc no_memory(struct err *e)
{
	return err_set(e, RC_ENV, "memory", "Out of memory.");
}

/* Compact, into text of this size. */
static enum rc dump(json_t *o, char *text, size_t size, struct err *e)
{
	size_t n = json_dumpb(o, text, size, JSON_COMPACT | JSON_SORT_KEYS);

	if (n == 0)
		return no_memory(e);
	if (n >= size)
		return err_set(e, RC_INVALID, "cloud-settings-too-large",
		    "The settings of the product cloud are too long together.");
	text[n] = '\0';
	return RC_OK;
}

static json_t *load(const char *text)
{
	json_t *o = json_loads(text[0] != '\0' ? text : "{}", 0, NULL);

	if (o && json_is_object(o))
		return o;
	json_decref(o);
	return NULL;
}

static const struct cloud_field *find_field(const struct cloud_rules *r,
    const char *name, bool secret)
{
	const struct cloud_field *f;

	for (f = r->fields; f && f->name; f++)
		if (f->secret == secret && strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static bool is_printable(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] == 0x7f)
			return false;
	return true;
}

static enum rc check_field(const struct cloud_field *f, json_t *v,
    struct err *e)
{
	size_t n = json_string_length(v);

	if (!json_is_string(v) || n > f->max ||
	    !is_printable(json_string_value(v), n))
		return err_set(e, RC_INVALID, "cloud-setting",
		    "The field \"%s.%s\" has to be a string of at most %zu "
		    "bytes without control characters.",
		    f->secret ? "credentials" : "settings", f->name, f->max);
	return RC_OK;
}

/* Every one is known and of its form. */
static enum rc check_object(const struct cloud_rules *r, json_t *given,
    bool secret, struct err *e)
{
	const char *part = secret ? "credentials" : "settings";
	const struct cloud_field *f;
	const char *name;
	enum rc rc = RC_OK;
	json_t *v;

	if (!given)
		return RC_OK;
	if (!json_is_object(given))
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"%s\" has to be an object.", part);
	json_object_foreach(given, name, v)
	{
		f = find_field(r, name, secret);
		if (!f)
			return err_set(e, RC_INVALID, "field-unknown",
			    "The field \"%s.%.100s\" is not one of the type "
			    "\"%s\".",
			    part, name, r->type);
		rc = check_field(f, v, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static const char *text_of(json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

/* What has to be there is there. */
static enum rc check_required(const struct cloud_rules *r, json_t *settings,
    json_t *credentials, struct err *e)
{
	const struct cloud_field *f;

	for (f = r->fields; f && f->name; f++) {
		json_t *o = f->secret ? credentials : settings;

		if (f->required && o && text_of(o, f->name)[0] == '\0')
			return err_set(e, RC_INVALID, "field-missing",
			    "A product cloud of the type \"%s\" needs the "
			    "field \"%s.%s\".",
			    r->type, f->secret ? "credentials" : "settings",
			    f->name);
	}
	return RC_OK;
}

static bool is_changed(const struct cloud_field *f, json_t *before, json_t *now)
{
	return strcmp(text_of(before, f->name), text_of(now, f->name)) != 0;
}

static enum rc check_fixed(const struct cloud_rules *r, json_t *before,
    json_t *now, struct err *e)
{
	const struct cloud_field *f;

	for (f = r->fields; f && f->name; f++) {
		if (!f->secret && f->fixed && is_changed(f, before, now))
			return err_set(e, RC_CONFLICT, "cloud-setting-fixed",
			    "The setting \"%s\" cannot be changed: devices may "
			    "be there by it.  Add another product cloud, and "
			    "move the batches.",
			    f->name);
	}
	return RC_OK;
}

/* Who may change a cloud must not get its secret sent to an address of
 * theirs. */
static enum rc check_destination(const struct cloud_rules *r, json_t *before,
    json_t *now, struct err *e)
{
	const struct cloud_field *f;

	for (f = r->fields; f && f->name; f++)
		if (f->destination && is_changed(f, before, now))
			return err_set(e, RC_CONFLICT,
			    "cloud-credentials-needed",
			    "With another \"%s\" give the credentials again: "
			    "the stored ones were meant for the old one.",
			    f->name);
	return RC_OK;
}

static enum rc write_secret(json_t *credentials, struct buf *secret,
    struct err *e)
{
	char *text = json_dumps(credentials, JSON_COMPACT | JSON_SORT_KEYS);

	if (!text)
		return no_memory(e);
	buf_add_str(secret, text);
	explicit_bzero(text, strlen(text));
	free(text);
	if (!buf_ok(secret))
		return err_set(e, RC_INVALID, "cloud-settings-too-large",
		    "The credentials are too long together.");
	return RC_OK;
}

/* settings: what row will have; before: what it had, NULL when it is new. */
static enum rc judge(const struct cloud_rules *r, const struct cloud_spec *s,
    json_t *settings, json_t *before, struct err *e)
{
	json_t *credentials = s->credentials;
	json_t *none = NULL;
	enum rc rc = check_object(r, s->settings, false, e);

	if (rc == RC_OK)
		rc = check_object(r, credentials, true, e);
	if (rc != RC_OK)
		return rc;
	if (s->settings && json_object_update(settings, s->settings) != 0)
		return no_memory(e);
	if (!before && !credentials) {
		none = credentials = json_object();
		if (!none)
			return no_memory(e);
	}
	rc = check_required(r, settings, credentials, e);
	if (rc == RC_OK && r->check)
		rc = r->check(settings, credentials, e);
	if (rc == RC_OK && before)
		rc = check_fixed(r, before, settings, e);
	json_decref(none);
	return rc;
}

enum rc cloud_setting_take(const struct cloud_rules *r,
    const struct cloud_spec *s, bool made, struct store_cloud *row,
    struct buf *secret, struct err *e)
{
	json_t *before = load(row->settings);
	json_t *settings = before ? json_deep_copy(before) : NULL;
	bool given = s->credentials && json_object_size(s->credentials) > 0;
	enum rc rc = RC_OK;

	if (!settings)
		rc = no_memory(e);
	if (rc == RC_OK)
		rc = judge(r, s, settings, made ? before : NULL, e);
	if (rc == RC_OK && made && row->has_secret && !given)
		rc = check_destination(r, before, settings, e);
	if (rc == RC_OK)
		rc = dump(settings, row->settings, sizeof(row->settings), e);
	if (rc == RC_OK && given)
		rc = write_secret(s->credentials, secret, e);
	json_decref(settings);
	json_decref(before);
	return rc;
}

static const struct cloud_op *find_op(const struct cloud_rules *r,
    const char *name)
{
	const struct cloud_op *op;

	for (op = r->ops; op && op->name; op++)
		if (strcmp(op->name, name) == 0)
			return op;
	return NULL;
}

static enum rc take_quota(const struct cloud_rules *r, json_t *quotas,
    const char *name, json_t *v, struct err *e)
{
	const struct cloud_op *op = find_op(r, name);
	json_int_t n = json_is_null(v) ? 0 : json_integer_value(v);
	json_int_t most;

	if (!op)
		return err_set(e, RC_INVALID, "field-unknown",
		    "The field \"quotas.%.100s\" is not one of the type "
		    "\"%s\".",
		    name, r->type);
	most = (json_int_t)op->per_minute * QUOTA_TIMES;
	if ((!json_is_integer(v) && !json_is_null(v)) || n < 0 || n > most)
		return err_set(e, RC_INVALID, "cloud-quota",
		    "The quota \"%s\" has to be from 1 to %lld calls a minute.",
		    op->name, (long long)most);
	if (n == 0) {
		(void)json_object_del(quotas, name);
		return RC_OK;
	}
	if (json_object_set_new(quotas, name, json_integer(n)) != 0)
		return no_memory(e);
	return RC_OK;
}

enum rc cloud_setting_quotas(const struct cloud_rules *r,
    const struct cloud_spec *s, struct store_cloud *row, struct err *e)
{
	json_t *quotas, *v;
	const char *name;
	enum rc rc = RC_OK;

	if (!s->quotas)
		return RC_OK;
	if (!json_is_object(s->quotas))
		return err_set(e, RC_INVALID, "field-type",
		    "The field \"quotas\" has to be an object.");
	quotas = load(row->quotas);
	if (!quotas)
		return no_memory(e);
	json_object_foreach(s->quotas, name, v)
	{
		rc = take_quota(r, quotas, name, v, e);
		if (rc != RC_OK)
			break;
	}
	if (rc == RC_OK)
		rc = dump(quotas, row->quotas, sizeof(row->quotas), e);
	json_decref(quotas);
	return rc;
}

uint32_t cloud_setting_quota(const struct cloud_op *op, json_t *quotas)
{
	json_int_t n = json_integer_value(json_object_get(quotas, op->name));

	return n > 0 && n <= UINT32_MAX ? (uint32_t)n : op->per_minute;
}
