/* birthmark serve: the service, until it is told to end.
 * Must not be called by other subcommands. */
#ifndef BIRTHMARK_CMD_SERVE_H
#define BIRTHMARK_CMD_SERVE_H

int serve_main(int argc, char **argv);

#endif
