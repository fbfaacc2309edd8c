/* The stage on which the kit and the demonstration play: in one folder a chip
 * maker's fab, the service, an interop receiver, a gate and a broker with the
 * plugin, with what was set up kept in stage.json so that a later start goes
 * on from there.  Everything happens through the programs and the REST
 * interface that users have. */
#ifndef BIRTHMARK_CMD_STAGE_H
#define BIRTHMARK_CMD_STAGE_H

#include "cmd/client.h"

#define STAGE_PATH 1024

enum stage_part {
	STAGE_SERVICE,
	STAGE_RECEIVER,
	STAGE_GATE,
	STAGE_BROKER,
	STAGE_OWN_BROKER,
	STAGE_PARTS
};

struct stage {
	char dir[STAGE_PATH / 2];
	json_t *state; /* ids, ports, tokens: kept in DIR/stage.json */
	pid_t pid[STAGE_PARTS];
	bool quiet;
};

MUST_CHECK enum rc stage_open(struct stage *s, const char *dir, struct err *e);
void stage_close(struct stage *s); /* stops what runs */

/* A kept value, or NULL; and keeping one (written at once). */
const char *stage_get(const struct stage *s, const char *key);
MUST_CHECK enum rc stage_put(struct stage *s, const char *key,
    const char *value, struct err *e);
/* The kept port of that name, or a free one that is kept from now on;
 * wished is taken if it is free. */
MUST_CHECK enum rc stage_port(struct stage *s, const char *key,
    unsigned int wished, unsigned int *port, struct err *e);
/* DIR/name into out[STAGE_PATH]. */
MUST_CHECK enum rc stage_path(const struct stage *s, const char *name,
    char *out, struct err *e);

/* Each starts a part and waits until it answers; data folders are made where
 * they are missing. */
/* The account's own small CA for its servers: broker and receiver. */
MUST_CHECK enum rc stage_start_pki(struct stage *s, struct err *e);
MUST_CHECK enum rc stage_start_service(struct stage *s, struct err *e);
MUST_CHECK enum rc stage_start_receiver(struct stage *s, struct err *e);
MUST_CHECK enum rc stage_start_gate(struct stage *s, struct err *e);
MUST_CHECK enum rc stage_start_broker(struct stage *s, struct err *e);
/* One that devices' own certificates are for: with own-server.{pem,key} of
 * the owner's CA, and own-cas.pem that it trusts. */
MUST_CHECK enum rc stage_start_own_broker(struct stage *s, struct err *e);
void stage_stop(struct stage *s, enum stage_part p);
/* Which part has ended by itself, or STAGE_PARTS. */
enum stage_part stage_fallen(struct stage *s, int *status);
const char *stage_part_name(enum stage_part p);

/* Runs this program with these arguments to its end; the text of its refusal
 * is in e. */
MUST_CHECK enum rc stage_run(const struct stage *s, const char *const *argv,
    struct buf *out, struct err *e);

/* What a subcommand that ended with this status said on standard error. */
enum rc stage_refusal(struct span text, int status, const char *what,
    struct err *e);

#endif
