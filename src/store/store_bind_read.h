/* A binding as a row of a query gives it; for store_bind*.c only.
 * Must not be included outside of store. */
#ifndef BIRTHMARK_STORE_STORE_BIND_READ_H
#define BIRTHMARK_STORE_STORE_BIND_READ_H

#include "store/db.h"
#include "store/store_bind.h"

/* Of `binding b`. */
#define STORE_BIND_COLS                                              \
	"b.bid, b.account_id, b.product_id, b.cloud_id, b.bound_at," \
	" b.by_id, b.by_name, b.by_from, b.devices, b.provisioned,"  \
	" b.failed, b.seen, b.state"
#define STORE_BIND_COLS_N 13

void store_bind_read(struct stmt *st, struct store_bind *out);

#endif
