/* Which devices the gate has let in, on their way to the service: each once in
 * a while, in pages, tried again later; in bounded memory, for a sighting that
 * is lost does no harm.
 * Must not make anyone wait who lets a device in. */
#ifndef BIRTHMARK_GATE_GATE_REPORT_H
#define BIRTHMARK_GATE_GATE_REPORT_H

#include "gate/gate_link.h"
#include "gate/table.h"

/* In the gate's directory: datagrams of one fingerprint (TABLE_FP bytes), sent
 * by who lets devices in beside the gate, such as the broker's plugin. */
#define GATE_REPORT_SOCKET "seen.sock"
#define GATE_REPORT_PAGE 1000
#define GATE_REPORT_AGAIN_S 300 /* one device is not reported sooner */

struct gate_report;

MUST_CHECK enum rc gate_report_new(struct gate_report **out,
    const struct gate_link_options *o, struct err *e);
void gate_report_free(struct gate_report *r);
/* A device was let in.  From any thread. */
void gate_report_note(struct gate_report *r, const uint8_t fp[TABLE_FP],
    int64_t now_s);
/* All datagrams that wait on fd, of devices that t admits. */
void gate_report_drain(struct gate_report *r, int fd, struct table *t,
    int64_t now_s);

/* The next page as JSON; *n is 0 when there is nothing to tell.  What is in it
 * is settled before the next one: told, or to be told again. */
void gate_report_page(struct gate_report *r, struct buf *json, size_t *n);
void gate_report_settle(struct gate_report *r, bool told);

/* Reports every few seconds until gate_report_stop; in a thread of its own. */
void gate_report_run(struct gate_report *r);
/* From any thread or a signal handler. */
void gate_report_stop(struct gate_report *r);

#endif
