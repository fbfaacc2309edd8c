/* Configuration: one table of settings, each from (last wins) its default,
 * the file ("name = value" lines, # comments), the environment
 * (BIRTHMARK_NAME) and flags.  An unknown name is an error. */
#ifndef BIRTHMARK_BASE_CONF_H
#define BIRTHMARK_BASE_CONF_H

#include "base/args.h"

struct conf_item {
	const char *name; /* lower case with underscores */
	enum args_kind kind;
	void *out; /* bool *, char ** (conf_clear frees), uint64_t * */
	const char *fallback; /* text of the default, or NULL */
	const char *help;
};

MUST_CHECK enum rc conf_load(const struct conf_item *items, const char *file,
    struct err *e); /* defaults, file (may be NULL), environment */
MUST_CHECK enum rc conf_set(const struct conf_item *items, const char *name,
    struct span value, struct err *e);
void conf_clear(const struct conf_item *items);

#endif
