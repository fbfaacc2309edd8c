/* CMP messages read by one walk over their DER, and their protection checked.
 * Must not take a certificate from anywhere but its first place. */
#include "pki/cmp_message.h"

#include <string.h>

#include "pki/der.h"

static enum rc broken(struct err *e, const char *what)
{
	enum rc rc = err_set(e, RC_INVALID, "cmp-broken",
	    "The CMP message is not well-formed: its %s is wrong.", what);

	if (e)
		e->ref = "RFC 4210 5.1";
	return rc;
}

static enum rc unprotected(struct err *e)
{
	enum rc rc = err_set(e, RC_DENIED, "cmp-protection",
	    "Sign the CMP message with the device's key, and put its "
	    "certificate first among the extra ones.");

	if (e)
		e->ref = "RFC 9483 3.2";
	return rc;
}

/* [n] EXPLICIT of one element. */
static bool take_explicit(struct span content, uint8_t tag, struct span *in,
    struct span *whole)
{
	uint8_t t;

	return der_next(&content, &t, in, whole) && t == tag && content.n == 0;
}

static bool parse_header(struct cmp_message *m, struct span header)
{
	struct span content, whole;
	int last = -1, n;
	uint8_t tag;

	/* pvno, sender, recipient */
	if (!der_take(&header, DER_INTEGER, &content) ||
	    !der_next(&header, &tag, &content, &m->sender) ||
	    !der_next(&header, &tag, &content, NULL))
		return false;
	while (header.n > 0) {
		if (!der_next(&header, &tag, &content, &whole))
			return false;
		n = tag & 0x1f;
		if ((tag & 0xe0) != 0xa0 || n <= last || n > 8)
			return false;
		last = n;
		if (n == 0 &&
		    (!der_take_time(&content, &m->time_s) || content.n != 0))
			return false;
		if (n == 1 &&
		    !take_explicit(content, DER_SEQUENCE, &whole, &m->sig_alg))
			return false;
		if (n == 4 &&
		    !take_explicit(content, DER_OCTET_STRING, &m->transaction,
			NULL))
			return false;
		if (n == 5 &&
		    !take_explicit(content, DER_OCTET_STRING, &m->nonce, NULL))
			return false;
	}
	return m->transaction.n > 0 && m->transaction.n <= 64;
}

static bool take_one(struct span list, struct span *whole)
{
	uint8_t tag;

	return der_next(&list, &tag, NULL, whole) && tag == DER_SEQUENCE &&
	    list.n == 0;
}

static bool parse_confirm(struct cmp_message *m, struct span list)
{
	struct span status, whole, id, info, value;
	bool has_info;

	if (!take_one(list, &whole) ||
	    !der_take(&whole, DER_SEQUENCE, &status) ||
	    !der_take(&status, DER_OCTET_STRING, &m->cert_hash) ||
	    !der_take(&status, DER_INTEGER, &id) ||
	    !der_take_optional(&status, DER_SEQUENCE, &info, &has_info))
		return false;
	/* accepted (0), grantedWithMods (1); absent is accepted */
	m->accepted = !has_info ||
	    (der_take(&info, DER_INTEGER, &value) && value.n == 1 &&
		value.p[0] <= 1);
	return true;
}

static bool parse_poll(struct cmp_message *m, struct span list)
{
	struct span one;

	return der_take(&list, DER_SEQUENCE, &one) && list.n == 0 &&
	    der_take(&one, DER_INTEGER, &m->poll_id) && one.n == 0 &&
	    m->poll_id.n > 0 && m->poll_id.n <= 8;
}

static enum rc parse_body(struct cmp_message *m, uint8_t tag,
    struct span content, struct err *e)
{
	struct span list;

	if ((tag & 0xe0) != 0xa0)
		return broken(e, "body");
	m->kind = (enum cmp_message_kind)(tag & 0x1f);
	switch (m->kind) {
	case CMP_MESSAGE_P10CR:
		return take_one(content, &m->request) ? RC_OK
						      : broken(e, "request");
	case CMP_MESSAGE_IR:
	case CMP_MESSAGE_CR:
	case CMP_MESSAGE_KUR:
		return take_explicit(content, DER_SEQUENCE, &list, NULL) &&
			take_one(list, &m->request)
		    ? RC_OK
		    : broken(e, "list of requests (one is taken)");
	case CMP_MESSAGE_CERTCONF:
		return take_explicit(content, DER_SEQUENCE, &list, NULL) &&
			parse_confirm(m, list)
		    ? RC_OK
		    : broken(e, "confirmation");
	case CMP_MESSAGE_POLLREQ:
		return take_explicit(content, DER_SEQUENCE, &list, NULL) &&
			parse_poll(m, list)
		    ? RC_OK
		    : broken(e, "list of requests (one is polled)");
	case CMP_MESSAGE_RR:
	case CMP_MESSAGE_GENM:
		return RC_OK;
	}
	return err_set(e, RC_INVALID, "cmp-kind",
	    "This kind of CMP message is not taken here.");
}

static bool parse_extras(struct cmp_message *m, struct span content)
{
	struct span list;
	uint8_t tag;

	return take_explicit(content, DER_SEQUENCE, &list, NULL) &&
	    der_next(&list, &tag, NULL, &m->signer) && tag == DER_SEQUENCE;
}

enum rc cmp_message_parse(struct cmp_message *m, struct span der, struct err *e)
{
	struct span in = der, all, header, body, content;
	bool has_bits, has_extras;
	uint8_t tag;
	enum rc rc;

	memset(m, 0, sizeof(*m));
	m->der = der;
	if (der.n > CMP_MESSAGE_MAX || !der_take(&in, DER_SEQUENCE, &all) ||
	    in.n != 0)
		return broken(e, "outermost SEQUENCE");
	if (!der_next(&all, &tag, &header, &m->header) || tag != DER_SEQUENCE ||
	    !parse_header(m, header))
		return broken(e, "header");
	if (!der_next(&all, &tag, &body, &m->body))
		return broken(e, "body");
	rc = parse_body(m, tag, body, e);
	if (rc != RC_OK)
		return rc;
	if (!der_take_optional(&all, DER_CONTEXT(0), &content, &has_bits) ||
	    (has_bits &&
		(!der_take_bits(&content, &m->signature) || content.n != 0)))
		return broken(e, "protection");
	if (!der_take_optional(&all, DER_CONTEXT(1), &content, &has_extras) ||
	    (has_extras && !parse_extras(m, content)) || all.n != 0)
		return broken(e, "list of certificates");
	if (!has_bits || !has_extras || m->sig_alg.n == 0 ||
	    key_sig_of(m->sig_alg) == KEY_SIG_UNKNOWN)
		return unprotected(e);
	return RC_OK;
}

enum rc cmp_message_check(const struct cmp_message *m, struct err *e)
{
	struct key_pub *k = NULL;
	struct buf part;
	struct cert cert;
	enum rc rc = cert_parse(&cert, m->signer, e);

	if (rc != RC_OK)
		return rc;
	buf_init(&part, CMP_MESSAGE_MAX + 16);
	/* ProtectedPart (RFC 4210 5.1.3) */
	der_put_header(&part, DER_SEQUENCE, m->header.n + m->body.n);
	buf_add_span(&part, m->header);
	buf_add_span(&part, m->body);
	if (!buf_ok(&part))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK)
		rc = key_pub_new(&k, cert.spki, e);
	if (rc == RC_OK)
		rc = key_pub_verify(k, key_sig_of(m->sig_alg), buf_span(&part),
		    m->signature, e);
	key_pub_free(k);
	buf_clear(&part);
	return rc == RC_INVALID ? unprotected(e) : rc;
}
