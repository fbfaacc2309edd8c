/* Finds devices and says where they stand.
 * Must not write any. */
#include "core/device.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "store/store_bind.h"
#include "store/store_claim.h"
#include "store/store_device.h"
#include "store/store_product.h"
#include "store/store_reel.h"
#include "store/store_seen.h"

#define KEY_PAGE 64
#define REEL_PAGE 64
#define ROW_PAGE 128

void device_init(struct device *d)
{
	memset(d, 0, sizeof(*d));
	buf_init(&d->der, CERT_DER_MAX);
}

void device_clear(struct device *d)
{
	if (d)
		buf_clear(&d->der);
}

int64_t device_key(const char *id)
{
	char low[CERT_ID_MAX + 1];
	uint8_t hash[DIGEST_SHA256];
	uint64_t key = 0;
	size_t n = 0;

	for (; n < sizeof(low) && id[n] != '\0'; n++)
		low[n] = (char)tolower((unsigned char)id[n]);
	digest_sha256(span_of(low, n), hash);
	memcpy(&key, hash, sizeof(key));
	return (int64_t)key;
}

enum rc device_prepare(const struct pack *pk, const struct cert *cert,
    struct device_new *d, struct buf *out, struct err *e)
{
	char chip[CERT_ID_MAX + 1], serial[2 * 20 + 1];
	size_t at = out->n;
	enum rc rc;

	rc = pack_put(pk, cert, out, e);
	if (rc != RC_OK)
		return rc;
	if (!buf_ok(out))
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	d->packed = span_of(out->p + at, out->n - at);
	cert_fingerprint(cert->der, d->fp);
	cert_chip_id(cert, chip);
	cert_serial_text(cert, serial);
	d->key[0] = device_key(chip);
	d->key[1] = strcmp(chip, serial) == 0 ? d->key[0] : device_key(serial);
	return RC_OK;
}

/* What is the same for all devices of a reel, looked up once. */
struct place {
	int64_t reel_id; /* 0: none yet */
	struct pack *pack;
	struct store_reel reel;
	struct store_bind bind;
	struct store_product product;
};

static void place_clear(struct place *p)
{
	pack_free(p->pack);
	memset(p, 0, sizeof(*p));
}

static enum rc place_pack(struct core *c, struct place *p, struct err *e)
{
	struct buf stored;
	enum rc rc;

	buf_init(&stored, PACK_TEMPLATE_MAX);
	rc = store_reel_template(c->store, p->reel_id, &stored, e);
	if (rc == RC_OK)
		rc = pack_load(&p->pack, buf_span(&stored), e);
	buf_clear(&stored);
	return rc;
}

/* RC_NOT_FOUND, e untouched, for a reel that is not published. */
static enum rc place_set(struct core *c, struct place *p, int64_t reel_id,
    struct err *e)
{
	enum rc rc;

	if (p->reel_id == reel_id)
		return RC_OK;
	place_clear(p);
	rc = store_reel_find(c->store, reel_id, &p->reel, e);
	if (rc != RC_OK || !p->reel.published)
		return rc == RC_OK ? RC_NOT_FOUND : rc;
	rc = store_bind_find(c->store, p->reel.bid, &p->bind, e);
	if (rc == RC_OK && p->bind.product_id[0] != '\0')
		rc = store_product_find(c->store, p->bind.account_id,
		    p->bind.product_id, &p->product, e);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	p->reel_id = reel_id;
	rc = place_pack(c, p, e);
	if (rc != RC_OK)
		place_clear(p);
	return rc;
}

static void copy_str(char *out, size_t cap, const char *in)
{
	(void)snprintf(out, cap, "%s", in);
}

static enum rc fill_seen(struct core *c, struct device *d, struct err *e)
{
	const struct store_bind since = {.bound_at = d->bound_at};
	struct store_seen seen = {0};
	enum rc rc = RC_OK;

	if (d->account_id[0] != '\0')
		rc = store_seen_get(c->store, d->seq, &since, &seen, e);
	d->first_seen_at = seen.first_at;
	d->last_seen_at = seen.last_at;
	return rc;
}

static void fill_bound(const struct store_bind *b, const char *product,
    struct device *d)
{
	copy_str(d->account_id, sizeof(d->account_id), b->account_id);
	copy_str(d->product_id, sizeof(d->product_id), b->product_id);
	copy_str(d->product, sizeof(d->product), product);
	copy_str(d->cloud_id, sizeof(d->cloud_id), b->cloud_id);
	copy_str(d->bound_by, sizeof(d->bound_by), b->by_name);
	d->bound_at = b->bound_at;
}

/* A claim wins over the binding, for this device alone. */
static enum rc fill_owner(struct core *c, const struct place *p,
    struct device *d, struct err *e)
{
	struct store_claim_device claim;
	struct store_bind b = {.bid = ""};
	enum rc rc = store_claim_device_find(c->store, d->seq, &claim, e);

	d->claimed = rc == RC_OK;
	if (rc == RC_NOT_FOUND) {
		fill_bound(&p->bind, p->product.name, d);
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	copy_str(b.account_id, sizeof(b.account_id), claim.account_id);
	copy_str(b.product_id, sizeof(b.product_id), claim.product_id);
	copy_str(b.cloud_id, sizeof(b.cloud_id), claim.cloud_id);
	copy_str(b.by_name, sizeof(b.by_name), claim.voucher);
	b.bound_at = claim.claimed_at;
	fill_bound(&b, claim.product, d);
	return RC_OK;
}

/* As it is in the store. */
struct stored {
	int64_t seq;
	struct span packed;
	const struct cert *known; /* what it has to be, or NULL */
};

/* RC_NOT_FOUND, e untouched, when it is not the one that it has to be. */
static enum rc unpack(const struct place *p, const struct stored *from,
    struct buf *der, struct err *e)
{
	buf_reset(der);
	if (!from->known)
		return pack_get(p->pack, from->packed, der, e);
	if (!pack_is(p->pack, from->packed, from->known))
		return RC_NOT_FOUND;
	buf_add_span(der, from->known->der);
	return buf_ok(der) ? RC_OK
			   : err_set(e, RC_ENV, "memory", "Out of memory.");
}

static enum rc fill(struct core *c, const struct place *p,
    const struct stored *from, struct device *d, struct err *e)
{
	struct cert cert;
	enum rc rc = unpack(p, from, &d->der, e);

	if (rc == RC_OK)
		rc = cert_parse(&cert, buf_span(&d->der), e);
	if (rc != RC_OK)
		return rc;
	d->seq = from->seq;
	cert_fingerprint(cert.der, d->fp);
	cert_chip_id(&cert, d->chip_id);
	cert_serial_text(&cert, d->serial);
	copy_str(d->bid, sizeof(d->bid), p->reel.bid);
	copy_str(d->reel, sizeof(d->reel), p->reel.name);
	copy_str(d->vendor_id, sizeof(d->vendor_id), p->reel.vendor_id);
	d->published_at = p->reel.published_at;
	rc = fill_owner(c, p, d, e);
	return rc == RC_OK ? fill_seen(c, d, e) : rc;
}

static enum rc get_as(struct core *c, struct place *p, int64_t seq,
    const struct cert *known, struct device *d, struct err *e)
{
	struct stored from = {.seq = seq, .known = known};
	struct buf packed;
	enum rc rc;

	buf_init(&packed, PACK_TEMPLATE_MAX);
	rc = place_set(c, p, DEVICE_REEL(seq), e);
	if (rc == RC_OK)
		rc = store_device_get(c->store, seq, &packed, e);
	from.packed = buf_span(&packed);
	if (rc == RC_OK)
		rc = fill(c, p, &from, d, e);
	buf_clear(&packed);
	return rc;
}

static enum rc get_at(struct core *c, struct place *p, int64_t seq,
    struct device *d, struct err *e)
{
	return get_as(c, p, seq, NULL, d, e);
}

static enum rc unknown(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, RC_NOT_FOUND, "device-unknown",
	    "No published device has this certificate.");
}

enum rc device_get(struct core *c, int64_t seq, struct device *out,
    struct err *e)
{
	struct place p = {0};
	enum rc rc = get_at(c, &p, seq, out, e);

	place_clear(&p);
	return unknown(rc, e);
}

enum rc device_find_by_fp(struct core *c, const uint8_t fp[DIGEST_SHA256],
    struct device *out, struct err *e)
{
	struct place p = {0};
	int64_t seq = 0;
	enum rc rc;

	rc = store_device_find_fp(c->store, fp, &seq, e);
	if (rc == RC_OK)
		rc = get_at(c, &p, seq, out, e);
	if (rc == RC_OK && memcmp(out->fp, fp, DIGEST_SHA256) != 0)
		rc = RC_NOT_FOUND;
	place_clear(&p);
	return unknown(rc, e);
}

enum rc device_find_by_cert(struct core *c, struct span der, struct device *out,
    struct err *e)
{
	uint8_t fp[DIGEST_SHA256];
	struct place p = {0};
	struct cert cert;
	int64_t seq = 0;
	enum rc rc;

	/* Those that are published can be read. */
	if (cert_parse(&cert, der, NULL) != RC_OK)
		return unknown(RC_NOT_FOUND, e);
	cert_fingerprint(der, fp);
	rc = store_device_find_fp(c->store, fp, &seq, e);
	if (rc == RC_OK)
		rc = get_as(c, &p, seq, &cert, out, e);
	place_clear(&p);
	return unknown(rc, e);
}

/* Searching */

struct search {
	struct core *c;
	const struct device_query *q;
	struct store_bind_filter f;
	struct place place;
	struct device *out;
	size_t cap, n;
};

static bool belongs(const struct search *s, const struct device *d)
{
	const char *bid = s->f.bid, *product = s->f.product_id;

	return strcmp(d->account_id, s->f.account_id) == 0 &&
	    (!bid || bid[0] == '\0' || strcmp(d->bid, bid) == 0) &&
	    (!product || product[0] == '\0' ||
		strcmp(d->product_id, product) == 0);
}

/* A hex or text id as it is stored: lower case, no colons or spaces. */
static bool normalise(struct span in, char *out, size_t cap)
{
	size_t i, n = 0;

	for (i = 0; i < in.n; i++) {
		if (in.p[i] == ':' || in.p[i] == ' ' || in.p[i] == '\0')
			continue;
		if (n + 1 >= cap)
			return false;
		out[n++] = (char)tolower(in.p[i]);
	}
	out[n] = '\0';
	return n > 0;
}

static bool same_id(const char *stored, const char *wanted)
{
	return strcasecmp(stored, wanted) == 0;
}

static enum rc search_fp(struct search *s, struct span hex, struct err *e)
{
	uint8_t fp[DIGEST_SHA256];
	struct device *d = &s->out[0];
	int64_t seq = 0;
	size_t n = 0;
	enum rc rc;

	if (!enc_unhex(hex, fp, &n, sizeof(fp)) || n != sizeof(fp))
		return err_set(e, RC_INVALID, "bad-fingerprint",
		    "A fingerprint is 64 hexadecimal digits.");
	rc = store_device_find_fp(s->c->store, fp, &seq, e);
	if (rc != RC_OK || seq <= s->q->after)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	device_init(d);
	rc = get_at(s->c, &s->place, seq, d, e);
	if (rc == RC_OK && belongs(s, d) && memcmp(d->fp, fp, sizeof(fp)) == 0)
		s->n = 1;
	else
		device_clear(d);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum id_kind { ID_SERIAL = 1, ID_CHIP = 2 };

/* One candidate of a hash: counted only if the id itself is the same. */
static enum rc search_one(struct search *s, int64_t seq, const char *id,
    unsigned int kinds, struct err *e)
{
	struct device *d = &s->out[s->n];
	enum rc rc;

	device_init(d);
	rc = get_at(s->c, &s->place, seq, d, e);
	if (rc == RC_OK && belongs(s, d) &&
	    (((kinds & ID_SERIAL) && same_id(d->serial, id)) ||
		((kinds & ID_CHIP) && same_id(d->chip_id, id))))
		s->n++;
	else
		device_clear(d);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc search_id(struct search *s, struct span text, unsigned int kinds,
    struct err *e)
{
	char id[CERT_ID_MAX + 1];
	int64_t seqs[KEY_PAGE], after = s->q->after;
	size_t i, n = KEY_PAGE;
	enum rc rc = RC_OK;

	if (!normalise(text, id, sizeof(id)))
		return RC_OK;
	while (rc == RC_OK && n == KEY_PAGE) {
		rc = store_device_find_key(s->c->store, device_key(id), after,
		    seqs, &n, e);
		for (i = 0; rc == RC_OK && i < n; i++) {
			if (s->n == s->cap)
				return RC_OK;
			after = seqs[i];
			rc = search_one(s, seqs[i], id, kinds, e);
		}
	}
	return rc;
}

static enum rc take_rows(struct search *s, const struct store_device_page *page,
    struct err *e)
{
	size_t i, at = 0;
	enum rc rc = RC_OK;

	for (i = 0; rc == RC_OK && i < page->n; i++) {
		struct device *d = &s->out[s->n];
		struct stored from = {.seq = page->seqs[i],
		    .packed = span_of(page->bytes.p + at, page->ends[i] - at)};

		at = page->ends[i];
		device_init(d);
		rc = fill(s->c, &s->place, &from, d, e);
		/* Claimed ones come from their own list. */
		if (rc == RC_OK && !d->claimed)
			s->n++;
		else
			device_clear(d);
	}
	return rc;
}

static enum rc list_reel(struct search *s, int64_t reel_id, struct err *e)
{
	int64_t seqs[ROW_PAGE], from = DEVICE_FIRST(reel_id);
	size_t ends[ROW_PAGE];
	struct store_device_page page = {.seqs = seqs, .ends = ends};
	enum rc rc;

	if (s->q->after >= from)
		from = s->q->after + 1;
	buf_init(&page.bytes, (size_t)ROW_PAGE * PACK_TEMPLATE_MAX);
	rc = place_set(s->c, &s->place, reel_id, e);
	while (rc == RC_OK && s->n < s->cap) {
		page.cap = s->cap - s->n < ROW_PAGE ? s->cap - s->n : ROW_PAGE;
		rc = store_device_range(s->c->store, from, DEVICE_LAST(reel_id),
		    &page, e);
		if (rc == RC_OK)
			rc = take_rows(s, &page, e);
		if (page.n < page.cap)
			break;
		from = seqs[page.n - 1] + 1;
	}
	buf_clear(&page.bytes);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc search_bound(struct search *s, struct err *e)
{
	int64_t ids[REEL_PAGE], after = 0;
	size_t i, n = REEL_PAGE;
	enum rc rc = RC_OK;

	if (s->q->after > 0)
		after = DEVICE_REEL(s->q->after) - 1;
	while (rc == RC_OK && n == REEL_PAGE) {
		rc = store_bind_reels(s->c->store, &s->f, after, ids, &n, e);
		for (i = 0; rc == RC_OK && i < n; i++) {
			if (s->n == s->cap)
				return RC_OK;
			after = ids[i];
			rc = list_reel(s, ids[i], e);
		}
	}
	return rc;
}

static enum rc get_claimed(struct search *s, const int64_t *seqs, size_t n,
    struct device *out, size_t *got, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < n; i++) {
		device_init(&out[i]);
		*got = i + 1;
		rc = get_at(s->c, &s->place, seqs[i], &out[i], e);
	}
	return rc;
}

/* Two lists in order become one, as long as there is room. */
static void merge(struct search *s, struct device *claimed, size_t n)
{
	size_t bound = s->n, at = s->n + n, kept = at < s->cap ? at : s->cap;

	while (at > 0) {
		bool last = n == 0 ||
		    (bound > 0 && s->out[bound - 1].seq > claimed[n - 1].seq);
		struct device *d = last ? &s->out[--bound] : &claimed[--n];

		if (--at >= kept)
			device_clear(d);
		else if (&s->out[at] != d)
			s->out[at] = *d;
	}
	s->n = kept;
}

/* Devices of the account's batches, and those that it has claimed. */
static enum rc search_all(struct search *s, struct err *e)
{
	const struct store_claim_filter f = {.account_id = s->f.account_id,
	    .bid = s->f.bid,
	    .product_id = s->f.product_id,
	    .after = s->q->after};
	struct device *claimed = calloc(s->cap, sizeof(*claimed));
	int64_t *seqs = calloc(s->cap, sizeof(*seqs));
	size_t n = s->cap, got = 0;
	enum rc rc;

	if (!claimed || !seqs)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	else
		rc = store_claim_device_list(s->c->store, &f, seqs, &n, e);
	if (rc == RC_OK)
		rc = get_claimed(s, seqs, n, claimed, &got, e);
	place_clear(&s->place);
	if (rc == RC_OK)
		rc = search_bound(s, e);
	if (rc == RC_OK)
		merge(s, claimed, got);
	else
		while (got > 0)
			device_clear(&claimed[--got]);
	free(claimed);
	free(seqs);
	return rc;
}

enum rc device_search(struct core *c, const struct core_actor *a,
    const struct device_query *q, struct device *out, size_t *n, struct err *e)
{
	struct search s = {.c = c, .q = q, .out = out, .cap = *n};
	enum rc rc;

	*n = 0;
	s.f.account_id = a->scope_id;
	s.f.bid = q->bid;
	s.f.product_id = q->product_id;
	if (s.cap == 0)
		return RC_OK;
	if (q->fingerprint.n > 0)
		rc = search_fp(&s, q->fingerprint, e);
	else if (q->serial.n > 0)
		rc = search_id(&s, q->serial, ID_SERIAL, e);
	else if (q->chip_id.n > 0)
		rc = search_id(&s, q->chip_id, ID_CHIP, e);
	else if (q->q.n == 2 * DIGEST_SHA256)
		rc = search_fp(&s, q->q, e);
	else if (q->q.n > 0)
		rc = search_id(&s, q->q, ID_SERIAL | ID_CHIP, e);
	else
		rc = search_all(&s, e);
	place_clear(&s.place);
	*n = s.n;
	if (rc != RC_OK) {
		while (s.n > 0)
			device_clear(&out[--s.n]);
		*n = 0;
	}
	return rc;
}
