/* Requests in CRMF read by one walk over their DER.
 * Must not grant what a request asks for. */
#include "pki/crmf.h"

#include <string.h>

#include "pki/cert.h"
#include "pki/der.h"

static enum rc broken(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "csr-broken",
	    "The certificate request message is not what is taken here: its "
	    "%s is wrong.",
	    what);

	if (e)
		e->ref = "RFC 4211 3";
	return rc;
}

bool crmf_is(struct span der)
{
	struct span body, first, second;
	uint8_t tag;

	return der_take(&der, DER_SEQUENCE, &body) &&
	    der_next(&body, &tag, &first, NULL) && tag == DER_SEQUENCE &&
	    der_next(&body, &tag, &second, NULL) && tag == DER_CONTEXT(1);
}

/* CertTemplate: implicit tags, but a Name is a CHOICE and so explicit. */
static bool take_template(struct csr *c, struct span t, struct span *spki)
{
	struct span content, whole, name;
	uint8_t tag;
	int last = -1, n;

	while (t.n > 0) {
		if (!der_next(&t, &tag, &content, &whole))
			return false;
		n = tag & 0x1f;
		if (n <= last || n > 9)
			return false;
		last = n;
		if (tag == DER_CONTEXT(5) &&
		    (!der_next(&content, &tag, &name, &c->subject) ||
			tag != DER_SEQUENCE || content.n != 0 ||
			!cert_is_name(name)))
			return false;
		if (tag == DER_CONTEXT(6))
			*spki = whole;
		if (tag == DER_CONTEXT(9))
			c->extensions = content;
	}
	return c->subject.n > 0 && spki->n > 0;
}

static bool take_popo(struct csr *c, struct span popo)
{
	struct span alg;
	uint8_t tag;

	return der_next(&popo, &tag, NULL, &alg) && tag == DER_SEQUENCE &&
	    der_take_bits(&popo, &c->signature) && popo.n == 0 &&
	    (c->sig = key_sig_of(alg)) != KEY_SIG_UNKNOWN;
}

enum rc crmf_parse(struct csr *c, struct span der, struct err *e)
{
	struct span in = der, body, request, id, template, popo;
	struct span spki = SPAN_NONE;
	uint8_t tag;

	memset(c, 0, sizeof(*c));
	c->type = KEY_UNKNOWN;
	c->sig = KEY_SIG_UNKNOWN;
	c->der = der;
	if (der.n > CSR_MAX || !der_take(&in, DER_SEQUENCE, &body) || in.n != 0)
		return broken(e, "outermost SEQUENCE");
	if (!der_next(&body, &tag, &request, &c->info) || tag != DER_SEQUENCE ||
	    !der_take(&request, DER_INTEGER, &id) ||
	    !der_take(&request, DER_SEQUENCE, &template))
		return broken(e, "CertRequest");
	if (!take_template(c, template, &spki))
		return broken(e, "template (it has to name subject and key)");
	if (!der_take(&body, DER_CONTEXT(1), &popo) || !take_popo(c, popo))
		return broken(e, "proof of possession (a signature is needed)");
	/* The key stands there under another tag. */
	if (spki.n > sizeof(c->room))
		return broken(e, "public key");
	memcpy(c->room, spki.p, spki.n);
	c->room[0] = DER_SEQUENCE;
	c->spki = span_of(c->room, spki.n);
	return key_check_spki(c->spki, &c->type, e);
}
