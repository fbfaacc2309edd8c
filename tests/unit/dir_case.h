/* The end of a test's folder.
 * Must not look into folders of it: there are none. */
#ifndef BIRTHMARK_TESTS_DIR_CASE_H
#define BIRTHMARK_TESTS_DIR_CASE_H

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/check.h"

static inline void dir_case_remove(const char *dir)
{
	struct dirent *ent;
	DIR *d = opendir(dir);

	assert_non_null(d);
	while ((ent = readdir(d)) != NULL)
		if (ent->d_name[0] != '.')
			(void)unlinkat(dirfd(d), ent->d_name, 0);
	(void)closedir(d);
	assert_int_equal(rmdir(dir), 0);
}

#endif
