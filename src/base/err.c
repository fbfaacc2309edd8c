/* Filling error messages, and the one table of what each class means.
 * Must not print, log or exit. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

#undef err_set
#undef err_sys

static const struct err_class classes[] = {
    {RC_OK, 200, 0, "ok", "OK"},
    {RC_INVALID, 400, 1, "invalid", "Invalid request"},
    {RC_UNAUTHENTICATED, 401, 1, "unauthenticated", "Not authenticated"},
    {RC_DENIED, 403, 1, "denied", "Not allowed"},
    {RC_NOT_FOUND, 404, 1, "not-found", "Not found"},
    {RC_CONFLICT, 409, 1, "conflict", "Conflict"},
    {RC_TOO_LARGE, 413, 1, "too-large", "Too large"},
    {RC_LIMIT, 429, 1, "limit", "Too many requests"},
    {RC_AGAIN, 503, 3, "again", "Not available now"},
    {RC_ENV, 500, 3, "environment", "Environment failed"},
    {RC_BUG, 500, 4, "bug", "Internal error"},
};

static void err_fill(struct err *e, enum rc rc, const char *slug)
{
	memset(e, 0, sizeof(*e));
	e->rc = rc;
	e->slug = slug;
}

enum rc err_set(struct err *e, enum rc rc, const char *slug, const char *fmt,
    ...)
{
	va_list ap;

	if (!e)
		return rc;
	err_fill(e, rc, slug);
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return rc;
}

enum rc err_sys(struct err *e, const char *slug, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	if (!e)
		return RC_ENV;
	err_fill(e, RC_ENV, slug);
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof(e->text) - n, ": %s",
	    strerrordesc_np(saved) ? strerrordesc_np(saved) : "unknown error");
	errno = saved;
	return RC_ENV;
}

const struct err_class *err_class(enum rc rc)
{
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (classes[i].rc == rc)
			return &classes[i];
	return err_class(RC_BUG);
}
