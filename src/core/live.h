/* What changes in an account or at a vendor, told as it happens: first what is
 * unfinished, then each change.  Asked again and again by who follows it.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_LIVE_H
#define BIRTHMARK_CORE_LIVE_H

#include "core/batch.h"
#include "core/job.h"
#include "core/upload.h"

/* Who is told; what does not apply may be NULL. */
struct live_ear {
	void (*job)(void *arg, const struct store_job *j);
	void (*batch)(void *arg, const struct batch_row *r);
	void (*upload)(void *arg, const struct store_upload *u);
	void *arg;
};

struct live;
/* Of the actor's account (bid: of this batch alone, NULL or "" of all) or of
 * the actor's vendor. */
MUST_CHECK enum rc live_new(struct live **out, struct core *c,
    const struct core_actor *a, const char *bid, struct err *e);
/* Tells at most LIVE_PAGE of each kind; *more: there may be others already. */
#define LIVE_PAGE 32
MUST_CHECK enum rc live_look(struct live *l, const struct live_ear *ear,
    bool *more, struct err *e);
void live_free(struct live *l);

/* Another number whenever anything changed at all; see store_change.h. */
MUST_CHECK enum rc live_marker(struct core *c, uint64_t *out, struct err *e);

#endif
