/* CMP messages: no byte read outside, no protection on what was bent, and an
 * answer to whatever is left.  Must not need a valid input. */
#include <stdlib.h>
#include <string.h>

#include "pki/cmp_server.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "tests/fuzz/fuzz.h"

static struct buf sample, cert;
static struct span signed_part; /* of sample: header and body */
static struct key *key;

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void put_explicit(struct buf *out, uint8_t n, uint8_t tag,
    struct span content)
{
	struct buf b;

	buf_init(&b, CMP_MESSAGE_MAX);
	der_put(&b, tag, content);
	der_put(out, DER_CONTEXT(n), buf_span(&b));
	buf_clear(&b);
}

/* p10cr of a request, signed: header and body appended. */
static void build_part(struct buf *part)
{
	struct buf header, csr, body;
	struct cert c;

	buf_init(&header, CMP_MESSAGE_MAX);
	buf_init(&csr, CSR_MAX);
	buf_init(&body, CMP_MESSAGE_MAX);
	require(cert_parse(&c, buf_span(&cert), NULL) == RC_OK);
	require(csr_build(key, "D", NULL, NULL, &csr, NULL) == RC_OK);
	der_put_uint(&header, SPAN_LIT("\x02"));
	der_put(&header, DER_CONTEXT(4), c.subject);
	der_put(&header, DER_CONTEXT(4), c.issuer);
	der_put(&header, DER_CONTEXT(1), key_sig_alg(key_sig(key)));
	put_explicit(&header, 4, DER_OCTET_STRING, SPAN_LIT("transaction"));
	put_explicit(&header, 5, DER_OCTET_STRING, SPAN_LIT("nonce"));
	der_put(part, DER_SEQUENCE, buf_span(&header));
	der_put(part, DER_CONTEXT(CMP_MESSAGE_P10CR), buf_span(&csr));
	buf_clear(&header);
	buf_clear(&csr);
	buf_clear(&body);
}

static void build_sample(void)
{
	struct buf part, all, sig, bits;

	buf_init(&part, CMP_MESSAGE_MAX);
	buf_init(&all, CMP_MESSAGE_MAX);
	buf_init(&sig, CMP_MESSAGE_MAX);
	buf_init(&bits, CMP_MESSAGE_MAX);
	build_part(&part);
	der_put(&all, DER_SEQUENCE, buf_span(&part));
	require(key_sign(key, buf_span(&all), &sig, NULL) == RC_OK);
	buf_reset(&all);
	buf_add_span(&all, buf_span(&part));
	der_put_bits(&bits, buf_span(&sig));
	der_put(&all, DER_CONTEXT(0), buf_span(&bits));
	put_explicit(&all, 1, DER_SEQUENCE, buf_span(&cert));
	der_put(&sample, DER_SEQUENCE, buf_span(&all));
	require(buf_ok(&sample));
	signed_part =
	    span_of(memmem(sample.p, sample.n, part.p, part.n), part.n);
	buf_clear(&part);
	buf_clear(&all);
	buf_clear(&sig);
	buf_clear(&bits);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct issue_leaf leaf = {.org = "O",
	    .common_name = "S",
	    .not_after = CERT_NEVER};
	struct cmp_message m;

	buf_init(&sample, CMP_MESSAGE_MAX);
	buf_init(&cert, CERT_DER_MAX);
	require(key_generate(&key, KEY_P256, NULL) == RC_OK);
	require(issue_leaf(&leaf, key_spki(key), SPAN_NONE, key, &cert, NULL) ==
	    RC_OK);
	build_sample();
	require(cmp_message_parse(&m, buf_span(&sample), NULL) == RC_OK);
	require(cmp_message_check(&m, NULL) == RC_OK);
	return 0;
}

static void inside(struct span whole, struct span part)
{
	if (part.n > 0)
		require(
		    part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static enum rc on_issue(void *arg, const struct cmp_message *m, struct buf *der,
    struct err *e)
{
	struct csr c;

	if (csr_parse(&c, m->request, e) != RC_OK)
		return RC_INVALID;
	buf_add_span(der, buf_span(&cert));
	return RC_OK;
}

static enum rc on_revoke(void *arg, struct span serial, struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "not-found", "There is none.");
}

static enum rc on_confirm(void *arg, struct span hash, bool accepted,
    struct err *e)
{
	return RC_OK;
}

static void answer(const struct cmp_message *m)
{
	static const struct cmp_server_calls calls = {on_issue, on_revoke,
	    on_confirm};
	struct cmp_message first;
	struct cmp_server s = {.calls = &calls,
	    .key = key,
	    .cert = buf_span(&cert),
	    .chain = buf_span(&cert),
	    .cas = buf_span(&cert)};
	struct buf out;

	require(cmp_message_parse(&first, buf_span(&sample), NULL) == RC_OK);
	s.first = m->kind == CMP_MESSAGE_POLLREQ ? &first : NULL;
	buf_init(&out, 2 * CMP_MESSAGE_MAX);
	if (cmp_server_answer(&s, m, &out, NULL) == RC_OK)
		require(out.n > 0);
	buf_clear(&out);
}

static void judge(struct span in)
{
	struct cmp_message m;

	if (cmp_message_parse(&m, in, NULL) != RC_OK)
		return;
	inside(in, m.sender);
	inside(in, m.transaction);
	inside(in, m.nonce);
	inside(in, m.signer);
	inside(in, m.request);
	inside(in, m.cert_hash);
	inside(in, m.sig_alg);
	inside(in, m.signature);
	inside(in, m.poll_id);
	require(m.transaction.n > 0 && m.signer.n > 0);
	if (cmp_message_check(&m, NULL) == RC_OK &&
	    memmem(in.p, in.n, cert.p, cert.n))
		require(memmem(in.p, in.n, signed_part.p, signed_part.n));
	answer(&m);
}

/* The input as edits of a signed message: offset, new byte. */
static void judge_edited(struct span edits)
{
	uint8_t *der = malloc(sample.n), v;
	uint16_t at;

	require(der != NULL);
	memcpy(der, sample.p, sample.n);
	while (span_take_u16(&edits, &at) && span_take_u8(&edits, &v))
		der[at % sample.n] = v;
	judge(span_of(der, sample.n));
	free(der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge(span_of(data, size));
	judge_edited(span_of(data, size));
	return 0;
}
