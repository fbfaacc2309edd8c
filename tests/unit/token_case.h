/* A SoftHSM token with one key.
 * Must not be left behind: its folder is the test's. */
#ifndef BIRTHMARK_TESTS_TOKEN_CASE_H
#define BIRTHMARK_TESTS_TOKEN_CASE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "pki/key.h"
#include "tests/unit/run_case.h"

#define TOKEN_CASE_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define TOKEN_CASE_ENGINE "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so"
#define TOKEN_CASE "birthmark-test"
/* Of the object with this label. */
#define TOKEN_CASE_URI(label)                       \
	"pkcs11:token=" TOKEN_CASE ";object=" label \
	"?pin-value=1234&module-path=" TOKEN_CASE_MODULE

/* From now on tokens are in dir. */
static inline void token_case_use(const char *dir)
{
	char path[128], text[256];

	(void)snprintf(path, sizeof(path), "%s/softhsm2.conf", dir);
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s\nobjectstore.backend = file\n"
	    "log.level = ERROR\n",
	    dir);
	assert_int_equal(file_write(path, span_str(text), 0600, NULL), RC_OK);
	(void)setenv("SOFTHSM2_CONF", path, 1);
}

/* A new token with k, which passes through the file pem.  False if this machine
 * has no SoftHSM, or not the engine. */
static inline bool token_case_make(const struct key *k, const char *label,
    const char *pem)
{
	const char *const init[] = {"softhsm2-util", "--init-token", "--free",
	    "--label", TOKEN_CASE, "--pin", "1234", "--so-pin", "1234", NULL};
	const char *const import[] = {"softhsm2-util", "--import", pem,
	    "--token", TOKEN_CASE, "--label", label, "--id", "a1", "--pin",
	    "1234", NULL};
	struct buf b;

	if (!file_exists(TOKEN_CASE_MODULE) ||
	    !file_exists(TOKEN_CASE_ENGINE) || run_case(init) != 0)
		return false;
	buf_init(&b, 16384);
	assert_int_equal(key_pem(k, &b, NULL), RC_OK);
	assert_int_equal(file_write(pem, buf_span(&b), 0600, NULL), RC_OK);
	buf_clear_secret(&b);
	assert_int_equal(run_case(import), 0);
	return true;
}

#endif
