/* `birthmark fab`: the vendor's own host, where chips are made.
 * Must not talk to the service. */
#ifndef BIRTHMARK_CMD_FAB_H
#define BIRTHMARK_CMD_FAB_H

#include "base/err.h"

int fab_main(int argc, char **argv);
/* Prints e on standard error and gives the exit status; usage: of a command
 * line that was wrong. */
int fab_fail(const struct err *e, int usage);

#endif
