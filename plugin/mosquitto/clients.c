/* What is known of each client.
 * Must not decide anything. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/mosquitto/clients.h"

static struct clients_one **slot_of(struct clients *c, const void *key)
{
	uint64_t h = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);
	struct clients_one **at = &c->bucket[h >> 52];

	while (*at && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

static struct clients_one **slot_asleep(struct clients *c, const char *id)
{
	struct clients_one **at;
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; id[i]; i++)
		h = (h ^ (uint8_t)id[i]) * 16777619u;
	at = &c->asleep[h & (CLIENTS_BUCKETS - 1)];
	while (*at && strcmp((*at)->id, id) != 0)
		at = &(*at)->next_asleep;
	return at;
}

struct clients_one *clients_find(struct clients *c, const void *key)
{
	return *slot_of(c, key);
}

struct clients_one *clients_put(struct clients *c, const void *key,
    const char *id, const char *from)
{
	struct clients_one *one = calloc(1, sizeof(*one)), **at, *old;

	if (!one)
		return NULL;
	(void)snprintf(one->id, sizeof(one->id), "%s", id ? id : "");
	(void)snprintf(one->from, sizeof(one->from), "%s", from ? from : "");
	clients_drop(c, key);
	old = *slot_asleep(c, one->id);
	if (old)
		clients_drop(c, old->key);
	at = slot_of(c, key);
	one->key = key;
	*at = one;
	c->n++;
	return one;
}

void clients_drop(struct clients *c, const void *key)
{
	struct clients_one **at = slot_of(c, key), *one = *at;

	if (!one)
		return;
	*at = one->next;
	if (one->asleep) {
		at = slot_asleep(c, one->id);
		*at = one->next_asleep;
	}
	acl_clear(&one->acl);
	free(one);
	c->n--;
}

void clients_sleep(struct clients *c, const void *key)
{
	struct clients_one *one = *slot_of(c, key), **at, *old;

	if (!one || one->asleep)
		return;
	old = *slot_asleep(c, one->id);
	if (old)
		clients_drop(c, old->key);
	at = slot_asleep(c, one->id);
	*at = one;
	one->asleep = true;
}

void clients_clear(struct clients *c)
{
	size_t i;

	for (i = 0; i < CLIENTS_BUCKETS; i++)
		while (c->bucket[i])
			clients_drop(c, c->bucket[i]->key);
}
