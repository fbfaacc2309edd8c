/* Sessions of clouds that want a login first: made once, shared by the threads,
 * kept until shortly before their end.
 * Must not be written anywhere. */
#ifndef BIRTHMARK_COURIER_SESSION_H
#define BIRTHMARK_COURIER_SESSION_H

#include "courier/converse.h"

struct session_set;

MUST_CHECK enum rc session_set_new(struct session_set **out, struct err *e);
void session_set_free(struct session_set *s);
/* Puts the session of this cloud into out (a secret), made by c when there is
 * none that holds; print tells one set of credentials from another.  Nothing
 * for a kind without login. */
MUST_CHECK enum rc session_get(struct session_set *s, const struct converse *c,
    const uint8_t print[32], struct buf *out, struct err *e);
/* This one was refused: the next one is a new one, unless that is made. */
void session_drop(struct session_set *s, const char *cloud,
    struct span refused);
/* Whether the next one is a new one: this one is near its end. */
bool session_is_old(struct session_set *s, const char *cloud);

#endif
