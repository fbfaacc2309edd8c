/* `birthmark user reset`.
 * Must not know who may reset whom. */
#ifndef BIRTHMARK_CMD_CLI_RESET_H
#define BIRTHMARK_CMD_CLI_RESET_H

/* Gets its arguments with its own name first; returns an exit status. */
int cli_reset_user(int argc, char **argv);

#endif
