/* Text encodings of bytes: hex, base32, base64 and base64url (RFC 4648), PEM
 * armour (RFC 7468) and percent-encoding (RFC 3986).  Strict readers: no white
 * space unless said, canonical padding bits, all or nothing. */
#ifndef BIRTHMARK_BASE_ENC_H
#define BIRTHMARK_BASE_ENC_H

#include "base/buf.h"

void enc_hex(struct buf *out, struct span in); /* lower case */
/* Writes 2 n + 1 bytes. */
void enc_hex_str(char *out, struct span in);
MUST_CHECK bool enc_unhex(struct span in, uint8_t *out, size_t *n, size_t cap);

void enc_base64(struct buf *out, struct span in);
/* Appends; ignores space, tab, CR and LF when lenient. */
MUST_CHECK bool enc_unbase64(struct buf *out, struct span in, bool lenient);
void enc_base64url(struct buf *out, struct span in); /* no padding */
MUST_CHECK bool enc_unbase64url(struct buf *out, struct span in);

void enc_base32(struct buf *out, struct span in); /* no padding */

void enc_pem(struct buf *out, const char *label, struct span der);
/* Finds the next block with this label (NULL: any) in *in, appends its DER to
 * out and moves *in behind it.  False when there is none or it is broken. */
MUST_CHECK bool enc_unpem(struct buf *out, const char *label, struct span *in);

void enc_percent(struct buf *out, struct span in); /* all but unreserved */
MUST_CHECK bool enc_unpercent(struct buf *out, struct span in);

#endif
