/* Passkeys (WebAuthn Level 3): reads what a browser gives of a new one, and
 * verifies that one signed a challenge.  User presence and verification are
 * required.  Must not know users, and must not keep a challenge. */
#ifndef BIRTHMARK_PKI_WEBAUTHN_H
#define BIRTHMARK_PKI_WEBAUTHN_H

#include "base/err.h"
#include "base/span.h"

#define WEBAUTHN_CHALLENGE 32
#define WEBAUTHN_CLIENT_MAX 4096  /* bytes of clientDataJSON */
#define WEBAUTHN_OBJECT_MAX 32768 /* of an attestation object */
#define WEBAUTHN_SIGNATURE_MAX 1024
#define WEBAUTHN_ID_MAX 1023
#define WEBAUTHN_KEY_MAX 300
#define WEBAUTHN_HOST_SIZE 256

/* Algorithms of COSE (RFC 9053) that are accepted. */
enum webauthn_alg {
	WEBAUTHN_ES256 = -7,
	WEBAUTHN_EDDSA = -8,
	WEBAUTHN_RS256 = -257
};

/* The site: the relying party's id is the host, the origin what a browser
 * writes of it. */
struct webauthn_site {
	char id[WEBAUTHN_HOST_SIZE];
	char origin[WEBAUTHN_HOST_SIZE + 16];
};
/* Of "https://host[:port]".  RC_CONFLICT "passkeys-need-a-name" when the host
 * is an IP address. */
MUST_CHECK enum rc webauthn_site(struct webauthn_site *out, const char *url,
    struct err *e);

/* clientDataJSON (section 5.8.1): its type ("webauthn.create" or
 * "webauthn.get"), the origin, not from within another site's page; gives the
 * challenge.  RC_INVALID "webauthn-client", "webauthn-origin". */
MUST_CHECK enum rc webauthn_client(struct span json, const char *type,
    const struct webauthn_site *site, uint8_t challenge[WEBAUTHN_CHALLENGE],
    struct err *e);

struct webauthn_key {
	uint8_t id[WEBAUTHN_ID_MAX];
	size_t id_n;
	int alg;		       /* enum webauthn_alg */
	uint8_t key[WEBAUTHN_KEY_MAX]; /* x || y, or n || e, or x */
	size_t key_n;
	uint32_t sign_count;
};

/* The attestation object (section 6.5) of a new credential.  Statements are
 * not judged.  RC_INVALID "webauthn-object", "webauthn-site",
 * "webauthn-unverified", "webauthn-key". */
MUST_CHECK enum rc webauthn_made(struct span object,
    const struct webauthn_site *site, struct webauthn_key *out, struct err *e);

struct webauthn_answer {
	struct span client;    /* clientDataJSON */
	struct span auth;      /* authenticatorData */
	struct span signature; /* as sent */
};

/* The key signed it: RC_INVALID as above, and "webauthn-signature".  What is
 * in client has to be checked with webauthn_client. */
MUST_CHECK enum rc webauthn_verify(const struct webauthn_answer *a,
    const struct webauthn_site *site, const struct webauthn_key *key,
    uint32_t *sign_count, struct err *e);

#endif
