/* Keys of CAs: CA_ID.json says whose key it is and where, CA_ID.pem is it.
 * Must not replace one, nor write outside of its directory. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "signer/ca_keys.h"
#include "signer/signer_keys.h"

#define RECORD_MAX 1024
#define PEM_MAX (16 * 1024)

struct record {
	char account[RAND_ID_SIZE];
	char hsm[HSM_CONF_NAME_SIZE]; /* "": a file */
	enum key_type type;
};

static enum rc unknown(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "ca-key-unknown",
	    "The signer has no such key of this account.");
}

/* "DIR/CA.suffix"; a checked id holds no character of a path. */
static enum rc path_of(const struct ca_keys *k, struct span ca,
    const char *suffix, char out[4096], struct err *e)
{
	char name[64];
	struct buf b;
	enum rc rc;

	buf_init(&b, sizeof(name));
	buf_add_span(&b, ca);
	buf_add_str(&b, suffix);
	if (!rand_is_id(ca, "ca") ||
	    !span_copy_str(buf_span(&b), name, sizeof(name)))
		rc = err_set(e, RC_BUG, "ca-id", "The CA's id is none.");
	else
		rc = file_join(out, 4096, k->dir, name, e);
	buf_clear(&b);
	return rc;
}

static bool copy(const json_t *o, const char *name, char *out, size_t cap)
{
	const json_t *v = json_object_get(o, name);

	return json_is_string(v) &&
	    span_copy_str(span_of(json_string_value(v), json_string_length(v)),
		out, cap);
}

static enum rc parse_record(struct span text, struct record *out, struct err *e)
{
	json_t *o = json_loadb((const char *)text.p, text.n,
	    JSON_REJECT_DUPLICATES, NULL);
	char type[16];
	bool ok;

	ok = copy(o, "account", out->account, sizeof(out->account)) &&
	    copy(o, "hsm", out->hsm, sizeof(out->hsm)) &&
	    copy(o, "key_type", type, sizeof(type));
	json_decref(o);
	if (ok)
		out->type = key_type_of(span_str(type));
	if (!ok || out->type == KEY_UNKNOWN ||
	    !rand_is_id(span_str(out->account), "acc"))
		return err_set(e, RC_ENV, "ca-record-broken",
		    "The signer's record of a CA's key is damaged; restore it "
		    "from a backup.");
	return RC_OK;
}

/* RC_NOT_FOUND when there is none. */
static enum rc read_record(const struct ca_keys *k, struct span ca,
    struct record *out, struct err *e)
{
	char path[4096];
	struct buf text;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = path_of(k, ca, ".json", path, e);
	if (rc != RC_OK)
		return rc;
	if (!file_exists(path))
		return unknown(e);
	buf_init(&text, RECORD_MAX);
	rc = file_read(path, &text, e);
	if (rc == RC_OK)
		rc = parse_record(buf_span(&text), out, e);
	buf_clear(&text);
	return rc;
}

static enum rc write_record(const struct ca_keys *k, struct span ca,
    const struct record *r, struct err *e)
{
	char path[4096];
	struct buf text;
	struct json w;
	enum rc rc;

	buf_init(&text, RECORD_MAX);
	json_init(&w, &text);
	json_obj(&w);
	json_put_str(&w, "account", r->account);
	json_put_str(&w, "key_type", key_type_name(r->type));
	json_put_str(&w, "hsm", r->hsm);
	json_end(&w);
	rc = path_of(k, ca, ".json", path, e);
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&text), 0600, e);
	buf_clear(&text);
	return rc;
}

/* The record comes first, so a key without one was not made here. */
static enum rc make_file(const struct ca_keys *k, struct span ca,
    enum key_type type, struct key **out, struct err *e)
{
	char path[4096];
	struct buf pem;
	enum rc rc;

	rc = path_of(k, ca, ".pem", path, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&pem, PEM_MAX);
	rc = key_generate(out, type, e);
	if (rc == RC_OK)
		rc = key_pem(*out, &pem, e);
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&pem), 0600, e);
	buf_clear_secret(&pem);
	if (rc != RC_OK) {
		key_free(*out);
		*out = NULL;
	}
	return rc;
}

static enum rc open_file(const struct ca_keys *k, struct span ca,
    const struct record *r, struct key **out, struct err *e)
{
	char path[4096];
	enum rc rc;

	rc = path_of(k, ca, ".pem", path, e);
	if (rc != RC_OK)
		return rc;
	/* A kill between the record and the key: nobody has seen one yet. */
	if (!file_exists(path))
		return make_file(k, ca, r->type, out, e);
	return key_open(out, path, e);
}

static enum rc open_hsm(struct ca_keys *k, const char *account,
    const char *name, struct key **out, struct err *e)
{
	const struct hsm_conf *c = k->hsm;
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; i < c->keys_n; i++)
		if (span_eq_str(span_str(account), c->keys[i].account) &&
		    span_eq_str(span_str(name), c->keys[i].name))
			break;
	if (i == c->keys_n)
		return err_set(e, RC_NOT_FOUND, "hsm-name-unknown",
		    "The operator has given this account no key of that name "
		    "in an HSM.");
	if (k->hsm_keys[i] == NULL)
		rc = key_open(&k->hsm_keys[i], c->keys[i].uri, e);
	*out = k->hsm_keys[i];
	return rc;
}

/* The one in use, else the one that was not used for longest. */
static struct ca_keys_entry *find(struct ca_keys *k, struct span ca)
{
	struct ca_keys_entry *oldest = &k->entries[0];
	size_t i;

	for (i = 0; i < CA_KEYS_OPEN; i++) {
		struct ca_keys_entry *x = &k->entries[i];

		if (x->key != NULL && span_eq_str(ca, x->ca))
			return x;
		if (x->used < oldest->used)
			oldest = x;
	}
	return oldest;
}

static void drop(struct ca_keys_entry *x)
{
	if (!x->borrowed)
		key_free(x->key);
	memset(x, 0, sizeof(*x));
}

/* Takes what the record says into the entry. */
static enum rc load(struct ca_keys *k, struct ca_keys_entry *x, struct span ca,
    const struct record *r, struct err *e)
{
	struct key *key = NULL;
	enum rc rc;

	rc = r->hsm[0] != '\0' ? open_hsm(k, r->account, r->hsm, &key, e)
			       : open_file(k, ca, r, &key, e);
	if (rc != RC_OK)
		return rc;
	drop(x);
	x->key = key;
	x->borrowed = r->hsm[0] != '\0';
	(void)span_copy_str(ca, x->ca, sizeof(x->ca));
	(void)span_copy_str(span_str(r->account), x->account,
	    sizeof(x->account));
	return RC_OK;
}

enum rc ca_keys_get(struct ca_keys *k, struct span account, struct span ca,
    struct key **out, struct err *e)
{
	struct ca_keys_entry *x = find(k, ca);
	struct record r;
	enum rc rc;

	*out = NULL;
	if (x->key == NULL || !span_eq_str(ca, x->ca)) {
		rc = read_record(k, ca, &r, e);
		if (rc == RC_OK && !span_eq_str(account, r.account))
			rc = unknown(e);
		if (rc == RC_OK)
			rc = load(k, x, ca, &r, e);
		if (rc != RC_OK)
			return rc;
	}
	if (!span_eq_str(account, x->account))
		return unknown(e);
	x->used = ++k->clock;
	*out = x->key;
	return RC_OK;
}

static enum rc compare(const struct record *r, const struct ca_keys_new *n,
    struct err *e)
{
	if (!span_eq_str(n->account, r->account))
		return unknown(e);
	if (!span_eq_str(n->hsm, r->hsm) || n->type != r->type)
		return err_set(e, RC_CONFLICT, "ca-key-differs",
		    "The CA has a key already, of another type or in another "
		    "place.");
	return RC_OK;
}

/* A new CA; its key in an HSM has to be there, and of the type. */
static enum rc begin(struct ca_keys *k, const struct ca_keys_new *n,
    struct err *e)
{
	struct record r = {.type = n->type};
	struct key *key;
	enum rc rc = RC_OK;

	if (!span_copy_str(n->account, r.account, sizeof(r.account)) ||
	    !span_copy_str(n->hsm, r.hsm, sizeof(r.hsm)))
		return err_set(e, RC_INVALID, "hsm-name",
		    "The name of the key in the HSM is too long.");
	if (n->hsm.n > 0) {
		rc = open_hsm(k, r.account, r.hsm, &key, e);
		if (rc == RC_OK && key_type(key) != n->type)
			rc = err_set(e, RC_INVALID, "hsm-key-type",
			    "The key in the HSM is of the type %s.",
			    key_type_name(key_type(key)));
	}
	return rc == RC_OK ? write_record(k, n->ca, &r, e) : rc;
}

enum rc ca_keys_make(struct ca_keys *k, const struct ca_keys_new *n,
    struct key **out, struct err *e)
{
	struct record r;
	enum rc rc;

	*out = NULL;
	rc = read_record(k, n->ca, &r, NULL);
	if (rc == RC_OK)
		rc = compare(&r, n, e);
	else if (rc == RC_NOT_FOUND)
		rc = begin(k, n, e);
	else
		rc = read_record(k, n->ca, &r, e);
	return rc == RC_OK ? ca_keys_get(k, n->account, n->ca, out, e) : rc;
}

enum rc ca_keys_open(struct ca_keys *k, const char *dir, struct err *e)
{
	struct err fault = {.rc = RC_BUG};
	enum rc rc;
	size_t i;

	k->hsm = calloc(1, sizeof(*k->hsm));
	if (k->hsm == NULL)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	rc = file_join(k->dir, sizeof(k->dir), dir, SIGNER_KEYS_CA_DIR, e);
	if (rc == RC_OK)
		rc = hsm_conf_read(k->hsm, dir, e);
	for (i = 0; rc == RC_OK && i < k->hsm->keys_n; i++)
		if (key_open(&k->hsm_keys[i], k->hsm->keys[i].uri, &fault) !=
		    RC_OK)
			log_err(LOG_WARN, k->hsm->keys[i].name, &fault);
	return rc;
}

void ca_keys_clear(struct ca_keys *k)
{
	size_t i;

	for (i = 0; i < CA_KEYS_OPEN; i++)
		drop(&k->entries[i]);
	for (i = 0; i < HSM_CONF_KEYS_MAX; i++)
		key_free(k->hsm_keys[i]);
	if (k->hsm != NULL)
		hsm_conf_clear(k->hsm);
	free(k->hsm);
	k->hsm = NULL;
}
