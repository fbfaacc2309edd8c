/* Files: whole reads with a limit, and writes that are all or nothing and on
 * the disk when they return. */
#ifndef BIRTHMARK_BASE_FILE_H
#define BIRTHMARK_BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"

/* Appends the whole file; RC_TOO_LARGE beyond out's limit.  "-" is standard
 * input. */
MUST_CHECK enum rc file_read(const char *path, struct buf *out, struct err *e);
/* Temporary file beside it, fsync, rename, fsync of the directory. */
MUST_CHECK enum rc file_write(const char *path, struct span data, mode_t mode,
    struct err *e);
/* As file_write, but RC_CONFLICT when the file exists. */
MUST_CHECK enum rc file_create(const char *path, struct span data, mode_t mode,
    struct err *e);
/* mkdir -p; existing is fine. */
MUST_CHECK enum rc file_mkdir(const char *path, mode_t mode, struct err *e);
bool file_exists(const char *path);
/* "dir/name" into out; RC_INVALID when it does not fit. */
MUST_CHECK enum rc file_join(char *out, size_t cap, const char *dir,
    const char *name, struct err *e);
/* write(2) until done. */
MUST_CHECK enum rc file_write_all(int fd, struct span data, struct err *e);

#endif
