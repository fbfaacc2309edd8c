/* What is known of each connected client, by the broker's pointer.
 * Must not outlive the client: clients_drop on its disconnect. */
#ifndef BIRTHMARK_PLUGIN_CLIENTS_H
#define BIRTHMARK_PLUGIN_CLIENTS_H

#include "gate/decide.h"
#include "plugin/mosquitto/acl.h"

#define CLIENTS_TEXT 256 /* of an id or address, cut */

struct clients_one {
	struct clients_one *next, *next_asleep;
	const void *key; /* never looked into: it may be gone */
	struct decide who;
	struct acl acl;
	char id[CLIENTS_TEXT], from[CLIENTS_TEXT];
	bool refused;	   /* told already */
	unsigned int told; /* refused topics told so far */
	bool asleep;	   /* disconnected, but its session goes on */
};

#define CLIENTS_BUCKETS 4096 /* power of two */

struct clients {
	struct clients_one *bucket[CLIENTS_BUCKETS];
	struct clients_one *asleep[CLIENTS_BUCKETS]; /* by id */
	size_t n;
};

struct clients_one *clients_find(struct clients *c, const void *key);
/* A fresh one in place of what was there, and of a session asleep with this
 * id; NULL without memory. */
struct clients_one *clients_put(struct clients *c, const void *key,
    const char *id, const char *from);
void clients_drop(struct clients *c, const void *key);
/* Kept, for messages that are queued for its return. */
void clients_sleep(struct clients *c, const void *key);
void clients_clear(struct clients *c);

#endif
