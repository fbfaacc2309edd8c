/* Reads and writes the vendor's directory.
 * Must not hold private keys longer than a call. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/rand.h"
#include "cmd/fab_dir.h"
#include "pki/cert.h"
#include "pki/label.h"

#define JSON_FILE_MAX (64 * 1024)

bool fab_dir_is_name(const char *s)
{
	size_t n = s ? strlen(s) : 0, i;

	if (n == 0 || n > FAB_DIR_NAME_MAX || s[0] == ' ')
		return false;
	for (i = 0; i < n; i++)
		if ((uint8_t)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return true;
}

bool fab_dir_is_id(const char *s)
{
	return s && label_is_bid(span_str(s));
}

enum rc fab_dir_store(const char *dir, const struct fab_dir_facts *f,
    struct err *e)
{
	char path[FAB_DIR_PATH];
	struct buf text;
	struct json w;
	enum rc rc;

	buf_init(&text, JSON_FILE_MAX);
	json_init(&w, &text);
	json_obj(&w);
	json_put_str(&w, "vendor", f->vendor);
	json_put_time(&w, "created_at", clock_now_s());
	json_put_str(&w, "root_key", f->root_key);
	json_put_str(&w, "issuing_key", f->issuing_key);
	json_put_str(&w, "signer_key", f->signer_key);
	json_put_str(&w, "crl_url", f->crl_url);
	json_put_str(&w, "aia_url", f->aia_url);
	json_put_str(&w, "ocsp_url", f->ocsp_url);
	json_put_str(&w, "hw_type_oid", f->hw_type_oid);
	json_put_str(&w, "host", f->host);
	json_end(&w);
	buf_add_str(&text, "\n");
	rc = file_join(path, sizeof(path), dir, "fab.json", e);
	if (rc == RC_OK && !buf_ok(&text))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (rc == RC_OK)
		rc = file_create(path, buf_span(&text), 0600, e);
	buf_clear(&text);
	return rc;
}

static enum rc read_json(const char *path, json_t **out, struct err *e)
{
	struct buf text;
	enum rc rc;

	*out = NULL;
	buf_init(&text, JSON_FILE_MAX);
	rc = file_read(path, &text, e);
	if (rc == RC_OK) {
		*out = json_loadb((const char *)text.p, text.n,
		    JSON_REJECT_DUPLICATES, NULL);
		if (!json_is_object(*out))
			rc = err_set(e, RC_ENV, "fab-json",
			    "The file \"%s\" is not JSON as fab writes it.",
			    path);
	}
	buf_clear_secret(&text);
	return rc;
}

static bool copy(const json_t *o, const char *key, char *out, size_t cap)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s && span_copy_str(span_str(s), out, cap);
}

/* A key's place: a token's URI as it is, a file inside the directory. */
static bool copy_key(const json_t *o, const char *key, const char *dir,
    char *out)
{
	char name[FAB_DIR_PATH];

	if (!copy(o, key, name, sizeof(name)))
		return false;
	if (span_starts(span_str(name), SPAN_LIT("pkcs11:")))
		return span_copy_str(span_str(name), out, FAB_DIR_PATH);
	return file_join(out, FAB_DIR_PATH, dir, name, NULL) == RC_OK;
}

/* Appends the DER of dir/name. */
static enum rc read_cert(const char *dir, const char *name, struct buf *out,
    struct err *e)
{
	char path[FAB_DIR_PATH];
	struct buf text;
	enum rc rc;

	buf_init(&text, JSON_FILE_MAX);
	rc = file_join(path, sizeof(path), dir, name, e);
	if (rc == RC_OK)
		rc = file_read(path, &text, e);
	if (rc == RC_OK)
		rc = cert_read(out, buf_span(&text), e);
	buf_clear(&text);
	return rc;
}

enum rc fab_dir_open(struct fab_dir *d, const char *dir, struct err *e)
{
	char path[FAB_DIR_PATH];
	json_t *o = NULL;
	enum rc rc;

	memset(d, 0, sizeof(*d));
	buf_init(&d->root, CERT_DER_MAX);
	buf_init(&d->issuing, CERT_DER_MAX);
	buf_init(&d->signer, CERT_DER_MAX);
	rc = file_join(path, sizeof(path), dir, "fab.json", e);
	if (rc != RC_OK)
		return rc;
	if (!file_exists(path))
		return err_set(e, RC_NOT_FOUND, "fab-missing",
		    "There is no fab in \"%s\". Make one with: birthmark fab "
		    "init --vendor NAME --dir %s",
		    dir, dir);
	rc = read_json(path, &o, e);
	if (rc != RC_OK)
		goto out;
	if (!span_copy_str(span_str(dir), d->dir, sizeof(d->dir)) ||
	    !copy(o, "vendor", d->vendor, sizeof(d->vendor)) ||
	    !copy(o, "crl_url", d->crl_url, sizeof(d->crl_url)) ||
	    !copy(o, "aia_url", d->aia_url, sizeof(d->aia_url)) ||
	    !copy(o, "hw_type_oid", d->hw_type_oid, sizeof(d->hw_type_oid)) ||
	    !copy(o, "host", d->host, sizeof(d->host)) ||
	    !copy_key(o, "issuing_key", dir, d->issuing_key) ||
	    !copy_key(o, "signer_key", dir, d->signer_key) ||
	    /* not in a fab of an earlier version */
	    (json_object_get(o, "ocsp_url") &&
		!copy(o, "ocsp_url", d->ocsp_url, sizeof(d->ocsp_url)))) {
		rc = err_set(e, RC_ENV, "fab-json",
		    "The file \"%s\" lacks what fab writes into it.", path);
		goto out;
	}
	rc = read_cert(dir, "root.pem", &d->root, e);
	if (rc == RC_OK)
		rc = read_cert(dir, "issuing.pem", &d->issuing, e);
	if (rc == RC_OK)
		rc = read_cert(dir, "manifest-signer.pem", &d->signer, e);
out:
	json_decref(o);
	return rc;
}

void fab_dir_clear(struct fab_dir *d)
{
	if (!d)
		return;
	buf_clear(&d->root);
	buf_clear(&d->issuing);
	buf_clear(&d->signer);
}

static enum rc store_claim(const char *path, const char *bid, bool open,
    struct err *e)
{
	uint8_t code[LABEL_CODE_BYTES];
	char text[LABEL_CODE_SIZE];
	struct buf out;
	struct json w;
	enum rc rc;

	rand_bytes(code, sizeof(code));
	label_code_text(code, text);
	buf_init(&out, JSON_FILE_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "batch", bid);
	json_put_bool(&w, "open", open);
	json_put_str(&w, "claim_code", text);
	json_end(&w);
	buf_add_str(&out, "\n");
	rc = file_create(path, buf_span(&out), 0600, e);
	explicit_bzero(code, sizeof(code));
	explicit_bzero(text, sizeof(text));
	buf_clear_secret(&out);
	/* Another process may have been first: then its code counts. */
	return rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc fab_dir_claim(const struct fab_dir *d, const char *bid, bool open,
    uint8_t code[16], struct err *e)
{
	char dir[FAB_DIR_PATH], path[FAB_DIR_PATH];
	char name[LABEL_BID_MAX + 8], text[64];
	json_t *o = NULL;
	enum rc rc;

	rc = file_join(dir, sizeof(dir), d->dir, "batches", e);
	if (rc == RC_OK)
		rc = file_mkdir(dir, 0700, e);
	(void)snprintf(name, sizeof(name), "%s.json", bid);
	if (rc == RC_OK)
		rc = file_join(path, sizeof(path), dir, name, e);
	if (rc != RC_OK)
		return rc;
	if (!file_exists(path))
		rc = store_claim(path, bid, open, e);
	if (rc == RC_OK)
		rc = read_json(path, &o, e);
	if (rc != RC_OK)
		goto out;
	if (json_is_true(json_object_get(o, "open")) != open) {
		rc = err_set(e, RC_CONFLICT, "batch-open-differs",
		    "The batch %s was begun %s --open: all its reels must "
		    "be the same.",
		    bid, open ? "without" : "with");
		goto out;
	}
	if (!copy(o, "claim_code", text, sizeof(text)))
		rc = err_set(e, RC_ENV, "fab-json",
		    "The file \"%s\" holds no claim code.", path);
	else
		rc = label_parse_code(code, span_str(text), e);
	explicit_bzero(text, sizeof(text));
out:
	json_decref(o);
	return rc;
}
