/* Certificate requests (PKCS#10, RFC 2986).
 * Must not choose a name: the caller gives it. */
#ifndef BIRTHMARK_BM_CSR_H
#define BIRTHMARK_BM_CSR_H

#include "device/lib/bm_cert.h"
#include "device/lib/bm_der.h"

struct bm_csr {
	enum bm_key key;
	const uint8_t *point;	/* BM_POINT_256 bytes */
	struct bm_span subject; /* Name, whole */
	struct bm_span san;	/* content of GeneralNames, or n == 0 */
};
/* Signed by its key, in out. */
enum bm_why bm_csr_build(const struct bm_platform *p, const struct bm_csr *r,
    struct bm_der_out *out);

#endif
