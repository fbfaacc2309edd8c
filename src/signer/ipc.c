/* Sender and receiver of the signer's messages, and the limits of what may be
 * signed.  Must not allocate when reading. */
#include <string.h>

#include "base/rand.h"
#include "pki/cert.h"
#include "signer/ipc.h"
#include "signer/signer.h"

#define REPLY_BIT 0x80
#define ID_MAX 64
#define CURSOR_MAX 128
#define ISSUER_MAX 256
#define COUNT_MAX 1000000
#define NAME_MAX_BYTES 256

static size_t begin(struct buf *out, uint8_t type, uint64_t id)
{
	size_t at = out->n;

	buf_add_u32(out, 0);
	buf_add_u8(out, IPC_VERSION);
	buf_add_u8(out, type);
	buf_add_u64(out, id);
	return at;
}

static void end(struct buf *out, size_t at)
{
	size_t n = out->n - at - 4;
	int i;

	if (!buf_ok(out))
		return;
	for (i = 0; i < 4; i++)
		out->p[at + (size_t)i] = (uint8_t)(n >> (24 - 8 * i));
}

static bool open_packet(struct span *in, uint8_t *type, uint64_t *id)
{
	uint8_t version;
	uint32_t n;

	return in->n <= IPC_MAX && span_take_u32(in, &n) && n == in->n &&
	    span_take_u8(in, &version) && version == IPC_VERSION &&
	    span_take_u8(in, type) && span_take_u64(in, id);
}

void ipc_request_build(struct buf *out, const struct ipc_request *r)
{
	size_t at = begin(out, (uint8_t)r->type, r->id);

	switch (r->type) {
	case IPC_INTEROP:
	case IPC_IDENTITY:
		buf_add_block(out, r->interop.account);
		buf_add_block(out, r->interop.issuer);
		buf_add_block(out, r->interop.audience);
		buf_add_u32(out, r->interop.ttl_s);
		break;
	case IPC_FEED:
		buf_add_block(out, r->feed.account);
		buf_add_block(out, r->feed.cloud);
		buf_add_block(out, r->feed.from);
		buf_add_block(out, r->feed.to);
		buf_add_u32(out, r->feed.count);
		buf_add_span(out, r->feed.sha256);
		break;
	case IPC_EVENT:
		buf_add_block(out, r->event.account);
		buf_add_block(out, r->event.audience);
		buf_add_block(out, r->event.id);
		buf_add_u32(out, r->event.size);
		break;
	case IPC_ENTRY:
		buf_add_block(out, r->entry.group_id);
		buf_add_block(out, r->entry.vendor);
		buf_add_block(out, r->entry.cert);
		buf_add_block(out, r->entry.issuer);
		break;
	case IPC_PEM:
	case IPC_ACCOUNT_JWKS:
		buf_add_block(out, r->account);
		break;
	case IPC_TOTP:
		buf_add_span(out, r->nonce);
		break;
	case IPC_JWKS:
	case IPC_IDENTITY_JWKS:
	case IPC_ENTRY_PEM:
		break;
	default:
		ipc_ca_build(out, (uint8_t)r->type, &r->ca);
		break;
	}
	end(out, at);
}

bool ipc_request_parse(struct ipc_request *r, struct span in)
{
	uint8_t type;

	memset(r, 0, sizeof(*r));
	if (!open_packet(&in, &type, &r->id))
		return false;
	switch (type) {
	case IPC_INTEROP:
	case IPC_IDENTITY:
		r->type = type;
		return span_take_block(&in, &r->interop.account) &&
		    span_take_block(&in, &r->interop.issuer) &&
		    span_take_block(&in, &r->interop.audience) &&
		    span_take_u32(&in, &r->interop.ttl_s) && in.n == 0;
	case IPC_FEED:
		r->type = IPC_FEED;
		return span_take_block(&in, &r->feed.account) &&
		    span_take_block(&in, &r->feed.cloud) &&
		    span_take_block(&in, &r->feed.from) &&
		    span_take_block(&in, &r->feed.to) &&
		    span_take_u32(&in, &r->feed.count) &&
		    span_take(&in, 32, &r->feed.sha256) && in.n == 0;
	case IPC_EVENT:
		r->type = IPC_EVENT;
		return span_take_block(&in, &r->event.account) &&
		    span_take_block(&in, &r->event.audience) &&
		    span_take_block(&in, &r->event.id) &&
		    span_take_u32(&in, &r->event.size) && in.n == 0;
	case IPC_ENTRY:
		r->type = IPC_ENTRY;
		return span_take_block(&in, &r->entry.group_id) &&
		    span_take_block(&in, &r->entry.vendor) &&
		    span_take_block(&in, &r->entry.cert) &&
		    span_take_block(&in, &r->entry.issuer) && in.n == 0;
	case IPC_PEM:
	case IPC_ACCOUNT_JWKS:
		r->type = type;
		return span_take_block(&in, &r->account) && in.n == 0;
	case IPC_TOTP:
		r->type = IPC_TOTP;
		return span_take(&in, 32, &r->nonce) && in.n == 0;
	case IPC_JWKS:
	case IPC_IDENTITY_JWKS:
	case IPC_ENTRY_PEM:
		r->type = type;
		return in.n == 0;
	default:
		if (!ipc_ca_has(type))
			return false;
		r->type = type;
		return ipc_ca_parse(type, in, &r->ca);
	}
}

void ipc_reply_build(struct buf *out, const struct ipc_reply *r)
{
	size_t at = begin(out, (uint8_t)(r->type | REPLY_BIT), r->id);

	buf_add_u8(out, (uint8_t)r->rc);
	buf_add_block(out, r->text);
	end(out, at);
}

bool ipc_reply_parse(struct ipc_reply *r, struct span in)
{
	uint8_t type, rc;

	memset(r, 0, sizeof(*r));
	r->rc = RC_BUG;
	if (!open_packet(&in, &type, &r->id) || !(type & REPLY_BIT) ||
	    !span_take_u8(&in, &rc) || rc > RC_BUG ||
	    !span_take_block(&in, &r->text) || in.n != 0)
		return false;
	type &= (uint8_t)~REPLY_BIT;
	if (type < IPC_INTEROP || type > IPC_LAST)
		return false;
	r->type = type;
	r->rc = rc;
	return true;
}

/* Only characters that need no escape in JSON, a URL or a log. */
static bool is_plain(struct span s, size_t min, size_t max)
{
	static const char more[] = "._:/-";
	size_t i;

	if (s.n < min || s.n > max)
		return false;
	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') ||
			memchr(more, c, sizeof(more) - 1)))
			return false;
	}
	return true;
}

/* URLs have brackets around IPv6 addresses. */
static bool is_url(struct span s, size_t max)
{
	size_t i;

	if (s.n > max || !span_starts(s, SPAN_LIT("https://")))
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return false;
	return true;
}

static enum rc refuse(struct err *e, const char *what)
{
	return err_set(e, RC_INVALID, "signer-refused",
	    "The signer does not sign this: %s.", what);
}

/* Each account has its own key, so its id has to be exactly one. */
static const char no_account[] = "the account is no id";

static enum rc check_interop(const struct ipc_interop *r, struct err *e)
{
	if (!rand_is_id(r->account, "acc"))
		return refuse(e, no_account);
	if (!is_url(r->issuer, ISSUER_MAX))
		return refuse(e, "the issuer is not an https URL");
	if (!is_plain(r->audience, 1, SIGNER_AUDIENCE_MAX))
		return refuse(e,
		    "the audience is not plain text of 1 to 200 characters");
	if (r->ttl_s < 1 || r->ttl_s > SIGNER_TTL_MAX_S)
		return refuse(e, "the time to live is not 1 to 3600 seconds");
	return RC_OK;
}

static enum rc check_event(const struct ipc_event *v, struct err *e)
{
	if (!rand_is_id(v->account, "acc"))
		return refuse(e, no_account);
	if (!is_url(v->audience, SIGNER_EVENT_URL_MAX))
		return refuse(e, "the audience is not an https URL");
	if (!rand_is_id(v->id, "evt"))
		return refuse(e, "the event's id is none");
	if (v->size < 1 || v->size > SIGNER_EVENT_MAX)
		return refuse(e, "the event is empty or too large");
	return RC_OK;
}

static enum rc check_ca(const struct ipc_request *r, struct err *e)
{
	const char *fault = ipc_ca_has((uint8_t)r->type)
	    ? ipc_ca_fault((uint8_t)r->type, &r->ca)
	    : "its type is unknown";

	return fault == NULL ? RC_OK : refuse(e, fault);
}

enum rc ipc_request_check(const struct ipc_request *r, struct err *e)
{
	switch (r->type) {
	case IPC_INTEROP:
	case IPC_IDENTITY:
		return check_interop(&r->interop, e);
	case IPC_FEED:
		if (!is_plain(r->feed.account, 1, ID_MAX) ||
		    !is_plain(r->feed.cloud, 1, ID_MAX))
			return refuse(e, "the account or cloud is no id");
		if (!is_plain(r->feed.from, 0, CURSOR_MAX) ||
		    !is_plain(r->feed.to, 0, CURSOR_MAX))
			return refuse(e, "a cursor is not plain text");
		if (r->feed.count > COUNT_MAX || r->feed.sha256.n != 32)
			return refuse(e, "the page has too many entries");
		return RC_OK;
	case IPC_EVENT:
		return check_event(&r->event, e);
	case IPC_ENTRY:
		if (!is_plain(r->entry.group_id, 1, ID_MAX))
			return refuse(e, "the group_id is no Batch ID");
		if (r->entry.vendor.n > NAME_MAX_BYTES)
			return refuse(e, "the vendor's name is too long");
		if (r->entry.cert.n == 0 || r->entry.cert.n > CERT_DER_MAX ||
		    r->entry.issuer.n > CERT_DER_MAX)
			return refuse(e,
			    "a certificate is missing or too "
			    "large");
		return RC_OK;
	case IPC_PEM:
	case IPC_ACCOUNT_JWKS:
		return rand_is_id(r->account, "acc") ? RC_OK
						     : refuse(e, no_account);
	case IPC_TOTP:
		return r->nonce.n == 32
		    ? RC_OK
		    : refuse(e, "the nonce has not 32 bytes");
	case IPC_JWKS:
	case IPC_IDENTITY_JWKS:
	case IPC_ENTRY_PEM:
		return RC_OK;
	default:
		return check_ca(r, e);
	}
}
