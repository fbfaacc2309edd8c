/* Counters of the whole service: one fixed table, shared by all processes that
 * are forked after metric_share, so that any of them can tell the sum. */
#ifndef BIRTHMARK_BASE_METRIC_H
#define BIRTHMARK_BASE_METRIC_H

#include "base/buf.h"

/* Rows of the table, one per process; 0 is the parent's and the default. */
#define METRIC_SLOTS 128

enum metric {
	METRIC_CONNECTIONS,	 /* accepted */
	METRIC_CONNECTIONS_OPEN, /* gauge */
	METRIC_CONNECTIONS_REFUSED,
	METRIC_TLS_FAILURES,
	METRIC_TIMEOUTS,
	METRIC_REQUESTS_1XX, /* never counted; keeps the classes in order */
	METRIC_REQUESTS_2XX,
	METRIC_REQUESTS_3XX,
	METRIC_REQUESTS_4XX,
	METRIC_REQUESTS_5XX,
	METRIC_REQUEST_US, /* from the whole head to the whole answer */
	METRIC_BYTES_IN,
	METRIC_BYTES_OUT,
	METRIC_BINDS,
	METRIC_BINDS_REFUSED,
	METRIC_LOGINS,
	METRIC_LOGINS_REFUSED,
	METRIC_DEVICES_PUBLISHED,
	METRIC_DEVICES_PROVISIONED,
	METRIC_UPLOADS_REJECTED,
	METRIC_SIGNATURES,
	METRIC_RESTARTS, /* of child processes */
	METRIC_N
};

/* Moves the table to shared memory; before any fork.  Without it the counters
 * are the process's own. */
MUST_CHECK enum rc metric_share(struct err *e);
/* From here on this process counts in its own row. */
void metric_slot(unsigned int slot);
/* The process of this row has died: what it held open is not any more. */
void metric_slot_died(unsigned int slot);
void metric_add(enum metric m, int64_t n);
/* The sums over all processes, a gauge never below zero, in the Prometheus
 * text format, version 0.0.4. */
void metric_text(struct buf *out);

#endif
