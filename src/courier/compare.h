/* What is in a cloud beside what is to be: for plans and audits.
 * Must not change anything there. */
#ifndef BIRTHMARK_COURIER_COMPARE_H
#define BIRTHMARK_COURIER_COMPARE_H

#include "courier/turn_work.h"

/* The whole of it in one turn: reads the cloud, compares, and leaves counts and
 * exceptions for turn_record_end.  A fault of the cloud comes back; what was
 * read until then is read again. */
MUST_CHECK enum rc compare_run(struct turn *k, struct err *e);

#endif
