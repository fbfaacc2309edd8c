/* Finds issuers by the hashes of OCSP, and the state of what they issued.
 * Must not sign, nor keep a state: only who the vendors' CAs are. */
#include "core/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/device.h"
#include "core/live.h"
#include "store/store_device.h"
#include "store/store_status.h"

#define KEY_PAGE 16
#define REREAD_MS 1000 /* vendors' CAs, at most so often */

struct vendor_ca {
	uint8_t fp[DIGEST_SHA256];
	char vendor[RAND_ID_SIZE];
	uint8_t name1[DIGEST_SHA1], key1[DIGEST_SHA1];
	uint8_t name256[DIGEST_SHA256], key256[DIGEST_SHA256];
	uint8_t *der; /* owned */
	size_t n;
};

struct status_book {
	struct core *c;
	struct vendor_ca *cas;
	size_t n;
	uint64_t marker; /* of the database when they were read */
	int64_t read_ms; /* 0: never */
};

enum rc status_book_new(struct status_book **out, struct core *c, struct err *e)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	(*out)->c = c;
	return RC_OK;
}

static void forget(struct status_book *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		free(b->cas[i].der);
	free(b->cas);
	b->cas = NULL;
	b->n = 0;
}

void status_book_free(struct status_book *b)
{
	if (!b)
		return;
	forget(b);
	free(b);
}

void status_issuer_init(struct status_issuer *i)
{
	memset(i, 0, sizeof(*i));
	buf_init(&i->der, CERT_DER_MAX);
}

void status_issuer_clear(struct status_issuer *i)
{
	if (i)
		buf_clear(&i->der);
}

/* A growing copy of the list, complete or thrown away. */
struct reader {
	struct vendor_ca *cas;
	size_t n, cap;
	bool bad;
};

static bool grow(struct reader *r)
{
	size_t cap = r->cap ? 2 * r->cap : 16;
	struct vendor_ca *p;

	if (r->n < r->cap)
		return true;
	p = realloc(r->cas, cap * sizeof(*p));
	if (!p)
		return false;
	r->cas = p;
	r->cap = cap;
	return true;
}

static void read_one(void *arg, const uint8_t fp[32], const char *vendor_id,
    struct span der)
{
	struct reader *r = arg;
	struct vendor_ca *v;
	struct cert c;

	if (r->bad || cert_parse(&c, der, NULL) != RC_OK)
		return;
	r->bad = !grow(r);
	if (r->bad)
		return;
	v = &r->cas[r->n];
	memset(v, 0, sizeof(*v));
	v->der = malloc(der.n);
	r->bad = !v->der;
	if (r->bad)
		return;
	memcpy(v->der, der.p, der.n);
	v->n = der.n;
	memcpy(v->fp, fp, sizeof(v->fp));
	(void)span_copy_str(span_str(vendor_id), v->vendor, sizeof(v->vendor));
	digest_sha1(c.subject, v->name1);
	digest_sha1(key_spki_bits(c.spki), v->key1);
	digest_sha256(c.subject, v->name256);
	digest_sha256(key_spki_bits(c.spki), v->key256);
	r->n++;
}

/* Who asks for issuers that nobody knows must not make us read them all each
 * time. */
static enum rc reread(struct status_book *b, bool *changed, struct err *e)
{
	struct reader r = {.cas = NULL};
	int64_t now = clock_mono_ms();
	uint64_t marker;
	enum rc rc;

	*changed = false;
	if (b->read_ms > 0 && now - b->read_ms < REREAD_MS)
		return RC_OK;
	rc = live_marker(b->c, &marker, e);
	if (rc != RC_OK || (b->read_ms > 0 && marker == b->marker))
		return rc;
	rc = store_status_vendor_cas(b->c->store, STATUS_VENDOR_CAS_MAX,
	    read_one, &r, e);
	if (rc == RC_OK && r.bad)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	if (rc == RC_OK) {
		forget(b);
		b->cas = r.cas;
		b->n = r.n;
		b->marker = marker;
		b->read_ms = now;
		*changed = true;
		return RC_OK;
	}
	while (r.n > 0)
		free(r.cas[--r.n].der);
	free(r.cas);
	return rc;
}

static const struct vendor_ca *find_vendor(const struct status_book *b,
    const struct ocsp_id *id)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct vendor_ca *v = &b->cas[i];
		bool sha1 = id->hash == OCSP_SHA1;

		if (memcmp(id->key_hash.p, sha1 ? v->key1 : v->key256,
			id->key_hash.n) == 0 &&
		    memcmp(id->name_hash.p, sha1 ? v->name1 : v->name256,
			id->name_hash.n) == 0)
			return v;
	}
	return NULL;
}

static bool is_named(const struct ocsp_id *id, struct span der)
{
	uint8_t hash[DIGEST_SHA256];
	struct cert c;

	if (cert_parse(&c, der, NULL) != RC_OK)
		return false;
	if (id->hash == OCSP_SHA1)
		digest_sha1(c.subject, hash);
	else
		digest_sha256(c.subject, hash);
	return memcmp(hash, id->name_hash.p, id->name_hash.n) == 0;
}

static enum rc find_account(struct status_book *b, const struct ocsp_id *id,
    struct status_issuer *out, struct err *e)
{
	char after[RAND_ID_SIZE] = "";
	struct store_status_ca ca;
	enum rc rc;

	for (;;) {
		buf_reset(&out->der);
		rc = store_status_ca_by_key(b->c->store, id->key_hash, after,
		    &ca, &out->der, e);
		if (rc != RC_OK)
			return rc;
		if (!ca.upstream && is_named(id, buf_span(&out->der)))
			break;
		memcpy(after, ca.id, sizeof(after));
	}
	out->vendor = false;
	memcpy(out->owner, ca.account_id, sizeof(out->owner));
	memcpy(out->ca, ca.id, sizeof(out->ca));
	cert_fingerprint(buf_span(&out->der), out->fp);
	return RC_OK;
}

enum rc status_issuer_find(struct status_book *b, const struct ocsp_id *id,
    struct status_issuer *out, struct err *e)
{
	enum rc rc = find_account(b, id, out, e);
	const struct vendor_ca *v;
	bool changed;

	if (rc != RC_NOT_FOUND)
		return rc;
	v = find_vendor(b, id);
	if (!v) {
		rc = reread(b, &changed, e);
		if (rc != RC_OK)
			return rc;
		v = changed ? find_vendor(b, id) : NULL;
	}
	if (!v)
		return RC_NOT_FOUND;
	out->vendor = true;
	memcpy(out->owner, v->vendor, sizeof(out->owner));
	out->ca[0] = '\0';
	memcpy(out->fp, v->fp, sizeof(out->fp));
	buf_reset(&out->der);
	buf_add(&out->der, v->der, v->n);
	if (!buf_ok(&out->der))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return RC_OK;
}

static void take_state(const struct store_status_state *s,
    struct status_of *out)
{
	*out = (struct status_of){.state = OCSP_GOOD};
	if (s->held || s->revoked)
		*out = (struct status_of){.state = OCSP_REVOKED,
		    .reason = s->held ? CRL_HOLD : s->reason,
		    .at = s->at};
}

/* A CA's own certificate, or one that it gave to another CA, is in no table of
 * certificates: it counts while the CA is there. */
struct ca_search {
	const struct cert *issuer;
	struct span serial;
	bool found;
};

static void search_ca(void *arg, struct span der)
{
	struct ca_search *s = arg;
	struct cert c;

	if (cert_parse(&c, der, NULL) == RC_OK &&
	    span_eq(c.serial, s->serial) && cert_may_issue(s->issuer, &c))
		s->found = true;
}

static enum rc account_state(struct status_book *b,
    const struct status_issuer *i, struct span serial, struct status_of *out,
    struct err *e)
{
	struct store_status_state s;
	struct cert issuer;
	struct ca_search search = {.issuer = &issuer, .serial = serial};
	enum rc rc =
	    store_status_certificate(b->c->store, i->ca, serial, &s, e);

	if (rc == RC_OK)
		take_state(&s, out);
	if (rc != RC_NOT_FOUND)
		return rc;
	rc = cert_parse(&issuer, buf_span(&i->der), e);
	if (rc == RC_OK)
		rc = store_status_ca_below(b->c->store, i->ca, search_ca,
		    &search, e);
	if (search.found)
		out->state = OCSP_GOOD;
	return rc;
}

/* A device of this very issuer with this serial number; *seq 0: none. */
static enum rc find_device(struct status_book *b, const struct cert *issuer,
    struct span serial, int64_t *seq, struct err *e)
{
	int64_t seqs[KEY_PAGE], after = 0;
	size_t i, n = KEY_PAGE;
	struct cert shown = {.serial = serial}, c;
	char text[2 * 20 + 1];
	struct device d;
	enum rc rc = RC_OK;

	*seq = 0;
	cert_serial_text(&shown, text);
	device_init(&d);
	while (rc == RC_OK && n == KEY_PAGE && *seq == 0) {
		rc = store_device_find_key(b->c->store, device_key(text), after,
		    seqs, &n, e);
		for (i = 0; rc == RC_OK && i < n && *seq == 0; i++) {
			after = seqs[i];
			rc = device_get(b->c, seqs[i], &d, e);
			if (rc == RC_OK &&
			    cert_parse(&c, buf_span(&d.der), NULL) == RC_OK &&
			    span_eq(c.serial, serial) &&
			    cert_may_issue(issuer, &c))
				*seq = seqs[i];
			if (rc == RC_NOT_FOUND) /* not published */
				rc = RC_OK;
		}
	}
	device_clear(&d);
	return rc;
}

static enum rc vendor_state(struct status_book *b,
    const struct status_issuer *i, struct span serial, struct status_of *out,
    struct err *e)
{
	struct store_status_state s = {.held = false};
	struct cert issuer;
	struct ca_search search = {.issuer = &issuer, .serial = serial};
	int64_t seq = 0;
	size_t k;
	enum rc rc = cert_parse(&issuer, buf_span(&i->der), e);

	if (rc == RC_OK)
		rc = find_device(b, &issuer, serial, &seq, e);
	if (rc == RC_OK && seq > 0) {
		rc = store_status_birth(b->c->store, seq, &s, e);
		if (rc == RC_NOT_FOUND)
			rc = RC_OK;
		take_state(&s, out);
		return rc;
	}
	for (k = 0; rc == RC_OK && k < b->n; k++)
		if (strcmp(b->cas[k].vendor, i->owner) == 0)
			search_ca(&search, span_of(b->cas[k].der, b->cas[k].n));
	if (search.found)
		out->state = OCSP_GOOD;
	return rc;
}

enum rc status_find(struct status_book *b, const struct status_issuer *issuer,
    struct span serial, struct status_of *out, struct err *e)
{
	*out = (struct status_of){.state = OCSP_UNKNOWN};
	return issuer->vendor ? vendor_state(b, issuer, serial, out, e)
			      : account_state(b, issuer, serial, out, e);
}
