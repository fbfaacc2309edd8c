/* One line per event on standard error.
 * Must not fail its caller: what cannot be written is lost. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"

#define LINE_MAX_BYTES 8192

static struct {
	char name[32];
	enum log_level least;
	bool ready, text;
} state = {.least = LOG_INFO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(const char *name, enum log_level least)
{
	(void)snprintf(state.name, sizeof(state.name), "%s", name);
	state.least = least;
	state.text = isatty(STDERR_FILENO) == 1;
	state.ready = true;
}

/* A message must not be able to draw on the terminal or to begin a line. */
static void add_visible(struct buf *b, const char *s)
{
	for (; *s; s++) {
		uint8_t c = (uint8_t)*s;

		buf_add_u8(b, c < ' ' || c == 0x7f ? (uint8_t)'?' : c);
	}
}

static void add_text(struct buf *b, enum log_level level, const char *msg,
    const struct err *e)
{
	char now[CLOCK_TEXT_SIZE];

	clock_text(clock_now_s(), now);
	buf_addf(b, "%s %-5s ", now, level_names[level]);
	if (state.name[0])
		buf_addf(b, "%s: ", state.name);
	add_visible(b, msg);
	if (e) {
		buf_add_str(b, ": ");
		if (e->line > 0)
			buf_addf(b, "line %lu: ", e->line);
		add_visible(b, e->text);
		if (e->slug)
			buf_addf(b, " [%s%s%s]", e->slug, e->ref ? ", " : "",
			    e->ref ? e->ref : "");
	}
}

static void add_json(struct buf *b, enum log_level level, const char *msg,
    const struct err *e)
{
	struct json w;

	json_init(&w, b);
	json_obj(&w);
	json_put_time(&w, "time", clock_now_s());
	json_put_str(&w, "level", level_names[level]);
	if (state.name[0])
		json_put_str(&w, "process", state.name);
	json_put_str(&w, "msg", msg);
	if (e) {
		json_put_str(&w, "error", e->text);
		json_put_str(&w, "slug", e->slug);
		if (e->ref)
			json_put_str(&w, "ref", e->ref);
		if (e->line > 0)
			json_put_u64(&w, "line", e->line);
	}
	json_end(&w);
}

static void log_line(enum log_level level, const char *msg, const struct err *e)
{
	struct buf b;

	if (!state.ready)
		log_setup("", state.least);
	buf_init(&b, LINE_MAX_BYTES);
	if (state.text)
		add_text(&b, level, msg, e);
	else
		add_json(&b, level, msg, e);
	buf_add_u8(&b, '\n');
	/* One write, so that lines of several processes do not mix. */
	if (buf_ok(&b))
		(void)!write(STDERR_FILENO, b.p, b.n);
	buf_clear(&b);
}

void log_write(enum log_level level, const char *fmt, ...)
{
	char msg[1024];
	va_list ap;

	if (level < state.least)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	log_line(level, msg, NULL);
}

void log_err(enum log_level level, const char *what, const struct err *e)
{
	if (level >= state.least)
		log_line(level, what, e);
}
