/* A device that stays connected to its MQTT broker: connects with its
 * operational certificate, says that it is there, connects again when the
 * connection breaks, later and later. */
#ifndef BIRTHMARK_DEVICE_AGENT_BROKER_H
#define BIRTHMARK_DEVICE_AGENT_BROKER_H

#include "device/tls.h"

struct agent_broker;

struct agent_broker_options {
	const char *host;
	unsigned int port;
	const char *device; /* chip id */
	int timeout_ms;	    /* of a connection's beginning */
	bool (*stop)(void);
	void (*tell)(const char *text);
};

struct agent_broker_report {
	bool connected;
	bool greeted; /* our message came back */
	bool topic_refused;
	unsigned int connects; /* that succeeded */
	unsigned int refusals; /* since the last that did */
	char reason[256];      /* of the last failure, or "" */
};

/* o is copied, its strings are borrowed. */
MUST_CHECK enum rc agent_broker_new(struct agent_broker **out,
    const struct agent_broker_options *o, struct err *e);
void agent_broker_free(struct agent_broker *b);
/* Connects (anew) as self, trusting anchors, at the next turn. */
MUST_CHECK enum rc agent_broker_use(struct agent_broker *b,
    const struct tls_self *self, struct span anchors, struct err *e);
/* Works for about ms. */
void agent_broker_turn(struct agent_broker *b, int ms);
const struct agent_broker_report *agent_broker_report(
    const struct agent_broker *b);

#endif
