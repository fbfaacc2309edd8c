/* What to do next, whom to ask for it, and the request's bytes.
 * Must not read an answer. */
#ifndef BIRTHMARK_BM_ASK_H
#define BIRTHMARK_BM_ASK_H

#include "device/lib/bm_pump.h"

/* BM_TASK_NONE: nothing is due. */
enum bm_task bm_ask_pick(const struct bm *b);
enum bm_pump_conn bm_ask_conn(enum bm_task task);
enum bm_credential bm_ask_credential(const struct bm *b);
/* Sets b->target.  *skip: there is nobody to ask for this. */
enum bm_why bm_ask_target(struct bm *b, bool *skip);
/* The request in the work buffer, b->out. */
enum bm_why bm_ask_build(struct bm *b);

#endif
