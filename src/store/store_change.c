/* The number of the last change; the triggers of the schema count.
 * Must not write. */
#include "store/store_change.h"

#include <string.h>

#include "store/db.h"

#define BEYOND_IDS "\x7f"

enum rc store_change_marker(struct store *s, uint64_t *out, struct err *e)
{
	return db_marker(store_db(s), out, e);
}

enum rc store_change_last(struct store *s, uint64_t *out, struct err *e)
{
	struct stmt *st = NULL;
	enum rc rc = db_query(store_db(s), "SELECT n FROM change WHERE one = 1",
	    NULL, 0, &st, e);

	if (rc == RC_OK)
		rc = db_step(st, e);
	if (rc == RC_OK)
		*out = (uint64_t)db_col_int(st, 0);
	db_done(st);
	return rc;
}

void store_change_pass(struct store_change *at, uint64_t changed)
{
	if (changed < at->changed)
		return;
	at->changed = changed;
	at->n = INT64_MAX;
	memcpy(at->id, BEYOND_IDS, sizeof(BEYOND_IDS));
}
