/* Computes and compares one-time codes.
 * Must not keep a secret. */
#include <openssl/crypto.h>

#include "pki/digest.h"
#include "pki/totp.h"

#define DIGITS 6

uint32_t totp_code(const uint8_t secret[TOTP_SECRET], int64_t step)
{
	uint8_t counter[8], mac[DIGEST_SHA1];
	uint32_t v;
	unsigned int at, i;

	for (i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	digest_hmac_sha1(span_of(secret, TOTP_SECRET),
	    span_of(counter, sizeof(counter)), mac);
	at = mac[DIGEST_SHA1 - 1] & 15;
	v = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	OPENSSL_cleanse(mac, sizeof(mac));
	return v % 1000000;
}

bool totp_find(const uint8_t secret[TOTP_SECRET], struct span code,
    int64_t now_s, int64_t last_step, int64_t *step)
{
	const int64_t now = now_s / TOTP_STEP_S;
	uint8_t text[DIGITS];
	bool found = false;
	int64_t s;
	int i;

	for (s = now - TOTP_WINDOW; s <= now + TOTP_WINDOW; s++) {
		uint32_t v = totp_code(secret, s);

		for (i = DIGITS - 1; i >= 0; i--, v /= 10)
			text[i] = (uint8_t)('0' + v % 10);
		if (span_eq_secret(span_of(text, DIGITS), code) &&
		    s > last_step && !found) {
			*step = s;
			found = true;
		}
	}
	OPENSSL_cleanse(text, sizeof(text));
	return found;
}
