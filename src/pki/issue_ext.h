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
void issue_ext_basic(struct buf *out, int path_len); /* of a CA; -1: none */
void issue_ext_key_usage(struct buf *out, unsigned int usage);
void issue_ext_ski(struct buf *out, struct span spki);
void issue_ext_aki(struct buf *out, struct span key_id);
void issue_ext_crl_url(struct buf *out, const char *url); /* NULL: nothing */
void issue_ext_aia_url(struct buf *out, const char *url); /* NULL: nothing */
void issue_ext_eku(struct buf *out, const char *const *oids);
/* DNS names and IP addresses; NULL or no names: nothing. */
void issue_ext_names(struct buf *out, const char *const *names);
void issue_ext_hw_module(struct buf *out, const char *type_oid,
    struct span serial);

#endif
