/* The OCSP responder of one worker (RFC 6960, RFC 5019): answers are signed by
 * a delegated key, kept, and never older than what is decided.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_RESPONDER_H
#define BIRTHMARK_CORE_RESPONDER_H

#include "core/status.h"

#define RESPONDER_LIFE_S 43200	/* of an answer: nextUpdate */
#define RESPONDER_UNKNOWN_S 300 /* of one that knows nothing */
#define RESPONDER_CERT_S 259200 /* of a delegated certificate */
#define RESPONDER_NOTE 192
#define RESPONDER_DELEGATES_MAX 256 /* accounts' CAs remembered */

struct responder;
MUST_CHECK enum rc responder_new(struct responder **out, struct core *c,
    struct err *e);
void responder_free(struct responder *r);

struct responder_answer {
	struct span der; /* OCSPResponse; the responder's until the next call */
	/* Good for others who ask the same: of one certificate that is known,
	 * no nonce.  What follows is only filled then. */
	bool shared;
	int64_t this_update, next_update;
	struct span tag; /* 16 bytes, another for each answer */
	/* RESPONDER_NOTE bytes that stay with the answer, "" at first: what the
	 * caller wants to remember of it. */
	char *note;
};
/* What an OCSPRequest (DER) gets, refusals too.  Only faults of our own that
 * are not worth an answer are no RC_OK. */
MUST_CHECK enum rc responder_reply(struct responder *r, struct span request,
    int64_t now_s, struct responder_answer *out, struct err *e);

#endif
