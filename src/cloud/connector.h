/* Connectors: a file for each kind of product cloud, with what helps it beside
 * it, and one line in the table of connector.c.  A connector is a conversation:
 * it writes the next request and reads the answer.  Must not do I/O, keep time
 * or wait: the courier sends, paces, repeats and records. */
#ifndef BIRTHMARK_CLOUD_CONNECTOR_H
#define BIRTHMARK_CLOUD_CONNECTOR_H

#include "base/buf.h"
#include "base/json.h"
#include "base/rand.h"
#include "core/cloud_rules.h"
#include "core/cloud_want.h"
#include "core/core.h"
#include "store/store_cloud.h"
#include "store/store_job.h"

#define CONNECTOR_CERTS_MAX CLOUD_WANT_CERTS_MAX /* of one device */
#define CONNECTOR_NAME_SIZE 129			 /* of a device in its cloud */
/* The slug of an RC_AGAIN that is no fault of the cloud: what was asked for
 * takes it a moment.  The connector says so a limited number of times. */
#define CONNECTOR_NOT_YET "cloud-not-yet"
#define CONNECTOR_TEXT_SIZE 301 /* of messages */
/* That one device is made of in its cloud: a certificate and what it may do,
 * and its name. */
#define CONNECTOR_ITEMS_MAX (2 * CONNECTOR_CERTS_MAX + 1)
#define CONNECTOR_KEY_SIZE 161
#define CONNECTOR_VALUE_SIZE 201

/* What shall be of a device in its cloud. */
enum connector_want {
	CONNECTOR_ADMIT,
	CONNECTOR_SUSPEND, /* known, and may not in: quarantine */
	CONNECTOR_REMOVE,
};

struct connector_cert {
	uint8_t fp[32]; /* SHA-256 of der */
	uint8_t sha1[20];
	struct span der; /* borrowed */
	bool valid;	 /* may in while its device may */
};

struct connector_device {
	uint64_t seq;
	enum connector_want want;
	char ref[65]; /* birth certificate's fp, hex */
	char chip_id[65];
	char name[CONNECTOR_NAME_SIZE]; /* by the cloud's template */
	char bid[65];
	char product[257]; /* its name, "" for none */
	/* The birth certificate first, then its own, the valid ones first;
	 * also those that are not valid any more, so that they go. */
	struct connector_cert certs[CONNECTOR_CERTS_MAX];
	size_t certs_n;
};

/* What became of a device. */
enum connector_result {
	CONNECTOR_NONE, /* nothing is known yet */
	CONNECTOR_CREATED,
	CONNECTOR_SAME, /* it was so already */
	CONNECTOR_CHANGED,
	CONNECTOR_REMOVED,
	CONNECTOR_CONFLICT, /* another key is there under that name */
	CONNECTOR_REFUSED,  /* the cloud will not have this device */
};
struct connector_outcome {
	enum connector_result result;
	char message[CONNECTOR_TEXT_SIZE]; /* of the last two: in the cloud's
					    * own words, cleaned */
};

/* One thing that is in a cloud: its key (unique in the cloud, with its kind:
 * "certificate/HEX", "thing/NAME", "device/ID") and what matters of it as
 * text, so that equal texts are equal states. */
struct connector_item {
	char key[CONNECTOR_KEY_SIZE];
	char value[CONNECTOR_VALUE_SIZE];
};

/* What is signed for whom: body begins with {"id":ID,"account":ACCOUNT, in
 * this form and order, which the signer holds it to. */
struct connector_event {
	const char *audience; /* URL */
	const char *id;	      /* "evt_..." */
	struct span body;
};

/* The way to one cloud; all borrowed and the same for the whole
 * conversation. */
struct connector_way {
	const char *cloud_id, *account;
	json_t *settings;    /* of the cloud, checked by connector.check */
	json_t *credentials; /* opened; {} when it has none */
	const char *session; /* what login came to; "" without one */
	/* A token of the account for this audience, signed by the service; of
	 * a kind with login its identity, as bearer_identity has it. */
	enum rc (*token)(void *ctx, const char *audience, struct buf *jwt,
	    struct err *e);
	/* Appends a detached JWS (RFC 7797, b64 false) over an event, signed
	 * with the account's published key. */
	enum rc (*sign)(void *ctx, const struct connector_event *event,
	    struct buf *jws, struct err *e);
	void *ctx;
};

enum connector_verb {
	CONNECTOR_LOGIN, /* to session and session_ends_s */
	CONNECTOR_SYNC,	 /* devices become what is wanted; to out */
	CONNECTOR_LIST,	 /* all that is there, to item() */
	CONNECTOR_TEST,	 /* reach and rights; adds lines to checks */
};

/* A request of the connector.  The strings are in text, which the courier
 * clears. */
struct connector_request {
	const char *method; /* literal */
	unsigned int op;    /* index in rules.ops: its quota paces it */
	struct buf url;
	struct buf body;
	const char *content_type; /* literal; NULL without body */
	struct buf headers;	  /* "Name: value\n", several; no secret is
				   * logged from here */
};

struct connector_answer {
	int status;
	struct span body;
	struct span headers; /* "name: value\r\n" of this answer, names in lower
			      * case */
	int64_t date_s; /* of the cloud, from its Date; 0 when it said none */
};

struct connector_talk {
	const struct connector_way *way;
	enum connector_verb verb;
	int64_t now_s; /* set before each ask */
	/* SYNC: at most rules.group of them. */
	const struct connector_device *devices;
	size_t n;
	struct connector_outcome *out;
	/* LIST */
	enum rc (
	    *item)(void *ctx, const struct connector_item *item, struct err *e);
	void *ctx;
	/* LOGIN */
	struct buf session; /* a text of the connector's own; secret */
	int64_t session_ends_s;
	/* TEST: an open JSON object of {"NAME": {"ok", "detail"}}, to which
	 * take adds.  ask sets check to the NAME of what it asks: when that
	 * ends in a fault (of the way there, or of take) the courier adds its
	 * line with ok false and the fault's text, keeps the first fault for
	 * the job, adds one to step and asks again, until over. */
	struct json *checks;
	const char *check;
	/* The connector's own memory between steps, zero at the start. */
	unsigned int step;
	unsigned int at; /* the certificate, page ... of the step */
	struct buf note; /* for what it has to remember; secret */
	bool over;	 /* set by take (or ask, then nothing is sent) */
};

struct connector {
	struct cloud_rules rules;
	/* Clouds of one account with the same text share their quotas:
	 * "aws/123456789012/eu-central-1".  Into 128 bytes. */
	void (*quota_key)(const struct connector_way *way, char out[128]);
	/* Instead of ask and take, for a cloud that fetches by itself: tells
	 * the whole of j inside the caller's transaction, and tests. */
	enum rc (*announce)(struct core *core, const struct store_cloud *cloud,
	    struct store_job *j, struct err *e);
	enum rc (*test)(struct core *core, const struct store_cloud *cloud,
	    struct json *checks, struct err *e);
	/* Writes the request of t->step; again after a fault, so that it must
	 * be idempotent and signs anew. */
	enum rc (*ask)(struct connector_talk *t, struct connector_request *q,
	    struct err *e);
	/* Reads the answer and moves t->step, or sets t->over.  A fault leaves
	 * t as it was: RC_AGAIN the cloud is away or broken, RC_LIMIT it asks
	 * to wait (e->retry_after_s), RC_UNAUTHENTICATED credentials refused
	 * (the session is dropped and made once anew), RC_DENIED a right is
	 * missing (e says which), RC_INVALID the answer makes no sense,
	 * RC_TOO_LARGE the request was refused as a whole, so that a smaller
	 * group may pass. */
	enum rc (*take)(struct connector_talk *t,
	    const struct connector_answer *a, struct err *e);
	bool has_login;
	/* The items a device that is wanted so consists of; for REMOVE those
	 * that must not be.  NULL when it cannot list. */
	size_t (*expect)(const struct connector_way *way,
	    const struct connector_device *d,
	    struct connector_item out[CONNECTOR_ITEMS_MAX]);
	/* found stands where expect should: is it another's key rather than an
	 * older state of the same? */
	bool (*clash)(const struct connector_item *expect,
	    const struct connector_item *found);
};

extern const struct connector aws_connector;
extern const struct connector azure_dps_connector;
extern const struct connector azure_hub_connector;
extern const struct connector gate_connector;
extern const struct connector interop_connector;
extern const struct connector webhook_connector;

/* NULL when there is none of this type. */
const struct connector *connector_find(const char *type);
/* The rules of the i-th, for core; NULL after the last. */
const struct cloud_rules *connector_rules_at(size_t i);

/* For connectors: a string setting or credential, NULL when absent. */
const char *connector_str(json_t *object, const char *name);
/* Header of an answer by its lower-case name; empty when absent. */
struct span connector_header(const struct connector_answer *a,
    const char *name);
/* Of Retry-After in seconds, an hour at most; 0 when it says none. */
unsigned int connector_retry_after_s(const struct connector_answer *a);
/* The name of a device by a template of {chip_id}, {fingerprint}, {product}
 * and {batch}; what the cloud does not take becomes '-'. */
struct connector_naming {
	const char *allowed; /* besides letters and digits */
	size_t max;	     /* bytes */
};
MUST_CHECK enum rc connector_name(const char *tmpl,
    const struct connector_naming *rules, struct connector_device *d,
    struct err *e);
/* Judges the template itself: it must hold {chip_id} or {fingerprint}. */
MUST_CHECK enum rc connector_name_check(const char *tmpl,
    const struct connector_naming *rules, struct err *e);
/* Copies a text of the cloud: no control characters, cut between characters. */
void connector_clean(struct span text, char out[CONNECTOR_TEXT_SIZE]);
/* Which of a device's certificates shall let it in: of ADMIT the valid ones,
 * newest first, at most two; of others none.  For clouds that hold a primary
 * and a secondary. */
size_t connector_pair(const struct connector_device *d,
    const struct connector_cert *out[2]);

#endif
