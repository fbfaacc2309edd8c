/* Devices that changed since their cloud heard of them.
 * Must not know what changed: what holds is looked up when it is sent. */
#ifndef BIRTHMARK_STORE_STORE_CLOUD_CHANGE_H
#define BIRTHMARK_STORE_STORE_CLOUD_CHANGE_H

#include "base/rand.h"
#include "store/store.h"

struct store_cloud_change {
	uint64_t n; /* a change of the same device while it is sent has another
		     */
	int64_t seq;
};

/* The clouds of the account, gates apart, that may have been told of the
 * device at seq or of its batch; *n: the room, then how many. */
#define STORE_CLOUD_CHANGE_TYPE_SIZE 16
struct store_cloud_change_told {
	char cloud[RAND_ID_SIZE];
	char type[STORE_CLOUD_CHANGE_TYPE_SIZE];
};
struct store_cloud_change_of {
	const char *account, *bid;
	int64_t seq;
};
MUST_CHECK enum rc store_cloud_change_told(struct store *s,
    const struct store_cloud_change_of *of, struct store_cloud_change_told *out,
    size_t *n, struct err *e);
/* Notes the device for the cloud.  One noted already gets a new n. */
MUST_CHECK enum rc store_cloud_change_add(struct store *s, const char *cloud,
    const char *bid, int64_t seq, int64_t now_s, struct err *e);
/* Whether the device is noted for it. */
MUST_CHECK enum rc store_cloud_change_has(struct store *s, const char *cloud,
    const char *bid, int64_t seq, bool *has, struct err *e);
/* In the order of n, after that one; *n_rows: the room, then how many. */
struct store_cloud_change_page {
	const char *cloud, *bid;
	uint64_t after;
};
MUST_CHECK enum rc store_cloud_change_list(struct store *s,
    const struct store_cloud_change_page *page, struct store_cloud_change *out,
    size_t *n_rows, struct err *e);
/* It was sent as it was at n; nothing when it has changed since. */
MUST_CHECK enum rc store_cloud_change_done(struct store *s, uint64_t n,
    struct err *e);
MUST_CHECK enum rc store_cloud_change_count(struct store *s, const char *cloud,
    const char *bid, uint64_t *n, struct err *e);

#endif
