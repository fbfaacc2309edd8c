/* Header, body and protection, put together.
 * Must not answer what was not checked. */
#include "pki/cmp_reply.h"

#include "base/rand.h"
#include "pki/der.h"

#define PART_MAX (16 * 1024)
#define PVNO_CMP2000 2
#define NONCE 16
#define BODY_PKICONF 19
#define BODY_POLLREP 26

static void put_explicit(struct buf *out, uint8_t n, uint8_t tag,
    struct span content)
{
	struct buf b;

	buf_init(&b, PART_MAX);
	der_put(&b, tag, content);
	der_put(out, DER_CONTEXT(n), buf_span(&b));
	if (!buf_ok(&b))
		out->bad = true;
	buf_clear(&b);
}

/* PKIHeader (RFC 4210 5.1.1); directoryName is [4] EXPLICIT. */
static void put_header(struct buf *out, const struct cmp_message *m,
    struct key *k, const struct cert *cert)
{
	const uint8_t version = PVNO_CMP2000;
	uint8_t nonce[NONCE];
	struct buf h;

	rand_bytes(nonce, sizeof(nonce));
	buf_init(&h, PART_MAX);
	der_put_uint(&h, span_of(&version, 1));
	der_put(&h, DER_CONTEXT(4), cert->subject);
	buf_add_span(&h, m->sender);
	der_put(&h, DER_CONTEXT(1), key_sig_alg(key_sig(k)));
	if (cert->ski.n > 0)
		put_explicit(&h, 2, DER_OCTET_STRING, cert->ski);
	put_explicit(&h, 4, DER_OCTET_STRING, m->transaction);
	put_explicit(&h, 5, DER_OCTET_STRING, span_of(nonce, sizeof(nonce)));
	if (m->nonce.n > 0)
		put_explicit(&h, 6, DER_OCTET_STRING, m->nonce);
	der_put(out, DER_SEQUENCE, buf_span(&h));
	if (!buf_ok(&h))
		out->bad = true;
	buf_clear(&h);
}

/* body: the PKIBody, whole. */
static enum rc reply(const struct cmp_reply *r, struct span body,
    struct buf *out, struct err *e)
{
	struct buf part, all, sig, signed_;
	struct cert c;
	enum rc rc = cert_parse(&c, r->cert, e);

	if (rc != RC_OK)
		return rc;
	buf_init(&part, PART_MAX);
	buf_init(&all, PART_MAX);
	buf_init(&sig, PART_MAX);
	buf_init(&signed_, PART_MAX);
	put_header(&part, r->to, r->key, &c);
	buf_add_span(&part, body);
	der_put(&signed_, DER_SEQUENCE, buf_span(&part));
	rc = key_sign(r->key, buf_span(&signed_), &sig, e);
	buf_add_span(&all, buf_span(&part));
	buf_reset(&part);
	der_put_bits(&part, buf_span(&sig));
	der_put(&all, DER_CONTEXT(0), buf_span(&part));
	put_explicit(&all, 1, DER_SEQUENCE, r->cert);
	der_put(out, DER_SEQUENCE, buf_span(&all));
	if (rc == RC_OK && (!buf_ok(&part) || !buf_ok(&all) || !buf_ok(out)))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	buf_clear(&part);
	buf_clear(&all);
	buf_clear(&sig);
	buf_clear(&signed_);
	return rc;
}

enum rc cmp_reply_confirm(const struct cmp_reply *r, struct buf *out,
    struct err *e)
{
	struct buf body;
	enum rc rc;

	buf_init(&body, PART_MAX);
	put_explicit(&body, BODY_PKICONF, DER_NULL, SPAN_NONE);
	rc = reply(r, buf_span(&body), out, e);
	buf_clear(&body);
	return rc;
}

/* PollRepContent (RFC 4210 5.3.22) for one request. */
enum rc cmp_reply_poll(const struct cmp_reply *r, unsigned int after_s,
    struct buf *out, struct err *e)
{
	const uint8_t s[] = {(uint8_t)(after_s >> 24), (uint8_t)(after_s >> 16),
	    (uint8_t)(after_s >> 8), (uint8_t)after_s};
	struct buf one, list, body;
	enum rc rc;

	buf_init(&one, PART_MAX);
	buf_init(&list, PART_MAX);
	buf_init(&body, PART_MAX);
	der_put(&one, DER_INTEGER, r->to->poll_id);
	der_put_uint(&one, span_of(s, sizeof(s)));
	der_put(&list, DER_SEQUENCE, buf_span(&one));
	put_explicit(&body, BODY_POLLREP, DER_SEQUENCE, buf_span(&list));
	rc = buf_ok(&list) && buf_ok(&body)
	    ? reply(r, buf_span(&body), out, e)
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	buf_clear(&one);
	buf_clear(&list);
	buf_clear(&body);
	return rc;
}
