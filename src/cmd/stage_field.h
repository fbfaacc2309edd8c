/* The stage's devices in the field: authorities of accounts, products with
 * profiles, claim vouchers, words about single devices; over REST. */
#ifndef BIRTHMARK_CMD_STAGE_FIELD_H
#define BIRTHMARK_CMD_STAGE_FIELD_H

#include "cmd/stage_api.h"

/* Root and issuing CA of who's account (once), by who's session; their
 * certificates in DIR/WHO-root.pem and DIR/WHO-issuing.pem. */
MUST_CHECK enum rc stage_field_authority(struct stage *s, struct client *c,
    const char *who, struct err *e);
/* The owner's broker's certificate, by `birthmark ca issue-server`, and whom
 * that broker trusts. */
MUST_CHECK enum rc stage_field_server(struct stage *s, struct client *c,
    struct err *e);
/* A product of who's, its id kept as `as`, with a profile; name NULL: the
 * product is there already. */
MUST_CHECK enum rc stage_field_product(struct stage *s, struct client *c,
    const char *who, const char *name, const char *as, struct err *e);
MUST_CHECK enum rc stage_field_talk(struct stage *s, struct client *c,
    const char *one, const char *other, struct err *e);
/* Binds a reel by its label's text to a product. */
MUST_CHECK enum rc stage_field_bind(struct stage *s, struct client *c,
    const char *label, const char *product, struct err *e);

/* Makes a claim voucher for a product: its token goes into DIR/NAME.token. */
MUST_CHECK enum rc stage_field_claim(struct stage *s, struct client *c,
    const char *name, const char *product, unsigned int most, struct err *e);
MUST_CHECK enum rc stage_field_unclaim(struct stage *s, struct client *c,
    const char *name, struct err *e);

/* The certificates that the device of this birth certificate has got from its
 * owner's CA, newest first: a new reference. */
MUST_CHECK enum rc stage_field_certificates(struct stage *s, struct client *c,
    const char *fingerprint, json_t **items, struct err *e);
/* Revokes the first of them. */
MUST_CHECK enum rc stage_field_revoke(struct stage *s, struct client *c,
    const char *fingerprint, struct err *e);

#endif
