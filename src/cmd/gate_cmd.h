/* `birthmark gate`: runs the sidecar of an account's own cloud.
 * Must not decide anything: gate/ does. */
#ifndef BIRTHMARK_CMD_GATE_CMD_H
#define BIRTHMARK_CMD_GATE_CMD_H

int gate_cmd_main(int argc, char **argv);

#endif
