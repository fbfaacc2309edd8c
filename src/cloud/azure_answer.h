/* Answers of Azure's IoT services and of Entra ID: JSON, the service's own
 * words, and whose fault a status is.
 * Must not be included but by the connectors of Azure. */
#ifndef BIRTHMARK_CLOUD_AZURE_ANSWER_H
#define BIRTHMARK_CLOUD_AZURE_ANSWER_H

#include "cloud/connector.h"

#define AZURE_ANSWER_MAX (8u << 20) /* bytes of a body */

/* NULL when it is no JSON, too large, or names something twice; the caller
 * ends it with json_decref. */
json_t *azure_answer_json(const struct connector_answer *a);
/* RC_INVALID, with what about the answer makes no sense. */
enum rc azure_answer_garbage(struct err *e, const char *why);
/* What the service says about a fault, cleaned; "" when it says nothing. */
void azure_answer_text(const struct connector_answer *a,
    char out[CONNECTOR_TEXT_SIZE]);
/* It is about what these credentials may do, not about who they are: status
 * 403, and a hub's 401 to one of Entra ID that has no role for this. */
bool azure_answer_lacks_right(const struct connector_answer *a);
/* The fault of an answer that is not 2xx, by its status; who: "The hub". */
MUST_CHECK enum rc azure_answer_fault(const struct connector_answer *a,
    const char *who, struct err *e);
/* A fault as azure_answer_fault has it, of the class the caller saw. */
enum rc azure_answer_wait(const struct connector_answer *a, enum rc rc,
    const char *who, struct err *e);

/* What an error of one device means, by "errorCode": a number of six digits or
 * a name. */
enum azure_answer_code {
	AZURE_ANSWER_EXISTS,
	AZURE_ANSWER_GONE,
	AZURE_ANSWER_OTHER_ETAG,
	AZURE_ANSWER_THROTTLED,
	AZURE_ANSWER_BROKEN, /* the service's own fault */
	AZURE_ANSWER_WRONG   /* anything else: it will not have it */
};
enum azure_answer_code azure_answer_code(const json_t *error_code);

#endif
