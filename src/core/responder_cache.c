/* A hash table whose entries are also a list by use.
 * Must not grow beyond its bounds. */
#include "core/responder_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"

#define SLOTS 16384 /* a power of two */

struct responder_cache {
	uint64_t seed[2]; /* so that nobody can choose keys of one slot */
	struct responder_cached *slots[SLOTS];
	struct responder_cached *newest, *oldest;
	size_t n;
};

struct responder_cache *responder_cache_new(void)
{
	struct responder_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	rand_bytes((uint8_t *)c->seed, sizeof(c->seed));
	c->seed[1] |= 1;
	return c;
}

static size_t slot_of(const struct responder_cache *c, struct span key)
{
	uint64_t h = c->seed[0], word;
	size_t i;

	for (i = 0; i < key.n; i += sizeof(word)) {
		size_t left = key.n - i;

		word = 0;
		memcpy(&word, key.p + i,
		    left < sizeof(word) ? left : sizeof(word));
		h = (h ^ word) * c->seed[1];
		h ^= h >> 29;
	}
	return (size_t)(h * c->seed[1] >> 40) & (SLOTS - 1);
}

static void unlink_use(struct responder_cache *c, struct responder_cached *e)
{
	if (e->newer)
		e->newer->older = e->older;
	else
		c->newest = e->older;
	if (e->older)
		e->older->newer = e->newer;
	else
		c->oldest = e->newer;
}

static void link_newest(struct responder_cache *c, struct responder_cached *e)
{
	e->newer = NULL;
	e->older = c->newest;
	if (c->newest)
		c->newest->newer = e;
	else
		c->oldest = e;
	c->newest = e;
}

static void take_away(struct responder_cache *c, struct responder_cached *e)
{
	struct responder_cached **at = &c->slots[e->slot];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	unlink_use(c, e);
	c->n--;
	free(e);
}

void responder_cache_free(struct responder_cache *c)
{
	if (!c)
		return;
	while (c->newest)
		take_away(c, c->newest);
	free(c);
}

struct responder_cached *responder_cache_find(struct responder_cache *c,
    struct span key)
{
	struct responder_cached *e = c->slots[slot_of(c, key)];

	while (e && !span_eq(e->key, key))
		e = e->chain;
	if (e && e != c->newest) {
		unlink_use(c, e);
		link_newest(c, e);
	}
	return e;
}

void responder_cache_drop(struct responder_cache *c, struct span key)
{
	struct responder_cached *e = responder_cache_find(c, key);

	if (e)
		take_away(c, e);
}

struct responder_cached *responder_cache_put(struct responder_cache *c,
    struct span key, const struct responder_cached *what, struct span der)
{
	struct responder_cached *e;

	responder_cache_drop(c, key);
	if (key.n > RESPONDER_CACHE_KEY_MAX || der.n > RESPONDER_CACHE_DER_MAX)
		return NULL;
	if (c->n >= RESPONDER_CACHE_MAX)
		take_away(c, c->oldest);
	e = malloc(sizeof(*e) + key.n + der.n);
	if (!e)
		return NULL;
	*e = *what;
	if (key.n > 0)
		memcpy(e->bytes, key.p, key.n);
	if (der.n > 0)
		memcpy(e->bytes + key.n, der.p, der.n);
	e->key = span_of(e->bytes, key.n);
	e->der = span_of(e->bytes + key.n, der.n);
	e->slot = slot_of(c, key);
	e->chain = c->slots[e->slot];
	c->slots[e->slot] = e;
	link_newest(c, e);
	c->n++;
	return e;
}
