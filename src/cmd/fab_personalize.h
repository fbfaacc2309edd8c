/* `birthmark fab personalize`: the chips of one reel, their manifest and
 * label.  Must not reuse a serial number. */
#ifndef BIRTHMARK_CMD_FAB_PERSONALIZE_H
#define BIRTHMARK_CMD_FAB_PERSONALIZE_H

#include "pki/key.h"
#include "pki/manifest.h"

#define FAB_PERSONALIZE_ALL \
	(1u << MANIFEST_CSV | 1u << MANIFEST_JSONL | 1u << MANIFEST_MICROCHIP)

struct fab_personalize {
	const char *dir; /* of the fab */
	const char *out; /* folder of the reel; NULL: DIR/reels/REEL */
	const char *reel, *batch;
	uint64_t count;		  /* 0: as many as there are public keys */
	enum key_type key;	  /* of software chips */
	const char *public_keys;  /* file or "-"; NULL: software chips */
	const char *host, *model; /* NULL: defaults */
	bool open;		  /* the Batch ID alone binds */
	unsigned int forms;	  /* bits by enum manifest_form */
	unsigned int jobs;	  /* 0: one a core */
	bool quiet;		  /* no progress */
};

/* Makes the reel, or what is left of it; RC_OK at once when it is complete. */
MUST_CHECK enum rc fab_personalize_make(const struct fab_personalize *o,
    struct err *e);
int fab_personalize_main(int argc, char **argv);

#endif
