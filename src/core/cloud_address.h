/* Addresses of product clouds: judged, and made of their parts.
 * Must not resolve or call them. */
#ifndef BIRTHMARK_CORE_CLOUD_ADDRESS_H
#define BIRTHMARK_CORE_CLOUD_ADDRESS_H

#include "core/cloud.h"

/* Fills form, url and audience of row from s. */
MUST_CHECK enum rc cloud_address_make(const struct cloud_spec *s,
    struct store_cloud *row, struct err *e);
/* Judges an address: https, a host, no user information, no query, no
 * fragment, printable ASCII.  Writes it without a slash at its end. */
MUST_CHECK enum rc cloud_address_check(const char *url, char *out, size_t cap,
    struct err *e);

#endif
