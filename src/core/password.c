/* Judges, hashes and verifies passwords.
 * Must not keep one, and must not tell why one does not match. */
#include <argon2.h>
#include <string.h>
#include <strings.h>

#include "base/rand.h"
#include "core/password.h"

/* OWASP's recommendation: 19 MiB, two passes, one lane. */
#define PASSWORD_KIB 19456
#define PASSWORD_PASSES 2
#define PASSWORD_LANES 1
#define PASSWORD_HEAD "$argon2id$v=19$m=19456,t=2,p=1$"

/* Of the commonest, those that are long enough. */
static const char *const common[] = {
    "1234567890",
    "0123456789",
    "12345678910",
    "123456789012",
    "1234567891",
    "9876543210",
    "0987654321",
    "1111111111",
    "0000000000",
    "1234512345",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "qwertyuiop",
    "qwerty1234",
    "qwerty12345",
    "qwertzuiop",
    "asdfghjkl1",
    "administrator",
    "birthmark1",
    "birthmark123",
    "changeme123",
    "football12",
    "iloveyou12",
    "letmein123",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "p@ssw0rd123",
    "princess12",
    "sunshine12",
    "welcome123",
    "welcome1234",
    "abcdefghij",
    "abcd123456",
    "abc1234567",
    "aaaaaaaaaa",
    NULL,
};

static bool same(struct span a, const char *b)
{
	return a.n == strlen(b) && !strncasecmp((const char *)a.p, b, a.n);
}

static bool one_character(struct span s)
{
	size_t i;

	for (i = 1; i < s.n; i++)
		if (s.p[i] != s.p[0])
			return false;
	return true;
}

enum rc password_check(struct span password, const char *email, struct err *e)
{
	const char *const *w;

	if (password.n < PASSWORD_MIN)
		return err_set(e, RC_INVALID, "password-too-short",
		    "The password needs at least %d characters.", PASSWORD_MIN);
	if (password.n > PASSWORD_MAX)
		return err_set(e, RC_INVALID, "password-too-long",
		    "The password may have at most %d bytes.", PASSWORD_MAX);
	if (email && same(password, email))
		return err_set(e, RC_INVALID, "password-too-easy",
		    "The password must not be the e-mail address.");
	if (one_character(password))
		return err_set(e, RC_INVALID, "password-too-easy",
		    "The password repeats one character; choose another.");
	for (w = common; *w; w++)
		if (same(password, *w))
			return err_set(e, RC_INVALID, "password-too-easy",
			    "This password is one of the commonest; choose "
			    "another.");
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
