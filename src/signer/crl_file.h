/* The entries of a revocation list as a sealed file in memory, which is passed
 * between processes: records of one size.  Internal to signer; must not read
 * what may still change. */
#ifndef BIRTHMARK_SIGNER_CRL_FILE_H
#define BIRTHMARK_SIGNER_CRL_FILE_H

#include "pki/crl.h"

#define CRL_FILE_RECORD                                      \
	30 /* u8 size, 20 bytes of serial, u8 reason, u64 at \
	    */

/* *fd is the caller's to close. */
MUST_CHECK enum rc crl_file_make(const struct crl_entry *entries, size_t n,
    int *fd, struct err *e);
/* n entries, no more and no less, to be freed; RC_INVALID unless it is sealed
 * against all changes. */
MUST_CHECK enum rc crl_file_read(int fd, size_t n, struct crl_entry **out,
    struct err *e);

#endif
