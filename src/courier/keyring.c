/* The keys that open what is sealed for the courier.
 * Must not log a location: it may hold a PIN. */
#include "courier/keyring.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "pki/seal.h"
#include "store/store_sealed.h"

#define SECRET_MAX (64 * 1024)
#define BOX_MAX (SECRET_MAX + 1024)
#define WHERE_MAX 2048

struct keyring {
	char before_file[PATH_MAX];
	struct key *key, *before; /* before: NULL, there is none */
};

struct places {
	char *key, *before, *allow;
};

/* The table wants fixed addresses. */
static struct places now;

static const struct conf_item items[] = {
    {"courier_key", ARGS_STR, &now.key, KEYRING_KEY, "the present key"},
    {"courier_key_before", ARGS_STR, &now.before, KEYRING_BEFORE,
	"the key before it, until all is sealed anew"},
    {"courier_key_allow", ARGS_STR, &now.allow, "",
	"paths that an HSM's module has to reach, with colons"},
    {NULL, ARGS_HELP, NULL, NULL, NULL},
};

static enum rc read_places(const char *dir, struct err *e)
{
	char path[PATH_MAX];
	enum rc rc = file_join(path, sizeof(path), dir, KEYRING_CONF, e);

	memset(&now, 0, sizeof(now));
	if (rc == RC_OK)
		rc = conf_load(items, file_exists(path) ? path : NULL, e);
	return rc;
}

/* As key_open takes it. */
static enum rc resolve(const char *dir, const char *place, char *out,
    size_t cap, struct err *e)
{
	static const char credential[] = "credential:";
	const char *given = getenv("CREDENTIALS_DIRECTORY");
	struct span s = span_str(place);

	if (span_starts(s, SPAN_LIT("credential:"))) {
		if (!given)
			return err_set(e, RC_ENV, "credential-missing",
			    "The courier's key is to be a credential of "
			    "systemd, but none were given: load it by "
			    "LoadCredential= or LoadCredentialEncrypted=.");
		return file_join(out, cap, given,
		    place + sizeof(credential) - 1, e);
	}
	if (span_starts(s, SPAN_LIT("pkcs11:")) || place[0] == '/')
		return span_copy_str(s, out, cap)
		    ? RC_OK
		    : err_set(e, RC_INVALID, "courier-key",
			  "The place of the courier's key is too long.");
	return file_join(out, cap, dir, place, e);
}

static bool is_file(const char *where)
{
	return !span_starts(span_str(where), SPAN_LIT("pkcs11:"));
}

/* Beside the present key there may be none. */
static enum rc open_before(struct keyring *r, const char *dir, struct err *e)
{
	char where[WHERE_MAX];
	enum rc rc = resolve(dir, now.before, where, sizeof(where), e);

	if (rc == RC_ENV ||
	    (rc == RC_OK && is_file(where) && !file_exists(where)))
		return RC_OK;
	if (rc == RC_OK)
		rc = key_open(&r->before, where, e);
	explicit_bzero(where, sizeof(where));
	return rc;
}

enum rc keyring_where(const char *dir, char *out, size_t cap, struct err *e)
{
	enum rc rc = read_places(dir, e);

	if (rc == RC_OK)
		rc = resolve(dir, now.key, out, cap, e);
	conf_clear(items);
	return rc;
}

enum rc keyring_open(struct keyring **out, const char *dir, struct err *e)
{
	struct keyring *r = calloc(1, sizeof(*r));
	char where[WHERE_MAX];
	enum rc rc;

	*out = NULL;
	if (!r)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	rc = read_places(dir, e);
	if (rc == RC_OK)
		rc = resolve(dir, now.key, where, sizeof(where), e);
	if (rc == RC_OK)
		rc = key_open(&r->key, where, e);
	if (rc == RC_OK)
		rc = open_before(r, dir, e);
	if (rc == RC_OK)
		rc = file_join(r->before_file, sizeof(r->before_file), dir,
		    KEYRING_BEFORE, e);
	conf_clear(items);
	explicit_bzero(where, sizeof(where));
	if (rc == RC_OK && key_type(r->key) != KEY_P256)
		rc = err_set(e, RC_INVALID, "courier-key",
		    "The courier's key has to be one of P-256.");
	if (rc == RC_OK)
		*out = r;
	else
		keyring_free(r);
	return rc;
}

void keyring_free(struct keyring *r)
{
	if (!r)
		return;
	key_free(r->key);
	key_free(r->before);
	free(r);
}

struct span keyring_spki(const struct keyring *r)
{
	return key_spki(r->key);
}

enum rc keyring_unseal(struct keyring *r, struct span context, struct span box,
    struct buf *out, struct err *e)
{
	struct err first = {0};
	enum rc rc = seal_open(r->key, context, box, out, &first);

	if (rc == RC_INVALID && r->before &&
	    seal_open(r->before, context, box, out, NULL) == RC_OK)
		return RC_OK;
	if (rc != RC_OK && e)
		*e = first;
	return rc;
}

/* One box, if it is the older key's. */
static enum rc reseal_one(struct keyring *r, struct store *s,
    const struct store_sealed *x, uint64_t *n, struct err *e)
{
	struct span context = span_str(x->id);
	struct buf secret, box;
	enum rc rc = RC_OK;

	buf_init(&secret, SECRET_MAX);
	buf_init(&box, BOX_MAX);
	if (seal_open(r->key, context, buf_span(&x->box), &secret, NULL) ==
		RC_OK ||
	    seal_open(r->before, context, buf_span(&x->box), &secret, NULL) !=
		RC_OK)
		goto out; /* fine, or nobody's any more */
	rc = seal_close(key_spki(r->key), context, buf_span(&secret), &box, e);
	if (rc == RC_OK)
		rc = store_sealed_replace(s, x, buf_span(&box), e);
	*n += rc == RC_OK;
out:
	buf_clear_secret(&secret);
	buf_clear(&box);
	return rc;
}

static enum rc reseal_all(struct keyring *r, struct store *s,
    enum store_sealed_kind kind, uint64_t *n, struct err *e)
{
	struct store_sealed x = {.kind = kind};
	enum rc rc;

	buf_init(&x.box, BOX_MAX);
	do {
		rc = store_sealed_next(s, &x, e);
		if (rc == RC_OK)
			rc = reseal_one(r, s, &x, n, e);
	} while (rc == RC_OK);
	buf_clear(&x.box);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc keyring_reseal(struct keyring *r, struct store *s, struct span pub,
    uint64_t *n, struct err *e)
{
	enum rc rc;

	*n = 0;
	if (!r->before)
		return RC_OK;
	rc = reseal_all(r, s, STORE_SEALED_CLOUD, n, e);
	if (rc == RC_OK)
		rc = reseal_all(r, s, STORE_SEALED_UPSTREAM, n, e);
	/* While others still seal for the older key it is needed. */
	if (rc != RC_OK || !span_eq(pub, key_spki(r->key)))
		return rc;
	if (unlink(r->before_file) != 0 && errno != ENOENT)
		return err_sys(e, "courier-key-before",
		    "All credentials are sealed for the present key; remove "
		    "%.300s, which could not be removed",
		    r->before_file);
	return RC_OK;
}

enum rc keyring_paths(const char *dir, char ***paths, size_t *n, struct err *e)
{
	const char *given = getenv("CREDENTIALS_DIRECTORY");
	struct span rest, one;
	enum rc rc = read_places(dir, e);
	char **list = calloc(KEYRING_PATHS_MAX, sizeof(*list));

	*n = 0;
	*paths = list;
	if (rc == RC_OK && !list)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK && given)
		list[(*n)++] = strdup(given);
	rest = span_str(rc == RC_OK ? now.allow : NULL);
	while (rc == RC_OK && rest.n > 0) {
		(void)span_cut(&rest, ':', &one);
		if (*n == KEYRING_PATHS_MAX || one.n == 0 || one.p[0] != '/')
			rc = err_set(e, RC_INVALID, "courier-key-allow",
			    "The setting courier_key_allow takes at most %d "
			    "whole paths with colons between them.",
			    KEYRING_PATHS_MAX - 1);
		else
			list[(*n)++] = strndup((const char *)one.p, one.n);
	}
	conf_clear(items);
	return rc;
}

void keyring_paths_free(char **paths, size_t n)
{
	while (paths && n > 0)
		free(paths[--n]);
	free(paths);
}
