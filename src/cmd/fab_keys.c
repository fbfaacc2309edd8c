/* Reads public keys line by line.
 * Must not keep more than one of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/fab_keys.h"

#define KEY_TEXT_MAX 4096

struct fab_keys {
	FILE *in;
	char *text;
	size_t cap;
	unsigned long line, began;
	struct buf body;
};

enum rc fab_keys_open(struct fab_keys **out, const char *path, struct err *e)
{
	struct fab_keys *k = calloc(1, sizeof(*k));

	*out = NULL;
	if (!k)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	buf_init(&k->body, KEY_TEXT_MAX);
	k->in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!k->in) {
		free(k);
		return err_sys(e, "keys-read", "Cannot read \"%s\"", path);
	}
	(void)setvbuf(k->in, NULL, _IOFBF, 1 << 18);
	*out = k;
	return RC_OK;
}

void fab_keys_close(struct fab_keys *k)
{
	if (!k)
		return;
	if (k->in != stdin)
		(void)fclose(k->in);
	free(k->text);
	buf_clear(&k->body);
	free(k);
}

unsigned long fab_keys_line(const struct fab_keys *k)
{
	return k->began;
}

/* A line without white space around; RC_NOT_FOUND at the end. */
static enum rc next_line(struct fab_keys *k, struct span *out, struct err *e)
{
	ssize_t n;

	errno = 0;
	n = getline(&k->text, &k->cap, k->in);
	if (n < 0 && ferror(k->in))
		return err_sys(e, "keys-read", "Cannot read the public keys");
	if (n < 0)
		return RC_NOT_FOUND;
	k->line++;
	while (n > 0 && strchr(" \t\r\n", k->text[n - 1]))
		n--;
	if (n > KEY_TEXT_MAX)
		return err_set(e, RC_INVALID, "keys-line",
		    "Line %lu of the public keys is too long.", k->line);
	*out = span_of(k->text, (size_t)n);
	return RC_OK;
}

static enum rc read_block(struct fab_keys *k, struct span *base64,
    struct err *e)
{
	struct span line;
	enum rc rc;

	buf_reset(&k->body);
	while ((rc = next_line(k, &line, e)) == RC_OK) {
		if (span_eq_str(line, "-----END PUBLIC KEY-----")) {
			*base64 = buf_span(&k->body);
			return RC_OK;
		}
		buf_add_span(&k->body, line);
		if (!buf_ok(&k->body))
			break;
	}
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, RC_INVALID, "keys-pem",
	    "The public key that begins at line %lu has no end.", k->began);
}

enum rc fab_keys_next(struct fab_keys *k, struct span *base64, struct err *e)
{
	enum rc rc;

	do {
		rc = next_line(k, base64, e);
		if (rc != RC_OK)
			return rc;
	} while (base64->n == 0);
	k->began = k->line;
	if (span_eq_str(*base64, "-----BEGIN PUBLIC KEY-----"))
		return read_block(k, base64, e);
	if (base64->p[0] == '-')
		return err_set(e, RC_INVALID, "keys-pem",
		    "Line %lu of the public keys is neither a PEM PUBLIC KEY "
		    "nor base64.",
		    k->line);
	return RC_OK;
}
