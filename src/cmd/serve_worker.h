/* A worker: one event loop that serves the API and the devices, and a thread
 * that publishes.  Must not hold keys of the signer or the courier. */
#ifndef BIRTHMARK_CMD_SERVE_WORKER_H
#define BIRTHMARK_CMD_SERVE_WORKER_H

#include "cmd/serve_child.h"

/* Until SIGTERM; then answers what it has begun.  The exit status. */
int serve_worker_run(const struct serve_child *c);

#endif
