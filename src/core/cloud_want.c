/* What a product cloud is to know of a device now.
 * Must not remember what was sent, nor ask for a device that stands with its
 * batch more than for its certificate. */
#include "core/cloud_want.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/store_apart.h"
#include "store/store_certificate.h"
#include "store/store_job.h"
#include "store/store_welcome.h"

#define KNOWN_MAX 64 /* devices before it is asked again who stands apart */
#define DER_MAX ((size_t)CLOUD_WANT_CERTS_MAX * CERT_DER_MAX)

struct cloud_want_walk {
	struct core *c;
	struct device_walk *devices;
	char account[RAND_ID_SIZE], cloud[RAND_ID_SIZE], bid[65];
	char product[257];
	bool batch;	    /* the batch as a whole is welcome */
	int64_t apart;	    /* the next device that stands apart */
	unsigned int known; /* devices since that was asked */
};

void cloud_want_init(struct cloud_want *w)
{
	memset(w, 0, sizeof(*w));
	buf_init(&w->der, DER_MAX);
}

void cloud_want_clear(struct cloud_want *w)
{
	if (!w)
		return;
	buf_clear(&w->der);
	cloud_want_init(w);
}

static enum rc add_cert(struct cloud_want *w, const uint8_t fp[DIGEST_SHA256],
    struct span der, bool valid, struct err *e)
{
	struct cloud_want_cert *x = &w->certs[w->certs_n];

	memcpy(x->fp, fp, sizeof(x->fp));
	x->at = w->der.n;
	x->n = der.n;
	x->valid = valid;
	buf_add_span(&w->der, der);
	if (!buf_ok(&w->der))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	w->certs_n++;
	return RC_OK;
}

static enum rc start(const struct cloud_want_walk *walk, int64_t seq,
    struct span der, struct cloud_want *out, struct err *e)
{
	uint8_t fp[DIGEST_SHA256];
	struct cert cert;
	enum rc rc = cert_parse(&cert, der, e);

	if (rc != RC_OK)
		return rc;
	buf_reset(&out->der);
	out->certs_n = 0;
	out->seq = seq;
	out->state = walk->batch ? CLOUD_WANT_ADMIT : CLOUD_WANT_REMOVE;
	memcpy(out->bid, walk->bid, sizeof(out->bid));
	memcpy(out->product, walk->product, sizeof(out->product));
	cert_chip_id(&cert, out->chip_id);
	cert_fingerprint(der, fp);
	return add_cert(out, fp, der, true, e);
}

/* Its own certificates of this account. */
static enum rc add_own(const struct cloud_want_walk *w, struct cloud_want *out,
    struct err *e)
{
	struct store_certificate list[CLOUD_WANT_CERTS_MAX - 1];
	const struct store_certificate_list l = {.account = w->account,
	    .seq = out->seq,
	    .now_s = clock_now_s()};
	size_t i, n = CLOUD_WANT_CERTS_MAX - 1;
	enum rc rc;

	for (i = 0; i < n; i++)
		store_certificate_init(&list[i]);
	rc = store_certificate_of_device(w->c->store, &l, list, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = add_cert(out, list[i].fp, buf_span(&list[i].der),
		    strcmp(list[i].state, "valid") == 0 &&
			list[i].not_after >= l.now_s,
		    e);
	for (i = 0; i < CLOUD_WANT_CERTS_MAX - 1; i++)
		store_certificate_clear(&list[i]);
	return rc;
}

/* The same judgement as of a gate's feed, with what keeps it out told apart. */
static enum rc judge(const struct cloud_want_walk *w, bool single,
    struct cloud_want *out, struct err *e)
{
	struct store_certificate_bar bar;
	struct store_apart x;
	bool ours, welcome;
	enum rc rc = store_apart_get(w->c->store, out->seq, &x, e);

	if (rc == RC_OK)
		rc = store_certificate_bars(w->c->store, out->seq, &bar, e);
	if (rc != RC_OK)
		return rc;
	ours = strcmp(x.account, w->account) == 0;
	welcome = (single && ours) || (w->batch && (ours || !x.account[0]));
	out->state = welcome ? CLOUD_WANT_ADMIT : CLOUD_WANT_REMOVE;
	if (bar.scrapped || strcmp(bar.birth, "revoked") == 0)
		out->state = CLOUD_WANT_REMOVE;
	else if (welcome && x.barred)
		out->state = CLOUD_WANT_SUSPEND;
	if (ours)
		memcpy(out->product, x.product, sizeof(out->product));
	return add_own(w, out, e);
}

static enum rc judge_single(const struct cloud_want_walk *w,
    struct cloud_want *out, struct err *e)
{
	struct store_welcome_wants wants;
	enum rc rc = store_welcome_wants(w->c->store, w->cloud, w->bid,
	    out->seq, &wants, e);

	return rc == RC_OK ? judge(w, wants.single, out, e) : rc;
}

/* What holds for the batch. */
static enum rc look(struct cloud_want_walk *w, struct core *c,
    const struct cloud_want_of *of, struct err *e)
{
	struct store_job_binding b;
	struct store_welcome row;
	enum rc rc;

	memset(w, 0, sizeof(*w));
	w->c = c;
	if (!span_copy_str(span_str(of->account), w->account,
		sizeof(w->account)) ||
	    !span_copy_str(span_str(of->cloud), w->cloud, sizeof(w->cloud)) ||
	    !span_copy_str(span_str(of->bid), w->bid, sizeof(w->bid)))
		return err_set(e, RC_INVALID, "bad-batch",
		    "The Batch ID is too long.");
	rc = store_welcome_get(c->store, of->cloud, of->bid, 0, &row, e);
	w->batch = rc == RC_OK && row.admit;
	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = store_job_binding(c->store, of->bid, &b, e);
	/* A batch that has become another's is none of this account's. */
	if (rc == RC_OK && strcmp(b.account, of->account) == 0)
		memcpy(w->product, b.product, sizeof(w->product));
	else
		w->batch = false;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc cloud_want_get(struct core *c, const struct cloud_want_of *of,
    int64_t seq, struct cloud_want *out, struct err *e)
{
	struct cloud_want_walk w;
	struct device d;
	enum rc rc = look(&w, c, of, e);

	device_init(&d);
	if (rc == RC_OK)
		rc = device_get(c, seq, &d, e);
	if (rc == RC_OK)
		rc = start(&w, seq, buf_span(&d.der), out, e);
	device_clear(&d);
	return rc == RC_OK ? judge_single(&w, out, e) : rc;
}

enum rc cloud_want_walk_new(struct cloud_want_walk **out, struct core *c,
    const struct cloud_want_of *of, int64_t after, bool all, struct err *e)
{
	struct cloud_want_walk *w = calloc(1, sizeof(*w));
	enum rc rc;

	*out = NULL;
	if (!w)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = look(w, c, of, e);
	if (rc == RC_OK)
		rc = device_walk_new(&w->devices, c, of->bid, after, e);
	if (rc != RC_OK) {
		cloud_want_walk_free(w);
		return rc;
	}
	if (all)
		device_walk_all(w->devices);
	*out = w;
	return RC_OK;
}

void cloud_want_walk_assume(struct cloud_want_walk *w, bool admit)
{
	w->batch = admit;
}

enum rc cloud_want_walk_next(struct cloud_want_walk *w, struct cloud_want *out,
    struct err *e)
{
	struct device_cert d;
	enum rc rc = device_walk_next(w->devices, &d, e);

	if (rc == RC_OK)
		rc = start(w, d.seq, d.der, out, e);
	/* Others may come to stand apart meanwhile. */
	if (rc == RC_OK && (w->apart < d.seq || w->known++ == KNOWN_MAX)) {
		rc = store_apart_next(w->c->store, d.seq, &w->apart, e);
		w->known = 0;
	}
	if (rc == RC_OK && w->apart == d.seq)
		rc = judge_single(w, out, e);
	return rc;
}

void cloud_want_walk_free(struct cloud_want_walk *w)
{
	if (!w)
		return;
	device_walk_free(w->devices);
	free(w);
}
