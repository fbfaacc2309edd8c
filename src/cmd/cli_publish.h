/* `birthmark publish`: sends a reel's manifest and follows its checks. */
#ifndef BIRTHMARK_CMD_CLI_PUBLISH_H
#define BIRTHMARK_CMD_CLI_PUBLISH_H

int cli_publish_main(int argc, char **argv);

#endif
