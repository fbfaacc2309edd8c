/* Follows the changes of jobs, batches and uploads.
 * Must not hold a transaction open between two looks. */
#include "core/live.h"

#include <stdlib.h>
#include <string.h>

struct live {
	struct core *c;
	enum core_scope scope;
	char scope_id[RAND_ID_SIZE];
	char bid[STORE_JOB_BID_SIZE];
	bool begun; /* all that was unfinished at the start was told */
	uint64_t after_n;
	char after_id[RAND_ID_SIZE];
	struct store_change jobs, batches, uploads;
	uint64_t last; /* change when the look began */
	union {
		struct store_job jobs[LIVE_PAGE];
		struct store_bind_row batches[LIVE_PAGE];
		struct store_upload uploads[LIVE_PAGE];
	} page;
};

enum rc live_new(struct live **out, struct core *c, const struct core_actor *a,
    const char *bid, struct err *e)
{
	struct live *l = calloc(1, sizeof(*l));
	uint64_t last = 0;
	enum rc rc;

	*out = NULL;
	if (!l)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	l->c = c;
	l->scope = a->scope;
	(void)span_copy_str(span_str(a->scope_id), l->scope_id,
	    sizeof(l->scope_id));
	(void)span_copy_str(span_str(bid), l->bid, sizeof(l->bid));
	/* Before the unfinished ones are read: a change meanwhile is told
	 * twice rather than never. */
	rc = store_change_last(c->store, &last, e);
	store_change_pass(&l->jobs, last);
	l->batches = l->uploads = l->jobs;
	if (rc == RC_OK)
		*out = l;
	else
		live_free(l);
	return rc;
}

void live_free(struct live *l)
{
	free(l);
}

enum rc live_marker(struct core *c, uint64_t *out, struct err *e)
{
	return store_change_marker(c->store, out, e);
}

static void tell_jobs(struct live *l, const struct live_ear *ear, size_t n)
{
	size_t i;

	for (i = 0; ear->job && i < n; i++)
		ear->job(ear->arg, &l->page.jobs[i]);
}

static void tell_uploads(struct live *l, const struct live_ear *ear, size_t n)
{
	size_t i;

	for (i = 0; ear->upload && i < n; i++)
		ear->upload(ear->arg, &l->page.uploads[i]);
}

static enum rc begin_jobs(struct live *l, const struct live_ear *ear, size_t *n,
    struct err *e)
{
	const struct store_job_filter f = {.account = l->scope_id,
	    .bid = l->bid};
	enum rc rc =
	    store_job_open(l->c->store, &f, l->after_n, l->page.jobs, n, e);

	if (rc != RC_OK || *n == 0)
		return rc;
	l->after_n = l->page.jobs[*n - 1].n;
	tell_jobs(l, ear, *n);
	return rc;
}

static enum rc begin_uploads(struct live *l, const struct live_ear *ear,
    size_t *n, struct err *e)
{
	enum rc rc = store_upload_open(l->c->store, l->scope_id, l->after_id,
	    l->page.uploads, n, e);

	if (rc != RC_OK || *n == 0)
		return rc;
	memcpy(l->after_id, l->page.uploads[*n - 1].id, sizeof(l->after_id));
	tell_uploads(l, ear, *n);
	return rc;
}

static enum rc follow_jobs(struct live *l, const struct live_ear *ear,
    size_t *n, struct err *e)
{
	const struct store_job_filter f = {.account = l->scope_id,
	    .bid = l->bid};
	enum rc rc =
	    store_job_changed(l->c->store, &f, &l->jobs, l->page.jobs, n, e);

	if (rc == RC_OK)
		tell_jobs(l, ear, *n);
	return rc;
}

static enum rc follow_batches(struct live *l, const struct live_ear *ear,
    size_t *n, struct err *e)
{
	const struct store_bind_filter f = {.account_id = l->scope_id,
	    .bid = l->bid};
	struct batch_row row;
	size_t i;
	enum rc rc = store_bind_list_changed(l->c->store, &f, &l->batches,
	    l->page.batches, n, e);

	for (i = 0; rc == RC_OK && ear->batch && i < *n; i++) {
		row.row = l->page.batches[i];
		ear->batch(ear->arg, &row);
	}
	return rc;
}

static enum rc follow_uploads(struct live *l, const struct live_ear *ear,
    size_t *n, struct err *e)
{
	enum rc rc = store_upload_changed(l->c->store, l->scope_id, &l->uploads,
	    l->page.uploads, n, e);

	if (rc == RC_OK)
		tell_uploads(l, ear, *n);
	return rc;
}

typedef enum rc look_fn(struct live *l, const struct live_ear *ear, size_t *n,
    struct err *e);

/* One page of a table; a page that is not full was the last: all up to the
 * last change is told then, also what another batch's rows were. */
static enum rc follow(struct live *l, const struct live_ear *ear, look_fn *look,
    struct store_change *at, bool *more, struct err *e)
{
	size_t n = LIVE_PAGE;
	enum rc rc = look(l, ear, &n, e);

	if (rc == RC_OK && n == LIVE_PAGE)
		*more = true;
	else if (rc == RC_OK)
		store_change_pass(at, l->last);
	return rc;
}

enum rc live_look(struct live *l, const struct live_ear *ear, bool *more,
    struct err *e)
{
	const bool vendor = l->scope == CORE_SCOPE_VENDOR;
	size_t n = LIVE_PAGE;
	enum rc rc;

	*more = false;
	if (!l->begun) {
		rc = vendor ? begin_uploads(l, ear, &n, e)
			    : begin_jobs(l, ear, &n, e);
		l->begun = rc == RC_OK && n < LIVE_PAGE;
		*more = true;
		return rc;
	}
	rc = store_change_last(l->c->store, &l->last, e);
	if (rc == RC_OK && vendor)
		return follow(l, ear, follow_uploads, &l->uploads, more, e);
	if (rc == RC_OK)
		rc = follow(l, ear, follow_jobs, &l->jobs, more, e);
	if (rc == RC_OK)
		rc = follow(l, ear, follow_batches, &l->batches, more, e);
	return rc;
}
