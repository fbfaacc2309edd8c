/* A strict DER reader and a small writer (X.690): definite minimal lengths,
 * nothing trailing.  Allocates nothing when reading. */
#ifndef BIRTHMARK_PKI_DER_H
#define BIRTHMARK_PKI_DER_H

#include "base/buf.h"

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL 0x05
#define DER_OID 0x06
#define DER_UTF8 0x0c
#define DER_PRINTABLE 0x13
#define DER_T61 0x14
#define DER_IA5 0x16
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT(n) (0xa0 | (n))	 /* constructed */
#define DER_CONTEXT_PRIM(n) (0x80 | (n)) /* primitive */

/* Takes the next element: its tag and content; *whole (may be NULL) gets tag,
 * length and content.  False on anything not DER. */
MUST_CHECK bool der_next(struct span *in, uint8_t *tag, struct span *content,
    struct span *whole);
/* The next element, which must have this tag. */
MUST_CHECK bool der_take(struct span *in, uint8_t tag, struct span *content);
/* True, with *found, when the next one has this tag; true without when not. */
MUST_CHECK bool der_take_optional(struct span *in, uint8_t tag,
    struct span *content, bool *found);
/* BIT STRING with no unused bits. */
MUST_CHECK bool der_take_bits(struct span *in, struct span *bits);
/* UTCTime or GeneralizedTime of RFC 5280 4.1.2.5, to seconds since 1970. */
MUST_CHECK bool der_take_time(struct span *in, int64_t *out);
/* Dotted text of an OID's content; false if it does not fit or is broken. */
MUST_CHECK bool der_oid_text(struct span oid, char *out, size_t cap);
/* The content of the OID written in dotted text. */
MUST_CHECK bool der_oid_encode(const char *dotted, uint8_t *out, size_t cap,
    size_t *n);

/* Writers append. */
void der_put(struct buf *out, uint8_t tag, struct span content);
/* Tag and length of what the caller adds next. */
void der_put_header(struct buf *out, uint8_t tag, size_t n);
void der_put_uint(struct buf *out, struct span big_endian); /* INTEGER >= 0 */
void der_put_bits(struct buf *out, struct span bits);
void der_put_oid(struct buf *out, const char *dotted);
/* UTCTime before 2050, else GeneralizedTime; INT64_MAX is 99991231235959Z. */
void der_put_time(struct buf *out, int64_t t_s);

#endif
