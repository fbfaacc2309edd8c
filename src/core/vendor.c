/* Vendors and their registered CAs.
 * Must not judge a manifest. */
#include "core/vendor.h"

#include <stdio.h>
#include <string.h>

#include "core/audit.h"
#include "core/tx.h"

static bool is_slug(struct span s)
{
	size_t i;

	if (s.n < 2 || s.n >= STORE_VENDOR_SLUG_SIZE || s.p[0] == '-' ||
	    s.p[s.n - 1] == '-')
		return false;
	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
			return false;
	return true;
}

static enum rc check_names(const char *name, const char *slug, struct err *e)
{
	if (!is_slug(span_str(slug)))
		return err_set(e, RC_INVALID, "bad-slug",
		    "A slug is 2 to 64 characters of a-z, 0-9 and '-'.");
	if (name[0] == '\0' || strlen(name) >= STORE_VENDOR_NAME_SIZE)
		return err_set(e, RC_INVALID, "bad-name",
		    "A vendor's name is 1 to %d bytes long.",
		    STORE_VENDOR_NAME_SIZE - 1);
	return RC_OK;
}

enum rc vendor_add(struct core *c, const struct core_actor *a, const char *name,
    const char *slug, struct store_vendor *out, struct err *e)
{
	struct audit_entry entry = {.action = "vendor-add", .detail = slug};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = check_names(name, slug, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc != RC_OK)
		goto out;
	memset(out, 0, sizeof(*out));
	rand_id(out->id, sizeof(out->id), "ven");
	(void)snprintf(out->name, sizeof(out->name), "%s", name);
	(void)snprintf(out->slug, sizeof(out->slug), "%s", slug);
	out->created_at = a->now_s;
	rc = store_vendor_add(c->store, out, e);
	if (rc == RC_CONFLICT)
		rc = err_set(e, RC_CONFLICT, "vendor-exists",
		    "There is a vendor with the slug %s already.", slug);
	entry.scope_id = entry.target = out->id;
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
out:
	return tx_end(c, &tx, rc, e);
}

enum rc vendor_find(struct core *c, const char *id, struct store_vendor *out,
    struct err *e)
{
	enum rc rc = store_vendor_find(c->store, id, out, e);

	if (rc == RC_NOT_FOUND)
		return err_set(e, rc, "not-found", "There is no such vendor.");
	return rc;
}

static enum rc ca_fill(struct store_vendor_ca *ca, const struct cert *cert,
    const struct core_actor *a, struct err *e)
{
	struct chain *chain = chain_new();
	struct buf name;
	enum rc rc;

	buf_init(&name, 4096);
	rc = chain ? chain_add(chain, cert->der, true, a->now_s, e)
		   : err_set(e, RC_ENV, "memory", "Out of memory.");
	cert_fingerprint(cert->der, ca->fp);
	cert_name_text(cert->subject, &name);
	(void)snprintf(ca->subject, sizeof(ca->subject), "%s",
	    buf_cstr(&name) ? buf_cstr(&name) : "");
	ca->not_after = cert->not_after;
	ca->added_at = a->now_s;
	ca->retired_at = 0;
	buf_clear(&name);
	chain_free(chain);
	return rc;
}

static enum rc ca_store(struct core *c, struct store_vendor_ca *ca,
    struct span der, struct err *e)
{
	struct store_vendor_ca there, all[VENDOR_CA_MAX];
	size_t n = 0;
	enum rc rc;

	rc = store_vendor_ca_list(c->store, ca->vendor_id, all, VENDOR_CA_MAX,
	    &n, e);
	if (rc == RC_OK && n == VENDOR_CA_MAX)
		return err_set(e, RC_CONFLICT, "too-many-cas",
		    "A vendor has at most %d CAs; retire one first.",
		    VENDOR_CA_MAX);
	if (rc == RC_OK)
		rc = store_vendor_ca_find(c->store, ca->fp, &there, e);
	if (rc == RC_NOT_FOUND)
		return store_vendor_ca_add(c->store, ca, der, e);
	if (rc == RC_OK && there.retired_at != 0 &&
	    strcmp(there.vendor_id, ca->vendor_id) == 0)
		return store_vendor_ca_revive(c->store, ca->vendor_id, ca->fp,
		    ca->added_at, e);
	if (rc == RC_OK)
		rc = err_set(e, RC_CONFLICT, "ca-registered",
		    "This CA is registered already; a CA belongs to one "
		    "vendor only.");
	return rc;
}

enum rc vendor_ca_add(struct core *c, const struct core_actor *a,
    struct span certificate, struct store_vendor_ca *ca, struct err *e)
{
	struct audit_entry entry = {.action = "vendor-ca-add",
	    .scope_id = ca->vendor_id,
	    .target = ca->vendor_id};
	struct store_vendor vendor;
	struct tx tx = TX_NONE;
	struct cert cert;
	struct buf der;
	enum rc rc;

	buf_init(&der, CERT_DER_MAX);
	rc = cert_read(&der, certificate, e);
	if (rc == RC_OK)
		rc = cert_parse(&cert, buf_span(&der), e);
	if (rc == RC_OK)
		rc = ca_fill(ca, &cert, a, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = vendor_find(c, ca->vendor_id, &vendor, e);
	if (rc == RC_OK)
		rc = ca_store(c, ca, buf_span(&der), e);
	entry.detail = ca->subject;
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	buf_clear(&der);
	return rc;
}

enum rc vendor_ca_retire(struct core *c, const struct core_actor *a,
    const char *vendor_id, const uint8_t fp[32], struct err *e)
{
	struct audit_entry entry = {.action = "vendor-ca-retire",
	    .scope_id = vendor_id,
	    .target = vendor_id};
	struct store_vendor_ca ca = {0};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_vendor_ca_find(c->store, fp, &ca, e);
	if (rc == RC_OK)
		rc = store_vendor_ca_retire(c->store, vendor_id, fp, a->now_s,
		    e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, rc, "not-found",
		    "The vendor has no such CA in use.");
	entry.detail = ca.subject;
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc vendor_cas_load(struct core *c, const char *vendor_id, int64_t now_s,
    struct vendor_cas *out, struct err *e)
{
	struct store_vendor_ca all[VENDOR_CA_MAX];
	size_t ends[VENDOR_CA_MAX] = {0}, i, n = 0, at = 0;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	buf_init(&out->der, (size_t)VENDOR_CA_MAX * CERT_DER_MAX);
	rc = store_vendor_ca_list(c->store, vendor_id, all, VENDOR_CA_MAX, &n,
	    e);
	for (i = 0; i < n && rc == RC_OK; i++) {
		if (all[i].not_after <= now_s)
			continue;
		rc = store_vendor_ca_der(c->store, all[i].fp, &out->der, e);
		ends[out->n++] = out->der.n;
	}
	if (rc != RC_OK)
		return rc;
	for (i = 0; i < out->n; at = ends[i++])
		out->list[i] = span_of(out->der.p + at, ends[i] - at);
	if (out->n == 0)
		return err_set(e, RC_INVALID, "vendor-without-ca",
		    "The vendor has no CA in force; register one first.");
	return RC_OK;
}

void vendor_cas_clear(struct vendor_cas *v)
{
	buf_clear(&v->der);
	v->n = 0;
}

enum rc vendor_cas_chain(const struct vendor_cas *v, int64_t now_s,
    struct chain **out, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	*out = chain_new();
	if (!*out)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	for (i = 0; i < v->n && rc == RC_OK; i++)
		rc = chain_add(*out, v->list[i], true, now_s, e);
	if (rc != RC_OK) {
		chain_free(*out);
		*out = NULL;
	}
	return rc;
}

enum rc vendor_list(struct core *c, const char *after, struct store_vendor *out,
    size_t cap, size_t *n, struct err *e)
{
	return store_vendor_list(c->store, after, out, cap, n, e);
}

enum rc vendor_ca_list(struct core *c, const char *vendor_id,
    struct store_vendor_ca out[VENDOR_CA_MAX], size_t *n, struct err *e)
{
	return store_vendor_ca_list(c->store, vendor_id, out, VENDOR_CA_MAX, n,
	    e);
}
