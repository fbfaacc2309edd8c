/* libbirthmark: a device finds its owner, enrols, renews and judges its peers.
 * Must not do I/O, allocate, or hold a key: the caller pumps it and its
 * platform signs.
 *
 * The pump: call bm_next, do what it wants, tell the result, call it again.
 *
 *	bm_start(&bm, &config, &platform, work, sizeof(work));
 *	for (;;) {
 *		switch (bm_next(&bm, now_s(), &io)) {
 *		case BM_CONNECT:
 *			if (open(&io)) bm_connected(&bm);
 *			else bm_failed(&bm, BM_WHY_TLS);
 *			break;
 *		case BM_SEND:
 *			bm_sent(&bm, write(io.data.p, io.data.n));
 *			break;
 *		case BM_RECEIVE:
 *			bm_received(&bm, io.buf, read(io.buf, io.cap));
 *			break;
 *		case BM_CLOSE:
 *			close();
 *			break;
 *		case BM_WAIT:
 *		case BM_DONE:
 *			sleep(io.wait_s);
 *			break;
 *		case BM_FAILED:
 *			return io.why;
 *		}
 *	}
 *
 * Standards: RFC 8995 and BRSKI-Cloud, RFC 8366, RFC 7030 and 8951, RFC 5280,
 * RFC 6960.  Algorithms: ECDSA on P-256 with SHA-256, and to verify, where the
 * platform can, P-384 and SHA-384. */
#ifndef BIRTHMARK_H
#define BIRTHMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BM_WORK_MIN 4096   /* bytes of the caller's work buffer, at least */
#define BM_WORK 6144	   /* what is advised: answers up to 5 KB */
#define BM_HOST_MAX 128	   /* of a host name, with its NUL */
#define BM_PATH_MAX 96	   /* of a path, with its NUL */
#define BM_SERIAL_MAX 64   /* characters of a serial number, without NUL */
#define BM_PRODUCT_MAX 64  /* characters of a product's ID, without NUL */
#define BM_CERT_MAX 2048   /* bytes of a certificate that is stored */
#define BM_CHAIN_MAX 4	   /* certificates of a peer, its own included */
#define BM_REDIRECTS_MAX 3 /* that are followed for one voucher */
#define BM_NONCE 16
#define BM_POINT_256 65 /* uncompressed points: 04, x, y */
#define BM_POINT_384 97
#define BM_SIGNATURE_MAX 104 /* DER of an ECDSA signature, up to P-384 */

/* Borrowed bytes. */
struct bm_span {
	const uint8_t *p;
	size_t n;
};

/* Why the library waits, gave up, or refuses.  bm_why_text has the words. */
enum bm_why {
	BM_OK,
	/* what the caller says of its connection */
	BM_WHY_CONNECT, /* nobody answers */
	BM_WHY_TLS,	/* the server is not who it must be, or refuses us */
	BM_WHY_IO,	/* broken in the middle */
	BM_WHY_TIMEOUT,
	/* the platform and the configuration */
	BM_WHY_CONFIG,
	BM_WHY_STORE,
	BM_WHY_KEY,
	BM_WHY_RANDOM,
	BM_WHY_SPACE, /* the work buffer is too small for it */
	BM_WHY_BUSY,  /* an exchange uses the work buffer */
	/* HTTP */
	BM_WHY_HTTP, /* no answer as RFC 9112 has it */
	BM_WHY_TOO_LARGE,
	BM_WHY_STATUS, /* an answer that nobody expects here */
	BM_WHY_CONTENT_TYPE,
	BM_WHY_REDIRECT, /* not https, or too many */
	/* what the service answers */
	BM_WHY_UNOWNED,	  /* 401: nobody has bound the reel yet */
	BM_WHY_UNKNOWN,	  /* 404: in no manifest */
	BM_WHY_MALFORMED, /* 400 */
	BM_WHY_DENIED,	  /* 401 or 403 of EST: not bound, or revoked */
	BM_WHY_OVERLOAD,  /* 429, 5xx */
	BM_WHY_PENDING,	  /* 202: decided later */
	BM_WHY_CLAIM,	  /* the claim voucher is refused */
	/* a voucher is refused */
	BM_WHY_VOUCHER_FORM,	  /* not CMS with a voucher inside */
	BM_WHY_VOUCHER_SIGNATURE, /* by none of the preloaded anchors */
	BM_WHY_VOUCHER_CONTENT,	  /* JSON, or a member that must be there */
	BM_WHY_VOUCHER_NONCE,	  /* not the answer to this request: replayed */
	BM_WHY_VOUCHER_SERIAL,	  /* of another device */
	BM_WHY_VOUCHER_ISSUER,	  /* idevid-issuer is not ours */
	BM_WHY_VOUCHER_TIME,	  /* made in the future, or expired */
	BM_WHY_VOUCHER_DOMAIN, /* pinned-domain-cert is none that we can use */
	BM_WHY_VOUCHER_EST,    /* est-domain is no https URL */
	/* a certificate is refused */
	BM_WHY_CACERTS, /* no CA certificates that we can use */
	BM_WHY_CERT_FORM,
	BM_WHY_CERT_KEY,    /* for another key */
	BM_WHY_CERT_ISSUER, /* by none of the owner's CAs */
	BM_WHY_CERT_TIME,   /* expired or not yet valid */
	BM_WHY_PEERS,	    /* not the list that we asked for */
	/* a peer is refused */
	BM_WHY_NOT_ENROLLED, /* we have no operational certificate */
	BM_WHY_NO_CLOCK,     /* freshness cannot be judged without one */
	BM_WHY_PEER_FORM,    /* no certificate chain that we can read */
	BM_WHY_PEER_ISSUER,  /* another owner's: by none of our CAs */
	BM_WHY_PEER_SIGNATURE,
	BM_WHY_PEER_TIME,
	BM_WHY_PEER_PRODUCT,	 /* it names no product */
	BM_WHY_PEER_NOT_ALLOWED, /* its product may not talk to ours */
	/* a status proof is refused */
	BM_WHY_PROOF_MISSING,
	BM_WHY_PROOF_FORM,
	BM_WHY_PROOF_SIGNER, /* not its CA's, nor a responder of its CA's */
	BM_WHY_PROOF_SIGNATURE,
	BM_WHY_PROOF_OTHER, /* about another certificate */
	BM_WHY_PROOF_STALE,
	BM_WHY_PROOF_UNKNOWN,
	BM_WHY_REVOKED,
	BM_WHY_COUNT
};

/* Keys of the platform.  The two operational ones are used in turns, so that
 * the old one works until the new one's certificate is stored. */
enum bm_key { BM_KEY_BIRTH, BM_KEY_A, BM_KEY_B };

enum bm_curve { BM_P256, BM_P384 };
enum bm_hash { BM_SHA256 = 32, BM_SHA384 = 48 }; /* value: bytes of a digest */

/* What is kept over a loss of power.  Each slot is written as a whole: after a
 * loss it has the old or the new bytes.  The library writes in this order, and
 * BM_SLOT_STATE last in each step, which makes the others count:
 *	owned		CONFIGURATION, DOMAIN, STATE
 *	key made	(key A or B), STATE
 *	enrolled	CAS, then CERT_A or CERT_B (the one not in use), STATE
 *	later		PEERS, PROOF
 * So a loss at any point leads back to the step that was going on. */
enum bm_slot {
	BM_SLOT_STATE,	       /* up to BM_STATE_MAX bytes, of the library */
	BM_SLOT_DOMAIN,	       /* DER: pinned-domain-cert of the voucher */
	BM_SLOT_CAS,	       /* DER, one after the other: EST's cacerts */
	BM_SLOT_CERT_A,	       /* DER: operational certificate of key A */
	BM_SLOT_CERT_B,	       /* of key B */
	BM_SLOT_PEERS,	       /* lines: our product, then those we talk to */
	BM_SLOT_PROOF,	       /* DER: OCSP response about our certificate */
	BM_SLOT_CONFIGURATION, /* additional-configuration-url; may be empty */
	BM_SLOT_COUNT
};
#define BM_STATE_MAX 256

/* All return false on failure and get ctx first.  None is called but from
 * within bm_start, bm_next, bm_reset and bm_peer_check. */
struct bm_platform {
	void *ctx;
	/* Signs a SHA-256 digest of 32 bytes; sig gets DER (Ecdsa-Sig-Value)
	 * of *n bytes, at most BM_SIGNATURE_MAX. */
	bool (*sign)(void *ctx, enum bm_key key, const uint8_t digest[32],
	    uint8_t *sig, size_t *n);
	/* Makes a new key in A or B, in place of the one there, kept over a
	 * loss of power before it returns. */
	bool (*key_new)(void *ctx, enum bm_key key);
	/* Its public point: 04, x, y.  False when there is no such key. */
	bool (*key_point)(void *ctx, enum bm_key key,
	    uint8_t point[BM_POINT_256]);
	/* True when the signature (DER) of the digest is the key's.  A point
	 * not on its curve must be refused; so must a curve or a length of
	 * digest that the platform has not. */
	bool (*verify)(void *ctx, enum bm_curve curve, struct bm_span point,
	    struct bm_span digest, struct bm_span sig);
	/* out gets `hash` bytes.  False for a hash that the platform has not:
	 * BM_SHA256 must be there. */
	bool (*digest)(void *ctx, enum bm_hash hash, struct bm_span data,
	    uint8_t *out);
	bool (*random)(void *ctx, uint8_t *out, size_t n);
	/* *n bytes into out; an empty slot gives *n == 0 and true; more than
	 * cap is false. */
	bool (*load)(void *ctx, enum bm_slot slot, uint8_t *out, size_t cap,
	    size_t *n);
	/* Atomic and durable when it returns true.  n == 0 empties. */
	bool (*store)(void *ctx, enum bm_slot slot, const uint8_t *p, size_t n);
};

/* Borrowed for as long as struct bm is used. */
struct bm_config {
	const char *registrar; /* the cloud registrar: "https://host:port" */
	struct bm_span birth_cert; /* DER */
	/* The certificates, DER, whose keys may sign vouchers. */
	const struct bm_span *voucher_anchors;
	size_t voucher_anchors_n;
	struct bm_span claim_voucher; /* token of the firmware; n == 0: none */
	/* Each 0 for its default. */
	uint32_t wait_min_s;	    /* backoff: first wait; 5 */
	uint32_t wait_max_s;	    /* backoff: longest; 3600 */
	uint32_t retry_after_max_s; /* of what a server may ask; 86400 */
	uint32_t renew_before_s;    /* default a third of the lifetime, at most
				     * 30 days */
	uint32_t refresh_s;	    /* of the list of peers; 86400 */
	uint32_t proof_age_max_s;   /* of a status proof; 86400 */
	bool no_proof;		    /* do not fetch a status proof of our own */
	bool no_peers; /* do not fetch the list of peers, nor a proof */
};

enum bm_want {
	BM_CONNECT, /* open a connection, then bm_connected or bm_failed */
	BM_SEND,    /* send io.data or its beginning, then bm_sent */
	BM_RECEIVE, /* read, then bm_received; n == 0 at the end */
	BM_CLOSE,   /* close the connection; nothing is told */
	BM_WAIT,    /* come back in io.wait_s seconds: io.why tells why */
	BM_DONE,    /* all is well: come back in io.wait_s seconds */
	BM_FAILED   /* cannot go on: io.why; bm_start again to retry */
};

/* What an exchange is about, for logs. */
enum bm_task {
	BM_TASK_NONE,
	BM_TASK_CLAIM,
	BM_TASK_VOUCHER,
	BM_TASK_VOUCHER_STATUS,
	BM_TASK_CACERTS,
	BM_TASK_ENROL,
	BM_TASK_ENROL_STATUS,
	BM_TASK_RENEW,
	BM_TASK_PEERS,
	BM_TASK_PROOF
};

enum bm_trust {
	BM_TRUST_NONE, /* plain HTTP: what comes is signed itself */
	/* TLS, the caller's preloaded registrar anchors, for a registrar that
	 * another one redirects to as well */
	BM_TRUST_REGISTRAR,
	BM_TRUST_DOMAIN /* TLS, io.trust_cert only, as an anchor even when
			 * it is not self-signed */
};

enum bm_credential {
	BM_CREDENTIAL_NONE,
	BM_CREDENTIAL_BIRTH,	  /* config.birth_cert and BM_KEY_BIRTH */
	BM_CREDENTIAL_OPERATIONAL /* io.cert and io.key */
};

/* Filled by bm_next; its pointers hold until the next call of the library. */
struct bm_io {
	enum bm_task task;
	/* of BM_CONNECT; the server's certificate must also be for this host */
	const char *host;
	uint16_t port;
	enum bm_trust trust;
	struct bm_span trust_cert;
	enum bm_credential credential;
	enum bm_key key;
	struct bm_span cert;
	/* of BM_SEND */
	struct bm_span data;
	/* of BM_RECEIVE: free for reading into, but need not be used */
	uint8_t *buf;
	size_t cap;
	/* of BM_WAIT and BM_DONE */
	uint32_t wait_s;
	/* of BM_WAIT and BM_FAILED; of BM_DONE: why the last renewal or
	 * refresh of peers and proof did not succeed, or BM_OK */
	enum bm_why why;
	uint16_t http_status; /* of the last answer, or 0 */
};

enum bm_state {
	BM_NEW,	    /* does not know its owner */
	BM_OWNED,   /* has a voucher */
	BM_ENROLLED /* has an operational certificate */
};

/* The rest of the types are the library's own: do not touch their members. */
struct bm_url {
	char host[BM_HOST_MAX];
	char path[BM_PATH_MAX];
	uint16_t port;
	bool tls;
};

struct bm_http {
	uint8_t *line, *body;
	size_t body_cap, body_n, line_n, head_n;
	uint32_t left, retry_after;
	uint16_t status, location_n;
	uint8_t step, type;
	bool has_length, chunked, close, has_retry_after, long_line, minor_0,
	    after_cr;
};

struct bm_saved {
	enum bm_state state;
	bool claimed, key_made, tell_voucher, tell_enrol;
	uint8_t current; /* 0: A, 1: B */
	int64_t floor_s; /* it is later than this */
	struct bm_url est;
};

struct bm {
	const struct bm_config *config;
	const struct bm_platform *platform;
	uint8_t *work;
	size_t work_n;
	struct bm_saved saved;
	struct bm_url target;
	struct bm_http http;
	const uint8_t *out;
	size_t out_n;
	/* now_s is never before what is known to be past */
	int64_t now_s, not_after, renew_at, renew_next, peers_at, proof_at;
	enum bm_task task, refresh_task;
	enum bm_why why, refresh_why;
	uint32_t wait_s;
	uint8_t nonce[BM_NONCE];
	uint8_t step, target_conn, conn, conn_credential, faults,
	    refresh_faults, redirects;
	bool clock, open, reused, redirected, claim_tried, claim_refused,
	    has_cacerts, ask_owner;
};

/* Reads the stored state and checks the configuration; no I/O but load.
 * BM_OK, or BM_WHY_CONFIG, BM_WHY_STORE, BM_WHY_SPACE.  b need not be
 * initialised; nothing is to be freed. */
enum bm_why bm_start(struct bm *b, const struct bm_config *config,
    const struct bm_platform *platform, uint8_t *work, size_t work_n);

/* What to do next.  now_s is seconds since 1970, or 0 without a clock: then
 * nothing is taken for expired that was valid when the voucher was made, and
 * peers are refused.  After BM_WAIT and BM_DONE a call is taken to mean that
 * the time is over (BM_WAIT) or that it be looked what is due (BM_DONE); both
 * may come early. */
enum bm_want bm_next(struct bm *b, int64_t now_s, struct bm_io *io);

void bm_connected(struct bm *b);
void bm_sent(struct bm *b, size_t n);
/* p may be io.buf or any other memory.  n == 0: the peer has closed. */
void bm_received(struct bm *b, const uint8_t *p, size_t n);
/* The connection could not be opened or broke: BM_WHY_CONNECT, BM_WHY_TLS,
 * BM_WHY_IO, BM_WHY_TIMEOUT.  The caller has closed it. */
void bm_failed(struct bm *b, enum bm_why why);

enum bm_state bm_state(const struct bm *b);
/* Where the operational certificate and its key are.  Only of BM_ENROLLED. */
enum bm_slot bm_cert_slot(const struct bm *b);
enum bm_key bm_cert_key(const struct bm *b);
/* When renewal begins; 0 when not enrolled. */
int64_t bm_renew_at(const struct bm *b);
/* Renew, or fetch peers and proof, at the next bm_next that would have said
 * BM_DONE, whatever the time. */
void bm_renew(struct bm *b);
void bm_refresh(struct bm *b);
/* Back to BM_NEW, as for a change of owner: empties all slots, STATE first.
 * The caller has closed its connection. */
enum bm_why bm_reset(struct bm *b);

/* Device to device (mutual TLS made by the caller, who has proof that the peer
 * holds chain[0]'s key). */
struct bm_peer {
	const struct bm_span *chain; /* DER, the peer's own first */
	size_t chain_n;		     /* 1 to BM_CHAIN_MAX */
	/* Its stapled OCSP response; n == 0: none, which is good enough only
	 * for a certificate that lives no longer than proof_age_max_s. */
	struct bm_span proof;
	/* Memory for the CAs and the list of peers, or NULL for the work
	 * buffer of b, which must then be in BM_WAIT or BM_DONE. */
	uint8_t *scratch;
	size_t scratch_n;
	/* Out: the peer's product, "" when it names none. */
	char product[BM_PRODUCT_MAX + 1];
};
/* BM_OK, or why the peer is refused. */
enum bm_why bm_peer_check(struct bm *b, struct bm_peer *peer, int64_t now_s);

/* "voucher-nonce" and so on: stable words, for logs and status reports. */
const char *bm_why_text(enum bm_why why);
/* "voucher", "enrol", ... */
const char *bm_task_text(enum bm_task task);

#ifdef __cplusplus
}
#endif

#endif
