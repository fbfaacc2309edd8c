/* The devices a receiver has taken, in a file that only grows.
 * Must not answer for what is not on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "cmd/receiver_store.h"
#include "pki/digest.h"

#define FIRST_SLOTS 4096u
#define SLOTS_MAX (1u << 26)
#define LINE_MAX_BYTES (64u * 1024)
#define PENDING_MAX (64u * 1024 * 1024)

struct known {
	uint8_t id[DIGEST_SHA256];  /* of the id's text */
	uint8_t key[DIGEST_SHA256]; /* of the SPKI */
	bool used;
};

struct receiver_store {
	char path[PATH_MAX];
	int fd;
	off_t size; /* committed */
	struct known *slots;
	size_t slots_n, used;
	struct buf pending;
};

static struct known *find(struct known *slots, size_t n,
    const uint8_t id[DIGEST_SHA256])
{
	uint64_t h;
	size_t i;

	memcpy(&h, id, sizeof(h));
	for (i = (size_t)h & (n - 1); slots[i].used; i = (i + 1) & (n - 1))
		if (memcmp(slots[i].id, id, DIGEST_SHA256) == 0)
			break;
	return &slots[i];
}

static enum rc grow(struct receiver_store *s, struct err *e)
{
	size_t i, n = s->slots_n ? s->slots_n * 2 : FIRST_SLOTS;
	struct known *fresh;

	if (s->used * 10 < s->slots_n * 7)
		return RC_OK;
	fresh = n <= SLOTS_MAX ? calloc(n, sizeof(*fresh)) : NULL;
	if (!fresh)
		return err_set(e, RC_ENV, "memory",
		    "There is no memory for more devices.");
	for (i = 0; i < s->slots_n; i++)
		if (s->slots[i].used)
			*find(fresh, n, s->slots[i].id) = s->slots[i];
	free(s->slots);
	s->slots = fresh;
	s->slots_n = n;
	return RC_OK;
}

/* *fresh tells whether it was not there. */
static enum rc note(struct receiver_store *s, struct span id,
    const uint8_t key[DIGEST_SHA256], bool *fresh, struct err *e)
{
	uint8_t hash[DIGEST_SHA256];
	struct known *k;
	enum rc rc = grow(s, e);

	*fresh = false;
	if (rc != RC_OK)
		return rc;
	digest_sha256(id, hash);
	k = find(s->slots, s->slots_n, hash);
	if (k->used && memcmp(k->key, key, DIGEST_SHA256) != 0)
		return err_set(e, RC_CONFLICT, "other-key",
		    "this id exists already with another key");
	if (k->used)
		return RC_OK;
	memcpy(k->id, hash, sizeof(k->id));
	memcpy(k->key, key, DIGEST_SHA256);
	k->used = true;
	s->used++;
	*fresh = true;
	return RC_OK;
}

static enum rc load_line(struct receiver_store *s, struct span line,
    unsigned long number, struct err *e)
{
	json_t *o = json_loadb((const char *)line.p, line.n, 0, NULL);
	const json_t *id = json_object_get(o, "id");
	const char *hex = json_string_value(json_object_get(o, "key"));
	uint8_t key[DIGEST_SHA256];
	size_t n = 0;
	bool fresh;
	enum rc rc;

	if (!json_is_string(id) || !hex ||
	    !enc_unhex(span_str(hex), key, &n, sizeof(key)) || n != sizeof(key))
		rc = err_set(e, RC_ENV, "receiver-file",
		    "Line %lu of %s is not a device.", number, s->path);
	else
		rc = note(s,
		    span_of(json_string_value(id), json_string_length(id)), key,
		    &fresh, e);
	json_decref(o);
	return rc;
}

static enum rc load(struct receiver_store *s, struct err *e)
{
	FILE *f = fopen(s->path, "re");
	unsigned long number = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	enum rc rc = RC_OK;

	if (!f)
		return err_sys(e, "receiver-file", "Cannot read %s", s->path);
	s->size = 0;
	while (rc == RC_OK && (n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] != '\n')
			break;
		rc = load_line(s, span_of(line, (size_t)n - 1), ++number, e);
		s->size += n;
	}
	free(line);
	(void)fclose(f);
	/* What a crash cut short was never answered for. */
	if (rc == RC_OK && ftruncate(s->fd, s->size) != 0)
		rc = err_sys(e, "receiver-file", "Cannot write %s", s->path);
	return rc;
}

enum rc receiver_store_open(struct receiver_store **out, const char *dir,
    struct err *e)
{
	struct receiver_store *s = calloc(1, sizeof(*s));
	enum rc rc;

	*out = NULL;
	if (!s)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	s->fd = -1;
	buf_init(&s->pending, PENDING_MAX);
	rc = file_mkdir(dir, 0700, e);
	if (rc == RC_OK)
		rc = file_join(s->path, sizeof(s->path), dir, "devices.jsonl",
		    e);
	if (rc == RC_OK) {
		s->fd = open(s->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
		if (s->fd < 0)
			rc = err_sys(e, "receiver-file", "Cannot open %s",
			    s->path);
	}
	if (rc == RC_OK)
		rc = load(s, e);
	if (rc == RC_OK)
		*out = s;
	else
		receiver_store_close(s);
	return rc;
}

void receiver_store_close(struct receiver_store *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	buf_clear(&s->pending);
	free(s->slots);
	free(s);
}

enum rc receiver_store_put(struct receiver_store *s, const struct cert *c,
    int64_t now_s, struct err *e)
{
	uint8_t key[DIGEST_SHA256], fp[DIGEST_SHA256];
	char id[CERT_ID_MAX + 1];
	struct buf pem;
	struct json w;
	bool fresh;
	enum rc rc;

	cert_chip_id(c, id);
	digest_sha256(c->spki, key);
	rc = note(s, span_str(id), key, &fresh, e);
	if (rc != RC_OK || !fresh)
		return rc;
	cert_fingerprint(c->der, fp);
	buf_init(&pem, LINE_MAX_BYTES);
	enc_pem(&pem, "CERTIFICATE", c->der);
	json_init(&w, &s->pending);
	json_obj(&w);
	json_put_str(&w, "id", id);
	json_put_hex(&w, "fingerprint", span_of(fp, sizeof(fp)));
	json_put_hex(&w, "key", span_of(key, sizeof(key)));
	json_put_time(&w, "at", now_s);
	json_put_span(&w, "certificate", buf_span(&pem));
	json_end(&w);
	buf_add_u8(&s->pending, '\n');
	buf_clear(&pem);
	return RC_OK;
}

/* As it was after the last commit. */
static enum rc forget_pending(struct receiver_store *s, struct err *e)
{
	off_t committed = s->size;

	buf_clear(&s->pending);
	if (ftruncate(s->fd, committed) != 0)
		return err_sys(e, "receiver-file", "Cannot write %s", s->path);
	memset(s->slots, 0, s->slots_n * sizeof(*s->slots));
	s->used = 0;
	return load(s, e);
}

enum rc receiver_store_commit(struct receiver_store *s, struct err *e)
{
	enum rc rc = RC_OK;

	if (s->pending.n == 0 && buf_ok(&s->pending))
		return RC_OK;
	if (!buf_ok(&s->pending))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK)
		rc = file_write_all(s->fd, buf_span(&s->pending), e);
	if (rc == RC_OK && fdatasync(s->fd) != 0)
		rc = err_sys(e, "receiver-file", "Cannot write %s", s->path);
	if (rc != RC_OK) {
		if (forget_pending(s, NULL) != RC_OK)
			rc = RC_ENV;
		return rc;
	}
	s->size += (off_t)s->pending.n;
	buf_clear(&s->pending);
	return RC_OK;
}

uint64_t receiver_store_count(const struct receiver_store *s)
{
	return s->used;
}
