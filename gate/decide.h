/* The decision itself: may this certificate in, and what is it?
 * The caller has proof of the private key (a TLS handshake): a certificate
 * alone proves nothing.  Whatever goes wrong, the answer is no. */
#ifndef BIRTHMARK_GATE_DECIDE_H
#define BIRTHMARK_GATE_DECIDE_H

#include "gate/table.h"

struct decide {
	bool admit;
	const char *reason; /* why not, for people; NULL when admitted */
	uint8_t fp[TABLE_FP];
	int64_t not_before, not_after; /* of a certificate, else 0 */
	char device[TABLE_DEVICE_MAX + 1];
	char product[TABLE_NAME_MAX + 1];
	char batch[TABLE_NAME_MAX + 1];
};

void decide_fingerprint(struct table *t, const uint8_t fp[TABLE_FP],
    struct decide *out);
/* A certificate in DER: its form and validity are judged as well. */
void decide_cert(struct table *t, struct span der, int64_t now_s,
    struct decide *out);
/* A client of MQTT may use this id: the device's, percent-encoded, or that
 * followed by ":" and anything.  Another device's would take its session
 * over. */
bool decide_client_id(const struct decide *d, struct span id);
/* Again for one that was admitted: NULL, or why it is not any more. */
const char *decide_again(struct table *t, const struct decide *d,
    int64_t now_s);

#endif
