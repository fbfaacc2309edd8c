/* Settings of the service, and the first text of their file.
 * Must not open anything but that file. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "cmd/serve_conf.h"

#define WORKERS_MAX 64
#define SSO_ISSUER_MAX 512
#define SSO_CLIENT_MAX 200
#define SSO_NAME_MAX 60

/* The table wants fixed addresses: one configuration is loaded at a time. */
static struct serve_conf now;

static const struct conf_item items[] = {
    {"listen", ARGS_STR, &now.listen, "127.0.0.1:8443",
	"console and API, HTTPS"},
    {"device_listen", ARGS_STR, &now.device_listen, "127.0.0.1:8444",
	"devices, HTTPS with their certificates; empty: none"},
    {"status_listen", ARGS_STR, &now.status_listen, "127.0.0.1:8080",
	"OCSP, CRLs, CA certificates and CMP, plain HTTP; empty: none"},
    {"public_url", ARGS_STR, &now.public_url, "",
	"how the service is reached from outside, https://HOST[:PORT]"},
    {"device_url", ARGS_STR, &now.device_url, "",
	"how devices reach device_listen, https://HOST[:PORT]"},
    {"status_url", ARGS_STR, &now.status_url, "",
	"how everybody reaches status_listen, http://HOST[:PORT]"},
    {"workers", ARGS_U64, &now.workers, "0",
	"processes that serve; 0: one for each core"},
    {"publish_threads", ARGS_U64, &now.publish_threads, "0",
	"threads that check a manifest; 0: one for each core"},
    {"allow_private_clouds", ARGS_FLAG, &now.allow_private_clouds, "false",
	"product clouds may have private and local addresses"},
    {"log_level", ARGS_STR, &now.log_level, "info",
	"debug, info, warn or error"},
    {"sso_issuer", ARGS_STR, &now.sso_issuer, "",
	"provider of OpenID Connect where people sign in; empty: none"},
    {"sso_client_id", ARGS_STR, &now.sso_client_id, "",
	"what the provider calls this service"},
    {"sso_name", ARGS_STR, &now.sso_name, "Single sign-on",
	"what people call the provider"},
    {"sso_ca", ARGS_STR, &now.sso_ca, "",
	"CAs of the provider, a PEM file; empty: the system's"},
    {"sso_private", ARGS_FLAG, &now.sso_private, "false",
	"the provider may have private and local addresses"},
    {"sso_trust_email", ARGS_FLAG, &now.sso_trust_email, "false",
	"take e-mail addresses that the provider has not verified"},
    {NULL, ARGS_HELP, NULL, NULL, NULL},
};

enum rc serve_conf_load(struct serve_conf *c, const char *dir, struct err *e)
{
	char path[SERVE_CONF_PATH];
	enum rc rc;

	memset(c, 0, sizeof(*c));
	memset(&now, 0, sizeof(now));
	rc = file_join(path, sizeof(path), dir, SERVE_CONF_FILE, e);
	if (rc == RC_OK)
		rc = conf_load(items, file_exists(path) ? path : NULL, e);
	now.dir = dir;
	*c = now;
	return rc;
}

enum rc serve_conf_set(struct serve_conf *c, const char *name,
    const char *value, struct err *e)
{
	enum rc rc;

	now = *c;
	rc = conf_set(items, name, span_str(value), e);
	*c = now;
	return rc;
}

static enum rc check_level(struct serve_conf *c, struct err *e)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(c->log_level, names[i]) == 0) {
			c->least = (enum log_level)i;
			return RC_OK;
		}
	}
	return err_set(e, RC_INVALID, "bad-setting",
	    "The setting log_level must be debug, info, warn or error.");
}

/* http://127.0.0.1, http://[::1] or http://localhost, with a port or path. */
static bool is_local_http(const char *url)
{
	static const char *const hosts[] = {"http://127.0.0.1", "http://[::1]",
	    "http://localhost"};
	size_t i, n;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		n = strlen(hosts[i]);
		if (span_starts(span_str(url), span_str(hosts[i])) &&
		    strchr(":/", url[n]) && !strchr(url, '@'))
			return true;
	}
	return false;
}

/* Discovery 1.0 2: an issuer has no query and no fragment. */
static bool is_issuer(const char *url)
{
	size_t i;

	for (i = 0; url[i]; i++)
		if (url[i] <= 0x20 || url[i] >= 0x7f ||
		    strchr("?#\"<>\\", url[i]))
			return false;
	return i < SSO_ISSUER_MAX &&
	    (is_local_http(url) ||
		(span_starts(span_str(url), SPAN_LIT("https://")) &&
		    url[sizeof("https://") - 1]));
}

static enum rc check_sso(struct serve_conf *c, struct err *e)
{
	size_t n = strlen(c->sso_name), id = strlen(c->sso_client_id);

	if (!c->sso_issuer[0])
		return id > 0 ? err_set(e, RC_INVALID, "bad-setting",
				    "The setting sso_client_id needs "
				    "sso_issuer, too.")
			      : RC_OK;
	if (!is_issuer(c->sso_issuer))
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting sso_issuer must be a URL with https:// (or "
		    "http:// and this machine's loopback), without query.");
	if (id == 0 || id > SSO_CLIENT_MAX)
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting sso_issuer needs sso_client_id, too: the "
		    "name (of at most %d characters) under which the provider "
		    "knows this service.",
		    SSO_CLIENT_MAX);
	if (n == 0 || n > SSO_NAME_MAX)
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting sso_name has 1 to %d characters.",
		    SSO_NAME_MAX);
	if (c->sso_ca[0] && !file_exists(c->sso_ca))
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting sso_ca names a file that is not there: %s.",
		    c->sso_ca);
	return RC_OK;
}

/* Empty, or of this scheme and without a slash at its end. */
static enum rc check_url(const char *name, char *url, const char *scheme,
    struct err *e)
{
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		url[--n] = '\0';
	if (n > 0 && !span_starts(span_str(url), span_str(scheme)))
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting %s must begin with %s.", name, scheme);
	return n < SERVE_CONF_URL ? RC_OK
				  : err_set(e, RC_INVALID, "bad-setting",
					"The setting %s is too long.", name);
}

enum rc serve_conf_check(struct serve_conf *c, struct err *e)
{
	enum rc rc = check_url("public_url", c->public_url, "https://", e);

	if (rc == RC_OK)
		rc = check_url("device_url", c->device_url, "https://", e);
	if (rc == RC_OK)
		rc = check_url("status_url", c->status_url, "http://", e);
	if (rc != RC_OK)
		return rc;
	if (c->workers > WORKERS_MAX)
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting workers is at most %d.", WORKERS_MAX);
	if (check_sso(c, e) != RC_OK)
		return RC_INVALID;
	return check_level(c, e);
}

void serve_conf_clear(struct serve_conf *c)
{
	if (!c)
		return;
	now = *c;
	conf_clear(items);
	memset(c, 0, sizeof(*c));
}

void serve_conf_text(struct buf *out, const char *public_url)
{
	const struct conf_item *i;

	buf_add_str(out,
	    "# Settings of birthmark serve(1).  The environment "
	    "(BIRTHMARK_NAME) and flags win.\n");
	for (i = items; i->name; i++) {
		bool url = strcmp(i->name, "public_url") == 0 && public_url[0];

		buf_addf(out, "\n# %s\n%s%s = %s\n", i->help, url ? "" : "#",
		    i->name, url ? public_url : i->fallback);
	}
}
