/* Answers OCSP requests: from memory while nothing was decided since, else
 * signed.  A change in the database is seen by its marker, in every worker.
 * Must not sign for an issuer that has not delegated to this service. */
#include "core/responder.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/live.h"
#include "core/responder_cache.h"
#include "store/store_status.h"

#define DER_MAX (32 * 1024)
#define SKEW_S 300 /* of clocks that are behind ours */
#define LOOK_MS 1  /* the marker costs more than an answer from memory */

_Static_assert(RESPONDER_NOTE == RESPONDER_CACHE_NOTE, "one size of notes");

/* A delegated certificate by one CA. */
struct delegate {
	uint8_t issuer[DIGEST_SHA256];
	int64_t not_after;
	int64_t renew_at;
	struct buf cert;
};

struct responder {
	struct core *c;
	struct status_book *book;
	struct responder_cache *cache;
	struct delegate delegates[RESPONDER_DELEGATES_MAX];
	size_t delegates_n, next;
	uint64_t marker;
	int64_t looked_ms; /* 0: never */
	struct buf out;
};

enum rc responder_new(struct responder **out, struct core *c, struct err *e)
{
	struct responder *r = calloc(1, sizeof(*r));
	enum rc rc;

	*out = NULL;
	if (!r)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	r->c = c;
	buf_init(&r->out, DER_MAX);
	r->cache = responder_cache_new();
	rc = r->cache ? status_book_new(&r->book, c, e)
		      : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		*out = r;
	else
		responder_free(r);
	return rc;
}

void responder_free(struct responder *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < r->delegates_n; i++)
		buf_clear(&r->delegates[i].cert);
	responder_cache_free(r->cache);
	status_book_free(r->book);
	buf_clear(&r->out);
	free(r);
}

static enum rc look(struct responder *r, struct err *e)
{
	int64_t now = clock_mono_ms();
	enum rc rc;

	if (r->looked_ms > 0 && now - r->looked_ms < LOOK_MS)
		return RC_OK;
	rc = live_marker(r->c, &r->marker, e);
	r->looked_ms = rc == RC_OK ? now : 0;
	return rc;
}

/* The one to be used for this CA: what there is, a free one, or the place of
 * the one that has been here longest. */
static struct delegate *delegate_slot(struct responder *r,
    const uint8_t issuer[DIGEST_SHA256])
{
	struct delegate *d;
	size_t i;

	for (i = 0; i < r->delegates_n; i++)
		if (memcmp(r->delegates[i].issuer, issuer, DIGEST_SHA256) == 0)
			return &r->delegates[i];
	if (r->delegates_n < RESPONDER_DELEGATES_MAX) {
		d = &r->delegates[r->delegates_n++];
		buf_init(&d->cert, CERT_DER_MAX);
	} else {
		d = &r->delegates[r->next++ % RESPONDER_DELEGATES_MAX];
	}
	memcpy(d->issuer, issuer, DIGEST_SHA256);
	d->not_after = d->renew_at = 0;
	return d;
}

static enum rc renew(struct responder *r, const struct status_issuer *i,
    int64_t now_s, struct delegate *d, struct err *e)
{
	const struct signer_end end = {
	    .ca = {i->owner, i->ca},
	    .issuer_cert = buf_span(&i->der),
	    .kind = ISSUE_END_OCSP,
	    .not_before = now_s - SKEW_S,
	    .not_after = now_s - SKEW_S + RESPONDER_CERT_S,
	};
	struct cert c;
	enum rc rc;

	d->not_after = d->renew_at = 0;
	buf_reset(&d->cert);
	rc = signer_end(r->c->signer, &end, &d->cert, e);
	if (rc == RC_OK)
		rc = cert_parse(&c, buf_span(&d->cert), e);
	if (rc != RC_OK)
		return rc;
	/* It is cut at its issuer's end. */
	d->not_after = c.not_after;
	d->renew_at = now_s + (c.not_after - now_s) / 2;
	return RC_OK;
}

/* The certificate to answer with, and until when; RC_DENIED, e untouched, when
 * the issuer lets nobody answer. */
static enum rc find_delegate(struct responder *r, const struct status_issuer *i,
    int64_t now_s, struct delegate **out, struct err *e)
{
	struct delegate *d = delegate_slot(r, i->fp);
	struct store_status_vendor v;
	enum rc rc = RC_OK;

	*out = d;
	if (i->vendor) {
		buf_reset(&d->cert);
		rc = store_status_vendor_find(r->c->store, i->fp, &v, &d->cert,
		    NULL, e);
		d->not_after = v.responder_not_after;
		if (rc == RC_NOT_FOUND)
			rc = RC_DENIED;
	} else if (now_s >= d->renew_at) {
		rc = renew(r, i, now_s, d, e);
	}
	return rc == RC_OK && d->not_after <= now_s ? RC_DENIED : rc;
}

static enum rc refuse(struct responder *r, enum ocsp_status status,
    struct responder_answer *out)
{
	buf_reset(&r->out);
	ocsp_refusal(status, &r->out);
	out->der = buf_span(&r->out);
	out->shared = false;
	return buf_ok(&r->out) ? RC_OK : RC_ENV;
}

/* One request as it is worked off. */
struct work {
	struct ocsp_request req;
	struct status_issuer issuer;
	struct status_of of[OCSP_CERTS_MAX];
	int64_t now_s;
};

/* All that is asked for must be by one issuer, as one signature speaks for
 * all.  RC_NOT_FOUND, RC_DENIED: not ours to answer. */
static enum rc judge(struct responder *r, struct work *w, struct err *e)
{
	const struct ocsp_id *first = &w->req.ids[0];
	size_t i;
	enum rc rc = status_issuer_find(r->book, first, &w->issuer, e);

	for (i = 0; rc == RC_OK && i < w->req.n; i++) {
		const struct ocsp_id *id = &w->req.ids[i];

		if (id->hash != first->hash ||
		    !span_eq(id->name_hash, first->name_hash) ||
		    !span_eq(id->key_hash, first->key_hash))
			return RC_DENIED;
		rc = status_find(r->book, &w->issuer, id->serial, &w->of[i], e);
	}
	return rc;
}

/* What is unknown may be issued in a moment; and who asks for numbers that he
 * made up must not drive out what others ask for. */
static bool knows_all(const struct work *w)
{
	size_t i;

	for (i = 0; i < w->req.n; i++)
		if (w->of[i].state == OCSP_UNKNOWN)
			return false;
	return true;
}

static enum rc sign(struct responder *r, const struct work *w,
    struct responder_answer *out, struct err *e)
{
	struct ocsp_single singles[OCSP_CERTS_MAX];
	struct ocsp_response resp = {.singles = singles,
	    .n = w->req.n,
	    .nonce = w->req.nonce,
	    .produced_at = w->now_s};
	struct delegate *d;
	size_t i;
	enum rc rc = find_delegate(r, &w->issuer, w->now_s, &d, e);

	if (rc != RC_OK)
		return rc;
	out->this_update = w->now_s;
	out->next_update =
	    w->now_s + (knows_all(w) ? RESPONDER_LIFE_S : RESPONDER_UNKNOWN_S);
	if (out->next_update > d->not_after)
		out->next_update = d->not_after;
	for (i = 0; i < w->req.n; i++)
		singles[i] = (struct ocsp_single){.id = w->req.ids[i].der,
		    .state = w->of[i].state,
		    .reason = w->of[i].reason,
		    .revoked_at = w->of[i].at,
		    .this_update = out->this_update,
		    .next_update = out->next_update};
	resp.responder_cert = buf_span(&d->cert);
	buf_reset(&r->out);
	rc = signer_ocsp(r->c->signer, &resp, &r->out, e);
	out->der = buf_span(&r->out);
	out->shared = false;
	return rc;
}

static void give(struct responder_cached *k, struct responder_answer *out)
{
	*out = (struct responder_answer){.der = k->der,
	    .shared = true,
	    .this_update = k->this_update,
	    .next_update = k->next_update,
	    .tag = span_of(k->tag, sizeof(k->tag)),
	    .note = k->note};
}

static void keep(struct responder *r, const struct work *w,
    struct responder_answer *out)
{
	struct responder_cached entry = {.of = w->of[0],
	    .marker = r->marker,
	    .this_update = out->this_update,
	    .next_update = out->next_update,
	    .refresh_at =
		out->this_update + (out->next_update - out->this_update) / 2};
	uint8_t hash[DIGEST_SHA256];
	struct responder_cached *kept;

	digest_sha256(out->der, hash);
	memcpy(entry.tag, hash, sizeof(entry.tag));
	memcpy(entry.issuer, w->issuer.fp, sizeof(entry.issuer));
	kept =
	    responder_cache_put(r->cache, w->req.ids[0].der, &entry, out->der);
	if (kept)
		give(kept, out);
}

static bool same(const struct responder_cached *k, const struct work *w)
{
	return k->of.state == w->of[0].state &&
	    k->of.reason == w->of[0].reason && k->of.at == w->of[0].at &&
	    memcmp(k->issuer, w->issuer.fp, sizeof(k->issuer)) == 0;
}

static enum rc answer(struct responder *r, struct work *w,
    struct responder_answer *out, struct err *e)
{
	bool may_keep = w->req.n == 1 && w->req.nonce.n == 0;
	struct responder_cached *k = NULL;
	enum rc rc;

	if (may_keep)
		k = responder_cache_find(r->cache, w->req.ids[0].der);
	if (k && w->now_s >= k->refresh_at)
		k = NULL;
	if (k && k->marker == r->marker) {
		give(k, out);
		return RC_OK;
	}
	rc = judge(r, w, e);
	if (rc == RC_OK && k && same(k, w)) {
		k->marker = r->marker;
		give(k, out);
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = sign(r, w, out, e);
	if (rc == RC_OK && may_keep && knows_all(w))
		keep(r, w, out);
	return rc;
}

enum rc responder_reply(struct responder *r, struct span request, int64_t now_s,
    struct responder_answer *out, struct err *e)
{
	struct work w = {.now_s = now_s};
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = ocsp_request_parse(&w.req, request, e);
	if (rc == RC_INVALID)
		return refuse(r, OCSP_MALFORMED, out);
	if (rc != RC_OK)
		return refuse(r, OCSP_UNAUTHORIZED, out);
	status_issuer_init(&w.issuer);
	rc = look(r, e);
	if (rc == RC_OK)
		rc = answer(r, &w, out, e);
	status_issuer_clear(&w.issuer);
	if (rc == RC_NOT_FOUND || rc == RC_DENIED)
		return refuse(r, OCSP_UNAUTHORIZED, out);
	if (rc == RC_AGAIN || rc == RC_LIMIT)
		return refuse(r, OCSP_TRY_LATER, out);
	return rc;
}
