/* Makes chips on several threads.
 * Must not let two threads share a key or a template. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/fab_line.h"
#include "pki/manifest.h"

#define CHUNK_TEXT_MAX (64UL * 1024 * 1024)
#define SERIALS 256 /* drawn from the kernel at once */

enum state { FREE, FILLED, RUNNING, DONE };

struct slot {
	enum state state;
	unsigned int chips;
	struct buf in;	/* line, base64; for given keys */
	struct buf out; /* CSV */
	enum rc rc;
	struct err err;
};

struct fab_line {
	const struct fab_line_job *job;
	pthread_mutex_t lock;
	pthread_cond_t filled, done;
	struct slot *slots;
	unsigned int slots_n, jobs_n;
	unsigned long in, next, out; /* numbers of chunks */
	bool stop;
	pthread_t *threads;
	struct bench *own; /* one job is done by who takes: no thread */
};

/* What one thread has to itself. */
struct bench {
	const struct fab_line_job *job;
	struct key *issuing;
	struct issue *issue;
	struct manifest_writer *writer;
	struct buf spki, cert, file;
	uint8_t serials[SERIALS][ISSUE_SERIAL_SIZE];
	unsigned int serials_used;
};

static void bench_clear(struct bench *b)
{
	issue_free(b->issue);
	key_free(b->issuing);
	manifest_writer_free(b->writer);
	buf_clear(&b->spki);
	buf_clear(&b->cert);
	buf_clear_secret(&b->file);
}

static enum rc bench_init(struct bench *b, const struct fab_line_job *job,
    struct err *e)
{
	struct issue_birth birth = job->birth;
	enum rc rc;

	memset(b, 0, sizeof(*b));
	b->job = job;
	b->serials_used = SERIALS;
	buf_init(&b->spki, 4096);
	buf_init(&b->cert, CERT_DER_MAX);
	buf_init(&b->file, 64 * 1024);
	rc = key_open(&b->issuing, job->issuing_key, e);
	birth.issuer_key = b->issuing;
	if (rc == RC_OK)
		rc = issue_new(&b->issue, &birth, e);
	if (rc == RC_OK)
		rc = manifest_writer_new(&b->writer, MANIFEST_CSV, NULL, e);
	return rc;
}

/* Random, so that no run can give one to a second key; positive and of full
 * length, as RFC 5280 4.1.2.2 and the template want it. */
static const uint8_t *next_serial(struct bench *b)
{
	uint8_t *serial;
	unsigned int i;

	if (b->serials_used == SERIALS) {
		rand_bytes(b->serials, sizeof(b->serials));
		for (i = 0; i < SERIALS; i++) {
			serial = b->serials[i];
			serial[0] &= 0x7f;
			if (serial[0] == 0)
				serial[0] = 0x40;
		}
		b->serials_used = 0;
	}
	return b->serials[b->serials_used++];
}

/* A new certificate in b->cert and its manifest line in out. */
static enum rc certify(struct bench *b, struct span spki, char *id,
    struct buf *out, struct err *e)
{
	const uint8_t *serial = next_serial(b);
	struct manifest_entry entry;
	enum rc rc;

	buf_reset(&b->cert);
	rc = issue_birth(b->issue, spki, serial, &b->cert, e);
	if (rc != RC_OK)
		return rc;
	enc_hex_str(id, span_of(serial, ISSUE_SERIAL_SIZE));
	memset(&entry, 0, sizeof(entry));
	entry.device_id = span_str(id);
	entry.group_id = span_str(b->job->bid);
	entry.cert = buf_span(&b->cert);
	return manifest_add(b->writer, &entry, out, e);
}

/* Whole or not at all, but without waiting for the disk: that is done for
 * many at once. */
static enum rc write_chip(struct bench *b, const char *id, struct err *e)
{
	char name[64], temp[64];
	int fd;
	enum rc rc;

	(void)snprintf(name, sizeof(name), "%s.pem", id);
	(void)snprintf(temp, sizeof(temp), ".%s.tmp", id);
	fd = openat(b->job->chips_fd, temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "chip-write",
		    "Cannot make the chip file \"%s\"", name);
	rc = file_write_all(fd, buf_span(&b->file), e);
	if (close(fd) != 0 && rc == RC_OK)
		rc = err_sys(e, "chip-write",
		    "Cannot write the chip file \"%s\"", name);
	if (rc == RC_OK &&
	    renameat(b->job->chips_fd, temp, b->job->chips_fd, name) != 0)
		rc = err_sys(e, "chip-write",
		    "Cannot name the chip file \"%s\"", name);
	return rc;
}

static enum rc make_chip(struct bench *b, struct buf *out, struct err *e)
{
	char id[2 * ISSUE_SERIAL_SIZE + 1];
	struct key *k = NULL;
	enum rc rc;

	buf_reset(&b->file);
	rc = key_generate(&k, b->job->birth.key_type, e);
	if (rc == RC_OK)
		rc = key_pem(k, &b->file, e);
	if (rc == RC_OK)
		rc = certify(b, key_spki(k), id, out, e);
	if (rc == RC_OK) {
		enc_pem(&b->file, "CERTIFICATE", buf_span(&b->cert));
		buf_add_span(&b->file, b->job->chain);
		rc = buf_ok(&b->file)
		    ? write_chip(b, id, e)
		    : err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	key_free(k);
	return rc;
}

static enum rc certify_given(struct bench *b, struct span *in, struct buf *out,
    struct err *e)
{
	char id[2 * ISSUE_SERIAL_SIZE + 1];
	struct span base64;
	uint64_t line;
	enum rc rc;

	if (!span_take_u64(in, &line) || !span_take_block(in, &base64))
		return err_set(e, RC_BUG, "fab-chunk", "A chunk is broken.");
	buf_reset(&b->spki);
	if (enc_unbase64(&b->spki, base64, true))
		rc = certify(b, buf_span(&b->spki), id, out, e);
	else
		rc = err_set(e, RC_INVALID, "keys-base64",
		    "Line %llu of the public keys is not base64.",
		    (unsigned long long)line);
	if (rc == RC_INVALID && e)
		e->line = (unsigned long)line;
	return rc;
}

static enum rc run_slot(struct bench *b, struct slot *s)
{
	struct span in = buf_span(&s->in);
	enum rc rc = RC_OK;
	unsigned int i;

	for (i = 0; i < s->chips && rc == RC_OK; i++)
		rc = b->job->chips_fd < 0
		    ? certify_given(b, &in, &s->out, &s->err)
		    : make_chip(b, &s->out, &s->err);
	if (rc == RC_OK && !buf_ok(&s->out))
		rc = err_set(&s->err, RC_ENV, "no-memory", "Out of memory.");
	return rc;
}

/* The next chunk to do, or NULL when the line stops.  Called locked. */
static struct slot *wait_filled(struct fab_line *l)
{
	struct slot *s;

	while (!l->stop && l->next == l->in)
		(void)pthread_cond_wait(&l->filled, &l->lock);
	if (l->stop)
		return NULL;
	s = &l->slots[l->next++ % l->slots_n];
	s->state = RUNNING;
	return s;
}

static void *work(void *arg)
{
	struct fab_line *l = arg;
	struct err broken = {.text = ""};
	struct bench *b = malloc(sizeof(*b));
	struct slot *s;
	enum rc ready, rc;

	ready = b ? bench_init(b, l->job, &broken)
		  : err_set(&broken, RC_ENV, "no-memory", "Out of memory.");
	(void)pthread_mutex_lock(&l->lock);
	while ((s = wait_filled(l)) != NULL) {
		(void)pthread_mutex_unlock(&l->lock);
		if (ready == RC_OK) {
			rc = run_slot(b, s);
		} else {
			rc = ready;
			s->err = broken;
		}
		(void)pthread_mutex_lock(&l->lock);
		s->rc = rc;
		s->state = DONE;
		(void)pthread_cond_signal(&l->done);
	}
	(void)pthread_mutex_unlock(&l->lock);
	if (b)
		bench_clear(b);
	free(b);
	return NULL;
}

static enum rc start_threads(struct fab_line *l, struct err *e)
{
	for (; l->jobs_n < l->job->jobs; l->jobs_n++) {
		errno = pthread_create(&l->threads[l->jobs_n], NULL, work, l);
		if (errno != 0)
			return err_sys(e, "threads", "Cannot start a thread");
	}
	return RC_OK;
}

static enum rc start_own(struct fab_line *l, struct err *e)
{
	l->own = calloc(1, sizeof(*l->own));
	if (!l->own)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return bench_init(l->own, l->job, e);
}

enum rc fab_line_new(struct fab_line **out, const struct fab_line_job *job,
    struct err *e)
{
	struct fab_line *l = calloc(1, sizeof(*l));
	unsigned int i;
	enum rc rc;

	*out = NULL;
	if (!l)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	l->job = job;
	l->slots_n = job->jobs == 1 ? 1 : 2 * job->jobs + 2;
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_cond_init(&l->filled, NULL);
	(void)pthread_cond_init(&l->done, NULL);
	l->slots = calloc(l->slots_n, sizeof(*l->slots));
	l->threads = calloc(job->jobs, sizeof(*l->threads));
	if (!l->slots || !l->threads) {
		l->slots_n = 0;
		fab_line_free(l);
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	for (i = 0; i < l->slots_n; i++) {
		buf_init(&l->slots[i].in, CHUNK_TEXT_MAX);
		buf_init(&l->slots[i].out, CHUNK_TEXT_MAX);
	}
	rc = job->jobs == 1 ? start_own(l, e) : start_threads(l, e);
	if (rc != RC_OK) {
		fab_line_free(l);
		return rc;
	}
	*out = l;
	return RC_OK;
}

void fab_line_free(struct fab_line *l)
{
	unsigned int i;

	if (!l)
		return;
	(void)pthread_mutex_lock(&l->lock);
	l->stop = true;
	(void)pthread_cond_broadcast(&l->filled);
	(void)pthread_mutex_unlock(&l->lock);
	for (i = 0; i < l->jobs_n; i++)
		(void)pthread_join(l->threads[i], NULL);
	if (l->own)
		bench_clear(l->own);
	free(l->own);
	for (i = 0; i < l->slots_n; i++) {
		buf_clear(&l->slots[i].in);
		buf_clear(&l->slots[i].out);
	}
	(void)pthread_cond_destroy(&l->filled);
	(void)pthread_cond_destroy(&l->done);
	(void)pthread_mutex_destroy(&l->lock);
	free(l->slots);
	free(l->threads);
	free(l);
}

static struct slot *filling(const struct fab_line *l)
{
	return &l->slots[l->in % l->slots_n];
}

bool fab_line_has_room(const struct fab_line *l)
{
	return l->in - l->out < l->slots_n;
}

bool fab_line_is_empty(const struct fab_line *l)
{
	return l->in == l->out;
}

void fab_line_add_key(struct fab_line *l, struct span base64,
    unsigned long line)
{
	struct slot *s = filling(l);

	buf_add_u64(&s->in, line);
	buf_add_block(&s->in, base64);
	s->chips++;
}

void fab_line_add_chips(struct fab_line *l, unsigned int n)
{
	filling(l)->chips += n;
}

unsigned int fab_line_filled(const struct fab_line *l)
{
	return filling(l)->chips;
}

void fab_line_start(struct fab_line *l)
{
	(void)pthread_mutex_lock(&l->lock);
	filling(l)->state = FILLED;
	l->in++;
	(void)pthread_cond_signal(&l->filled);
	(void)pthread_mutex_unlock(&l->lock);
}

enum rc fab_line_take(struct fab_line *l, struct buf *out, unsigned int *chips,
    struct err *e)
{
	struct slot *s = &l->slots[l->out % l->slots_n];
	enum rc rc;

	if (l->own) {
		s->rc = run_slot(l->own, s);
	} else {
		(void)pthread_mutex_lock(&l->lock);
		while (s->state != DONE)
			(void)pthread_cond_wait(&l->done, &l->lock);
		(void)pthread_mutex_unlock(&l->lock);
	}
	l->out++;
	rc = s->rc;
	*chips = s->chips;
	buf_add_span(out, buf_span(&s->out));
	if (rc != RC_OK && e)
		*e = s->err;
	else if (!buf_ok(out))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	buf_reset(&s->in);
	buf_reset(&s->out);
	s->chips = 0;
	s->state = FREE;
	return rc;
}
