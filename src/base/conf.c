/* Settings from defaults, one file and the environment.
 * Must not know what a setting is for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/file.h"

#define FILE_MAX_BYTES 65536

static enum rc set_flag(const struct conf_item *it, struct span v,
    struct err *e)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true}, {"yes", true}, {"on", true}, {"1", true},
	    {"false", false}, {"no", false}, {"off", false}, {"0", false}};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_eq_str(v, words[i].word)) {
			*(bool *)it->out = words[i].value;
			return RC_OK;
		}
	}
	return err_set(e, RC_INVALID, "bad-setting",
	    "The setting %s must be true or false.", it->name);
}

static enum rc set_str(const struct conf_item *it, struct span v, struct err *e)
{
	char **out = it->out, *copy;

	if (v.n > 0 && memchr(v.p, 0, v.n))
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting %s has a NUL byte in it.", it->name);
	copy = strndup(v.p ? (const char *)v.p : "", v.n);
	if (!copy)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	free(*out);
	*out = copy;
	return RC_OK;
}

static enum rc set_item(const struct conf_item *it, struct span v,
    struct err *e)
{
	switch (it->kind) {
	case ARGS_FLAG:
		return set_flag(it, v, e);
	case ARGS_STR:
		return set_str(it, v, e);
	case ARGS_U64:
		if (span_u64(v, UINT64_MAX, it->out))
			return RC_OK;
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting %s must be a whole number.", it->name);
	case ARGS_LIST:
	case ARGS_HELP:
		break;
	}
	return err_set(e, RC_BUG, "bad-setting-table",
	    "The setting %s has no kind.", it->name);
}

static const struct conf_item *find_item(const struct conf_item *items,
    struct span name)
{
	for (; items->name; items++)
		if (span_eq_str(name, items->name))
			return items;
	return NULL;
}

enum rc conf_set(const struct conf_item *items, const char *name,
    struct span value, struct err *e)
{
	const struct conf_item *it = find_item(items, span_str(name));

	if (!it)
		return err_set(e, RC_INVALID, "unknown-setting",
		    "There is no setting %s.", name);
	return set_item(it, value, e);
}

static enum rc set_line(const struct conf_item *items, struct span line,
    struct err *e)
{
	const struct conf_item *it;
	struct span name;

	line = span_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return RC_OK;
	if (!span_cut(&line, '=', &name))
		return err_set(e, RC_INVALID, "bad-setting-line",
		    "A line must be \"name = value\" or a # comment.");
	name = span_trim(name);
	it = find_item(items, name);
	if (!it)
		return err_set(e, RC_INVALID, "unknown-setting",
		    "There is no setting \"%.*s\".",
		    (int)(name.n < 64 ? name.n : 64), (const char *)name.p);
	return set_item(it, span_trim(line), e);
}

static enum rc load_file(const struct conf_item *items, const char *file,
    struct err *e)
{
	unsigned long number = 0;
	struct span rest, line;
	struct buf text;
	enum rc rc;

	buf_init(&text, FILE_MAX_BYTES);
	rc = file_read(file, &text, e);
	rest = buf_span(&text);
	while (rc == RC_OK && rest.n > 0) {
		(void)span_cut(&rest, '\n', &line);
		number++;
		rc = set_line(items, line, e);
		if (rc != RC_OK && e) {
			char said[sizeof(e->text)];

			memcpy(said, e->text, sizeof(said));
			rc = err_set(e, rc, e->slug, "%s, line %lu: %.300s",
			    file, number, said);
			e->line = number;
		}
	}
	/* A configuration may name a password. */
	buf_clear_secret(&text);
	return rc;
}

static enum rc load_env(const struct conf_item *it, struct err *e)
{
	char name[80];
	const char *value;
	size_t i;

	if (snprintf(name, sizeof(name), "BIRTHMARK_%s", it->name) >=
	    (int)sizeof(name))
		return err_set(e, RC_BUG, "bad-setting-table",
		    "The name of the setting %s is too long.", it->name);
	for (i = 0; name[i]; i++)
		if (name[i] >= 'a' && name[i] <= 'z')
			name[i] = (char)(name[i] - 'a' + 'A');
	value = getenv(name);
	return value ? set_item(it, span_str(value), e) : RC_OK;
}

enum rc conf_load(const struct conf_item *items, const char *file,
    struct err *e)
{
	const struct conf_item *it;
	enum rc rc = RC_OK;

	for (it = items; rc == RC_OK && it->name; it++)
		if (it->fallback)
			rc = set_item(it, span_str(it->fallback), e);
	if (rc == RC_OK && file)
		rc = load_file(items, file, e);
	for (it = items; rc == RC_OK && it->name; it++)
		rc = load_env(it, e);
	return rc;
}

void conf_clear(const struct conf_item *items)
{
	if (!items)
		return;
	for (; items->name; items++) {
		char **out = items->out;

		if (items->kind != ARGS_STR || !*out)
			continue;
		explicit_bzero(*out, strlen(*out));
		free(*out);
		*out = NULL;
	}
}
