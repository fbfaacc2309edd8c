/* What the answers mean.
 * Must not write the state before what it tells of. */
#ifndef BIRTHMARK_BM_ANSWER_H
#define BIRTHMARK_BM_ANSWER_H

#include "device/lib/bm_pump.h"

/* Takes the whole answer in b->http.  BM_OK: the task is done, or, with
 * b->redirected, to be asked again elsewhere. */
enum bm_why bm_answer_take(struct bm *b);

#endif
