/* Subcommands that take more than one REST call.
 * Each gets its arguments with its own name first; returns an exit status. */
#ifndef BIRTHMARK_CMD_CLI_SPECIAL_H
#define BIRTHMARK_CMD_CLI_SPECIAL_H

#include "cmd/client.h"

int cli_special_use_account(int argc, char **argv);
int cli_special_cloud_test(int argc, char **argv);
int cli_special_job_wait(int argc, char **argv);
int cli_special_audit_verify(int argc, char **argv);

/* Follows a job until it ends, with progress on a terminal; *job is a new
 * reference to its last state.  RC_DENIED when it failed. */
MUST_CHECK enum rc cli_special_follow(struct client *c, const char *job_id,
    json_t **job, struct err *e);

#endif
