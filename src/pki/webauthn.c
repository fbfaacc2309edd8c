/* Reads registrations and verifies assertions; libfido2 checks signatures.
 * Must not trust a length, a flag or a key that it did not check. */
#include <ctype.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "pki/cbor.h"
#include "pki/digest.h"
#include "pki/webauthn.h"

#define FLAG_PRESENT 0x01
#define FLAG_VERIFIED 0x04
#define FLAG_CREDENTIAL 0x40
#define FLAG_EXTENSIONS 0x80
#define AAGUID 16

static bool is_address(const char *host)
{
	size_t n = strlen(host);

	/* A last label of digits only makes it IPv4 for a browser. */
	while (n > 0 && isdigit((unsigned char)host[n - 1]))
		n--;
	return host[0] == '[' || n == 0 ||
	    (host[n] != '\0' && host[n - 1] == '.');
}

enum rc webauthn_site(struct webauthn_site *out, const char *url, struct err *e)
{
	static const char scheme[] = "https://";
	struct span rest = span_str(url), host;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (!span_starts(rest, SPAN_LIT(scheme)))
		return err_set(e, RC_CONFLICT, "passkeys-need-a-name",
		    "Passkeys need a service whose address is https://NAME.");
	rest = span_sub(rest, sizeof(scheme) - 1, rest.n);
	(void)span_cut(&rest, '/', &host);
	rest = host;
	if (host.n > 0 && host.p[0] == '[')
		return err_set(e, RC_CONFLICT, "passkeys-need-a-name",
		    "Passkeys need a host name in the service's address, not "
		    "an IP address.");
	(void)span_cut(&rest, ':', &host);
	if (!span_copy_str(host, out->id, sizeof(out->id)) || !out->id[0])
		return err_set(e, RC_CONFLICT, "passkeys-need-a-name",
		    "Passkeys need a host name in the service's address.");
	for (i = 0; out->id[i]; i++)
		out->id[i] = (char)tolower((unsigned char)out->id[i]);
	if (is_address(out->id))
		return err_set(e, RC_CONFLICT, "passkeys-need-a-name",
		    "Passkeys need a host name in the service's address, not "
		    "an IP address.");
	/* A browser leaves out the port that goes without saying. */
	if (rest.n == 0 || span_eq_str(rest, "443"))
		(void)snprintf(out->origin, sizeof(out->origin), "%s%s", scheme,
		    out->id);
	else
		(void)snprintf(out->origin, sizeof(out->origin), "%s%s:%.*s",
		    scheme, out->id, (int)(rest.n < 6 ? rest.n : 6),
		    (const char *)rest.p);
	return RC_OK;
}

static bool client_says(const json_t *o, const char *key, const char *want)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s && !strcmp(s, want);
}

static bool client_challenge(const json_t *o, uint8_t out[WEBAUTHN_CHALLENGE])
{
	const char *s = json_string_value(json_object_get(o, "challenge"));
	struct buf raw;
	bool ok;

	buf_init(&raw, WEBAUTHN_CHALLENGE);
	ok = s && enc_unbase64url(&raw, span_str(s)) &&
	    raw.n == WEBAUTHN_CHALLENGE;
	if (ok)
		memcpy(out, raw.p, WEBAUTHN_CHALLENGE);
	buf_clear(&raw);
	return ok;
}

enum rc webauthn_client(struct span json, const char *type,
    const struct webauthn_site *site, uint8_t challenge[WEBAUTHN_CHALLENGE],
    struct err *e)
{
	json_t *o = NULL;
	enum rc rc;

	if (json.n <= WEBAUTHN_CLIENT_MAX)
		o = json_loadb((const char *)json.p, json.n,
		    JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(o))
		rc = err_set(e, RC_INVALID, "webauthn-client",
		    "The passkey's client data is not understood.");
	else if (!client_says(o, "type", type))
		rc = err_set(e, RC_INVALID, "webauthn-client",
		    "The passkey's answer is to another question.");
	else if (!client_says(o, "origin", site->origin) ||
	    json_is_true(json_object_get(o, "crossOrigin")))
		rc = err_set(e, RC_INVALID, "webauthn-origin",
		    "The passkey was used on another site than %s.",
		    site->origin);
	else if (!client_challenge(o, challenge))
		rc = err_set(e, RC_INVALID, "webauthn-client",
		    "The passkey's answer has no challenge of ours.");
	else
		rc = RC_OK;
	json_decref(o);
	return rc;
}

struct auth_data {
	uint8_t flags;
	uint32_t count;
	struct span rest; /* credential and extensions */
};

/* Section 6.1: for our site, and a person was there and showed it. */
static enum rc read_auth(struct span in, const struct webauthn_site *site,
    struct auth_data *out, struct err *e)
{
	uint8_t want[DIGEST_SHA256];
	struct span hash;

	digest_sha256(span_str(site->id), want);
	if (!span_take(&in, DIGEST_SHA256, &hash) ||
	    !span_take_u8(&in, &out->flags) || !span_take_u32(&in, &out->count))
		return err_set(e, RC_INVALID, "webauthn-object",
		    "The passkey's data is cut off.");
	if (!span_eq(hash, span_of(want, sizeof(want))))
		return err_set(e, RC_INVALID, "webauthn-site",
		    "The passkey is for another site than %s.", site->id);
	if (!(out->flags & FLAG_PRESENT) || !(out->flags & FLAG_VERIFIED))
		return err_set(e, RC_INVALID, "webauthn-unverified",
		    "The passkey has to ask for a PIN, a finger or a face.");
	out->rest = in;
	return RC_OK;
}

struct cose {
	int64_t kty, alg, curve;
	struct span n, x, y; /* label -1 of RSA, -2, -3 */
};

/* One pair of a COSE_Key (RFC 9052, 7). */
static bool cose_pair(struct span *in, struct cose *k)
{
	struct span number;
	int64_t label;

	if (!cbor_take_int(in, &label))
		return false;
	switch (label) {
	case 1:
		return k->kty == 0 && cbor_take_int(in, &k->kty);
	case 3:
		return k->alg == 0 && cbor_take_int(in, &k->alg);
	case -1:
		number = *in;
		if (cbor_take_int(&number, &k->curve)) {
			*in = number;
			return true;
		}
		k->curve = 0;
		return !k->n.p && cbor_take_bytes(in, &k->n);
	case -2:
		return !k->x.p && cbor_take_bytes(in, &k->x);
	case -3:
		return !k->y.p && cbor_take_bytes(in, &k->y);
	default:
		return cbor_skip(in);
	}
}

static bool cose_read(struct span *in, struct cose *k)
{
	uint64_t pairs;

	memset(k, 0, sizeof(*k));
	if (!cbor_take_map(in, &pairs) || pairs > 16)
		return false;
	while (pairs-- > 0)
		if (!cose_pair(in, k))
			return false;
	return true;
}

static void key_put(struct webauthn_key *out, struct span part)
{
	memcpy(out->key + out->key_n, part.p, part.n);
	out->key_n += part.n;
}

/* libfido2 takes RSA keys of 2048 bits with an exponent of three bytes. */
static bool cose_key(const struct cose *k, struct webauthn_key *out)
{
	out->key_n = 0;
	out->alg = (int)k->alg;
	if (k->alg == WEBAUTHN_ES256 && k->kty == 2 && k->curve == 1 &&
	    k->x.n == 32 && k->y.n == 32) {
		key_put(out, k->x);
		key_put(out, k->y);
	} else if (k->alg == WEBAUTHN_EDDSA && k->kty == 1 && k->curve == 6 &&
	    k->x.n == 32) {
		key_put(out, k->x);
	} else if (k->alg == WEBAUTHN_RS256 && k->kty == 3 && k->n.n == 256 &&
	    k->x.n == 3) {
		key_put(out, k->n);
		key_put(out, k->x);
	}
	return out->key_n > 0;
}

/* A key in libfido2's form. */
struct fido_key {
	es256_pk_t *es256;
	eddsa_pk_t *eddsa;
	rs256_pk_t *rs256;
	int alg;
	const void *any;
};

static void fido_key_clear(struct fido_key *k)
{
	es256_pk_free(&k->es256);
	eddsa_pk_free(&k->eddsa);
	rs256_pk_free(&k->rs256);
}

/* False where the bytes are no key: a point that is not on the curve. */
static bool fido_key_init(struct fido_key *k, const struct webauthn_key *key)
{
	EVP_PKEY *evp = NULL;

	memset(k, 0, sizeof(*k));
	k->alg = key->alg;
	if (key->alg == WEBAUTHN_ES256 && (k->es256 = es256_pk_new()) &&
	    es256_pk_from_ptr(k->es256, key->key, key->key_n) == FIDO_OK) {
		k->any = k->es256;
		evp = es256_pk_to_EVP_PKEY(k->es256);
	} else if (key->alg == WEBAUTHN_EDDSA && (k->eddsa = eddsa_pk_new()) &&
	    eddsa_pk_from_ptr(k->eddsa, key->key, key->key_n) == FIDO_OK) {
		k->any = k->eddsa;
		evp = eddsa_pk_to_EVP_PKEY(k->eddsa);
	} else if (key->alg == WEBAUTHN_RS256 && (k->rs256 = rs256_pk_new()) &&
	    rs256_pk_from_ptr(k->rs256, key->key, key->key_n) == FIDO_OK) {
		k->any = k->rs256;
		evp = rs256_pk_to_EVP_PKEY(k->rs256);
	}
	EVP_PKEY_free(evp);
	return evp != NULL;
}

static enum rc bad_object(struct err *e)
{
	return err_set(e, RC_INVALID, "webauthn-object",
	    "What the passkey sent is not understood.");
}

/* Attested credential data (section 6.5.2), extensions, and nothing more. */
static enum rc read_credential(const struct auth_data *a,
    struct webauthn_key *out, struct err *e)
{
	struct span in = a->rest, skipped, id;
	struct fido_key fido;
	struct cose cose;
	uint16_t n;
	bool ok;

	if (!(a->flags & FLAG_CREDENTIAL) ||
	    !span_take(&in, AAGUID, &skipped) || !span_take_u16(&in, &n) ||
	    n == 0 || n > WEBAUTHN_ID_MAX || !span_take(&in, n, &id) ||
	    !cose_read(&in, &cose))
		return bad_object(e);
	if ((a->flags & FLAG_EXTENSIONS) && !cbor_skip(&in))
		return bad_object(e);
	if (in.n != 0)
		return bad_object(e);
	memcpy(out->id, id.p, id.n);
	out->id_n = id.n;
	out->sign_count = a->count;
	ok = cose_key(&cose, out);
	if (ok) {
		ok = fido_key_init(&fido, out);
		fido_key_clear(&fido);
	}
	return ok ? RC_OK
		  : err_set(e, RC_INVALID, "webauthn-key",
			"The passkey's key is of a kind that is not "
			"supported (ES256, EdDSA and RS256 are).");
}

static bool find_auth(struct span in, struct span *auth)
{
	struct span key;
	uint64_t pairs;

	*auth = SPAN_NONE;
	if (!cbor_take_map(&in, &pairs) || pairs > 16)
		return false;
	while (pairs-- > 0) {
		if (!cbor_take_text(&in, &key))
			return false;
		if (!span_eq_str(key, "authData")) {
			if (!cbor_skip(&in))
				return false;
		} else if (auth->p || !cbor_take_bytes(&in, auth)) {
			return false;
		}
	}
	return auth->p && in.n == 0;
}

enum rc webauthn_made(struct span object, const struct webauthn_site *site,
    struct webauthn_key *out, struct err *e)
{
	struct auth_data a;
	struct span auth;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (object.n > WEBAUTHN_OBJECT_MAX || !find_auth(object, &auth))
		return bad_object(e);
	rc = read_auth(auth, site, &a, e);
	return rc == RC_OK ? read_credential(&a, out, e) : rc;
}

static bool is_signed(const struct webauthn_answer *a,
    const struct webauthn_site *site, const struct fido_key *key)
{
	uint8_t client[DIGEST_SHA256];
	fido_assert_t *x = fido_assert_new();
	bool ok;

	digest_sha256(a->client, client);
	ok = x && fido_assert_set_rp(x, site->id) == FIDO_OK &&
	    fido_assert_set_count(x, 1) == FIDO_OK &&
	    fido_assert_set_clientdata_hash(x, client, sizeof(client)) ==
		FIDO_OK &&
	    fido_assert_set_authdata_raw(x, 0, a->auth.p, a->auth.n) ==
		FIDO_OK &&
	    fido_assert_set_sig(x, 0, a->signature.p, a->signature.n) ==
		FIDO_OK &&
	    fido_assert_set_up(x, FIDO_OPT_TRUE) == FIDO_OK &&
	    fido_assert_set_uv(x, FIDO_OPT_TRUE) == FIDO_OK &&
	    fido_assert_verify(x, 0, key->alg, key->any) == FIDO_OK;
	fido_assert_free(&x);
	return ok;
}

enum rc webauthn_verify(const struct webauthn_answer *a,
    const struct webauthn_site *site, const struct webauthn_key *key,
    uint32_t *sign_count, struct err *e)
{
	struct fido_key fido;
	struct auth_data auth;
	bool ok;
	enum rc rc;

	rc = read_auth(a->auth, site, &auth, e);
	if (rc != RC_OK)
		return rc;
	if (a->auth.n > WEBAUTHN_OBJECT_MAX || a->signature.n == 0 ||
	    a->signature.n > WEBAUTHN_SIGNATURE_MAX)
		return bad_object(e);
	ok = fido_key_init(&fido, key) && is_signed(a, site, &fido);
	fido_key_clear(&fido);
	if (!ok)
		return err_set(e, RC_INVALID, "webauthn-signature",
		    "The passkey's signature is not right.");
	*sign_count = auth.count;
	return RC_OK;
}
