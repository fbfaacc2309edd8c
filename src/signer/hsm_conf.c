/* Reads hsm.conf, strictly: a mistake in it would give a key to somebody else.
 * Must not open a key, nor repeat a line. */
#include <string.h>

#include "base/file.h"
#include "signer/hsm_conf.h"
#include "signer/signer_keys.h"

#define FILE_MAX (256 * 1024)

static enum rc refuse(struct err *e, unsigned long line, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "hsm-conf",
	    "Line %lu of signer/hsm.conf %s.", line, what);

	if (e != NULL)
		e->line = line;
	return rc;
}

/* The next word of the line. */
static struct span take_word(struct span *line)
{
	struct span word;

	*line = span_trim(*line);
	(void)span_cut(line, ' ', &word);
	*line = span_trim(*line);
	return word;
}

static bool is_name(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_' ||
			c == '.'))
			return false;
	}
	return s.n > 0 && s.n < HSM_CONF_NAME_SIZE;
}

static enum rc add_path(struct hsm_conf *c, unsigned long n, struct span path,
    struct err *e)
{
	if (c->paths_n == HSM_CONF_PATHS_MAX)
		return refuse(e, n, "is one path too many");
	if (!span_starts(path, SPAN_LIT("/")) ||
	    !span_copy_str(path, c->paths[c->paths_n], HSM_CONF_PATH_SIZE))
		return refuse(e, n, "allows something that is no whole path");
	c->paths_n++;
	return RC_OK;
}

static enum rc add_key(struct hsm_conf *c, unsigned long n, struct span account,
    struct span line, struct err *e)
{
	struct span name = take_word(&line);
	struct hsm_conf_key *k = &c->keys[c->keys_n];
	size_t i;

	if (c->keys_n == HSM_CONF_KEYS_MAX)
		return refuse(e, n, "is one key too many");
	if (!rand_is_id(account, "acc") || !is_name(name) ||
	    !span_starts(line, SPAN_LIT("pkcs11:")) ||
	    !span_copy_str(line, k->uri, sizeof(k->uri)) ||
	    !span_copy_str(account, k->account, sizeof(k->account)) ||
	    !span_copy_str(name, k->name, sizeof(k->name)))
		return refuse(e, n,
		    "is not ACCOUNT NAME pkcs11:URI, with an account's id and "
		    "a name of letters, digits, dots, hyphens and underscores");
	for (i = 0; i < c->keys_n; i++)
		if (span_eq_str(span_str(k->account), c->keys[i].account) &&
		    span_eq_str(span_str(k->name), c->keys[i].name))
			return refuse(e, n, "has a name for the second time");
	c->keys_n++;
	return RC_OK;
}

static enum rc read_line(struct hsm_conf *c, unsigned long n, struct span line,
    struct err *e)
{
	struct span word;

	line = span_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return RC_OK;
	word = take_word(&line);
	return span_eq_str(word, "allow") ? add_path(c, n, line, e)
					  : add_key(c, n, word, line, e);
}

enum rc hsm_conf_read(struct hsm_conf *c, const char *dir, struct err *e)
{
	struct span text, line;
	unsigned long n = 0;
	struct buf file;
	char path[4096];
	enum rc rc;

	memset(c, 0, sizeof(*c));
	rc = file_join(path, sizeof(path), dir, SIGNER_KEYS_HSM_CONF, e);
	if (rc != RC_OK || !file_exists(path))
		return rc;
	buf_init(&file, FILE_MAX);
	rc = file_read(path, &file, e);
	text = buf_span(&file);
	while (rc == RC_OK && text.n > 0) {
		(void)span_cut(&text, '\n', &line);
		rc = read_line(c, ++n, line, e);
	}
	buf_clear_secret(&file);
	if (rc != RC_OK)
		hsm_conf_clear(c);
	return rc;
}

void hsm_conf_clear(struct hsm_conf *c)
{
	explicit_bzero(c, sizeof(*c));
}
