/* The devices of a turn: of a batch, of a job's exceptions, of changes, or
 * one.
 * Must not decide what is wanted of them: that is core/cloud_want.c. */
#include "courier/turn_load.h"

#include <string.h>

#include "base/enc.h"
#include "pki/digest.h"
#include "store/store_cloud_change.h"

static struct cloud_want_of of_job(const struct turn *k)
{
	return (struct cloud_want_of){.account = k->j->account,
	    .cloud = k->j->cloud,
	    .bid = k->j->bid};
}

static bool is_kind(const struct turn *k, const char *kind)
{
	return strcmp(k->j->kind, kind) == 0;
}

static bool is_list(const struct turn *k)
{
	return k->j->only_failed || is_kind(k, "sync");
}

enum rc turn_load_start(struct turn *k, struct err *e)
{
	struct cloud_want_of of = of_job(k);

	turn_load_clear(k);
	cloud_want_init(&k->load.want);
	k->load.after = k->j->cursor_seq;
	if (k->j->only_seq > 0 || is_list(k))
		return RC_OK;
	return cloud_want_walk_new(&k->load.walk, &k->t->core, &of,
	    (int64_t)k->j->cursor_seq, is_kind(k, "remove"), e);
}

void turn_load_clear(struct turn *k)
{
	cloud_want_walk_free(k->load.walk);
	cloud_want_clear(&k->load.want);
	memset(&k->load, 0, sizeof(k->load));
}

static enum rc read_changes(struct turn *k, struct err *e)
{
	struct store_cloud_change rows[TURN_EXCEPTIONS];
	struct turn_load *l = &k->load;
	size_t i, n = TURN_EXCEPTIONS;
	const struct store_cloud_change_page page = {.cloud = k->j->cloud,
	    .bid = k->j->bid,
	    .after = l->after};
	enum rc rc =
	    store_cloud_change_list(k->t->core.store, &page, rows, &n, e);

	for (i = 0; rc == RC_OK && i < n; i++) {
		l->places[i] = rows[i].n;
		l->seqs[i] = rows[i].seq;
	}
	l->n = rc == RC_OK ? n : 0;
	return rc;
}

static enum rc read_exceptions(struct turn *k, struct err *e)
{
	struct store_job_exception rows[TURN_EXCEPTIONS];
	struct turn_load *l = &k->load;
	size_t i, n = TURN_EXCEPTIONS;
	enum rc rc = store_job_exception_list(k->t->core.store, k->j->n,
	    l->after, rows, &n, e);

	for (i = 0; rc == RC_OK && i < n; i++) {
		l->places[i] = rows[i].seq;
		l->seqs[i] = (int64_t)rows[i].seq;
	}
	l->n = rc == RC_OK ? n : 0;
	return rc;
}

/* The next of a list, or the one device that the job is for. */
static enum rc next_listed(struct turn *k, uint64_t *place, struct err *e)
{
	struct cloud_want_of of = of_job(k);
	struct turn_load *l = &k->load;
	enum rc rc = RC_OK;
	int64_t seq;

	if (k->j->only_seq > 0) {
		if (l->last)
			return RC_NOT_FOUND;
		l->last = true;
		seq = (int64_t)k->j->only_seq;
		*place = k->j->only_seq;
	} else {
		if (l->at == l->n) {
			l->at = 0;
			rc = is_kind(k, "sync") && !k->j->only_failed
			    ? read_changes(k, e)
			    : read_exceptions(k, e);
		}
		if (rc != RC_OK || l->n == 0)
			return rc != RC_OK ? rc : RC_NOT_FOUND;
		seq = l->seqs[l->at];
		*place = l->places[l->at++];
	}
	l->after = *place;
	return cloud_want_get(&k->t->core, &of, seq, &l->want, e);
}

static enum rc next_want(struct turn *k, uint64_t *place, struct err *e)
{
	enum rc rc;

	if (!k->load.walk)
		return next_listed(k, place, e);
	rc = cloud_want_walk_next(k->load.walk, &k->load.want, e);
	if (rc == RC_OK)
		*place = (uint64_t)k->load.want.seq;
	return rc;
}

static enum connector_want want_of(enum cloud_want_state s)
{
	switch (s) {
	case CLOUD_WANT_ADMIT:
		return CONNECTOR_ADMIT;
	case CLOUD_WANT_SUSPEND:
		return CONNECTOR_SUSPEND;
	case CLOUD_WANT_REMOVE:
		return CONNECTOR_REMOVE;
	}
	return CONNECTOR_REMOVE;
}

void turn_load_device(const struct cloud_want *w, struct connector_device *d,
    struct buf *der)
{
	size_t i;

	memset(d, 0, sizeof(*d));
	d->seq = (uint64_t)w->seq;
	d->want = want_of(w->state);
	memcpy(d->chip_id, w->chip_id, sizeof(d->chip_id));
	memcpy(d->bid, w->bid, sizeof(d->bid));
	memcpy(d->product, w->product, sizeof(d->product));
	for (i = 0; i < w->certs_n; i++) {
		const struct cloud_want_cert *c = &w->certs[i];
		struct span one = span_sub(buf_span(&w->der), c->at, c->n);

		memcpy(d->certs[i].fp, c->fp, sizeof(d->certs[i].fp));
		digest_sha1(one, d->certs[i].sha1);
		d->certs[i].valid = c->valid;
		/* An offset until the buffer does not move any more. */
		d->certs[i].der = span_of(NULL, one.n);
		buf_add_span(der, one);
	}
	d->certs_n = w->certs_n;
	enc_hex_str(d->ref, span_of(d->certs[0].fp, sizeof(d->certs[0].fp)));
}

static void point_from(struct connector_device *d, const struct buf *der,
    size_t *at)
{
	size_t i;

	for (i = 0; i < d->certs_n; i++) {
		d->certs[i].der =
		    span_sub(buf_span(der), *at, d->certs[i].der.n);
		*at += d->certs[i].der.n;
	}
}

void turn_load_point(struct connector_device *d, const struct buf *der)
{
	size_t at = 0;

	point_from(d, der, &at);
}

/* What a kind of cloud cannot be told is said in place of it. */
static void check_ability(const struct turn *k, struct drive_device *x,
    struct connector_outcome *out)
{
	static const char kept_out[] =
	    "The device is kept out, and this kind of cloud cannot be told "
	    "so: take it out of the cloud by hand.";
	const struct cloud_rules *r = &k->kind->rules;

	if (x->d.want == CONNECTOR_SUSPEND && !r->can_suspend)
		x->d.want = CONNECTOR_REMOVE;
	x->skip = x->d.want == CONNECTOR_REMOVE && !r->can_remove;
	if (!x->skip)
		return;
	out->result = CONNECTOR_REFUSED;
	memcpy(out->message, kept_out, sizeof(kept_out));
}

enum rc turn_load_group(struct turn *k, struct drive_group *g, size_t max,
    struct err *e)
{
	size_t i, at = 0;
	enum rc rc = RC_OK;

	while (g->n < max) {
		struct drive_device *x = &g->devices[g->n];

		memset(x, 0, sizeof(*x));
		rc = next_want(k, &x->place, e);
		if (rc != RC_OK)
			break;
		turn_load_device(&k->load.want, &x->d, &g->der);
		check_ability(k, x, &g->outcomes[g->n]);
		g->n++;
	}
	if (rc == RC_NOT_FOUND && g->n > 0)
		rc = RC_OK;
	if (rc == RC_OK && !buf_ok(&g->der))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; rc == RC_OK && i < g->n; i++)
		point_from(&g->devices[i].d, &g->der, &at);
	return rc;
}
