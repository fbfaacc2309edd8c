/* Tells the service manager (sd_notify(3)) what state the service is in.
 * Must not fail: without a manager nothing happens. */
#ifndef BIRTHMARK_CMD_SERVE_NOTIFY_H
#define BIRTHMARK_CMD_SERVE_NOTIFY_H

void serve_notify(const char *state); /* "READY=1" */

#endif
