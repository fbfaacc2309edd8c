/* A vendor with a CA and a manifest signer, an account, and reels made at run
 * time.  Must not use a fixed date or a stored key. */
#ifndef BIRTHMARK_TESTS_PUBLISH_CASE_H
#define BIRTHMARK_TESTS_PUBLISH_CASE_H

#include <ftw.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "core/account.h"
#include "core/bind.h"
#include "core/device.h"
#include "core/publish.h"
#include "core/upload.h"
#include "core/vendor.h"
#include "pki/cms.h"
#include "pki/issue.h"
#include "pki/label.h"
#include "pki/manifest.h"
#include "tests/unit/store_case.h"

#define PUBLISH_CASE_DAY 86400
#define PUBLISH_CASE_MANIFEST (64u << 20)

/* One issuing CA of a vendor, with its manifest signer. */
struct publish_ca {
	struct key *key, *signer_key, *chip_key;
	struct buf cert, signer;
	struct issue *issue;
};

struct publish_case {
	struct store_case store;
	struct core core;
	struct core_actor vendor, oem;
	struct publish_ca ca;
	uint8_t code[LABEL_CODE_BYTES];
	char claim_sha256[65];
	int64_t now_s;
	struct err e;
};

#define PUBLISH_OK(call)                                            \
	do {                                                        \
		struct err *pe_ = &pc->e;                           \
		memset(pe_, 0, sizeof(*pe_));                       \
		if ((call) != RC_OK)                                \
			fail_msg("%s: %s: %s", #call,               \
			    pe_->slug ? pe_->slug : "", pe_->text); \
	} while (0)

static inline void publish_ca_make(struct publish_case *pc,
    struct publish_ca *ca, const char *org)
{
	struct issue_ca root = {.org = org,
	    .common_name = "Issuing CA 1",
	    .not_before = pc->now_s - 2 * PUBLISH_CASE_DAY,
	    .not_after = pc->now_s + 1000 * PUBLISH_CASE_DAY};
	struct issue_leaf signer = {.org = org,
	    .common_name = "Manifest signer",
	    .not_before = pc->now_s - PUBLISH_CASE_DAY,
	    .not_after = pc->now_s + 100 * PUBLISH_CASE_DAY};
	struct issue_birth birth;

	memset(ca, 0, sizeof(*ca));
	buf_init(&ca->cert, CERT_DER_MAX);
	buf_init(&ca->signer, CERT_DER_MAX);
	PUBLISH_OK(key_generate(&ca->key, KEY_P256, &pc->e));
	PUBLISH_OK(key_generate(&ca->signer_key, KEY_P256, &pc->e));
	PUBLISH_OK(key_generate(&ca->chip_key, KEY_P256, &pc->e));
	PUBLISH_OK(issue_ca(&root, key_spki(ca->key), SPAN_NONE, ca->key,
	    &ca->cert, &pc->e));
	PUBLISH_OK(issue_leaf(&signer, key_spki(ca->signer_key),
	    buf_span(&ca->cert), ca->key, &ca->signer, &pc->e));
	birth = (struct issue_birth){.issuer_cert = buf_span(&ca->cert),
	    .issuer_key = ca->key,
	    .key_type = KEY_P256,
	    .org = org,
	    .model = "TC-1",
	    .hw_type_oid = "1.3.6.1.4.1.99999.1",
	    .crl_url = "http://pki.test.example/1.crl",
	    .aia_url = "http://pki.test.example/1.crt",
	    .not_before = pc->now_s - PUBLISH_CASE_DAY};
	PUBLISH_OK(issue_new(&ca->issue, &birth, &pc->e));
}

static inline void publish_ca_clear(struct publish_ca *ca)
{
	issue_free(ca->issue);
	key_free(ca->key);
	key_free(ca->signer_key);
	key_free(ca->chip_key);
	buf_clear(&ca->cert);
	buf_clear(&ca->signer);
}

/* A vendor with this CA registered; returns who publishes for it. */
static inline struct core_actor publish_case_vendor(struct publish_case *pc,
    const char *slug, const struct publish_ca *ca)
{
	struct core_actor service = {.id = "usr_service",
	    .name = "service@test.example",
	    .from = "192.0.2.9",
	    .scope = CORE_SCOPE_SERVICE,
	    .role = CORE_SERVICE,
	    .now_s = pc->now_s};
	struct core_actor a = service;
	struct store_vendor_ca reg = {0};
	struct store_vendor v;

	PUBLISH_OK(vendor_add(&pc->core, &service, slug, slug, &v, &pc->e));
	(void)snprintf(reg.vendor_id, sizeof(reg.vendor_id), "%s", v.id);
	PUBLISH_OK(vendor_ca_add(&pc->core, &service, buf_span(&ca->cert), &reg,
	    &pc->e));
	a.scope = CORE_SCOPE_VENDOR;
	a.role = CORE_VENDOR_PUBLISHER;
	(void)snprintf(a.scope_id, sizeof(a.scope_id), "%s", v.id);
	return a;
}

static inline struct core_actor publish_case_account(struct publish_case *pc,
    const char *name)
{
	struct core_actor a = {.from = "192.0.2.1",
	    .scope = CORE_SCOPE_ACCOUNT,
	    .role = CORE_ADMINISTRATOR,
	    .now_s = pc->now_s};
	struct store_account acc = {.created_at = pc->now_s};

	rand_id(a.id, sizeof(a.id), "usr");
	rand_id(acc.id, sizeof(acc.id), "acc");
	(void)snprintf(acc.name, sizeof(acc.name), "%s", name);
	(void)snprintf(a.name, sizeof(a.name), "%s@test.example", name);
	(void)snprintf(a.scope_id, sizeof(a.scope_id), "%s", acc.id);
	PUBLISH_OK(store_account_add(pc->core.store, &acc, &pc->e));
	return a;
}

static inline void publish_case_open(struct publish_case *pc)
{
	uint8_t hash[32];

	memset(pc, 0, sizeof(*pc));
	pc->now_s = clock_now_s();
	store_case_open(&pc->store);
	pc->core.store = pc->store.s;
	pc->core.dir = pc->store.dir;
	pc->core.public_url = "https://birthmark.test:8443";
	rand_bytes(pc->code, sizeof(pc->code));
	label_code_hash(pc->code, hash);
	enc_hex_str(pc->claim_sha256, span_of(hash, sizeof(hash)));
	publish_ca_make(pc, &pc->ca, "Test Chips");
	pc->vendor = publish_case_vendor(pc, "test-chips", &pc->ca);
	pc->oem = publish_case_account(pc, "appliances");
}

static inline int publish_case_rm(const char *path, const struct stat *st,
    int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void publish_case_close(struct publish_case *pc)
{
	publish_ca_clear(&pc->ca);
	store_close(pc->store.s);
	assert_int_equal(nftw(pc->store.dir, publish_case_rm, 16,
			     FTW_DEPTH | FTW_PHYS),
	    0);
}

/* One more chip's certificate, appended. */
static inline void publish_case_chip(struct publish_case *pc,
    const struct publish_ca *ca, struct buf *der)
{
	uint8_t serial[ISSUE_SERIAL_SIZE];

	rand_bytes(serial, sizeof(serial));
	serial[0] = (uint8_t)(0x40 | (serial[0] & 0x3f));
	PUBLISH_OK(issue_birth(ca->issue, key_spki(ca->chip_key), serial, der,
	    &pc->e));
}

struct publish_reel {
	enum manifest_form form;
	const char *bid, *reel;
	bool open;
	struct buf manifest, signature;
	struct manifest_writer *w;
};

static inline void publish_reel_begin(struct publish_case *pc,
    struct publish_reel *r, enum manifest_form form, const char *bid,
    const char *reel)
{
	const struct manifest_log_signer by = {pc->ca.signer_key,
	    buf_span(&pc->ca.signer), buf_span(&pc->ca.cert), "Test Chips"};
	bool mc = form == MANIFEST_MICROCHIP;

	memset(r, 0, sizeof(*r));
	r->form = form;
	r->bid = bid;
	r->reel = reel;
	buf_init(&r->manifest, PUBLISH_CASE_MANIFEST);
	buf_init(&r->signature, UPLOAD_SIGNATURE_MAX);
	PUBLISH_OK(manifest_writer_new(&r->w, form, mc ? &by : NULL, &pc->e));
	PUBLISH_OK(manifest_begin(r->w, &r->manifest, &pc->e));
}

/* Adds a certificate; device_id NULL: the right one. */
static inline void publish_reel_add(struct publish_case *pc,
    struct publish_reel *r, struct span der, const char *device_id)
{
	char chip_id[CERT_ID_MAX + 1];
	struct manifest_entry x = {.cert = der, .group_id = span_str(r->bid)};
	struct cert cert;

	PUBLISH_OK(cert_parse(&cert, der, &pc->e));
	cert_chip_id(&cert, chip_id);
	x.device_id = span_str(device_id ? device_id : chip_id);
	PUBLISH_OK(manifest_add(r->w, &x, &r->manifest, &pc->e));
}

static inline void publish_reel_sign(struct publish_case *pc,
    struct publish_reel *r, const struct publish_ca *ca)
{
	char path[300];

	buf_reset(&r->signature);
	if (r->form == MANIFEST_MICROCHIP) {
		enc_pem(&r->signature, "CERTIFICATE", buf_span(&ca->signer));
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/manifest", pc->store.dir);
	PUBLISH_OK(file_write(path, buf_span(&r->manifest), 0600, &pc->e));
	PUBLISH_OK(cms_sign(path, ca->signer_key, buf_span(&ca->signer),
	    buf_span(&ca->cert), &r->signature, &pc->e));
	(void)remove(path);
}

/* Ends and signs it. */
static inline void publish_reel_end(struct publish_case *pc,
    struct publish_reel *r)
{
	PUBLISH_OK(manifest_end(r->w, &r->manifest, &pc->e));
	publish_reel_sign(pc, r, &pc->ca);
}

/* count chips of the case's own CA. */
static inline void publish_reel_make(struct publish_case *pc,
    struct publish_reel *r, enum manifest_form form, const char *bid,
    const char *reel, unsigned int count)
{
	struct buf der;

	publish_reel_begin(pc, r, form, bid, reel);
	for (; count > 0; count--) {
		buf_init(&der, CERT_DER_MAX);
		publish_case_chip(pc, &pc->ca, &der);
		publish_reel_add(pc, r, buf_span(&der), NULL);
		buf_clear(&der);
	}
	publish_reel_end(pc, r);
}

static inline void publish_reel_clear(struct publish_reel *r)
{
	manifest_writer_free(r->w);
	buf_clear(&r->manifest);
	buf_clear(&r->signature);
}

static inline struct upload_request
publish_reel_request(const struct publish_case *pc,
    const struct publish_reel *r)
{
	return (struct upload_request){.batch = span_str(r->bid),
	    .reel = span_str(r->reel),
	    .form = span_str(manifest_form_name(r->form)),
	    .size = r->manifest.n,
	    .open = r->open,
	    .claim_sha256 = span_str(r->open ? NULL : pc->claim_sha256)};
}

static inline void publish_case_send(struct publish_case *pc, const char *id,
    struct span bytes)
{
	struct upload_sink *sink = NULL;
	uint64_t stored = 0;

	PUBLISH_OK(upload_sink_new(&sink, &pc->core, &pc->vendor, id, &stored,
	    &pc->e));
	PUBLISH_OK(upload_sink_write(sink, bytes, &pc->e));
	PUBLISH_OK(upload_sink_end(sink, &stored, &pc->e));
	upload_sink_free(sink);
	assert_int_equal(stored, bytes.n);
}

/* Uploads all of it and queues it. */
static inline void publish_reel_queue(struct publish_case *pc,
    const struct publish_reel *r, struct store_upload *u)
{
	struct upload_request q = publish_reel_request(pc, r);
	bool again = false;

	PUBLISH_OK(
	    upload_create(&pc->core, &pc->vendor, &q, u, &again, &pc->e));
	publish_case_send(pc, u->id, buf_span(&r->manifest));
	PUBLISH_OK(upload_sign(&pc->core, &pc->vendor, u->id,
	    buf_span(&r->signature), &pc->e));
	PUBLISH_OK(upload_publish(&pc->core, &pc->vendor, u->id, u, &pc->e));
}

/* Queues it and publishes it; u as it ended, pc->e why not. */
static inline enum rc publish_reel_publish(struct publish_case *pc,
    const struct publish_reel *r, struct store_upload *u)
{
	struct err why = {0};
	enum rc rc;

	publish_reel_queue(pc, r, u);
	rc = publish_next(&pc->core, 2, NULL, &why);
	PUBLISH_OK(upload_find(&pc->core, &pc->vendor, u->id, u, &pc->e));
	pc->e = why;
	return rc;
}

/* A published reel in one go. */
static inline void publish_case_reel(struct publish_case *pc, const char *bid,
    const char *reel, bool open, unsigned int count)
{
	struct publish_reel r;
	struct store_upload u;

	publish_reel_make(pc, &r, MANIFEST_CSV, bid, reel, count);
	r.open = open;
	if (publish_reel_publish(pc, &r, &u) != RC_OK)
		fail_msg("publish %s: %s", bid, pc->e.text);
	publish_reel_clear(&r);
}

#endif
