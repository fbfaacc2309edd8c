/* A client of the Certificate Management Protocol (RFC 4210, 9483): asks for
 * one certificate by a PKCS#10 request, protected by a shared secret.
 * Message bytes only: how they travel is the caller's. */
#ifndef BIRTHMARK_PKI_CMP_CLIENT_H
#define BIRTHMARK_PKI_CMP_CLIENT_H

#include "base/buf.h"

#define CMP_CLIENT_MESSAGE_MAX (128 * 1024)
#define CMP_CLIENT_TRANSACTION 16

/* Sends one message (DER) and appends the answer. */
typedef enum rc cmp_client_send(void *arg, struct span message,
    struct buf *answer, struct err *e);

struct cmp_client {
	const char *reference; /* senderKID */
	struct span secret;
	struct span cas;       /* DER after DER: who may sign answers */
	struct span recipient; /* Name (DER) of the CA */
	struct span csr;       /* DER */
	/* The same for each try at one request, so that a CA can know it. */
	uint8_t transaction[CMP_CLIENT_TRANSACTION];
	unsigned int total_s; /* with waiting for the CA to decide */
	cmp_client_send *send;
	void *arg;
};
/* Appends the certificate and those that came with it, DER after DER; nothing
 * of them is checked but the answer's protection.  RC_DENIED
 * "upstream-refused" with the CA's words; RC_AGAIN while it has not decided;
 * what send gave. */
MUST_CHECK enum rc cmp_client_ask(const struct cmp_client *q, struct buf *ders,
    struct err *e);

#endif
