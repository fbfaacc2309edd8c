/* `birthmark device listen` and `device talk`: two devices without a cloud. */
#ifndef BIRTHMARK_CMD_DEVICE_TALK_H
#define BIRTHMARK_CMD_DEVICE_TALK_H

int device_talk_main(int argc, char **argv);
int device_talk_listen_main(int argc, char **argv);

#endif
