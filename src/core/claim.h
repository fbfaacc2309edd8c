/* Claim vouchers: a signed token in a product's firmware, by which a device of
 * a batch that nobody has bound becomes an account's by itself.
 * No HTTP words, no SQL. */
#ifndef BIRTHMARK_CORE_CLAIM_H
#define BIRTHMARK_CORE_CLAIM_H

#include "core/device.h"
#include "store/store_claim.h"

#define CLAIM_NAME_MAX 100
#define CLAIM_DEVICES_MAX 1000000
#define CLAIM_DAYS_MAX 3660
#define CLAIM_BATCHES_MAX STORE_CLAIM_BATCHES_MAX
#define CLAIM_TOKEN_MAX 2048

struct claim_wish {
	const char *name;
	const char *product; /* id */
	const char *cloud;   /* id; NULL: the account's default */
	uint64_t max_devices, days;
	const char *const *batches; /* none: of any batch */
	size_t batches_n;
};
/* For the actor's account.  The token is appended: it is not kept.  RC_INVALID
 * "bad-name", "bad-limit", "bad-expiry", "bad-batch", "product-unknown",
 * "cloud-unknown". */
MUST_CHECK enum rc claim_create(struct core *c, const struct core_actor *a,
    const struct claim_wish *w, struct store_claim *out, struct buf *token,
    struct err *e);
/* RC_NOT_FOUND when it is not of the actor's account. */
MUST_CHECK enum rc claim_get(struct core *c, const struct core_actor *a,
    const char *id, struct store_claim *out, struct err *e);
/* The newest first, after that id.  *n: the room in out, then how many. */
MUST_CHECK enum rc claim_list(struct core *c, const struct core_actor *a,
    const char *after, struct store_claim *out, size_t *n, struct err *e);
/* Lets nobody in any more; devices that came by it stay. */
MUST_CHECK enum rc claim_revoke(struct core *c, const struct core_actor *a,
    const char *id, struct err *e);
/* "active", "expired", "revoked", "full" */
const char *claim_state(const struct store_claim *v, int64_t now_s);
MUST_CHECK enum rc claim_batches(struct core *c, const char *id,
    char out[][STORE_CLAIM_BID_SIZE], size_t *n, struct err *e);

struct claim_request {
	const struct device *device; /* that has shown its birth certificate */
	struct span token;
	const char *from; /* its address */
	int64_t now_s;
};
struct claim_result {
	char voucher[RAND_ID_SIZE];
	char product[129]; /* name, "" none */
	bool already;	   /* it was this account's before */
};
/* The device becomes the account's and its provisioning is queued, at once or
 * not at all, however many ask at a time.  A device that is the account's
 * already stays as it is, whatever became of the voucher.  RC_DENIED
 * "claim-refused", "claim-expired", "claim-revoked", "claim-batch",
 * "claim-limit"; RC_CONFLICT "device-bound-elsewhere"; RC_LIMIT "claim-locked"
 * after too many of those by this device. */
MUST_CHECK enum rc claim_device(struct core *c, const struct claim_request *r,
    struct claim_result *out, struct err *e);

#endif
