/* Requests of certificate authorities: keys, CA certificates, end entities and
 * revocation lists.  Must not take a worker's word for what the request itself
 * can show. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/metric.h"
#include "pki/csr.h"
#include "pki/issue.h"
#include "pki/issue_end.h"
#include "signer/crl_file.h"
#include "signer/run_ca.h"

#define NAMES_MAX 16
#define NAME_SIZE 257
#define LINE_SIZE 513
#define URL_SIZE 513
#define AHEAD_MAX_S 300		 /* of our clock */
#define BEHIND_MAX_S (7 * 86400) /* a beginning before now */

static enum rc refuse(struct err *e, const char *what)
{
	return err_set(e, RC_INVALID, "signer-refused",
	    "The signer does not sign this: %s.", what);
}

/* Checked text: it fits. */
static char *text_of(struct span s, char *out, size_t cap)
{
	(void)span_copy_str(s, out, cap);
	return out;
}

/* NULL when there is none. */
static const char *url_of(struct span s, char out[URL_SIZE])
{
	return s.n > 0 ? text_of(s, out, URL_SIZE) : NULL;
}

enum rc run_ca_key(struct ca_keys *k, const struct ipc_ca *r, struct buf *out,
    struct err *e)
{
	struct ca_keys_new n = {.account = r->account,
	    .ca = r->ca,
	    .type = r->key_type,
	    .hsm = r->hsm};
	struct key *key;
	enum rc rc = ca_keys_make(k, &n, &key, e);

	if (rc == RC_OK)
		buf_add_span(out, key_spki(key));
	return rc;
}

enum rc run_ca_csr(struct ca_keys *k, const struct ipc_ca *r, struct buf *out,
    struct err *e)
{
	char cn[NAME_SIZE], org[NAME_SIZE];
	struct key *key;
	enum rc rc;

	rc = ca_keys_get(k, r->account, r->ca, &key, e);
	if (rc != RC_OK)
		return rc;
	metric_add(METRIC_SIGNATURES, 1);
	return csr_build(key, text_of(r->common_name, cn, sizeof(cn)),
	    text_of(r->org, org, sizeof(org)), NULL, out, e);
}

static enum rc check_times(const struct ipc_ca *r, int64_t longest_s,
    struct err *e)
{
	int64_t now = clock_now_s();
	int64_t from = (int64_t)r->not_before, to = (int64_t)r->not_after;

	if (to <= from)
		return refuse(e, "the certificate would never be valid");
	if (from > now + AHEAD_MAX_S || from < now - BEHIND_MAX_S)
		return refuse(e,
		    "the certificate begins in the future, or more than a "
		    "week ago");
	if (to > now + longest_s + AHEAD_MAX_S)
		return refuse(e, "the certificate is valid for too long");
	return RC_OK;
}

/* What may stand above the new CA, and how long. */
static enum rc check_issuer(const struct ipc_ca *r, const struct key *k,
    struct issue_ca *p, struct err *e)
{
	bool self = span_eq(r->ca, r->subject);
	struct cert issuer;
	enum rc rc;

	p->path_len = 1;
	if (r->issuer_cert.n == 0)
		return self
		    ? RC_OK
		    : refuse(e, "only a root signs its own certificate");
	if (self)
		return refuse(e, "a root has no issuer");
	rc = cert_parse(&issuer, r->issuer_cert, e);
	if (rc != RC_OK)
		return rc;
	if (!issuer.is_ca || !span_eq(issuer.spki, key_spki(k)))
		return refuse(e, "the issuer's certificate is not its key's");
	if (issuer.path_len == 0)
		return refuse(e, "the issuer may have no CA below it");
	p->path_len = 0;
	if (p->not_after > issuer.not_after)
		p->not_after = issuer.not_after;
	return p->not_before < p->not_after
	    ? RC_OK
	    : refuse(e, "the issuer's certificate has expired");
}

enum rc run_ca_cert(struct ca_keys *k, const struct ipc_ca *r, struct buf *out,
    struct err *e)
{
	char cn[NAME_SIZE], org[NAME_SIZE], crl[URL_SIZE], aia[URL_SIZE];
	struct issue_ca p = {.common_name =
				 text_of(r->common_name, cn, sizeof(cn)),
	    .org = text_of(r->org, org, sizeof(org)),
	    .not_before = (int64_t)r->not_before,
	    .not_after = (int64_t)r->not_after,
	    .crl_url = url_of(r->crl_url, crl),
	    .aia_url = url_of(r->aia_url, aia)};
	struct key *issuer, *subject;
	struct buf spki;
	enum rc rc;

	buf_init(&spki, CERT_DER_MAX);
	rc = check_times(r, RUN_CA_CA_MAX_S, e);
	if (rc == RC_OK)
		rc = ca_keys_get(k, r->account, r->subject, &subject, e);
	if (rc == RC_OK) {
		/* The next key may take its place. */
		buf_add_span(&spki, key_spki(subject));
		rc = ca_keys_get(k, r->account, r->ca, &issuer, e);
	}
	if (rc == RC_OK)
		rc = check_issuer(r, issuer, &p, e);
	if (rc == RC_OK) {
		metric_add(METRIC_SIGNATURES, 1);
		rc = issue_ca(&p, buf_span(&spki), r->issuer_cert, issuer, out,
		    e);
	}
	buf_clear(&spki);
	return rc;
}

/* End entities */

struct end {
	struct issue_end p;
	struct csr csr; /* lends the key */
	struct profile profile;
	struct profile_device device;
	char chip[CERT_ID_MAX + 1], serial[2 * 20 + 1];
	char product[LINE_SIZE], account_name[LINE_SIZE];
	char product_id[RAND_ID_SIZE], account[RAND_ID_SIZE];
	char names[NAMES_MAX][NAME_SIZE];
	const char *names_at[NAMES_MAX + 1];
	char crl[URL_SIZE], aia[URL_SIZE], ocsp[URL_SIZE];
	uint8_t number[ISSUE_END_SERIAL];
};

/* Whoever asks for a certificate has the key of it. */
static enum rc read_csr(struct end *x, const struct ipc_ca *r, struct err *e)
{
	enum rc rc;

	rc = csr_parse(&x->csr, r->csr, e);
	if (rc == RC_OK)
		rc = csr_check(&x->csr, e);
	if (rc == RC_OK)
		x->p.spki = x->csr.spki;
	return rc;
}

static enum rc prepare_device(struct end *x, const struct ipc_ca *r,
    struct err *e)
{
	struct cert birth;
	enum rc rc;

	rc = profile_parse(&x->profile, r->profile, e);
	if (rc == RC_OK)
		rc = check_times(r, x->profile.lifetime_s, e);
	if (rc == RC_OK)
		rc = read_csr(x, r, e);
	if (rc == RC_OK)
		rc = cert_parse(&birth, r->birth, e);
	if (rc != RC_OK)
		return rc;
	if (birth.is_ca)
		return refuse(e, "the birth certificate is a CA's");
	if (r->product_id.n == 0)
		return refuse(e, "the device's product is missing");
	cert_chip_id(&birth, x->chip);
	cert_serial_text(&birth, x->serial);
	x->device = (struct profile_device){.device = x->chip,
	    .serial = x->serial,
	    .product = text_of(r->product, x->product, sizeof(x->product)),
	    .product_id =
		text_of(r->product_id, x->product_id, sizeof(x->product_id)),
	    .account = text_of(r->account_name, x->account_name,
		sizeof(x->account_name)),
	    .account_id = text_of(r->account, x->account, sizeof(x->account))};
	x->p.profile = &x->profile;
	x->p.device = &x->device;
	return RC_OK;
}

/* The first name that fits is the common name too, as some clients show it. */
static enum rc prepare_server(struct end *x, const struct ipc_ca *r,
    struct err *e)
{
	struct span rest = r->names, name;
	size_t n;
	enum rc rc;

	rc = check_times(r, RUN_CA_SERVER_MAX_S, e);
	if (rc == RC_OK)
		rc = read_csr(x, r, e);
	if (rc != RC_OK)
		return rc;
	x->p.common_name = "server";
	for (n = 0; n < NAMES_MAX && rest.n > 0; n++) {
		(void)span_cut(&rest, '\n', &name);
		x->names_at[n] =
		    text_of(name, x->names[n], sizeof(x->names[n]));
	}
	if (n > 0 && strlen(x->names[0]) <= 64)
		x->p.common_name = x->names[0];
	x->p.names = x->names_at;
	return RC_OK;
}

static enum rc prepare_role(struct end *x, const struct key *own,
    const struct ipc_ca *r, struct err *e)
{
	bool ocsp = x->p.kind == ISSUE_END_OCSP;

	/* Who had another key certified could answer for a CA elsewhere. */
	if (r->csr.n > 0 || ocsp != (r->spki.n == 0))
		return refuse(e,
		    "an OCSP responder has the signer's own key, another role "
		    "gives its key and no request");
	x->p.spki = ocsp ? key_spki(own) : r->spki;
	x->p.common_name =
	    ocsp ? "OCSP responder" : "CMP registration authority";
	return check_times(r, RUN_CA_ROLE_MAX_S, e);
}

static enum rc prepare(struct end *x, const struct key *own,
    const struct ipc_ca *r, struct err *e)
{
	x->p = (struct issue_end){.kind = r->kind,
	    .not_before = (int64_t)r->not_before,
	    .not_after = (int64_t)r->not_after,
	    .serial = x->number,
	    .crl_url = url_of(r->crl_url, x->crl),
	    .aia_url = url_of(r->aia_url, x->aia),
	    .ocsp_url = url_of(r->ocsp_url, x->ocsp)};
	rand_bytes(x->number, sizeof(x->number));
	x->number[0] = (uint8_t)(1 + x->number[0] % 0x7f);
	switch (x->p.kind) {
	case ISSUE_END_DEVICE:
		return prepare_device(x, r, e);
	case ISSUE_END_SERVER:
		return prepare_server(x, r, e);
	case ISSUE_END_OCSP:
	case ISSUE_END_RA:
		return prepare_role(x, own, r, e);
	}
	return refuse(e, "there is no such kind of certificate");
}

enum rc run_ca_end(struct ca_keys *k, const struct key *own,
    const struct ipc_ca *r, struct buf *out, struct err *e)
{
	struct end x;
	struct key *key;
	enum rc rc;

	memset(&x, 0, sizeof(x));
	rc = ca_keys_get(k, r->account, r->ca, &key, e);
	if (rc == RC_OK)
		rc = prepare(&x, own, r, e);
	if (rc != RC_OK)
		return rc;
	metric_add(METRIC_SIGNATURES, 1);
	return issue_end(&x.p, r->issuer_cert, key, out, e);
}

static enum rc check_list(const struct ipc_ca *r, const struct key *k,
    struct err *e)
{
	int64_t now = clock_now_s();
	int64_t from = (int64_t)r->not_before, to = (int64_t)r->not_after;
	struct cert issuer;
	enum rc rc;

	rc = cert_parse(&issuer, r->issuer_cert, e);
	if (rc != RC_OK)
		return rc;
	if (!span_eq(issuer.spki, key_spki(k)))
		return refuse(e, "the issuer's certificate is not its key's");
	if (from > now + AHEAD_MAX_S || from < now - BEHIND_MAX_S ||
	    to > now + RUN_CA_LIST_MAX_S)
		return refuse(e,
		    "the list begins in the future, or is valid for too long");
	return RC_OK;
}

/* The list itself stays here: the client builds the same one. */
enum rc run_ca_crl(struct ca_keys *k, const struct ipc_ca *r, int fd,
    struct buf *out, struct err *e)
{
	struct crl_entry *entries = NULL;
	char url[URL_SIZE];
	struct crl c = {.issuer_cert = r->issuer_cert,
	    .number = r->number,
	    .base = r->base,
	    .this_update = (int64_t)r->not_before,
	    .next_update = (int64_t)r->not_after,
	    .n = r->count,
	    .delta_url = url_of(r->crl_url, url)};
	struct key *key;
	struct buf tbs;
	enum rc rc;

	buf_init(&tbs, CRL_MAX);
	rc = ca_keys_get(k, r->account, r->ca, &key, e);
	if (rc == RC_OK)
		rc = check_list(r, key, e);
	if (rc == RC_OK)
		rc = crl_file_read(fd, r->count, &entries, e);
	c.entries = entries;
	if (rc == RC_OK)
		rc = crl_tbs(&c, key_sig(key), &tbs, e);
	if (rc == RC_OK) {
		metric_add(METRIC_SIGNATURES, 1);
		rc = key_sign(key, buf_span(&tbs), out, e);
	}
	free(entries);
	buf_clear(&tbs);
	return rc;
}
