/* End-entity certificates: a table of kinds, and what each adds.
 * Must not write a basicConstraints that makes a CA, nor read the clock. */
#include <arpa/inet.h>

#include "pki/der.h"
#include "pki/issue_end.h"
#include "pki/issue_ext.h"
#include "pki/issue_tbs.h"
#include "pki/profile_name.h"

#define KU_KEY_ENCIPHERMENT 0x0004
#define NAMES_MAX 16

static const struct {
	const char *eku; /* NULL: the profile's */
	bool nocheck;
} kinds[] = {
    [ISSUE_END_DEVICE] = {NULL, false},
    [ISSUE_END_SERVER] = {"1.3.6.1.5.5.7.3.1", false},
    [ISSUE_END_OCSP] = {"1.3.6.1.5.5.7.3.9", true},
    [ISSUE_END_RA] = {"1.3.6.1.5.5.7.3.28", false},
};

static bool is_address(const char *name)
{
	uint8_t addr[16];

	return inet_pton(AF_INET, name, addr) == 1 ||
	    inet_pton(AF_INET6, name, addr) == 1;
}

static enum rc check_names(const char *const *names, struct err *e)
{
	size_t n;

	for (n = 0; names != NULL && names[n] != NULL; n++)
		if (n == NAMES_MAX ||
		    (!is_address(names[n]) &&
			!profile_name_is_dns(span_str(names[n]), true)))
			return err_set(e, RC_INVALID, "server-name",
			    "A server's certificate is for DNS names and IP "
			    "addresses, at most %d.",
			    NAMES_MAX);
	return n > 0 ? RC_OK
		     : err_set(e, RC_INVALID, "server-name",
			   "A server's certificate needs a name.");
}

static enum rc put_subject(const struct issue_end *p, struct buf *name,
    struct err *e)
{
	if (p->kind == ISSUE_END_DEVICE)
		return profile_name_subject(p->profile->subject, p->device,
		    name, e);
	if (p->common_name == NULL || p->common_name[0] == '\0' ||
	    !profile_name_is_text(span_str(p->common_name)) ||
	    !profile_name_is_text(span_str(p->org)))
		return err_set(e, RC_INVALID, "cert-subject",
		    "The certificate's subject is empty, or not in UTF-8.");
	issue_ext_name(name, p->org, p->common_name, NULL);
	return RC_OK;
}

static void put_eku(const struct issue_end *p, struct buf *ext)
{
	const char *eku[PROFILE_OIDS_MAX + 1] = {kinds[p->kind].eku, NULL};
	size_t i;

	if (p->kind == ISSUE_END_DEVICE) {
		for (i = 0; i < p->profile->eku_n; i++)
			eku[i] = p->profile->eku[i];
		eku[i] = NULL;
	}
	issue_ext_eku(ext, eku);
}

static enum rc put_names(const struct issue_end *p, struct buf *ext,
    struct err *e)
{
	struct buf names;
	enum rc rc = RC_OK;
	size_t i;

	if (p->kind == ISSUE_END_SERVER) {
		rc = check_names(p->names, e);
		issue_ext_names(ext, p->names);
	}
	if (p->kind != ISSUE_END_DEVICE)
		return rc;
	buf_init(&names, ISSUE_EXT_MAX);
	for (i = 0; i < p->profile->san_n && rc == RC_OK; i++)
		rc = profile_name_san(p->profile->san[i], p->device, &names, e);
	if (!buf_ok(&names))
		ext->bad = true;
	issue_ext_san(ext, buf_span(&names));
	buf_clear(&names);
	return rc;
}

static void put_policies(const struct issue_end *p, struct buf *ext)
{
	const char *oids[PROFILE_OIDS_MAX + 1];
	size_t i;

	if (p->kind != ISSUE_END_DEVICE)
		return;
	for (i = 0; i < p->profile->policies_n; i++)
		oids[i] = p->profile->policies[i];
	oids[i] = NULL;
	issue_ext_policies(ext, oids);
}

static enum rc put_extensions(const struct issue_end *p, enum key_type type,
    struct span aki, struct buf *ext, struct err *e)
{
	bool ec = type == KEY_P256 || type == KEY_P384;
	bool tls = p->kind == ISSUE_END_DEVICE || p->kind == ISSUE_END_SERVER;
	enum rc rc;

	issue_ext_key_usage(ext,
	    CERT_KU_DIGITAL_SIGNATURE | (tls && !ec ? KU_KEY_ENCIPHERMENT : 0));
	put_eku(p, ext);
	issue_ext_ski(ext, p->spki);
	if (aki.n > 0)
		issue_ext_aki(ext, aki);
	rc = put_names(p, ext, e);
	put_policies(p, ext);
	issue_ext_crl_url(ext, p->crl_url);
	issue_ext_access(ext, p->aia_url, p->ocsp_url);
	if (kinds[p->kind].nocheck)
		issue_ext_nocheck(ext);
	return rc;
}

/* Its own checks, again and beside the caller's: what leaves here counts. */
static enum rc check(const struct issue_end *p, enum key_type *type,
    struct err *e)
{
	enum rc rc = key_check_spki(p->spki, type, e);

	if (rc != RC_OK)
		return rc;
	if (p->kind == ISSUE_END_DEVICE &&
	    !(p->profile->key_types >> *type & 1))
		return err_set(e, RC_INVALID, "key-type",
		    "The profile takes no keys of the type %s.",
		    key_type_name(*type));
	if (p->serial[0] == 0 || p->serial[0] > 0x7f)
		return err_set(e, RC_INVALID, "cert-serial",
		    "A serial number starts with a byte from 0x01 to 0x7f.");
	return RC_OK;
}

static enum rc cut_validity(struct issue_tbs *t, const struct cert *issuer,
    struct err *e)
{
	if (t->not_before < issuer->not_before)
		t->not_before = issuer->not_before;
	if (t->not_after > issuer->not_after)
		t->not_after = issuer->not_after;
	return t->not_before < t->not_after
	    ? RC_OK
	    : err_set(e, RC_INVALID, "cert-validity",
		  "The certificate would never be valid: it ends before it "
		  "begins, or the CA's certificate has expired.");
}

enum rc issue_end(const struct issue_end *p, struct span issuer_cert,
    struct key *issuer_key, struct buf *out, struct err *e)
{
	struct issue_tbs t = {.serial = span_of(p->serial, ISSUE_END_SERIAL),
	    .not_before = p->not_before,
	    .not_after = p->not_after,
	    .spki = p->spki};
	struct buf name, ext, tbs, sig;
	enum key_type type = KEY_UNKNOWN;
	struct cert issuer;
	enum rc rc;

	buf_init(&name, ISSUE_EXT_MAX);
	buf_init(&ext, ISSUE_EXT_MAX);
	buf_init(&tbs, CERT_DER_MAX);
	buf_init(&sig, ISSUE_TBS_SIG_MAX);
	rc = check(p, &type, e);
	if (rc == RC_OK)
		rc = issue_tbs_issuer(issuer_cert, issuer_key, &issuer, e);
	if (rc == RC_OK)
		rc = cut_validity(&t, &issuer, e);
	if (rc == RC_OK)
		rc = put_subject(p, &name, e);
	if (rc == RC_OK)
		rc = put_extensions(p, type, issuer.ski, &ext, e);
	if (rc == RC_OK) {
		t.issuer = issuer.subject;
		t.subject = buf_span(&name);
		t.sig_alg = key_sig_alg(key_sig(issuer_key));
		t.extensions = &ext;
		issue_tbs_put(&tbs, &t);
		rc = buf_ok(&name) && buf_ok(&tbs)
		    ? issue_tbs_sign(out, buf_span(&tbs), issuer_key, &sig, e)
		    : issue_tbs_fault(e);
	}
	buf_clear(&name);
	buf_clear(&ext);
	buf_clear(&tbs);
	buf_clear(&sig);
	return rc;
}
