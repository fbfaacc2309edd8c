/* Makes revocation lists when they are due: what a list holds and its number
 * are taken in one transaction, and signed after it.
 * Must not hold a transaction over a signature. */
#include "core/crl_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/ca.h"
#include "core/tx.h"
#include "store/store_crl.h"
#include "store/store_status.h"
#include "store/store_vendor.h"

void crl_list_init(struct crl_list *l)
{
	memset(l, 0, sizeof(*l));
	buf_init(&l->der, CRL_MAX);
}

void crl_list_clear(struct crl_list *l)
{
	if (l)
		buf_clear(&l->der);
}

static enum rc no_list(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, RC_NOT_FOUND, "no-list",
	    "There is no such revocation list here.");
}

/* What a list is made of. */
struct making {
	struct store_status_ca ca;
	struct buf cert;
	struct store_crl full; /* the last one; number 0: none */
	struct store_crl list; /* the one that is made */
	struct crl_entry *entries;
	size_t n, cap;
	enum rc rc;
};

static bool add(struct making *m, struct span serial, int reason, int64_t at)
{
	struct crl_entry *x;
	size_t cap;

	if (serial.n == 0 || serial.n > sizeof(x->serial))
		return true;
	if (m->n == CRL_LIST_MAX) {
		m->rc = RC_TOO_LARGE;
		return false;
	}
	if (m->n == m->cap) {
		cap = m->cap ? 2 * m->cap : 256;
		x = realloc(m->entries, cap * sizeof(*x));
		if (!x) {
			m->rc = RC_ENV;
			return false;
		}
		m->entries = x;
		m->cap = cap;
	}
	x = &m->entries[m->n++];
	memset(x, 0, sizeof(*x));
	memcpy(x->serial, serial.p, serial.n);
	x->serial_n = (uint8_t)serial.n;
	x->reason = (uint8_t)reason;
	x->at = at;
	return true;
}

static bool add_revoked(void *arg, struct span serial, int reason, int64_t at)
{
	return add(arg, serial, reason, at);
}

static bool add_unheld(void *arg, struct span serial, int reason, int64_t at)
{
	return add(arg, serial, CRL_REMOVE, at);
}

/* Every full list that has not run out must be one that the delta counts on
 * from: its number is not below the delta's base (RFC 5280 5.2.4). */
static void move_base(struct making *m, int64_t now_s)
{
	struct store_crl *l = &m->list;

	if (m->full.number == 0) {
		l->base = l->next_base = l->number;
		l->base_at = l->next_base_at = now_s;
		return;
	}
	l->base = m->full.base;
	l->base_at = m->full.base_at;
	l->next_base = m->full.next_base;
	l->next_base_at = m->full.next_base_at;
	if (now_s - l->next_base_at >= CRL_LIST_FULL_S) {
		l->base = l->next_base;
		l->base_at = l->next_base_at;
		l->next_base = l->number;
		l->next_base_at = now_s;
	}
}

static enum rc take_entries(struct core *c, struct making *m, bool delta,
    int64_t now_s, struct err *e)
{
	const struct store_crl_span q = {.ca = m->ca.id,
	    .since = delta ? m->full.base_at : INT64_MIN,
	    .expired = now_s - CRL_LIST_KEEP_S};
	enum rc rc = store_crl_revoked(c->store, &q, add_revoked, m, e);

	if (rc == RC_OK && delta)
		rc = store_crl_unheld(c->store, &q, add_unheld, m, e);
	if (rc == RC_OK && m->rc == RC_TOO_LARGE)
		rc = err_set(e, RC_TOO_LARGE, "list-too-long",
		    "More than %d certificates are revoked; ask OCSP.",
		    CRL_LIST_MAX);
	else if (rc == RC_OK && m->rc != RC_OK)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

/* A list of a higher number holds at least what one of a lower holds. */
static enum rc collect(struct core *c, const char *ca, struct making *m,
    bool delta, int64_t now_s, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc != RC_OK)
		goto out;
	buf_reset(&m->cert);
	rc = store_status_ca_find(c->store, ca, &m->ca, &m->cert, e);
	if (rc == RC_OK)
		rc = store_crl_find(c->store, ca, false, &m->full, NULL, e);
	if (rc == RC_NOT_FOUND && !delta)
		rc = RC_OK;
	if (rc == RC_OK)
		rc = store_crl_number(c->store, ca, &m->list.number, e);
	if (rc == RC_OK)
		rc = take_entries(c, m, delta, now_s, e);
	m->list.changes = m->ca.changes;
	m->list.this_update = now_s;
	m->list.next_update =
	    now_s + (delta ? CRL_LIST_DELTA_S : CRL_LIST_FULL_S);
	if (!delta)
		move_base(m, now_s);
out:
	return no_list(tx_end(c, &tx, rc, e), e);
}

static enum rc make(struct core *c, const char *ca, bool delta, int64_t now_s,
    struct crl_list *out, struct err *e)
{
	struct making m = {.rc = RC_OK};
	struct ca_urls urls;
	struct signer_ca by;
	struct crl crl;
	enum rc rc;

	buf_init(&m.cert, CERT_DER_MAX);
	rc = collect(c, ca, &m, delta, now_s, e);
	if (rc != RC_OK)
		goto out;
	ca_urls(c, m.ca.id, &urls);
	by = (struct signer_ca){m.ca.account_id, m.ca.id};
	crl = (struct crl){.issuer_cert = buf_span(&m.cert),
	    .number = m.list.number,
	    .base = delta ? m.full.base : 0,
	    .this_update = m.list.this_update,
	    .next_update = m.list.next_update,
	    .entries = m.entries,
	    .n = m.n,
	    .delta_url = delta || !urls.delta[0] ? NULL : urls.delta};
	buf_reset(&out->der);
	rc = signer_crl(c->signer, &by, &crl, &out->der, e);
	if (rc == RC_OK)
		rc = store_crl_put(c->store, m.ca.id, delta, &m.list,
		    buf_span(&out->der), e);
	out->number = m.list.number;
	out->this_update = m.list.this_update;
	out->next_update = m.list.next_update;
out:
	free(m.entries);
	buf_clear(&m.cert);
	return rc;
}

/* What is stored, if it is still what there is to say. */
static enum rc stored(struct core *c, const struct store_status_ca *ca,
    bool delta, int64_t now_s, struct crl_list *out, struct err *e)
{
	struct store_crl l;
	enum rc rc = store_crl_find(c->store, ca->id, delta, &l, NULL, e);

	if (rc != RC_OK)
		return rc;
	/* Long ones are not made anew for each decision: they take time. */
	if ((l.changes != ca->changes &&
		now_s - l.this_update >= (int64_t)(l.bytes >> 20)) ||
	    now_s < l.this_update ||
	    now_s >= l.this_update + (l.next_update - l.this_update) / 2)
		return RC_NOT_FOUND;
	buf_reset(&out->der);
	if (out->known == 0 || l.number != out->known)
		rc = store_crl_find(c->store, ca->id, delta, &l, &out->der, e);
	out->number = l.number;
	out->this_update = l.this_update;
	out->next_update = l.next_update;
	return rc;
}

enum rc crl_list_get(struct core *c, const char *ca, bool delta, int64_t now_s,
    struct crl_list *out, struct err *e)
{
	struct store_status_ca found;
	struct buf cert;
	enum rc rc;

	buf_init(&cert, CERT_DER_MAX);
	rc = store_status_ca_find(c->store, ca, &found, &cert, e);
	buf_clear(&cert);
	if (rc != RC_OK || found.upstream)
		return no_list(rc == RC_OK ? RC_NOT_FOUND : rc, e);
	rc = stored(c, &found, delta, now_s, out, e);
	if (rc != RC_NOT_FOUND)
		return rc;
	/* A delta counts from a full list. */
	if (delta) {
		struct store_crl full;

		rc = store_crl_find(c->store, ca, false, &full, NULL, e);
		if (rc == RC_NOT_FOUND)
			rc = make(c, ca, false, now_s, out, e);
		if (rc != RC_OK)
			return rc;
	}
	return make(c, ca, delta, now_s, out, e);
}

enum rc crl_list_vendor(struct core *c, const uint8_t ca_fp[DIGEST_SHA256],
    struct crl_list *out, struct err *e)
{
	struct store_status_vendor v;
	enum rc rc;

	buf_reset(&out->der);
	rc = store_status_vendor_find(c->store, ca_fp, &v, NULL, NULL, e);
	if (rc == RC_OK && (out->known == 0 || v.crl_number != out->known)) {
		rc = store_status_vendor_find(c->store, ca_fp, &v, NULL,
		    &out->der, e);
		if (rc == RC_OK && out->der.n == 0)
			rc = RC_NOT_FOUND;
	}
	out->number = v.crl_number;
	out->this_update = 0;
	out->next_update = v.crl_next_update;
	return no_list(rc, e);
}

static enum rc no_ca(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, RC_NOT_FOUND, "no-ca",
	    "There is no such CA certificate here.");
}

enum rc crl_list_ca(struct core *c, const char *ca, struct buf *der,
    struct err *e)
{
	struct store_status_ca found;

	return no_ca(store_status_ca_find(c->store, ca, &found, der, e), e);
}

enum rc crl_list_vendor_ca(struct core *c, const uint8_t fp[DIGEST_SHA256],
    struct buf *der, struct err *e)
{
	return no_ca(store_vendor_ca_der(c->store, fp, der, e), e);
}
