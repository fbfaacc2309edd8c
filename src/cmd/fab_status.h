/* `birthmark fab ocsp-responder` and `birthmark fab crl`: what a vendor lets a
 * service say of its birth certificates.
 * Must not talk to the service. */
#ifndef BIRTHMARK_CMD_FAB_STATUS_H
#define BIRTHMARK_CMD_FAB_STATUS_H

int fab_status_responder_main(int argc, char **argv);
int fab_status_crl_main(int argc, char **argv);

#endif
