/* Writes what certificates are made of: names and extensions.
 * Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_ISSUE_EXT_H
#define BIRTHMARK_PKI_ISSUE_EXT_H

#include "pki/cert.h"

#define ISSUE_EXT_MAX 4096 /* bytes of anything written here */

/* Each appends one element; a failure shows in buf_ok(out). */

/* Name of O, CN and serialNumber; NULL leaves one out. */
void issue_ext_name(struct buf *out, const char *org, const char *common_name,
    const char *serial_number);
/* One attribute of a Name; NULL or "" writes nothing. */
void issue_ext_attr(struct buf *out, const char *oid, uint8_t tag,
    const char *value);
void issue_ext_basic(struct buf *out, int path_len); /* of a CA; -1: none */
void issue_ext_key_usage(struct buf *out, unsigned int usage);
void issue_ext_ski(struct buf *out, struct span spki);
void issue_ext_aki(struct buf *out, struct span key_id);
void issue_ext_crl_url(struct buf *out, const char *url); /* NULL: nothing */
void issue_ext_aia_url(struct buf *out, const char *url); /* NULL: nothing */
/* caIssuers and OCSP; NULL leaves one out. */
void issue_ext_access(struct buf *out, const char *ca_url,
    const char *ocsp_url);
void issue_ext_freshest(struct buf *out, const char *url); /* NULL: nothing */
/* certificatePolicies; NULL or none: nothing. */
void issue_ext_policies(struct buf *out, const char *const *oids);
void issue_ext_nocheck(struct buf *out); /* RFC 6960 4.2.2.2.1 */
/* An extension that is an INTEGER. */
void issue_ext_number(struct buf *out, const char *oid, bool critical,
    uint64_t v);
void issue_ext_eku(struct buf *out, const char *const *oids);
/* DNS names and IP addresses; NULL or no names: nothing. */
void issue_ext_names(struct buf *out, const char *const *names);
/* SAN of these GeneralName elements; none: nothing. */
void issue_ext_san(struct buf *out, struct span names);
void issue_ext_hw_module(struct buf *out, const char *type_oid,
    struct span serial);

#endif
