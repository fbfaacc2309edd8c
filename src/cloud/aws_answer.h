/* An answer of AWS IoT Core or STS: what it says, or whose fault it is.
 * Must not know which conversation it is part of. */
#ifndef BIRTHMARK_CLOUD_AWS_ANSWER_H
#define BIRTHMARK_CLOUD_AWS_ANSWER_H

#include "cloud/connector.h"

#define AWS_ANSWER_MAX (1u << 20)
#define AWS_ANSWER_NAME_SIZE 65

/* What a conversation has to judge by itself. */
enum aws_answer_kind {
	AWS_ANSWER_OK,
	AWS_ANSWER_EXISTS,
	AWS_ANSWER_NOT_FOUND,
	AWS_ANSWER_REFUSED, /* this request will never do */
	AWS_ANSWER_STATE,   /* not in the state that the thing is in */
};

struct aws_answer {
	enum aws_answer_kind kind;
	json_t *root;			 /* of OK: an object, NULL for none */
	char name[AWS_ANSWER_NAME_SIZE]; /* of the error */
	char words[CONNECTOR_TEXT_SIZE]; /* the cloud's own */
	char resource[65];		 /* of EXISTS; "" when it said none */
};

/* call is the name of the operation.  RC_OK with *out, which has to be cleared
 * after RC_OK; otherwise the fault as connector.take gives it. */
MUST_CHECK enum rc aws_answer_read(const struct connector_talk *t,
    const struct connector_answer *a, const char *call, struct aws_answer *out,
    struct err *e);
void aws_answer_clear(struct aws_answer *x);
MUST_CHECK enum rc aws_answer_garbage(const char *call, const char *why,
    struct err *e);

#endif
