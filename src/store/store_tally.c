/* Counters of an account, in SQL.
 * Must not know what makes them change. */
#include "store/store_tally.h"

#include <string.h>

#include "store/db.h"

#define SUMS                                              \
	"coalesce(sum(batches_bound), 0), "               \
	"coalesce(sum(devices_bound), 0), "               \
	"coalesce(sum(devices_provisioned), 0), "         \
	"coalesce(sum(devices_failed), 0), coalesce(sum(" \
	"devices_first_seen), 0)"

static void read_tally(struct stmt *q, struct store_tally *out)
{
	out->batches_bound = db_col_int(q, 0);
	out->devices_bound = db_col_int(q, 1);
	out->devices_provisioned = db_col_int(q, 2);
	out->devices_failed = db_col_int(q, 3);
	out->devices_first_seen = db_col_int(q, 4);
}

enum rc store_tally_add(struct store *s, const char *account, int64_t at_s,
    const struct store_tally *t, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO tally (account_id, hour, batches_bound, "
	    "devices_bound, devices_provisioned, devices_failed, "
	    "devices_first_seen) VALUES ($1, $2, $3, $4, $5, $6, $7) "
	    "ON CONFLICT (account_id, hour) DO UPDATE SET "
	    "batches_bound = tally.batches_bound + $3, "
	    "devices_bound = tally.devices_bound + $4, "
	    "devices_provisioned = tally.devices_provisioned + $5, "
	    "devices_failed = tally.devices_failed + $6, "
	    "devices_first_seen = tally.devices_first_seen + $7",
	    DB_T(account), DB_I(at_s / STORE_TALLY_HOUR_S),
	    DB_I(t->batches_bound), DB_I(t->devices_bound),
	    DB_I(t->devices_provisioned), DB_I(t->devices_failed),
	    DB_I(t->devices_first_seen));
}

enum rc store_tally_since(struct store *s, const char *account, int64_t from_s,
    struct store_tally *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " SUMS " FROM tally WHERE account_id = $1 AND hour >= $2",
	    DB_T(account), DB_I(from_s / STORE_TALLY_HOUR_S));

	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK)
		read_tally(q, out);
	db_done(q);
	return rc;
}

enum rc store_tally_days(struct store *s, const char *account, int64_t from_day,
    store_tally_row *row, void *arg, struct err *e)
{
	struct store_tally t;
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT " SUMS ", hour / 24 FROM tally "
	    "WHERE account_id = $1 AND hour >= $2 "
	    "GROUP BY hour / 24 ORDER BY hour / 24",
	    DB_T(account), DB_I(from_day * STORE_TALLY_DAY_H));

	while (rc == RC_OK && (rc = db_step(q, e)) == RC_OK) {
		read_tally(q, &t);
		row(arg, db_col_int(q, 5), &t);
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc store_tally_sum_add(struct store *s, const char *account,
    const struct store_tally_sum *d, struct err *e)
{
	return db_run(store_db(s), e,
	    "INSERT INTO account_sum (account_id, batches, devices, "
	    "provisioned, seen) VALUES ($1, $2, $3, $4, $5) "
	    "ON CONFLICT (account_id) DO UPDATE SET "
	    "batches = account_sum.batches + $2, "
	    "devices = account_sum.devices + $3, "
	    "provisioned = account_sum.provisioned + $4, "
	    "seen = account_sum.seen + $5",
	    DB_T(account), DB_I(d->batches), DB_I(d->devices),
	    DB_I(d->provisioned), DB_I(d->seen));
}

enum rc store_tally_sum_get(struct store *s, const char *account,
    struct store_tally_sum *out, struct err *e)
{
	struct stmt *q = NULL;
	enum rc rc = db_ask(store_db(s), &q, e,
	    "SELECT batches, devices, provisioned, seen FROM account_sum "
	    "WHERE account_id = $1",
	    DB_T(account));

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_step(q, e);
	if (rc == RC_OK) {
		out->batches = db_col_int(q, 0);
		out->devices = db_col_int(q, 1);
		out->provisioned = db_col_int(q, 2);
		out->seen = db_col_int(q, 3);
	}
	db_done(q);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
