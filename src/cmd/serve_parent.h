/* The parent of `birthmark serve`: binds the sockets, starts the others and
 * starts them again.  Must not read anything from the network. */
#ifndef BIRTHMARK_CMD_SERVE_PARENT_H
#define BIRTHMARK_CMD_SERVE_PARENT_H

#include "cmd/serve_conf.h"

/* Until SIGTERM or SIGINT; the exit status. */
int serve_parent_run(const struct serve_conf *conf);

#endif
