/* Conversations with one cloud: a connector's requests are paced, sent and
 * judged.  Blocks, but for the parts that drive.c uses.
 * Must not log or keep what is in a request. */
#ifndef BIRTHMARK_COURIER_CONVERSE_H
#define BIRTHMARK_COURIER_CONVERSE_H

#include "cloud/connector.h"
#include "courier/pacer.h"
#include "courier/stopper.h"
#include "net/fetch.h"

#define CONVERSE_KEY_SIZE 256
#define CONVERSE_HEADERS_MAX 20
#define CONVERSE_TRIES_MAX 4 /* of one request, in a blocking conversation */

/* The way to one cloud for one turn of a job; all borrowed. */
struct converse {
	const struct connector *kind;
	struct connector_way way;
	struct fetch *fetch;
	struct pacer *pacer;
	struct stopper *stopper;
	char key[CONVERSE_KEY_SIZE]; /* of its quotas, without the operation */
	uint32_t quotas[CLOUD_RULES_OPS_MAX]; /* calls a minute */
	uint64_t who;			      /* the job */
	/* Before each request of a blocking conversation. */
	enum rc (*beat)(void *ctx, struct err *e);
	void *beat_ctx;
};

/* Quotas as the cloud's settings say, over the kind's own. */
void converse_quotas(struct converse *c, const char *json);
void converse_talk_init(struct connector_talk *t, const struct converse *c,
    enum connector_verb verb);
void converse_talk_clear(struct connector_talk *t);

/* A request and what it is sent as. */
struct converse_request {
	struct connector_request asked;
	struct fetch_request sent;
	const char *headers[CONVERSE_HEADERS_MAX + 1];
};
void converse_request_init(struct converse_request *q);
void converse_request_clear(struct converse_request *q);
/* Has the connector write its request; t->over when there is none. */
MUST_CHECK enum rc converse_ask(struct connector_talk *t,
    const struct converse *c, struct converse_request *q, struct err *e);
/* 0: send it now; else milliseconds to wait before asking again. */
int64_t converse_wait(const struct converse *c, unsigned int op);
/* Milliseconds that the cloud has asked to wait with it, from now. */
int64_t converse_held(const struct converse *c, unsigned int op);
/* Waits, and keeps the beat of c; RC_AGAIN "stopped" when the service ends. */
MUST_CHECK enum rc converse_beat(const struct converse *c, int64_t wait_ms,
    struct err *e);
/* The cloud asks to wait with this operation. */
void converse_hold(const struct converse *c, unsigned int op, int64_t ms);
/* Has the connector read what came of it: sent is what fetch said. */
MUST_CHECK enum rc converse_take(struct connector_talk *t,
    const struct converse *c, const struct fetch_answer *a, enum rc sent,
    struct err *e);

/* A whole conversation, each request tried again a few times. */
MUST_CHECK enum rc converse_run(struct connector_talk *t,
    const struct converse *c, struct err *e);
/* One request of it, once. */
MUST_CHECK enum rc converse_once(struct connector_talk *t,
    const struct converse *c, struct err *e);

#endif
