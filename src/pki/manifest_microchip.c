/* One entry of a Microchip manifest: a flattened JWS (RFC 7515 7.2.2) over a
 * SecureElement, read with all its checks, and written.  Must not trust a log
 * signer that it was not given. */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"
#include "pki/jose.h"
#include "pki/manifest_form.h"

#define MODEL "Birthmark software chip"
#define PART_NUMBER "BIRTHMARK-SW"

static const char *str(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static json_t *load(struct span text)
{
	return json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES,
	    NULL);
}

/* The JSON behind base64url. */
static json_t *load64(struct buf *work, const char *text)
{
	buf_reset(work);
	if (!text || !enc_unbase64url(work, span_str(text)))
		return NULL;
	return load(buf_span(work));
}

static bool is_b64url_of(const char *text, struct span bytes)
{
	struct buf own;
	bool same;

	buf_init(&own, 1024);
	enc_base64url(&own, bytes);
	same = buf_ok(&own) && span_eq_str(buf_span(&own), text);
	buf_clear(&own);
	return same;
}

/* By x5t#S256; then kid must be that certificate's key identifier.  NULL when
 * there is none, with e filled. */
static const struct manifest_signer *find_signer(struct manifest_decoder *d,
    const json_t *header, unsigned long line, struct err *e)
{
	const char *print = str(header, "x5t#S256"), *kid = str(header, "kid");
	const struct manifest_signer *s = NULL;
	size_t i;

	if (!print || !kid) {
		(void)manifest_form_fault(e, line, "manifest-header",
		    "The entry at line %lu does not name its log signer "
		    "(x5t#S256 and kid).",
		    line);
		return NULL;
	}
	for (i = 0; i < d->signers_n && !s; i++)
		if (is_b64url_of(print,
			span_of(d->signers[i].fingerprint, DIGEST_SHA256)))
			s = &d->signers[i];
	if (!s) {
		(void)manifest_form_fault(e, line, "manifest-signer-unknown",
		    "The entry at line %lu is signed by a log signer that "
		    "was not given. Give its certificate beside the "
		    "manifest.",
		    line);
		return NULL;
	}
	if (is_b64url_of(kid, buf_span(&s->ski)))
		return s;
	(void)manifest_form_fault(e, line, "manifest-signer-kid",
	    "The entry at line %lu has a kid that is not the key "
	    "identifier of its log signer.",
	    line);
	return NULL;
}

/* Checks the signature by the log signer; *payload is new. */
static enum rc check_jws(struct manifest_decoder *d, const json_t *entry,
    unsigned long line, json_t **payload, struct err *e)
{
	const char *protected64 = str(entry, "protected");
	const char *payload64 = str(entry, "payload");
	const char *signature = str(entry, "signature"), *alg;
	const struct manifest_signer *s;
	json_t *header;
	enum rc rc;

	header = load64(&d->work[0], protected64);
	alg = str(header, "alg");
	if (!payload64 || !signature || !alg ||
	    json_object_get(header, "crit")) {
		rc = manifest_form_fault(e, line, "manifest-jws",
		    "The entry at line %lu is not a flattened JWS with "
		    "payload, protected and signature.",
		    line);
		goto out;
	}
	s = find_signer(d, header, line, e);
	if (!s) {
		rc = RC_INVALID;
		goto out;
	}
	rc = jose_verify_parts(span_str(alg), span_str(protected64),
	    span_str(payload64), span_str(signature), s->key, e);
	if (rc != RC_OK) {
		if (e)
			e->line = line;
		goto out;
	}
	*payload = load64(&d->work[0], payload64);
	if (!json_is_object(*payload))
		rc = manifest_form_fault(e, line, "manifest-payload",
		    "The payload of the entry at line %lu is not JSON.", line);
out:
	json_decref(header);
	return rc;
}

static enum rc check_version(const json_t *element, unsigned long line,
    struct err *e)
{
	json_int_t v = json_integer_value(json_object_get(element, "version"));

	if (v == 2)
		return manifest_form_fault(e, line, "manifest-version-2",
		    "The entry at line %lu has version 2, which holds "
		    "neither public keys nor certificates: it can identify "
		    "a chip but not provision it. Ask the vendor for a "
		    "manifest of version 1 or 3.",
		    line);
	if (v != 1 && v != 3)
		return manifest_form_fault(e, line, "manifest-version",
		    "The entry at line %lu has an unknown version.", line);
	return RC_OK;
}

/* uniqueId is signed; the header's copy only helps to search. */
static enum rc check_id(const json_t *entry, const json_t *element,
    unsigned long line, struct err *e)
{
	const char *id = str(element, "uniqueId");
	const char *seen = str(json_object_get(entry, "header"), "uniqueId");
	size_t i;

	if (!id || !*id || strlen(id) > CERT_ID_MAX || !seen)
		goto bad;
	for (i = 0; id[i]; i++)
		if (!isxdigit((unsigned char)id[i]) ||
		    isupper((unsigned char)id[i]))
			goto bad;
	if (strcmp(id, seen) != 0)
		return manifest_form_fault(e, line, "manifest-unique-id",
		    "The entry at line %lu is for the chip %s, but its "
		    "unsigned header says another.",
		    line, id);
	return RC_OK;
bad:
	return manifest_form_fault(e, line, "manifest-unique-id",
	    "The entry at line %lu has no uniqueId in lower-case hex.", line);
}

static bool has_text(struct span s, const char *want)
{
	size_t n = strlen(want), i, k;

	for (i = 0; i + n <= s.n; i++) {
		for (k = 0; k < n && tolower(s.p[i + k]) == want[k];)
			k++;
		if (k == n)
			return true;
	}
	return false;
}

/* The certificate must be that chip's: by its serial number, its chip id or
 * its subject. */
static bool leaf_agrees(const struct cert *c, const char *unique_id)
{
	char serial[2 * 20 + 1], chip[CERT_ID_MAX + 1];

	cert_serial_text(c, serial);
	cert_chip_id(c, chip);
	return strcmp(serial, unique_id) == 0 || strcmp(chip, unique_id) == 0 ||
	    has_text(c->subject, unique_id) ||
	    has_text(span_str(serial), unique_id);
}

/* One key with a certificate: decodes it to der and compares. */
static enum rc check_key(struct manifest_decoder *d, const json_t *key,
    const char *id, unsigned long line, struct buf *der, struct err *e)
{
	const char *leaf =
	    json_string_value(json_array_get(json_object_get(key, "x5c"), 0));
	char *text = json_dumps(key, JSON_COMPACT);
	json_free_t release;
	struct cert c;
	enum rc rc;

	buf_reset(&d->work[0]);
	buf_reset(der);
	if (!text || !leaf || !enc_unbase64(der, span_str(leaf), false)) {
		rc = manifest_form_fault(e, line, "manifest-x5c",
		    "The entry at line %lu has a certificate (x5c) that is "
		    "not base64.",
		    line);
		goto out;
	}
	rc = cert_parse(&c, buf_span(der), e);
	if (rc == RC_OK)
		rc = jose_jwk_spki(span_str(text), &d->work[0], e);
	if (rc != RC_OK) {
		if (e)
			e->line = line;
		goto out;
	}
	if (!span_eq(buf_span(&d->work[0]), c.spki))
		rc = manifest_form_fault(e, line, "manifest-key-differs",
		    "The public key of the entry at line %lu is not that of "
		    "its certificate.",
		    line);
	else if (!leaf_agrees(&c, id))
		rc = manifest_form_fault(e, line, "manifest-id-differs",
		    "The certificate of the entry at line %lu is not for "
		    "the chip %s.",
		    line, id);
out:
	json_get_alloc_funcs(NULL, &release);
	release(text);
	return rc;
}

/* Every key with a certificate is checked; the first one is the chip's. */
static enum rc check_keys(struct manifest_decoder *d, const json_t *element,
    unsigned long line, struct err *e)
{
	const json_t *keys =
	    json_object_get(json_object_get(element, "publicKeySet"), "keys");
	size_t i, n = json_array_size(keys);
	bool found = false;
	enum rc rc;

	for (i = 0; i < n; i++) {
		const json_t *key = json_array_get(keys, i);

		if (!json_object_get(key, "x5c"))
			continue;
		rc = check_key(d, key, str(element, "uniqueId"), line,
		    found ? &d->work[1] : &d->der, e);
		if (rc != RC_OK)
			return rc;
		found = true;
	}
	if (found)
		return RC_OK;
	return manifest_form_fault(e, line, "manifest-no-certificate",
	    "The entry at line %lu has no certificate, so nothing proves its "
	    "key.",
	    line);
}

static struct span keep(struct buf *text, const char *s)
{
	size_t at = text->n;

	buf_add_str(text, s ? s : "");
	return span_of(text->p + at, text->n - at);
}

enum rc manifest_microchip_decode(struct manifest_decoder *d, struct span raw,
    unsigned long line, struct manifest_entry *out, struct err *e)
{
	json_t *entry, *element = NULL;
	enum rc rc;

	entry = load(raw);
	if (!json_is_object(entry)) {
		rc = manifest_form_fault(e, line, "manifest-json",
		    "The entry at line %lu is not a JSON object.", line);
		goto out;
	}
	rc = check_jws(d, entry, line, &element, e);
	if (rc == RC_OK)
		rc = check_version(element, line, e);
	if (rc == RC_OK)
		rc = check_id(entry, element, line, e);
	if (rc == RC_OK)
		rc = check_keys(d, element, line, e);
	if (rc != RC_OK)
		goto out;
	if (!buf_room(&d->text, raw.n)) {
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
		goto out;
	}
	out->device_id = keep(&d->text, str(element, "uniqueId"));
	out->group_id = keep(&d->text, str(element, "groupId"));
	out->cert = buf_span(&d->der);
out:
	json_decref(entry);
	json_decref(element);
	return rc;
}

static void put_b64url(struct json *w, const char *key, struct span bytes)
{
	json_key(w, key);
	json_raw(w, SPAN_LIT("\""));
	enc_base64url(w->out, bytes);
	buf_add_u8(w->out, '"');
}

enum rc manifest_microchip_begin(struct manifest_writer *w,
    struct span signer_cert, struct err *e)
{
	uint8_t print[DIGEST_SHA256];
	struct json j;
	struct cert c;
	enum rc rc;

	if (!w->signer || !jose_alg(key_type(w->signer)))
		return err_set(e, RC_BUG, "manifest-signer",
		    "A Microchip manifest needs a log signer's key.");
	rc = cert_parse(&c, signer_cert, e);
	if (rc != RC_OK)
		return rc;
	cert_fingerprint(signer_cert, print);
	json_init(&j, &w->work[0]);
	json_obj(&j);
	json_put_str(&j, "typ", "JWT");
	json_put_str(&j, "alg", jose_alg(key_type(w->signer)));
	put_b64url(&j, "kid", c.ski);
	put_b64url(&j, "x5t#S256", span_of(print, sizeof(print)));
	json_end(&j);
	enc_base64url(&w->protected64, buf_span(&w->work[0]));
	if (!buf_ok(&w->work[0]) || !buf_ok(&w->protected64))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}

static void put_organisation(struct json *j, const char *key, const char *name)
{
	json_key(j, key);
	json_obj(j);
	json_put_str(j, "organizationName", name);
	json_end(j);
}

static void put_base64(struct json *j, struct span der)
{
	struct buf text;

	buf_init(&text, 2 * CERT_DER_MAX);
	enc_base64(&text, der);
	if (!buf_ok(&text))
		j->out->bad = true;
	json_span(j, buf_span(&text));
	buf_clear(&text);
}

/* The JWK of the certificate's key, whose kid is here its slot. */
static enum rc put_key(struct manifest_writer *w, struct json *j,
    struct span cert, struct err *e)
{
	static const char *const members[] = {"kty", "crv", "x", "y", "n", "e"};
	json_t *jwk;
	struct cert c;
	enum rc rc;
	size_t i;

	rc = cert_parse(&c, cert, e);
	buf_reset(&w->work[1]);
	if (rc == RC_OK)
		rc = jose_jwk(c.spki, &w->work[1], e);
	if (rc != RC_OK)
		return rc;
	jwk = load(buf_span(&w->work[1]));
	json_obj(j);
	json_put_str(j, "kid", "0");
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (str(jwk, members[i]))
			json_put_str(j, members[i], str(jwk, members[i]));
	json_decref(jwk);
	json_key(j, "x5c");
	json_arr(j);
	put_base64(j, cert);
	if (w->issuer.n > 0)
		put_base64(j, buf_span(&w->issuer));
	json_end(j);
	json_end(j);
	return RC_OK;
}

static enum rc put_element(struct manifest_writer *w,
    const struct manifest_entry *entry, struct buf *out, struct err *e)
{
	struct json j;
	enum rc rc;

	json_init(&j, out);
	json_obj(&j);
	json_put_u64(&j, "version", 1);
	json_put_str(&j, "model", MODEL);
	json_put_str(&j, "partNumber", PART_NUMBER);
	put_organisation(&j, "manufacturer", w->vendor);
	put_organisation(&j, "provisioner", w->vendor);
	put_organisation(&j, "distributor", w->vendor);
	json_put_span(&j, "groupId", entry->group_id);
	json_put_time(&j, "provisioningTimestamp", clock_now_s());
	json_put_span(&j, "uniqueId", entry->device_id);
	json_key(&j, "publicKeySet");
	json_obj(&j);
	json_key(&j, "keys");
	json_arr(&j);
	rc = put_key(w, &j, entry->cert, e);
	json_end(&j);
	json_end(&j);
	json_end(&j);
	return rc;
}

enum rc manifest_microchip_add(struct manifest_writer *w,
    const struct manifest_entry *entry, struct buf *out, struct err *e)
{
	struct buf *element = &w->work[0], *payload64 = &w->work[2];
	struct buf *signature = &w->work[3];
	struct json j;
	enum rc rc;

	buf_reset(element);
	buf_reset(payload64);
	buf_reset(signature);
	rc = put_element(w, entry, element, e);
	if (rc != RC_OK)
		return rc;
	enc_base64url(payload64, buf_span(element));
	if (!buf_ok(element) || !buf_ok(payload64))
		return err_set(e, RC_TOO_LARGE, "manifest-entry-size",
		    "The certificate is too large for a manifest.");
	rc = jose_sign_parts(w->signer, buf_span(&w->protected64),
	    buf_span(payload64), signature, e);
	if (rc != RC_OK)
		return rc;
	json_init(&j, out);
	json_obj(&j);
	json_put_span(&j, "payload", buf_span(payload64));
	json_put_span(&j, "protected", buf_span(&w->protected64));
	json_key(&j, "header");
	json_obj(&j);
	json_put_span(&j, "uniqueId", entry->device_id);
	json_end(&j);
	json_put_span(&j, "signature", buf_span(signature));
	json_end(&j);
	return RC_OK;
}
