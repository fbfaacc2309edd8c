/* The gate's table: finding, admitting, removing, growing.
 * Must not block a reader or admit what it cannot read. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "gate/table_file.h"

#define FIRST_SLOTS 4096u
#define FIRST_NAMES (256u * 1024)

struct named {
	uint8_t n;
	uint8_t bytes[TABLE_NAME_MAX];
	uint64_t offset;
};

struct table {
	char path[PATH_MAX];
	struct table_map m;
	bool write;
	int lock;		     /* -1 for a reader */
	time_t looked_s;	     /* when the name was last looked at */
	struct named product, batch; /* last ones put */
	char cursor[TABLE_CURSOR_MAX + 1];
};

static time_t coarse_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

static enum rc table_new(struct table **out, const char *path, bool write,
    struct err *e)
{
	struct table *t = calloc(1, sizeof(*t));

	*out = NULL;
	if (!t)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	t->lock = -1;
	t->write = write;
	if (!span_copy_str(span_str(path), t->path, sizeof(t->path))) {
		free(t);
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path of the gate's table is too long.");
	}
	*out = t;
	return RC_OK;
}

enum rc table_open(struct table **out, const char *path, struct err *e)
{
	enum rc rc = table_new(out, path, false, e);

	if (rc != RC_OK)
		return rc;
	rc = table_file_map(&(*out)->m, path, false, e);
	(*out)->looked_s = coarse_s();
	if (rc != RC_OK) {
		table_close(*out);
		*out = NULL;
	}
	return rc;
}

static enum rc take_lock(struct table *t, struct err *e)
{
	char path[PATH_MAX + 8];

	(void)snprintf(path, sizeof(path), "%s.lock", t->path);
	t->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (t->lock < 0)
		return err_sys(e, "gate-table", "Cannot open %s", path);
	if (flock(t->lock, LOCK_EX | LOCK_NB) == 0)
		return RC_OK;
	if (errno == EWOULDBLOCK)
		return err_set(e, RC_CONFLICT, "gate-table-locked",
		    "Another gate writes %s already.", t->path);
	return err_sys(e, "gate-table", "Cannot lock %s", path);
}

/* A kill between a slot's word and the counters leaves these behind. */
static void count_again(struct table *t)
{
	uint64_t i, used = 0, admitted = 0;

	for (i = 0; i <= t->m.mask; i++) {
		uint64_t w = atomic_load(&t->m.slots[i].word);

		used += w != 0;
		admitted += TABLE_WORD_VERDICT(w) == TABLE_ADMIT;
	}
	atomic_store(&t->m.head->used, used);
	atomic_store(&t->m.head->admitted, admitted);
}

static enum rc open_locked(struct table *t, const char *scope, struct err *e)
{
	enum rc rc;

	if (!file_exists(t->path)) {
		rc = table_file_make(t->path, FIRST_SLOTS, FIRST_NAMES, scope,
		    e);
		if (rc != RC_OK)
			return rc;
	}
	rc = table_file_map(&t->m, t->path, true, e);
	if (rc != RC_OK)
		return rc;
	t->m.head->scope[TABLE_SCOPE_MAX] = '\0';
	if (strcmp(t->m.head->scope, scope) != 0)
		return err_set(e, RC_CONFLICT, "gate-table-foreign",
		    "%s is the table of %s, not of %s; give each its own "
		    "directory.",
		    t->path, t->m.head->scope, scope);
	count_again(t);
	return RC_OK;
}

enum rc table_open_write(struct table **out, const char *path,
    const char *scope, struct err *e)
{
	enum rc rc = table_new(out, path, true, e);

	if (rc == RC_OK)
		rc = take_lock(*out, e);
	if (rc == RC_OK)
		rc = open_locked(*out, scope, e);
	if (rc != RC_OK) {
		table_close(*out);
		*out = NULL;
	}
	return rc;
}

void table_close(struct table *t)
{
	if (!t)
		return;
	table_file_unmap(&t->m);
	if (t->lock >= 0)
		(void)close(t->lock);
	free(t);
}

/* The mark in the file tells at once; a writer killed between rename and mark
 * is noticed by the file's number within a second. */
static bool is_stale(struct table *t)
{
	struct stat st;
	time_t now;

	if (atomic_load_explicit(&t->m.head->replaced, memory_order_acquire))
		return true;
	now = coarse_s();
	if (now == t->looked_s)
		return false;
	t->looked_s = now;
	return stat(t->path, &st) != 0 || st.st_ino != t->m.inode;
}

static enum rc follow(struct table *t, struct err *e)
{
	struct table_map fresh;
	enum rc rc;

	if (t->write || !is_stale(t))
		return RC_OK;
	rc = table_file_map(&fresh, t->path, false, e);
	if (rc != RC_OK) {
		t->looked_s = 0; /* stays stale until it is back */
		return err_set(e, RC_ENV, "gate-table",
		    "The gate's table %s has gone.", t->path);
	}
	table_file_unmap(&t->m);
	t->m = fresh;
	return RC_OK;
}

enum rc table_find(struct table *t, const uint8_t fp[TABLE_FP],
    struct table_entry *out, struct err *e)
{
	struct table_slot *s;
	uint64_t w;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = follow(t, e);
	if (rc != RC_OK)
		return rc;
	s = table_file_slot(&t->m, fp);
	w = s ? atomic_load_explicit(&s->word, memory_order_acquire) : 0;
	/* The slot may have been filled with another one in between. */
	if (w == 0 || memcmp(s->fp, fp, TABLE_FP) != 0)
		return RC_OK;
	if (s->device_n > TABLE_DEVICE_MAX)
		return err_set(e, RC_ENV, "gate-table",
		    "The gate's table %s is damaged.", t->path);
	out->verdict = TABLE_WORD_VERDICT(w);
	out->device = span_of(s->device, s->device_n);
	out->product = table_file_name(&t->m, TABLE_WORD_PRODUCT(w));
	out->batch = table_file_name(&t->m, TABLE_WORD_BATCH(w));
	return RC_OK;
}

uint64_t table_admitted(const struct table *t)
{
	return atomic_load(&t->m.head->admitted);
}

const char *table_cursor(struct table *t)
{
	uint32_t which = atomic_load(&t->m.head->which) & 1;

	memcpy(t->cursor, t->m.head->cursor[which], sizeof(t->cursor));
	t->cursor[TABLE_CURSOR_MAX] = '\0';
	return t->cursor;
}

static enum rc sync_all(const struct table_map *m, struct err *e)
{
	if (msync(m->p, m->size, MS_SYNC) != 0)
		return err_sys(e, "gate-table",
		    "Cannot write the gate's table to the disk");
	return RC_OK;
}

static uint64_t move_name(struct table_map *to, const struct table_map *from,
    uint64_t offset)
{
	return offset ? table_file_put_name(to, table_file_name(from, offset))
		      : 0;
}

static enum rc copy_slots(struct table_map *to, const struct table_map *from,
    struct err *e)
{
	uint64_t i, w, last_p = 0, new_p = 0, last_b = 0, new_b = 0;

	for (i = 0; i <= from->mask; i++) {
		const struct table_slot *old = &from->slots[i];
		struct table_slot *s;

		w = atomic_load(&old->word);
		if (w == 0)
			continue;
		s = table_file_slot(to, old->fp);
		if (!s)
			return err_set(e, RC_BUG, "gate-table",
			    "A larger table has less room.");
		if (TABLE_WORD_PRODUCT(w) != last_p) {
			last_p = TABLE_WORD_PRODUCT(w);
			new_p = move_name(to, from, last_p);
		}
		if (TABLE_WORD_BATCH(w) != last_b) {
			last_b = TABLE_WORD_BATCH(w);
			new_b = move_name(to, from, last_b);
		}
		memcpy(s->fp, old->fp, sizeof(s->fp));
		memcpy(s->device, old->device, sizeof(s->device));
		s->device_n = old->device_n;
		atomic_store(&s->word,
		    TABLE_WORD(TABLE_WORD_VERDICT(w), new_p, new_b));
	}
	return RC_OK;
}

static enum rc sync_dir(const char *path, struct err *e)
{
	char dir[PATH_MAX], *slash;
	int fd;
	enum rc rc = RC_OK;

	(void)snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		rc = err_sys(e, "gate-table", "Cannot write %s", dir);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* Into a new file that takes the name when it is whole. */
static enum rc grow(struct table *t, uint64_t slots, uint64_t names,
    struct err *e)
{
	char path[PATH_MAX + 8];
	struct table_map fresh = {0};
	struct table_head *h = t->m.head;
	enum rc rc;

	(void)snprintf(path, sizeof(path), "%s.new", t->path);
	if (slots > TABLE_SLOTS_MAX)
		return err_set(e, RC_TOO_LARGE, "gate-table-full",
		    "The gate's table holds no more devices.");
	rc = table_file_make(path, slots, names, h->scope, e);
	if (rc == RC_OK)
		rc = table_file_map(&fresh, path, true, e);
	if (rc == RC_OK)
		rc = copy_slots(&fresh, &t->m, e);
	if (rc != RC_OK)
		goto out;
	memcpy(fresh.head->cursor, h->cursor, sizeof(h->cursor));
	atomic_store(&fresh.head->which, atomic_load(&h->which));
	atomic_store(&fresh.head->used, atomic_load(&h->used));
	atomic_store(&fresh.head->admitted, atomic_load(&h->admitted));
	rc = sync_all(&fresh, e);
	if (rc != RC_OK)
		goto out;
	if (rename(path, t->path) != 0) {
		rc = err_sys(e, "gate-table", "Cannot rename %s", path);
		goto out;
	}
	atomic_store_explicit(&h->replaced, 1, memory_order_release);
	table_file_unmap(&t->m);
	t->m = fresh;
	t->product.offset = t->batch.offset = 0;
	return sync_dir(t->path, e);
out:
	table_file_unmap(&fresh);
	(void)unlink(path);
	return rc;
}

/* *offset 0 means that there is no room. */
static void find_name(struct table *t, struct named *last, struct span name)
{
	if (last->offset != 0 && span_eq(span_of(last->bytes, last->n), name))
		return;
	last->offset = table_file_put_name(&t->m, name);
	last->n = (uint8_t)name.n;
	if (name.n > 0)
		memcpy(last->bytes, name.p, name.n);
}

static enum rc place_names(struct table *t, struct span product,
    struct span batch, struct err *e)
{
	enum rc rc;

	find_name(t, &t->product, product);
	find_name(t, &t->batch, batch);
	if (t->product.offset != 0 && t->batch.offset != 0)
		return RC_OK;
	rc = grow(t, t->m.mask + 1, t->m.names_size * 2, e);
	if (rc != RC_OK)
		return rc;
	find_name(t, &t->product, product);
	find_name(t, &t->batch, batch);
	return RC_OK;
}

static void set_word(struct table *t, struct table_slot *s, uint64_t w)
{
	uint64_t old = atomic_load(&s->word);
	bool was = TABLE_WORD_VERDICT(old) == TABLE_ADMIT;
	bool is = TABLE_WORD_VERDICT(w) == TABLE_ADMIT;

	if (old == w)
		return;
	atomic_store_explicit(&s->word, w, memory_order_release);
	if (old == 0)
		atomic_fetch_add(&t->m.head->used, 1);
	if (is && !was)
		atomic_fetch_add(&t->m.head->admitted, 1);
	else if (was && !is)
		atomic_fetch_sub(&t->m.head->admitted, 1);
}

enum rc table_admit(struct table *t, const uint8_t fp[TABLE_FP],
    struct span device, struct span product, struct span batch, struct err *e)
{
	uint64_t slots = t->m.mask + 1;
	struct table_slot *s;
	enum rc rc;

	if (device.n > TABLE_DEVICE_MAX || product.n > TABLE_NAME_MAX ||
	    batch.n > TABLE_NAME_MAX)
		return err_set(e, RC_INVALID, "gate-name-too-long",
		    "A name of a device, product or batch is too long.");
	if (atomic_load(&t->m.head->used) * 10 >= slots * 7) {
		rc = grow(t, slots * 2, t->m.names_size, e);
		if (rc != RC_OK)
			return rc;
	}
	rc = place_names(t, product, batch, e);
	if (rc != RC_OK)
		return rc;
	s = table_file_slot(&t->m, fp);
	if (!s)
		return err_set(e, RC_BUG, "gate-table", "The table is full.");
	if (atomic_load(&s->word) == 0) {
		memcpy(s->fp, fp, TABLE_FP);
		s->device_n = (uint8_t)device.n;
		if (device.n > 0)
			memcpy(s->device, device.p, device.n);
	}
	set_word(t, s,
	    TABLE_WORD(TABLE_ADMIT, t->product.offset, t->batch.offset));
	return RC_OK;
}

enum rc table_remove(struct table *t, const uint8_t fp[TABLE_FP], struct err *e)
{
	struct table_slot *s = table_file_slot(&t->m, fp);
	uint64_t w = s ? atomic_load(&s->word) : 0;

	if (w == 0) /* never admitted: unknown is refused as well */
		return RC_OK;
	set_word(t, s,
	    TABLE_WORD(TABLE_REMOVED, TABLE_WORD_PRODUCT(w),
		TABLE_WORD_BATCH(w)));
	return RC_OK;
}

enum rc table_sync(struct table *t, const char *cursor, struct err *e)
{
	struct table_head *h = t->m.head;
	uint32_t next = (atomic_load(&h->which) & 1) ^ 1;
	enum rc rc = sync_all(&t->m, e);

	if (rc != RC_OK)
		return rc;
	if (!span_copy_str(span_str(cursor), h->cursor[next],
		sizeof(h->cursor[next])))
		return err_set(e, RC_INVALID, "gate-cursor",
		    "The feed's cursor is too long.");
	if (msync(h, TABLE_HEADER, MS_SYNC) != 0)
		return err_sys(e, "gate-table", "Cannot write the cursor");
	atomic_store(&h->which, next);
	if (msync(h, TABLE_HEADER, MS_SYNC) != 0)
		return err_sys(e, "gate-table", "Cannot write the cursor");
	return RC_OK;
}
