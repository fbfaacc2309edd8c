/* `birthmark vendor responder-csr|responder|crl`: what a vendor lets the
 * service say of its birth certificates.
 * Must not look into certificates or lists: the service judges them. */
#ifndef BIRTHMARK_CMD_CLI_STATUS_H
#define BIRTHMARK_CMD_CLI_STATUS_H

int cli_status_csr(int argc, char **argv);
int cli_status_responder(int argc, char **argv);
int cli_status_crl(int argc, char **argv);

#endif
