/* The manifest of a bound batch, written piece by piece, flat in memory.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_EXPORT_H
#define BIRTHMARK_CORE_EXPORT_H

#include "core/core.h"
#include "pki/manifest.h"

struct export;
struct export_request {
	const char *bid;
	enum manifest_form form;
	bool zip; /* as an archive that holds the manifest and a README */
};
/* Of a batch of the actor's account; audited. */
MUST_CHECK enum rc export_new(struct export **out, struct core *c,
    const struct core_actor *a, const struct export_request *r, struct err *e);
/* Appends a piece; RC_NOT_FOUND when that was the last. */
MUST_CHECK enum rc export_read(struct export *x, struct buf *out,
    struct err *e);
void export_free(struct export *x);
/* A file name for it, without odd characters. */
void export_name(const char *bid, enum manifest_form form, bool zip, char *out,
    size_t cap);

#endif
