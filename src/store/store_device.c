/* The devices of all reels, in SQL.
 * Must not read what is in a certificate. */
#include "store/store_device.h"

#include <stdlib.h>
#include <string.h>

#include "store/db.h"

static int by_fp(const void *a, const void *b)
{
	const struct store_device_row *const *x = a, *const *y = b;

	return memcmp((*x)->fp, (*y)->fp, STORE_DEVICE_FP);
}

struct key_ref {
	int64_t key, seq;
};

static int by_key(const void *a, const void *b)
{
	const struct key_ref *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* Both indexes are trees of random keys: in their own order, each leaf is
 * touched once for a block instead of once for a row. */
struct order {
	const struct store_device_row **fps;
	struct key_ref *keys;
	size_t keys_n;
};

static enum rc order_make(struct order *o, const struct store_device_row *rows,
    size_t n, struct err *e)
{
	size_t i;

	o->keys_n = 0;
	o->fps = calloc(n + 1, sizeof(*o->fps));
	o->keys = calloc(2 * n + 1, sizeof(*o->keys));
	if (!o->fps || !o->keys)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; i < n; i++) {
		const struct store_device_row *r = &rows[i];

		o->fps[i] = r;
		o->keys[o->keys_n++] = (struct key_ref){r->key[0], r->seq};
		if (r->key[1] != r->key[0])
			o->keys[o->keys_n++] =
			    (struct key_ref){r->key[1], r->seq};
	}
	qsort(o->fps, n, sizeof(*o->fps), by_fp);
	qsort(o->keys, o->keys_n, sizeof(*o->keys), by_key);
	return RC_OK;
}

static void order_clear(struct order *o)
{
	free(o->fps);
	free(o->keys);
}

static enum rc insert_all(struct db *d, const struct order *o,
    const struct store_device_row *rows, size_t n, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < n && rc == RC_OK; i++)
		rc = db_run(d, e,
		    "INSERT INTO dev.device_fp (fp, seq) VALUES ($1, $2)",
		    DB_B(o->fps[i]->fp, STORE_DEVICE_FP), DB_I(o->fps[i]->seq));
	for (i = 0; i < n && rc == RC_OK; i++)
		rc = db_run(d, e,
		    "INSERT INTO dev.device (seq, cert) VALUES ($1, $2)",
		    DB_I(rows[i].seq), DB_BS(rows[i].cert));
	for (i = 0; i < o->keys_n && rc == RC_OK; i++)
		rc = db_run(d, e,
		    "INSERT INTO dev.device_id (key, seq) VALUES ($1, $2)",
		    DB_I(o->keys[i].key), DB_I(o->keys[i].seq));
	return rc;
}

static enum rc delete_all(struct db *d, const struct order *o,
    const struct store_device_row *rows, size_t n, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < n && rc == RC_OK; i++)
		rc = db_run(d, e,
		    "DELETE FROM dev.device_fp WHERE fp = $1 AND seq = $2",
		    DB_B(o->fps[i]->fp, STORE_DEVICE_FP), DB_I(o->fps[i]->seq));
	for (i = 0; i < o->keys_n && rc == RC_OK; i++)
		rc = db_run(d, e,
		    "DELETE FROM dev.device_id WHERE key = $1 AND seq = $2",
		    DB_I(o->keys[i].key), DB_I(o->keys[i].seq));
	for (i = 0; i < n && rc == RC_OK; i++)
		rc = db_run(d, e, "DELETE FROM dev.device WHERE seq = $1",
		    DB_I(rows[i].seq));
	return rc;
}

static enum rc change_all(struct store *bulk,
    const struct store_device_row *rows, size_t n,
    enum rc (*change)(struct db *, const struct order *,
	const struct store_device_row *, size_t, struct err *),
    struct err *e)
{
	struct order o = {0};
	enum rc rc;

	if (n == 0)
		return RC_OK;
	rc = order_make(&o, rows, n, e);
	if (rc != RC_OK)
		goto out;
	rc = store_begin(bulk, e);
	if (rc != RC_OK)
		goto out;
	rc = change(store_db(bulk), &o, rows, n, e);
	if (rc == RC_OK)
		rc = store_commit(bulk, e);
	else
		store_rollback(bulk);
out:
	order_clear(&o);
	return rc;
}

enum rc store_device_insert(struct store *bulk,
    const struct store_device_row *rows, size_t n, struct err *e)
{
	return change_all(bulk, rows, n, insert_all, e);
}

enum rc store_device_delete(struct store *bulk,
    const struct store_device_row *rows, size_t n, struct err *e)
{
	return change_all(bulk, rows, n, delete_all, e);
}

enum rc store_device_find_fp(struct store *s, const uint8_t fp[STORE_DEVICE_FP],
    int64_t *seq, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT seq FROM dev.device_fp WHERE fp = $1",
	    DB_B(fp, STORE_DEVICE_FP));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*seq = db_col_int(st, 0);
	db_done(st);
	return rc;
}

enum rc store_device_find_key(struct store *s, int64_t key, int64_t after,
    int64_t *seqs, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t cap = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT seq FROM dev.device_id WHERE key = $1 AND seq > $2"
	    " ORDER BY seq LIMIT $3",
	    DB_I(key), DB_I(after), DB_I(cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK)
		seqs[(*n)++] = db_col_int(st, 0);
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_device_get(struct store *s, int64_t seq, struct buf *cert,
    struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	rc = db_ask(store_db(s), &st, e,
	    "SELECT cert FROM dev.device WHERE seq = $1", DB_I(seq));
	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		buf_add_span(cert, db_col_blob(st, 0));
	db_done(st);
	return rc;
}

enum rc store_device_range(struct store *s, int64_t from, int64_t to,
    struct store_device_page *page, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc;

	page->n = 0;
	buf_reset(&page->bytes);
	rc = db_ask(store_db(s), &st, e,
	    "SELECT seq, cert FROM dev.device WHERE seq BETWEEN $1 AND $2"
	    " ORDER BY seq LIMIT $3",
	    DB_I(from), DB_I(to), DB_I(page->cap));
	while (rc == RC_OK && (rc = db_step(st, e)) == RC_OK) {
		buf_add_span(&page->bytes, db_col_blob(st, 1));
		page->seqs[page->n] = db_col_int(st, 0);
		page->ends[page->n++] = page->bytes.n;
	}
	db_done(st);
	if (rc == RC_NOT_FOUND && !buf_ok(&page->bytes))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
