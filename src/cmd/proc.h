/* Child processes of `birthmark kit` and `birthmark demo`: programs run to
 * their end or in the background, their output in files or buffers. */
#ifndef BIRTHMARK_CMD_PROC_H
#define BIRTHMARK_CMD_PROC_H

#include <sys/types.h>

#include "base/buf.h"

#define PROC_ARGS_MAX 40

/* argv[0] is a path or a name for PATH; NULL-ended.  "birthmark" stands for
 * this very program. */
struct proc_cmd {
	const char *argv[PROC_ARGS_MAX];
	const char *const *env; /* "NAME=value" added, NULL-ended, or NULL */
	const char *log;	/* file for its output, NULL: /dev/null */
	struct span input;	/* standard input (proc_run only) */
};

/* Runs to the end; *status is its exit status (128 + signal).  Its standard
 * output goes to out, standard error to err_out, where not NULL. */
MUST_CHECK enum rc proc_run(const struct proc_cmd *cmd, int *status,
    struct buf *out, struct buf *err_out, struct err *e);
/* Starts in the background; dies with its parent. */
MUST_CHECK enum rc proc_start(const struct proc_cmd *cmd, pid_t *pid,
    struct err *e);
/* SIGTERM, and SIGKILL after wait_ms; reaps. */
void proc_stop(pid_t pid, unsigned int wait_ms);
/* True, with the exit status, when it has ended (and is reaped now). */
bool proc_ended(pid_t pid, int *status);

#endif
