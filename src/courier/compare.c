/* What is in a cloud beside what is to be, item by item, flat in memory.
 * Must not change anything there. */
#include "courier/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "courier/turn_load.h"
#include "courier/turn_record.h"
#include "store/store_found.h"
#include "store/store_welcome.h"

#define ITEMS_MAX 256	     /* kept before they are written */
#define DEVICES_MAX 500	     /* in one transaction */
#define EXCEPTIONS_MAX 10000 /* told one by one; the counts are of all */
#define STRANGERS_PAGE 256
#define DER_MAX ((size_t)CLOUD_WANT_CERTS_MAX * CERT_DER_MAX)

struct compare {
	struct turn *k;
	struct store *s;
	struct store_job *j;
	bool plan;
	struct store_found *items;
	size_t items_n;
	uint64_t told; /* exceptions */
	struct cloud_want want;
	struct connector_device d;
	struct buf der;
};

/* What the parts of a device come to. */
struct verdict {
	size_t parts, absent, same, other, clash;
	struct store_found at; /* the first that is not as it should be */
	struct connector_item expected;
};

static enum rc begin(struct compare *c, struct err *e)
{
	return store_begin(c->s, e);
}

/* Ends a transaction; RC_CONFLICT "job-stopped", and its state is another, when
 * the account has stopped the job. */
static enum rc commit(struct compare *c, enum rc rc, struct err *e)
{
	if (rc == RC_OK)
		rc = store_job_step(c->s, c->j, c->k->lease,
		    clock_now_ms() + TURN_LEASE_MS, e);
	if (rc == RC_OK)
		rc = store_commit(c->s, e);
	if (rc != RC_OK)
		store_rollback(c->s);
	if (rc == RC_OK && strcmp(c->j->state, "running") != 0)
		rc = err_set(e, RC_CONFLICT, "job-stopped",
		    "The job was stopped.");
	return rc;
}

static enum rc flush(struct compare *c, struct err *e)
{
	enum rc rc = begin(c, e);
	size_t i;

	if (rc != RC_OK)
		return rc;
	for (i = 0; rc == RC_OK && i < c->items_n; i++)
		rc = store_found_put(c->s, c->j->n, &c->items[i], e);
	c->items_n = 0;
	return commit(c, rc, e);
}

static enum rc on_item(void *ctx, const struct connector_item *item,
    struct err *e)
{
	struct compare *c = ctx;
	struct store_found *f = &c->items[c->items_n++];

	_Static_assert(sizeof(f->key) == sizeof(item->key), "one key");
	_Static_assert(sizeof(f->value) == sizeof(item->value), "one value");
	memcpy(f->key, item->key, sizeof(f->key));
	memcpy(f->value, item->value, sizeof(f->value));
	return c->items_n == ITEMS_MAX ? flush(c, e) : RC_OK;
}

/* fresh: also what an earlier turn has told. */
static enum rc clear_found(struct compare *c, bool fresh, struct err *e)
{
	enum rc rc = begin(c, e);

	if (rc != RC_OK)
		return rc;
	rc = store_found_clear(c->s, c->j->n, e);
	if (rc == RC_OK && fresh)
		rc = store_job_exception_clear(c->s, c->j->n, e);
	return commit(c, rc, e);
}

static enum rc read_cloud(struct compare *c, struct err *e)
{
	struct connector_talk t;
	enum rc rc = clear_found(c, true, e);

	if (rc != RC_OK)
		return rc;
	converse_talk_init(&t, &c->k->c, CONNECTOR_LIST);
	t.item = on_item;
	t.ctx = c;
	rc = converse_run(&t, &c->k->c, e);
	converse_talk_clear(&t);
	return rc == RC_OK ? flush(c, e) : rc;
}

/* who: the chip, or a stranger's key. */
static enum rc tell_of(struct compare *c, const char *who, const char *what,
    const char *message, struct err *e)
{
	struct store_job_exception x = {.seq = c->d.seq};

	if (c->told++ >= EXCEPTIONS_MAX)
		return RC_OK;
	memcpy(x.fp, c->d.certs[0].fp, sizeof(x.fp));
	(void)span_copy_str(span_str(who), x.chip_id, sizeof(x.chip_id));
	(void)span_copy_str(span_str(what), x.what, sizeof(x.what));
	(void)span_copy_str(span_of(message,
				strnlen(message, sizeof(x.message) - 1)),
	    x.message, sizeof(x.message));
	return store_job_exception_put(c->s, c->j->n, &x, e);
}

static enum rc tell(struct compare *c, const char *what, const char *message,
    struct err *e)
{
	return tell_of(c, c->d.chip_id, what, message, e);
}

/* One part of a device: is it there, and as it should be? */
static enum rc look_part(struct compare *c, const struct connector_item *item,
    struct verdict *v, struct err *e)
{
	struct store_found f;
	enum rc rc = store_found_get(c->s, c->j->n, item->key, &f, e);
	struct connector_item found;

	v->parts++;
	if (rc == RC_NOT_FOUND) {
		v->absent++;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	memcpy(found.key, f.key, sizeof(found.key));
	memcpy(found.value, f.value, sizeof(found.value));
	if (strcmp(f.value, item->value) == 0) {
		v->same++;
	} else {
		if (v->other + v->clash == 0) {
			v->at = f;
			v->expected = *item;
		}
		if (c->k->kind->clash && c->k->kind->clash(item, &found))
			v->clash++;
		else
			v->other++;
	}
	return store_found_claim(c->s, c->j->n, item->key, e);
}

/* What is to be gone. */
static enum rc judge_gone(struct compare *c, const struct verdict *v,
    struct err *e)
{
	if (v->same + v->other == 0) {
		c->j->same++;
		return RC_OK;
	}
	if (c->plan)
		c->j->removed++;
	else
		c->j->altered++;
	return tell(c, c->plan ? "remove" : "different",
	    c->plan ? "It would be removed."
		    : "It is there and should be gone.",
	    e);
}

static enum rc judge_present(struct compare *c, const struct verdict *v,
    struct err *e)
{
	char text[CONNECTOR_TEXT_SIZE];
	/* What was never there cannot get in either. */
	bool kept_out = c->d.want == CONNECTOR_SUSPEND;
	size_t absent = kept_out ? 0 : v->absent;

	(void)snprintf(text, sizeof(text),
	    "%.80s is \"%.80s\" instead of "
	    "\"%.80s\".",
	    v->at.key, v->at.value, v->expected.value);
	if (v->clash > 0) {
		c->j->conflicts++;
		return tell(c, "conflict", text, e);
	}
	if (absent == v->parts && v->parts > 0) {
		c->j->created++;
		return tell(c, c->plan ? "create" : "missing",
		    c->plan ? "It would be created." : "It is not there.", e);
	}
	if (v->other + absent > 0) {
		c->j->altered++;
		return tell(c, c->plan ? "change" : "different",
		    v->other > 0 ? text : "A part of it is not there.", e);
	}
	c->j->same++;
	return RC_OK;
}

static enum rc compare_one(struct compare *c, struct err *e)
{
	struct connector_item items[CONNECTOR_ITEMS_MAX];
	struct verdict v = {0};
	size_t i, n;
	enum rc rc = RC_OK;

	buf_reset(&c->der);
	turn_load_device(&c->want, &c->d, &c->der);
	turn_load_point(&c->d, &c->der);
	if (c->d.want == CONNECTOR_SUSPEND && !c->k->kind->rules.can_suspend)
		c->d.want = CONNECTOR_REMOVE;
	n = c->k->kind->expect(&c->k->c.way, &c->d, items);
	for (i = 0; rc == RC_OK && i < n; i++)
		rc = look_part(c, &items[i], &v, e);
	c->j->done++;
	if (rc != RC_OK)
		return rc;
	return c->d.want == CONNECTOR_REMOVE ? judge_gone(c, &v, e)
					     : judge_present(c, &v, e);
}

static enum rc compare_walked(struct compare *c, struct cloud_want_walk *walk,
    struct err *e)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK) {
		size_t i;

		rc = begin(c, e);
		if (rc != RC_OK)
			return rc;
		for (i = 0; rc == RC_OK && i < DEVICES_MAX; i++) {
			rc = cloud_want_walk_next(walk, &c->want, e);
			if (rc == RC_OK)
				rc = compare_one(c, e);
		}
		if (rc == RC_NOT_FOUND) {
			rc = commit(c, RC_OK, e);
			return rc;
		}
		rc = commit(c, rc, e);
	}
	return rc;
}

static bool is_removal(const struct compare *c)
{
	return c->plan && strstr(c->j->result, "\"remove\"");
}

static enum rc compare_batch(struct compare *c, const char *bid, bool removal,
    struct err *e)
{
	const struct cloud_want_of of = {.account = c->j->account,
	    .cloud = c->j->cloud,
	    .bid = bid};
	struct cloud_want_walk *walk = NULL;
	enum rc rc =
	    cloud_want_walk_new(&walk, &c->k->t->core, &of, 0, removal, e);

	if (rc == RC_OK && c->plan)
		cloud_want_walk_assume(walk, !removal);
	if (rc == RC_OK)
		rc = compare_walked(c, walk, e);
	cloud_want_walk_free(walk);
	return rc;
}

static enum rc compare_single(struct compare *c, const struct store_welcome *w,
    struct err *e)
{
	const struct cloud_want_of of = {.account = c->j->account,
	    .cloud = c->j->cloud,
	    .bid = w->bid};
	enum rc rc = cloud_want_get(&c->k->t->core, &of, w->seq, &c->want, e);

	if (rc == RC_OK)
		rc = begin(c, e);
	return rc == RC_OK ? commit(c, compare_one(c, e), e) : rc;
}

static enum rc compare_all(struct compare *c, struct err *e)
{
	struct store_welcome w = {0};
	size_t n = 1;
	enum rc rc = RC_OK;

	while (rc == RC_OK) {
		rc = store_welcome_in(c->s, c->j->cloud, &w, &w, &n, e);
		if (rc != RC_OK || n == 0)
			break;
		rc = w.seq > 0 ? compare_single(c, &w, e)
			       : compare_batch(c, w.bid, !w.admit, e);
	}
	return rc;
}

/* What is there and of no device of ours. */
static enum rc tell_strangers(struct compare *c, struct err *e)
{
	struct store_found page[STRANGERS_PAGE];
	char after[STORE_FOUND_KEY_SIZE] = "", text[CONNECTOR_TEXT_SIZE];
	size_t i, n = STRANGERS_PAGE;
	enum rc rc = RC_OK;

	while (rc == RC_OK && n == STRANGERS_PAGE) {
		rc = store_found_strangers(c->s, c->j->n, after, page, &n, e);
		if (rc == RC_OK)
			rc = begin(c, e);
		if (rc != RC_OK)
			return rc;
		for (i = 0; rc == RC_OK && i < n; i++) {
			memset(&c->d, 0, sizeof(c->d));
			c->d.seq = STORE_JOB_STRANGER + c->j->removed++;
			(void)snprintf(text, sizeof(text), "%.160s: %.130s",
			    page[i].key, page[i].value);
			rc = tell_of(c, page[i].key, "stranger", text, e);
			memcpy(after, page[i].key, sizeof(after));
		}
		rc = commit(c, rc, e);
	}
	return rc;
}

/* A kind of cloud that cannot be read: what our own record says. */
static enum rc recall(struct compare *c, struct err *e)
{
	struct store_welcome w;
	struct store_job *j = c->j;
	enum rc rc = store_welcome_get(c->s, j->cloud, j->bid, 0, &w, e);
	bool there = rc == RC_OK;

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	j->done = j->total;
	if (is_removal(c))
		*(there ? &j->removed : &j->same) = j->total;
	else
		*(there ? &j->same : &j->created) = j->total;
	return RC_OK;
}

static enum rc compare_read(struct compare *c, struct err *e)
{
	enum rc rc = read_cloud(c, e);

	if (rc == RC_OK && c->plan)
		rc = compare_batch(c, c->j->bid, is_removal(c), e);
	else if (rc == RC_OK)
		rc = compare_all(c, e);
	if (rc == RC_OK && !c->plan)
		rc = tell_strangers(c, e);
	return rc == RC_OK ? clear_found(c, false, e) : rc;
}

/* A comparison that was cut off begins anew. */
static void restart(struct store_job *j)
{
	j->done = j->failed = j->created = j->same = 0;
	j->altered = j->removed = j->conflicts = 0;
}

enum rc compare_run(struct turn *k, struct err *e)
{
	struct compare c = {.k = k,
	    .s = k->t->core.store,
	    .j = &k->record.ahead,
	    .plan = strcmp(k->j->kind, "plan") == 0};
	enum rc rc;

	restart(c.j);
	c.items = calloc(ITEMS_MAX, sizeof(*c.items));
	cloud_want_init(&c.want);
	buf_init(&c.der, DER_MAX);
	if (!c.items)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	else if (!k->kind->rules.can_list)
		rc = recall(&c, e);
	else
		rc = compare_read(&c, e);
	if (rc == RC_OK) {
		if (c.j->total < c.j->done)
			c.j->total = c.j->done;
		turn_record_over(k, "done", "");
	}
	free(c.items);
	cloud_want_clear(&c.want);
	buf_clear(&c.der);
	return rc;
}
