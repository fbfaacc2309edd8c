/* Counts who uses a list; the oldest goes first.
 * Must not free one that somebody takes. */
#include "enrol/crl_kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of this process, oldest first; each has a user for being here. */
static struct crl_kept *kept[CRL_KEPT_MAX];
static size_t kept_n;

struct crl_kept *crl_kept_use(struct crl_kept *k)
{
	k->users++;
	return k;
}

void crl_kept_leave(struct crl_kept *k)
{
	if (!k || --k->users > 0)
		return;
	buf_clear(&k->der);
	free(k);
}

static void drop(size_t at)
{
	struct crl_kept *k = kept[at];

	kept_n--;
	memmove(&kept[at], &kept[at + 1], (kept_n - at) * sizeof(kept[0]));
	crl_kept_leave(k);
}

void crl_kept_clear(void)
{
	while (kept_n > 0)
		drop(0);
}

struct crl_kept *crl_kept_find(const char *name)
{
	size_t i;

	for (i = 0; i < kept_n; i++)
		if (strcmp(kept[i]->name, name) == 0)
			return crl_kept_use(kept[i]);
	return NULL;
}

static void make_room(const char *name, size_t bytes)
{
	size_t i, sum = bytes;

	for (i = 0; i < kept_n; i++)
		if (strcmp(kept[i]->name, name) == 0)
			drop(i--);
	for (i = 0; i < kept_n; i++)
		sum += kept[i]->der.n;
	while (kept_n > 0 && (sum > CRL_KEPT_BYTES || kept_n == CRL_KEPT_MAX)) {
		sum -= kept[0]->der.n;
		drop(0);
	}
}

struct crl_kept *crl_kept_put(const char *name, struct crl_list *l)
{
	struct crl_kept *k = calloc(1, sizeof(*k));
	uint8_t hash[DIGEST_SHA256];

	if (!k)
		return NULL;
	digest_sha256(buf_span(&l->der), hash);
	memcpy(k->tag, hash, sizeof(k->tag));
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	k->number = l->number;
	k->der = l->der;
	buf_init(&l->der, CRL_MAX);
	make_room(name, k->der.n);
	kept[kept_n++] = crl_kept_use(k);
	return crl_kept_use(k);
}
