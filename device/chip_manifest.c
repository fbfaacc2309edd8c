/* Streams a manifest until the chip's entry comes.
 * Must not keep more than one entry. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "device/chip_manifest.h"

#define PART 65536

struct search {
	struct manifest_split *split;
	struct manifest_decoder *decoder;
	struct span spki;
	struct buf *der;
};

static int open_file(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

enum manifest_form chip_manifest_form(const char *path)
{
	enum manifest_form f = MANIFEST_UNKNOWN;
	uint8_t head[256];
	int fd = open_file(path);
	ssize_t n;

	if (fd < 0)
		return f;
	n = read(fd, head, sizeof(head));
	(void)close(fd);
	if (n > 0 && head[0] != '-')
		f = manifest_sniff(span_of(head, (size_t)n));
	return f == MANIFEST_CSV || f == MANIFEST_JSONL ? f : MANIFEST_UNKNOWN;
}

/* RC_OK: found, RC_AGAIN: not in what was fed. */
static enum rc look(struct search *s, struct err *e)
{
	struct manifest_entry entry;
	unsigned long line;
	struct span raw;
	struct cert c;
	enum rc rc;

	while ((rc = manifest_split_next(s->split, &raw, &line, e)) == RC_OK) {
		rc = manifest_decode(s->decoder, raw, line, &entry, e);
		if (rc != RC_OK)
			return rc;
		if (cert_parse(&c, entry.cert, NULL) != RC_OK ||
		    !span_eq(c.spki, s->spki))
			continue;
		buf_add_span(s->der, entry.cert);
		return RC_OK;
	}
	return rc;
}

static enum rc search_file(struct search *s, int fd, const char *path,
    struct err *e)
{
	uint8_t part[PART];
	enum rc rc = RC_AGAIN;
	ssize_t n;

	while (rc == RC_AGAIN) {
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "file-unreadable", "Cannot read %s",
			    path);
		if (n == 0)
			manifest_split_finish(s->split);
		else
			rc = manifest_split_feed(s->split,
			    span_of(part, (size_t)n), e);
		if (n == 0 || rc == RC_OK)
			rc = look(s, e);
		if (n == 0 && rc == RC_AGAIN)
			rc = RC_NOT_FOUND;
	}
	return rc;
}

enum rc chip_manifest_find(const char *path, struct span spki, struct buf *der,
    struct err *e)
{
	enum manifest_form f = chip_manifest_form(path);
	struct search s = {.spki = spki, .der = der};
	enum rc rc = RC_ENV;
	int fd = open_file(path);

	if (fd < 0)
		return err_sys(e, "file-unreadable", "Cannot open %s", path);
	s.split = manifest_split_new(f);
	s.decoder = manifest_decoder_new(f);
	if (s.split && s.decoder)
		rc = search_file(&s, fd, path, e);
	else
		(void)err_set(e, RC_ENV, "memory", "Out of memory.");
	manifest_split_free(s.split);
	manifest_decoder_free(s.decoder);
	(void)close(fd);
	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "chip-certificate",
		    "No certificate of the manifest %s is the chip's.", path);
	return rc;
}
