/* Whole files: read with a limit, written all or nothing and synced.
 * Must not leave a half-written file under its final name. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static enum rc read_fd(int fd, const char *path, struct buf *out, struct err *e)
{
	for (;;) {
		size_t want = out->max - out->n;
		uint8_t extra = 0, *to;
		ssize_t got;

		if (!buf_ok(out))
			return err_set(e, RC_ENV, "no-memory",
			    "Not enough memory to read %s.", path);
		if (want > 65536)
			want = 65536;
		to = want > 0 ? buf_room(out, want) : &extra;
		if (!to)
			continue;
		got = read(fd, to, want > 0 ? want : 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "file-unreadable", "Cannot read %s",
			    path);
		if (got == 0)
			return RC_OK;
		if (want == 0)
			return err_set(e, RC_TOO_LARGE, "file-too-large",
			    "%s is larger than the limit of %zu bytes.", path,
			    out->max);
		buf_grown(out, (size_t)got);
	}
}

enum rc file_read(const char *path, struct buf *out, struct err *e)
{
	enum rc rc;
	int fd;

	if (strcmp(path, "-") == 0)
		return read_fd(STDIN_FILENO, "standard input", out, e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(e, RC_NOT_FOUND, "file-not-found",
		    "There is no file %s.", path);
	if (fd < 0)
		return err_sys(e, "file-unreadable", "Cannot open %s", path);
	rc = read_fd(fd, path, out, e);
	(void)close(fd);
	return rc;
}

enum rc file_write_all(int fd, struct span data, struct err *e)
{
	while (data.n > 0) {
		ssize_t put = write(fd, data.p, data.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_sys(e, "write-failed", "Cannot write");
		data.p += put;
		data.n -= (size_t)put;
	}
	return RC_OK;
}

static enum rc sync_dir_of(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	enum rc rc = RC_OK;
	int fd;

	if (!slash)
		(void)snprintf(dir, sizeof(dir), ".");
	else if (slash == path)
		(void)snprintf(dir, sizeof(dir), "/");
	else if (!span_copy_str(span_of(path, (size_t)(slash - path)), dir,
		     sizeof(dir)))
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path %s is too long.", path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "dir-unreadable", "Cannot open %s", dir);
	/* Some file systems cannot sync a directory, and say EINVAL. */
	if (fsync(fd) < 0 && errno != EINVAL)
		rc = err_sys(e, "sync-failed", "Cannot sync %s", dir);
	(void)close(fd);
	return rc;
}

static enum rc fill_temp(int fd, const char *path, struct span data,
    mode_t mode, struct err *e)
{
	enum rc rc;

	if (fchmod(fd, mode) < 0)
		return err_sys(e, "write-failed", "Cannot set the mode of %s",
		    path);
	rc = file_write_all(fd, data, NULL);
	if (rc != RC_OK)
		return err_sys(e, "write-failed", "Cannot write %s", path);
	if (fsync(fd) < 0)
		return err_sys(e, "sync-failed", "Cannot sync %s", path);
	return RC_OK;
}

static enum rc move_temp(const char *temp, const char *path, bool replace,
    struct err *e)
{
	if (replace) {
		if (rename(temp, path) < 0)
			return err_sys(e, "write-failed", "Cannot write %s",
			    path);
		return RC_OK;
	}
	if (link(temp, path) < 0) {
		if (errno == EEXIST)
			return err_set(e, RC_CONFLICT, "file-exists",
			    "%s exists already and is not overwritten.", path);
		return err_sys(e, "write-failed", "Cannot write %s", path);
	}
	(void)unlink(temp);
	return RC_OK;
}

static enum rc write_whole(const char *path, struct span data, mode_t mode,
    bool replace, struct err *e)
{
	char temp[PATH_MAX];
	enum rc rc;
	int fd, n;

	n = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temp))
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path %s is too long.", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "write-failed", "Cannot create %s", path);
	rc = fill_temp(fd, path, data, mode, e);
	if (close(fd) < 0 && rc == RC_OK)
		rc = err_sys(e, "write-failed", "Cannot close %s", path);
	if (rc == RC_OK)
		rc = move_temp(temp, path, replace, e);
	if (rc != RC_OK) {
		(void)unlink(temp);
		return rc;
	}
	return sync_dir_of(path, e);
}

enum rc file_write(const char *path, struct span data, mode_t mode,
    struct err *e)
{
	return write_whole(path, data, mode, true, e);
}

enum rc file_create(const char *path, struct span data, mode_t mode,
    struct err *e)
{
	return write_whole(path, data, mode, false, e);
}

static enum rc mkdir_one(const char *path, mode_t mode, struct err *e)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return RC_OK;
	if (errno == EEXIST && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return RC_OK;
		errno = ENOTDIR;
	}
	return err_sys(e, "mkdir-failed", "Cannot make the directory %s", path);
}

enum rc file_mkdir(const char *path, mode_t mode, struct err *e)
{
	char part[PATH_MAX];
	enum rc rc;
	char *p;

	if (path[0] == '\0' ||
	    !span_copy_str(span_str(path), part, sizeof(part)))
		return err_set(e, RC_INVALID, "bad-path",
		    "The path of a directory is empty or too long.");
	for (p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		rc = mkdir_one(part, mode, e);
		if (rc != RC_OK)
			return rc;
		*p = '/';
	}
	return mkdir_one(part, mode, e);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

enum rc file_join(char *out, size_t cap, const char *dir, const char *name,
    struct err *e)
{
	size_t n = strlen(dir);
	const char *sep = n > 0 && dir[n - 1] == '/' ? "" : "/";
	int put = snprintf(out, cap, "%s%s%s", dir, sep, name);

	if (put < 0 || (size_t)put >= cap) {
		if (cap > 0)
			out[0] = '\0';
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path %s%s%s is too long.", dir, sep, name);
	}
	return RC_OK;
}
