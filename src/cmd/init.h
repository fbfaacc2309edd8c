/* birthmark init: makes the service's directory, keys and first user.
 * Must not replace what is there. */
#ifndef BIRTHMARK_CMD_INIT_H
#define BIRTHMARK_CMD_INIT_H

int init_main(int argc, char **argv);

#endif
