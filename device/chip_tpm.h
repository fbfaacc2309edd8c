/* A TPM 2.0 that holds a device's keys: the birth key under a persistent
 * handle, others wrapped, to be kept in files.  One thread at a time. */
#ifndef BIRTHMARK_DEVICE_CHIP_TPM_H
#define BIRTHMARK_DEVICE_CHIP_TPM_H

#include "base/buf.h"

#define CHIP_TPM_BLOB_MAX 1024

struct chip_tpm;

/* tcti: as "device:/dev/tpmrm0" or "swtpm:host=127.0.0.1,port=2321"; NULL:
 * BIRTHMARK_TCTI of the environment, else /dev/tpmrm0. */
MUST_CHECK enum rc chip_tpm_open(struct chip_tpm **out, const char *tcti,
    struct err *e);
/* Keys made of it must be freed before. */
void chip_tpm_close(struct chip_tpm *t);

/* A key is an EVP_PKEY * of the caller that signs in the TPM: P-256. */

/* RC_NOT_FOUND when there is nothing under the handle. */
MUST_CHECK enum rc chip_tpm_key(struct chip_tpm *t, uint32_t handle, void **evp,
    struct err *e);
/* Makes a key under a persistent handle (0x81000000 and above), which must be
 * free. */
MUST_CHECK enum rc chip_tpm_make(struct chip_tpm *t, uint32_t handle,
    struct err *e);
/* Makes a key that only this TPM can load again from the blob. */
MUST_CHECK enum rc chip_tpm_wrap(struct chip_tpm *t, struct buf *blob,
    struct err *e);
MUST_CHECK enum rc chip_tpm_load(struct chip_tpm *t, struct span blob,
    void **evp, struct err *e);

#endif
