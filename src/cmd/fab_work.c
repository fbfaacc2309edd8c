/* Keeps the working file, and mends it after a kill.
 * Must not lose an entry that is whole. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/fab_dir.h"
#include "cmd/fab_work.h"
#include "pki/manifest.h"

#define READ_SIZE (256UL * 1024)
#define PENDING_MAX (256UL * 1024 * 1024)
#define FLUSH_BYTES (1UL * 1024 * 1024)
#define FLUSH_MS 1000
#define IDS_MAX (512UL * 1024 * 1024)
#define CHIP_FILE_MAX (64UL * 1024)

/* What a reading of the file found. */
struct scan {
	struct manifest_split *split;
	struct manifest_decoder *decoder;
	off_t size, good; /* bytes; up to good all entries are whole */
	uint64_t entries;
	struct buf ids; /* fixed size, for chip files only */
	struct buf *last_spki;
	bool chips;
};

#define ID_SIZE (CERT_ID_MAX + 1)

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool scan_entry(struct scan *s, struct span raw, unsigned long line)
{
	struct manifest_entry entry;
	char id[ID_SIZE] = "";
	struct cert c;

	/* Its line end must be there too: +1 */
	if (s->good + (off_t)raw.n + 1 > s->size ||
	    manifest_decode(s->decoder, raw, line, &entry, NULL) != RC_OK ||
	    cert_parse(&c, entry.cert, NULL) != RC_OK)
		return false;
	s->good += (off_t)raw.n + 1;
	s->entries++;
	buf_reset(s->last_spki);
	buf_add_span(s->last_spki, c.spki);
	if (s->chips && span_copy_str(entry.device_id, id, sizeof(id)))
		buf_add(&s->ids, id, sizeof(id));
	return true;
}

/* Takes entries while they are whole; RC_NOT_FOUND where they end. */
static enum rc scan_some(struct scan *s, struct err *e)
{
	unsigned long line;
	struct span raw;
	enum rc rc;

	while ((rc = manifest_split_next(s->split, &raw, &line, NULL)) == RC_OK)
		if (!scan_entry(s, raw, line))
			return RC_NOT_FOUND;
	if (!buf_ok(&s->ids))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return rc == RC_AGAIN ? RC_OK : RC_NOT_FOUND;
}

static enum rc scan_file(struct fab_work *w, struct scan *s, struct err *e)
{
	struct buf piece;
	ssize_t n = 1;
	uint8_t *to;
	enum rc rc = RC_OK;

	buf_init(&piece, READ_SIZE);
	while (rc == RC_OK && n > 0) {
		buf_reset(&piece);
		to = buf_room(&piece, READ_SIZE);
		n = to ? read(w->fd, to, READ_SIZE) : -1;
		if (n < 0) {
			rc = err_sys(e, "work-read",
			    "Cannot read the working file");
			break;
		}
		if (n == 0)
			manifest_split_finish(s->split);
		else
			rc = manifest_split_feed(s->split,
			    span_of(to, (size_t)n), e);
		if (rc == RC_OK)
			rc = scan_some(s, e);
	}
	buf_clear(&piece);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc start_header(struct fab_work *w, off_t *good, struct err *e)
{
	struct manifest_writer *writer;
	struct buf text;
	enum rc rc;

	buf_init(&text, 256);
	rc = manifest_writer_new(&writer, MANIFEST_CSV, NULL, e);
	if (rc == RC_OK)
		rc = manifest_begin(writer, &text, e);
	manifest_writer_free(writer);
	*good = (off_t)text.n;
	if (rc == RC_OK && lseek(w->fd, 0, SEEK_END) < *good) {
		if (ftruncate(w->fd, 0) != 0 || lseek(w->fd, 0, SEEK_SET) < 0)
			rc = err_sys(e, "work-write",
			    "Cannot write the working file");
		else
			rc = file_write_all(w->fd, buf_span(&text), e);
	}
	buf_clear(&text);
	return rc;
}

static enum rc read_chip(struct fab_work *w, const char *name, struct buf *der,
    struct err *e)
{
	struct buf file;
	struct span rest;
	struct cert c;
	ssize_t n = -1;
	uint8_t *to;
	enum rc rc = RC_OK;
	int fd;

	buf_init(&file, CHIP_FILE_MAX);
	to = buf_room(&file, CHIP_FILE_MAX);
	fd = openat(w->chips_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && to)
		n = read(fd, to, CHIP_FILE_MAX);
	if (n > 0)
		buf_grown(&file, (size_t)n);
	rest = buf_span(&file);
	if (n <= 0 || !enc_unpem(der, "CERTIFICATE", &rest) ||
	    cert_parse(&c, buf_span(der), NULL) != RC_OK)
		rc = err_set(e, RC_ENV, "chip-broken",
		    "The chip file \"%s\" is broken. Move it away and run "
		    "again.",
		    name);
	if (fd >= 0)
		(void)close(fd);
	buf_clear_secret(&file);
	return rc;
}

/* A chip file whose line was not written: its certificate is as good. */
static enum rc adopt(struct fab_work *w, const char *name, const char *bid,
    struct err *e)
{
	struct manifest_writer *writer = NULL;
	struct manifest_entry entry;
	char id[CERT_ID_MAX + 1];
	struct buf der;
	struct cert c;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	rc = read_chip(w, name, &der, e);
	if (rc == RC_OK)
		rc = cert_parse(&c, buf_span(&der), e);
	if (rc == RC_OK)
		rc = manifest_writer_new(&writer, MANIFEST_CSV, NULL, e);
	if (rc == RC_OK) {
		cert_chip_id(&c, id);
		memset(&entry, 0, sizeof(entry));
		entry.device_id = span_str(id);
		entry.group_id = span_str(bid);
		entry.cert = buf_span(&der);
		rc = manifest_add(writer, &entry, &w->pending, e);
		w->done++;
	}
	manifest_writer_free(writer);
	buf_clear(&der);
	return rc;
}

/* "ID.pem" to its id; half-written files have a dot in front. */
static bool chip_name(const char *name, char id[ID_SIZE])
{
	size_t n = strlen(name);

	memset(id, 0, ID_SIZE);
	if (name[0] == '.' || n < 5 || strcmp(name + n - 4, ".pem") != 0)
		return false;
	return span_copy_str(span_of(name, n - 4), id, ID_SIZE);
}

static enum rc adopt_all(struct fab_work *w, struct scan *s, const char *bid,
    struct err *e)
{
	size_t ids_n = s->ids.n / ID_SIZE, files = 0;
	struct dirent *entry;
	char id[ID_SIZE];
	enum rc rc = RC_OK;
	DIR *dir;
	int fd;

	if (ids_n > 0)
		qsort(s->ids.p, ids_n, ID_SIZE, compare_ids);
	fd = openat(w->chips_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir)
		return err_sys(e, "chips-read", "Cannot list the chip files");
	while (rc == RC_OK && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (!chip_name(entry->d_name, id))
			(void)unlinkat(w->chips_fd, entry->d_name, 0);
		else if (ids_n > 0 &&
		    bsearch(id, s->ids.p, ids_n, ID_SIZE, compare_ids))
			files++;
		else
			rc = adopt(w, entry->d_name, bid, e);
	}
	(void)closedir(dir);
	if (rc == RC_OK && files != ids_n)
		rc = err_set(e, RC_CONFLICT, "chips-missing",
		    "%zu chip files of this reel are missing. Put them back, "
		    "or make the reel anew in another folder.",
		    ids_n - files);
	return rc;
}

static enum rc recover(struct fab_work *w, const char *bid, struct err *e)
{
	struct scan s = {.last_spki = &w->last_spki,
	    .chips = w->chips_fd >= 0,
	    .split = manifest_split_new(MANIFEST_CSV),
	    .decoder = manifest_decoder_new(MANIFEST_CSV)};
	enum rc rc;

	buf_init(&s.ids, IDS_MAX);
	rc = s.split && s.decoder
	    ? start_header(w, &s.good, e)
	    : err_set(e, RC_ENV, "no-memory", "Out of memory.");
	s.size = lseek(w->fd, 0, SEEK_END);
	if (rc == RC_OK && (s.size < 0 || lseek(w->fd, 0, SEEK_SET) < 0))
		rc = err_sys(e, "work-read", "Cannot read the working file");
	if (rc == RC_OK)
		rc = scan_file(w, &s, e);
	if (rc == RC_OK &&
	    (ftruncate(w->fd, s.good) != 0 ||
		lseek(w->fd, s.good, SEEK_SET) < 0))
		rc = err_sys(e, "work-write", "Cannot mend the working file");
	w->done = s.entries;
	if (rc == RC_OK && s.chips)
		rc = adopt_all(w, &s, bid, e);
	manifest_split_free(s.split);
	manifest_decoder_free(s.decoder);
	buf_clear(&s.ids);
	return rc;
}

static enum rc open_in(int *fd, const char *dir, const char *name, int flags,
    struct err *e)
{
	char path[FAB_DIR_PATH];
	enum rc rc = file_join(path, sizeof(path), dir, name, e);

	if (rc != RC_OK)
		return rc;
	*fd = open(path, flags | O_CLOEXEC, 0644);
	if (*fd < 0)
		return err_sys(e, "work-open", "Cannot open \"%s\"", path);
	return RC_OK;
}

static enum rc open_chips(struct fab_work *w, const char *dir, struct err *e)
{
	char path[FAB_DIR_PATH];
	enum rc rc = file_join(path, sizeof(path), dir, "chips", e);

	if (rc == RC_OK)
		rc = file_mkdir(path, 0700, e);
	if (rc == RC_OK)
		rc = open_in(&w->chips_fd, dir, "chips", O_RDONLY | O_DIRECTORY,
		    e);
	return rc;
}

enum rc fab_work_open(struct fab_work *w, const char *dir, const char *bid,
    bool chips, struct err *e)
{
	enum rc rc;

	memset(w, 0, sizeof(*w));
	w->fd = w->chips_fd = w->lock_fd = -1;
	buf_init(&w->last_spki, 4096);
	buf_init(&w->pending, PENDING_MAX);
	w->flushed_ms = clock_mono_ms();
	rc = open_in(&w->lock_fd, dir, ".lock", O_RDWR | O_CREAT, e);
	if (rc == RC_OK && flock(w->lock_fd, LOCK_EX | LOCK_NB) != 0)
		rc = err_set(e, RC_CONFLICT, "reel-busy",
		    "Another process is making this reel.");
	if (rc == RC_OK)
		rc = open_in(&w->fd, dir, "work.csv", O_RDWR | O_CREAT, e);
	if (rc == RC_OK && chips)
		rc = open_chips(w, dir, e);
	if (rc == RC_OK)
		rc = recover(w, bid, e);
	return rc;
}

enum rc fab_work_flush(struct fab_work *w, bool force, struct err *e)
{
	int64_t now_ms = clock_mono_ms();
	enum rc rc;

	if (!force && w->pending.n < FLUSH_BYTES &&
	    now_ms - w->flushed_ms < FLUSH_MS)
		return RC_OK;
	w->flushed_ms = now_ms;
	/* No line before its chip is on the disk. */
	if (w->chips_fd >= 0 && syncfs(w->chips_fd) != 0)
		return err_sys(e, "chips-sync", "Cannot write the chip files");
	rc = file_write_all(w->fd, buf_span(&w->pending), e);
	buf_reset(&w->pending);
	/* The disk starts now, so that the end has little to wait for. */
	(void)sync_file_range(w->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (rc == RC_OK && force && fdatasync(w->fd) != 0)
		rc = err_sys(e, "work-write", "Cannot write the working file");
	return rc;
}

void fab_work_close(struct fab_work *w)
{
	if (w->fd >= 0)
		(void)close(w->fd);
	if (w->chips_fd >= 0)
		(void)close(w->chips_fd);
	if (w->lock_fd >= 0)
		(void)close(w->lock_fd);
	buf_clear(&w->last_spki);
	buf_clear(&w->pending);
}
