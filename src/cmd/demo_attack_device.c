/* Attacks by devices: each tries to connect to the broker.
 * Every forged chip is made here; none touches a genuine one. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/demo_attack.h"
#include "cmd/demo_scene.h"
#include "pki/der.h"
#include "pki/issue.h"

#define DAY_S (24 * 3600)
#define OID_P256 "1.2.840.10045.3.1.7"

/* Key and certificate as one chip file, and the try to connect with it. */
static enum rc connect_with(struct demo *d, const char *name,
    struct span key_pem, struct span cert, struct err *e)
{
	char file[96], path[STAGE_PATH];
	struct buf b;
	enum rc rc;

	buf_init(&b, 64 * 1024);
	buf_add_span(&b, key_pem);
	enc_pem(&b, "CERTIFICATE", cert);
	(void)snprintf(file, sizeof(file), "forged-%s.pem", name);
	rc = stage_path(&d->stage, file, path, e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&b), 0600, e);
	if (rc == RC_OK)
		rc = demo_scene_power_on(d, path, e);
	buf_clear_secret(&b);
	return rc;
}

static enum rc connect_with_key(struct demo *d, const char *name,
    const struct key *k, struct span cert, struct err *e)
{
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 32 * 1024);
	rc = key_pem(k, &pem, e);
	if (rc == RC_OK)
		rc = connect_with(d, name, buf_span(&pem), cert, e);
	buf_clear_secret(&pem);
	return rc;
}

static enum rc connect_chip(struct demo *d, const char *reel, struct err *e)
{
	char chip[STAGE_PATH];
	enum rc rc = demo_scene_chip(d, reel, 0, chip, e);

	return rc == RC_OK ? demo_scene_power_on(d, chip, e) : rc;
}

/* A genuine chip's certificate, DER appended. */
static enum rc genuine(struct demo *d, struct buf *der, struct err *e)
{
	char chip[STAGE_PATH];
	struct span rest;
	struct buf text;
	enum rc rc = demo_scene_chip(d, "story", 0, chip, e);

	buf_init(&text, 64 * 1024);
	if (rc == RC_OK)
		rc = file_read(chip, &text, e);
	rest = buf_span(&text);
	if (rc == RC_OK && !enc_unpem(der, "CERTIFICATE", &rest))
		rc = err_set(e, RC_INVALID, "no-certificate",
		    "%s holds no certificate.", chip);
	buf_clear_secret(&text);
	return rc;
}

/* A PEM certificate and key of a fab. */
static enum rc load_ca(struct demo *d, const char *fab, struct buf *der,
    struct key **k, struct err *e)
{
	char name[96], path[STAGE_PATH];
	struct buf text;
	enum rc rc;

	buf_init(&text, 64 * 1024);
	(void)snprintf(name, sizeof(name), "%s/issuing.pem", fab);
	rc = stage_path(&d->stage, name, path, e);
	if (rc == RC_OK)
		rc = file_read(path, &text, e);
	if (rc == RC_OK)
		rc = cert_read(der, buf_span(&text), e);
	(void)snprintf(name, sizeof(name), "%s/issuing.key", fab);
	if (rc == RC_OK)
		rc = stage_path(&d->stage, name, path, e);
	if (rc == RC_OK)
		rc = key_open(k, path, e);
	buf_clear(&text);
	return rc;
}

/* The foreign fab copies a genuine chip's serial number. */
static enum rc copied_serial(struct demo *d, struct err *e)
{
	struct issue_birth birth = {.key_type = KEY_P256,
	    .org = "Virtual Chips",
	    .model = "Birthmark software chip",
	    .hw_type_oid = "1.3.6.1.4.1.99999.1",
	    .not_before = clock_now_s() - DAY_S};
	struct key *ca_key = NULL, *k = NULL;
	struct buf real, ca, der;
	struct issue *i = NULL;
	struct cert c = {0};
	enum rc rc;

	buf_init(&real, CERT_DER_MAX);
	buf_init(&ca, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	rc = genuine(d, &real, e);
	if (rc == RC_OK)
		rc = cert_parse(&c, buf_span(&real), e);
	if (rc == RC_OK)
		rc = load_ca(d, "foreign-fab", &ca, &ca_key, e);
	birth.issuer_cert = buf_span(&ca);
	birth.issuer_key = ca_key;
	if (rc == RC_OK)
		rc = key_generate(&k, KEY_P256, e);
	if (rc == RC_OK)
		rc = issue_new(&i, &birth, e);
	if (rc == RC_OK && c.serial.n != ISSUE_SERIAL_SIZE)
		rc = err_set(e, RC_BUG, "serial", "An odd serial number.");
	if (rc == RC_OK)
		rc = issue_birth(i, key_spki(k), c.serial.p, &der, e);
	if (rc == RC_OK)
		rc = connect_with_key(d, "serial", k, buf_span(&der), e);
	issue_free(i);
	key_free(ca_key);
	key_free(k);
	buf_clear(&real);
	buf_clear(&ca);
	buf_clear(&der);
	return rc;
}

/* A leaf with these dates, of the vendor's own issuing CA or self-signed. */
static enum rc dated_leaf(struct demo *d, const char *name, bool self_signed,
    const int64_t days[2], struct err *e)
{
	int64_t now = clock_now_s();
	struct issue_leaf leaf = {.org = "Virtual Chips",
	    .common_name = "a forged chip",
	    .not_before = now + days[0] * DAY_S,
	    .not_after = now + days[1] * DAY_S};
	struct key *ca_key = NULL, *k = NULL;
	struct buf ca, der;
	enum rc rc;

	buf_init(&ca, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	rc = key_generate(&k, KEY_P256, e);
	if (rc == RC_OK && !self_signed)
		rc = load_ca(d, "fab", &ca, &ca_key, e);
	if (rc == RC_OK)
		rc = issue_leaf(&leaf, key_spki(k), buf_span(&ca),
		    self_signed ? k : ca_key, &der, e);
	if (rc == RC_OK)
		rc = connect_with_key(d, name, k, buf_span(&der), e);
	key_free(ca_key);
	key_free(k);
	buf_clear(&ca);
	buf_clear(&der);
	return rc;
}

static enum rc self_signed(struct demo *d, struct err *e)
{
	return dated_leaf(d, "self", true, (const int64_t[]){-1, 365}, e);
}

static enum rc expired(struct demo *d, struct err *e)
{
	return dated_leaf(d, "expired", false, (const int64_t[]){-365, -1}, e);
}

static enum rc not_yet_valid(struct demo *d, struct err *e)
{
	return dated_leaf(d, "early", false, (const int64_t[]){30, 365}, e);
}

/* An ECPrivateKey (RFC 5915) that claims the copied certificate's public key
 * but holds another private one: all that a thief of certificates has. */
static void thief_key(struct span spki, struct buf *pem)
{
	static const uint8_t version = 1;
	uint8_t secret[32];
	struct buf in, part, out;

	buf_init(&in, 1024);
	buf_init(&part, 1024);
	buf_init(&out, 1024);
	rand_bytes(secret, sizeof(secret));
	secret[0] &= 0x7f;
	der_put_uint(&in, span_of(&version, 1));
	der_put(&in, DER_OCTET_STRING, span_of(secret, sizeof(secret)));
	der_put_oid(&part, OID_P256);
	der_put(&in, DER_CONTEXT(0), buf_span(&part));
	buf_reset(&part);
	der_put_bits(&part, key_spki_bits(spki));
	der_put(&in, DER_CONTEXT(1), buf_span(&part));
	der_put(&out, DER_SEQUENCE, buf_span(&in));
	enc_pem(pem, "EC PRIVATE KEY", buf_span(&out));
	buf_clear(&in);
	buf_clear(&part);
	buf_clear(&out);
}

static enum rc copied_certificate(struct demo *d, struct err *e)
{
	struct buf der, pem;
	struct cert c = {0};
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	buf_init(&pem, 4096);
	rc = genuine(d, &der, e);
	if (rc == RC_OK)
		rc = cert_parse(&c, buf_span(&der), e);
	if (rc == RC_OK) {
		thief_key(c.spki, &pem);
		rc =
		    connect_with(d, "thief", buf_span(&pem), buf_span(&der), e);
	}
	buf_clear(&der);
	buf_clear(&pem);
	return rc;
}

static enum rc unknown_ca(struct demo *d, struct err *e)
{
	return connect_chip(d, "foreign", e);
}

static enum rc unlisted(struct demo *d, struct err *e)
{
	return connect_chip(d, "unlisted", e);
}

static enum rc unbound(struct demo *d, struct err *e)
{
	return connect_chip(d, "unbound", e);
}

static enum rc of_another(struct demo *d, struct err *e)
{
	return connect_chip(d, "rival", e);
}

const struct demo_attack demo_attack_device[] = {
    {"a copied serial number", copied_serial, "TLS"},
    {"a self-signed certificate", self_signed, "TLS"},
    {"a certificate of an unknown CA", unknown_ca, "TLS"},
    {"a certificate of the right CA that is in no manifest", unlisted,
	"broker"},
    {"a chip that nobody bound", unbound, "broker"},
    {"a chip bound to another account", of_another, "broker"},
    {"a copied certificate without its key", copied_certificate, "TLS"},
    {"an expired certificate", expired, "TLS"},
    {"a not-yet-valid certificate", not_yet_valid, "TLS"},
    {NULL, NULL, NULL},
};
