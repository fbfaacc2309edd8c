/* Reads and answers what is about batches, for vendors and for accounts.
 * Must not tell a vendor who bound one. */
#include "api/api_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_list.h"
#include "core/batch.h"

#define ANSWER_MAX (512 * 1024)

static void reel_write(struct json *w, const struct store_reel *r)
{
	json_obj(w);
	json_put_str(w, "reel", r->name);
	json_put_u64(w, "devices", r->devices);
	json_put_str(w, "form", r->form);
	json_put_time(w, "published_at", r->published_at);
	json_put_hex(w, "manifest_sha256",
	    span_of(r->manifest_sha256, sizeof(r->manifest_sha256)));
	json_end(w);
}

static enum rc reels_write(struct api_call *call, struct json *w,
    const char *bid, struct err *e)
{
	struct store_reel *reels = calloc(BATCH_REELS_MAX, sizeof(*reels));
	size_t i, n = 0;
	enum rc rc;

	rc = reels ? batch_reels(call->core, bid, reels, &n, e)
		   : err_set(e, RC_ENV, "memory", "Out of memory.");
	json_key(w, "reels");
	json_arr(w);
	for (i = 0; i < n; i++)
		reel_write(w, &reels[i]);
	json_end(w);
	free(reels);
	return rc;
}

static enum rc bid_of(const struct api_call *call, char bid[65], struct err *e)
{
	if (api_param(call, 1, bid, 65))
		return RC_OK;
	return err_set(e, RC_NOT_FOUND, "not-found",
	    "There is no such batch here.");
}

/* As the vendor sees it */

static enum rc vendor_write(struct api_call *call, struct json *w,
    const struct store_batch *b, struct err *e)
{
	enum rc rc;

	json_obj(w);
	json_put_str(w, "batch", b->bid);
	json_put_bool(w, "open", b->open);
	json_put_u64(w, "devices", b->devices);
	json_put_bool(w, "bound", b->bound);
	json_put_time(w, "published_at", b->published_at);
	rc = reels_write(call, w, b->bid, e);
	json_end(w);
	return rc;
}

static enum rc read_vendor_state(struct api_call *call,
    struct store_batch_filter *f, struct err *e)
{
	static const char *const names[] = {
	    [STORE_BATCH_BOUND] = "bound",
	    [STORE_BATCH_UNBOUND] = "unbound",
	    [STORE_BATCH_OPEN] = "open",
	};
	char state[16];
	size_t i = STORE_BATCH_BOUND;

	if (!http_query(call->req, "state", state, sizeof(state)))
		return RC_OK;
	while (i <= STORE_BATCH_OPEN && strcmp(names[i], state) != 0)
		i++;
	if (i > STORE_BATCH_OPEN)
		return err_set(e, RC_INVALID, "bad-state",
		    "The state is one of bound, unbound and open.");
	f->state = (enum store_batch_state)i;
	return RC_OK;
}

enum rc api_batch_vendor_list(struct api_call *call, struct err *e)
{
	struct store_batch_filter f = {.vendor_id = call->actor.scope_id};
	struct store_batch *rows = NULL;
	char q[65];
	struct api_list l;
	size_t i, n;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	n = l.limit + 1;
	f.after = l.cursor;
	if (http_query(call->req, "q", q, sizeof(q)))
		f.q = q;
	rc = read_vendor_state(call, &f, e);
	if (rc == RC_OK) {
		rows = calloc(n, sizeof(*rows));
		rc = rows ? batch_list_vendor(call->core, &f, rows, &n, e)
			  : err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	for (i = 0; rc == RC_OK && i < n && api_list_row(&l, rows[i].bid); i++)
		rc = vendor_write(call, &l.json, &rows[i], e);
	free(rows);
	return api_list_end(&l, rc, e);
}

enum rc api_batch_vendor_get(struct api_call *call, struct err *e)
{
	struct store_batch b;
	struct json w;
	struct buf out;
	char bid[65];
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = bid_of(call, bid, e);
	if (rc == RC_OK)
		rc = batch_of_vendor(call->core, call->actor.scope_id, bid, &b,
		    e);
	if (rc == RC_OK)
		rc = vendor_write(call, &w, &b, e);
	if (rc == RC_OK)
		api_json(call, 200, &out);
	buf_clear(&out);
	return rc;
}

/* As the account sees it */

static void ref_write(struct json *w, const char *key, const char *id,
    const char *name)
{
	json_key(w, key);
	if (id[0] == '\0') {
		json_nil(w);
		return;
	}
	json_obj(w);
	json_put_str(w, "id", id);
	json_put_str(w, "name", name);
	json_end(w);
}

void api_batch_write(struct json *w, const struct batch_row *r,
    enum core_role role)
{
	bool cloud = role != CORE_OPERATOR && r->row.cloud_name[0] != '\0';
	const struct store_bind *b = &r->row.bind;

	json_put_str(w, "batch", b->bid);
	json_put_str(w, "vendor", r->row.vendor_name);
	ref_write(w, "product", b->product_id, r->row.product_name);
	ref_write(w, "cloud", cloud ? b->cloud_id : "", r->row.cloud_name);
	json_put_u64(w, "devices", b->devices);
	json_put_u64(w, "provisioned", b->provisioned);
	json_put_u64(w, "failed", b->failed);
	json_put_u64(w, "seen", b->seen);
	json_put_time(w, "bound_at", b->bound_at);
	json_put_str(w, "bound_by", b->by_name);
	json_put_str(w, "from", b->by_from);
	json_put_str(w, "state", b->state);
}

struct filters {
	char q[128], product[RAND_ID_SIZE], cloud[RAND_ID_SIZE], state[16];
	char bid[65];
	uint64_t total; /* as the cursor remembers it, from the first page */
};

static const struct {
	const char *name;
	uint8_t letter; /* in a cursor */
} sorts[] = {
    [STORE_BIND_BOUND_AT] = {"bound_at", 't'},
    [STORE_BIND_BATCH] = {"batch", 'b'},
    [STORE_BIND_DEVICES] = {"devices", 'd'},
    [STORE_BIND_PROVISIONED] = {"provisioned", 'p'},
    [STORE_BIND_SEEN] = {"seen", 's'},
};
#define SORTS (sizeof(sorts) / sizeof(sorts[0]))

static enum rc read_order(struct api_call *call, struct store_bind_filter *f,
    struct err *e)
{
	char sort[16], order[8];
	size_t i = STORE_BIND_BOUND_AT;

	if (http_query(call->req, "sort", sort, sizeof(sort)))
		for (i = 0; i < SORTS && strcmp(sort, sorts[i].name) != 0; i++)
			;
	if (i == SORTS)
		return err_set(e, RC_INVALID, "bad-sort",
		    "Batches are sorted by bound_at, batch, devices, "
		    "provisioned or seen.");
	f->sort = (enum store_bind_sort)i;
	if (!http_query(call->req, "order", order, sizeof(order)))
		return RC_OK;
	f->ascending = strcmp(order, "asc") == 0;
	if (!f->ascending && strcmp(order, "desc") != 0)
		return err_set(e, RC_INVALID, "bad-sort",
		    "The order is asc or desc.");
	return RC_OK;
}

static void read_filters(struct api_call *call, struct filters *v,
    struct store_bind_filter *f)
{
	if (http_query(call->req, "q", v->q, sizeof(v->q)))
		f->q = v->q;
	if (http_query(call->req, "product", v->product, sizeof(v->product)))
		f->product_id = v->product;
	if (http_query(call->req, "cloud", v->cloud, sizeof(v->cloud)))
		f->cloud_id = v->cloud;
	if (http_query(call->req, "state", v->state, sizeof(v->state)))
		f->state = v->state;
}

/* A cursor is its order's letter and "a" or "d", the value and BID of the last
 * one had, and how many match in all: "ta.TIME.TOTAL.BID". */
static enum rc read_cursor(const char *cursor, struct filters *v,
    struct store_bind_filter *f, struct err *e)
{
	struct span rest = span_str(cursor), order, value, total;
	uint64_t at = 0;

	if (cursor[0] == '\0')
		return RC_OK;
	if (!span_cut(&rest, '.', &order) || order.n != 2 ||
	    order.p[0] != sorts[f->sort].letter ||
	    order.p[1] != (f->ascending ? 'a' : 'd') ||
	    !span_cut(&rest, '.', &value) || !span_u64(value, INT64_MAX, &at) ||
	    !span_cut(&rest, '.', &total) ||
	    !span_u64(total, INT64_MAX, &v->total) ||
	    !span_copy_str(rest, v->bid, sizeof(v->bid)))
		return err_set(e, RC_INVALID, "bad-cursor",
		    "The cursor is not one that a list of this order gave.");
	f->after_value = (int64_t)at;
	f->after_bid = v->bid;
	return RC_OK;
}

static void write_cursor(const struct store_bind_filter *f, uint64_t total,
    const struct store_bind *b, char out[API_CURSOR_SIZE])
{
	(void)snprintf(out, API_CURSOR_SIZE, "%c%c.%lld.%llu.%s",
	    sorts[f->sort].letter, f->ascending ? 'a' : 'd',
	    (long long)store_bind_list_value(b, f->sort),
	    (unsigned long long)total, b->bid);
}

/* Only the first page counts; what was all of them need not be counted. */
static enum rc count_all(struct api_call *call,
    const struct store_bind_filter *f, const struct api_list *l, size_t n,
    uint64_t *total, struct err *e)
{
	if (f->after_bid)
		return RC_OK;
	*total = n;
	if (n <= l->limit)
		return RC_OK;
	return batch_count(call->core, &call->actor, f, total, e);
}

static void write_rows(struct api_call *call, struct api_list *l,
    const struct store_bind_filter *f, const struct batch_row *rows, size_t n,
    uint64_t total)
{
	char cursor[API_CURSOR_SIZE];
	size_t i;

	for (i = 0; i < n; i++) {
		write_cursor(f, total, &rows[i].row.bind, cursor);
		if (!api_list_row(l, cursor))
			break;
		json_obj(&l->json);
		api_batch_write(&l->json, &rows[i], call->actor.role);
		json_end(&l->json);
	}
	l->has_total = true;
	l->total = total;
}

enum rc api_batch_list(struct api_call *call, struct err *e)
{
	struct batch_row *rows = NULL;
	struct store_bind_filter f = {0};
	struct filters v = {.total = 0};
	struct api_list l;
	size_t n = 0;
	enum rc rc;

	rc = api_list_begin(&l, call, e);
	if (rc != RC_OK)
		return rc;
	read_filters(call, &v, &f);
	rc = read_order(call, &f, e);
	if (rc == RC_OK)
		rc = read_cursor(l.cursor, &v, &f, e);
	if (rc == RC_OK) {
		n = l.limit + 1;
		rows = calloc(n, sizeof(*rows));
		rc = rows
		    ? batch_list(call->core, &call->actor, &f, rows, &n, e)
		    : err_set(e, RC_ENV, "memory", "Out of memory.");
	}
	if (rc == RC_OK)
		rc = count_all(call, &f, &l, n, &v.total, e);
	if (rc == RC_OK)
		write_rows(call, &l, &f, rows, n, v.total);
	free(rows);
	return api_list_end(&l, rc, e);
}

static enum rc account_answer(struct api_call *call, const char *bid,
    struct err *e)
{
	struct batch_row *r = calloc(1, sizeof(*r));
	struct json w;
	struct buf out;
	enum rc rc;

	buf_init(&out, ANSWER_MAX);
	json_init(&w, &out);
	rc = r ? batch_of_account(call->core, &call->actor, bid, r, e)
	       : err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK) {
		json_obj(&w);
		api_batch_write(&w, r, call->actor.role);
		rc = reels_write(call, &w, bid, e);
		json_end(&w);
	}
	if (rc == RC_OK)
		api_json(call, 200, &out);
	buf_clear(&out);
	free(r);
	return rc;
}

enum rc api_batch_get(struct api_call *call, struct err *e)
{
	char bid[65];
	enum rc rc = bid_of(call, bid, e);

	return rc == RC_OK ? account_answer(call, bid, e) : rc;
}

/* JSON null takes away, a missing field leaves. */
static enum rc ref_field(struct api_call *call, const char *name,
    const char **out, struct err *e)
{
	json_t *v = json_object_get(call->body, name);

	*out = NULL;
	if (v && json_is_null(v)) {
		*out = "";
		return RC_OK;
	}
	return api_field_str_opt(call, name, RAND_ID_SIZE - 1, out, e);
}

enum rc api_batch_update(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"product", "cloud", NULL};
	const char *product = NULL, *cloud = NULL;
	char bid[65];
	enum rc rc;

	rc = bid_of(call, bid, e);
	if (rc == RC_OK)
		rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = ref_field(call, "product", &product, e);
	if (rc == RC_OK)
		rc = ref_field(call, "cloud", &cloud, e);
	if (rc == RC_OK)
		rc = batch_change(call->core, &call->actor, bid, product, cloud,
		    e);
	return rc == RC_OK ? account_answer(call, bid, e) : rc;
}
