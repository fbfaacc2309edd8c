/* `birthmark device power-on`: a device's first boot and its life after it. */
#ifndef BIRTHMARK_CMD_DEVICE_POWER_H
#define BIRTHMARK_CMD_DEVICE_POWER_H

#include "device/agent.h"

int device_power_main(int argc, char **argv);

/* Shared with the other verbs of a running device. */

/* HOST:PORT or [ADDRESS]:PORT; the port may be left out. */
MUST_CHECK enum rc device_power_split(const char *text, unsigned int fallback,
    char host[256], unsigned int *port, struct err *e);
/* Ends on SIGINT and SIGTERM: from now on device_power_stopped tells. */
void device_power_signals(void);
bool device_power_stopped(void);

#endif
