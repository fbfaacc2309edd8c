/* The command line's connection to a service: address, token and trust from
 * options, environment or the saved login; JSON calls over net/fetch.h.
 * Uses the REST interface only, as any other client does. */
#ifndef BIRTHMARK_CMD_CLIENT_H
#define BIRTHMARK_CMD_CLIENT_H

#include <jansson.h>

#include "net/fetch.h"

#define CLIENT_TEXT 256

struct client {
	char url[CLIENT_TEXT]; /* https://host:8443 */
	char token[CLIENT_TEXT];
	char ca[CLIENT_TEXT];	   /* PEM file, "" for the system's */
	char account[CLIENT_TEXT]; /* "acc_..." or "" */
	char vendor[CLIENT_TEXT];  /* "ven_..." or "" */
	struct fetch *fetch;
};

/* The saved login ($XDG_CONFIG_HOME/birthmark/client.json), overridden by
 * BIRTHMARK_URL, BIRTHMARK_TOKEN, BIRTHMARK_CA, BIRTHMARK_ACCOUNT and
 * BIRTHMARK_VENDOR. */
MUST_CHECK enum rc client_open(struct client *c, struct err *e);
void client_close(struct client *c); /* wipes the token */
/* Puts an id given on the command line into a field; NULL leaves it. */
MUST_CHECK enum rc client_use(char field[CLIENT_TEXT], const char *id,
    struct err *e);
/* Saves all but the connection, mode 0600. */
MUST_CHECK enum rc client_save(const struct client *c, struct err *e);
/* Removes the saved token. */
MUST_CHECK enum rc client_forget(struct client *c, struct err *e);

struct client_call {
	const char *method;
	const char *path;	     /* "/api/v1/..." with its query */
	json_t *body;		     /* borrowed, or NULL */
	const char *idempotency_key; /* NULL: a fresh one for POST */
	const char *content_type;    /* with raw, instead of body */
	struct span raw;
};

/* A 2xx answer: RC_OK, with its JSON (a new reference, or NULL when there is
 * none) in *answer.  Else the problem's class, code and detail in e.  Retries
 * by itself when the service is away for a moment. */
MUST_CHECK enum rc client_do(struct client *c, const struct client_call *call,
    json_t **answer, int *status, struct err *e);
/* client_do with method and path only. */
MUST_CHECK enum rc client_get(struct client *c, const char *path,
    json_t **answer, struct err *e);
/* Sets e from a problem document or a bare status. */
enum rc client_problem(int status, struct span body, struct err *e);

/* The account (or vendor) to work in: the given one, else the saved one, else
 * the only one of the user. */
MUST_CHECK enum rc client_need_scope(struct client *c, const char *scope,
    struct err *e);

#endif
