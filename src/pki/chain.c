/* Trust in certificates, by a set of CAs decoded once.
 * Must not read the network or the clock. */
#include <stdlib.h>

#include "pki/chain.h"

#define NO_PARENT SIZE_MAX

struct ca {
	struct buf der;
	struct cert cert; /* borrows from der */
	struct key_pub *key;
	size_t parent; /* index, or NO_PARENT for an anchor */
};

struct chain {
	struct ca *cas[CHAIN_CA_MAX];
	size_t n;
};

struct chain *chain_new(void)
{
	return calloc(1, sizeof(struct chain));
}

static void ca_free(struct ca *ca)
{
	if (ca == NULL)
		return;
	key_pub_free(ca->key);
	buf_clear(&ca->der);
	free(ca);
}

void chain_free(struct chain *ch)
{
	size_t i;

	if (ch == NULL)
		return;
	for (i = 0; i < ch->n; i++)
		ca_free(ch->cas[i]);
	free(ch);
}

static enum rc refuse(struct err *e, const char *slug, const char *ref,
    const char *text)
{
	enum rc rc = err_set(e, RC_INVALID, slug, "%s", text);

	if (e != NULL)
		e->ref = ref;
	return rc;
}

static enum rc check_time(const struct cert *c, int64_t now_s,
    const char *whose, struct err *e)
{
	const char *ref = "RFC 5280 6.1.3 (a)(2)";
	enum rc rc = RC_OK;

	if (now_s < c->not_before)
		rc = err_set(e, RC_INVALID, "cert-not-yet-valid",
		    "The %s is not valid yet.", whose);
	else if (c->not_after != CERT_NEVER && now_s > c->not_after)
		rc = err_set(e, RC_INVALID, "cert-expired",
		    "The %s has expired.", whose);
	if (rc != RC_OK && e != NULL)
		e->ref = ref;
	return rc;
}

/* The issuer of c at or after index from, or ch->n. */
static size_t find_issuer(const struct chain *ch, const struct cert *c,
    size_t from)
{
	while (from < ch->n && !cert_may_issue(&ch->cas[from]->cert, c))
		from++;
	return from;
}

/* More than one CA can bear a name when keys are rolled over without key
 * identifiers: then the signature decides. */
static enum rc check_signature(const struct chain *ch, const struct cert *c,
    size_t *issuer, struct err *e)
{
	size_t i = find_issuer(ch, c, 0);
	enum rc rc;

	*issuer = i;
	if (i == ch->n)
		return refuse(e, "cert-issuer-unknown", "RFC 5280 6.1.3 (a)(4)",
		    "The certificate was not issued by a CA that is known "
		    "here.");
	if (c->sig == KEY_SIG_UNKNOWN)
		return refuse(e, "signature-algorithm", "RFC 5280 4.1.1.2",
		    "The certificate is signed by an algorithm that is not "
		    "taken; ECDSA and RSA PKCS#1 with SHA-2 are.");
	do {
		rc = key_pub_verify(ch->cas[i]->key, c->sig, c->tbs,
		    c->signature, e);
		*issuer = i;
		i = find_issuer(ch, c, i + 1);
	} while (rc == RC_INVALID && i < ch->n);
	return rc;
}

static enum rc check_issuers(const struct chain *ch, size_t i, int64_t now_s,
    struct err *e)
{
	enum rc rc = RC_OK;

	for (; rc == RC_OK && i != NO_PARENT; i = ch->cas[i]->parent)
		rc = check_time(&ch->cas[i]->cert, now_s, "issuing CA", e);
	return rc;
}

enum rc chain_check(struct chain *ch, const struct cert *leaf, int64_t now_s,
    struct err *e)
{
	enum key_type type;
	size_t issuer;
	enum rc rc;

	rc = check_signature(ch, leaf, &issuer, e);
	if (rc == RC_OK)
		rc = check_time(leaf, now_s, "certificate", e);
	if (rc == RC_OK)
		rc = check_issuers(ch, issuer, now_s, e);
	if (rc != RC_OK)
		return rc;
	if (leaf->is_ca)
		return refuse(e, "cert-is-ca", "RFC 5280 4.2.1.9",
		    "The certificate is a CA's, not a chip's.");
	if (leaf->has_key_usage &&
	    !(leaf->key_usage & CERT_KU_DIGITAL_SIGNATURE))
		return refuse(e, "cert-key-usage", "RFC 5280 4.2.1.3",
		    "The certificate's key usage does not allow signing, so "
		    "the chip could not prove itself.");
	rc = key_check_spki(leaf->spki, &type, e);
	if (rc != RC_OK)
		return rc;
	if (leaf->unknown_critical)
		return refuse(e, "cert-critical", "RFC 5280 6.1.4 (o)",
		    "The certificate has a critical extension that is not "
		    "known here.");
	return RC_OK;
}

static enum rc check_ca(const struct cert *c, int64_t now_s, struct err *e)
{
	if (!c->is_ca)
		return refuse(e, "ca-not-ca", "RFC 5280 4.2.1.9",
		    "The certificate is not a CA's: basicConstraints does not "
		    "say so.");
	if (!(c->key_usage & CERT_KU_KEY_CERT_SIGN))
		return refuse(e, "ca-key-usage", "RFC 5280 4.2.1.3",
		    "The CA certificate's key usage does not allow to sign "
		    "certificates.");
	if (c->subject.n <= 2)
		return refuse(e, "ca-no-name", "RFC 5280 4.1.2.6",
		    "The CA certificate has no subject name.");
	if (c->unknown_critical)
		return refuse(e, "cert-critical", "RFC 5280 6.1.4 (o)",
		    "The CA certificate has a critical extension that is not "
		    "known here.");
	if (c->sig == KEY_SIG_UNKNOWN)
		return refuse(e, "signature-algorithm", "RFC 5280 4.1.1.2",
		    "The CA certificate is signed by an algorithm that is not "
		    "taken; ECDSA and RSA PKCS#1 with SHA-2 are.");
	return check_time(c, now_s, "CA certificate", e);
}

/* RFC 5280 6.1.4 (l) and (m): CAs below each one that limits them. */
static enum rc check_path_len(const struct chain *ch, size_t i, struct err *e)
{
	int below = 1;

	for (; i != NO_PARENT; i = ch->cas[i]->parent, below++)
		if (ch->cas[i]->cert.path_len >= 0 &&
		    ch->cas[i]->cert.path_len < below)
			return refuse(e, "ca-path-length", "RFC 5280 6.1.4",
			    "A CA above this one does not allow so many CAs "
			    "below it.");
	return RC_OK;
}

static enum rc check_parent(const struct chain *ch, struct ca *ca,
    int64_t now_s, struct err *e)
{
	enum rc rc = check_signature(ch, &ca->cert, &ca->parent, e);

	if (rc == RC_OK)
		rc = check_issuers(ch, ca->parent, now_s, e);
	return rc == RC_OK ? check_path_len(ch, ca->parent, e) : rc;
}

/* A root vouches for itself; that proves no trust, but catches a file that
 * was damaged. */
static enum rc check_anchor(const struct ca *ca, struct err *e)
{
	if (!span_eq(ca->cert.issuer, ca->cert.subject))
		return RC_OK;
	return key_pub_verify(ca->key, ca->cert.sig, ca->cert.tbs,
	    ca->cert.signature, e);
}

static bool has(const struct chain *ch, struct span der)
{
	size_t i;

	for (i = 0; i < ch->n; i++)
		if (span_eq(ch->cas[i]->cert.der, der))
			return true;
	return false;
}

enum rc chain_add(struct chain *ch, struct span der, bool anchor, int64_t now_s,
    struct err *e)
{
	struct ca *ca = NULL;
	enum rc rc;

	if (has(ch, der))
		return RC_OK;
	if (ch->n == CHAIN_CA_MAX)
		return err_set(e, RC_TOO_LARGE, "chain-full",
		    "At most %d CA certificates can be trusted at once.",
		    CHAIN_CA_MAX);
	ca = calloc(1, sizeof(*ca));
	if (ca == NULL)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	ca->parent = NO_PARENT;
	buf_init(&ca->der, CERT_DER_MAX);
	buf_add_span(&ca->der, der);
	if (!buf_ok(&ca->der)) {
		rc = err_set(e, RC_TOO_LARGE, "cert-too-large",
		    "The CA certificate is too large.");
		goto out;
	}
	rc = cert_parse(&ca->cert, buf_span(&ca->der), e);
	if (rc == RC_OK)
		rc = check_ca(&ca->cert, now_s, e);
	if (rc == RC_OK)
		rc = key_pub_new(&ca->key, ca->cert.spki, e);
	if (rc == RC_OK)
		rc = anchor ? check_anchor(ca, e)
			    : check_parent(ch, ca, now_s, e);
	if (rc != RC_OK)
		goto out;
	ch->cas[ch->n++] = ca;
	ca = NULL;
out:
	ca_free(ca);
	return rc;
}

struct span chain_issuer(struct chain *ch, const struct cert *leaf)
{
	size_t i = find_issuer(ch, leaf, 0);

	return i < ch->n ? ch->cas[i]->cert.der : SPAN_NONE;
}
