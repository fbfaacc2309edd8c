/* Settings of the service, and the first text of their file.
 * Must not open anything but that file. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "cmd/serve_conf.h"

#define WORKERS_MAX 64

/* The table wants fixed addresses: one configuration is loaded at a time. */
static struct serve_conf now;

static const struct conf_item items[] = {
    {"listen", ARGS_STR, &now.listen, "127.0.0.1:8443",
	"console and API, HTTPS"},
    {"device_listen", ARGS_STR, &now.device_listen, "127.0.0.1:8444",
	"devices, HTTPS with their certificates; empty: none"},
    {"public_url", ARGS_STR, &now.public_url, "",
	"how the service is reached from outside, https://HOST[:PORT]"},
    {"workers", ARGS_U64, &now.workers, "0",
	"processes that serve; 0: one for each core"},
    {"publish_threads", ARGS_U64, &now.publish_threads, "0",
	"threads that check a manifest; 0: one for each core"},
    {"allow_private_clouds", ARGS_FLAG, &now.allow_private_clouds, "false",
	"product clouds may have private and local addresses"},
    {"log_level", ARGS_STR, &now.log_level, "info",
	"debug, info, warn or error"},
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

enum rc serve_conf_check(struct serve_conf *c, struct err *e)
{
	size_t n = strlen(c->public_url);

	while (n > 0 && c->public_url[n - 1] == '/')
		c->public_url[--n] = '\0';
	if (n > 0 &&
	    !span_starts(span_str(c->public_url), SPAN_LIT("https://")))
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting public_url must begin with https://.");
	if (c->workers > WORKERS_MAX)
		return err_set(e, RC_INVALID, "bad-setting",
		    "The setting workers is at most %d.", WORKERS_MAX);
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
