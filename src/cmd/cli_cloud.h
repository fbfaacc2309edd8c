/* `birthmark cloud` where it takes more than one REST call, or reads files.
 * Each gets its arguments with its own name first; returns an exit status. */
#ifndef BIRTHMARK_CMD_CLI_CLOUD_H
#define BIRTHMARK_CMD_CLI_CLOUD_H

int cli_cloud_add(int argc, char **argv);
int cli_cloud_set(int argc, char **argv);
int cli_cloud_remove(int argc, char **argv);
int cli_cloud_audit(int argc, char **argv);

#endif
