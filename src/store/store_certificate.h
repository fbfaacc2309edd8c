/* Certificates that accounts' CAs issued, and what keeps devices out.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_CERTIFICATE_H
#define BIRTHMARK_STORE_STORE_CERTIFICATE_H

#include "base/rand.h"
#include "store/store.h"

struct store_certificate {
	int64_t n;
	char id[RAND_ID_SIZE]; /* "crt_..." */
	char account_id[RAND_ID_SIZE];
	char ca_id[RAND_ID_SIZE];
	char kind[8]; /* "device", "server", "role" */
	int64_t seq;  /* of the device; 0: a server's */
	uint8_t fp[32], spki_sha256[32];
	uint8_t serial[20];
	size_t serial_n;
	int64_t not_before, not_after;
	char state[8]; /* "valid", "held", "revoked" */
	int reason;    /* CRLReason, unless valid */
	bool barred;   /* held because its device is kept out */
	int64_t state_at, issued_at;
	struct buf der; /* owned; store_certificate_clear */
};
void store_certificate_init(struct store_certificate *c);
void store_certificate_clear(struct store_certificate *c);

/* Sets n. */
MUST_CHECK enum rc store_certificate_add(struct store *s,
    struct store_certificate *c, struct err *e);
/* RC_NOT_FOUND leaves e untouched, here and below.  account NULL: any. */
MUST_CHECK enum rc store_certificate_find(struct store *s, const char *account,
    const char *id, struct store_certificate *out, struct err *e);
MUST_CHECK enum rc store_certificate_find_fp(struct store *s,
    const uint8_t fp[32], struct store_certificate *out, struct err *e);
/* The newest valid one of this device for this key, by this CA. */
MUST_CHECK enum rc store_certificate_find_key(struct store *s,
    const struct store_certificate *like, int64_t now_s,
    struct store_certificate *out, struct err *e);

/* Whether this device's owner holds a certificate for this key, or has revoked
 * one because others may know the key. */
MUST_CHECK enum rc store_certificate_key_lost(struct store *s,
    const struct store_certificate *like, bool *lost, struct err *e);
/* One of this device's and account's, by its serial number. */
MUST_CHECK enum rc store_certificate_find_serial(struct store *s,
    const struct store_certificate *like, struct store_certificate *out,
    struct err *e);

struct store_certificate_list {
	const char *account; /* NULL: any */
	const char *ca;	     /* NULL: any */
	const char *state;   /* NULL: any; "expired" is one too */
	int64_t seq;	     /* 0: any */
	int64_t before;	     /* n; 0: from the newest */
	int64_t now_s;
};
/* Newest first, no roles.  *n: the room in out (each initialised), then how
 * many. */
MUST_CHECK enum rc store_certificate_list(struct store *s,
    const struct store_certificate_list *l, struct store_certificate *out,
    size_t *n, struct err *e);

/* Those of l's account and device (seq): first the ones that are valid at
 * now_s, newest first; then the others, those first that became so last.  *n as
 * above. */
MUST_CHECK enum rc store_certificate_of_device(struct store *s,
    const struct store_certificate_list *l, struct store_certificate *out,
    size_t *n, struct err *e);

struct store_certificate_state {
	const char *state;
	int reason;
	int64_t at;
	bool barred;
};
/* Also: its CA's lists have changed, and whether it came off hold. */
MUST_CHECK enum rc store_certificate_set(struct store *s,
    const struct store_certificate *c, const struct store_certificate_state *to,
    struct err *e);

/* What keeps a device out. */
struct store_certificate_bar {
	char birth[8]; /* "", "held", "revoked" by its vendor */
	int birth_reason;
	bool quarantined; /* or scrapped */
	bool scrapped;
};
MUST_CHECK enum rc store_certificate_bars(struct store *s, int64_t seq,
    struct store_certificate_bar *out, struct err *e);
struct store_certificate_quarantine {
	int64_t seq;
	const char *account, *note, *by_name;
	int64_t at;
	bool scrapped; /* for good, also from quarantine */
};
/* RC_CONFLICT, e untouched, when it is so already, or scrapped. */
MUST_CHECK enum rc store_certificate_quarantine(struct store *s,
    const struct store_certificate_quarantine *q, struct err *e);
/* RC_NOT_FOUND when it is not, or scrapped. */
MUST_CHECK enum rc store_certificate_release(struct store *s, int64_t seq,
    const char *account, struct err *e);

/* A batch that its account gives back: *used when devices of it have
 * certificates of the account that are good or on hold.  Those that came by
 * themselves are left out, here and below. */
MUST_CHECK enum rc store_certificate_used(struct store *s, const char *account,
    const char *bid, int64_t now_s, bool *used, struct err *e);
/* None of its devices is in quarantine any more; those scrapped stay so. */
MUST_CHECK enum rc store_certificate_forget(struct store *s,
    const char *account, const char *bid, struct err *e);

struct store_certificate_birth {
	int64_t seq;
	char vendor_id[RAND_ID_SIZE];
	uint8_t fp[32];
	char chip_id[65];
	uint8_t serial[20];
	size_t serial_n;
	char state[8];
	int reason;
	int64_t at;
	char by_name[256];
};
MUST_CHECK enum rc store_certificate_birth_put(struct store *s,
    const struct store_certificate_birth *b, struct err *e);
MUST_CHECK enum rc store_certificate_birth_find(struct store *s, int64_t seq,
    struct store_certificate_birth *out, struct err *e);
MUST_CHECK enum rc store_certificate_birth_delete(struct store *s, int64_t seq,
    struct err *e);
/* In the order of seq, after this one. */
MUST_CHECK enum rc store_certificate_birth_list(struct store *s,
    const char *vendor, int64_t after, struct store_certificate_birth *out,
    size_t *n, struct err *e);

#endif
