/* The signature algorithms we take: names, identifiers and ECDSA's two forms.
 * Must not sign or verify. */
#include "pki/der.h"
#include "pki/key.h"

/* clang-format off */
#define ECDSA_ID(n) 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, \
	0x04, 0x03, (n)
#define RSA_ID(n) 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, \
	0x0d, 0x01, 0x01, (n), 0x05, 0x00
/* clang-format on */

static const uint8_t ecdsa_sha256[] = {ECDSA_ID(2)};
static const uint8_t ecdsa_sha384[] = {ECDSA_ID(3)};
static const uint8_t ecdsa_sha512[] = {ECDSA_ID(4)};
static const uint8_t rsa_sha256[] = {RSA_ID(11)};
static const uint8_t rsa_sha384[] = {RSA_ID(12)};
static const uint8_t rsa_sha512[] = {RSA_ID(13)};

#define ID(bytes)                    \
	{                            \
		bytes, sizeof(bytes) \
	}

static const struct {
	const char *name;
	struct span alg;
} sigs[] = {
    [KEY_SIG_ECDSA_SHA256] = {"ecdsa-with-SHA256", ID(ecdsa_sha256)},
    [KEY_SIG_ECDSA_SHA384] = {"ecdsa-with-SHA384", ID(ecdsa_sha384)},
    [KEY_SIG_ECDSA_SHA512] = {"ecdsa-with-SHA512", ID(ecdsa_sha512)},
    [KEY_SIG_RSA_SHA256] = {"sha256WithRSAEncryption", ID(rsa_sha256)},
    [KEY_SIG_RSA_SHA384] = {"sha384WithRSAEncryption", ID(rsa_sha384)},
    [KEY_SIG_RSA_SHA512] = {"sha512WithRSAEncryption", ID(rsa_sha512)},
};
#define SIGS (sizeof(sigs) / sizeof(sigs[0]))

const char *key_sig_name(enum key_sig s)
{
	return (size_t)s < SIGS ? sigs[s].name : "unknown";
}

struct span key_sig_alg(enum key_sig s)
{
	return (size_t)s < SIGS ? sigs[s].alg : SPAN_NONE;
}

enum key_sig key_sig_of(struct span algorithm_identifier)
{
	size_t i;

	for (i = 0; i < SIGS; i++)
		if (span_eq(algorithm_identifier, sigs[i].alg))
			return (enum key_sig)i;
	return KEY_SIG_UNKNOWN;
}

/* A positive INTEGER of minimal form, padded on the left to size. */
static bool take_number(struct span *in, size_t size, uint8_t *out)
{
	struct span v;
	size_t i;

	if (!der_take(in, DER_INTEGER, &v) || v.n == 0 || (v.p[0] & 0x80))
		return false;
	if (v.n > 1 && v.p[0] == 0) {
		if (!(v.p[1] & 0x80))
			return false;
		v = span_sub(v, 1, v.n - 1);
	}
	if (v.n > size)
		return false;
	for (i = 0; i < size; i++)
		out[i] = i < size - v.n ? 0 : v.p[i - (size - v.n)];
	return true;
}

bool key_sig_to_raw(struct span der, size_t size, uint8_t *out)
{
	struct span seq;

	return der_take(&der, DER_SEQUENCE, &seq) && der.n == 0 &&
	    take_number(&seq, size, out) &&
	    take_number(&seq, size, out + size) && seq.n == 0;
}

bool key_sig_to_der(struct span raw, struct buf *out)
{
	struct buf seq;

	if (raw.n == 0 || raw.n % 2 != 0)
		return false;
	buf_init(&seq, raw.n + 16);
	der_put_uint(&seq, span_sub(raw, 0, raw.n / 2));
	der_put_uint(&seq, span_sub(raw, raw.n / 2, raw.n / 2));
	if (!buf_ok(&seq))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(&seq));
	buf_clear(&seq);
	return buf_ok(out);
}
