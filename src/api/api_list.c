/* Builds the JSON of one page of a list.
 * Must not know what an item says. */
#include <string.h>

#include "api/api_list.h"

#define LIST_BYTES (8 * 1024 * 1024)

enum rc api_list_begin(struct api_list *l, struct api_call *call, struct err *e)
{
	enum rc rc;

	memset(l, 0, sizeof(*l));
	l->call = call;
	rc = api_page(call, API_LIST_MAX, API_LIST_DEFAULT, &l->limit,
	    l->cursor, e);
	if (rc != RC_OK)
		return rc;
	l->page = (struct core_page){l->cursor, l->limit + 1};
	buf_init(&l->buf, LIST_BYTES);
	json_init(&l->json, &l->buf);
	json_obj(&l->json);
	json_key(&l->json, "items");
	json_arr(&l->json);
	return RC_OK;
}

bool api_list_row(struct api_list *l, const char *cursor)
{
	if (l->n >= l->limit) {
		l->more = true;
		return false;
	}
	l->n++;
	(void)span_copy_str(span_str(cursor), l->last, sizeof(l->last));
	return true;
}

enum rc api_list_end(struct api_list *l, enum rc rc, struct err *e)
{
	if (rc == RC_OK) {
		json_end(&l->json);
		json_put_str(&l->json, "next", l->more ? l->last : NULL);
		if (l->has_total)
			json_put_u64(&l->json, "total", l->total);
		json_end(&l->json);
		if (buf_ok(&l->buf))
			api_json(l->call, 200, &l->buf);
		else
			rc = err_set(e, RC_TOO_LARGE, "page-too-large",
			    "The page is too large; ask for fewer items with "
			    "limit.");
	}
	buf_clear(&l->buf);
	return rc;
}
