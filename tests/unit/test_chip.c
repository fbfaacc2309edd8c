/* Chips of every kind: they open with their own certificate only, sign, and
 * prove themselves in TLS.  Must not leave a token or a TPM behind. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/enc.h"
#include "device/chip.h"
#include "device/reach.h"
#include "device/tls.h"
#include "device/wire.h"
#include "tests/unit/chip_case.h"
#include "tests/unit/dir_case.h"
#include "tests/unit/token_case.h"

#define HANDLE "0x81000001"

static struct chip_case the;
static char dir[64], tcti[128];
static pid_t tpm_pid;

static const char *at(const char *name)
{
	static char path[16][192];
	static int turn;

	turn = (turn + 1) % 16;
	(void)snprintf(path[turn], sizeof(path[0]), "%s/%s", dir, name);
	return path[turn];
}

static void put(const char *name, struct buf *b)
{
	CHIP_OK(&the, file_write(at(name), buf_span(b), 0600, &the.e));
	buf_clear_secret(b);
}

static void add_cert(struct buf *b, struct span der)
{
	enc_pem(b, "CERTIFICATE", der);
}

/* A certificate by the CA for another key than the case's. */
static void issue_for(struct key *k, struct buf *out)
{
	struct key *kept = the.chip_key;

	the.chip_key = k;
	chip_case_another(&the, 42, out);
	the.chip_key = kept;
}

static int setup(void **state)
{
	struct buf b;

	(void)snprintf(dir, sizeof(dir), "/tmp/birthmark-chip-XXXXXX");
	assert_non_null(mkdtemp(dir));
	token_case_use(dir);
	chip_case_init(&the, KEY_P256, KEY_P256);
	buf_init(&b, 65536);
	CHIP_OK(&the, key_pem(the.chip_key, &b, &the.e));
	add_cert(&b, buf_span(&the.chip));
	add_cert(&b, buf_span(&the.ca));
	put("chip.pem", &b);
	return 0;
}

static int teardown(void **state)
{
	if (tpm_pid > 0) {
		(void)kill(tpm_pid, SIGTERM);
		(void)waitpid(tpm_pid, NULL, 0);
	}
	chip_case_clear(&the);
	dir_case_remove(dir);
	return 0;
}

static bool is_free(unsigned int port)
{
	int fd;

	if (reach_listen(&fd, "127.0.0.1", &port, NULL) != RC_OK)
		return false;
	(void)close(fd);
	return true;
}

/* False if this machine has no swtpm. */
static bool start_tpm(void)
{
	unsigned int port = 20000 + (unsigned int)getpid() % 5000 * 2;
	char server[64], ctrl[64], state[128];
	const char *const argv[] = {"swtpm", "socket", "--tpm2", "--tpmstate",
	    state, "--server", server, "--ctrl", ctrl, "--flags",
	    "not-need-init,startup-clear", NULL};
	int fd = -1, tries;

	if (tpm_pid > 0)
		return true;
	while (!is_free(port) || !is_free(port + 1))
		port += 2;
	(void)snprintf(server, sizeof(server), "type=tcp,port=%u", port);
	(void)snprintf(ctrl, sizeof(ctrl), "type=tcp,port=%u", port + 1);
	(void)snprintf(state, sizeof(state), "dir=%s", dir);
	(void)snprintf(tcti, sizeof(tcti), "swtpm:host=127.0.0.1,port=%u",
	    port);
	tpm_pid = run_case_spawn(argv);
	for (tries = 0; tpm_pid > 0 && tries < 500; tries++) {
		if (reach_dial(&fd, "127.0.0.1", port + 1, 100, NULL) ==
		    RC_OK) {
			(void)close(fd);
			return true;
		}
		clock_sleep_ms(10);
	}
	return false;
}

static struct chip_place tpm_place(const char *certificate)
{
	static char where[192];

	(void)snprintf(where, sizeof(where), "tpm2:" HANDLE ",tcti=%s", tcti);
	return (struct chip_place){where, certificate};
}

static void signs(struct key *k)
{
	const struct span text = SPAN_LIT("what is signed");
	struct key_pub *p;
	struct buf sig;

	buf_init(&sig, 256);
	CHIP_OK(&the, key_sign(k, text, &sig, &the.e));
	CHIP_OK(&the, key_pub_new(&p, key_spki(k), &the.e));
	CHIP_OK(&the,
	    key_pub_verify(p, KEY_SIG_ECDSA_SHA256, text, buf_span(&sig),
		&the.e));
	key_pub_free(p);
	buf_clear(&sig);
}

struct server {
	void *ctx;
	int fd; /* listens */
	enum rc rc;
	struct span want;
	bool same; /* the peer came with the certificate that we want */
};

static void *serve(void *arg)
{
	const struct wire_limits limits = {5000, NULL};
	size_t sizes[4], n = 0;
	struct server *s = arg;
	struct wire *w = NULL;
	struct buf der;

	buf_init(&der, 4 * (size_t)CERT_DER_MAX);
	s->rc =
	    wire_accept(&w, s->ctx, accept(s->fd, NULL, NULL), &limits, NULL);
	if (s->rc == RC_OK)
		s->rc = wire_send(w, SPAN_LIT("hello"), NULL);
	if (s->rc == RC_OK && wire_peer_chain(w, &der, sizes, 4, &n) == RC_OK)
		s->same =
		    span_eq(span_sub(buf_span(&der), 0, sizes[0]), s->want);
	wire_close(w);
	buf_clear(&der);
	return NULL;
}

/* The chip as a client of a server that asks for its certificate. */
static void proves_itself_in_tls(const struct chip *c)
{
	const struct wire_limits limits = {5000, NULL};
	const struct tls_self other = {the.chip_key, buf_span(&the.chip),
	    SPAN_NONE};
	const struct tls_self self = {c->key, buf_span(&c->der),
	    buf_span(&c->chain)};
	struct server s = {.want = buf_span(&c->der)};
	unsigned int port = 0;
	uint8_t text[16];
	struct wire *w;
	pthread_t thread;
	void *ctx;
	size_t n;

	CHIP_OK(&the, tls_peer(&s.ctx, &other, true, &the.e));
	CHIP_OK(&the, tls_peer(&ctx, &self, false, &the.e));
	CHIP_OK(&the, reach_listen(&s.fd, "127.0.0.1", &port, &the.e));
	(void)fcntl(s.fd, F_SETFL, 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, &s), 0);
	CHIP_OK(&the,
	    wire_dial(&w, ctx, "acc-1.localhost", port, &limits, &the.e));
	CHIP_OK(&the, wire_receive(w, text, sizeof(text), &n, &the.e));
	assert_int_equal(n, 5);
	CHIP_OK(&the, wire_receive(w, text, sizeof(text), &n, &the.e));
	assert_int_equal(n, 0);
	(void)pthread_join(thread, NULL);
	assert_int_equal(s.rc, RC_OK);
	assert_true(s.same);
	wire_close(w);
	tls_free(ctx);
	tls_free(s.ctx);
	(void)close(s.fd);
}

static void software_chip_proves_itself(void **state)
{
	const struct chip_place place = {at("chip.pem"), NULL};
	struct chip c;

	CHIP_OK(&the, chip_open(&c, &place, &the.e));
	assert_string_equal(c.id, CHIP_CASE_ID);
	assert_int_equal(c.key_type, KEY_P256);
	assert_int_equal(c.chain_n, 1);
	signs(c.key);
	proves_itself_in_tls(&c);
	chip_close(&c);
}

static void certificate_without_its_key_is_no_chip(void **state)
{
	struct chip_place place = {at("copied.pem"), NULL};
	struct key *other;
	struct chip c;
	struct buf b;

	buf_init(&b, 65536);
	CHIP_OK(&the, key_generate(&other, KEY_P256, &the.e));
	CHIP_OK(&the, key_pem(other, &b, &the.e));
	add_cert(&b, buf_span(&the.chip));
	put("copied.pem", &b);
	assert_int_equal(chip_open(&c, &place, &the.e), RC_INVALID);
	assert_string_equal(the.e.slug, "chip-key");

	CHIP_OK(&the, key_pem(other, &b, &the.e));
	put("copied.pem", &b);
	assert_int_equal(chip_open(&c, &place, &the.e), RC_INVALID);
	assert_string_equal(the.e.slug, "chip-certificate");
	place.where = at("nowhere.pem");
	assert_int_equal(chip_open(&c, &place, &the.e), RC_NOT_FOUND);
	key_free(other);
}

static void add_row(struct buf *b, const char *id, struct span der)
{
	buf_addf(b, "%s,D001,\"", id);
	add_cert(b, der);
	b->n--; /* the line's end */
	buf_add_str(b, "\"\r\n");
}

static void chip_finds_its_certificate_in_a_manifest(void **state)
{
	struct chip_place place = {at("bare.pem"), at("manifest.csv")};
	struct buf b, another;
	struct key *other;
	struct chip c;

	buf_init(&b, 65536);
	CHIP_OK(&the, key_pem(the.chip_key, &b, &the.e));
	put("bare.pem", &b);
	CHIP_OK(&the, key_generate(&other, KEY_P256, &the.e));
	issue_for(other, &another);
	buf_add_str(&b, "device_id,group_id,certificate\r\n");
	add_row(&b, "another", buf_span(&another));
	add_row(&b, CHIP_CASE_ID, buf_span(&the.chip));
	put("manifest.csv", &b);
	CHIP_OK(&the, chip_open(&c, &place, &the.e));
	assert_string_equal(c.id, CHIP_CASE_ID);
	chip_close(&c);

	buf_add_str(&b, "device_id,group_id,certificate\r\n");
	add_row(&b, "another", buf_span(&another));
	put("manifest.csv", &b);
	assert_int_equal(chip_open(&c, &place, &the.e), RC_NOT_FOUND);
	assert_string_equal(the.e.slug, "chip-certificate");
	buf_clear(&another);
	key_free(other);
}

/* False if this machine has no tokens. */
static bool make_token(void)
{
	const char *const cert[] = {"pkcs11-tool", "--module",
	    TOKEN_CASE_MODULE, "--token-label", TOKEN_CASE, "--login", "--pin",
	    "1234", "--write-object", at("cert.der"), "--type", "cert",
	    "--label", "birth", "--id", "a1", NULL};

	if (!token_case_make(the.chip_key, "birth", at("key.pem")))
		return false;
	CHIP_OK(&the,
	    file_write(at("cert.der"), buf_span(&the.chip), 0600, &the.e));
	assert_int_equal(run_case(cert), 0);
	return true;
}

static void token_holds_key_and_certificate(void **state)
{
	struct chip_place place = {TOKEN_CASE_URI("birth"), NULL};
	struct chip c;

	if (!make_token())
		skip();
	CHIP_OK(&the, chip_open(&c, &place, &the.e));
	assert_string_equal(c.id, CHIP_CASE_ID);
	signs(c.key);
	proves_itself_in_tls(&c);
	chip_close(&c);
	place.certificate = at("chip.pem");
	CHIP_OK(&the, chip_open(&c, &place, &the.e));
	assert_int_equal(c.chain_n, 1);
	chip_close(&c);
	place.where = TOKEN_CASE_URI("none");
	assert_int_equal(chip_open(&c, &place, &the.e), RC_NOT_FOUND);
}

static void tpm_makes_a_key_that_becomes_a_chip(void **state)
{
	struct chip_place place;
	struct buf cert, b;
	struct chip c;

	if (!start_tpm())
		skip();
	place = tpm_place(NULL);
	assert_int_equal(chip_open_key(&c, place.where, false, &the.e),
	    RC_NOT_FOUND);
	CHIP_OK(&the, chip_open_key(&c, place.where, true, &the.e));
	signs(c.key);
	issue_for(c.key, &cert);
	chip_close(&c);

	assert_int_equal(chip_open(&c, &place, &the.e), RC_INVALID);
	assert_string_equal(the.e.slug, "chip-certificate");
	place.certificate = at("chip.pem");
	assert_int_equal(chip_open(&c, &place, &the.e), RC_INVALID);
	assert_string_equal(the.e.slug, "chip-key");
	buf_init(&b, 65536);
	add_cert(&b, buf_span(&cert));
	place.certificate = at("tpm.pem");
	put("tpm.pem", &b);
	CHIP_OK(&the, chip_open(&c, &place, &the.e));
	proves_itself_in_tls(&c);
	chip_close(&c);
	buf_clear(&cert);
}

static void wrapped_signs(struct chip_tpm *t, struct span blob)
{
	struct key *k;
	void *evp;

	CHIP_OK(&the, chip_tpm_load(t, blob, &evp, &the.e));
	CHIP_OK(&the, key_adopt(&k, evp, &the.e));
	signs(k);
	key_free(k);
}

static void tpm_wraps_keys_for_itself(void **state)
{
	struct chip_tpm *t;
	struct buf blob;
	void *evp;
	size_t i;

	if (!start_tpm())
		skip();
	buf_init(&blob, CHIP_TPM_BLOB_MAX);
	CHIP_OK(&the, chip_tpm_open(&t, tcti, &the.e));
	CHIP_OK(&the, chip_tpm_wrap(t, &blob, &the.e));
	for (i = 0; i < 8; i++)
		wrapped_signs(t, buf_span(&blob));
	blob.p[blob.n / 2] ^= 1;
	assert_int_not_equal(chip_tpm_load(t, buf_span(&blob), &evp, &the.e),
	    RC_OK);
	assert_int_not_equal(chip_tpm_load(t, SPAN_LIT("no"), &evp, &the.e),
	    RC_OK);
	assert_int_equal(chip_tpm_make(t, 0x81000001, &the.e), RC_CONFLICT);
	chip_tpm_close(t);
	buf_clear(&blob);
}

static void places_that_are_none_are_refused(void **state)
{
	static const char *const places[] = {"tpm2:", "tpm2:81000001",
	    "tpm2:0x810000", "tpm2:0x80000000", "tpm2:0x81000001,other=1",
	    "tpm2:0x8100000100"};
	struct chip_place place = {.certificate = at("chip.pem")};
	struct chip c;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		place.where = places[i];
		assert_int_equal(chip_open(&c, &place, &the.e), RC_INVALID);
		assert_string_equal(the.e.slug, "chip-where");
	}
	place.where = "tpm2:0x81000001,tcti=swtpm:host=127.0.0.1,port=1";
	assert_int_equal(chip_open(&c, &place, &the.e), RC_ENV);
	assert_string_equal(the.e.slug, "tpm-away");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(software_chip_proves_itself),
	    cmocka_unit_test(certificate_without_its_key_is_no_chip),
	    cmocka_unit_test(chip_finds_its_certificate_in_a_manifest),
	    cmocka_unit_test(token_holds_key_and_certificate),
	    cmocka_unit_test(tpm_makes_a_key_that_becomes_a_chip),
	    cmocka_unit_test(tpm_wraps_keys_for_itself),
	    cmocka_unit_test(places_that_are_none_are_refused),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown);
}
