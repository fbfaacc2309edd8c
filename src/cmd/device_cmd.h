/* `birthmark device run` and `birthmark device show --chip`: a device that
 * owns a chip.  The other verbs are about an account's devices: cli.c. */
#ifndef BIRTHMARK_CMD_DEVICE_CMD_H
#define BIRTHMARK_CMD_DEVICE_CMD_H

int device_cmd_main(int argc, char **argv);

#endif
