/* The whole of `fab personalize` for given public keys, one CSV manifest with
 * its signature, on one core, beside nothing but the signatures.
 * Must not make keys while it measures. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "bench/figure.h"
#include "cmd/fab_init.h"
#include "cmd/fab_personalize.h"

#define CHIPS 50000
#define KEYS 1000 /* different ones; they are taken again and again */

struct state {
	char dir[64], fab[80], out[80], keys[80];
	struct key *ca_key;
	EVP_PKEY_CTX *raw;
};

static void need(enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	(void)fprintf(stderr, "bench_personalize: %s\n", e->text);
	exit(3);
}

static void write_keys(const struct state *s)
{
	struct buf one[KEYS], all;
	struct key *k = NULL;
	struct err e;
	size_t i;

	buf_init(&all, (size_t)CHIPS * 256);
	for (i = 0; i < KEYS; i++) {
		buf_init(&one[i], 256);
		need(key_generate(&k, KEY_P256, &e), &e);
		enc_base64(&one[i], key_spki(k));
		key_free(k);
	}
	for (i = 0; i < CHIPS; i++) {
		buf_add_span(&all, buf_span(&one[i % KEYS]));
		buf_add_u8(&all, '\n');
	}
	need(file_write(s->keys, buf_span(&all), 0600, &e), &e);
	for (i = 0; i < KEYS; i++)
		buf_clear(&one[i]);
	buf_clear(&all);
}

static void init(struct state *s)
{
	struct fab_init o = {.vendor = "Bench", .key = KEY_P256};
	char path[128];
	struct err e;

	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/bench_fab_XXXXXX");
	if (!mkdtemp(s->dir))
		abort();
	(void)snprintf(s->fab, sizeof(s->fab), "%s/fab", s->dir);
	(void)snprintf(s->out, sizeof(s->out), "%s/reel", s->dir);
	(void)snprintf(s->keys, sizeof(s->keys), "%s/keys", s->dir);
	o.dir = s->fab;
	need(fab_init_make(&o, &e), &e);
	write_keys(s);
	(void)snprintf(path, sizeof(path), "%s/issuing.key", s->fab);
	need(key_open(&s->ca_key, path, &e), &e);
	s->raw = EVP_PKEY_CTX_new(key_evp(s->ca_key), NULL);
	if (!s->raw || EVP_PKEY_sign_init(s->raw) != 1)
		abort();
}

static void remove_files(const char *dir)
{
	static const char *const names[] = {"manifest.csv", "manifest.csv.p7s",
	    "label.svg", "label.png", "label.txt", "reel.json", "begun.json",
	    "ca.pem", "manifest-signer.pem", ".lock", "fab.json", "root.pem",
	    "root.key", "issuing.pem", "issuing.key", "manifest-signer.key",
	    "batches/B1.json", "batches"};
	char path[200];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)remove(path);
	}
	(void)rmdir(dir);
}

static void personalize_some(void *arg, size_t n)
{
	struct state *s = arg;
	struct fab_personalize o = {.dir = s->fab,
	    .out = s->out,
	    .reel = "R1",
	    .batch = "B1",
	    .count = n,
	    .key = KEY_P256,
	    .public_keys = s->keys,
	    .forms = 1u << MANIFEST_CSV,
	    .jobs = 1,
	    .quiet = true};
	struct err e;

	need(fab_personalize_make(&o, &e), &e);
	remove_files(s->out);
}

static void sign_some(void *arg, size_t n)
{
	unsigned char hash[32] = {1}, sig[80];
	struct state *s = arg;
	size_t len;

	while (n-- > 0) {
		len = sizeof(sig);
		if (EVP_PKEY_sign(s->raw, sig, &len, hash, sizeof(hash)) != 1)
			abort();
		hash[0]++;
	}
}

int main(int argc, char **argv)
{
	struct figure f = {.name = "personalize, public keys given",
	    .goal = ">= 0.80",
	    .cpu_time = true};
	struct state s = {.ca_key = NULL};

	init(&s);
	figure_compare(&f, personalize_some, sign_some, &s, CHIPS);
	figure_print(&f, argc, argv);
	EVP_PKEY_CTX_free(s.raw);
	key_free(s.ca_key);
	(void)remove(s.keys);
	remove_files(s.fab);
	(void)rmdir(s.dir);
	return 0;
}
