/* JWS compact serialisation and JWK, over the signatures of key.h.
 * Must not take `none`, HMAC or a header that it does not understand. */
#include <jansson.h>
#include <string.h>

#include "base/enc.h"
#include "base/json.h"
#include "pki/der.h"
#include "pki/digest.h"
#include "pki/jose.h"

#define HEADER_MAX 4096
#define EC_OID "1.2.840.10045.2.1"
#define RSA_OID "1.2.840.113549.1.1.1"
#define P256_OID "1.2.840.10045.3.1.7"
#define P384_OID "1.3.132.0.34"

static const struct {
	const char *name;
	enum key_sig sig;
	enum key_type ec; /* the curve it goes with; KEY_UNKNOWN: any RSA */
	size_t raw;	  /* bytes of r and s together */
} algs[] = {
    {"ES256", KEY_SIG_ECDSA_SHA256, KEY_P256, 64},
    {"ES384", KEY_SIG_ECDSA_SHA384, KEY_P384, 96},
    {"RS256", KEY_SIG_RSA_SHA256, KEY_UNKNOWN, 0},
    {"RS384", KEY_SIG_RSA_SHA384, KEY_UNKNOWN, 0},
    {"RS512", KEY_SIG_RSA_SHA512, KEY_UNKNOWN, 0},
};
#define ALGS (sizeof(algs) / sizeof(algs[0]))

static bool is_rsa(enum key_type t)
{
	return t == KEY_RSA2048 || t == KEY_RSA3072 || t == KEY_RSA4096;
}

const char *jose_alg(enum key_type t)
{
	size_t i;

	for (i = 0; i < ALGS; i++)
		if (algs[i].ec == KEY_UNKNOWN ? is_rsa(t) : algs[i].ec == t)
			return algs[i].name;
	return NULL;
}

/* The modulus and exponent inside an RSAPublicKey. */
static bool rsa_parts(struct span spki, struct span *n, struct span *exp)
{
	struct span bits = key_spki_bits(spki), seq;

	if (!der_take(&bits, DER_SEQUENCE, &seq) ||
	    !der_take(&seq, DER_INTEGER, n) ||
	    !der_take(&seq, DER_INTEGER, exp) || n->n == 0 || exp->n == 0)
		return false;
	if (n->n > 1 && n->p[0] == 0)
		*n = span_sub(*n, 1, n->n);
	if (exp->n > 1 && exp->p[0] == 0)
		*exp = span_sub(*exp, 1, exp->n);
	return true;
}

static void put_b64url(struct json *w, const char *key, struct span bytes)
{
	struct buf text;

	buf_init(&text, JOSE_MAX);
	enc_base64url(&text, bytes);
	if (!buf_ok(&text))
		w->out->bad = true;
	json_put_span(w, key, buf_span(&text));
	buf_clear(&text);
}

/* The members RFC 7638 hashes, in its order (alphabetical). */
static enum rc put_required(struct json *w, struct span spki,
    enum key_type type, struct err *e)
{
	struct span bits, n, exp;

	if (is_rsa(type)) {
		if (!rsa_parts(spki, &n, &exp))
			return err_set(e, RC_INVALID, "jwk-bad-key",
			    "The RSA public key cannot be decoded.");
		put_b64url(w, "e", exp);
		json_put_str(w, "kty", "RSA");
		put_b64url(w, "n", n);
		return RC_OK;
	}
	bits = key_spki_bits(spki);
	if (bits.n != (type == KEY_P256 ? 65 : 97) || bits.p[0] != 4)
		return err_set(e, RC_INVALID, "jwk-bad-key",
		    "The EC public key is not an uncompressed point.");
	json_put_str(w, "crv", type == KEY_P256 ? "P-256" : "P-384");
	json_put_str(w, "kty", "EC");
	put_b64url(w, "x", span_sub(bits, 1, bits.n / 2));
	put_b64url(w, "y", span_sub(bits, 1 + bits.n / 2, bits.n / 2));
	return RC_OK;
}

enum rc jose_kid(struct span spki, char out[JOSE_KID_SIZE], struct err *e)
{
	uint8_t hash[DIGEST_SHA256];
	enum key_type type;
	struct buf text, b64;
	struct json w;
	enum rc rc;

	out[0] = '\0';
	buf_init(&text, JOSE_MAX);
	buf_init(&b64, JOSE_KID_SIZE);
	rc = key_check_spki(spki, &type, e);
	if (rc != RC_OK)
		goto out;
	json_init(&w, &text);
	json_obj(&w);
	rc = put_required(&w, spki, type, e);
	if (rc != RC_OK)
		goto out;
	json_end(&w);
	digest_sha256(buf_span(&text), hash);
	enc_base64url(&b64, span_of(hash, sizeof(hash)));
	if (!buf_ok(&text) || !buf_ok(&b64) ||
	    !span_copy_str(buf_span(&b64), out, JOSE_KID_SIZE))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
out:
	buf_clear(&text);
	buf_clear(&b64);
	return rc;
}

enum rc jose_jwk(struct span spki, struct buf *out, struct err *e)
{
	char kid[JOSE_KID_SIZE];
	enum key_type type;
	struct json w;
	enum rc rc;

	rc = key_check_spki(spki, &type, e);
	if (rc == RC_OK)
		rc = jose_kid(spki, kid, e);
	if (rc != RC_OK)
		return rc;
	json_init(&w, out);
	json_obj(&w);
	rc = put_required(&w, spki, type, e);
	if (rc != RC_OK)
		return rc;
	json_put_str(&w, "kid", kid);
	json_put_str(&w, "alg", jose_alg(type));
	json_put_str(&w, "use", "sig");
	json_end(&w);
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	return RC_OK;
}

/* A string member as bytes; empty when it is missing or not base64url. */
static struct span member(const json_t *o, const char *name, struct buf *buf)
{
	const json_t *v = json_object_get(o, name);
	size_t before = buf->n;

	if (!json_is_string(v) ||
	    !enc_unbase64url(buf,
		span_of(json_string_value(v), json_string_length(v))))
		return SPAN_NONE;
	return span_of(buf->p + before, buf->n - before);
}

static void put_spki(struct buf *out, const char *alg_oid,
    const char *curve_oid, struct span bits)
{
	struct buf alg, body;

	buf_init(&alg, 64);
	buf_init(&body, JOSE_MAX);
	der_put_oid(&alg, alg_oid);
	if (curve_oid)
		der_put_oid(&alg, curve_oid);
	else
		der_put(&alg, DER_NULL, SPAN_NONE);
	der_put(&body, DER_SEQUENCE, buf_span(&alg));
	der_put_bits(&body, bits);
	der_put(out, DER_SEQUENCE, buf_span(&body));
	if (!buf_ok(&alg) || !buf_ok(&body))
		out->bad = true;
	buf_clear(&alg);
	buf_clear(&body);
}

static bool ec_spki(const json_t *o, struct buf *raw, struct buf *out)
{
	const char *crv = json_string_value(json_object_get(o, "crv"));
	bool p256 = crv && strcmp(crv, "P-256") == 0;
	size_t size = p256 ? 32 : 48;

	if (!p256 && !(crv && strcmp(crv, "P-384") == 0))
		return false;
	buf_add_u8(raw, 4);
	if (member(o, "x", raw).n != size || member(o, "y", raw).n != size)
		return false;
	put_spki(out, EC_OID, p256 ? P256_OID : P384_OID, buf_span(raw));
	return true;
}

static bool rsa_spki(const json_t *o, struct buf *raw, struct buf *out)
{
	struct buf ints, seq;
	struct span n;
	size_t split;
	bool ok;

	buf_init(&ints, JOSE_MAX);
	buf_init(&seq, JOSE_MAX);
	n = member(o, "n", raw);
	split = raw->n;
	ok = n.n > 0 && member(o, "e", raw).n > 0;
	if (ok) {
		/* raw may have moved since n was taken */
		der_put_uint(&ints, span_of(raw->p, split));
		der_put_uint(&ints, span_sub(buf_span(raw), split, raw->n));
		der_put(&seq, DER_SEQUENCE, buf_span(&ints));
		put_spki(out, RSA_OID, NULL, buf_span(&seq));
		ok = buf_ok(&ints) && buf_ok(&seq);
	}
	buf_clear(&ints);
	buf_clear(&seq);
	return ok;
}

static json_t *load_object(struct span text)
{
	json_t *o;

	if (text.n == 0 || text.n > JOSE_MAX)
		return NULL;
	o = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES,
	    NULL);
	if (o && !json_is_object(o)) {
		json_decref(o);
		o = NULL;
	}
	return o;
}

static enum rc object_spki(const json_t *o, struct buf *out, struct err *e)
{
	const char *kty = json_string_value(json_object_get(o, "kty"));
	size_t before = out->n;
	enum key_type type;
	struct buf raw;
	bool ok = false;
	enum rc rc;

	buf_init(&raw, JOSE_MAX);
	if (kty && strcmp(kty, "EC") == 0)
		ok = ec_spki(o, &raw, out);
	else if (kty && strcmp(kty, "RSA") == 0)
		ok = rsa_spki(o, &raw, out);
	buf_clear(&raw);
	if (!ok || !buf_ok(out))
		rc = err_set(e, RC_INVALID, "jwk-invalid",
		    "This is not a JWK with an EC P-256, P-384 or RSA public "
		    "key.");
	else
		rc = key_check_spki(span_sub(buf_span(out), before, out->n),
		    &type, e);
	if (rc != RC_OK)
		out->n = before;
	return rc;
}

enum rc jose_jwk_spki(struct span jwk, struct buf *out, struct err *e)
{
	json_t *o = load_object(jwk);
	enum rc rc = object_spki(o, out, e);

	json_decref(o);
	return rc;
}

static enum rc sign_input(struct key *k, struct span protected_b64,
    struct span payload, size_t max, struct buf *signature_b64, struct err *e)
{
	enum key_type type = key_type(k);
	struct buf input, sig;
	uint8_t raw[96];
	enum rc rc;

	buf_init(&input, max);
	buf_init(&sig, 1024);
	buf_add_span(&input, protected_b64);
	buf_add_u8(&input, '.');
	buf_add_span(&input, payload);
	if (!buf_ok(&input)) {
		rc = err_set(e, RC_TOO_LARGE, "jws-too-large",
		    "The content is too large to be signed as a JWS.");
		goto out;
	}
	rc = key_sign(k, buf_span(&input), &sig, e);
	if (rc != RC_OK)
		goto out;
	if (is_rsa(type)) {
		enc_base64url(signature_b64, buf_span(&sig));
	} else {
		size_t size = type == KEY_P256 ? 32 : 48;

		if (!key_sig_to_raw(buf_span(&sig), size, raw)) {
			rc = err_set(e, RC_BUG, "jws-signature",
			    "The key made a signature that is not ECDSA.");
			goto out;
		}
		enc_base64url(signature_b64, span_of(raw, 2 * size));
	}
	if (!buf_ok(signature_b64))
		rc = err_set(e, RC_ENV, "no-memory", "Out of memory.");
out:
	buf_clear(&input);
	buf_clear(&sig);
	return rc;
}

enum rc jose_sign_parts(struct key *k, struct span protected_b64,
    struct span payload_b64, struct buf *signature_b64, struct err *e)
{
	return sign_input(k, protected_b64, payload_b64, 2 * (size_t)JOSE_MAX,
	    signature_b64, e);
}

enum rc jose_sign_detached(struct key *k, struct span header,
    struct span payload, struct buf *out, struct err *e)
{
	struct buf head64;
	enum rc rc;

	buf_init(&head64, HEADER_MAX * 2);
	enc_base64url(&head64, header);
	if (!buf_ok(&head64) || payload.n > JOSE_DETACHED_MAX) {
		rc = err_set(e, RC_TOO_LARGE, "jws-too-large",
		    "The content is too large to be signed as a JWS.");
	} else {
		buf_add_span(out, buf_span(&head64));
		buf_add_str(out, "..");
		rc = sign_input(k, buf_span(&head64), payload,
		    JOSE_DETACHED_MAX + HEADER_MAX * 2, out, e);
	}
	buf_clear(&head64);
	return rc;
}

enum rc jose_sign(struct key *k, const char *typ, struct span payload,
    struct buf *out, struct err *e)
{
	const char *alg = jose_alg(key_type(k));
	struct buf header, head64, body64;
	char kid[JOSE_KID_SIZE];
	struct json w;
	enum rc rc;

	buf_init(&header, HEADER_MAX);
	buf_init(&head64, HEADER_MAX * 2);
	buf_init(&body64, JOSE_MAX);
	if (!alg) {
		rc = err_set(e, RC_INVALID, "jws-key",
		    "A key of this type cannot sign a JWS.");
		goto out;
	}
	rc = jose_kid(key_spki(k), kid, e);
	if (rc != RC_OK)
		goto out;
	json_init(&w, &header);
	json_obj(&w);
	json_put_str(&w, "alg", alg);
	json_put_str(&w, "kid", kid);
	json_put_str(&w, "typ", typ);
	json_end(&w);
	enc_base64url(&head64, buf_span(&header));
	enc_base64url(&body64, payload);
	if (!buf_ok(&header) || !buf_ok(&head64) || !buf_ok(&body64)) {
		rc = err_set(e, RC_TOO_LARGE, "jws-too-large",
		    "The content is too large to be signed as a JWS.");
		goto out;
	}
	buf_add_span(out, buf_span(&head64));
	buf_add_u8(out, '.');
	buf_add_span(out, buf_span(&body64));
	buf_add_u8(out, '.');
	rc = jose_sign_parts(k, buf_span(&head64), buf_span(&body64), out, e);
out:
	buf_clear(&header);
	buf_clear(&head64);
	buf_clear(&body64);
	return rc;
}

/* Turns the signature's text into what key_pub_verify takes. */
static enum rc read_signature(struct span signature_b64, size_t raw_size,
    struct buf *sig, struct err *e)
{
	struct buf raw;
	bool ok;

	if (raw_size == 0) {
		ok = enc_unbase64url(sig, signature_b64) && sig->n > 0;
	} else {
		buf_init(&raw, 1024);
		ok = enc_unbase64url(&raw, signature_b64) &&
		    raw.n == raw_size && key_sig_to_der(buf_span(&raw), sig);
		buf_clear(&raw);
	}
	if (!ok)
		return err_set(e, RC_INVALID, "jws-signature-form",
		    "The signature of the JWS has the wrong form.");
	return RC_OK;
}

enum rc jose_verify_parts(struct span alg, struct span protected_b64,
    struct span payload_b64, struct span signature_b64, struct key_pub *p,
    struct err *e)
{
	enum key_type type = key_pub_type(p);
	struct buf input, sig;
	enum rc rc;
	size_t i;

	for (i = 0; i < ALGS && !span_eq_str(alg, algs[i].name);)
		i++;
	if (i == ALGS)
		return err_set(e, RC_INVALID, "jws-alg-refused",
		    "The JWS names a signature algorithm that is not taken "
		    "(only ES256, ES384, RS256, RS384 and RS512 are).");
	if (algs[i].ec == KEY_UNKNOWN ? !is_rsa(type) : algs[i].ec != type)
		return err_set(e, RC_INVALID, "jws-alg-mismatch",
		    "The JWS names %s, which does not go with the %s key it "
		    "should be signed by.",
		    algs[i].name, key_type_name(type));
	buf_init(&input, 2 * (size_t)JOSE_MAX);
	buf_init(&sig, 1024);
	rc = read_signature(signature_b64, algs[i].raw, &sig, e);
	if (rc != RC_OK)
		goto out;
	buf_add_span(&input, protected_b64);
	buf_add_u8(&input, '.');
	buf_add_span(&input, payload_b64);
	if (!buf_ok(&input)) {
		rc = err_set(e, RC_TOO_LARGE, "jws-too-large",
		    "The JWS is larger than %d bytes.", JOSE_MAX);
		goto out;
	}
	rc = key_pub_verify(p, algs[i].sig, buf_span(&input), buf_span(&sig),
	    NULL);
	if (rc != RC_OK)
		rc = err_set(e, RC_INVALID, "jws-signature",
		    "The signature of the JWS is not by the expected key.");
out:
	buf_clear(&input);
	buf_clear(&sig);
	return rc;
}

/* alg is copied out; RFC 7515 4.1.11: what crit asks for is not known here. */
static enum rc read_header(struct span header_b64, const char *typ, char *alg,
    size_t cap, struct err *e)
{
	json_t *o = NULL;
	const char *s;
	struct buf text;
	enum rc rc = RC_INVALID;

	buf_init(&text, HEADER_MAX);
	if (enc_unbase64url(&text, header_b64))
		o = load_object(buf_span(&text));
	s = json_string_value(json_object_get(o, "alg"));
	if (!s || !span_copy_str(span_str(s), alg, cap)) {
		(void)err_set(e, RC_INVALID, "jws-header",
		    "The header of the JWS is not a JSON object with an "
		    "\"alg\".");
		goto out;
	}
	if (json_object_get(o, "crit")) {
		(void)err_set(e, RC_INVALID, "jws-crit",
		    "The JWS demands extensions (crit) that are not known.");
		goto out;
	}
	s = json_string_value(json_object_get(o, "typ"));
	if (typ && (!s || strcmp(s, typ) != 0)) {
		(void)err_set(e, RC_INVALID, "jws-typ",
		    "The JWS is not of the type \"%s\".", typ);
		goto out;
	}
	rc = RC_OK;
out:
	json_decref(o);
	buf_clear(&text);
	return rc;
}

enum rc jose_verify(struct span jws, struct key_pub *p, const char *typ,
    struct buf *payload, struct err *e)
{
	struct span rest = jws, head, body;
	char alg[16];
	enum rc rc;

	if (jws.n > JOSE_MAX)
		return err_set(e, RC_TOO_LARGE, "jws-too-large",
		    "The JWS is larger than %d bytes.", JOSE_MAX);
	if (!span_cut(&rest, '.', &head) || !span_cut(&rest, '.', &body) ||
	    (rest.n > 0 && memchr(rest.p, '.', rest.n)))
		return err_set(e, RC_INVALID, "jws-form",
		    "This is not a compact JWS: three parts with dots "
		    "between.");
	rc = read_header(head, typ, alg, sizeof(alg), e);
	if (rc == RC_OK)
		rc = jose_verify_parts(span_str(alg), head, body, rest, p, e);
	if (rc != RC_OK)
		return rc;
	if (!enc_unbase64url(payload, body))
		return err_set(e, RC_INVALID, "jws-payload",
		    "The payload of the JWS is not base64url.");
	return RC_OK;
}

/* May check signatures with alg; kid NULL: the header names none. */
static bool jwk_fits(const json_t *o, const char *kid, const char *alg)
{
	const char *kty = json_string_value(json_object_get(o, "kty"));
	const char *own = json_string_value(json_object_get(o, "kid"));
	const json_t *use = json_object_get(o, "use");
	const json_t *for_alg = json_object_get(o, "alg");

	if (!kty || strcmp(kty, alg[0] == 'E' ? "EC" : "RSA") != 0)
		return false;
	if (kid && (!own || strcmp(own, kid) != 0))
		return false;
	if (use &&
	    (!json_is_string(use) ||
		strcmp(json_string_value(use), "sig") != 0))
		return false;
	return !for_alg ||
	    (json_is_string(for_alg) &&
		strcmp(json_string_value(for_alg), alg) == 0);
}

/* The only key of the set that fits. */
static enum rc set_key(struct span jwks, const char *kid, const char *alg,
    struct key_pub **out, struct err *e)
{
	json_t *set = load_object(jwks), *o, *found = NULL;
	struct buf spki;
	size_t i, n = 0;
	enum rc rc;

	buf_init(&spki, JOSE_MAX);
	json_array_foreach(json_object_get(set, "keys"), i, o)
	{
		if (!jwk_fits(o, kid, alg))
			continue;
		found = o;
		n++;
	}
	if (n == 0)
		rc = err_set(e, RC_NOT_FOUND, "jws-key-unknown",
		    "The JWS is signed with a key that is not in the set.");
	else if (n > 1)
		rc = err_set(e, RC_INVALID, "jws-key-unclear",
		    "The JWS does not say which key of the set signed it.");
	else
		rc = object_spki(found, &spki, e);
	if (rc == RC_OK)
		rc = key_pub_new(out, buf_span(&spki), e);
	buf_clear(&spki);
	json_decref(set);
	return rc;
}

enum rc jose_verify_set(struct span jws, struct span jwks, struct buf *payload,
    struct err *e)
{
	struct span rest = jws, head;
	struct key_pub *p = NULL;
	const char *kid, *alg;
	struct buf text;
	json_t *o = NULL;
	enum rc rc;

	buf_init(&text, HEADER_MAX);
	(void)span_cut(&rest, '.', &head);
	if (head.n <= HEADER_MAX && enc_unbase64url(&text, head))
		o = load_object(buf_span(&text));
	kid = json_string_value(json_object_get(o, "kid"));
	alg = json_string_value(json_object_get(o, "alg"));
	if (!alg || (json_object_get(o, "kid") && !kid))
		rc = err_set(e, RC_INVALID, "jws-header",
		    "The header of the JWS is not a JSON object with an "
		    "\"alg\".");
	else if (strcmp(alg, "ES256") != 0 && strcmp(alg, "RS256") != 0)
		rc = err_set(e, RC_INVALID, "jws-alg-refused",
		    "The JWS names a signature algorithm that is not taken "
		    "(only ES256 and RS256 are).");
	else
		rc = set_key(jwks, kid, alg, &p, e);
	if (rc == RC_OK)
		rc = jose_verify(jws, p, NULL, payload, e);
	key_pub_free(p);
	json_decref(o);
	buf_clear(&text);
	return rc;
}
