/* The mill of publishing: splits, checks with several threads, stores.
 * Must not decide what becomes of the reel. */
#include "core/intake.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"

#define CHUNK_ITEMS 64
#define CHUNK_TEXT (128 * 1024) /* a chunk is full with so much text */
#define CHUNKS 64		/* the slack while a block is written */
#define READ_SIZE (128 * 1024)
#define THREADS_MAX 64
#define PROGRESS_MS 500

struct item {
	size_t at, len; /* in the chunk's text */
	size_t packed_at;
	struct device_new d;
};

struct chunk {
	struct buf text;
	struct buf packed;
	struct item items[CHUNK_ITEMS];
	size_t n;
	uint64_t bytes; /* of the file, read until its end */
	bool checked;
	bool last;
	enum rc rc; /* of the checks: the first item at fault */
	struct err err;
	char certificate[80];
	enum rc read_rc; /* of what comes after the items */
	struct err read_err;
};

struct mill {
	const struct intake *in;
	struct pack *pack;
	pthread_mutex_t lock;
	pthread_cond_t may_fill, may_check, may_store;
	struct chunk *chunks;
	uint64_t filled, taken, stored; /* counts of chunks, never wrap */
	bool ended;			/* the last chunk is filled */
	bool stop;
	struct manifest_split *split;
	struct digest *digest;
	uint64_t read_bytes;
	uint64_t entries;
	uint8_t *block;
};

/* The reader */

static enum rc read_more(struct mill *m, struct err *e)
{
	ssize_t got;

	do
		got =
		    pread(m->in->fd, m->block, READ_SIZE, (off_t)m->read_bytes);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, "spool-read",
		    "The uploaded file cannot be read");
	if (got == 0) {
		manifest_split_finish(m->split);
		return RC_OK;
	}
	m->read_bytes += (uint64_t)got;
	digest_add(m->digest, span_of(m->block, (size_t)got));
	return manifest_split_feed(m->split, span_of(m->block, (size_t)got), e);
}

static enum rc add_item(struct mill *m, struct chunk *c, struct span raw,
    unsigned long line, struct err *e)
{
	struct item *it = &c->items[c->n];

	if (m->entries >= DEVICE_PER_REEL_MAX)
		return err_set(e, RC_TOO_LARGE, "manifest-too-long",
		    "A reel has at most %u devices; split the manifest.",
		    DEVICE_PER_REEL_MAX);
	it->at = c->text.n;
	it->len = raw.n;
	buf_add_span(&c->text, raw);
	if (!buf_ok(&c->text))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	it->d.line = line;
	it->d.index = (uint32_t)m->entries++;
	c->n++;
	return RC_OK;
}

/* RC_OK: full, more to come; RC_NOT_FOUND: the clean end of the file. */
static enum rc fill(struct mill *m, struct chunk *c, struct err *e)
{
	struct span raw;
	unsigned long line = 0;
	enum rc rc = RC_OK;

	while (c->n < CHUNK_ITEMS && c->text.n < CHUNK_TEXT) {
		rc = manifest_split_next(m->split, &raw, &line, e);
		if (rc == RC_AGAIN)
			rc = read_more(m, e);
		else if (rc == RC_OK)
			rc = add_item(m, c, raw, line, e);
		if (rc != RC_OK)
			break;
	}
	return rc;
}

static void chunk_reset(struct chunk *c)
{
	buf_reset(&c->text);
	buf_reset(&c->packed);
	c->n = 0;
	c->checked = false;
	c->last = false;
	c->rc = c->read_rc = RC_OK;
	c->certificate[0] = '\0';
	memset(&c->err, 0, sizeof(c->err));
	memset(&c->read_err, 0, sizeof(c->read_err));
}

static void *reader_main(void *arg)
{
	struct mill *m = arg;
	bool last = false;

	while (!last) {
		struct chunk *c;
		bool stop;

		(void)pthread_mutex_lock(&m->lock);
		while (m->filled - m->stored == CHUNKS && !m->stop)
			(void)pthread_cond_wait(&m->may_fill, &m->lock);
		stop = m->stop;
		c = &m->chunks[m->filled % CHUNKS];
		(void)pthread_mutex_unlock(&m->lock);
		if (stop)
			break;
		chunk_reset(c);
		c->read_rc = fill(m, c, &c->read_err);
		c->bytes = m->read_bytes;
		last = c->last = c->read_rc != RC_OK;
		(void)pthread_mutex_lock(&m->lock);
		m->filled++;
		m->ended = last;
		if (last)
			(void)pthread_cond_broadcast(&m->may_check);
		else
			(void)pthread_cond_signal(&m->may_check);
		(void)pthread_mutex_unlock(&m->lock);
	}
	return NULL;
}

/* The checkers */

struct checker {
	const struct intake *in;
	const struct pack *pack;
	struct manifest_decoder *decoder;
	struct chain *chain;
};

static enum rc checker_open(struct checker *k, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	k->decoder = manifest_decoder_new(k->in->form);
	k->chain = chain_new();
	if (!k->decoder || !k->chain)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; i < k->in->signers_n && rc == RC_OK; i++)
		rc = manifest_decoder_add_signer(k->decoder, k->in->signers[i],
		    e);
	for (i = 0; i < k->in->cas_n && rc == RC_OK; i++)
		rc = chain_add(k->chain, k->in->cas[i], true, k->in->now_s, e);
	return rc;
}

static void checker_close(struct checker *k)
{
	manifest_decoder_free(k->decoder);
	chain_free(k->chain);
}

static bool contains_nocase(struct span s, struct span part)
{
	size_t i;

	for (i = 0; part.n > 0 && i + part.n <= s.n; i++)
		if (strncasecmp((const char *)s.p + i, (const char *)part.p,
			part.n) == 0)
			return true;
	return false;
}

static bool same_nocase(struct span s, const char *text)
{
	return s.n == strlen(text) &&
	    strncasecmp((const char *)s.p, text, s.n) == 0;
}

/* What the manifest says of a certificate must be what it says itself. */
static enum rc check_words(const struct checker *k,
    const struct manifest_entry *x, const struct cert *cert,
    const char *chip_id, struct err *e)
{
	char serial[2 * 20 + 1];
	bool named;

	cert_serial_text(cert, serial);
	named = x->device_id.n == 0 || same_nocase(x->device_id, chip_id) ||
	    same_nocase(x->device_id, serial);
	/* Microchip's subjects hold the unique id within the CN, as snHEX. */
	if (!named && k->in->form == MANIFEST_MICROCHIP)
		named = contains_nocase(cert_subject_attr(cert, "2.5.4.3"),
		    x->device_id);
	if (!named)
		return err_set(e, RC_INVALID, "device-id-wrong",
		    "The device_id is not that of the certificate, which "
		    "is %s.",
		    chip_id);
	if (x->group_id.n == 0 && k->in->form == MANIFEST_MICROCHIP)
		return RC_OK;
	if (!span_eq_str(x->group_id, k->in->bid))
		return err_set(e, RC_INVALID, "group-id-wrong",
		    "The group_id is not the Batch ID %s.", k->in->bid);
	return RC_OK;
}

static enum rc check_item(const struct checker *k, struct chunk *c,
    struct item *it, struct err *e)
{
	struct manifest_entry x;
	char chip_id[CERT_ID_MAX + 1];
	struct cert cert;
	enum rc rc;

	rc = manifest_decode(k->decoder, span_of(c->text.p + it->at, it->len),
	    it->d.line, &x, e);
	if (rc != RC_OK)
		return rc;
	(void)span_copy_str(x.device_id, c->certificate,
	    sizeof(c->certificate));
	rc = cert_parse(&cert, x.cert, e);
	if (rc != RC_OK)
		return rc;
	cert_chip_id(&cert, chip_id);
	(void)snprintf(c->certificate, sizeof(c->certificate), "%s", chip_id);
	rc = check_words(k, &x, &cert, chip_id, e);
	if (rc == RC_OK)
		rc = chain_check(k->chain, &cert, k->in->now_s, e);
	it->packed_at = c->packed.n;
	if (rc == RC_OK)
		rc = device_prepare(k->pack, &cert, &it->d, &c->packed, e);
	return rc;
}

static void check_chunk(const struct checker *k, struct chunk *c)
{
	size_t i;

	for (i = 0; i < c->n && c->rc == RC_OK; i++) {
		c->rc = check_item(k, c, &c->items[i], &c->err);
		if (c->rc != RC_OK && c->err.line == 0)
			c->err.line = c->items[i].d.line;
	}
	/* The buffer may have moved while it grew. */
	for (i = 0; c->rc == RC_OK && i < c->n; i++)
		c->items[i].d.packed.p = c->packed.p + c->items[i].packed_at;
}

static void *checker_main(void *arg)
{
	struct mill *m = arg;
	struct checker k = {.in = m->in, .pack = m->pack};
	struct err opening = {0};
	enum rc opened = checker_open(&k, &opening);

	(void)pthread_mutex_lock(&m->lock);
	for (;;) {
		struct chunk *c;

		while (m->taken == m->filled && !m->ended && !m->stop)
			(void)pthread_cond_wait(&m->may_check, &m->lock);
		if (m->stop || m->taken == m->filled)
			break;
		c = &m->chunks[m->taken++ % CHUNKS];
		(void)pthread_mutex_unlock(&m->lock);
		if (opened == RC_OK) {
			check_chunk(&k, c);
		} else {
			c->rc = opened;
			c->err = opening;
		}
		(void)pthread_mutex_lock(&m->lock);
		c->checked = true;
		if (c == &m->chunks[m->stored % CHUNKS])
			(void)pthread_cond_signal(&m->may_store);
	}
	(void)pthread_mutex_unlock(&m->lock);
	checker_close(&k);
	return NULL;
}

/* The storing side, in the caller's thread */

static struct chunk *next_checked(struct mill *m)
{
	struct chunk *c = &m->chunks[m->stored % CHUNKS];

	(void)pthread_mutex_lock(&m->lock);
	while (m->stored == m->filled || !c->checked)
		(void)pthread_cond_wait(&m->may_store, &m->lock);
	(void)pthread_mutex_unlock(&m->lock);
	return c;
}

static void chunk_done(struct mill *m)
{
	(void)pthread_mutex_lock(&m->lock);
	m->chunks[m->stored % CHUNKS].checked = false;
	m->stored++;
	(void)pthread_cond_signal(&m->may_fill);
	(void)pthread_mutex_unlock(&m->lock);
}

static enum rc store_chunk(struct device_writer *w, const struct chunk *c,
    struct intake_result *out, struct err *e)
{
	enum rc rc = c->rc;
	size_t i;

	if (rc != RC_OK) {
		if (e)
			*e = c->err;
		(void)snprintf(out->certificate, sizeof(out->certificate), "%s",
		    c->certificate);
		return rc;
	}
	for (i = 0; i < c->n && rc == RC_OK; i++)
		rc = device_writer_add(w, &c->items[i].d, e);
	if (rc == RC_OK && c->read_rc != RC_OK && c->read_rc != RC_NOT_FOUND) {
		rc = c->read_rc;
		if (e)
			*e = c->read_err;
	}
	if (rc == RC_OK) {
		out->devices += c->n;
		out->bytes = c->bytes;
	}
	return rc;
}

static enum rc store_all(struct mill *m, struct device_writer *w,
    struct intake_result *out, struct err *e)
{
	int64_t told_ms = clock_mono_ms();
	bool last = false;
	enum rc rc = RC_OK;

	while (rc == RC_OK && !last) {
		struct chunk *c = next_checked(m);

		last = c->last;
		rc = store_chunk(w, c, out, e);
		chunk_done(m);
		if (rc == RC_OK && m->in->stop && *m->in->stop)
			rc = err_set(e, RC_AGAIN, "stopped",
			    "Publishing was interrupted and will resume.");
		if (rc == RC_OK && clock_mono_ms() - told_ms >= PROGRESS_MS) {
			told_ms = clock_mono_ms();
			rc = m->in->progress(m->in->ctx, out->devices,
			    out->bytes, e);
		}
	}
	if (rc == RC_OK)
		rc = device_writer_flush(w, e);
	if (rc == RC_CONFLICT && device_writer_culprit(w)[0] != '\0')
		(void)snprintf(out->certificate, sizeof(out->certificate), "%s",
		    device_writer_culprit(w));
	return rc;
}

/* The first entry, decoded ahead of the mill: it gives the template. */
static enum rc make_template(const struct intake *in, struct pack **out,
    struct err *e)
{
	struct mill m = {.in = in};
	struct checker k = {.in = in};
	struct manifest_entry x;
	struct span raw;
	unsigned long line = 0;
	struct cert cert;
	enum rc rc = RC_AGAIN;

	m.split = manifest_split_new(in->form);
	m.digest = digest_new();
	m.block = malloc(READ_SIZE);
	if (!m.split || !m.digest || !m.block) {
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
		goto out;
	}
	rc = checker_open(&k, e);
	while (rc == RC_OK) {
		rc = manifest_split_next(m.split, &raw, &line, e);
		if (rc != RC_AGAIN)
			break;
		rc = read_more(&m, e);
	}
	if (rc == RC_NOT_FOUND) {
		line = 0;
		rc = err_set(e, RC_INVALID, "manifest-empty",
		    "The manifest has no devices.");
	}
	if (rc == RC_OK)
		rc = manifest_decode(k.decoder, raw, line, &x, e);
	if (rc == RC_OK)
		rc = cert_parse(&cert, x.cert, e);
	if (rc == RC_OK)
		rc = pack_new(out, &cert, e);
	if (rc == RC_INVALID && e && e->line == 0)
		e->line = line;
out:
	checker_close(&k);
	manifest_split_free(m.split);
	digest_free(m.digest);
	free(m.block);
	return rc;
}

static enum rc mill_open(struct mill *m, struct err *e)
{
	size_t i;

	(void)pthread_mutex_init(&m->lock, NULL);
	(void)pthread_cond_init(&m->may_fill, NULL);
	(void)pthread_cond_init(&m->may_check, NULL);
	(void)pthread_cond_init(&m->may_store, NULL);
	m->split = manifest_split_new(m->in->form);
	m->digest = digest_new();
	m->block = malloc(READ_SIZE);
	m->chunks = calloc(CHUNKS, sizeof(*m->chunks));
	if (!m->split || !m->digest || !m->block || !m->chunks)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; i < CHUNKS; i++) {
		buf_init(&m->chunks[i].text, CHUNK_TEXT + MANIFEST_ENTRY_MAX);
		buf_init(&m->chunks[i].packed,
		    (size_t)CHUNK_ITEMS * PACK_TEMPLATE_MAX);
	}
	return RC_OK;
}

static void mill_close(struct mill *m)
{
	size_t i;

	for (i = 0; m->chunks && i < CHUNKS; i++) {
		buf_clear(&m->chunks[i].text);
		buf_clear(&m->chunks[i].packed);
	}
	free(m->chunks);
	free(m->block);
	manifest_split_free(m->split);
	digest_free(m->digest);
	pack_free(m->pack);
	(void)pthread_cond_destroy(&m->may_fill);
	(void)pthread_cond_destroy(&m->may_check);
	(void)pthread_cond_destroy(&m->may_store);
	(void)pthread_mutex_destroy(&m->lock);
}

/* Signals are for the process's main thread. */
static enum rc start(pthread_t *t, void *(*main)(void *), struct mill *m,
    struct err *e)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(t, NULL, main, m);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0)
		return err_set(e, RC_ENV, "thread",
		    "A thread could not be started (%d).", r);
	return RC_OK;
}

static enum rc mill_run(struct mill *m, struct device_writer *w,
    struct intake_result *out, struct err *e)
{
	pthread_t threads[THREADS_MAX + 1];
	unsigned int i, n = 0, want = m->in->threads;
	enum rc rc;

	if (want < 1)
		want = 1;
	if (want > THREADS_MAX)
		want = THREADS_MAX;
	rc = start(&threads[n], reader_main, m, e);
	if (rc == RC_OK)
		n++;
	for (i = 0; i < want && rc == RC_OK; i++) {
		rc = start(&threads[n], checker_main, m, e);
		if (rc == RC_OK)
			n++;
	}
	if (rc == RC_OK)
		rc = store_all(m, w, out, e);
	(void)pthread_mutex_lock(&m->lock);
	m->stop = true;
	(void)pthread_cond_broadcast(&m->may_fill);
	(void)pthread_cond_broadcast(&m->may_check);
	(void)pthread_mutex_unlock(&m->lock);
	while (n > 0)
		(void)pthread_join(threads[--n], NULL);
	return rc;
}

enum rc intake_run(const struct intake *in, struct intake_result *out,
    struct err *e)
{
	struct mill m = {.in = in};
	struct device_writer *w = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = make_template(in, &m.pack, e);
	if (rc != RC_OK)
		return rc;
	rc = mill_open(&m, e);
	if (rc == RC_OK)
		rc = in->begin(in->ctx, pack_stored(m.pack), e);
	if (rc == RC_OK)
		rc = device_writer_new(&w, in->dir, in->reel_id, m.pack, e);
	if (rc == RC_OK)
		rc = mill_run(&m, w, out, e);
	if (rc == RC_OK)
		digest_end(m.digest, out->sha256);
	device_writer_free(w);
	mill_close(&m);
	return rc;
}
