/* How the services of Azure know us: a shared access signature made from a
 * connection string, or a token of Entra ID for an application, which shows a
 * secret or a token of ours (federated).  A session is the whole value of the
 * Authorization header.
 * Must not be included but by the connectors of Azure. */
#ifndef BIRTHMARK_CLOUD_AZURE_AUTH_H
#define BIRTHMARK_CLOUD_AZURE_AUTH_H

#include "cloud/connector.h"

#define AZURE_AUTH_HOST_SIZE 256
#define AZURE_AUTH_KEY_MAX 128 /* bytes of a shared key */

struct azure_auth_parsed {
	char host[AZURE_AUTH_HOST_SIZE];
	char key_name[65];
	uint8_t key[AZURE_AUTH_KEY_MAX]; /* secret */
	size_t key_n;
};
/* "HostName=...;SharedAccessKeyName=...;SharedAccessKey=BASE64" in any order,
 * nothing else; the caller wipes it with azure_auth_wipe. */
MUST_CHECK enum rc azure_auth_parse(struct span text,
    struct azure_auth_parsed *out, struct err *e);
void azure_auth_wipe(struct azure_auth_parsed *p);
/* Appends "SharedAccessSignature sr=...&sig=...&se=...&skn=...". */
void azure_auth_sas(const struct azure_auth_parsed *p, int64_t until_s,
    struct buf *out);

/* The service's name, and its port if one was given. */
MUST_CHECK enum rc azure_auth_host(const struct connector_way *way,
    char out[AZURE_AUTH_HOST_SIZE], struct err *e);
/* One way in and only one; writes the host of the connection string to the
 * settings when they have none. */
MUST_CHECK enum rc azure_auth_check(json_t *settings, json_t *credentials,
    struct err *e);

/* The verb CONNECTOR_LOGIN: scope as Entra ID names the service. */
MUST_CHECK enum rc azure_auth_ask(struct connector_talk *t, const char *scope,
    struct connector_request *q, struct err *e);
MUST_CHECK enum rc azure_auth_take(struct connector_talk *t,
    const struct connector_answer *a, struct err *e);

/* Begins a request with the session: the address up to its query. */
MUST_CHECK enum rc azure_auth_begin(const struct connector_talk *t,
    struct connector_request *q, const char *method, const char *path,
    struct err *e);

#endif
