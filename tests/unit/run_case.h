/* Helper programs of tests.
 * Must not let their output into the test's. */
#ifndef BIRTHMARK_TESTS_RUN_CASE_H
#define BIRTHMARK_TESTS_RUN_CASE_H

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/unit/check.h"

extern char **environ;

static inline pid_t run_case_spawn(const char *const argv[])
{
	posix_spawn_file_actions_t quiet;
	pid_t pid = -1;

	assert_int_equal(posix_spawn_file_actions_init(&quiet), 0);
	(void)posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY,
	    0);
	(void)posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY,
	    0);
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, (char **)(uintptr_t)argv,
		environ) != 0)
		pid = -1;
	(void)posix_spawn_file_actions_destroy(&quiet);
	return pid;
}

/* The exit status; not 0 when there is no such program. */
static inline int run_case(const char *const argv[])
{
	pid_t pid = run_case_spawn(argv);
	int status = -1;

	if (pid > 0)
		(void)waitpid(pid, &status, 0);
	return status;
}

#endif
