/* One page of the service's feed: a signed head and the entries it covers.
 * Checked whole before any entry counts. */
#ifndef BIRTHMARK_GATE_GATE_PAGE_H
#define BIRTHMARK_GATE_GATE_PAGE_H

#include "gate/table.h"
#include "pki/key.h"

#define GATE_PAGE_MAX (8u * 1024 * 1024) /* bytes of a page */
#define GATE_PAGE_ENTRIES_MAX 20000
#define GATE_PAGE_KEYS_MAX 8
#define GATE_PAGE_AGE_S 900 /* older pages could be replayed ones */
#define GATE_PAGE_SKEW_S 300

/* The service's public keys, from its JWKS. */
struct gate_page_keys {
	struct key_pub *key[GATE_PAGE_KEYS_MAX];
	size_t n;
};

MUST_CHECK enum rc gate_page_keys_load(struct gate_page_keys *k,
    struct span jwks, struct err *e);
void gate_page_keys_clear(struct gate_page_keys *k);

/* What the page must be for. */
struct gate_page_want {
	const char *account, *cloud;
	const char *cursor; /* where we stand; "" at first */
	int64_t now_s;
};

struct gate_page_entry {
	bool admit;
	uint8_t fp[TABLE_FP];
	struct span device, product, batch; /* borrowed from the page */
};

struct gate_page {
	size_t n;
	struct gate_page_entry *entries;
	char to[TABLE_CURSOR_MAX + 1];
	bool more;
	void *json; /* holds what the spans point to */
};

/* Judges body: signature by one of the keys, account, cloud, from == cursor,
 * age, count and digest of the entries, form of each entry.  RC_INVALID with
 * nothing in p otherwise. */
MUST_CHECK enum rc gate_page_parse(struct gate_page *p, struct span body,
    const struct gate_page_keys *keys, const struct gate_page_want *want,
    struct err *e);
/* The form of the entries alone: text is the JSON list.  For gate_page_parse,
 * and for tests that have no key. */
MUST_CHECK enum rc gate_page_entries(struct gate_page *p, struct span text,
    struct err *e);
void gate_page_clear(struct gate_page *p);
/* All entries to the table, then the cursor. */
MUST_CHECK enum rc gate_page_apply(const struct gate_page *p, struct table *t,
    struct err *e);

#endif
