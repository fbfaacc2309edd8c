/* Judges, hashes and verifies passwords.
 * Must not keep one, and must not tell why one does not match. */
#include <argon2.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "core/password.h"
#include "core/password_common.h"
#include "pki/digest.h"

/* OWASP's recommendation: 19 MiB, two passes, one lane. */
#define PASSWORD_KIB 19456
#define PASSWORD_PASSES 2
#define PASSWORD_LANES 1
#define PASSWORD_HEAD "$argon2id$v=19$m=19456,t=2,p=1$"

/* A name shorter than this is in many passwords by chance. */
#define NAME_MIN 4
/* What a list of common passwords is worth asking for. */
#define COMMON_MIN 8
/* Characters that neither repeat nor continue the one before them. */
#define FRESH_MIN 4
#define UNIT_MAX 5

static bool matches(struct span s, size_t at, struct span name)
{
	size_t i;

	if (at + name.n > s.n)
		return false;
	for (i = 0; i < name.n; i++)
		if (tolower(s.p[at + i]) != tolower(name.p[i]))
			return false;
	return true;
}

/* How long the password is without this name. */
static size_t length_without(struct span s, struct span name)
{
	size_t at = 0, n = s.n;

	if (name.n < NAME_MIN)
		return n;
	while (at < s.n) {
		if (matches(s, at, name)) {
			n -= name.n;
			at += name.n;
		} else {
			at++;
		}
	}
	return n;
}

static bool holds_name(struct span password, const char *email)
{
	struct span rest = span_str(email), name;

	(void)span_cut(&rest, '@', &name);
	return length_without(password, span_str(email)) < PASSWORD_MIN ||
	    length_without(password, name) < PASSWORD_MIN ||
	    length_without(password, SPAN_LIT("birthmark")) < PASSWORD_MIN;
}

/* aaaaaaaaaa, 1234567890, abcde54321 */
static bool is_sequence(struct span s)
{
	size_t i, fresh = 1;

	for (i = 1; i < s.n; i++) {
		int step = s.p[i] - s.p[i - 1];

		fresh += step < -1 || step > 1;
	}
	return fresh < FRESH_MIN;
}

/* abxabxabxabx */
static bool is_repeated(struct span s)
{
	size_t unit, i;

	for (unit = 1; unit <= UNIT_MAX; unit++) {
		for (i = unit; i < s.n && s.p[i] == s.p[i - unit]; i++)
			;
		if (i == s.n)
			return true;
	}
	return false;
}

static int common_compare(const void *a, const void *b)
{
	return memcmp(a, b, PASSWORD_COMMON_SIZE);
}

static bool is_listed(struct span s)
{
	uint8_t text[PASSWORD_MAX], hash[DIGEST_SHA256];
	size_t i;

	if (s.n < COMMON_MIN || s.n > sizeof(text))
		return false;
	for (i = 0; i < s.n; i++)
		text[i] = (uint8_t)tolower(s.p[i]);
	digest_sha256(span_of(text, s.n), hash);
	explicit_bzero(text, sizeof(text));
	return bsearch(hash, password_common, password_common_count,
		   PASSWORD_COMMON_SIZE, common_compare) != NULL;
}

/* Digits and signs at the ends make a common one hardly better. */
static bool is_common(struct span s)
{
	struct span core = s;

	while (core.n > 0 && !isalpha(core.p[core.n - 1]))
		core.n--;
	while (core.n > 0 && !isalpha(core.p[0]))
		core = span_sub(core, 1, core.n);
	return is_listed(s) || is_listed(core);
}

enum rc password_check(struct span password, const char *email, struct err *e)
{
	if (password.n < PASSWORD_MIN)
		return err_set(e, RC_INVALID, "password-too-short",
		    "The password needs at least %d characters.", PASSWORD_MIN);
	if (password.n > PASSWORD_MAX)
		return err_set(e, RC_INVALID, "password-too-long",
		    "The password may have at most %d bytes.", PASSWORD_MAX);
	if (holds_name(password, email))
		return err_set(e, RC_INVALID, "password-too-easy",
		    "The password is too short without your e-mail name in "
		    "it; choose another.");
	if (is_sequence(password) || is_repeated(password))
		return err_set(e, RC_INVALID, "password-too-easy",
		    "The password repeats or counts only; choose another.");
	if (is_common(password))
		return err_set(e, RC_INVALID, "password-common",
		    "This password is one that many use; choose another.");
	return RC_OK;
}

enum rc password_hash(struct span password, char out[PASSWORD_SIZE],
    struct err *e)
{
	uint8_t salt[16];
	int r;

	rand_bytes(salt, sizeof(salt));
	r = argon2id_hash_encoded(PASSWORD_PASSES, PASSWORD_KIB, PASSWORD_LANES,
	    password.p, password.n, salt, sizeof(salt), 32, out, PASSWORD_SIZE);
	if (r != ARGON2_OK)
		return err_set(e, RC_ENV, "password-hash",
		    "The password could not be hashed: %s.",
		    argon2_error_message(r));
	return RC_OK;
}

bool password_verify(const char *encoded, struct span password)
{
	/* Of nothing that can be typed; only its cost matters. */
	static const char nobody[] =
	    PASSWORD_HEAD "AAAAAAAAAAAAAAAAAAAAAA$"
			  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	bool ok;

	if (password.n > PASSWORD_MAX)
		return false;
	if (encoded && !encoded[0])
		encoded = NULL;
	ok = argon2id_verify(encoded ? encoded : nobody, password.p,
		 password.n) == ARGON2_OK;
	return ok && encoded;
}

bool password_is_old(const char *encoded)
{
	return !span_starts(span_str(encoded), SPAN_LIT(PASSWORD_HEAD));
}
