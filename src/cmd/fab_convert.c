/* Converts a manifest, entry by entry, flat in memory.
 * Must not judge certificates. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/fab_convert.h"

#define READ_SIZE (256UL * 1024)
#define OUT_MAX (8UL * 1024 * 1024)
#define OUT_FLUSH (1UL * 1024 * 1024)

struct conversion {
	int from, to;
	struct key *signer;
	struct manifest_split *split;
	struct manifest_decoder *decoder;
	struct manifest_writer *writer;
	struct buf in, out;
};

static enum rc init(struct conversion *c, const struct fab_dir *fab,
    enum manifest_form form, struct err *e)
{
	struct manifest_log_signer by = {.cert = buf_span(&fab->signer),
	    .issuer = buf_span(&fab->issuing),
	    .vendor = fab->vendor};
	enum rc rc = RC_OK;

	buf_init(&c->in, READ_SIZE);
	buf_init(&c->out, OUT_MAX);
	c->split = manifest_split_new(MANIFEST_CSV);
	c->decoder = manifest_decoder_new(MANIFEST_CSV);
	if (!c->split || !c->decoder)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (form == MANIFEST_MICROCHIP)
		rc = key_open(&c->signer, fab->signer_key, e);
	by.key = c->signer;
	if (rc == RC_OK)
		rc = manifest_writer_new(&c->writer, form, &by, e);
	return rc;
}

static void clear(struct conversion *c)
{
	if (c->from >= 0)
		(void)close(c->from);
	if (c->to >= 0)
		(void)close(c->to);
	key_free(c->signer);
	manifest_split_free(c->split);
	manifest_decoder_free(c->decoder);
	manifest_writer_free(c->writer);
	buf_clear(&c->in);
	buf_clear(&c->out);
}

static enum rc flush(struct conversion *c, size_t least, struct err *e)
{
	enum rc rc;

	if (c->out.n < least)
		return RC_OK;
	rc = file_write_all(c->to, buf_span(&c->out), e);
	buf_reset(&c->out);
	return rc;
}

/* RC_OK: feed more; RC_NOT_FOUND: the end. */
static enum rc convert_some(struct conversion *c, struct err *e)
{
	struct manifest_entry entry;
	unsigned long line;
	struct span raw;
	enum rc rc;

	while ((rc = manifest_split_next(c->split, &raw, &line, e)) == RC_OK) {
		rc = manifest_decode(c->decoder, raw, line, &entry, e);
		if (rc == RC_OK)
			rc = manifest_add(c->writer, &entry, &c->out, e);
		if (rc == RC_OK)
			rc = flush(c, OUT_FLUSH, e);
		if (rc != RC_OK)
			return rc;
	}
	return rc == RC_AGAIN ? RC_OK : rc;
}

static enum rc convert_all(struct conversion *c, struct err *e)
{
	uint8_t *to;
	ssize_t n;
	enum rc rc;

	rc = manifest_begin(c->writer, &c->out, e);
	while (rc == RC_OK) {
		buf_reset(&c->in);
		to = buf_room(&c->in, READ_SIZE);
		n = to ? read(c->from, to, READ_SIZE) : -1;
		if (n < 0)
			return err_sys(e, "work-read",
			    "Cannot read the working file");
		if (n == 0)
			manifest_split_finish(c->split);
		else
			rc = manifest_split_feed(c->split,
			    span_of(to, (size_t)n), e);
		if (rc == RC_OK)
			rc = convert_some(c, e);
	}
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = manifest_end(c->writer, &c->out, e);
	if (rc == RC_OK)
		rc = flush(c, 0, e);
	if (rc == RC_OK && fsync(c->to) != 0)
		rc = err_sys(e, "manifest-write", "Cannot write a manifest");
	return rc;
}

enum rc fab_convert(const struct fab_dir *fab, const char *from,
    enum manifest_form form, const char *to, struct err *e)
{
	struct conversion c = {.from = -1, .to = -1};
	char temp[FAB_DIR_PATH];
	enum rc rc;
	int n;

	n = snprintf(temp, sizeof(temp), "%s.tmp", to);
	if (n < 0 || (size_t)n >= sizeof(temp))
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path \"%s\" is too long.", to);
	rc = init(&c, fab, form, e);
	if (rc != RC_OK)
		goto out;
	c.from = open(from, O_RDONLY | O_CLOEXEC);
	c.to = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (c.from < 0 || c.to < 0) {
		rc = err_sys(e, "manifest-write", "Cannot write \"%s\"", to);
		goto out;
	}
	rc = convert_all(&c, e);
	if (rc == RC_OK && rename(temp, to) != 0)
		rc = err_sys(e, "manifest-write", "Cannot write \"%s\"", to);
out:
	clear(&c);
	return rc;
}
