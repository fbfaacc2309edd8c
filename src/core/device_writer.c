/* Writes the certificates of a reel in blocks, and takes them away again.
 * Must not make them count: that is the reel's row. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/device.h"
#include "store/store_device.h"
#include "store/store_reel.h"

#define BLOCK 32768 /* rows of one transaction */
#define BLOCK_BYTES (16u << 20)
#define ERASE_PAGE 4096

struct block {
	struct store_device_row *rows;
	unsigned long *lines;
	size_t *starts; /* of each row's bytes */
	size_t n;
	struct buf bytes;
};

/* One block is filled while a thread writes the other, so that a disk that is
 * slow for a moment does not stop the checks. */
struct device_writer {
	struct store *bulk; /* the thread's, once it runs */
	int64_t reel_id;
	const struct pack *pack;
	struct block blocks[2];
	struct block *fill;
	char culprit[CERT_ID_MAX + 1];
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct block *full; /* handed over, not written yet */
	bool quit;
	enum rc rc; /* of all blocks written so far */
	struct err err;
};

static enum rc write_block(struct device_writer *w, struct block *b,
    struct err *e);

static void *writer_main(void *arg)
{
	struct device_writer *w = arg;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->quit) {
		struct err e = {0};
		enum rc rc = w->rc;

		if (!w->full) {
			(void)pthread_cond_wait(&w->change, &w->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&w->lock);
		if (rc == RC_OK)
			rc = write_block(w, w->full, &e);
		(void)pthread_mutex_lock(&w->lock);
		if (w->rc == RC_OK && rc != RC_OK)
			w->err = e;
		w->rc = rc;
		w->full = NULL;
		(void)pthread_cond_broadcast(&w->change);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static enum rc start(struct device_writer *w, struct err *e)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&w->thread, NULL, writer_main, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	w->running = r == 0;
	if (r != 0)
		return err_set(e, RC_ENV, "thread",
		    "A thread could not be started (%d).", r);
	return RC_OK;
}

static enum rc block_init(struct block *b, struct err *e)
{
	buf_init(&b->bytes, BLOCK_BYTES);
	b->rows = calloc(BLOCK, sizeof(*b->rows));
	b->lines = calloc(BLOCK, sizeof(*b->lines));
	b->starts = calloc(BLOCK, sizeof(*b->starts));
	if (!b->rows || !b->lines || !b->starts)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return RC_OK;
}

static void block_clear(struct block *b)
{
	buf_clear(&b->bytes);
	free(b->rows);
	free(b->lines);
	free(b->starts);
}

enum rc device_writer_new(struct device_writer **out, const char *dir,
    int64_t reel_id, const struct pack *pk, struct err *e)
{
	struct device_writer *w = calloc(1, sizeof(*w));
	enum rc rc;

	*out = NULL;
	if (!w)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	w->reel_id = reel_id;
	w->pack = pk;
	w->fill = &w->blocks[0];
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->change, NULL);
	rc = block_init(&w->blocks[0], e);
	if (rc == RC_OK)
		rc = block_init(&w->blocks[1], e);
	if (rc == RC_OK)
		rc = store_open_bulk(&w->bulk, dir, e);
	if (rc == RC_OK)
		rc = start(w, e);
	if (rc == RC_OK)
		*out = w;
	else
		device_writer_free(w);
	return rc;
}

void device_writer_free(struct device_writer *w)
{
	if (!w)
		return;
	if (w->running) {
		(void)pthread_mutex_lock(&w->lock);
		w->quit = true;
		(void)pthread_cond_broadcast(&w->change);
		(void)pthread_mutex_unlock(&w->lock);
		(void)pthread_join(w->thread, NULL);
	}
	store_close(w->bulk);
	block_clear(&w->blocks[0]);
	block_clear(&w->blocks[1]);
	(void)pthread_cond_destroy(&w->change);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}

const char *device_writer_culprit(const struct device_writer *w)
{
	return w->culprit;
}

/* Hands the filled block over when the one before it is written; all: waits
 * until this one is too. */
static enum rc hand_over(struct device_writer *w, bool all, struct err *e)
{
	enum rc rc;

	(void)pthread_mutex_lock(&w->lock);
	while (w->full)
		(void)pthread_cond_wait(&w->change, &w->lock);
	if (w->rc == RC_OK && w->fill->n > 0) {
		w->full = w->fill;
		w->fill = &w->blocks[w->fill == &w->blocks[0]];
		w->fill->n = 0;
		buf_reset(&w->fill->bytes);
		(void)pthread_cond_broadcast(&w->change);
	}
	while (all && w->full)
		(void)pthread_cond_wait(&w->change, &w->lock);
	rc = w->rc;
	if (rc != RC_OK && e)
		*e = w->err;
	(void)pthread_mutex_unlock(&w->lock);
	return rc;
}

enum rc device_writer_flush(struct device_writer *w, struct err *e)
{
	return hand_over(w, true, e);
}

enum rc device_writer_add(struct device_writer *w, const struct device_new *d,
    struct err *e)
{
	struct store_device_row *row;
	struct block *b = w->fill;
	enum rc rc;

	if (b->n == BLOCK ||
	    b->bytes.n + d->packed.n > BLOCK_BYTES - CERT_DER_MAX) {
		rc = hand_over(w, false, e);
		if (rc != RC_OK)
			return rc;
		b = w->fill;
	}
	row = &b->rows[b->n];
	row->seq = DEVICE_FIRST(w->reel_id) | (int64_t)d->index;
	memcpy(row->fp, d->fp, sizeof(row->fp));
	row->key[0] = d->key[0];
	row->key[1] = d->key[1];
	b->lines[b->n] = d->line;
	b->starts[b->n] = b->bytes.n;
	row->cert.n = d->packed.n;
	buf_add_span(&b->bytes, d->packed);
	if (!buf_ok(&b->bytes))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	b->n++;
	return RC_OK;
}

static void name_culprit(struct device_writer *w, struct span packed)
{
	struct cert cert;
	struct buf der;

	buf_init(&der, CERT_DER_MAX);
	if (pack_get(w->pack, packed, &der, NULL) == RC_OK &&
	    cert_parse(&cert, buf_span(&der), NULL) == RC_OK)
		cert_chip_id(&cert, w->culprit);
	buf_clear(&der);
}

static int by_fp_then_seq(const void *a, const void *b)
{
	const struct store_device_row *x = a, *y = b;
	int d = memcmp(x->fp, y->fp, sizeof(x->fp));

	return d != 0 ? d : (x->seq > y->seq) - (x->seq < y->seq);
}

/* The index, in the manifest, of the first row that repeats one of its own
 * block; -1 for none. */
static int64_t find_repeat(const struct block *w)
{
	struct store_device_row *sorted = calloc(w->n, sizeof(*sorted));
	int64_t found = -1;
	size_t i;

	if (!sorted)
		return -1;
	memcpy(sorted, w->rows, w->n * sizeof(*sorted));
	qsort(sorted, w->n, sizeof(*sorted), by_fp_then_seq);
	for (i = 1; i < w->n; i++)
		if (memcmp(sorted[i].fp, sorted[i - 1].fp,
			sizeof(sorted[i].fp)) == 0 &&
		    (found < 0 || sorted[i].seq < found))
			found = sorted[i].seq;
	free(sorted);
	return found;
}

/* Slow and only after a conflict: which row was it, and what does it meet? */
static enum rc explain(struct device_writer *w, const struct block *b,
    struct err *e)
{
	int64_t repeat = find_repeat(b), other = 0;
	bool twice = false;
	enum rc rc = RC_NOT_FOUND;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->rows[i].seq == repeat) {
			twice = true;
			break;
		}
		rc = store_device_find_fp(w->bulk, b->rows[i].fp, &other, e);
		if (rc == RC_OK) {
			twice = DEVICE_REEL(other) == w->reel_id;
			break;
		}
		if (rc != RC_NOT_FOUND)
			return rc;
	}
	if (i == b->n)
		return err_set(e, RC_BUG, "store-constraint",
		    "A certificate could not be stored.");
	name_culprit(w, b->rows[i].cert);
	(void)err_set(e, RC_CONFLICT,
	    twice ? "certificate-twice" : "certificate-known",
	    twice ? "The certificate of chip %s stands in the "
		    "manifest twice."
		  : "The certificate of chip %s is in the service "
		    "already, by another manifest.",
	    w->culprit);
	if (e)
		e->line = b->lines[i];
	return RC_CONFLICT;
}

static enum rc write_block(struct device_writer *w, struct block *b,
    struct err *e)
{
	enum rc rc;
	size_t i;

	/* The buffer may have moved while it grew. */
	for (i = 0; i < b->n; i++)
		b->rows[i].cert.p = b->bytes.p + b->starts[i];
	rc = store_device_insert(w->bulk, b->rows, b->n, e);
	return rc == RC_CONFLICT ? explain(w, b, e) : rc;
}

/* Erasing: the index keys come from the certificates themselves. */

struct erase {
	struct store *bulk;
	struct pack *pack;
	struct store_device_page page;
	struct store_device_row *rows;
};

static enum rc erase_page(struct erase *x, struct err *e)
{
	struct buf der, packed;
	size_t i, at = 0;
	enum rc rc = RC_OK;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&packed, PACK_TEMPLATE_MAX);
	for (i = 0; rc == RC_OK && i < x->page.n; i++) {
		struct device_new d = {0};
		struct cert cert;

		buf_reset(&der);
		buf_reset(&packed);
		rc = pack_get(x->pack,
		    span_of(x->page.bytes.p + at, x->page.ends[i] - at), &der,
		    e);
		if (rc == RC_OK)
			rc = cert_parse(&cert, buf_span(&der), e);
		if (rc == RC_OK)
			rc = device_prepare(x->pack, &cert, &d, &packed, e);
		at = x->page.ends[i];
		x->rows[i].seq = x->page.seqs[i];
		memcpy(x->rows[i].fp, d.fp, sizeof(x->rows[i].fp));
		memcpy(x->rows[i].key, d.key, sizeof(x->rows[i].key));
	}
	buf_clear(&der);
	buf_clear(&packed);
	if (rc == RC_OK)
		rc = store_device_delete(x->bulk, x->rows, x->page.n, e);
	return rc;
}

static enum rc erase_load(struct erase *x, struct core *c, int64_t reel_id,
    struct err *e)
{
	struct buf stored;
	enum rc rc;

	buf_init(&stored, PACK_TEMPLATE_MAX);
	rc = store_reel_template(c->store, reel_id, &stored, e);
	/* Without a template nothing was written yet. */
	if (rc == RC_OK && stored.n == 0)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = pack_load(&x->pack, buf_span(&stored), e);
	if (rc == RC_OK)
		rc = store_open_bulk(&x->bulk, c->dir, e);
	buf_clear(&stored);
	return rc;
}

enum rc device_writer_erase(struct core *c, int64_t reel_id, struct err *e)
{
	struct erase x = {0};
	enum rc rc;

	rc = erase_load(&x, c, reel_id, e);
	if (rc != RC_OK)
		goto out;
	x.page.cap = ERASE_PAGE;
	x.page.seqs = calloc(ERASE_PAGE, sizeof(*x.page.seqs));
	x.page.ends = calloc(ERASE_PAGE, sizeof(*x.page.ends));
	x.rows = calloc(ERASE_PAGE, sizeof(*x.rows));
	buf_init(&x.page.bytes, (size_t)ERASE_PAGE * PACK_TEMPLATE_MAX);
	if (!x.page.seqs || !x.page.ends || !x.rows) {
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
		goto out;
	}
	do {
		rc = store_device_range(x.bulk, DEVICE_FIRST(reel_id),
		    DEVICE_LAST(reel_id), &x.page, e);
		if (rc == RC_OK && x.page.n > 0)
			rc = erase_page(&x, e);
	} while (rc == RC_OK && x.page.n > 0);
out:
	store_close(x.bulk);
	pack_free(x.pack);
	buf_clear(&x.page.bytes);
	free(x.page.seqs);
	free(x.page.ends);
	free(x.rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
