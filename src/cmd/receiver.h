/* `birthmark receiver`: a reference receiver of the interop protocol, for an
 * account to start from. */
#ifndef BIRTHMARK_CMD_RECEIVER_H
#define BIRTHMARK_CMD_RECEIVER_H

int receiver_main(int argc, char **argv);

#endif
