/* Base64 (RFC 4648 section 4).
 * Must not take the alphabet of URLs. */
#ifndef BIRTHMARK_BM_B64_H
#define BIRTHMARK_BM_B64_H

#include "device/lib/bm_mem.h"

/* Decodes in place; spaces and line ends are passed over.  False when it is
 * not base64 with its padding. */
bool bm_b64_decode(uint8_t *p, size_t n, size_t *out_n);
void bm_b64_encode(struct bm_mem_out *o, struct bm_span s);

#endif
