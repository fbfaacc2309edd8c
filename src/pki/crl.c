/* Revocation lists written entry by entry, and read strictly.
 * Must not decide what is revoked, nor copy a list where a span will do. */
#include <string.h>

#include "pki/crl.h"
#include "pki/der.h"
#include "pki/issue_ext.h"

#define ENTRY_MAX 64
#define EXTENSIONS_MAX 16
#define SERIAL_MAX 20
#define OID_NUMBER "2.5.29.20"
#define OID_DELTA "2.5.29.27"

static const char *const reasons[] = {
    [CRL_UNSPECIFIED] = "unspecified",
    [CRL_KEY_COMPROMISE] = "keyCompromise",
    [CRL_CA_COMPROMISE] = "cACompromise",
    [CRL_AFFILIATION_CHANGED] = "affiliationChanged",
    [CRL_SUPERSEDED] = "superseded",
    [CRL_CESSATION] = "cessationOfOperation",
    [CRL_HOLD] = "certificateHold",
    [CRL_REMOVE] = "removeFromCRL",
    [CRL_PRIVILEGE_WITHDRAWN] = "privilegeWithdrawn",
    [10] = "aACompromise",
};
#define REASONS ((int)(sizeof(reasons) / sizeof(reasons[0])))

static bool is_reason(int reason)
{
	return reason >= 0 && reason < REASONS && reasons[reason] != NULL;
}

const char *crl_reason_name(int reason)
{
	return is_reason(reason) ? reasons[reason] : "unspecified";
}

int crl_reason_of(struct span name)
{
	int i;

	for (i = 0; i <= CRL_PRIVILEGE_WITHDRAWN; i++)
		if (i != CRL_REMOVE && is_reason(i) &&
		    span_eq_str(name, reasons[i]))
			return i;
	return CRL_REASON_NONE;
}

/* Writing */

/* SEQUENCE { serial, time [, Extensions { reasonCode }] }; scratch for its
 * content. */
static void put_entry(struct buf *out, const struct crl_entry *x,
    struct buf *scratch)
{
	const uint8_t reason[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
	    0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, x->reason};

	buf_reset(scratch);
	der_put_uint(scratch, span_of(x->serial, x->serial_n));
	der_put_time(scratch, x->at);
	/* RFC 5280 5.3.1: no reason code rather than unspecified. */
	if (x->reason != CRL_UNSPECIFIED)
		buf_add(scratch, reason, sizeof(reason));
	if (!buf_ok(scratch))
		out->bad = true;
	der_put(out, DER_SEQUENCE, buf_span(scratch));
}

static enum rc check_entry(const struct crl *c, const struct crl_entry *x,
    struct err *e)
{
	if (x->serial_n == 0 || x->serial_n > SERIAL_MAX || x->serial[0] == 0)
		return err_set(e, RC_INVALID, "crl-serial",
		    "A serial number in the list is not of 1 to 20 bytes.");
	if (!is_reason(x->reason) || (x->reason == CRL_REMOVE && c->base == 0))
		return err_set(e, RC_INVALID, "crl-reason",
		    "There is no such reason of revocation in this list.");
	return RC_OK;
}

static enum rc put_entries(const struct crl *c, struct buf *list, struct err *e)
{
	struct buf scratch;
	enum rc rc = RC_OK;
	size_t i;

	buf_init(&scratch, ENTRY_MAX);
	for (i = 0; i < c->n && rc == RC_OK; i++) {
		rc = check_entry(c, &c->entries[i], e);
		put_entry(list, &c->entries[i], &scratch);
	}
	if (rc == RC_OK && !buf_ok(list))
		rc = err_set(e, RC_TOO_LARGE, "crl-too-large",
		    "The revocation list would be too large.");
	buf_clear(&scratch);
	return rc;
}

static void put_extensions(const struct crl *c, struct span aki,
    struct buf *out)
{
	struct buf list, seq;

	buf_init(&list, ISSUE_EXT_MAX);
	buf_init(&seq, ISSUE_EXT_MAX);
	if (aki.n > 0)
		issue_ext_aki(&list, aki);
	issue_ext_number(&list, OID_NUMBER, false, c->number);
	if (c->base != 0)
		issue_ext_number(&list, OID_DELTA, true, c->base);
	else
		issue_ext_freshest(&list, c->delta_url);
	der_put(&seq, DER_SEQUENCE, buf_span(&list));
	der_put(out, DER_CONTEXT(0), buf_span(&seq));
	if (!buf_ok(&list) || !buf_ok(&seq))
		out->bad = true;
	buf_clear(&list);
	buf_clear(&seq);
}

static enum rc read_issuer(const struct crl *c, struct cert *issuer,
    struct err *e)
{
	enum rc rc = cert_parse(issuer, c->issuer_cert, e);

	if (rc != RC_OK)
		return rc;
	if (!issuer->is_ca || !(issuer->key_usage & CERT_KU_CRL_SIGN))
		return err_set(e, RC_INVALID, "crl-issuer",
		    "The issuer's certificate is not a CA's that signs "
		    "revocation lists.");
	if (c->next_update <= c->this_update || c->number == 0 ||
	    c->base >= c->number)
		return err_set(e, RC_INVALID, "crl-fields",
		    "The revocation list ends before it begins, or its "
		    "numbers are not in order.");
	return RC_OK;
}

static size_t whole_size(size_t n)
{
	return n +
	    (n < 0x80		    ? 2
		    : n < 0x100	    ? 3
		    : n < 0x10000   ? 4
		    : n < 0x1000000 ? 5
				    : 6);
}

enum rc crl_tbs(const struct crl *c, enum key_sig sig, struct buf *tbs,
    struct err *e)
{
	static const uint8_t version[] = {DER_INTEGER, 1, 1};
	struct buf head, list, tail;
	struct cert issuer;
	enum rc rc;

	rc = read_issuer(c, &issuer, e);
	if (rc != RC_OK)
		return rc;
	buf_init(&head, CERT_DER_MAX);
	buf_init(&list, CRL_MAX);
	buf_init(&tail, ISSUE_EXT_MAX);
	buf_add(&head, version, sizeof(version));
	buf_add_span(&head, key_sig_alg(sig));
	buf_add_span(&head, issuer.subject);
	der_put_time(&head, c->this_update);
	der_put_time(&head, c->next_update);
	rc = put_entries(c, &list, e);
	/* RFC 5280 5.1.2.6: absent when empty. */
	if (list.n > 0)
		der_put_header(&head, DER_SEQUENCE, list.n);
	put_extensions(c, issuer.ski, &tail);
	der_put_header(tbs, DER_SEQUENCE, head.n + list.n + tail.n);
	buf_add_span(tbs, buf_span(&head));
	buf_add_span(tbs, buf_span(&list));
	buf_add_span(tbs, buf_span(&tail));
	if (rc == RC_OK && (!buf_ok(&head) || !buf_ok(&tail) || !buf_ok(tbs)))
		rc = err_set(e, RC_ENV, "crl-not-built",
		    "The revocation list could not be built: out of memory, "
		    "or too large.");
	buf_clear(&head);
	buf_clear(&list);
	buf_clear(&tail);
	return rc;
}

void crl_join(struct span tbs, enum key_sig sig, struct span signature,
    struct buf *der)
{
	struct span alg = key_sig_alg(sig);

	der_put_header(der, DER_SEQUENCE,
	    tbs.n + alg.n + whole_size(signature.n + 1));
	buf_add_span(der, tbs);
	buf_add_span(der, alg);
	der_put_bits(der, signature);
}

/* Reading */

static enum rc broken(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "crl-broken",
	    "The revocation list is not well-formed DER: its %s is wrong.",
	    what);

	if (e != NULL)
		e->ref = "RFC 5280 5.1";
	return rc;
}

/* A positive INTEGER in minimal form, without its padding. */
static bool take_serial(struct span *in, struct span *out)
{
	struct span v;

	if (!der_take(in, DER_INTEGER, &v) || v.n == 0 || (v.p[0] & 0x80))
		return false;
	if (v.p[0] == 0) {
		if (v.n < 2 || !(v.p[1] & 0x80))
			return false;
		v = span_sub(v, 1, v.n - 1);
	}
	*out = v;
	return v.n <= SERIAL_MAX;
}

static bool take_number(struct span value, uint64_t *out)
{
	struct span v;
	size_t i;

	*out = 0;
	if (!der_take(&value, DER_INTEGER, &v) || value.n != 0 || v.n == 0 ||
	    (v.p[0] & 0x80))
		return false;
	if (v.n > 1 && v.p[0] == 0) {
		if (!(v.p[1] & 0x80))
			return false;
		v = span_sub(v, 1, v.n - 1);
	}
	for (i = 0; i < v.n; i++)
		*out = *out << 8 | v.p[i];
	return v.n <= 8;
}

struct ext {
	struct span oid, value;
	bool critical;
};

static bool take_ext(struct span *list, struct ext *x)
{
	struct span ext, yes;

	return der_take(list, DER_SEQUENCE, &ext) &&
	    der_take(&ext, DER_OID, &x->oid) &&
	    der_take_optional(&ext, DER_BOOLEAN, &yes, &x->critical) &&
	    (!x->critical || span_eq(yes, SPAN_LIT("\xff"))) &&
	    der_take(&ext, DER_OCTET_STRING, &x->value) && ext.n == 0;
}

/* id-ce and a last arc below 128: 0 for any other OID. */
static uint8_t ce_arc(struct span oid)
{
	return oid.n == 3 && oid.p[0] == 0x55 && oid.p[1] == 0x1d ? oid.p[2]
								  : 0;
}

/* What is critical and not known changes what an entry means (5.3). */
static bool read_entry_ext(struct span list, struct crl_entry *out)
{
	struct span value;
	struct ext x;
	bool found = false;

	while (list.n > 0) {
		if (!take_ext(&list, &x))
			return false;
		if (ce_arc(x.oid) == 21) {
			if (found || !der_take(&x.value, 0x0a, &value) ||
			    x.value.n != 0 || value.n != 1 ||
			    !is_reason(value.p[0]))
				return false;
			out->reason = value.p[0];
			found = true;
		} else if (x.critical) {
			return false;
		}
	}
	return true;
}

static bool read_entry(struct span *revoked, struct crl_entry *out)
{
	struct span entry, serial, list;
	bool found;

	memset(out, 0, sizeof(*out));
	if (!der_take(revoked, DER_SEQUENCE, &entry) ||
	    !take_serial(&entry, &serial) || !der_take_time(&entry, &out->at) ||
	    !der_take_optional(&entry, DER_SEQUENCE, &list, &found) ||
	    entry.n != 0 || (found && list.n == 0))
		return false;
	memcpy(out->serial, serial.p, serial.n);
	out->serial_n = (uint8_t)serial.n;
	return !found || read_entry_ext(list, out);
}

bool crl_next(struct span *revoked, struct crl_entry *out)
{
	return revoked->n > 0 && read_entry(revoked, out);
}

static bool read_aki(struct span value, struct span *aki)
{
	struct span seq;
	bool found;

	*aki = SPAN_NONE;
	return der_take(&value, DER_SEQUENCE, &seq) && value.n == 0 &&
	    der_take_optional(&seq, DER_CONTEXT_PRIM(0), aki, &found);
}

static enum rc read_ext(struct crl_view *v, const struct ext *x, struct err *e)
{
	bool ok = true;

	switch (ce_arc(x->oid)) {
	case 20: /* cRLNumber */
		ok = take_number(x->value, &v->number);
		break;
	case 27: /* deltaCRLIndicator */
		ok = x->critical && take_number(x->value, &v->base) &&
		    v->base > 0;
		break;
	case 35: /* authorityKeyIdentifier */
		ok = read_aki(x->value, &v->aki);
		break;
	default:
		if (x->critical)
			return err_set(e, RC_INVALID, "crl-critical",
			    "The revocation list has a critical extension "
			    "that is not known here: it is of a part only, "
			    "perhaps.");
	}
	return ok ? RC_OK : broken(e, "list of extensions");
}

static enum rc read_extensions(struct crl_view *v, struct span tbs,
    struct err *e)
{
	struct span part, list, seen[EXTENSIONS_MAX];
	struct ext x;
	bool found;
	size_t n, i;
	enum rc rc = RC_OK;

	if (!der_take_optional(&tbs, DER_CONTEXT(0), &part, &found) ||
	    tbs.n != 0)
		return broken(e, "end");
	if (!found)
		return RC_OK;
	if (!der_take(&part, DER_SEQUENCE, &list) || part.n != 0 || list.n == 0)
		return broken(e, "list of extensions");
	for (n = 0; list.n > 0 && rc == RC_OK; n++) {
		if (n == EXTENSIONS_MAX || !take_ext(&list, &x))
			return broken(e, "list of extensions");
		for (i = 0; i < n; i++)
			if (span_eq(seen[i], x.oid))
				return broken(e, "list of extensions");
		seen[n] = x.oid;
		rc = read_ext(v, &x, e);
	}
	if (rc == RC_OK && v->base > v->number)
		return broken(e, "number");
	return rc;
}

static enum rc read_entries(struct crl_view *v, struct span *tbs, struct err *e)
{
	struct crl_entry entry;
	struct span rest;
	bool found;

	if (!der_take_optional(tbs, DER_SEQUENCE, &v->revoked, &found) ||
	    (found && v->revoked.n == 0))
		return broken(e, "list of entries");
	if (!found)
		v->revoked = SPAN_NONE;
	for (rest = v->revoked; rest.n > 0;)
		if (!read_entry(&rest, &entry))
			return broken(e, "list of entries");
	return RC_OK;
}

static enum rc read_tbs(struct crl_view *v, struct span tbs, struct span *alg,
    struct err *e)
{
	struct span version, name;
	uint8_t tag;
	enum rc rc;

	if (!der_take(&tbs, DER_INTEGER, &version) ||
	    !span_eq(version, SPAN_LIT("\1")))
		return err_set(e, RC_INVALID, "crl-version",
		    "The revocation list is not of version 2.");
	if (!der_next(&tbs, &tag, NULL, alg) || tag != DER_SEQUENCE)
		return broken(e, "signature algorithm");
	if (!der_next(&tbs, &tag, &name, &v->issuer) || tag != DER_SEQUENCE ||
	    name.n == 0 || !cert_is_name(name))
		return broken(e, "issuer name");
	if (!der_take_time(&tbs, &v->this_update) ||
	    !der_take_time(&tbs, &v->next_update) ||
	    v->next_update < v->this_update)
		return broken(e, "time");
	rc = read_entries(v, &tbs, e);
	return rc == RC_OK ? read_extensions(v, tbs, e) : rc;
}

enum rc crl_parse(struct crl_view *v, struct span der, struct err *e)
{
	struct span in = der, body, tbs, alg, inner;
	uint8_t tag;
	enum rc rc;

	memset(v, 0, sizeof(*v));
	v->sig = KEY_SIG_UNKNOWN;
	if (der.n > CRL_MAX)
		return err_set(e, RC_TOO_LARGE, "crl-too-large",
		    "The revocation list has %zu bytes; at most %u are taken.",
		    der.n, CRL_MAX);
	if (!der_take(&in, DER_SEQUENCE, &body) || in.n != 0)
		return broken(e, "outermost SEQUENCE");
	if (!der_next(&body, &tag, &tbs, &v->tbs) || tag != DER_SEQUENCE)
		return broken(e, "TBSCertList");
	rc = read_tbs(v, tbs, &inner, e);
	if (rc != RC_OK)
		return rc;
	if (!der_next(&body, &tag, NULL, &alg) || tag != DER_SEQUENCE ||
	    !der_take_bits(&body, &v->signature) || body.n != 0)
		return broken(e, "signature");
	if (!span_eq(alg, inner))
		return err_set(e, RC_INVALID, "crl-algorithms-differ",
		    "The revocation list names two different signature "
		    "algorithms.");
	v->sig = key_sig_of(alg);
	return RC_OK;
}
