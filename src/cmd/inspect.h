/* `birthmark inspect`: what is this file, and what is wrong with it?
 * Must not change anything. */
#ifndef BIRTHMARK_CMD_INSPECT_H
#define BIRTHMARK_CMD_INSPECT_H

int inspect_main(int argc, char **argv);

#endif
