/* Appends to a spool file at the stored offset.
 * Must not acknowledge what is not on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/upload.h"

#define SYNC_EVERY (8u << 20) /* bytes between two durable offsets */

struct upload_sink {
	struct core *c;
	char id[RAND_ID_SIZE];
	int fd;
	uint64_t size;
	uint64_t at;	 /* where the next byte goes */
	uint64_t stored; /* what is on the disk and in the store */
};

static enum rc open_spool(struct upload_sink *s, struct err *e)
{
	char path[UPLOAD_PATH_SIZE];
	enum rc rc = upload_path(s->c, s->id, path, e);

	if (rc != RC_OK)
		return rc;
	s->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->fd < 0)
		return err_sys(e, errno == ENOSPC ? "disk-full" : "spool",
		    "The spool file cannot be opened");
	if (flock(s->fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, RC_AGAIN, "upload-busy",
		    "Another connection is sending to this upload; try again "
		    "when it has ended.");
	return RC_OK;
}

/* Bytes behind the stored offset were never acknowledged. */
static enum rc place(struct upload_sink *s, struct err *e)
{
	struct stat st;

	if (fstat(s->fd, &st) != 0)
		return err_sys(e, "spool", "The spool file cannot be read");
	if ((uint64_t)st.st_size < s->stored)
		return err_set(e, RC_ENV, "spool-lost",
		    "The spool file of upload %s is shorter than what was "
		    "acknowledged; cancel it and start again.",
		    s->id);
	if (ftruncate(s->fd, (off_t)s->stored) != 0 ||
	    lseek(s->fd, (off_t)s->stored, SEEK_SET) < 0)
		return err_sys(e, "spool", "The spool file cannot be cut");
	s->at = s->stored;
	return RC_OK;
}

static enum rc begin(struct upload_sink *s, const struct core_actor *a,
    uint64_t *offset, struct err *e)
{
	uint64_t wanted = *offset;
	struct store_upload u;
	enum rc rc;

	*offset = 0;
	rc = upload_find(s->c, a, s->id, &u, e);
	if (rc == RC_OK)
		rc = open_spool(s, e);
	/* Again, as it may have changed until the lock was had. */
	if (rc == RC_OK)
		rc = upload_find(s->c, a, s->id, &u, e);
	if (rc != RC_OK)
		return rc;
	*offset = s->stored = u.received;
	s->size = u.size;
	if (strcmp(u.state, "receiving") != 0)
		return err_set(e, RC_CONFLICT, "upload-closed",
		    "The upload is %s and takes nothing more.", u.state);
	if (wanted != u.received)
		return err_set(e, RC_CONFLICT, "offset-mismatch",
		    "The upload goes on at byte %llu.",
		    (unsigned long long)u.received);
	return place(s, e);
}

enum rc upload_sink_new(struct upload_sink **out, struct core *c,
    const struct core_actor *a, const char *id, uint64_t *offset, struct err *e)
{
	struct upload_sink *s = calloc(1, sizeof(*s));
	enum rc rc;

	*out = NULL;
	if (!s)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	s->c = c;
	s->fd = -1;
	if (span_copy_str(span_str(id), s->id, sizeof(s->id)))
		rc = begin(s, a, offset, e);
	else
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such upload.");
	if (rc == RC_OK) {
		*out = s;
		return RC_OK;
	}
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s);
	return rc;
}

static enum rc make_durable(struct upload_sink *s, struct err *e)
{
	enum rc rc;

	if (s->at == s->stored)
		return RC_OK;
	if (fdatasync(s->fd) != 0)
		return err_sys(e, errno == ENOSPC ? "disk-full" : "spool",
		    "The spool file cannot be written to the disk");
	rc = store_upload_received(s->c->store, s->id, s->at, clock_now_s(), e);
	if (rc == RC_OK)
		s->stored = s->at;
	return rc;
}

enum rc upload_sink_write(struct upload_sink *s, struct span bytes,
    struct err *e)
{
	if (bytes.n > s->size - s->at)
		return err_set(e, RC_TOO_LARGE, "upload-too-long",
		    "More bytes came than the %llu that were declared.",
		    (unsigned long long)s->size);
	while (bytes.n > 0) {
		ssize_t n = write(s->fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e,
			    errno == ENOSPC || errno == EDQUOT ? "disk-full"
							       : "spool",
			    "The spool file cannot be written");
		bytes.p += n;
		bytes.n -= (size_t)n;
		s->at += (uint64_t)n;
	}
	return s->at - s->stored >= SYNC_EVERY ? make_durable(s, e) : RC_OK;
}

enum rc upload_sink_end(struct upload_sink *s, uint64_t *stored, struct err *e)
{
	enum rc rc = make_durable(s, e);

	*stored = s->stored;
	return rc;
}

void upload_sink_free(struct upload_sink *s)
{
	struct err e = {0};

	if (!s)
		return;
	if (make_durable(s, &e) != RC_OK && e.rc != RC_CONFLICT)
		log_err(LOG_WARN, "a cut upload", &e);
	(void)close(s->fd);
	free(s);
}
