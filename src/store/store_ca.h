/* Certificate authorities of accounts, and the profiles that name them.
 * Stores; judges nothing. */
#ifndef BIRTHMARK_STORE_STORE_CA_H
#define BIRTHMARK_STORE_STORE_CA_H

#include "base/rand.h"
#include "store/store.h"

#define STORE_CA_NAME_SIZE 101
#define STORE_CA_DN_SIZE 65 /* of CN and O */

struct store_ca {
	char id[RAND_ID_SIZE]; /* "ca_..." */
	char account_id[RAND_ID_SIZE];
	char name[STORE_CA_NAME_SIZE];
	char kind[10];		      /* "root", "issuing", "upstream" */
	char parent_id[RAND_ID_SIZE]; /* "": itself or elsewhere */
	char hsm_name[65];	      /* "": a file */
	char key_type[12];
	char common_name[STORE_CA_DN_SIZE], org[STORE_CA_DN_SIZE];
	int64_t not_after; /* 0: no certificate yet */
	int64_t created_at, retired_at;
	uint64_t certificates; /* valid ones, where they were counted */
	struct buf spki;       /* owned; store_ca_clear */
	struct buf der;	       /* empty: none yet */
	struct buf chain;      /* those above that are no row, DER after DER */
};
void store_ca_init(struct store_ca *ca);
void store_ca_clear(struct store_ca *ca);

/* RC_CONFLICT, e untouched, when the name is taken. */
MUST_CHECK enum rc store_ca_add(struct store *s, const struct store_ca *ca,
    struct err *e);
/* account NULL: of any.  now_s 0: its certificates are not counted, which takes
 * long when they are many.  RC_NOT_FOUND leaves e untouched, as below. */
MUST_CHECK enum rc store_ca_find(struct store *s, const char *account,
    const char *id, int64_t now_s, struct store_ca *out, struct err *e);
/* The first made of the account that is not retired and has a certificate,
 * roots before others. */
MUST_CHECK enum rc store_ca_find_top(struct store *s, const char *account,
    int64_t now_s, struct store_ca *out, struct err *e);
/* The first made right below this one that is not retired. */
MUST_CHECK enum rc store_ca_find_below(struct store *s, const char *id,
    int64_t now_s, struct store_ca *out, struct err *e);
/* Newest first, after the id `after` ("": from the first).  *n: the room in
 * out (each initialised), then how many. */
struct store_ca_list {
	const char *account, *after;
	int64_t now_s;
};
MUST_CHECK enum rc store_ca_list(struct store *s, const struct store_ca_list *l,
    struct store_ca *out, size_t *n, struct err *e);
/* The certificate it has now, with what OCSP calls it by. */
struct store_ca_cert {
	struct span der, chain;
	int64_t not_after;
	uint8_t key_hash[20], key_hash2[32];
};
MUST_CHECK enum rc store_ca_set_cert(struct store *s, const char *id,
    const struct store_ca_cert *cert, struct err *e);
MUST_CHECK enum rc store_ca_retire(struct store *s, const char *id,
    int64_t now_s, struct err *e);
/* How many an account has, those that are retired too. */
MUST_CHECK enum rc store_ca_count(struct store *s, const char *account,
    uint64_t *n, struct err *e);
/* Whether a profile names it, or a CA that is not retired stands below it. */
MUST_CHECK enum rc store_ca_in_use(struct store *s, const char *id, bool *used,
    struct err *e);
/* Whether one that is not retired has this name. */
MUST_CHECK enum rc store_ca_has_name(struct store *s, const char *account,
    const char *name, bool *has, struct err *e);
/* Whether an authority that holds its own key, of whatever account, has this
 * one. */
MUST_CHECK enum rc store_ca_has_key(struct store *s, struct span spki,
    bool *has, struct err *e);
/* The certificates of all CAs of all accounts that have one, oldest first. */
typedef void store_ca_row(void *arg, struct span der);
MUST_CHECK enum rc store_ca_each(struct store *s, store_ca_row *row, void *arg,
    struct err *e);

struct store_ca_profile {
	char product_id[RAND_ID_SIZE], account_id[RAND_ID_SIZE];
	char ca_id[RAND_ID_SIZE];
	int64_t changed_at;
	struct buf text; /* JSON; initialised and cleared by the caller */
};
MUST_CHECK enum rc store_ca_profile_put(struct store *s,
    const struct store_ca_profile *p, struct err *e);
/* account NULL: of any. */
MUST_CHECK enum rc store_ca_profile_find(struct store *s, const char *account,
    const char *product, struct store_ca_profile *out, struct err *e);
MUST_CHECK enum rc store_ca_profile_delete(struct store *s, const char *account,
    const char *product, struct err *e);

#endif
