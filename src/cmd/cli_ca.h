/* `birthmark ca` where files are written: requests, certificates, a server's
 * key.  Each gets its arguments with its own name first. */
#ifndef BIRTHMARK_CMD_CLI_CA_H
#define BIRTHMARK_CMD_CLI_CA_H

int cli_ca_csr(int argc, char **argv);
int cli_ca_certificate(int argc, char **argv);
int cli_ca_issue_server(int argc, char **argv);

#endif
