/* Devices on their way to what is wanted of them in a registry of Azure: made
 * first, looked up when they are there already, judged by their certificates,
 * then changed or removed by the ETag that was seen.
 * Must not be included but by the connectors of Azure. */
#ifndef BIRTHMARK_CLOUD_AZURE_SYNC_H
#define BIRTHMARK_CLOUD_AZURE_SYNC_H

#include "cloud/connector.h"

#define AZURE_SYNC_GROUP_MAX 100
#define AZURE_SYNC_ETAG_SIZE 129
#define AZURE_SYNC_THUMB_SIZE 65 /* hex of SHA-256, or of SHA-1 */

/* What is to be done next for a device. */
enum azure_sync_todo {
	AZURE_SYNC_LOOK, /* among others; may be out of date */
	AZURE_SYNC_GET,	 /* alone; is so now */
	AZURE_SYNC_CREATE,
	AZURE_SYNC_WRITE,
	AZURE_SYNC_DROP,
	AZURE_SYNC_DONE
};

struct azure_sync_slot {
	uint8_t todo;
	uint8_t rounds;	   /* that came to nothing */
	uint8_t then;	   /* enum connector_result, once written */
	uint8_t is_wanted; /* in the registry, enabled or not */
	char name[CONNECTOR_NAME_SIZE];
	char etag[AZURE_SYNC_ETAG_SIZE];
	size_t kept_at, kept_n; /* in the talk's note */
};

/* How a service differs. */
struct azure_sync_kind {
	/* Name of a device; RC_INVALID when it can have none here. */
	enum rc (*name)(const struct connector_way *way,
	    const struct connector_device *d, char out[CONNECTOR_NAME_SIZE],
	    struct err *e);
	/* The certificates that shall let it in, newest first. */
	size_t (*certs)(const struct connector_device *d,
	    const struct connector_cert *out[2]);
	enum azure_sync_todo look; /* how devices are looked up first */
	const char *thing;	   /* "device", "enrollment" */
	bool ignores_case;	   /* of names */
	bool drops_alone;	   /* a request for each that is removed */
};

/* The slots of t->devices, made at the first call; NULL when out of memory. */
struct azure_sync_slot *azure_sync_slots(struct connector_talk *t,
    const struct azure_sync_kind *k);
/* The slots of the next request: all those with the most urgent work, in their
 * order, each name once; 0 when all is done.  all_writes: making, changing and
 * removing go into one request.  The same again until a slot changes. */
size_t azure_sync_pick(struct connector_talk *t,
    const struct azure_sync_kind *k, bool all_writes,
    size_t out[AZURE_SYNC_GROUP_MAX]);

/* Remembers what was read of a device, for what is to be written of it; false
 * when it is too large.  Moves the slots. */
MUST_CHECK bool azure_sync_keep(struct connector_talk *t, size_t i,
    struct span what);
struct span azure_sync_kept(const struct connector_talk *t, size_t i);

/* The certificates that shall stand there, primary first: of a device that is
 * suspended those it will need again. */
size_t azure_sync_certs(const struct azure_sync_kind *k,
    const struct connector_device *d, const struct connector_cert *out[2]);

/* What was found under a device's name. */
struct azure_sync_found {
	bool enabled;
	bool by_thumbprint; /* lets in by certificates of its own */
	bool differs;	    /* in something else that is ours to set */
	bool may_be_old;    /* from a query */
	const char *way_in; /* how it lets in otherwise; borrowed */
	char etag[AZURE_SYNC_ETAG_SIZE];       /* "" when not told */
	char thumbs[2][AZURE_SYNC_THUMB_SIZE]; /* lower case */
	size_t thumbs_n;
};
/* Takes a thumbprint as the service writes it: hex of any case, or null;
 * false when it is none. */
MUST_CHECK bool azure_sync_thumb(const json_t *v, struct azure_sync_found *f);
/* found is NULL when there is nothing of that name. */
void azure_sync_judge(struct connector_talk *t, const struct azure_sync_kind *k,
    size_t i, const struct azure_sync_found *found);

/* The answer to a request of changes: a list of errors, each with a name, code
 * and text; what is not in it was done.  idx as picked; names the field of the
 * names.  A whole fault, or one of those that have to wait, is returned; what
 * was done then is kept. */
struct azure_sync_sent {
	const size_t *idx;
	size_t n;
	const char *names;
};
MUST_CHECK enum rc azure_sync_done(struct connector_talk *t,
    const struct azure_sync_kind *k, const struct azure_sync_sent *sent,
    const struct connector_answer *a, struct err *e);
/* The answer to the conditional deletion of one. */
MUST_CHECK enum rc azure_sync_dropped(struct connector_talk *t, size_t i,
    const struct connector_answer *a, struct err *e);
void azure_sync_end(struct connector_talk *t, size_t i,
    enum connector_result result, const char *message);

/* "enabled HEX HEX", as an item's value. */
void azure_sync_value(const struct azure_sync_found *f,
    char out[CONNECTOR_VALUE_SIZE]);
/* connector.expect and .clash of both. */
size_t azure_sync_expect(const struct connector_way *way,
    const struct connector_device *d, const struct azure_sync_kind *k,
    struct connector_item *out);
bool azure_sync_clash(const struct connector_item *expect,
    const struct connector_item *found);

/* --- listing --- */

/* The token of the next page, from the answer to the note; t->over when there
 * is none. */
MUST_CHECK enum rc azure_sync_next(struct connector_talk *t,
    const struct connector_answer *a, struct err *e);
/* Adds the headers of the page. */
void azure_sync_page(struct connector_talk *t, struct connector_request *q,
    unsigned int size);

/* The line of a test that went well. */
void azure_sync_check(struct connector_talk *t, const char *name,
    const char *detail);

#endif
