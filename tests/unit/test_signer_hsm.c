/* CAs whose keys are in an HSM (SoftHSM), by the names that the operator gave
 * to accounts; confined as the service confines its signer.
 * Must not leave a token behind. */
#include <spawn.h>
#include <string.h>

#include "base/confine.h"
#include "base/file.h"
#include "pki/csr.h"
#include "signer/hsm_conf.h"
#include "tests/unit/chip_case.h"
#include "tests/unit/signer_case.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define ENGINE "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so"
#define ONE "acc_0123456789abcdef"
#define TWO "acc_fedcba9876543210"
#define CA "ca_0123456789abcdef"

extern char **environ;

static struct {
	char dir[64], tokens[80], conf[128], pem[128];
	struct key *key;
	struct signer *signer;
	pid_t pid;
	struct err e;
} t;

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

static void write_text(const char *path, const char *text)
{
	assert_int_equal(file_write(path, span_str(text), 0600, &t.e), RC_OK);
}

static int setup(void **state)
{
	char text[256];

	(void)snprintf(t.dir, sizeof(t.dir), "/tmp/birthmark-hsm-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	(void)snprintf(t.tokens, sizeof(t.tokens), "%s/tokens", t.dir);
	(void)snprintf(t.conf, sizeof(t.conf), "%s/tokens/softhsm2.conf",
	    t.dir);
	(void)snprintf(t.pem, sizeof(t.pem), "%s/key.pem", t.dir);
	assert_int_equal(file_mkdir(t.tokens, 0700, &t.e), RC_OK);
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s\nobjectstore.backend = file\n"
	    "log.level = ERROR\n",
	    t.tokens);
	write_text(t.conf, text);
	(void)setenv("SOFTHSM2_CONF", t.conf, 1);
	assert_int_equal(key_generate(&t.key, KEY_P256, &t.e), RC_OK);
	return 0;
}

static int teardown(void **state)
{
	signer_free(t.signer);
	if (t.pid > 0)
		(void)waitpid(t.pid, NULL, 0);
	key_free(t.key);
	dir_case_remove(t.dir);
	return 0;
}

/* False if this machine has no SoftHSM, or not the engine. */
static bool make_token(void)
{
	const char *const init[] = {"softhsm2-util", "--init-token", "--free",
	    "--label", "birthmark-test", "--pin", "1234", "--so-pin", "1234",
	    NULL};
	const char *const import[] = {"softhsm2-util", "--import", t.pem,
	    "--token", "birthmark-test", "--label", "root", "--id", "a1",
	    "--pin", "1234", NULL};
	struct buf pem;

	if (!file_exists(MODULE) || !file_exists(ENGINE) || run(init) != 0)
		return false;
	buf_init(&pem, 16384);
	assert_int_equal(key_pem(t.key, &pem, &t.e), RC_OK);
	assert_int_equal(file_write(t.pem, buf_span(&pem), 0600, &t.e), RC_OK);
	buf_clear_secret(&pem);
	assert_int_equal(run(import), 0);
	return true;
}

/* What the service does before it meets a client. */
static int confined(const struct signer_client *client)
{
	struct confine_path list[] = {{"/usr", false}, {"/lib", false},
	    {"/lib64", false}, {"/etc/ssl", false}, {"/dev/null", true},
	    {"/dev/urandom", false}, {t.dir, false}, {NULL, true},
	    {NULL, true}};
	struct hsm_conf conf;
	char ca[80];

	if (hsm_conf_read(&conf, t.dir, &t.e) != RC_OK || conf.paths_n != 1)
		return 9;
	(void)snprintf(ca, sizeof(ca), "%s/ca", t.dir);
	list[COUNT(list) - 2].path = ca;
	list[COUNT(list) - 1].path = conf.paths[0];
	if (confine_to(list, COUNT(list), CONFINE_NET_NONE, &t.e) != RC_OK)
		return 9;
	return signer_run(t.dir, client, 1);
}

static void start_signer(void)
{
	struct signer_client worker = {.may = SIGNER_MAY_WORKER};
	int fds[2];

	assert_int_equal(signer_init(t.dir, &t.e), RC_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	t.pid = fork();
	assert_true(t.pid >= 0);
	if (t.pid == 0) {
		(void)close(fds[0]);
		worker.fd = fds[1];
		_exit(confined(&worker));
	}
	(void)close(fds[1]);
	t.signer = signer_new(fds[0]);
	assert_non_null(t.signer);
}

static void write_conf(void)
{
	char path[128], text[1024];

	(void)snprintf(path, sizeof(path), "%s/hsm.conf", t.dir);
	(void)snprintf(text, sizeof(text),
	    "# keys of HSMs\nallow %s\n\n"
	    "%s root pkcs11:token=birthmark-test;object=root"
	    "?pin-value=1234&module-path=" MODULE "\n"
	    "%s gone pkcs11:token=birthmark-test;object=nobody"
	    "?pin-value=1234&module-path=" MODULE "\n",
	    t.tokens, ONE, ONE);
	write_text(path, text);
}

static enum rc make_ca(const char *account, const char *ca, enum key_type type,
    const char *name, struct buf *spki)
{
	struct signer_ca who = {account, ca};

	buf_reset(spki);
	t.e.text[0] = '\0';
	return signer_ca_key(t.signer, &who, type, name, spki, &t.e);
}

static void key_in_an_hsm_signs_for_its_account_only(void **state)
{
	struct signer_ca_cert r = {.issuer = {ONE, CA},
	    .subject = CA,
	    .common_name = "Root in an HSM"};
	char path[128];
	struct buf spki, der;
	struct cert c;

	if (!make_token())
		skip();
	write_conf();
	start_signer();
	buf_init(&spki, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	if (make_ca(ONE, CA, KEY_P256, "root", &spki) != RC_OK)
		fail_msg("%s", t.e.text);
	assert_true(span_eq(buf_span(&spki), key_spki(t.key)));
	(void)snprintf(path, sizeof(path), "%s/ca/%s.pem", t.dir, CA);
	assert_false(file_exists(path));
	r.not_before = clock_now_s();
	r.not_after = r.not_before + CHIP_CASE_DAY;
	if (signer_ca_cert(t.signer, &r, &der, &t.e) != RC_OK)
		fail_msg("%s", t.e.text);
	assert_int_equal(cert_parse(&c, buf_span(&der), &t.e), RC_OK);
	assert_true(span_eq(c.spki, key_spki(t.key)));
	/* Another account, another name, another type, a key that is gone. */
	assert_int_equal(make_ca(TWO, "ca_1111111111111111", KEY_P256, "root",
			     &spki),
	    RC_NOT_FOUND);
	assert_int_equal(make_ca(ONE, "ca_1111111111111111", KEY_P256, "other",
			     &spki),
	    RC_NOT_FOUND);
	assert_int_equal(make_ca(ONE, "ca_1111111111111111", KEY_P384, "root",
			     &spki),
	    RC_INVALID);
	assert_int_not_equal(make_ca(ONE, "ca_1111111111111111", KEY_P256,
				 "gone", &spki),
	    RC_OK);
	assert_int_equal(spki.n, 0);
	/* None of these left a trace; one in a file is fine beside it. */
	assert_int_equal(make_ca(ONE, "ca_1111111111111111", KEY_P256, "",
			     &spki),
	    RC_OK);
	buf_clear(&spki);
	buf_clear(&der);
}

static void mistake_in_the_file_is_told_by_its_line(void **state)
{
	static const struct {
		const char *text;
		unsigned long line; /* 0: fine */
	} table[] = {
	    {"", 0},
	    {"\n\n# nothing\n   # nothing\n", 0},
	    {ONE " a pkcs11:object=a\n" TWO " a pkcs11:object=b", 0},
	    {"allow /var/lib/softhsm/tokens\n", 0},
	    {"allow relative\n", 1},
	    {"allow\n", 1},
	    {"\n" ONE " a\n", 2},
	    {ONE " a /etc/passwd\n", 1},
	    {ONE " a/b pkcs11:object=a\n", 1},
	    {"acc_1 a pkcs11:object=a\n", 1},
	    {"a pkcs11:object=a\n", 1},
	    {ONE " a pkcs11:object=a\n" ONE " a pkcs11:object=b\n", 2},
	};
	struct hsm_conf conf;
	char path[128];
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/hsm.conf", t.dir);
	for (i = 0; i < COUNT(table); i++) {
		write_text(path, table[i].text);
		t.e.line = 0;
		assert_int_equal(hsm_conf_read(&conf, t.dir, &t.e),
		    table[i].line ? RC_INVALID : RC_OK);
		assert_int_equal(t.e.line, table[i].line);
		hsm_conf_clear(&conf);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(hsm_conf_read(&conf, t.dir, &t.e), RC_OK);
	assert_int_equal(conf.keys_n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mistake_in_the_file_is_told_by_its_line),
	    cmocka_unit_test(key_in_an_hsm_signs_for_its_account_only),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
