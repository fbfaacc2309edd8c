/* The end of a test's folder.
 * Must not follow a link out of it. */
#ifndef BIRTHMARK_TESTS_DIR_CASE_H
#define BIRTHMARK_TESTS_DIR_CASE_H

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/check.h"

static inline void dir_case_empty(int at)
{
	struct dirent *ent;
	DIR *d = fdopendir(at);
	int inner;

	assert_non_null(d);
	while ((ent = readdir(d)) != NULL) {
		if (strcmp(ent->d_name, ".") == 0 ||
		    strcmp(ent->d_name, "..") == 0 ||
		    unlinkat(dirfd(d), ent->d_name, 0) == 0)
			continue;
		inner = openat(dirfd(d), ent->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
		assert_true(inner >= 0);
		dir_case_empty(inner);
		assert_int_equal(unlinkat(dirfd(d), ent->d_name, AT_REMOVEDIR),
		    0);
	}
	(void)closedir(d);
}

static inline void dir_case_remove(const char *dir)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY);

	assert_true(at >= 0);
	dir_case_empty(at);
	assert_int_equal(rmdir(dir), 0);
}

#endif
