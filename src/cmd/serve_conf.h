/* The service's directory and settings: where things stand in it, and what its
 * file, the environment and flags say.  Must not act on them. */
#ifndef BIRTHMARK_CMD_SERVE_CONF_H
#define BIRTHMARK_CMD_SERVE_CONF_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"

#define SERVE_CONF_PATH 4096
#define SERVE_CONF_URL 256

/* Below the directory of --dir. */
#define SERVE_CONF_FILE "birthmark.conf"
#define SERVE_CONF_DATA "data" /* all that workers and courier write */
#define SERVE_CONF_SIGNER "signer"
#define SERVE_CONF_COURIER "courier"
#define SERVE_CONF_COURIER_KEY "courier/key.pem"
#define SERVE_CONF_COURIER_PUB "courier.pub"
#define SERVE_CONF_SSO_SECRET "courier/sso-secret"
#define SERVE_CONF_TLS "tls"
#define SERVE_CONF_TLS_CERT "tls/cert.pem"
#define SERVE_CONF_TLS_KEY "tls/key.pem"
#define SERVE_CONF_RUN "run"
#define SERVE_CONF_ADDRESSES "run/addresses.json"

/* Users that the processes become when started as root. */
#define SERVE_CONF_USER "birthmark"
#define SERVE_CONF_USER_SIGNER "birthmark-signer"
#define SERVE_CONF_USER_COURIER "birthmark-courier"

struct serve_conf {
	const char *dir; /* of --dir, borrowed */
	char *listen, *device_listen, *status_listen;
	char *public_url, *device_url, *status_url, *log_level;
	uint64_t workers, publish_threads;
	bool allow_private_clouds;
	char *sso_issuer, *sso_client_id, *sso_name, *sso_ca;
	bool sso_private, sso_trust_email;
	enum log_level least;
};

/* Reads DIR/birthmark.conf if it is there, then the environment. */
MUST_CHECK enum rc serve_conf_load(struct serve_conf *c, const char *dir,
    struct err *e);
/* One setting, as a flag gives it; then check. */
MUST_CHECK enum rc serve_conf_set(struct serve_conf *c, const char *name,
    const char *value, struct err *e);
MUST_CHECK enum rc serve_conf_check(struct serve_conf *c, struct err *e);
void serve_conf_clear(struct serve_conf *c);
/* The text of a first configuration file. */
void serve_conf_text(struct buf *out, const char *public_url);

#endif
