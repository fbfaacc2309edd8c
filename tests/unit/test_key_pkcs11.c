/* Keys in a token (SoftHSM): they sign, issue and do not come out.
 * Must not leave a token behind. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/chip_case.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define ENGINE "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so"
#define URI                                                            \
	"pkcs11:token=birthmark-test;object=%s?pin-value=1234&module-" \
	"path=" MODULE

extern char **environ;

static struct chip_case the;
static char dir[64], pem_path[128];

/* The output of a helper program is not the test's. */
static int run(const char *const argv[])
{
	posix_spawn_file_actions_t quiet;
	int status = -1;
	pid_t pid;

	assert_int_equal(posix_spawn_file_actions_init(&quiet), 0);
	(void)posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY,
	    0);
	(void)posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY,
	    0);
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, (char **)(uintptr_t)argv,
		environ) == 0)
		(void)waitpid(pid, &status, 0);
	(void)posix_spawn_file_actions_destroy(&quiet);
	return status;
}

static int setup(void **state)
{
	char conf_path[128], text[256];

	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-hsm-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(conf_path, sizeof(conf_path), "%s/softhsm2.conf", dir);
	(void)snprintf(pem_path, sizeof(pem_path), "%s/key.pem", dir);
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s\nobjectstore.backend = file\n"
	    "log.level = ERROR\n",
	    dir);
	CHIP_OK(&the, file_write(conf_path, span_str(text), 0600, &the.e));
	(void)setenv("SOFTHSM2_CONF", conf_path, 1);
	chip_case_init(&the, KEY_P256, KEY_P256);
	return 0;
}

static int teardown(void **state)
{
	const char *const argv[] = {"rm", "-rf", dir, NULL};

	chip_case_clear(&the);
	return run(argv);
}

/* False if this machine has no SoftHSM, or not the engine. */
static bool make_token(struct key *k, char *label)
{
	const char *const init[] = {"softhsm2-util", "--init-token", "--free",
	    "--label", "birthmark-test", "--pin", "1234", "--so-pin", "1234",
	    NULL};
	const char *const import[] = {"softhsm2-util", "--import", pem_path,
	    "--token", "birthmark-test", "--label", label, "--id", "a1",
	    "--pin", "1234", NULL};
	struct buf pem;

	if (!file_exists(MODULE) || !file_exists(ENGINE) || run(init) != 0)
		return false;
	buf_init(&pem, 16384);
	CHIP_OK(&the, key_pem(k, &pem, &the.e));
	CHIP_OK(&the, file_write(pem_path, buf_span(&pem), 0600, &the.e));
	buf_clear_secret(&pem);
	assert_int_equal(run(import), 0);
	return true;
}

static void key_in_a_token_issues_and_stays_there(void **state)
{
	struct issue_birth birth;
	struct key *token, *none;
	char uri[256], label[] = "issuing";
	struct buf chip, pem;
	struct chain *ch;
	struct cert c;

	if (!make_token(the.ca_key, label))
		skip();
	(void)snprintf(uri, sizeof(uri), URI, label);
	CHIP_OK(&the, key_open(&token, uri, &the.e));
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

	(void)snprintf(uri, sizeof(uri), URI, "nobody");
	assert_int_equal(key_open(&none, uri, &the.e), RC_NOT_FOUND);
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
