/* The processes under the parent: what each is given, gives up, and does.
 * Must not start or watch processes. */
#ifndef BIRTHMARK_CMD_SERVE_CHILD_H
#define BIRTHMARK_CMD_SERVE_CHILD_H

#include "cmd/serve_conf.h"
#include "signer/signer.h"

enum serve_child_kind {
	SERVE_CHILD_SIGNER,
	SERVE_CHILD_WORKER,
	SERVE_CHILD_COURIER
};

struct serve_child {
	const struct serve_conf *conf;
	enum serve_child_kind kind;
	const char *name;		     /* "worker 1" */
	unsigned int slot;		     /* row of the counters */
	const char *public_url;		     /* never empty */
	const char *device_url, *status_url; /* empty: there is none */
	int listen_fd;			     /* of a worker, as these: */
	int device_fd, status_fd;	     /* -1: none */
	int signer_fd;			     /* worker, courier */
	const struct signer_client *clients; /* signer */
	unsigned int clients_n;
	int ready_fd; /* one byte when it serves */
};

/* Gives up what this kind does not need. */
MUST_CHECK enum rc serve_child_confine(enum serve_child_kind kind,
    const char *dir, struct err *e);
/* In the new process, with only its own descriptors open; the exit status. */
int serve_child_run(const struct serve_child *c);

#endif
