/* `birthmark bind` and `birthmark provision`. */
#ifndef BIRTHMARK_CMD_CLI_BIND_H
#define BIRTHMARK_CMD_CLI_BIND_H

int cli_bind_main(int argc, char **argv);
int cli_bind_provision_main(int argc, char **argv);

#endif
