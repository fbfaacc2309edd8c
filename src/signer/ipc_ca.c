/* One table of fields for each message, from which it is written and read, and
 * the limits of each field.  Must not allocate when reading. */
#include <stddef.h>
#include <string.h>

#include "base/rand.h"
#include "pki/cert.h"
#include "pki/csr.h"
#include "pki/issue_end.h"
#include "pki/profile.h"
#include "pki/profile_name.h"
#include "pki/voucher.h"
#include "signer/ipc.h"
#include "signer/ipc_ca.h"

#define URL_MAX 512
#define NAMES_MAX 16
#define LINE_MAX_BYTES 512
#define NAME_BYTES_MAX 256
#define ID_BYTES_MAX 256
#define JWS_MAX 4096
#define TIME_MAX 253402300799 /* the end of 9999 */
#define COUNT_MAX 1000000

enum form { BLOCK, U8, U32, U64 };

/* What a block may be; all may be empty, unless NEEDED. */
enum limit {
	ANY,
	ACCOUNT,
	CA,
	PRODUCT,
	CLAIM,
	NAME,	    /* a line of text, as long as a name in a certificate */
	LINE,	    /* a line of text */
	NAME_BYTES, /* as long as one, of any bytes */
	URL,
	CERT,
	CSR,
	PROFILE,
	NAMES,
	SINGLES,
	NONCE,
	JWS
};

struct field {
	size_t at;
	enum form form;
	enum limit limit;
	bool needed;
};

#define AT(member) offsetof(struct ipc_ca, member)

static const struct field ca_key[] = {
    {AT(account), BLOCK, ACCOUNT, true},
    {AT(ca), BLOCK, CA, true},
    {AT(key_type), U8, ANY, false},
    {AT(hsm), BLOCK, NAME, false},
};

static const struct field ca_csr[] = {
    {AT(account), BLOCK, ACCOUNT, true},
    {AT(ca), BLOCK, CA, true},
    {AT(common_name), BLOCK, NAME, true},
    {AT(org), BLOCK, NAME, false},
};

static const struct field ca_cert[] = {
    {AT(account), BLOCK, ACCOUNT, true},
    {AT(ca), BLOCK, CA, true},
    {AT(issuer_cert), BLOCK, CERT, false},
    {AT(subject), BLOCK, CA, true},
    {AT(common_name), BLOCK, NAME, true},
    {AT(org), BLOCK, NAME, false},
    {AT(not_before), U64, ANY, false},
    {AT(not_after), U64, ANY, false},
    {AT(crl_url), BLOCK, URL, false},
    {AT(aia_url), BLOCK, URL, false},
};

static const struct field end_entity[] = {
    {AT(account), BLOCK, ACCOUNT, true},
    {AT(ca), BLOCK, CA, true},
    {AT(issuer_cert), BLOCK, CERT, true},
    {AT(kind), U8, ANY, false},
    {AT(csr), BLOCK, CSR, false},
    {AT(spki), BLOCK, CSR, false},
    {AT(birth), BLOCK, CERT, false},
    {AT(product), BLOCK, LINE, false},
    {AT(product_id), BLOCK, PRODUCT, false},
    {AT(account_name), BLOCK, LINE, false},
    {AT(profile), BLOCK, PROFILE, false},
    {AT(names), BLOCK, NAMES, false},
    {AT(not_before), U64, ANY, false},
    {AT(not_after), U64, ANY, false},
    {AT(crl_url), BLOCK, URL, false},
    {AT(aia_url), BLOCK, URL, false},
    {AT(ocsp_url), BLOCK, URL, false},
};

static const struct field list[] = {
    {AT(account), BLOCK, ACCOUNT, true},
    {AT(ca), BLOCK, CA, true},
    {AT(issuer_cert), BLOCK, CERT, true},
    {AT(number), U64, ANY, false},
    {AT(base), U64, ANY, false},
    {AT(not_before), U64, ANY, false},
    {AT(not_after), U64, ANY, false},
    {AT(crl_url), BLOCK, URL, false},
    {AT(count), U32, ANY, false},
};

static const struct field ocsp[] = {
    {AT(singles), BLOCK, SINGLES, true},
    {AT(nonce), BLOCK, NONCE, false},
    {AT(not_before), U64, ANY, false},
    {AT(issuer_cert), BLOCK, CERT, true},
};

static const struct field voucher[] = {
    {AT(serial), BLOCK, NAME, true},
    {AT(nonce), BLOCK, NONCE, true},
    {AT(not_before), U64, ANY, false},
    {AT(idevid_issuer), BLOCK, NAME_BYTES, false},
    {AT(pinned), BLOCK, CERT, true},
    {AT(est_domain), BLOCK, URL, true},
    {AT(configuration), BLOCK, URL, false},
};

static const struct field claim[] = {
    {AT(id), BLOCK, CLAIM, true},
    {AT(account), BLOCK, ACCOUNT, true},
    {AT(product_id), BLOCK, PRODUCT, true},
    {AT(not_after), U64, ANY, false},
};

static const struct field claim_check[] = {
    {AT(jws), BLOCK, JWS, true},
    {AT(not_before), U64, ANY, false},
};

#define MESSAGE(type, fields)                                      \
	{                                                          \
		type, fields, sizeof(fields) / sizeof((fields)[0]) \
	}

static const struct message {
	uint8_t type;
	const struct field *fields;
	size_t n;
} messages[] = {
    MESSAGE(IPC_CA_KEY, ca_key),
    MESSAGE(IPC_CA_CSR, ca_csr),
    MESSAGE(IPC_CA_CERT, ca_cert),
    MESSAGE(IPC_END, end_entity),
    MESSAGE(IPC_CRL, list),
    MESSAGE(IPC_OCSP, ocsp),
    {IPC_OCSP_CSR, NULL, 0},
    MESSAGE(IPC_VOUCHER, voucher),
    {IPC_VOUCHER_PEM, NULL, 0},
    MESSAGE(IPC_CLAIM, claim),
    MESSAGE(IPC_CLAIM_CHECK, claim_check),
};

static const struct message *find(uint8_t type)
{
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (messages[i].type == type)
			return &messages[i];
	return NULL;
}

bool ipc_ca_has(uint8_t type)
{
	return find(type) != NULL;
}

/* Fields are found by their place; memcpy keeps that free of casts that could
 * be wrong. */
static void put_field(struct buf *out, const struct field *f,
    const struct ipc_ca *c)
{
	const uint8_t *at = (const uint8_t *)c + f->at;
	struct span block;
	uint32_t u32;
	uint64_t u64;

	switch (f->form) {
	case BLOCK:
		memcpy(&block, at, sizeof(block));
		buf_add_block(out, block);
		break;
	case U8:
		buf_add_u8(out, *at);
		break;
	case U32:
		memcpy(&u32, at, sizeof(u32));
		buf_add_u32(out, u32);
		break;
	case U64:
		memcpy(&u64, at, sizeof(u64));
		buf_add_u64(out, u64);
		break;
	}
}

void ipc_ca_build(struct buf *out, uint8_t type, const struct ipc_ca *c)
{
	const struct message *m = find(type);
	size_t i;

	for (i = 0; m != NULL && i < m->n; i++)
		put_field(out, &m->fields[i], c);
}

static bool take_field(struct span *in, const struct field *f, struct ipc_ca *c)
{
	uint8_t *at = (uint8_t *)c + f->at;
	struct span block;
	uint32_t u32;
	uint64_t u64;

	switch (f->form) {
	case BLOCK:
		if (!span_take_block(in, &block))
			return false;
		memcpy(at, &block, sizeof(block));
		return true;
	case U8:
		return span_take_u8(in, at);
	case U32:
		if (!span_take_u32(in, &u32))
			return false;
		memcpy(at, &u32, sizeof(u32));
		return true;
	case U64:
		if (!span_take_u64(in, &u64))
			return false;
		memcpy(at, &u64, sizeof(u64));
		return true;
	}
	return false;
}

bool ipc_ca_parse(uint8_t type, struct span in, struct ipc_ca *c)
{
	const struct message *m = find(type);
	size_t i;

	memset(c, 0, sizeof(*c));
	if (m == NULL)
		return false;
	for (i = 0; i < m->n; i++)
		if (!take_field(&in, &m->fields[i], c))
			return false;
	return in.n == 0;
}

void ipc_ca_single_build(struct buf *out, const struct ipc_ca_single *s)
{
	buf_add_block(out, s->id);
	buf_add_u8(out, s->state);
	buf_add_u8(out, s->reason);
	buf_add_u64(out, s->revoked_at);
	buf_add_u64(out, s->this_update);
	buf_add_u64(out, s->next_update);
}

bool ipc_ca_single_take(struct span *in, struct ipc_ca_single *s)
{
	return span_take_block(in, &s->id) && span_take_u8(in, &s->state) &&
	    span_take_u8(in, &s->reason) && span_take_u64(in, &s->revoked_at) &&
	    span_take_u64(in, &s->this_update) &&
	    span_take_u64(in, &s->next_update);
}

/* Limits */

static bool is_url(struct span s)
{
	size_t i;

	if (s.n > URL_MAX ||
	    (!span_starts(s, SPAN_LIT("https://")) &&
		!span_starts(s, SPAN_LIT("http://"))))
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return false;
	return true;
}

static bool are_names(struct span s)
{
	struct span name;
	size_t n;

	for (n = 0; s.n > 0; n++)
		if (n == NAMES_MAX || !span_cut(&s, '\n', &name) ||
		    name.n == 0 || name.n > NAME_BYTES_MAX ||
		    !profile_name_is_text(name))
			return false;
	return true;
}

static bool are_singles(struct span s)
{
	struct ipc_ca_single single;
	size_t n;

	for (n = 0; s.n > 0; n++)
		if (n == IPC_CA_SINGLES_MAX ||
		    !ipc_ca_single_take(&s, &single) || single.id.n == 0 ||
		    single.id.n > ID_BYTES_MAX)
			return false;
	return true;
}

static bool is_line(struct span s, size_t max)
{
	return s.n <= max && profile_name_is_text(s);
}

static const char *block_fault(struct span s, enum limit limit)
{
	switch (limit) {
	case ACCOUNT:
		return rand_is_id(s, "acc") ? NULL : "the account is no id";
	case CA:
		return rand_is_id(s, "ca") ? NULL : "the CA is no id";
	case PRODUCT:
		return rand_is_id(s, "prd") ? NULL : "the product is no id";
	case CLAIM:
		return rand_is_id(s, "cvo") ? NULL : "the voucher is no id";
	case NAME:
		return profile_name_is_short(s)
		    ? NULL
		    : "a name is longer than 64 characters, or not a line of "
		      "text";
	case LINE:
		return is_line(s, LINE_MAX_BYTES)
		    ? NULL
		    : "a name is too long, or not a line of text";
	case URL:
		return is_url(s) ? NULL : "an address is no URL";
	case CERT:
		return s.n <= CERT_DER_MAX ? NULL
					   : "a certificate is too large";
	case CSR:
		return s.n <= CSR_MAX ? NULL : "a request is too large";
	case PROFILE:
		return s.n <= PROFILE_TEXT_MAX ? NULL
					       : "the profile is too large";
	case NAMES:
		return are_names(s)
		    ? NULL
		    : "the names are more than 16, or not lines of text";
	case SINGLES:
		return are_singles(s) ? NULL : "there are too many answers";
	case NONCE:
		return s.n <= VOUCHER_NONCE_MAX ? NULL
						: "the nonce is too long";
	case NAME_BYTES:
		return s.n <= NAME_BYTES_MAX ? NULL : "a name is too long";
	case JWS:
		return s.n <= JWS_MAX ? NULL : "the token is too long";
	case ANY:
		break;
	}
	return NULL;
}

/* Seconds since 1970, or CERT_NEVER. */
static bool is_time(uint64_t t)
{
	return t <= TIME_MAX || t == (uint64_t)CERT_NEVER;
}

static bool is_short(struct span s)
{
	return s.n > 0 && s.n < VOUCHER_NONCE_MIN;
}

static const char *other_fault(uint8_t type, const struct ipc_ca *c)
{
	if (!is_time(c->not_before) || !is_time(c->not_after))
		return "a time is out of range";
	if (type == IPC_CA_KEY && c->key_type >= KEY_UNKNOWN)
		return "there is no such type of key";
	if (type == IPC_END && c->kind > ISSUE_END_RA)
		return "there is no such kind of certificate";
	if (type == IPC_CRL && c->count > COUNT_MAX)
		return "the list is too long";
	if (type == IPC_VOUCHER && is_short(c->nonce))
		return "the nonce is too short";
	return NULL;
}

const char *ipc_ca_fault(uint8_t type, const struct ipc_ca *c)
{
	const struct message *m = find(type);
	const char *fault = NULL;
	struct span block;
	size_t i;

	for (i = 0; m != NULL && i < m->n && fault == NULL; i++) {
		if (m->fields[i].form != BLOCK)
			continue;
		memcpy(&block, (const uint8_t *)c + m->fields[i].at,
		    sizeof(block));
		if (block.n > 0)
			fault = block_fault(block, m->fields[i].limit);
		else if (m->fields[i].needed)
			fault = "something that it needs is missing";
	}
	return fault != NULL ? fault : other_fault(type, c);
}
