/* The signer's client side: typed requests over a socketpair.  The signer
 * builds what it signs from these fields and re-checks their limits; nothing
 * here passes bytes to be signed as they are. */
#ifndef BIRTHMARK_SIGNER_SIGNER_H
#define BIRTHMARK_SIGNER_SIGNER_H

#include "base/buf.h"
#include "base/rand.h"
#include "pki/crl.h"
#include "pki/issue_end.h"
#include "pki/ocsp.h"
#include "pki/voucher.h"

#define SIGNER_AUDIENCE_MAX 200
#define SIGNER_TTL_MAX_S 3600

struct signer; /* one connection; calls block, one thread at a time */

/* fd: one end of a SOCK_SEQPACKET pair; taken over. */
struct signer *signer_new(int fd);
void signer_free(struct signer *s);

/* A JWT for the interop protocol: {"iss","sub","aud","iat","exp","jti"}, ES256,
 * by the account's own interop key: the account chooses the audience, so only
 * the key tells a receiver whose token it is.  ttl_s 1..SIGNER_TTL_MAX_S. */
struct signer_interop {
	const char *account;  /* "acc_..." */
	const char *issuer;   /* public URL of the service */
	const char *audience; /* AWS account id, Azure subscription id */
	uint32_t ttl_s;
};
MUST_CHECK enum rc signer_interop(struct signer *s,
    const struct signer_interop *r, struct buf *jwt, struct err *e);

/* A token with the same claims for identity providers (RFC 7523, AWS web
 * identity), RS256, as OpenID Connect Core 3.1.3.7 and Entra ID have it: the
 * issuer is the account's own, URL of the service SIGNER_ACCOUNT_PATH ACCOUNT,
 * built by the signer, as one key signs for all accounts. */
#define SIGNER_ACCOUNT_PATH "/.well-known/birthmark/accounts/"
MUST_CHECK enum rc signer_identity(struct signer *s,
    const struct signer_interop *r, struct buf *jwt, struct err *e);

/* The head of one page of a gate's feed, as a JWS with typ "birthmark-feed":
 * {"account","cloud","from","to","count","sha256","iat"}; sha256 is over the
 * page's entries as sent. */
struct signer_feed {
	const char *account, *cloud;
	const char *from, *to; /* cursors */
	uint32_t count;
	uint8_t sha256[32];
};
MUST_CHECK enum rc signer_feed(struct signer *s, const struct signer_feed *r,
    struct buf *jws, struct err *e);

/* A detached JWS (RFC 7515 appendix F, RFC 7797: b64 false) over the body of
 * an event for a webhook, by the account's own key: header {"alg","kid","typ":
 * "birthmark-webhook+jws","b64":false,"crit":["b64"],"iat","aud","jti"}.  No
 * oracle, though the account's key signs tokens too: the signer writes the
 * header, and signs only a body that begins with {"id":ID,"account":ACCOUNT,
 * of this very event, which no reader takes for the claims of a token. */
#define SIGNER_EVENT_MAX (1u << 20)
#define SIGNER_EVENT_URL_MAX 500
struct signer_event {
	const char *account;
	const char *audience; /* the receiver's https URL */
	const char *id;	      /* "evt_..." */
	struct span body;     /* 1..SIGNER_EVENT_MAX bytes */
};
MUST_CHECK enum rc signer_event(struct signer *s, const struct signer_event *r,
    struct buf *jws, struct err *e);

/* One entry of a manifest in Microchip's form for a birth certificate, signed
 * with the manifest key.  The device's id is read from the certificate, and the
 * entry is built, by the signer. */
struct signer_entry {
	const char *group_id; /* the Batch ID */
	const char *vendor;   /* name of the manufacturer */
	struct span cert;     /* DER */
	struct span issuer;   /* DER, may be empty */
};
MUST_CHECK enum rc signer_entry(struct signer *s, const struct signer_entry *r,
    struct buf *entry, struct err *e);
/* The certificate (PEM) that goes with those entries, self-issued. */
MUST_CHECK enum rc signer_entry_pem(struct signer *s, struct buf *pem,
    struct err *e);

/* The public key of feeds as a JWKS (RFC 7517). */
MUST_CHECK enum rc signer_jwks(struct signer *s, struct buf *json,
    struct err *e);
/* That of signer_identity. */
MUST_CHECK enum rc signer_identity_jwks(struct signer *s, struct buf *json,
    struct err *e);
/* An account's public interop key, as PEM and as a JWKS: of every id of the
 * form, so that they do not tell which accounts there are. */
MUST_CHECK enum rc signer_interop_pem(struct signer *s, const char *account,
    struct buf *pem, struct err *e);
MUST_CHECK enum rc signer_interop_jwks(struct signer *s, const char *account,
    struct buf *json, struct err *e);

/* The secret of one-time codes (RFC 6238) that belongs to a random nonce, which
 * the store keeps: without the signer's key it says nothing. */
#define SIGNER_TOTP_NONCE 32
#define SIGNER_TOTP_SECRET 20
MUST_CHECK enum rc signer_totp(struct signer *s,
    const uint8_t nonce[SIGNER_TOTP_NONCE], uint8_t secret[SIGNER_TOTP_SECRET],
    struct err *e);

/* --- certificate authorities of accounts ---
 * The signer keeps each CA's key: in its directory, or in an HSM under a name
 * that the operator gave to that account.  It remembers whose key it is and
 * signs for nobody else. */

struct signer_ca {
	const char *account; /* "acc_..." */
	const char *ca;	     /* "ca_..." */
};
/* Makes the key (or opens the HSM's), durable before it answers; asked again
 * it gives the same.  SubjectPublicKeyInfo (DER) appended. */
MUST_CHECK enum rc signer_ca_key(struct signer *s, const struct signer_ca *ca,
    enum key_type type, const char *hsm_name, struct buf *spki, struct err *e);
/* A request for a certificate signed elsewhere: DER appended. */
MUST_CHECK enum rc signer_ca_csr(struct signer *s, const struct signer_ca *ca,
    const char *common_name, const char *org, struct buf *der, struct err *e);
/* A CA certificate for subject's key by issuer's: a root when both are the
 * same and issuer_cert is empty. */
struct signer_ca_cert {
	struct signer_ca issuer;
	struct span issuer_cert;
	const char *subject; /* whose key: "ca_...", of the same account */
	const char *common_name, *org;
	int64_t not_before, not_after;
	const char *crl_url, *aia_url; /* NULL: none */
};
MUST_CHECK enum rc signer_ca_cert(struct signer *s,
    const struct signer_ca_cert *r, struct buf *der, struct err *e);

/* An end-entity certificate.  For a device the signer takes the key from the
 * request after checking its proof of possession, the device's identity from
 * its birth certificate, and all else from the profile.  For the roles of the
 * service itself spki is given, and the lifetime is a week at most. */
struct signer_end {
	struct signer_ca ca;
	struct span issuer_cert;
	enum issue_end_kind kind;
	struct span csr;   /* of DEVICE and SERVER */
	struct span spki;  /* of OCSP (empty: the signer's own) and RA */
	struct span birth; /* DER, of DEVICE */
	const char *product, *product_id, *account_name; /* of DEVICE */
	const char *profile;				 /* JSON, of DEVICE */
	const char *const *names; /* of SERVER; NULL-ended, 16 at most */
	int64_t not_before, not_after;
	const char *crl_url, *aia_url, *ocsp_url;
};
MUST_CHECK enum rc signer_end(struct signer *s, const struct signer_end *r,
    struct buf *der, struct err *e);

/* A revocation list of any length: DER appended. */
MUST_CHECK enum rc signer_crl(struct signer *s, const struct signer_ca *ca,
    const struct crl *crl, struct buf *der, struct err *e);

/* An OCSP response by the signer's responder key, whose certificate by the
 * issuer in question is given: DER appended. */
MUST_CHECK enum rc signer_ocsp(struct signer *s, const struct ocsp_response *r,
    struct buf *der, struct err *e);
/* The responder's key as a request, for a vendor to delegate to (RFC 6960
 * 4.2.2.2): DER appended. */
MUST_CHECK enum rc signer_ocsp_csr(struct signer *s, struct buf *der,
    struct err *e);

/* An ownership voucher, CMS-signed: DER appended. */
MUST_CHECK enum rc signer_voucher(struct signer *s, const struct voucher *v,
    struct buf *cms, struct err *e);
/* The certificate (PEM) that signs vouchers: what devices are made to trust. */
MUST_CHECK enum rc signer_voucher_pem(struct signer *s, struct buf *pem,
    struct err *e);

/* A claim voucher, as a JWS with typ "birthmark-claim":
 * {"jti","account","product","iat","exp"}. */
struct signer_claim {
	const char *id; /* "cvo_..." */
	const char *account, *product;
	int64_t expires_at;
};
MUST_CHECK enum rc signer_claim(struct signer *s, const struct signer_claim *r,
    struct buf *jws, struct err *e);
/* Whether it is one of ours and not expired at now_s: RC_INVALID, RC_DENIED. */
MUST_CHECK enum rc signer_claim_check(struct signer *s, struct span jws,
    int64_t now_s, char id[RAND_ID_SIZE], struct err *e);

/* Workers parse what strangers send, so they get no tokens and no events for
 * clouds; the courier gets nothing else signed. */
enum signer_may {
	SIGNER_MAY_INTEROP = 1 << 0,
	SIGNER_MAY_FEED = 1 << 1,
	SIGNER_MAY_ENTRY = 1 << 2,
	SIGNER_MAY_TOTP = 1 << 3,
	SIGNER_MAY_CA = 1 << 4,	     /* all of certificate authorities */
	SIGNER_MAY_VOUCHER = 1 << 5, /* ownership and claim vouchers */
	SIGNER_MAY_EVENT = 1 << 6,
	SIGNER_MAY_WORKER = SIGNER_MAY_FEED | SIGNER_MAY_ENTRY |
	    SIGNER_MAY_TOTP | SIGNER_MAY_CA | SIGNER_MAY_VOUCHER,
	SIGNER_MAY_COURIER = SIGNER_MAY_INTEROP | SIGNER_MAY_EVENT
};

struct signer_client {
	int fd;		  /* the signer's end */
	unsigned int may; /* enum signer_may; public keys may always be read */
};

/* The process itself: opens the keys in dir (made by signer_init) and serves
 * one socket per client until all are closed.  Returns an exit status. */
int signer_run(const char *dir, const struct signer_client *clients,
    unsigned int clients_n);
/* Makes the keys in dir where they are missing. */
MUST_CHECK enum rc signer_init(const char *dir, struct err *e);

#endif
