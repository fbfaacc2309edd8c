/* The working file of a reel: its CSV manifest, growing.  What was written
 * before a kill is taken up again.  Must not issue certificates. */
#ifndef BIRTHMARK_CMD_FAB_WORK_H
#define BIRTHMARK_CMD_FAB_WORK_H

#include "pki/cert.h"

struct fab_work {
	int fd, chips_fd, lock_fd; /* chips_fd -1: no chip files */
	uint64_t done;		   /* entries in it */
	struct buf last_spki;	   /* public key of the last one */
	struct buf pending;	   /* lines not yet written */
	int64_t flushed_ms;
};

/* Opens dir/work.csv (made if missing), cuts off an entry that a kill left
 * unfinished and takes in chip files that are not in it yet.  One process at a
 * time: RC_CONFLICT for a second. */
MUST_CHECK enum rc fab_work_open(struct fab_work *w, const char *dir,
    const char *bid, bool chips, struct err *e);
/* Lines are added to w->pending; this writes them when there are many or they
 * are old, or always when forced (then they are on the disk). */
MUST_CHECK enum rc fab_work_flush(struct fab_work *w, bool force,
    struct err *e);
void fab_work_close(struct fab_work *w);

#endif
