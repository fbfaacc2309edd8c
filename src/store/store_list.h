/* What of a list is asked for.
 * Must not hold anything but the question. */
#ifndef BIRTHMARK_STORE_STORE_LIST_H
#define BIRTHMARK_STORE_STORE_LIST_H

#include <stdint.h>

/* Rows of one scope ("account", "vendor", "service") after cursor ("" from
 * the start), at most limit.  A list uses the fields that fit it. */
struct store_list {
	const char *scope, *scope_id;
	const char *user;
	const char *cursor;
	uint64_t limit;
	int64_t now_s;
};

#endif
