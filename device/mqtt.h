/* A device's visit to an MQTT broker over mutual TLS: connect, subscribe,
 * publish, wait for the own message to come back. */
#ifndef BIRTHMARK_DEVICE_MQTT_H
#define BIRTHMARK_DEVICE_MQTT_H

#include "device/chip.h"

#define MQTT_REASON_MAX 256

struct mqtt_options {
	const char *host;
	unsigned int port;
	const char *ca_file;
	const char *topic;  /* NULL: devices/ID/telemetry */
	unsigned int count; /* messages */
	unsigned int interval_s;
	unsigned int timeout_s; /* for each step */
	bool (*stop)(void);	/* asked often; may be NULL */
};

struct mqtt_report {
	bool connected;		      /* the broker took the device */
	unsigned int published;	      /* messages that came back */
	char reason[MQTT_REASON_MAX]; /* why not, or "" */
};

struct mosquitto;
/* What all of our clients need: the identity (an SSL_CTX *) and nothing of
 * libmosquitto's own. */
MUST_CHECK enum rc mqtt_use_tls(struct mosquitto *m, void *ctx, struct err *e);
/* Whether anybody does: libmosquitto's own connect waits for minutes if not. */
bool mqtt_answers(const char *host, unsigned int port, int timeout_ms);
/* What a broker's CONNACK means that is not 0. */
const char *mqtt_connack_text(int code);
/* The name to give libmosquitto, which asks a resolver for every name. */
const char *mqtt_host(const char *host);

/* RC_OK when all messages came back; else the report's reason is e's text. */
MUST_CHECK enum rc mqtt_visit(const struct chip *c,
    const struct mqtt_options *o, struct mqtt_report *r, struct err *e);

#endif
