/* How to reach a CA of others: judged, and what is secret sealed.
 * Must not call it. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/cloud_address.h"
#include "core/upstream_spec.h"
#include "pki/chain.h"
#include "pki/seal.h"

#define SECRET_MAX (16 * 1024)
#define CAS_MAX 8

static enum rc bad(struct err *e, const char *what)
{
	return err_set(e, RC_INVALID, "bad-upstream", "%s", what);
}

static bool has(const char *s)
{
	return s && s[0];
}

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static enum rc take_protocol(const struct upstream_spec *s,
    struct store_upstream *out, struct err *e)
{
	bool est = has(s->protocol) && strcmp(s->protocol, "est") == 0;
	bool cmp = has(s->protocol) && strcmp(s->protocol, "cmp") == 0;
	bool by_name = has(s->username) && has(s->password);
	bool by_cert = has(s->certificate) && has(s->key);

	if (!est && !cmp)
		return bad(e,
		    "The field \"protocol\" has to be \"est\" or \"cmp\".");
	if (cmp && (!by_name || has(s->certificate) || has(s->key)))
		return bad(e,
		    "CMP needs \"reference\" and \"secret\", and nothing "
		    "else, to be known by.");
	if (est && by_name == by_cert)
		return bad(e,
		    "EST needs either \"username\" and \"password\" or "
		    "\"certificate\" and \"key\".");
	(void)snprintf(out->protocol, sizeof(out->protocol), "%s", s->protocol);
	if (!by_name)
		return RC_OK;
	if (!is_printable(s->username) || !is_printable(s->password) ||
	    (est && strchr(s->username, ':')) ||
	    !span_copy_str(span_str(s->username), out->username,
		sizeof(out->username)))
		return bad(e,
		    "The user name (at most 128 bytes, for EST without a "
		    "colon) and the password must not hold control "
		    "characters.");
	return RC_OK;
}

/* Without a path the well-known one is meant. */
static enum rc take_url(const struct upstream_spec *s,
    struct store_upstream *out, struct err *e)
{
	static const char http[] = "http://", https[] = "https://";
	bool est = strcmp(out->protocol, "est") == 0;
	bool plain =
	    has(s->url) && span_starts(span_str(s->url), SPAN_LIT(http));
	const char *rest = plain ? s->url + sizeof(http) - 1
	    : has(s->url) && span_starts(span_str(s->url), SPAN_LIT(https))
	    ? s->url + sizeof(https) - 1
	    : NULL;
	char judged[STORE_UPSTREAM_URL_SIZE + sizeof(https)];
	size_t end;
	int n;
	enum rc rc;

	if (!rest || (est && plain) || strlen(s->url) >= sizeof(out->url))
		return bad(e,
		    "The address of the authority has to begin with "
		    "https:// and have at most 512 bytes.");
	(void)snprintf(judged, sizeof(judged), "%s%s", https, rest);
	rc = cloud_address_check(judged, out->url, sizeof(out->url), e);
	if (rc != RC_OK)
		return rc;
	end = strlen(rest);
	while (est && rest[end - 1] == '/')
		end--;
	n = snprintf(out->url, sizeof(out->url), "%s%.*s%s",
	    plain ? http : https, (int)end, rest,
	    memchr(rest, '/', end) ? ""
		: est		   ? "/.well-known/est"
				   : "/.well-known/cmp");
	return n > 0 && (size_t)n < sizeof(out->url)
	    ? RC_OK
	    : bad(e, "The address of the authority is too long.");
}

/* Certificates only, so that a key pasted by mistake is never stored: DER
 * after DER, appended. */
static enum rc read_certs(const char *pem, struct buf *ders, struct err *e)
{
	struct span rest = span_str(pem);
	struct cert cert;
	struct buf der;
	size_t n = 0;
	enum rc rc = RC_OK;

	buf_init(&der, CERT_DER_MAX);
	while (rc == RC_OK && n < CAS_MAX &&
	    enc_unpem(&der, "CERTIFICATE", &rest)) {
		rc = cert_parse(&cert, buf_span(&der), e);
		buf_add_span(ders, buf_span(&der));
		buf_reset(&der);
		n++;
	}
	buf_clear(&der);
	if (rc == RC_OK &&
	    (n == 0 || span_trim(rest).n > 0 || !buf_ok(ders) ||
		strstr(pem, "PRIVATE KEY")))
		rc = bad(e,
		    "The fields \"ca_certificates\" and "
		    "\"tls_ca_certificates\" have to hold 1 to 8 certificates "
		    "in PEM form and nothing else.");
	return rc;
}

static void name_of(const struct cert *c, const char *oid, char *out,
    size_t cap)
{
	struct span v = cert_subject_attr(c, oid);

	if (v.n >= cap)
		v.n = cap - 1;
	(void)span_copy_str(v, out, cap);
}

/* The issuing CA comes first. */
static enum rc take_cas(const struct upstream_spec *s, int64_t now_s,
    struct store_ca *ca, struct err *e)
{
	struct span ders, pem = span_str(s->ca_certificates);
	struct chain *ch = chain_new();
	enum key_type type = KEY_UNKNOWN;
	struct cert c;
	struct buf all;
	enum rc rc;

	buf_init(&all, CAS_MAX * CERT_DER_MAX);
	buf_reset(&ca->der);
	rc = ch ? read_certs(s->ca_certificates, &all, e)
		: err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK && !enc_unpem(&ca->der, "CERTIFICATE", &pem))
		rc = bad(e, "There is no certificate of the authority.");
	if (rc == RC_OK)
		rc = cert_parse(&c, buf_span(&ca->der), e);
	if (rc == RC_OK)
		rc = chain_add(ch, c.der, true, now_s, e);
	if (rc == RC_OK)
		rc = key_check_spki(c.spki, &type, e);
	if (rc == RC_OK) {
		ders = span_sub(buf_span(&all), ca->der.n, all.n);
		buf_reset(&ca->chain);
		buf_add_span(&ca->chain, ders);
		buf_reset(&ca->spki);
		buf_add_span(&ca->spki, c.spki);
		(void)snprintf(ca->key_type, sizeof(ca->key_type), "%s",
		    key_type_name(type));
		ca->not_after = c.not_after;
		name_of(&c, "2.5.4.3", ca->common_name,
		    sizeof(ca->common_name));
		name_of(&c, "2.5.4.10", ca->org, sizeof(ca->org));
	}
	chain_free(ch);
	buf_clear(&all);
	return rc;
}

static enum rc take_tls(const struct upstream_spec *s,
    struct store_upstream *out, struct err *e)
{
	struct buf ders;
	enum rc rc;

	buf_reset(&out->tls_ca);
	if (!has(s->tls_ca_certificates))
		return RC_OK;
	buf_init(&ders, CAS_MAX * CERT_DER_MAX);
	rc = read_certs(s->tls_ca_certificates, &ders, e);
	buf_clear(&ders);
	buf_add_str(&out->tls_ca, s->tls_ca_certificates);
	if (rc == RC_OK && !buf_ok(&out->tls_ca))
		rc = bad(e, "The certificates of the authority are too long.");
	return rc;
}

static enum rc seal_secret(struct core *c, const struct upstream_spec *s,
    struct store_upstream *out, struct err *e)
{
	struct buf secret;
	enum rc rc;

	if (c->seal_spki.n == 0)
		return err_set(e, RC_ENV, "seal-key-missing",
		    "The courier's public key is missing, so credentials "
		    "cannot be stored; start the service again.");
	buf_init(&secret, SECRET_MAX);
	if (has(s->username)) {
		if (strcmp(out->protocol, "est") == 0)
			buf_addf(&secret, "%s:", s->username);
		buf_add_str(&secret, s->password);
	} else {
		buf_addf(&secret, "%s\n%s", s->certificate, s->key);
	}
	buf_reset(&out->sealed);
	rc = buf_ok(&secret) ? seal_close(c->seal_spki, span_str(out->ca_id),
				   buf_span(&secret), &out->sealed, e)
			     : bad(e, "The credentials are too long.");
	buf_clear_secret(&secret);
	return rc;
}

/* The key has to be the certificate's, or each request would be in vain. */
static enum rc check_pair(const struct upstream_spec *s, struct err *e)
{
	struct key *k = NULL;
	struct cert cert;
	struct buf der;
	enum rc rc;

	if (!has(s->certificate))
		return RC_OK;
	buf_init(&der, CERT_DER_MAX);
	rc = cert_read(&der, span_str(s->certificate), e);
	if (rc == RC_OK)
		rc = cert_parse(&cert, buf_span(&der), e);
	if (rc == RC_OK)
		rc = key_from_pem(&k, span_str(s->key), e);
	if (rc == RC_OK && !span_eq(key_spki(k), cert.spki))
		rc = bad(e, "The key is not the certificate's.");
	key_free(k);
	buf_clear(&der);
	return rc;
}

enum rc upstream_spec_take(struct core *c, const struct upstream_spec *spec,
    int64_t now_s, struct store_ca *ca, struct store_upstream *out,
    struct err *e)
{
	enum rc rc;

	memcpy(out->ca_id, ca->id, sizeof(out->ca_id));
	rc = take_protocol(spec, out, e);
	if (rc == RC_OK)
		rc = take_url(spec, out, e);
	if (rc == RC_OK && !has(spec->ca_certificates))
		rc = bad(e, "The field \"ca_certificates\" is missing.");
	if (rc == RC_OK)
		rc = take_cas(spec, now_s, ca, e);
	if (rc == RC_OK)
		rc = take_tls(spec, out, e);
	if (rc == RC_OK)
		rc = check_pair(spec, e);
	return rc == RC_OK ? seal_secret(c, spec, out, e) : rc;
}
