/* What lies beside the chips of a finished reel: manifests with signatures,
 * label, reel.json.  Must not make chips. */
#ifndef BIRTHMARK_CMD_FAB_REEL_H
#define BIRTHMARK_CMD_FAB_REEL_H

#include "cmd/fab_dir.h"
#include "cmd/fab_personalize.h"

struct fab_reel {
	const struct fab_dir *fab;
	const struct fab_personalize *o;
	const char *dir; /* of the reel */
	uint64_t count;
	enum key_type key;
	const uint8_t *claim; /* 16 bytes */
};

/* Compares with what an earlier run said of this reel (begun.json), and says
 * it when there was none; *finished when reel.json is there. */
MUST_CHECK enum rc fab_reel_begin(const struct fab_reel *r, bool *finished,
    struct err *e);
/* Writes everything from dir/work.csv, which becomes the CSV manifest;
 * reel.json comes last and says that the reel is complete. */
MUST_CHECK enum rc fab_reel_finish(const struct fab_reel *r, struct err *e);
/* The label as a QR code on standard output. */
MUST_CHECK enum rc fab_reel_show(const struct fab_reel *r, struct err *e);

#endif
