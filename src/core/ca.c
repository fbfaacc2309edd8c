/* Certificate authorities of accounts: made, signed, retired.
 * Must not see a private key. */
#include "core/ca.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/audit.h"
#include "core/tx.h"
#include "pki/chain.h"

#define DAY_S 86400
#define ROOT_S (20LL * 365 * DAY_S)
#define ISSUING_S (10LL * 365 * DAY_S)
#define BACK_S 3600 /* clocks of devices that are a little late */

static enum rc missing(enum rc rc, struct err *e)
{
	if (rc != RC_NOT_FOUND)
		return rc;
	return err_set(e, rc, "not-found",
	    "There is no such certificate authority.");
}

enum rc ca_find(struct core *c, const char *account, const char *id,
    int64_t now_s, struct store_ca *out, struct err *e)
{
	return missing(store_ca_find(c->store, account, id, now_s, out, e), e);
}

enum rc ca_find_server(struct core *c, const char *account, int64_t now_s,
    struct store_ca *out, struct err *e)
{
	char top[RAND_ID_SIZE];
	enum rc rc = store_ca_find_top(c->store, account, now_s, out, e);

	if (rc != RC_OK)
		return missing(rc, e);
	memcpy(top, out->id, sizeof(top));
	rc = store_ca_find_below(c->store, top, now_s, out, e);
	return rc == RC_NOT_FOUND ? ca_find(c, account, top, now_s, out, e)
				  : rc;
}

enum rc ca_may_issue(const struct store_ca *ca, int64_t now_s, struct err *e)
{
	if (ca->retired_at)
		return err_set(e, RC_DENIED, "ca-retired",
		    "The authority %s is retired.", ca->name);
	if (ca->der.n == 0)
		return err_set(e, RC_DENIED, "ca-waiting",
		    "The authority %s has no certificate yet.", ca->name);
	if (ca->not_after <= now_s)
		return err_set(e, RC_DENIED, "ca-expired",
		    "The certificate of the authority %s has expired.",
		    ca->name);
	return RC_OK;
}

void ca_urls(const struct core *c, const char *id, struct ca_urls *out)
{
	const char *base = c->status_url ? c->status_url : "";

	memset(out, 0, sizeof(*out));
	if (!base[0])
		return;
	(void)snprintf(out->crl, CA_URL_SIZE, "%s/crl/%s.crl", base, id);
	(void)snprintf(out->delta, CA_URL_SIZE, "%s/crl/%s-delta.crl", base,
	    id);
	(void)snprintf(out->aia, CA_URL_SIZE, "%s/ca/%s.cer", base, id);
	(void)snprintf(out->ocsp, CA_URL_SIZE, "%s/ocsp", base);
}

static bool is_text(const char *s, size_t min, size_t max)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return i >= min && i <= max;
}

static enum rc check_kind(const struct ca_request *r, struct err *e)
{
	bool upstream = strcmp(r->kind, "upstream") == 0;

	if (!upstream && strcmp(r->kind, "root") != 0 &&
	    strcmp(r->kind, "issuing") != 0)
		return err_set(e, RC_INVALID, "bad-ca-kind",
		    "An authority is of kind root, issuing or upstream.");
	if (upstream != (r->upstream != NULL) ||
	    (upstream && (r->parent_id || r->hsm_name)))
		return err_set(e, RC_INVALID, "bad-upstream",
		    "An authority of kind upstream, and no other, needs the "
		    "field \"upstream\", and has no parent and no key here.");
	return RC_OK;
}

static enum rc check(const struct ca_request *r, struct err *e)
{
	bool root = strcmp(r->kind, "root") == 0;
	enum rc rc = check_kind(r, e);

	if (rc != RC_OK)
		return rc;
	if (!is_text(r->name, 1, STORE_CA_NAME_SIZE - 1))
		return err_set(e, RC_INVALID, "bad-name",
		    "An authority's name is 1 to %d bytes without control "
		    "characters.",
		    STORE_CA_NAME_SIZE - 1);
	if ((r->common_name &&
		!is_text(r->common_name, 1, STORE_CA_DN_SIZE - 1)) ||
	    (!r->common_name && !is_text(r->name, 1, STORE_CA_DN_SIZE - 1)) ||
	    (r->org && !is_text(r->org, 1, STORE_CA_DN_SIZE - 1)))
		return err_set(e, RC_INVALID, "bad-name",
		    "Common name and organization are 1 to %d bytes (X.520).",
		    STORE_CA_DN_SIZE - 1);
	if (r->key_type != KEY_P256 && r->key_type != KEY_P384)
		return err_set(e, RC_INVALID, "bad-key-type",
		    "The key of an authority is p256 or p384.");
	if (root && r->parent_id)
		return err_set(e, RC_INVALID, "bad-ca-parent",
		    "A root has no authority above it.");
	return RC_OK;
}

static void fill(const struct core_actor *a, const struct ca_request *r,
    struct store_ca *ca)
{
	rand_id(ca->id, sizeof(ca->id), "ca");
	(void)snprintf(ca->account_id, sizeof(ca->account_id), "%s",
	    a->scope_id);
	(void)snprintf(ca->name, sizeof(ca->name), "%s", r->name);
	(void)snprintf(ca->kind, sizeof(ca->kind), "%s", r->kind);
	(void)snprintf(ca->parent_id, sizeof(ca->parent_id), "%s",
	    r->parent_id ? r->parent_id : "");
	(void)snprintf(ca->hsm_name, sizeof(ca->hsm_name), "%s",
	    r->hsm_name ? r->hsm_name : "");
	(void)snprintf(ca->key_type, sizeof(ca->key_type), "%s",
	    key_type_name(r->key_type));
	(void)snprintf(ca->common_name, sizeof(ca->common_name), "%s",
	    r->common_name ? r->common_name : r->name);
	(void)snprintf(ca->org, sizeof(ca->org), "%s", r->org ? r->org : "");
	ca->created_at = a->now_s;
}

/* The parent of a new issuing CA, which has to be a root of the account. */
static enum rc find_parent(struct core *c, const struct core_actor *a,
    const char *id, struct store_ca *parent, struct err *e)
{
	enum rc rc =
	    store_ca_find(c->store, a->scope_id, id, a->now_s, parent, e);

	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(parent->kind, "root") != 0))
		return err_set(e, RC_INVALID, "bad-ca-parent",
		    "The authority above it has to be a root of this "
		    "account.");
	return rc == RC_OK ? ca_may_issue(parent, a->now_s, e) : rc;
}

/* signer NULL: by itself. */
static enum rc sign(struct core *c, const struct core_actor *a,
    const struct ca_request *r, const struct store_ca *signer,
    struct store_ca *ca, struct err *e)
{
	struct signer_ca_cert want = {.issuer = {a->scope_id,
					  signer ? signer->id : ca->id},
	    .subject = ca->id,
	    .common_name = ca->common_name,
	    .org = ca->org[0] ? ca->org : NULL,
	    .not_before = a->now_s - BACK_S};
	struct ca_urls urls;

	want.not_after = a->now_s +
	    (r->lifetime_s   ? r->lifetime_s
		    : signer ? ISSUING_S
			     : ROOT_S);
	if (signer) {
		want.issuer_cert = buf_span(&signer->der);
		if (want.not_after > signer->not_after)
			want.not_after = signer->not_after;
		ca_urls(c, signer->id, &urls);
		want.crl_url = urls.crl[0] ? urls.crl : NULL;
		want.aia_url = urls.aia[0] ? urls.aia : NULL;
	}
	ca->not_after = want.not_after;
	return signer_ca_cert(c->signer, &want, &ca->der, e);
}

static enum rc keep_cert(struct core *c, const struct store_ca *ca,
    struct err *e)
{
	struct store_ca_cert keep = {.der = buf_span(&ca->der),
	    .chain = buf_span(&ca->chain),
	    .not_after = ca->not_after};
	uint8_t name[32], key[32];
	struct cert cert;
	enum rc rc = cert_parse(&cert, keep.der, e);

	if (rc != RC_OK)
		return rc;
	ocsp_issuer_hash(OCSP_SHA1, &cert, name, key);
	memcpy(keep.key_hash, key, sizeof(keep.key_hash));
	ocsp_issuer_hash(OCSP_SHA256, &cert, name, keep.key_hash2);
	return store_ca_set_cert(c->store, ca->id, &keep, e);
}

/* Two of one key could not be told apart by OCSP, nor their serial numbers. */
static enum rc check_key(struct core *c, const struct store_ca *ca,
    struct err *e)
{
	bool has = false;
	enum rc rc = store_ca_has_key(c->store, buf_span(&ca->spki), &has, e);

	if (rc == RC_OK && has)
		return err_set(e, RC_CONFLICT, "hsm-key-taken",
		    "The key %s of the HSM is another authority's already.",
		    ca->hsm_name);
	return rc;
}

/* The parent may have been retired while the signer worked. */
static enum rc check_parent(struct core *c, const struct store_ca *ca,
    int64_t now_s, struct err *e)
{
	struct store_ca parent;
	enum rc rc = RC_OK;

	store_ca_init(&parent);
	if (ca->parent_id[0])
		rc = ca_find(c, ca->account_id, ca->parent_id, 0, &parent, e);
	if (rc == RC_OK && ca->parent_id[0])
		rc = ca_may_issue(&parent, now_s, e);
	store_ca_clear(&parent);
	return rc;
}

static enum rc name_taken(const char *name, struct err *e)
{
	return err_set(e, RC_CONFLICT, "ca-exists",
	    "The account has an authority named %s already.", name);
}

/* up NULL: its key is the signer's. */
static enum rc keep(struct core *c, const struct core_actor *a,
    const struct store_ca *ca, const struct store_upstream *up, struct err *e)
{
	struct audit_entry entry = {.action = "ca-create",
	    .scope_id = a->scope_id,
	    .target = ca->id,
	    .detail = ca->name};
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK && !up)
		rc = check_key(c, ca, e);
	if (rc == RC_OK)
		rc = check_parent(c, ca, a->now_s, e);
	if (rc != RC_OK)
		return tx_end(c, &tx, rc, e);
	rc = store_ca_add(c->store, ca, e);
	if (rc == RC_CONFLICT)
		rc = name_taken(ca->name, e);
	if (rc == RC_OK && ca->der.n > 0)
		rc = keep_cert(c, ca, e);
	if (rc == RC_OK && up)
		rc = store_upstream_add(c->store, up, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

/* In front of another CA, whose certificate and names it gets. */
static enum rc create_upstream(struct core *c, const struct core_actor *a,
    const struct ca_request *r, struct store_ca *out, struct err *e)
{
	struct store_upstream up;
	enum rc rc;

	store_upstream_init(&up);
	fill(a, r, out);
	rc = upstream_spec_take(c, r->upstream, a->now_s, out, &up, e);
	if (rc == RC_OK)
		rc = keep(c, a, out, &up, e);
	store_upstream_clear(&up);
	return rc;
}

/* Before there is a key that nobody needs.  The device port has room for so
 * many, and that is everybody's. */
static enum rc check_room(struct core *c, const struct core_actor *a,
    const char *name, struct err *e)
{
	bool has = false;
	uint64_t n = 0;
	enum rc rc = store_ca_count(c->store, a->scope_id, &n, e);

	if (rc == RC_OK && n >= CA_MAX)
		return err_set(e, RC_CONFLICT, "too-many-cas",
		    "An account has at most %d authorities, those that are "
		    "retired included.",
		    CA_MAX);
	if (rc == RC_OK)
		rc = store_ca_has_name(c->store, a->scope_id, name, &has, e);
	return rc == RC_OK && has ? name_taken(name, e) : rc;
}

enum rc ca_create(struct core *c, const struct core_actor *a,
    const struct ca_request *r, struct store_ca *out, struct err *e)
{
	struct signer_ca id = {a->scope_id, out->id};
	struct store_ca parent;
	bool root;
	enum rc rc;

	store_ca_init(&parent);
	rc = check(r, e);
	if (rc == RC_OK)
		rc = check_room(c, a, r->name, e);
	if (rc == RC_OK && r->upstream) {
		rc = create_upstream(c, a, r, out, e);
		goto out;
	}
	if (rc != RC_OK)
		goto out;
	root = strcmp(r->kind, "root") == 0;
	if (r->parent_id)
		rc = find_parent(c, a, r->parent_id, &parent, e);
	fill(a, r, out);
	if (rc == RC_OK)
		rc = signer_ca_key(c->signer, &id, r->key_type, r->hsm_name,
		    &out->spki, e);
	if (rc == RC_NOT_FOUND && r->hsm_name)
		rc = err_set(e, rc, "hsm-key-unknown",
		    "The operator has given this account no key named %s in "
		    "an HSM.",
		    r->hsm_name);
	if (rc == RC_OK && (root || r->parent_id))
		rc = sign(c, a, r, root ? NULL : &parent, out, e);
	if (rc == RC_OK)
		rc = keep(c, a, out, NULL, e);
out:
	store_ca_clear(&parent);
	return rc;
}

enum rc ca_csr(struct core *c, const struct core_actor *a, const char *id,
    struct buf *der, struct err *e)
{
	struct signer_ca who = {a->scope_id, id};
	struct store_ca ca;
	enum rc rc;

	store_ca_init(&ca);
	rc = ca_find(c, a->scope_id, id, a->now_s, &ca, e);
	if (rc == RC_OK && strcmp(ca.kind, "issuing") != 0)
		rc = err_set(e, RC_CONFLICT, "ca-not-waiting",
		    "Only an issuing authority is signed elsewhere.");
	if (rc == RC_OK)
		rc = signer_ca_csr(c->signer, &who, ca.common_name,
		    ca.org[0] ? ca.org : NULL, der, e);
	store_ca_clear(&ca);
	return rc;
}

static enum rc bad_import(struct err *e, const char *why)
{
	return err_set(e, RC_INVALID, "bad-ca-certificate", "%s", why);
}

/* Verifies from the root down, and keeps the chain as DER after DER. */
static enum rc check_chain(struct store_ca *ca, struct span pem, int64_t now_s,
    struct err *e)
{
	struct buf ders[CA_CHAIN_MAX];
	struct chain *ch = chain_new();
	size_t n = 0, i;
	enum rc rc =
	    ch ? RC_OK : err_set(e, RC_ENV, "no-memory", "Not enough memory.");

	for (i = 0; i < CA_CHAIN_MAX; i++)
		buf_init(&ders[i], CERT_DER_MAX);
	while (rc == RC_OK && n < CA_CHAIN_MAX &&
	    enc_unpem(&ders[n], "CERTIFICATE", &pem))
		n++;
	if (rc == RC_OK && span_trim(pem).n > 0)
		rc = bad_import(e,
		    "The chain is not a list of PEM certificates, or too "
		    "long.");
	for (i = n; rc == RC_OK && i-- > 0;)
		rc = chain_add(ch, buf_span(&ders[i]), i == n - 1, now_s, e);
	if (rc == RC_OK)
		rc = chain_add(ch, buf_span(&ca->der), n == 0, now_s, e);
	buf_reset(&ca->chain);
	for (i = 0; i < n; i++)
		buf_add_span(&ca->chain, buf_span(&ders[i]));
	for (i = 0; i < CA_CHAIN_MAX; i++)
		buf_clear(&ders[i]);
	chain_free(ch);
	return rc;
}

static enum rc take_import(struct store_ca *ca, struct span certificate,
    struct span chain, int64_t now_s, struct err *e)
{
	struct cert cert;
	enum rc rc;

	buf_reset(&ca->der);
	rc = cert_read(&ca->der, certificate, e);
	if (rc == RC_OK)
		rc = cert_parse(&cert, buf_span(&ca->der), e);
	if (rc != RC_OK)
		return rc;
	if (!span_eq(cert.spki, buf_span(&ca->spki)))
		return bad_import(e,
		    "The certificate is for another key than this "
		    "authority's.");
	if (!cert.is_ca || !(cert.key_usage & CERT_KU_KEY_CERT_SIGN) ||
	    !(cert.key_usage & CERT_KU_CRL_SIGN))
		return bad_import(e,
		    "The certificate may not sign certificates and "
		    "revocation lists (RFC 5280 4.2.1.3, 4.2.1.9).");
	ca->not_after = cert.not_after;
	return check_chain(ca, chain, now_s, e);
}

enum rc ca_import(struct core *c, const struct core_actor *a,
    const struct ca_import *r, struct store_ca *out, struct err *e)
{
	struct audit_entry entry = {.action = "ca-import",
	    .scope_id = a->scope_id,
	    .target = r->id};
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = ca_find(c, a->scope_id, r->id, a->now_s, out, e);
	if (rc == RC_OK &&
	    (strcmp(out->kind, "issuing") != 0 || out->parent_id[0] ||
		out->retired_at))
		rc = err_set(e, RC_CONFLICT, "ca-not-waiting",
		    "This authority is not signed elsewhere.");
	if (rc == RC_OK)
		rc = take_import(out, r->certificate, r->chain, a->now_s, e);
	if (rc == RC_OK)
		rc = keep_cert(c, out, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc ca_retire(struct core *c, const struct core_actor *a, const char *id,
    struct err *e)
{
	struct audit_entry entry = {.action = "ca-retire",
	    .scope_id = a->scope_id,
	    .target = id};
	struct tx tx = TX_NONE;
	struct store_ca ca;
	bool used = false;
	enum rc rc;

	store_ca_init(&ca);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = ca_find(c, a->scope_id, id, a->now_s, &ca, e);
	if (rc == RC_OK)
		rc = store_ca_in_use(c->store, id, &used, e);
	if (rc == RC_OK && used)
		rc = err_set(e, RC_CONFLICT, "ca-in-use",
		    "A product's profile or an authority below it needs %s.",
		    ca.name);
	if (rc == RC_OK)
		rc = store_ca_retire(c->store, id, a->now_s, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	store_ca_clear(&ca);
	return tx_end(c, &tx, rc, e);
}

enum rc ca_chain(struct core *c, const struct store_ca *ca, struct buf *ders,
    struct err *e)
{
	char parent[RAND_ID_SIZE];
	struct store_ca above;
	enum rc rc = RC_OK;
	int depth;

	buf_add_span(ders, buf_span(&ca->der));
	buf_add_span(ders, buf_span(&ca->chain));
	memcpy(parent, ca->parent_id, sizeof(parent));
	store_ca_init(&above);
	for (depth = 0; rc == RC_OK && parent[0] && depth < CA_CHAIN_MAX;
	     depth++) {
		rc = ca_find(c, ca->account_id, parent, 0, &above, e);
		buf_add_span(ders, buf_span(&above.der));
		memcpy(parent, above.parent_id, sizeof(parent));
	}
	store_ca_clear(&above);
	if (rc == RC_OK && !buf_ok(ders))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	return rc;
}

enum rc ca_domain_root(struct core *c, const char *account, int64_t now_s,
    struct buf *der, struct err *e)
{
	struct span rest, one = SPAN_NONE;
	struct store_ca ca;
	struct buf ders;
	enum rc rc;

	buf_init(&ders, CA_CHAIN_MAX * CERT_DER_MAX);
	store_ca_init(&ca);
	rc = ca_find_server(c, account, now_s, &ca, e);
	if (rc == RC_OK)
		rc = ca_chain(c, &ca, &ders, e);
	rest = buf_span(&ders);
	while (rc == RC_OK && cert_next(&rest, &one))
		continue;
	if (rc == RC_OK)
		buf_add_span(der, one);
	if (rc == RC_OK && (one.n == 0 || !buf_ok(der)))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	store_ca_clear(&ca);
	buf_clear(&ders);
	return rc;
}
