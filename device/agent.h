/* The reference agent: a device's whole life on libbirthmark, on Linux.  It
 * pumps the library with sockets, OpenSSL and a state directory. */
#ifndef BIRTHMARK_DEVICE_AGENT_H
#define BIRTHMARK_DEVICE_AGENT_H

#include "device/agent_platform.h"
#include "device/tls.h"
#include "device/wire.h"

#define AGENT_ANCHORS_MAX 16 /* certificates that may sign vouchers */
#define AGENT_WORK 32768

/* What is NULL is taken from the state directory, where the last start with
 * it has left it. */
struct agent_options {
	struct chip_place chip;
	const char *state;	     /* directory */
	const char *registrar;	     /* https://host[:port] */
	const char *anchors;	     /* PEM file: whom the registrar is by */
	const char *voucher_anchors; /* PEM file: who signs vouchers */
	const char *claim_voucher;   /* file with the token */
	uint32_t renew_before_s;  /* 0: a third of its life, 30 days at most */
	uint32_t proof_age_max_s; /* of a peer's status proof; 0: a day */
	int timeout_ms;
	bool look_only;	    /* another process runs the device */
	bool (*stop)(void); /* asked often; may be NULL */
	/* One line of progress, without its end; may be NULL. */
	void (*tell)(const char *text);
};

/* Must not move once it is open. */
struct agent {
	struct agent_options o;
	struct chip chip;
	struct agent_store store;
	struct agent_keys keys;
	struct agent_platform platform;
	struct bm bm;
	struct bm_config config;
	struct bm_span voucher_certs[AGENT_ANCHORS_MAX];
	struct buf registrar, anchors, voucher_anchors, claim;
	struct wire *wire;
	struct err fault; /* of the connection, or the platform */
	enum bm_task told;
	uint8_t work[AGENT_WORK];
};

/* o is copied, its strings are borrowed.  agent_close also after failure. */
MUST_CHECK enum rc agent_open(struct agent *a, const struct agent_options *o,
    struct err *e);
void agent_close(struct agent *a);
/* Reads the state again, which another process may have changed. */
MUST_CHECK enum rc agent_reload(struct agent *a, struct err *e);

/* Works until there is something to wait for: BM_WAIT, BM_DONE or BM_FAILED.
 * Stopped, it gives BM_WAIT. */
enum bm_want agent_step(struct agent *a, struct bm_io *io);
/* Why, as a sentence, with the connection's own fault if it was one. */
void agent_reason(const struct agent *a, const struct bm_io *io, char *out,
    size_t cap);

/* The operational identity: RC_NOT_FOUND when there is none yet. */
struct agent_identity {
	struct key *key; /* borrowed */
	struct buf der;
	struct cert cert;
	struct buf chain;   /* of the owner's CAs between it and the root */
	struct buf anchors; /* the owner's domain and CAs */
	struct buf proof;   /* of our own status; may be empty */
};
MUST_CHECK enum rc agent_identity(struct agent *a, struct agent_identity *id,
    struct err *e);
void agent_identity_clear(struct agent_identity *id);

#endif
