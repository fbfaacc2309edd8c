/* A chip's certificate, looked up in its reel's manifest by the chip's key: for
 * chips that the fab gave back nothing else for. */
#ifndef BIRTHMARK_DEVICE_CHIP_MANIFEST_H
#define BIRTHMARK_DEVICE_CHIP_MANIFEST_H

#include "pki/manifest.h"

/* Which form of manifest the file has; MANIFEST_UNKNOWN for any other file. */
enum manifest_form chip_manifest_form(const char *path);
/* The DER of the certificate with this SubjectPublicKeyInfo, appended;
 * RC_NOT_FOUND when none has it.  CSV and JSON lines only.  Its signature is
 * not looked at: the certificate is the service's to judge. */
MUST_CHECK enum rc chip_manifest_find(const char *path, struct span spki,
    struct buf *der, struct err *e);

#endif
