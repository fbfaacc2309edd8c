/* `birthmark manifest`: download of a bound batch's certificates. */
#ifndef BIRTHMARK_CMD_CLI_MANIFEST_H
#define BIRTHMARK_CMD_CLI_MANIFEST_H

int cli_manifest_main(int argc, char **argv);

#endif
