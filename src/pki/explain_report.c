/* Collects an explanation and writes it as text or JSON.
 * Must not know what is explained. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "pki/explain_report.h"

#define LINE_MAX 1024
#define SHOWN_MAX 200 /* bytes of a foreign text that are worth showing */
#define NESTED_MAX 4

void explain_report_title(json_t *r, const char *kind, const char *title)
{
	(void)json_object_set_new(r, "kind", json_string(kind));
	(void)json_object_set_new(r, "title", json_string(title));
}

json_t *explain_report_new(const char *kind, const char *title)
{
	json_t *r = json_object();

	explain_report_title(r, kind, title);
	(void)json_object_set_new(r, "facts", json_object());
	(void)json_object_set_new(r, "problems", json_array());
	(void)json_object_set_new(r, "notes", json_array());
	(void)json_object_set_new(r, "parts", json_array());
	return r;
}

/* What a terminal or a JSON reader could trip over is escaped. */
static json_t *safe_string(struct span s)
{
	struct buf text;
	json_t *v;
	size_t i;

	buf_init(&text, 16 * LINE_MAX);
	for (i = 0; i < s.n && i < 4 * (size_t)LINE_MAX; i++) {
		if (s.p[i] >= 0x20 && s.p[i] < 0x7f)
			buf_add_u8(&text, s.p[i]);
		else
			buf_addf(&text, "\\x%02x", (unsigned int)s.p[i]);
	}
	v = json_stringn((const char *)text.p, text.n);
	buf_clear(&text);
	return v ? v : json_string("");
}

static json_t *utf8_string(const char *s)
{
	json_t *v = NULL;
	const char *at;

	for (at = s; (uint8_t)*at >= 0x20 && *at != 0x7f;)
		at++;
	if (!*at)
		v = json_string(s);
	return v ? v : safe_string(span_str(s));
}

void explain_report_fact(json_t *r, const char *name, const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)json_object_set_new(json_object_get(r, "facts"), name,
	    utf8_string(text));
}

void explain_report_span(json_t *r, const char *name, struct span s)
{
	(void)json_object_set_new(json_object_get(r, "facts"), name,
	    safe_string(span_sub(s, 0, SHOWN_MAX)));
}

void explain_report_hex(json_t *r, const char *name, struct span s)
{
	char text[2 * SHOWN_MAX + 1];

	enc_hex_str(text, span_sub(s, 0, SHOWN_MAX));
	explain_report_fact(r, name, "%s", text);
}

void explain_report_time(json_t *r, const char *name, int64_t t_s)
{
	char text[CLOCK_TEXT_SIZE];

	if (t_s == CERT_NEVER) {
		explain_report_fact(r, name, "never");
		return;
	}
	clock_text(t_s, text);
	explain_report_fact(r, name, "%s", text);
}

static void add_line(json_t *r, const char *list, const char *fmt, va_list ap)
{
	char text[LINE_MAX];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	(void)json_array_append_new(json_object_get(r, list),
	    utf8_string(text));
}

void explain_report_problem(json_t *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(r, "problems", fmt, ap);
	va_end(ap);
}

void explain_report_note(json_t *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(r, "notes", fmt, ap);
	va_end(ap);
}

json_t *explain_report_part(json_t *r, const char *kind, const char *title)
{
	json_t *part = explain_report_new(kind, title);

	(void)json_array_append_new(json_object_get(r, "parts"), part);
	return part;
}

/* Parts hold parts, but never deeper than the code above builds them. */
static unsigned int count(const json_t *r, unsigned int depth)
{
	const json_t *parts = json_object_get(r, "parts");
	size_t n = json_array_size(json_object_get(r, "problems")), i;

	for (i = 0; depth > 0 && i < json_array_size(parts); i++)
		n += count(json_array_get(parts, i), depth - 1);
	return (unsigned int)n;
}

unsigned int explain_report_problems(const json_t *r)
{
	return count(r, NESTED_MAX);
}

static void write_lines(const json_t *list, const char *mark, int indent,
    struct buf *out)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		buf_addf(out, "%*s%s %s\n", indent, "", mark,
		    json_string_value(json_array_get(list, i)));
}

static void write_text(const json_t *r, int indent, unsigned int depth,
    struct buf *out)
{
	const json_t *facts = json_object_get(r, "facts"), *v;
	const json_t *parts = json_object_get(r, "parts");
	const char *name;
	size_t i;

	buf_addf(out, "%*s%s\n", indent, "",
	    json_string_value(json_object_get(r, "title")));
	indent += 2;
	json_object_foreach((json_t *)(uintptr_t)facts, name, v) buf_addf(out,
	    "%*s%-18s %s\n", indent, "", name, json_string_value(v));
	write_lines(json_object_get(r, "problems"), "WRONG:", indent, out);
	write_lines(json_object_get(r, "notes"), "Note:", indent, out);
	for (i = 0; depth > 0 && i < json_array_size(parts); i++)
		write_text(json_array_get(parts, i), indent, depth - 1, out);
}

enum rc explain_report_write(const json_t *r, bool json, struct buf *out,
    struct err *e)
{
	char *text;

	if (json) {
		text = json_dumps(r, JSON_INDENT(2));
		buf_add_str(out, text ? text : "{}");
		buf_add_str(out, "\n");
		free(text);
	} else {
		write_text(r, 0, NESTED_MAX, out);
		if (explain_report_problems(r) == 0)
			buf_add_str(out, "Nothing is wrong with it.\n");
	}
	if (!buf_ok(out))
		return err_set(e, RC_TOO_LARGE, "explain-size",
		    "The explanation is too long.");
	return RC_OK;
}
