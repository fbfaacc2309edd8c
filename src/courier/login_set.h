/* Sessions of clouds that want a login first: made once, shared by the threads,
 * kept until shortly before their end.
 * Must not be written anywhere. */
#ifndef BIRTHMARK_COURIER_LOGIN_SET_H
#define BIRTHMARK_COURIER_LOGIN_SET_H

#include "courier/converse.h"

struct login_set;

MUST_CHECK enum rc login_set_new(struct login_set **out, struct err *e);
void login_set_free(struct login_set *s);
/* Puts the session of this cloud into out (a secret), made by c when there is
 * none that holds; print tells one set of credentials from another.  What is in
 * out was refused: it is not given again.  Waits while another makes one, and
 * keeps c's beat.  Nothing for a kind without login. */
MUST_CHECK enum rc login_set_get(struct login_set *s, const struct converse *c,
    const uint8_t print[32], struct buf *out, struct err *e);
/* Whether the next one is a new one: this one is near its end, and nobody makes
 * the next now. */
bool login_set_is_old(struct login_set *s, const char *cloud);

#endif
