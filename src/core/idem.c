/* Keeps the answer of a write with its effect, encrypted for its caller.
 * Must not judge the write. */
#include <string.h>

#include "base/rand.h"
#include "core/idem.h"
#include "pki/digest.h"
#include "store/store_idem.h"

#define IDEM_ANSWER_MAX (256 * 1024)

/* SHA-256 over the parts, each with its length. */
static enum rc idem_hash(const struct span *parts, size_t n, uint8_t out[32],
    struct err *e)
{
	struct digest *d = digest_new();
	uint8_t len[8];
	size_t i;
	int k;

	if (!d)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	for (i = 0; i < n; i++) {
		for (k = 0; k < 8; k++)
			len[k] =
			    (uint8_t)((uint64_t)parts[i].n >> (56 - 8 * k));
		digest_add(d, span_of(len, sizeof(len)));
		digest_add(d, parts[i]);
	}
	digest_end(d, out);
	digest_free(d);
	return RC_OK;
}

/* HMAC-SHA-256 in counter mode as a stream cipher; the nonce is fresh for each
 * answer. */
static enum rc idem_crypt(const uint8_t secret[32], const uint8_t nonce[16],
    struct span in, struct buf *out, struct err *e)
{
	uint8_t block[20], stream[32], *p;
	size_t i;

	memcpy(block, nonce, 16);
	p = buf_room(out, in.n ? in.n : 1);
	if (!p)
		return err_set(e, RC_TOO_LARGE, "answer-too-large",
		    "The answer is too large to be kept.");
	for (i = 0; i < in.n; i++) {
		if (i % 32 == 0) {
			uint32_t n = (uint32_t)(i / 32);

			block[16] = (uint8_t)(n >> 24);
			block[17] = (uint8_t)(n >> 16);
			block[18] = (uint8_t)(n >> 8);
			block[19] = (uint8_t)n;
			digest_hmac_sha256(span_of(secret, 32),
			    span_of(block, sizeof(block)), stream);
		}
		p[i] = in.p[i] ^ stream[i % 32];
	}
	buf_grown(out, in.n);
	explicit_bzero(stream, sizeof(stream));
	return RC_OK;
}

/* Tells whether a credential can read an answer. */
static void idem_tag(const uint8_t secret[32], const uint8_t nonce[16],
    uint8_t out[32])
{
	uint8_t block[20] = {0};

	memcpy(block, nonce, 16);
	memset(block + 16, 0xff, 4);
	digest_hmac_sha256(span_of(secret, 32), span_of(block, sizeof(block)),
	    out);
}

static enum rc idem_prepare(struct idem *i, const struct idem_request *r,
    struct err *e)
{
	const struct span key[] = {SPAN_LIT("key"), span_str(r->actor->id),
	    r->method, r->path, r->key};
	const struct span request[] = {SPAN_LIT("request"), r->query, r->body};
	const struct span secret[] = {SPAN_LIT("secret"), r->credential,
	    r->key};
	enum rc rc;

	memset(i, 0, sizeof(*i));
	rc = idem_hash(key, 5, i->key, e);
	if (rc == RC_OK)
		rc = idem_hash(request, 3, i->request, e);
	if (rc == RC_OK)
		rc = idem_hash(secret, 3, i->secret, e);
	return rc;
}

/* What was answered then, if it may be told. */
static enum rc idem_replay(const struct idem *i, const struct store_idem *x,
    struct span stored, struct buf *answer, struct err *e)
{
	uint8_t tag[32];

	if (!span_eq(span_of(x->request, 32), span_of(i->request, 32)))
		return err_set(e, RC_INVALID, "idempotency-key-reused",
		    "This Idempotency-Key was used for another request; take "
		    "a new one.");
	idem_tag(i->secret, x->nonce, tag);
	if (!span_eq_secret(span_of(tag, 32), span_of(x->tag, 32)))
		return err_set(e, RC_CONFLICT, "idempotency-key-elsewhere",
		    "This was done already, with another session of yours; "
		    "its answer can only be repeated to that session.");
	return idem_crypt(i->secret, x->nonce, stored, answer, e);
}

enum rc idem_begin(struct idem *i, struct core *c, const struct idem_request *r,
    int *status, struct buf *answer, struct err *e)
{
	struct store_idem x = {0};
	struct buf stored;
	enum rc rc;

	*status = 0;
	buf_init(&stored, IDEM_ANSWER_MAX);
	rc = idem_prepare(i, r, e);
	if (rc != RC_OK)
		goto out;
	rc = tx_begin(c, &i->tx, e);
	if (rc != RC_OK)
		goto out;
	memcpy(x.key, i->key, 32);
	rc = store_idem_get(c->store, &x, r->actor->now_s - IDEM_KEEP_S,
	    &stored, e);
	if (rc == RC_NOT_FOUND) {
		rc = RC_OK;
		goto out;
	}
	if (rc == RC_OK)
		rc = idem_replay(i, &x, buf_span(&stored), answer, e);
	if (rc == RC_OK)
		*status = x.status;
	tx_rollback(c, &i->tx);
out:
	buf_clear(&stored);
	return rc;
}

enum rc idem_end(struct idem *i, struct core *c, int64_t now_s, int status,
    struct span answer, struct err *e)
{
	struct store_idem x = {.status = status, .created_at = now_s};
	struct buf boxed;
	enum rc rc;

	buf_init(&boxed, IDEM_ANSWER_MAX);
	memcpy(x.key, i->key, 32);
	memcpy(x.request, i->request, 32);
	rand_bytes(x.nonce, sizeof(x.nonce));
	idem_tag(i->secret, x.nonce, x.tag);
	rc = idem_crypt(i->secret, x.nonce, answer, &boxed, e);
	if (rc == RC_OK && !store_in_tx(c->store))
		rc = err_set(e, RC_BUG, "no-transaction",
		    "The transaction was undone before its end.");
	if (rc == RC_OK)
		rc = store_idem_put(c->store, &x, now_s - IDEM_KEEP_S,
		    buf_span(&boxed), e);
	rc = tx_end(c, &i->tx, rc, e);
	explicit_bzero(i->secret, sizeof(i->secret));
	buf_clear(&boxed);
	return rc;
}

enum rc idem_end_plain(struct idem *i, struct core *c, struct err *e)
{
	enum rc rc = tx_end(c, &i->tx, RC_OK, e);

	explicit_bzero(i->secret, sizeof(i->secret));
	return rc;
}

void idem_abort(struct idem *i, struct core *c)
{
	tx_rollback(c, &i->tx);
	explicit_bzero(i->secret, sizeof(i->secret));
}
