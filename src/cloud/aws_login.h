/* Sessions of AWS: a role assumed with keys, or with a token of this service.
 * Must not keep a session: the courier does. */
#ifndef BIRTHMARK_CLOUD_AWS_LOGIN_H
#define BIRTHMARK_CLOUD_AWS_LOGIN_H

#include "cloud/connector.h"

#define AWS_LOGIN_AUDIENCE "sts.amazonaws.com"

/* As connector.ask and connector.take, for CONNECTOR_LOGIN. */
MUST_CHECK enum rc aws_login_ask(struct connector_talk *t,
    struct connector_request *q, struct err *e);
MUST_CHECK enum rc aws_login_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e);
/* Whose the credentials are, by STS. */
MUST_CHECK enum rc aws_login_ask_who(struct connector_talk *t,
    struct connector_request *q, struct err *e);
/* The account of 12 digits, and the name of the identity. */
MUST_CHECK enum rc aws_login_take_who(struct connector_talk *t,
    const struct connector_answer *a, char account[13],
    char arn[CONNECTOR_TEXT_SIZE], struct err *e);

#endif
