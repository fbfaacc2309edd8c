/* The working file of a reel as a manifest of another form.
 * Must not change an entry. */
#ifndef BIRTHMARK_CMD_FAB_CONVERT_H
#define BIRTHMARK_CMD_FAB_CONVERT_H

#include "cmd/fab_dir.h"
#include "pki/manifest.h"

/* Reads CSV from a file, writes form to another, whole or not at all. */
MUST_CHECK enum rc fab_convert(const struct fab_dir *fab, const char *from,
    enum manifest_form form, const char *to, struct err *e);

#endif
