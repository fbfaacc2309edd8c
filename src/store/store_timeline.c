/* What happened to devices in the field, in SQL.
 * Must not decide what is worth telling. */
#include "store/store_timeline.h"

#include "store/db.h"

enum rc store_timeline_add(struct store *s,
    const struct store_timeline_event *ev, uint64_t keep, struct err *e)
{
	struct db *d = store_db(s);
	enum rc rc = db_run(d, e,
	    "INSERT INTO device_event (seq, account_id, at, event, detail)"
	    " VALUES ($1, $2, $3, $4, $5)",
	    DB_I(ev->seq), DB_T(ev->account_id), DB_I(ev->at), DB_T(ev->event),
	    DB_T(ev->detail));

	if (rc != RC_OK)
		return rc;
	return db_run(d, e,
	    "DELETE FROM device_event WHERE seq = $1 AND n <="
	    " (SELECT n FROM device_event WHERE seq = $1"
	    " ORDER BY n DESC LIMIT 1 OFFSET $2)",
	    DB_I(ev->seq), DB_I(keep));
}

enum rc store_timeline_list(struct store *s, int64_t seq, const char *account,
    struct store_timeline_event *out, size_t *n, struct err *e)
{
	struct stmt *st = NULL;
	size_t room = *n;
	enum rc rc;

	*n = 0;
	rc = db_ask(store_db(s), &st, e,
	    "SELECT seq, at, account_id, event, detail FROM device_event"
	    " WHERE seq = $1 AND account_id = $2 ORDER BY n LIMIT $3",
	    DB_I(seq), DB_T(account), DB_I(room));
	while (rc == RC_OK && *n < room && (rc = db_step(st, e)) == RC_OK) {
		struct store_timeline_event *ev = &out[(*n)++];

		ev->seq = db_col_int(st, 0);
		ev->at = db_col_int(st, 1);
		db_col_str(st, 2, ev->account_id, sizeof(ev->account_id));
		db_col_str(st, 3, ev->event, sizeof(ev->event));
		db_col_str(st, 4, ev->detail, sizeof(ev->detail));
	}
	db_done(st);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
