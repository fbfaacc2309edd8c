/* Attacks by manifests: each is sent as the chip maker would send it.
 * Must not publish anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/demo_attack.h"
#include "pki/cms.h"

#define MANIFEST_BYTES (1024 * 1024)

/* A copy of a good reel folder, to be spoilt. */
struct copy {
	char dir[STAGE_PATH];
	char manifest[STAGE_PATH];
	char signature[STAGE_PATH];
	struct buf text;
};

static enum rc read_in(struct demo *d, const char *name, struct buf *out,
    struct err *e)
{
	char path[STAGE_PATH];
	enum rc rc = stage_path(&d->stage, name, path, e);

	return rc == RC_OK ? file_read(path, out, e) : rc;
}

/* reel.json under the attack's own reel name. */
static enum rc copy_facts(struct demo *d, const char *name, const char *dir,
    struct err *e)
{
	char path[STAGE_PATH];
	json_t *reel = NULL;
	char *text = NULL;
	struct buf b;
	enum rc rc;

	buf_init(&b, MANIFEST_BYTES);
	rc = read_in(d, "reels/unlisted/reel.json", &b, e);
	if (rc == RC_OK) {
		reel = json_loadb((const char *)b.p, b.n, 0, NULL);
		(void)json_object_set_new(reel, "reel", json_string(name));
		text = json_dumps(reel, 0);
		rc = file_join(path, sizeof(path), dir, "reel.json", e);
	}
	if (rc == RC_OK)
		rc = file_write(path, span_str(text), 0600, e);
	free(text);
	json_decref(reel);
	buf_clear(&b);
	return rc;
}

static enum rc begin(struct demo *d, const char *name, struct copy *c,
    struct err *e)
{
	struct buf cms;
	enum rc rc;

	buf_init(&cms, CMS_MAX);
	buf_init(&c->text, MANIFEST_BYTES);
	rc = stage_path(&d->stage, name, c->dir, e);
	if (rc == RC_OK)
		rc = file_mkdir(c->dir, 0700, e);
	if (rc == RC_OK)
		rc = copy_facts(d, name, c->dir, e);
	if (rc == RC_OK)
		rc = file_join(c->manifest, STAGE_PATH, c->dir, "manifest.csv",
		    e);
	if (rc == RC_OK)
		rc = file_join(c->signature, STAGE_PATH, c->dir,
		    "manifest.csv.p7s", e);
	if (rc == RC_OK)
		rc = read_in(d, "reels/unlisted/manifest.csv", &c->text, e);
	if (rc == RC_OK)
		rc = read_in(d, "reels/unlisted/manifest.csv.p7s", &cms, e);
	if (rc == RC_OK)
		rc = file_write(c->signature, buf_span(&cms), 0600, e);
	buf_clear(&cms);
	return rc;
}

static enum rc load_signer(struct demo *d, const char *fab, struct buf *cert,
    struct buf *ca, struct key **k, struct err *e)
{
	char name[96], path[STAGE_PATH];
	struct buf text;
	enum rc rc;

	buf_init(&text, MANIFEST_BYTES);
	(void)snprintf(name, sizeof(name), "%s/manifest-signer.pem", fab);
	rc = read_in(d, name, &text, e);
	if (rc == RC_OK)
		rc = cert_read(cert, buf_span(&text), e);
	buf_reset(&text);
	(void)snprintf(name, sizeof(name), "%s/issuing.pem", fab);
	if (rc == RC_OK)
		rc = read_in(d, name, &text, e);
	if (rc == RC_OK)
		rc = cert_read(ca, buf_span(&text), e);
	(void)snprintf(name, sizeof(name), "%s/manifest-signer.key", fab);
	if (rc == RC_OK)
		rc = stage_path(&d->stage, name, path, e);
	if (rc == RC_OK)
		rc = key_open(k, path, e);
	buf_clear(&text);
	return rc;
}

/* Signs the copy anew with a fab's manifest signer. */
static enum rc sign_by(struct demo *d, const char *fab, struct copy *c,
    struct err *e)
{
	struct buf cert, ca, cms;
	struct key *k = NULL;
	enum rc rc;

	buf_init(&cert, CERT_DER_MAX);
	buf_init(&ca, CERT_DER_MAX);
	buf_init(&cms, CMS_MAX);
	rc = file_write(c->manifest, buf_span(&c->text), 0600, e);
	if (rc == RC_OK)
		rc = load_signer(d, fab, &cert, &ca, &k, e);
	if (rc == RC_OK)
		rc = cms_sign(c->manifest, k, buf_span(&cert), buf_span(&ca),
		    &cms, e);
	if (rc == RC_OK)
		rc = file_write(c->signature, buf_span(&cms), 0600, e);
	key_free(k);
	buf_clear(&cert);
	buf_clear(&ca);
	buf_clear(&cms);
	return rc;
}

static enum rc send_copy(struct demo *d, struct copy *c, enum rc rc,
    struct err *e)
{
	if (rc == RC_OK)
		rc = file_write(c->manifest, buf_span(&c->text), 0600, e);
	if (rc == RC_OK)
		rc = stage_api_publish_dir(&d->stage, &d->vendor, c->dir, e);
	buf_clear(&c->text);
	return rc;
}

static enum rc tampered(struct demo *d, struct err *e)
{
	struct copy c;
	enum rc rc = begin(d, "tampered", &c, e);

	if (rc == RC_OK)
		c.text.p[c.text.n / 2] ^= 1;
	return send_copy(d, &c, rc, e);
}

static enum rc truncated(struct demo *d, struct err *e)
{
	struct copy c;
	enum rc rc = begin(d, "truncated", &c, e);

	if (rc == RC_OK)
		c.text.n -= c.text.n / 3;
	return send_copy(d, &c, rc, e);
}

static enum rc resigned(struct demo *d, struct err *e)
{
	struct copy c;
	enum rc rc = begin(d, "resigned", &c, e);

	if (rc == RC_OK)
		rc = sign_by(d, "foreign-fab", &c, e);
	return send_copy(d, &c, rc, e);
}

/* The first chip stands in the file twice; the signature is in order. */
static enum rc duplicated(struct demo *d, struct err *e)
{
	static const char end[] = "-----END CERTIFICATE-----";
	struct span all, first;
	const uint8_t *nl, *at;
	struct copy c;
	enum rc rc = begin(d, "duplicated", &c, e);

	if (rc != RC_OK)
		return send_copy(d, &c, rc, e);
	all = buf_span(&c.text);
	nl = memchr(all.p, '\n', all.n);
	at = memmem(all.p, all.n, end, sizeof(end) - 1);
	if (nl == NULL || at == NULL)
		rc = err_set(e, RC_BUG, "form", "An odd manifest.");
	else {
		struct buf row;

		first = span_sub(all, (size_t)(nl + 1 - all.p), all.n);
		nl = memchr(at, '"', all.n - (size_t)(at - all.p));
		first.n = nl == NULL ? 0 : (size_t)(nl + 1 - first.p);
		buf_init(&row, MANIFEST_BYTES);
		buf_add_span(&row, first);
		buf_add_str(&row, "\r\n");
		buf_add_span(&c.text, buf_span(&row));
		buf_clear(&row);
		rc = sign_by(d, "fab", &c, e);
	}
	return send_copy(d, &c, rc, e);
}

static enum rc oversized(struct demo *d, struct err *e)
{
	static const char hash[] = "00000000000000000000000000000000"
				   "00000000000000000000000000000000";
	char path[256];

	(void)snprintf(path, sizeof(path), "/api/v1/vendors/%s/uploads",
	    stage_get(&d->stage, "vendor.id"));
	return stage_api_call(&d->vendor, "POST", path,
	    json_pack("{s:s,s:s,s:s,s:I,s:s}", "batch", "DEMO-HUGE", "reel",
		"huge", "form", "csv", "size", (json_int_t)1 << 50,
		"claim_sha256", hash),
	    NULL, e);
}

const struct demo_attack demo_attack_manifest[] = {
    {"a tampered manifest", tampered, "[cms-signature]"},
    {"a truncated manifest", truncated, "[cms-signature]"},
    {"a manifest signed again by somebody else", resigned,
	"[cms-signer-untrusted]"},
    {"a manifest with a duplicated chip", duplicated, "[certificate-twice]"},
    {"an oversized manifest", oversized, "[upload-too-large]"},
    {NULL, NULL, NULL},
};
