/* Files of the state directory.
 * Must not know what is in them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "device/agent_store.h"

#define LOCK "lock"

/* What a loss of power left of a file that was being written: its name, a dot
 * and six characters. */
static void sweep(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *one;

	if (!d)
		return;
	while ((one = readdir(d)) != NULL) {
		const char *dot = strrchr(one->d_name, '.');

		if (dot && dot != one->d_name && strlen(dot) == 7)
			(void)unlinkat(dirfd(d), one->d_name, 0);
	}
	(void)closedir(d);
}

enum rc agent_store_look(struct agent_store *s, const char *dir, struct err *e)
{
	s->lock_fd = -1;
	if (!span_copy_str(span_str(dir), s->dir, sizeof(s->dir)))
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path of the state directory is too long.");
	return RC_OK;
}

enum rc agent_store_open(struct agent_store *s, const char *dir, struct err *e)
{
	char path[PATH_MAX];
	enum rc rc = agent_store_look(s, dir, e);

	if (rc == RC_OK)
		rc = file_mkdir(dir, 0700, e);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), dir, LOCK, e);
	if (rc != RC_OK)
		return rc;
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return err_sys(e, "state", "Cannot open %s", path);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		agent_store_close(s);
		return err_set(e, RC_CONFLICT, "state-in-use",
		    "Another process runs the device of %s.", dir);
	}
	sweep(dir);
	return RC_OK;
}

void agent_store_close(struct agent_store *s)
{
	if (s && s->lock_fd >= 0)
		(void)close(s->lock_fd);
	if (s)
		s->lock_fd = -1;
}

enum rc agent_store_read(const struct agent_store *s, const char *name,
    struct buf *out, struct err *e)
{
	char path[PATH_MAX];
	enum rc rc = file_join(path, sizeof(path), s->dir, name, e);

	if (rc == RC_OK)
		rc = file_read(path, out, e);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc remove_file(const char *dir, const char *path, struct err *e)
{
	enum rc rc = RC_OK;
	int fd;

	if (unlink(path) < 0)
		return errno == ENOENT
		    ? RC_OK
		    : err_sys(e, "state", "Cannot remove %s", path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		rc = err_sys(e, "state", "Cannot sync %s", dir);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum rc agent_store_write(const struct agent_store *s, const char *name,
    struct span data, struct err *e)
{
	char path[PATH_MAX];
	enum rc rc = file_join(path, sizeof(path), s->dir, name, e);

	if (rc != RC_OK)
		return rc;
	if (s->lock_fd < 0)
		return err_set(e, RC_DENIED, "state-read-only",
		    "The state of the device is another process's.");
	if (data.n == 0)
		return remove_file(s->dir, path, e);
	return file_write(path, data, 0600, e);
}
