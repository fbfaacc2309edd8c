/* Cuts a stream into raw manifest entries, byte by byte but cheaply.
 * Must not decode them. */
#include <stdlib.h>
#include <string.h>

#include "pki/manifest_form.h"

/* What may wait to be taken: more than one feed of a reader. */
#define PENDING_MAX (64UL * 1024 * 1024)
#define NONE (-1)

enum stage { START, ENTRIES, AFTER_ENTRY, AFTER_COMMA, DONE };

struct manifest_split {
	enum manifest_form form;
	struct buf pending;
	size_t at;	    /* taken up to here */
	size_t seen;	    /* scanned up to here, for the entry at at */
	unsigned long line; /* of at */
	enum stage stage;
	bool finished;
	bool quoted;	    /* the scan is inside quotes */
	bool escaped;	    /* Microchip: behind a backslash */
	unsigned int depth; /* Microchip: of braces */
};

struct manifest_split *manifest_split_new(enum manifest_form f)
{
	struct manifest_split *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->form = f;
	s->line = 1;
	buf_init(&s->pending, PENDING_MAX);
	return s;
}

void manifest_split_free(struct manifest_split *s)
{
	if (!s)
		return;
	buf_clear(&s->pending);
	free(s);
}

enum rc manifest_split_feed(struct manifest_split *s, struct span bytes,
    struct err *e)
{
	if (s->at > 0) {
		buf_drop(&s->pending, s->at);
		s->seen -= s->at;
		s->at = 0;
	}
	buf_add_span(&s->pending, bytes);
	if (!buf_ok(&s->pending))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}

void manifest_split_finish(struct manifest_split *s)
{
	s->finished = true;
}

static struct span unseen(const struct manifest_split *s)
{
	return span_of(s->pending.p ? s->pending.p + s->seen : NULL,
	    s->pending.n - s->seen);
}

static unsigned long newlines(struct span s)
{
	unsigned long n = 0;
	size_t i;

	for (i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

/* The entry from at to end; the next one starts behind skip more bytes. */
static struct span take(struct manifest_split *s, size_t end, size_t skip)
{
	struct span raw = span_of(s->pending.p + s->at, end - s->at);

	s->line += newlines(span_of(raw.p, raw.n + skip));
	s->at = s->seen = end + skip;
	return raw;
}

static enum rc too_large(struct manifest_split *s, struct err *e)
{
	if (s->seen - s->at <= MANIFEST_ENTRY_MAX)
		return RC_AGAIN;
	return manifest_form_fault(e, s->line, "manifest-entry-size",
	    "The entry at line %lu is larger than %d bytes.", s->line,
	    MANIFEST_ENTRY_MAX);
}

/* Moves seen to the line end that ends a record: one outside quotes. */
static bool find_record_end(struct manifest_split *s)
{
	while (s->seen < s->pending.n) {
		struct span rest = unseen(s);
		const uint8_t *at;
		size_t i = 0;

		if (s->quoted) {
			at = memchr(rest.p, '"', rest.n);
			s->seen =
			    at ? (size_t)(at - s->pending.p) + 1 : s->pending.n;
			s->quoted = !at;
			continue;
		}
		while (i < rest.n && rest.p[i] != '\n' && rest.p[i] != '"')
			i++;
		s->seen += i;
		if (i == rest.n)
			return false;
		if (rest.p[i] == '\n')
			return true;
		s->quoted = true;
		s->seen++;
	}
	return false;
}

static bool find_line_end(struct manifest_split *s)
{
	struct span rest = unseen(s);
	const uint8_t *at = rest.n > 0 ? memchr(rest.p, '\n', rest.n) : NULL;

	s->seen = at ? (size_t)(at - s->pending.p) : s->pending.n;
	return at != NULL;
}

static bool is_blank(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r')
			return false;
	return true;
}

/* One record or line without its end, not blank. */
static enum rc next_record(struct manifest_split *s, struct span *raw,
    unsigned long *line, struct err *e)
{
	bool csv = s->form == MANIFEST_CSV, found;
	enum rc rc;

	do {
		found = csv ? find_record_end(s) : find_line_end(s);
		rc = too_large(s, e);
		if (rc != RC_AGAIN)
			return rc;
		if (!found && !s->finished)
			return RC_AGAIN;
		if (!found && s->at == s->pending.n)
			return RC_NOT_FOUND;
		if (!found && s->quoted)
			return manifest_form_fault(e, s->line,
			    "manifest-truncated",
			    "The manifest ends inside the record that "
			    "begins at line %lu.",
			    s->line);
		*line = s->line;
		*raw = take(s, s->seen, found ? 1 : 0);
		if (raw->n > 0 && raw->p[raw->n - 1] == '\r')
			raw->n--;
	} while (is_blank(*raw));
	return RC_OK;
}

static enum rc next_csv(struct manifest_split *s, struct span *raw,
    unsigned long *line, struct err *e)
{
	enum rc rc = next_record(s, raw, line, e);

	if (s->stage != START || (rc != RC_OK && rc != RC_NOT_FOUND))
		return rc;
	if (rc == RC_OK && span_starts(*raw, SPAN_LIT("\xef\xbb\xbf")))
		*raw = span_sub(*raw, 3, raw->n);
	if (rc != RC_OK || !span_eq_str(*raw, manifest_csv_header))
		return manifest_form_fault(e, 1, "manifest-header",
		    "A CSV manifest begins with the line \"%s\".",
		    manifest_csv_header);
	s->stage = ENTRIES;
	return next_record(s, raw, line, e);
}

/* Moves seen behind the closing brace of the object at at. */
static bool find_object_end(struct manifest_split *s)
{
	const uint8_t *p = s->pending.p;

	for (; s->seen < s->pending.n; s->seen++) {
		uint8_t c = p[s->seen];

		if (s->quoted) {
			if (s->escaped)
				s->escaped = false;
			else if (c == '\\')
				s->escaped = true;
			else if (c == '"')
				s->quoted = false;
		} else if (c == '"') {
			s->quoted = true;
		} else if (c == '{') {
			s->depth++;
		} else if (c == '}' && --s->depth == 0) {
			s->seen++;
			return true;
		}
	}
	return false;
}

/* The next byte that is no white space, taken unless it is a brace; NONE
 * when there is none yet. */
static int next_mark(struct manifest_split *s)
{
	while (s->at < s->pending.n) {
		uint8_t c = s->pending.p[s->at];

		if (c == '\n')
			s->line++;
		else if (c != ' ' && c != '\t' && c != '\r') {
			if (c != '{')
				s->at++;
			s->seen = s->at;
			return c;
		}
		s->at++;
	}
	s->seen = s->at;
	return NONE;
}

static enum rc array_fault(struct manifest_split *s, struct err *e)
{
	return manifest_form_fault(e, s->line, "manifest-json",
	    "Near line %lu the manifest is not a JSON array of objects.",
	    s->line);
}

/* Brings s to the start of an object (RC_OK) by its marks. */
static enum rc to_object(struct manifest_split *s, struct err *e)
{
	enum stage was = s->stage;
	int c;

	while ((c = next_mark(s)) != NONE) {
		if (c == '{' && (was == ENTRIES || was == AFTER_COMMA))
			return RC_OK;
		if (c == '[' && was == START)
			s->stage = ENTRIES;
		else if (c == ']' && (was == ENTRIES || was == AFTER_ENTRY))
			s->stage = DONE;
		else if (c == ',' && was == AFTER_ENTRY)
			s->stage = AFTER_COMMA;
		else
			return array_fault(s, e);
		was = s->stage;
	}
	if (!s->finished)
		return RC_AGAIN;
	if (s->stage == DONE)
		return RC_NOT_FOUND;
	return manifest_form_fault(e, s->line, "manifest-truncated",
	    "The manifest ends at line %lu without the end of its array.",
	    s->line);
}

static enum rc next_object(struct manifest_split *s, struct span *raw,
    unsigned long *line, struct err *e)
{
	enum rc rc;

	if (s->depth == 0) {
		rc = to_object(s, e);
		if (rc != RC_OK)
			return rc;
	}
	if (find_object_end(s)) {
		rc = too_large(s, e);
		*line = s->line;
		*raw = take(s, s->seen, 0);
		s->stage = AFTER_ENTRY;
		return rc == RC_AGAIN ? RC_OK : rc;
	}
	rc = too_large(s, e);
	if (rc != RC_AGAIN || !s->finished)
		return rc;
	return manifest_form_fault(e, s->line, "manifest-truncated",
	    "The manifest ends inside the entry that begins at line %lu.",
	    s->line);
}

enum rc manifest_split_next(struct manifest_split *s, struct span *raw,
    unsigned long *line, struct err *e)
{
	switch (s->form) {
	case MANIFEST_CSV:
		return next_csv(s, raw, line, e);
	case MANIFEST_JSONL:
		return next_record(s, raw, line, e);
	case MANIFEST_MICROCHIP:
		return next_object(s, raw, line, e);
	case MANIFEST_UNKNOWN:
		break;
	}
	return err_set(e, RC_INVALID, "manifest-form",
	    "The form of this manifest is not known.");
}
