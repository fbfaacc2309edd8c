/* Keys in a token (SoftHSM): they sign, issue and do not come out.
 * Must not leave a token behind. */
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/chip_case.h"
#include "tests/unit/dir_case.h"
#include "tests/unit/token_case.h"

static struct chip_case the;
static char dir[64], pem_path[128];

static int setup(void **state)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-hsm-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(pem_path, sizeof(pem_path), "%s/key.pem", dir);
	token_case_use(dir);
	chip_case_init(&the, KEY_P256, KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	chip_case_clear(&the);
	dir_case_remove(dir);
	return 0;
}

static void key_in_a_token_issues_and_stays_there(void **state)
{
	struct issue_birth birth;
	struct key *token, *none;
	struct buf chip, pem;
	struct chain *ch;
	struct cert c;

	if (!token_case_make(the.ca_key, "issuing", pem_path))
		skip();
	CHIP_OK(&the, key_open(&token, TOKEN_CASE_URI("issuing"), &the.e));
	assert_int_equal(key_type(token), KEY_P256);
	assert_true(span_eq(key_spki(token), key_spki(the.ca_key)));

	buf_init(&pem, 4096);
	assert_int_equal(key_pem(token, &pem, &the.e), RC_DENIED);
	assert_int_equal(pem.n, 0);

	key_free(the.ca_key);
	the.ca_key = token;
	chip_case_another(&the, 77, &chip);
	birth = chip_case_birth(&the);
	assert_ptr_equal(birth.issuer_key, token);
	ch = chain_new();
	CHIP_OK(&the,
	    chain_add(ch, buf_span(&the.ca), true, the.now_s, &the.e));
	CHIP_OK(&the, cert_parse(&c, buf_span(&chip), &the.e));
	CHIP_OK(&the, chain_check(ch, &c, the.now_s, &the.e));
	chain_free(ch);

	assert_int_equal(key_open(&none, TOKEN_CASE_URI("nobody"), &the.e),
	    RC_NOT_FOUND);
	assert_string_equal(the.e.slug, "pkcs11-no-key");
	assert_null(none);
	buf_clear(&chip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_in_a_token_issues_and_stays_there),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
