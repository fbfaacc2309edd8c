/* Certificates for the servers of an account's product cloud, by its own
 * authority, so that its devices trust them.
 * Must not see a key. */
#include "core/certificate_server.h"

#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/ca.h"
#include "core/tx.h"
#include "pki/csr.h"

#define BACK_S 3600

/* It may have been retired while the signer worked. */
static enum rc still_issues(struct core *c,
    const struct store_certificate *cert, int64_t now_s, struct err *e)
{
	struct store_ca ca;
	enum rc rc;

	store_ca_init(&ca);
	rc = ca_find(c, cert->account_id, cert->ca_id, 0, &ca, e);
	if (rc == RC_OK)
		rc = ca_may_issue(&ca, now_s, e);
	store_ca_clear(&ca);
	return rc;
}

static enum rc keep(struct core *c, const struct core_actor *a,
    struct store_certificate *cert, const char *name, struct err *e)
{
	struct audit_entry entry = {.action = "certificate-issue",
	    .scope_id = a->scope_id,
	    .target = cert->id,
	    .detail = name};
	struct tx tx = TX_NONE;
	enum rc rc = certificate_describe(cert, e);

	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		return rc;
	rc = still_issues(c, cert, a->now_s, e);
	if (rc == RC_OK)
		rc = store_certificate_add(c->store, cert, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc sign(struct core *c, const struct core_actor *a,
    const struct certificate_server *r, const struct store_ca *ca,
    struct store_certificate *out, struct err *e)
{
	struct signer_end want = {.ca = {a->scope_id, ca->id},
	    .issuer_cert = buf_span(&ca->der),
	    .kind = ISSUE_END_SERVER,
	    .names = r->names,
	    .not_before = a->now_s - BACK_S,
	    .not_after = a->now_s + r->lifetime_s};
	struct ca_urls urls;
	struct csr parsed;
	struct buf csr;
	enum rc rc;

	ca_urls(c, ca->id, &urls);
	want.crl_url = urls.crl[0] ? urls.crl : NULL;
	want.aia_url = urls.aia[0] ? urls.aia : NULL;
	want.ocsp_url = urls.ocsp[0] ? urls.ocsp : NULL;
	buf_init(&csr, CSR_MAX);
	rc = csr_read(&csr, r->csr, e);
	want.csr = buf_span(&csr);
	if (rc == RC_OK)
		rc = csr_parse(&parsed, want.csr, e);
	if (rc == RC_OK)
		rc = csr_check(&parsed, e);
	if (rc == RC_OK)
		rc = signer_end(c->signer, &want, &out->der, e);
	if (rc == RC_INVALID && e && strcmp(e->slug, "signer-refused") == 0)
		e->slug = "bad-name";
	buf_clear(&csr);
	return rc;
}

enum rc certificate_server_issue(struct core *c, const struct core_actor *a,
    const struct certificate_server *r, struct store_certificate *out,
    struct err *e)
{
	struct store_ca ca;
	enum rc rc;

	store_ca_init(&ca);
	rc = ca_find(c, a->scope_id, r->ca, 0, &ca, e);
	if (rc == RC_OK && strcmp(ca.kind, "upstream") == 0)
		rc = err_set(e, RC_INVALID, "bad-ca",
		    "An authority of others issues to its servers itself.");
	if (rc == RC_OK)
		rc = ca_may_issue(&ca, a->now_s, e);
	if (rc == RC_OK)
		rc = sign(c, a, r, &ca, out, e);
	rand_id(out->id, sizeof(out->id), "crt");
	(void)snprintf(out->account_id, sizeof(out->account_id), "%s",
	    a->scope_id);
	(void)snprintf(out->ca_id, sizeof(out->ca_id), "%s", ca.id);
	(void)snprintf(out->kind, sizeof(out->kind), "server");
	(void)snprintf(out->state, sizeof(out->state), "valid");
	out->issued_at = a->now_s;
	if (rc == RC_OK)
		rc = keep(c, a, out, r->names[0], e);
	store_ca_clear(&ca);
	return rc;
}
