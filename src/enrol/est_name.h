/* Names that EST judges: of a request against the certificate that asks, and
 * of the domain in TLS.  Must not look anything up. */
#ifndef BIRTHMARK_ENROL_EST_NAME_H
#define BIRTHMARK_ENROL_EST_NAME_H

#include "core/core.h"
#include "pki/cert.h"

/* Subject and, if the request has one, alternative name are the certificate's
 * (RFC 7030 4.2.2).  An empty subject asks for what there is. */
MUST_CHECK enum rc est_name_check(struct span csr, struct span cert,
    struct err *e);

/* "acc-xxxx.example.com" -> "acc_xxxx"; false for another name. */
bool est_name_account(struct span server_name, char account[RAND_ID_SIZE]);
/* "https://acc-xxxx.DOMAIN:PORT" of an account on this device port, and the
 * certificate's name without scheme and port; "" without a device port. */
#define EST_NAME_URL_SIZE 320
void est_name_url(const struct core *c, const char *account,
    char url[EST_NAME_URL_SIZE], char host[EST_NAME_URL_SIZE]);

#endif
