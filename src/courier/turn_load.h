/* The devices of a turn, as their cloud is to know them now.
 * Must not write. */
#ifndef BIRTHMARK_COURIER_TURN_LOAD_H
#define BIRTHMARK_COURIER_TURN_LOAD_H

#include "courier/turn_work.h"

MUST_CHECK enum rc turn_load_start(struct turn *k, struct err *e);
void turn_load_clear(struct turn *k);
/* As drive_work.load. */
MUST_CHECK enum rc turn_load_group(struct turn *k, struct drive_group *g,
    size_t max, struct err *e);
/* One device as a connector sees it; its certificates go to der, and must be
 * pointed to by turn_load_point when der does not move any more. */
void turn_load_device(const struct cloud_want *w, struct connector_device *d,
    struct buf *der);
void turn_load_point(struct connector_device *d, const struct buf *der);

#endif
