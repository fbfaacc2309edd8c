/* Bearer tokens for product clouds, kept while they are valid, and the way of
 * events to the signer.  Must not sign: the signer does. */
#include "cloud/bearer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"

#define ENTRIES 64
#define JWT_MAX 4096

struct entry {
	char account[RAND_ID_SIZE];
	char audience[SIGNER_AUDIENCE_MAX + 1];
	bool identity;
	struct buf jwt;
	int64_t renew_ms; /* on the monotonic clock */
};

struct bearer {
	pthread_mutex_t lock;
	struct signer *signer;
	const char *issuer;
	struct entry entries[ENTRIES];
};

/* Whose token, for whom, in which form. */
struct wanted {
	const char *account, *audience;
	bool identity;
};

enum rc bearer_new(struct bearer **out, struct signer *signer,
    const char *issuer, struct err *e)
{
	struct bearer *b = calloc(1, sizeof(*b));
	size_t i;

	*out = b;
	if (!b)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(void)pthread_mutex_init(&b->lock, NULL);
	b->signer = signer;
	b->issuer = issuer;
	for (i = 0; i < ENTRIES; i++)
		buf_init(&b->entries[i].jwt, JWT_MAX);
	return RC_OK;
}

void bearer_free(struct bearer *b)
{
	size_t i;

	if (!b)
		return;
	for (i = 0; i < ENTRIES; i++)
		buf_clear_secret(&b->entries[i].jwt);
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

/* Two accounts may name the same audience: a token is of one of them. */
static bool entry_is(const struct entry *x, const struct wanted *w)
{
	return strcmp(x->account, w->account) == 0 &&
	    strcmp(x->audience, w->audience) == 0 && x->identity == w->identity;
}

/* The entry of these, else the one that expires first. */
static struct entry *entry_find(struct bearer *b, const struct wanted *w)
{
	struct entry *oldest = &b->entries[0];
	size_t i;

	for (i = 0; i < ENTRIES; i++) {
		struct entry *x = &b->entries[i];

		if (entry_is(x, w))
			return x;
		if (x->renew_ms < oldest->renew_ms)
			oldest = x;
	}
	return oldest;
}

static enum rc entry_renew(struct bearer *b, struct entry *x,
    const struct wanted *w, struct err *e)
{
	struct signer_interop r = {.account = w->account,
	    .issuer = b->issuer,
	    .audience = w->audience,
	    .ttl_s = BEARER_TTL_S};
	enum rc rc;

	buf_reset(&x->jwt);
	x->renew_ms = 0;
	x->identity = w->identity;
	if (!span_copy_str(span_str(w->account), x->account,
		sizeof(x->account)) ||
	    !span_copy_str(span_str(w->audience), x->audience,
		sizeof(x->audience)))
		return err_set(e, RC_INVALID, "audience-too-long",
		    "The audience of this cloud is too long.");
	rc = (w->identity ? signer_identity : signer_interop)(b->signer, &r,
	    &x->jwt, e);
	if (rc == RC_OK)
		x->renew_ms = clock_mono_ms() +
		    (int64_t)(BEARER_TTL_S - BEARER_RENEW_S) * 1000;
	return rc;
}

static enum rc get(struct bearer *b, const struct wanted *w, struct buf *jwt,
    struct err *e)
{
	struct entry *x;
	enum rc rc = RC_OK;

	(void)pthread_mutex_lock(&b->lock);
	x = entry_find(b, w);
	if (!entry_is(x, w) || x->renew_ms <= clock_mono_ms())
		rc = entry_renew(b, x, w, e);
	if (rc == RC_OK)
		buf_add_span(jwt, buf_span(&x->jwt));
	(void)pthread_mutex_unlock(&b->lock);
	if (rc == RC_OK && !buf_ok(jwt))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

enum rc bearer_get(struct bearer *b, const char *account, const char *audience,
    struct buf *jwt, struct err *e)
{
	return get(b, &(struct wanted){account, audience, false}, jwt, e);
}

enum rc bearer_identity(struct bearer *b, const char *account,
    const char *audience, struct buf *jwt, struct err *e)
{
	return get(b, &(struct wanted){account, audience, true}, jwt, e);
}

void bearer_drop(struct bearer *b, const char *account, const char *audience)
{
	struct wanted w = {account, audience, false};
	struct entry *x;

	(void)pthread_mutex_lock(&b->lock);
	x = entry_find(b, &w);
	if (entry_is(x, &w))
		x->renew_ms = 0;
	(void)pthread_mutex_unlock(&b->lock);
}

enum rc bearer_sign(struct bearer *b, const char *account,
    const struct connector_event *event, struct buf *jws, struct err *e)
{
	struct signer_event r = {.account = account,
	    .audience = event->audience,
	    .id = event->id,
	    .body = event->body};
	enum rc rc;

	(void)pthread_mutex_lock(&b->lock);
	rc = signer_event(b->signer, &r, jws, e);
	(void)pthread_mutex_unlock(&b->lock);
	return rc;
}
