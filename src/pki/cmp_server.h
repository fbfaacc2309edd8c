/* The server's side of the Certificate Management Protocol (RFC 4210, RFC 9483)
 * by OpenSSL: builds and protects answers.  Keeps nothing between messages.
 * Must not decide who gets a certificate: the caller's functions do. */
#ifndef BIRTHMARK_PKI_CMP_SERVER_H
#define BIRTHMARK_PKI_CMP_SERVER_H

#include "pki/cmp_message.h"

/* What the caller decides; each fills e when it refuses. */
struct cmp_server_calls {
	/* The certificate for m->request: DER appended.  RC_AGAIN while it is
	 * not decided: then the device is told to poll. */
	enum rc (*issue)(void *arg, const struct cmp_message *m,
	    struct buf *der, struct err *e);
	/* Of this serial number, as the message names it. */
	enum rc (*revoke)(void *arg, struct span serial, struct err *e);
	/* The device has, or has not, taken the certificate of this hash. */
	enum rc (*confirm)(void *arg, struct span hash, bool accepted,
	    struct err *e);
};

struct cmp_server {
	const struct cmp_server_calls *calls;
	void *arg;
	struct key *key;   /* signs answers */
	struct span cert;  /* of that key, DER */
	struct span chain; /* the authorities above that, DER after DER */
	struct span cas;   /* those above the device's certificate, likewise */
	/* Of a CMP_MESSAGE_POLLREQ: what began its transaction; NULL: it is not
	 * known here, which is answered like one that is not decided. */
	const struct cmp_message *first;
};

/* m is parsed and checked.  The answer (DER) is appended, also one that
 * refuses. */
MUST_CHECK enum rc cmp_server_answer(const struct cmp_server *s,
    const struct cmp_message *m, struct buf *answer, struct err *e);

#endif
