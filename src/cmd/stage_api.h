/* The stage's people and their calls over REST: who they are, what they set
 * up once, and calls as one of them. */
#ifndef BIRTHMARK_CMD_STAGE_API_H
#define BIRTHMARK_CMD_STAGE_API_H

#include "cmd/stage.h"

/* The chip maker's fab (once), and the bundle of its CAs for a broker. */
MUST_CHECK enum rc stage_api_fab(struct stage *s, const char *name,
    struct err *e);
/* The key that the first account's receiver checks tokens with, into a file;
 * after the account. */
MUST_CHECK enum rc stage_api_interop_key(struct stage *s, struct err *e);
MUST_CHECK enum rc stage_api_login(struct stage *s, const char *who,
    struct client *c, struct err *e);
/* One call; body is taken over (may be NULL); answer may be NULL. */
MUST_CHECK enum rc stage_api_call(struct client *c, const char *method,
    const char *path, json_t *body, json_t **answer, struct err *e);

/* A POST with this idempotency key, so that setting up can be repeated. */
MUST_CHECK enum rc stage_api_once(struct client *c, const char *path,
    json_t *body, const char *key, json_t **answer, struct err *e);

/* Sets up, once each: the chip maker with its CAs (user "vendor"), and an
 * account with its administrator ("admin" for the first account). */
MUST_CHECK enum rc stage_api_vendor(struct stage *s, const char *name,
    struct err *e);
MUST_CHECK enum rc stage_api_account(struct stage *s, const char *who,
    const char *name, struct err *e);
/* Adds user `who` with this role to the account of admin. */
MUST_CHECK enum rc stage_api_member(struct stage *s, const char *admin,
    const char *who, const char *role, struct err *e);
/* The product, the two clouds and the gate's token of the first account. */
MUST_CHECK enum rc stage_api_clouds(struct stage *s, const char *product,
    struct err *e);
/* Personalises a reel in the fab (once). */
MUST_CHECK enum rc stage_api_reel(struct stage *s, const char *reel,
    const char *batch, unsigned int count, bool open, struct err *e);
/* Publishes it (once). */
MUST_CHECK enum rc stage_api_publish(struct stage *s, const char *reel,
    struct err *e);

/* `birthmark ARGV...` with the session of c; what it refused is in e. */
MUST_CHECK enum rc stage_api_run_as(struct stage *s, struct client *c,
    const char *const *argv, struct err *e);
/* `birthmark publish DIR` with the session of c. */
MUST_CHECK enum rc stage_api_publish_dir(struct stage *s, struct client *c,
    const char *dir, struct err *e);

#endif
