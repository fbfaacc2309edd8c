/* CMP answers that say no more than "done" or "not yet", written by hand:
 * OpenSSL's server gives them only in the context that began the transaction,
 * and these can be said by any worker.
 * Must not hold a certificate for anybody. */
#ifndef BIRTHMARK_PKI_CMP_REPLY_H
#define BIRTHMARK_PKI_CMP_REPLY_H

#include "pki/cmp_message.h"

struct cmp_reply {
	const struct cmp_message *to;
	struct key *key;  /* signs it */
	struct span cert; /* of that key, DER */
};
/* The pkiConf that ends a transaction (RFC 4210 5.3.17): DER appended. */
MUST_CHECK enum rc cmp_reply_confirm(const struct cmp_reply *r, struct buf *out,
    struct err *e);
/* The pollRep for a pollReq (RFC 4210 5.3.22): ask again after so long. */
MUST_CHECK enum rc cmp_reply_poll(const struct cmp_reply *r,
    unsigned int after_s, struct buf *out, struct err *e);

#endif
