/* The form of the table's file: mapping, slots and names.
 * Must not decide anything: table.c does. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/table_file.h"

static bool size_fits(const struct table_head *h, uint64_t size)
{
	uint64_t slots = h->slots, names = h->names_size;

	return slots >= 16 && slots <= TABLE_SLOTS_MAX &&
	    (slots & (slots - 1)) == 0 && names <= UINT64_C(1) << 33 &&
	    size == TABLE_HEADER + slots * sizeof(struct table_slot) + names;
}

static enum rc map_fd(struct table_map *m, int fd, const char *path, bool write,
    struct err *e)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0)
		return err_sys(e, "gate-table", "Cannot look at %s", path);
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)TABLE_HEADER)
		return err_set(e, RC_ENV, "gate-table",
		    "%s is not a table of a gate.", path);
	p = mmap(NULL, (size_t)st.st_size,
	    write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(e, "gate-table", "Cannot map %s", path);
	memset(m, 0, sizeof(*m));
	m->p = p;
	m->size = (size_t)st.st_size;
	m->inode = st.st_ino;
	m->head = p;
	if (m->head->magic != TABLE_MAGIC ||
	    !size_fits(m->head, (uint64_t)st.st_size)) {
		table_file_unmap(m);
		return err_set(e, RC_ENV, "gate-table",
		    "%s is not a table of a gate, or of another release.",
		    path);
	}
	m->slots = (struct table_slot *)(void *)(m->p + TABLE_HEADER);
	m->mask = m->head->slots - 1;
	m->names_size = m->head->names_size;
	m->names =
	    m->p + TABLE_HEADER + (m->mask + 1) * sizeof(struct table_slot);
	return RC_OK;
}

enum rc table_file_map(struct table_map *m, const char *path, bool write,
    struct err *e)
{
	int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	enum rc rc;

	if (fd < 0 && errno == ENOENT)
		return err_set(e, RC_NOT_FOUND, "gate-table-absent",
		    "There is no table %s; is the gate running?", path);
	if (fd < 0)
		return err_sys(e, "gate-table", "Cannot open %s", path);
	rc = map_fd(m, fd, path, write, e);
	(void)close(fd);
	return rc;
}

void table_file_unmap(struct table_map *m)
{
	if (m->p)
		(void)munmap(m->p, m->size);
	memset(m, 0, sizeof(*m));
}

static enum rc fill_fd(int fd, const char *path, const struct table_head *h,
    struct err *e)
{
	off_t size = (off_t)(TABLE_HEADER +
	    h->slots * sizeof(struct table_slot) + h->names_size);
	ssize_t n;

	/* A hole costs nothing, and a write to it could fail with SIGBUS on
	 * a full disk; so take the room now. */
	errno = posix_fallocate(fd, 0, size);
	if (errno != 0)
		return err_sys(e, errno == ENOSPC ? "disk-full" : "gate-table",
		    "Cannot make room for %s", path);
	n = pwrite(fd, h, sizeof(*h), 0);
	if (n != (ssize_t)sizeof(*h) || fsync(fd) != 0)
		return err_sys(e, "gate-table", "Cannot write %s", path);
	return RC_OK;
}

enum rc table_file_make(const char *path, uint64_t slots, uint64_t names_size,
    const char *scope, struct err *e)
{
	struct table_head h;
	enum rc rc;
	int fd;

	memset(&h, 0, sizeof(h));
	h.magic = TABLE_MAGIC;
	h.slots = slots;
	h.names_size = names_size;
	atomic_init(&h.names_used, 8); /* offset 0 is "none" */
	if (!span_copy_str(span_str(scope), h.scope, sizeof(h.scope)))
		return err_set(e, RC_INVALID, "gate-scope",
		    "The ids of account and cloud are too long.");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0644);
	if (fd < 0)
		return err_sys(e, "gate-table", "Cannot make %s", path);
	rc = fill_fd(fd, path, &h, e);
	(void)close(fd);
	if (rc != RC_OK)
		(void)unlink(path);
	return rc;
}

struct table_slot *table_file_slot(const struct table_map *m,
    const uint8_t fp[TABLE_FP])
{
	uint64_t i, h;

	/* A SHA-256 is as good a hash as any. */
	memcpy(&h, fp, sizeof(h));
	for (i = 0; i <= m->mask; i++) {
		struct table_slot *s = &m->slots[(h + i) & m->mask];

		if (atomic_load_explicit(&s->word, memory_order_acquire) == 0 ||
		    memcmp(s->fp, fp, TABLE_FP) == 0)
			return s;
	}
	return NULL;
}

struct span table_file_name(const struct table_map *m, uint64_t offset)
{
	uint64_t at = offset * 8;

	if (at == 0 || at >= m->names_size ||
	    m->names[at] >= m->names_size - at)
		return SPAN_NONE;
	return span_of(m->names + at + 1, m->names[at]);
}

uint64_t table_file_put_name(struct table_map *m, struct span name)
{
	uint64_t at = 8, used = atomic_load(&m->head->names_used), next;

	/* Few names for many devices, and runs of the same: table.c keeps the
	 * last ones, so this walk is rare. */
	while (at < used && at < m->names_size) {
		if (span_eq(table_file_name(m, at / 8), name))
			return at / 8;
		at += (1u + m->names[at] + 7u) & ~7u;
	}
	next = (used + 1 + name.n + 7) & ~UINT64_C(7);
	if (next > m->names_size)
		return 0;
	m->names[used] = (uint8_t)name.n;
	if (name.n > 0)
		memcpy(m->names + used + 1, name.p, name.n);
	atomic_store(&m->head->names_used, next);
	return used / 8;
}
