/* Whether a request asks only for what its device may have: for CAs that we
 * cannot make take the profile's names instead.  Must not judge the key. */
#ifndef BIRTHMARK_PKI_CSR_MATCH_H
#define BIRTHMARK_PKI_CSR_MATCH_H

#include "pki/csr.h"
#include "pki/profile.h"

struct csr_match {
	const struct profile *profile;
	const struct profile_device *device;
	struct span birth_subject; /* Name; may stand instead of the profile's
				    */
};
/* The subject is the profile's, or the birth certificate's, and each name of a
 * SAN is one of the profile's.  RC_INVALID "csr-subject" tells which subject
 * to ask for. */
MUST_CHECK enum rc csr_match_check(const struct csr *csr,
    const struct csr_match *m, struct err *e);

#endif
