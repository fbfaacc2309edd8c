/* The devices of one chunk, read from the store.
 * Must not write. */
#include "courier/chunk_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "core/device.h"
#include "pki/cert.h"

#define DER_MAX ((size_t)CLOUD_KIND_DEVICES_MAX * CERT_DER_MAX)

enum rc chunk_load_new(struct chunk_load **out, struct err *e)
{
	struct chunk_load *l = calloc(1, sizeof(*l));

	*out = l;
	if (!l)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_init(&l->der, DER_MAX);
	return RC_OK;
}

void chunk_load_free(struct chunk_load *l)
{
	if (!l)
		return;
	buf_clear(&l->der);
	free(l);
}

static enum rc take(struct chunk_load *l, uint64_t seq, struct span der,
    struct err *e)
{
	struct cloud_kind_device *d = &l->devices[l->n];
	struct cert cert;
	enum rc rc = cert_parse(&cert, der, e);

	if (rc != RC_OK)
		return rc;
	d->seq = seq;
	cert_chip_id(&cert, d->chip_id);
	cert_fingerprint(der, d->fp);
	enc_hex_str(d->ref, span_of(d->fp, sizeof(d->fp)));
	/* The buffer may move: the pointer is set when all are read. */
	d->der = span_of(NULL, der.n);
	buf_add_span(&l->der, der);
	l->n++;
	return buf_ok(&l->der) ? RC_OK
			       : err_set(e, RC_ENV, "memory", "Out of memory.");
}

static enum rc read_batch(struct chunk_load *l, struct core *c,
    const struct store_job *j, size_t want, struct err *e)
{
	struct device_walk *walk = NULL;
	struct device_cert d;
	enum rc rc =
	    device_walk_new(&walk, c, j->bid, (int64_t)j->cursor_seq, e);

	while (rc == RC_OK && l->n < want) {
		rc = device_walk_next(walk, &d, e);
		if (rc == RC_OK)
			rc = take(l, (uint64_t)d.seq, d.der, e);
	}
	device_walk_free(walk);
	l->end = rc == RC_NOT_FOUND;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc read_single(struct chunk_load *l, struct core *c, uint64_t seq,
    struct err *e)
{
	struct device d;
	enum rc rc;

	device_init(&d);
	rc = device_get(c, (int64_t)seq, &d, e);
	if (rc == RC_OK)
		rc = take(l, seq, buf_span(&d.der), e);
	device_clear(&d);
	return rc;
}

static enum rc read_exceptions(struct chunk_load *l, struct core *c,
    const struct store_job *j, size_t want, struct err *e)
{
	struct store_job_exception *x = calloc(want, sizeof(*x));
	size_t i, n = want;
	enum rc rc;

	if (!x)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = store_job_exception_list(c->store, j->n, j->cursor_seq, x, &n, e);
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = read_single(l, c, x[i].seq, e);
	l->end = n < want;
	free(x);
	return rc;
}

enum rc chunk_load_read(struct chunk_load *l, struct core *c,
    const struct store_job *j, struct err *e)
{
	size_t want = j->chunk, i, at = 0;
	enum rc rc;

	if (want < 1)
		want = 1;
	if (want > CLOUD_KIND_DEVICES_MAX)
		want = CLOUD_KIND_DEVICES_MAX;
	l->n = 0;
	buf_reset(&l->der);
	if (j->only_seq > 0) {
		rc = read_single(l, c, j->only_seq, e);
		l->end = true;
	} else {
		rc = j->only_failed ? read_exceptions(l, c, j, want, e)
				    : read_batch(l, c, j, want, e);
	}
	for (i = 0; i < l->n; i++) {
		l->devices[i].der =
		    span_sub(buf_span(&l->der), at, l->devices[i].der.n);
		at += l->devices[i].der.n;
	}
	return rc;
}
