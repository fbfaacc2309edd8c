/* Issues certificates.  Birth certificates come from one template of the
 * reel, in which only serial, chip id, public key and key identifier change.
 * Must not choose serial numbers of chips, nor read the clock. */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/rand.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "pki/issue_ext.h"
#include "pki/issue_tbs.h"

#define TBS_MAX CERT_DER_MAX
#define HEX_SIZE (2 * ISSUE_SERIAL_SIZE)
#define OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define OID_EMAIL_PROTECTION "1.3.6.1.5.5.7.3.4"

#define KU_SIGN CERT_KU_DIGITAL_SIGNATURE
#define KU_KEY_ENCIPHERMENT 0x0004
#define KU_CA (CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN)

static void random_serial(uint8_t serial[ISSUE_SERIAL_SIZE])
{
	rand_bytes(serial, ISSUE_SERIAL_SIZE);
	serial[0] = (uint8_t)(1 + serial[0] % 0x7f);
}

/* Any certificate but a chip's: fills in issuer and serial, and signs. */
static enum rc issue_any(struct issue_tbs *t, struct span issuer_cert,
    struct buf *ext, struct key *k, struct buf *out, struct err *e)
{
	uint8_t serial[ISSUE_SERIAL_SIZE], own_id[DIGEST_SHA1];
	struct buf tbs, sig;
	struct cert issuer;
	struct span aki;
	enum rc rc;

	buf_init(&tbs, TBS_MAX);
	buf_init(&sig, ISSUE_TBS_SIG_MAX);
	if (issuer_cert.n > 0) {
		rc = issue_tbs_issuer(issuer_cert, k, &issuer, e);
		if (rc != RC_OK)
			goto out;
		t->issuer = issuer.subject;
		aki = issuer.ski;
	} else if (span_eq(t->spki, key_spki(k))) {
		t->issuer = t->subject;
		digest_sha1(key_spki_bits(t->spki), own_id);
		aki = span_of(own_id, sizeof(own_id));
	} else {
		rc = err_set(e, RC_INVALID, "issuer-key-differs",
		    "A self-signed certificate is signed by its own key.");
		goto out;
	}
	if (aki.n > 0)
		issue_ext_aki(ext, aki);
	random_serial(serial);
	t->serial = span_of(serial, sizeof(serial));
	t->sig_alg = key_sig_alg(key_sig(k));
	t->extensions = ext;
	issue_tbs_put(&tbs, t);
	rc = buf_ok(&tbs) ? issue_tbs_sign(out, buf_span(&tbs), k, &sig, e)
			  : issue_tbs_fault(e);
out:
	buf_clear(&tbs);
	buf_clear(&sig);
	return rc;
}

enum rc issue_ca(const struct issue_ca *p, struct span spki,
    struct span issuer_cert, struct key *issuer_key, struct buf *out,
    struct err *e)
{
	struct issue_tbs t = {.not_before = p->not_before,
	    .not_after = p->not_after,
	    .spki = spki};
	enum key_type type;
	struct buf name, ext;
	enum rc rc;

	rc = key_check_spki(spki, &type, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&name, ISSUE_EXT_MAX);
	buf_init(&ext, ISSUE_EXT_MAX);
	issue_ext_name(&name, p->org, p->common_name, NULL);
	issue_ext_basic(&ext, p->path_len);
	issue_ext_key_usage(&ext, KU_CA);
	issue_ext_ski(&ext, spki);
	issue_ext_crl_url(&ext, p->crl_url);
	issue_ext_aia_url(&ext, p->aia_url);
	t.subject = buf_span(&name);
	rc = buf_ok(&name)
	    ? issue_any(&t, issuer_cert, &ext, issuer_key, out, e)
	    : issue_tbs_fault(e);
	buf_clear(&name);
	buf_clear(&ext);
	return rc;
}

/* `openssl cms -verify` takes a signer only with emailProtection. */
static void put_purpose(struct buf *ext, const struct issue_leaf *p)
{
	static const char *const server[] = {OID_SERVER_AUTH, NULL};
	static const char *const client[] = {OID_CLIENT_AUTH, NULL};
	static const char *const signer[] = {OID_CLIENT_AUTH,
	    OID_EMAIL_PROTECTION, NULL};
	bool named = p->names != NULL && p->names[0] != NULL;

	issue_ext_eku(ext, p->server ? server : named ? client : signer);
}

enum rc issue_leaf(const struct issue_leaf *p, struct span spki,
    struct span issuer_cert, struct key *issuer_key, struct buf *out,
    struct err *e)
{
	struct issue_tbs t = {.not_before = p->not_before,
	    .not_after = p->not_after,
	    .spki = spki};
	enum key_type type;
	struct buf name, ext;
	enum rc rc;

	rc = key_check_spki(spki, &type, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&name, ISSUE_EXT_MAX);
	buf_init(&ext, ISSUE_EXT_MAX);
	issue_ext_name(&name, p->org, p->common_name, NULL);
	issue_ext_key_usage(&ext,
	    KU_SIGN |
		(type == KEY_P256 || type == KEY_P384 ? 0
						      : KU_KEY_ENCIPHERMENT));
	put_purpose(&ext, p);
	issue_ext_ski(&ext, spki);
	issue_ext_names(&ext, p->names);
	t.subject = buf_span(&name);
	rc = buf_ok(&name)
	    ? issue_any(&t, issuer_cert, &ext, issuer_key, out, e)
	    : issue_tbs_fault(e);
	buf_clear(&name);
	buf_clear(&ext);
	return rc;
}

/* Birth certificates */

#define PLACES_MAX 4

/* Where the same bytes stand in the template. */
struct places {
	size_t at[PLACES_MAX];
	size_t n;
};

struct issue {
	struct key *key; /* borrowed */
	enum key_type type;
	struct buf tbs;	 /* patched for each chip */
	struct buf spki; /* the SubjectPublicKeyInfo in it, for its frame */
	struct buf sig;	 /* scratch */
	struct places serial, hex, bits, ski;
};

static void find_places(struct places *out, struct span in, struct span what)
{
	size_t i;

	out->n = 0;
	for (i = 0; i + what.n <= in.n && out->n < PLACES_MAX; i++)
		if (memcmp(in.p + i, what.p, what.n) == 0)
			out->at[out->n++] = i;
}

static void patch(struct issue *i, const struct places *where, struct span what)
{
	size_t k;

	for (k = 0; k < where->n; k++)
		memcpy(i->tbs.p + where->at[k], what.p, what.n);
}

static void put_birth_template(struct issue *i, const struct issue_birth *p,
    const struct cert *issuer, const uint8_t serial[ISSUE_SERIAL_SIZE])
{
	char id[HEX_SIZE + 1];
	struct buf name, cn, ext;
	struct issue_tbs t = {.serial = span_of(serial, ISSUE_SERIAL_SIZE),
	    .sig_alg = key_sig_alg(key_sig(p->issuer_key)),
	    .issuer = issuer->subject,
	    .not_before = p->not_before,
	    .not_after = CERT_NEVER,
	    .spki = buf_span(&i->spki),
	    .extensions = &ext};

	buf_init(&name, ISSUE_EXT_MAX);
	buf_init(&cn, 128);
	buf_init(&ext, ISSUE_EXT_MAX);
	enc_hex_str(id, t.serial);
	/* Without spaces it can be a registration id of Azure's DPS. */
	buf_addf(&cn, "%s%c%s", p->model, strchr(p->model, ' ') ? ' ' : '-',
	    id);
	issue_ext_name(&name, p->org, buf_cstr(&cn), id);
	issue_ext_key_usage(&ext, KU_SIGN);
	issue_ext_ski(&ext, t.spki);
	if (issuer->ski.n > 0)
		issue_ext_aki(&ext, issuer->ski);
	issue_ext_hw_module(&ext, p->hw_type_oid, t.serial);
	issue_ext_crl_url(&ext, p->crl_url);
	issue_ext_access(&ext, p->aia_url, p->ocsp_url);
	t.subject = buf_span(&name);
	issue_tbs_put(&i->tbs, &t);
	if (!buf_ok(&name) || !buf_ok(&cn))
		i->tbs.bad = true;
	buf_clear(&name);
	buf_clear(&cn);
	buf_clear(&ext);
}

/* The places are found by what was written there: random bytes that stand
 * nowhere else, which their counts prove. */
static bool find_all(struct issue *i, const uint8_t serial[ISSUE_SERIAL_SIZE])
{
	struct span tbs = buf_span(&i->tbs);
	struct span bits = key_spki_bits(buf_span(&i->spki));
	uint8_t ski[DIGEST_SHA1];
	char hex[HEX_SIZE + 1];

	digest_sha1(bits, ski);
	enc_hex_str(hex, span_of(serial, ISSUE_SERIAL_SIZE));
	find_places(&i->serial, tbs, span_of(serial, ISSUE_SERIAL_SIZE));
	find_places(&i->hex, tbs, span_of(hex, HEX_SIZE));
	find_places(&i->bits, tbs, bits);
	find_places(&i->ski, tbs, span_of(ski, sizeof(ski)));
	return i->serial.n == 2 && i->hex.n == 2 && i->bits.n == 1 &&
	    i->ski.n == 1;
}

static const struct {
	const char *oid, *curve; /* no curve: RSA */
	size_t size;		 /* of a point, or of a modulus */
} samples[] = {
    [KEY_P256] = {"1.2.840.10045.2.1", "1.2.840.10045.3.1.7", 65},
    [KEY_P384] = {"1.2.840.10045.2.1", "1.3.132.0.34", 97},
    [KEY_RSA2048] = {"1.2.840.113549.1.1.1", NULL, 256},
    [KEY_RSA3072] = {"1.2.840.113549.1.1.1", NULL, 384},
    [KEY_RSA4096] = {"1.2.840.113549.1.1.1", NULL, 512},
};

/* Something of a public key's form: its bits are replaced anyway, and a real
 * RSA key would take seconds. */
static void put_sample(struct buf *out, enum key_type type)
{
	static const uint8_t exponent[] = {1, 0, 1};
	uint8_t bits[512];
	struct span random = span_of(bits, samples[type].size);
	struct buf alg, key, spki;

	buf_init(&alg, TBS_MAX);
	buf_init(&key, TBS_MAX);
	buf_init(&spki, TBS_MAX);
	rand_bytes(bits, random.n);
	bits[0] |= 0x80;
	der_put_oid(&alg, samples[type].oid);
	if (samples[type].curve != NULL) {
		der_put_oid(&alg, samples[type].curve);
		buf_add_span(&key, random);
	} else {
		struct buf numbers;

		der_put(&alg, DER_NULL, SPAN_NONE);
		buf_init(&numbers, TBS_MAX);
		der_put_uint(&numbers, random);
		der_put_uint(&numbers, span_of(exponent, sizeof(exponent)));
		der_put(&key, DER_SEQUENCE, buf_span(&numbers));
		buf_clear(&numbers);
	}
	der_put(&spki, DER_SEQUENCE, buf_span(&alg));
	der_put_bits(&spki, buf_span(&key));
	der_put(out, DER_SEQUENCE, buf_span(&spki));
	buf_clear(&alg);
	buf_clear(&key);
	buf_clear(&spki);
}

enum rc issue_new(struct issue **out, const struct issue_birth *p,
    struct err *e)
{
	uint8_t serial[ISSUE_SERIAL_SIZE];
	struct cert issuer;
	struct issue *i;
	enum rc rc;

	*out = NULL;
	if (p->key_type >= KEY_UNKNOWN)
		return err_set(e, RC_INVALID, "key-type",
		    "There is no such type of key.");
	i = calloc(1, sizeof(*i));
	if (i == NULL)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	i->key = p->issuer_key;
	i->type = p->key_type;
	buf_init(&i->tbs, TBS_MAX);
	buf_init(&i->spki, TBS_MAX);
	buf_init(&i->sig, ISSUE_TBS_SIG_MAX);
	rc = issue_tbs_issuer(p->issuer_cert, p->issuer_key, &issuer, e);
	if (rc != RC_OK)
		goto out;
	put_sample(&i->spki, i->type);
	random_serial(serial);
	put_birth_template(i, p, &issuer, serial);
	if (!buf_ok(&i->tbs)) {
		rc = issue_tbs_fault(e);
		goto out;
	}
	if (!find_all(i, serial)) {
		rc = err_set(e, RC_BUG, "template-unclear",
		    "The template of the birth certificates is not clear.");
		goto out;
	}
	*out = i;
	i = NULL;
out:
	issue_free(i);
	return rc;
}

void issue_free(struct issue *i)
{
	if (i == NULL)
		return;
	buf_clear(&i->tbs);
	buf_clear(&i->spki);
	buf_clear(&i->sig);
	free(i);
}

static enum rc check_chip_key(struct issue *i, struct span spki, struct err *e)
{
	enum key_type type;
	enum rc rc = key_check_spki(spki, &type, e);

	if (rc != RC_OK)
		return rc;
	if (type != i->type)
		return err_set(e, RC_INVALID, "key-type",
		    "The chip's key is %s, and the reel is of %s.",
		    key_type_name(type), key_type_name(i->type));
	if (spki.n != i->spki.n)
		return err_set(e, RC_INVALID, "key-exponent",
		    "The chip's RSA key has another exponent than 65537.");
	return RC_OK;
}

enum rc issue_birth(struct issue *i, struct span spki,
    const uint8_t serial[ISSUE_SERIAL_SIZE], struct buf *out, struct err *e)
{
	struct span bits = key_spki_bits(spki);
	uint8_t ski[DIGEST_SHA1];
	char hex[HEX_SIZE + 1];
	enum rc rc;

	rc = check_chip_key(i, spki, e);
	if (rc != RC_OK)
		return rc;
	if (serial[0] == 0 || serial[0] > 0x7f)
		return err_set(e, RC_INVALID, "cert-serial",
		    "A serial number starts with a byte from 0x01 to 0x7f.");
	digest_sha1(bits, ski);
	enc_hex_str(hex, span_of(serial, ISSUE_SERIAL_SIZE));
	patch(i, &i->serial, span_of(serial, ISSUE_SERIAL_SIZE));
	patch(i, &i->hex, span_of(hex, HEX_SIZE));
	patch(i, &i->bits, bits);
	patch(i, &i->ski, span_of(ski, sizeof(ski)));
	return issue_tbs_sign(out, buf_span(&i->tbs), i->key, &i->sig, e);
}
