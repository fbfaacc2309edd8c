/* Two devices of one owner talk without the cloud: mutual TLS 1.3 with their
 * operational certificates, each with a proof that it is not revoked, each
 * judging the other by its owner's CAs and the products it may talk to.
 *
 * In the TLS connection both sides send frames, a length of two bytes (big
 * endian) and that many bytes: first their status proof (an OCSP response;
 * empty: none), then the word why they refuse the other (empty: they do not),
 * then what they have to say. */
#ifndef BIRTHMARK_DEVICE_AGENT_PEER_H
#define BIRTHMARK_DEVICE_AGENT_PEER_H

#include "device/agent.h"

#define AGENT_PEER_FRAME_MAX 16384

struct agent_peer;

struct agent_peer_report {
	char name[128];			  /* common name of its certificate */
	char product[BM_PRODUCT_MAX + 1]; /* "" when not known */
	enum bm_why why;		  /* we refuse it; BM_OK: we do not */
	char refused[64]; /* the word why it refuses us, or "" */
};

/* Both: RC_OK when both sides accept, RC_DENIED when one does not; r says
 * which.  RC_NOT_FOUND when a, which is between two steps, is not enrolled. */
MUST_CHECK enum rc agent_peer_dial(struct agent_peer **out, struct agent *a,
    const char *host, unsigned int port, struct agent_peer_report *r,
    struct err *e);
/* Takes fd. */
MUST_CHECK enum rc agent_peer_accept(struct agent_peer **out, struct agent *a,
    int fd, struct agent_peer_report *r, struct err *e);
MUST_CHECK enum rc agent_peer_send(struct agent_peer *p, struct span message,
    struct err *e);
/* Appends a message; RC_NOT_FOUND when the peer has nothing more to say. */
MUST_CHECK enum rc agent_peer_receive(struct agent_peer *p, struct buf *message,
    struct err *e);
void agent_peer_close(struct agent_peer *p);

#endif
