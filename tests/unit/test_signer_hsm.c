/* CAs whose keys are in an HSM (SoftHSM), by the names that the operator gave
 * to accounts; confined as the service confines its signer.
 * Must not leave a token behind. */
#include <string.h>

#include "base/confine.h"
#include "base/file.h"
#include "pki/csr.h"
#include "signer/hsm_conf.h"
#include "tests/unit/chip_case.h"
#include "tests/unit/signer_case.h"
#include "tests/unit/token_case.h"

#define ONE "acc_0123456789abcdef"
#define TWO "acc_fedcba9876543210"
#define CA "ca_0123456789abcdef"

static struct {
	char dir[64], tokens[80], pem[128];
	struct key *key;
	struct signer *signer;
	pid_t pid;
	struct err e;
} t;

static void write_text(const char *path, const char *text)
{
	assert_int_equal(file_write(path, span_str(text), 0600, &t.e), RC_OK);
}

static int setup(void **state)
{
	(void)snprintf(t.dir, sizeof(t.dir), "/tmp/birthmark-hsm-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	(void)snprintf(t.tokens, sizeof(t.tokens), "%s/tokens", t.dir);
	(void)snprintf(t.pem, sizeof(t.pem), "%s/key.pem", t.dir);
	assert_int_equal(file_mkdir(t.tokens, 0700, &t.e), RC_OK);
	token_case_use(t.tokens);
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
	    "%s root " TOKEN_CASE_URI("root") "\n"
					      "%s gone " TOKEN_CASE_URI(
						  "nobody") "\n",
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

	if (!token_case_make(t.key, "root", t.pem))
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
