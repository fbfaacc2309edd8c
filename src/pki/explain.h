/* Explains a file in plain words, and what is wrong with it: certificates,
 * chip files, keys, manifests, labels, tokens, CMS signatures.
 * Must not trust anything that it was not given as trusted. */
#ifndef BIRTHMARK_PKI_EXPLAIN_H
#define BIRTHMARK_PKI_EXPLAIN_H

#include "base/buf.h"

struct explain_input {
	struct span file;
	const char *name;      /* shown, and a hint; "-" is fine */
	const char *path;      /* of the same bytes, for signatures; or NULL */
	struct span signature; /* CMS beside it, or empty */
	struct span signers;   /* log signers' certificates (PEM), or empty */
	struct span cas;       /* trusted CA certificates (PEM), or empty */
	int64_t now_s;
	bool json;
};

/* Appends the explanation, as text for people or one JSON object; *problems
 * counts what is wrong.  Secrets (private keys, claim codes, tokens) are not
 * repeated.  RC_OK also for what is not understood: that is a problem too. */
MUST_CHECK enum rc explain_file(const struct explain_input *in, struct buf *out,
    unsigned int *problems, struct err *e);

#endif
