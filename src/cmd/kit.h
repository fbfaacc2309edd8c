/* `birthmark kit`: the virtual developer kit. */
#ifndef BIRTHMARK_CMD_KIT_H
#define BIRTHMARK_CMD_KIT_H

int kit_main(int argc, char **argv);

#endif
