/* The messages between the signer and its clients, both directions: one packet
 * of a SOCK_SEQPACKET socket each.  Internal to signer; must not sign. */
#ifndef BIRTHMARK_SIGNER_IPC_H
#define BIRTHMARK_SIGNER_IPC_H

#include "signer/ipc_ca.h"

#define IPC_MAX (64 * 1024)
#define IPC_VERSION 1

enum ipc_type {
	IPC_INTEROP = 1, /* a JWT for an interop receiver */
	IPC_FEED = 2,	 /* the head of a page of a feed */
	IPC_JWKS = 3,
	IPC_PEM = 4,   /* an account's public interop key */
	IPC_ENTRY = 5, /* an entry of a manifest */
	IPC_ENTRY_PEM = 6,
	IPC_ACCOUNT_JWKS = 7,
	IPC_TOTP = 8, /* a secret for one-time codes */
	IPC_CA_KEY = 9,
	IPC_CA_CSR = 10,
	IPC_CA_CERT = 11,
	IPC_END = 12, /* a certificate that is no CA's */
	IPC_CRL = 13, /* with a file of entries */
	IPC_OCSP = 14,
	IPC_OCSP_CSR = 15,
	IPC_VOUCHER = 16,
	IPC_VOUCHER_PEM = 17,
	IPC_CLAIM = 18,
	IPC_CLAIM_CHECK = 19,
	IPC_EVENT = 20,	   /* with a file: its body */
	IPC_IDENTITY = 21, /* an account's JWT for identity providers */
	IPC_IDENTITY_JWKS = 22,
	IPC_LAST = IPC_IDENTITY_JWKS
};

struct ipc_interop {
	struct span account, issuer, audience;
	uint32_t ttl_s;
};

struct ipc_feed {
	struct span account, cloud, from, to;
	uint32_t count;
	struct span sha256; /* 32 bytes */
};

struct ipc_event {
	struct span account, audience, id;
	uint32_t size; /* of the body */
};

struct ipc_entry {
	struct span group_id, vendor, cert, issuer;
};

/* u32 length of what follows, u8 version, u8 type, u64 id, fields. */
struct ipc_request {
	enum ipc_type type;
	uint64_t id; /* of the client's choice, given back */
	struct ipc_interop interop;
	struct span account; /* whose public key */
	struct span nonce;   /* 32 bytes, of the secret */
	struct ipc_feed feed;
	struct ipc_event event;
	struct ipc_entry entry;
	struct ipc_ca ca;
};

/* The same with 0x80 added to the type, then u8 rc and one block: the result,
 * or a sentence. */
struct ipc_reply {
	enum ipc_type type;
	uint64_t id;
	enum rc rc;
	struct span text;
};

/* A packet that is not exactly one message is false: never negotiate. */
void ipc_request_build(struct buf *out, const struct ipc_request *r);
MUST_CHECK bool ipc_request_parse(struct ipc_request *r, struct span packet);
void ipc_reply_build(struct buf *out, const struct ipc_reply *r);
MUST_CHECK bool ipc_reply_parse(struct ipc_reply *r, struct span packet);
/* The limits of what may be signed.  Fills e for people. */
MUST_CHECK enum rc ipc_request_check(const struct ipc_request *r,
    struct err *e);

#endif
