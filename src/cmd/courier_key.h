/* `birthmark courier-key`: the key that opens stored credentials. */
#ifndef BIRTHMARK_CMD_COURIER_KEY_H
#define BIRTHMARK_CMD_COURIER_KEY_H

int courier_key_main(int argc, char **argv);

#endif
