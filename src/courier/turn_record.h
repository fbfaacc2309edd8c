/* What came of the devices of a turn, into the store: all of a step or
 * nothing. */
#ifndef BIRTHMARK_COURIER_TURN_RECORD_H
#define BIRTHMARK_COURIER_TURN_RECORD_H

#include "courier/turn_work.h"

MUST_CHECK enum rc turn_record_start(struct turn *k, struct err *e);
void turn_record_clear(struct turn *k);
/* As drive_work.finish: counted, written with the next step. */
MUST_CHECK enum rc turn_record_finish(struct turn *k,
    const struct drive_group *g, struct err *e);
/* A step in the middle: k->record.ahead.state is the state of the job
 * afterwards, as the account may have paused or cancelled it. */
MUST_CHECK enum rc turn_record_step(struct turn *k, struct err *e);
/* The last step: the lease ends; state, next_ms and last_error are as set in
 * k->record.ahead. */
MUST_CHECK enum rc turn_record_end(struct turn *k, struct err *e);
/* Records that the cloud answers. */
MUST_CHECK enum rc turn_record_well(struct turn *k, struct err *e);
/* Sets them for a job that is over. */
void turn_record_over(struct turn *k, const char *state, const char *why);

#endif
