/* The stage's devices in the field.
 * Must do nothing that a user could not do with the same programs. */
#include "cmd/stage_field.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

#define PATH_BYTES 512
#define PEM_BYTES (64 * 1024)

static const char *text(json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t == NULL ? "" : t;
}

struct ask {
	const char *who, *method, *path; /* below who's account */
	json_t *body;			 /* taken over */
};

static enum rc ask(struct stage *s, struct client *c, const struct ask *a,
    json_t **answer, struct err *e)
{
	char full[PATH_BYTES], key[96];

	(void)snprintf(key, sizeof(key), "%s.account", a->who);
	(void)snprintf(full, sizeof(full), "/api/v1/accounts/%s/%s",
	    stage_get(s, key), a->path);
	return stage_api_call(c, a->method, full, a->body, answer, e);
}

static enum rc put_file(struct stage *s, const char *name, const char *pem,
    struct err *e)
{
	char path[STAGE_PATH];
	enum rc rc = stage_path(s, name, path, e);

	return rc == RC_OK ? file_write(path, span_str(pem), 0600, e) : rc;
}

static enum rc add_authority(struct stage *s, struct client *c, const char *who,
    const char *kind, const char *parent, struct err *e)
{
	const char *name = parent == NULL ? "Root" : "Issuing";
	char path[PATH_BYTES], account[96], key[96], file[96];
	json_t *ca = NULL;
	enum rc rc;

	(void)snprintf(key, sizeof(key), "%s.%s", who, kind);
	if (stage_get(s, key) != NULL)
		return RC_OK;
	(void)snprintf(account, sizeof(account), "%s.account", who);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/cas",
	    stage_get(s, account));
	rc = stage_api_once(c, path,
	    json_pack("{s:s,s:s,s:s*}", "name", name, "kind", kind, "parent",
		parent),
	    key, &ca, e);
	(void)snprintf(file, sizeof(file), "%s-%s.pem", who, kind);
	if (rc == RC_OK)
		rc = put_file(s, file, text(ca, "certificate"), e);
	if (rc == RC_OK)
		rc = stage_put(s, key, text(ca, "id"), e);
	json_decref(ca);
	return rc;
}

enum rc stage_field_authority(struct stage *s, struct client *c,
    const char *who, struct err *e)
{
	char key[96];
	enum rc rc = add_authority(s, c, who, "root", NULL, e);

	(void)snprintf(key, sizeof(key), "%s.root", who);
	if (rc == RC_OK)
		rc = add_authority(s, c, who, "issuing", stage_get(s, key), e);
	return rc;
}

static enum rc join_cas(struct stage *s, struct err *e)
{
	static const char *const files[] = {"admin-root.pem",
	    "admin-issuing.pem"};
	char path[STAGE_PATH];
	enum rc rc = RC_OK;
	struct buf b;
	size_t i;

	buf_init(&b, 2 * PEM_BYTES);
	for (i = 0; rc == RC_OK && i < 2; i++) {
		rc = stage_path(s, files[i], path, e);
		if (rc == RC_OK)
			rc = file_read(path, &b, e);
	}
	if (rc == RC_OK)
		rc = put_file(s, "own-cas.pem", buf_cstr(&b), e);
	buf_clear(&b);
	return rc;
}

enum rc stage_field_server(struct stage *s, struct client *c, struct err *e)
{
	char key[STAGE_PATH], cert[STAGE_PATH];
	const char *const argv[] = {"ca", "issue-server", "--account",
	    stage_get(s, "admin.account"), "--ca", "Issuing", "--name",
	    "localhost", "--key", key, "--out", cert, NULL};
	enum rc rc = stage_path(s, "own-server.key", key, e);

	if (rc == RC_OK)
		rc = stage_path(s, "own-server.pem", cert, e);
	/* One of an earlier start may have ended. */
	if (rc == RC_OK)
		(void)remove(key);
	if (rc == RC_OK)
		rc = stage_api_run_as(s, c, argv, e);
	return rc == RC_OK ? join_cas(s, e) : rc;
}

enum rc stage_field_product(struct stage *s, struct client *c, const char *who,
    const char *name, const char *as, struct err *e)
{
	char path[PATH_BYTES], ca[96];
	json_t *made = NULL;
	enum rc rc = RC_OK;

	if (name != NULL) {
		rc = ask(s, c,
		    &(struct ask){who, "POST", "products",
			json_pack("{s:s}", "name", name)},
		    &made, e);
		if (rc == RC_OK)
			rc = stage_put(s, as, text(made, "id"), e);
		json_decref(made);
	}
	if (rc != RC_OK)
		return rc;
	(void)snprintf(ca, sizeof(ca), "%s.issuing", who);
	(void)snprintf(path, sizeof(path), "products/%s/profile",
	    stage_get(s, as));
	return ask(s, c,
	    &(struct ask){who, "PUT", path,
		json_pack("{s:s}", "ca", stage_get(s, ca))},
	    NULL, e);
}

enum rc stage_field_talk(struct stage *s, struct client *c, const char *one,
    const char *other, struct err *e)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "products/%s/talk",
	    stage_get(s, one));
	return ask(s, c,
	    &(struct ask){"admin", "PUT", path,
		json_pack("{s:[s]}", "products", stage_get(s, other))},
	    NULL, e);
}

enum rc stage_field_bind(struct stage *s, struct client *c, const char *label,
    const char *product, struct err *e)
{
	return ask(s, c,
	    &(struct ask){"admin", "POST", "bindings",
		json_pack("{s:s,s:s}", "label", label, "product",
		    stage_get(s, product))},
	    NULL, e);
}

enum rc stage_field_claim(struct stage *s, struct client *c, const char *name,
    const char *product, unsigned int most, struct err *e)
{
	json_t *made = NULL;
	char file[96];
	enum rc rc;

	rc = ask(s, c,
	    &(struct ask){"admin", "POST", "claim-vouchers",
		json_pack("{s:s,s:s,s:s,s:i,s:i}", "name", name, "product",
		    stage_get(s, product), "cloud", stage_get(s, "cloud.gate"),
		    "max_devices", (int)most, "expires_in_days", 3)},
	    &made, e);
	(void)snprintf(file, sizeof(file), "%s.claim", name);
	if (rc == RC_OK)
		rc = stage_put(s, file, text(made, "id"), e);
	(void)snprintf(file, sizeof(file), "%s.token", name);
	if (rc == RC_OK)
		rc = put_file(s, file, text(made, "token"), e);
	json_decref(made);
	return rc;
}

enum rc stage_field_unclaim(struct stage *s, struct client *c, const char *name,
    struct err *e)
{
	char path[PATH_BYTES], key[96];

	(void)snprintf(key, sizeof(key), "%s.claim", name);
	(void)snprintf(path, sizeof(path), "claim-vouchers/%s",
	    stage_get(s, key));
	return ask(s, c, &(struct ask){"admin", "DELETE", path, NULL}, NULL, e);
}

enum rc stage_field_certificates(struct stage *s, struct client *c,
    const char *fingerprint, json_t **items, struct err *e)
{
	char path[PATH_BYTES];
	json_t *answer = NULL;
	enum rc rc;

	(void)snprintf(path, sizeof(path), "certificates?device=%s",
	    fingerprint);
	rc = ask(s, c, &(struct ask){"admin", "GET", path, NULL}, &answer, e);
	*items = json_incref(json_object_get(answer, "items"));
	if (rc == RC_OK && json_array_size(*items) == 0)
		rc = err_set(e, RC_NOT_FOUND, "no-certificate",
		    "The service knows of no certificate of this device.");
	json_decref(answer);
	return rc;
}

enum rc stage_field_revoke(struct stage *s, struct client *c,
    const char *fingerprint, struct err *e)
{
	char path[PATH_BYTES];
	json_t *items = NULL;
	enum rc rc;

	rc = stage_field_certificates(s, c, fingerprint, &items, e);
	(void)snprintf(path, sizeof(path), "certificates/%s/revoke",
	    text(json_array_get(items, 0), "id"));
	json_decref(items);
	if (rc == RC_OK)
		rc = ask(s, c,
		    &(struct ask){"admin", "POST", path,
			json_pack("{s:s}", "reason", "keyCompromise")},
		    NULL, e);
	return rc;
}
