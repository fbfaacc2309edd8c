/* One line per event on standard error: text on a terminal, JSON otherwise.
 * Never pass a secret: nothing here can tell. */
#ifndef BIRTHMARK_BASE_LOG_H
#define BIRTHMARK_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* name: "worker 1", "signer", ... copied. */
void log_setup(const char *name, enum log_level least);
void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
/* what happened, then e's slug, text and reference. */
void log_err(enum log_level level, const char *what, const struct err *e);

#endif
