/* Answers {"items":[...],"next":cursor} of lists that were asked for with one
 * row more than the page holds.
 * Knows nothing of what an item says. */
#ifndef BIRTHMARK_API_API_LIST_H
#define BIRTHMARK_API_API_LIST_H

#include "api/api.h"
#include "base/json.h"

#define API_LIST_DEFAULT 50
#define API_LIST_MAX 500

/* Use:	struct api_list l;
 *	rc = api_list_begin(&l, call, e); if (rc != RC_OK) return rc;
 *	rc = xxx_each(core, ..., &l.page, row, &l, e);
 *	row: if (!api_list_row(&l, x->id)) return; json_obj(&l.json); ...
 *	return api_list_end(&l, rc, e); */
struct api_list {
	struct api_call *call;
	struct json json;
	struct buf buf;
	struct core_page page; /* to ask for: one row more than wanted */
	uint64_t limit, n;
	char cursor[API_CURSOR_SIZE]; /* as asked, "" for the first page */
	char last[API_CURSOR_SIZE];
	bool more;
	bool has_total; /* the answer says how many there are in all */
	uint64_t total;
};

/* Reads limit and cursor of the request. */
MUST_CHECK enum rc api_list_begin(struct api_list *l, struct api_call *call,
    struct err *e);
/* A row with this cursor comes; false when it belongs to the next page and
 * nothing is to be written. */
bool api_list_row(struct api_list *l, const char *cursor);
/* rc is what the query gave; answers when it was RC_OK, cleans up always. */
MUST_CHECK enum rc api_list_end(struct api_list *l, enum rc rc, struct err *e);

#endif
