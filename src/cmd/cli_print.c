/* How answers look: aligned tables and lists for people, JSON for scripts.
 * Must not talk to the service. */
#include "cmd/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 20
#define CELL_MAX 512

struct columns {
	char name[COLUMNS_MAX][40];
	size_t n;
};

static void split(struct columns *c, const char *text)
{
	struct span rest = span_str(text), part;

	c->n = 0;
	while (rest.n > 0 && c->n < COLUMNS_MAX) {
		(void)span_cut(&rest, ',', &part);
		if (span_copy_str(part, c->name[c->n], sizeof(c->name[0])))
			c->n++;
	}
}

static json_t *lookup(json_t *row, const char *path)
{
	struct span rest = span_str(path), part;
	char key[40];

	while (row != NULL && rest.n > 0) {
		(void)span_cut(&rest, '.', &part);
		if (!span_copy_str(part, key, sizeof(key)))
			return NULL;
		row = json_object_get(row, key);
	}
	return row;
}

/* What a terminal would take as a command never reaches it. */
static void harmless(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static void cell(json_t *row, const char *column, char *out, size_t cap)
{
	json_t *v = lookup(row, column);
	char *dump;

	out[0] = '\0';
	switch (v == NULL ? JSON_NULL : json_typeof(v)) {
	case JSON_STRING:
		(void)snprintf(out, cap, "%s", json_string_value(v));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		(void)snprintf(out, cap, "%s", json_is_true(v) ? "yes" : "no");
		break;
	case JSON_NULL:
		(void)snprintf(out, cap, "-");
		break;
	default:
		dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		(void)snprintf(out, cap, "%s", dump == NULL ? "" : dump);
		free(dump);
	}
	harmless(out);
}

/* Characters, not bytes, so that columns stay aligned. */
static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void print_cell(const char *s, size_t width, bool last)
{
	size_t w = width_of(s);

	(void)fputs(s, stdout);
	for (; !last && w < width + 2; w++)
		(void)putchar(' ');
	if (last)
		(void)putchar('\n');
}

void cli_print_rows(json_t *items, const char *columns, bool heading)
{
	size_t width[COLUMNS_MAX], i, r;
	char text[CELL_MAX];
	struct columns c;
	json_t *row;

	split(&c, columns);
	for (i = 0; i < c.n; i++)
		width[i] = width_of(c.name[i]);
	json_array_foreach(items, r, row)
	{
		for (i = 0; i < c.n; i++) {
			cell(row, c.name[i], text, sizeof(text));
			if (width_of(text) > width[i])
				width[i] = width_of(text);
		}
	}
	for (i = 0; heading && i < c.n; i++)
		print_cell(c.name[i], width[i], i + 1 == c.n);
	json_array_foreach(items, r, row)
	{
		for (i = 0; i < c.n; i++) {
			cell(row, c.name[i], text, sizeof(text));
			print_cell(text, width[i], i + 1 == c.n);
		}
	}
}

static void print_one(json_t *answer, const char *columns)
{
	char text[CELL_MAX];
	struct columns c;
	size_t i;

	split(&c, columns);
	for (i = 0; i < c.n; i++) {
		if (lookup(answer, c.name[i]) == NULL)
			continue;
		cell(answer, c.name[i], text, sizeof(text));
		(void)printf("%-18s %s\n", c.name[i], text);
	}
}

void cli_print(json_t *answer, const char *columns, bool as_json)
{
	json_t *items = json_object_get(answer, "items");

	if (as_json) {
		if (answer != NULL)
			(void)json_dumpf(answer, stdout, JSON_INDENT(2));
		else
			(void)fputs("{}", stdout);
		(void)putchar('\n');
	} else if (columns == NULL || answer == NULL)
		(void)puts("Done.");
	else if (!json_is_array(items))
		print_one(answer, columns);
	else if (json_array_size(items) == 0)
		(void)puts("None.");
	else
		cli_print_rows(items, columns, true);
}

void cli_print_line(struct buf *b)
{
	buf_add_u8(b, '\n');
	if (buf_ok(b))
		(void)fwrite(b->p, 1, b->n, stdout);
	(void)fflush(stdout);
	buf_clear(b);
}
