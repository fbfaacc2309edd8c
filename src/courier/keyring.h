/* The keys that open what is sealed for the courier: the present one, and the
 * one before it until everything is sealed anew.  DIR/courier/key.conf may
 * name where they are ("courier_key = ...", "courier_key_before = ..."): a
 * file, credential:NAME of systemd, or a pkcs11: URI; "courier_key_allow"
 * lists, with colons, what the module of an HSM has to reach. One thread. */
#ifndef BIRTHMARK_COURIER_KEYRING_H
#define BIRTHMARK_COURIER_KEYRING_H

#include "pki/key.h"
#include "store/store.h"

#define KEYRING_CONF "key.conf"
#define KEYRING_KEY "key.pem"
#define KEYRING_BEFORE "key-before.pem"
#define KEYRING_PATHS_MAX 16

struct keyring;

/* dir: the courier's.  RC_ENV when the present key cannot be opened; one
 * before it that is not there is no fault. */
MUST_CHECK enum rc keyring_open(struct keyring **out, const char *dir,
    struct err *e);
void keyring_free(struct keyring *r);
struct span keyring_spki(const struct keyring *r); /* of the present one */
/* RC_INVALID when none of them opens the box. */
MUST_CHECK enum rc keyring_unseal(struct keyring *r, struct span context,
    struct span box, struct buf *out, struct err *e);
/* Seals everything in the store that an older key opens for the present one,
 * and removes KEYRING_BEFORE when that is done and pub (DER of the published
 * key) is the present one's.  *n: how many. */
MUST_CHECK enum rc keyring_reseal(struct keyring *r, struct store *s,
    struct span pub, uint64_t *n, struct err *e);

/* What the module of an HSM has to reach; false: more than fit. */
MUST_CHECK enum rc keyring_paths(const char *dir, char ***paths, size_t *n,
    struct err *e);
void keyring_paths_free(char **paths, size_t n);
/* Where the present key is, as key_open takes it. */
MUST_CHECK enum rc keyring_where(const char *dir, char *out, size_t cap,
    struct err *e);

#endif
