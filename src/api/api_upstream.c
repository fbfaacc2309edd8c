/* Reads and answers what is about authorities of others.
 * Must not answer a credential. */
#include "api/api_upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_list.h"
#include "core/upstream.h"

static enum rc bad(struct err *e, const char *name)
{
	return err_set(e, RC_INVALID, "bad-field",
	    "In the field \"upstream\", \"%s\" is not known or no text.", name);
}

static enum rc read_member(struct upstream_spec *s, const char *name,
    const json_t *v, struct err *e)
{
	const struct {
		const char *name;
		const char **to;
	} members[] = {{"protocol", &s->protocol}, {"url", &s->url},
	    {"username", &s->username}, {"password", &s->password},
	    {"reference", &s->username}, {"secret", &s->password},
	    {"certificate", &s->certificate}, {"key", &s->key},
	    {"ca_certificates", &s->ca_certificates},
	    {"tls_ca_certificates", &s->tls_ca_certificates}};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i].name, name) != 0)
			continue;
		if (json_is_null(v))
			return RC_OK;
		if (!json_is_string(v) || *members[i].to ||
		    strlen(json_string_value(v)) != json_string_length(v))
			return bad(e, name);
		*members[i].to = json_string_value(v);
		return RC_OK;
	}
	return bad(e, name);
}

enum rc api_upstream_read(struct api_call *call, struct upstream_spec *out,
    bool *given, struct err *e)
{
	json_t *o = json_object_get(call->body, "upstream"), *v;
	const char *name;
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	*given = o && !json_is_null(o);
	if (*given && !json_is_object(o))
		return err_set(e, RC_INVALID, "bad-field",
		    "The field \"upstream\" must be an object.");
	json_object_foreach(o, name, v)
	{
		rc = read_member(out, name, v, e);
		if (rc != RC_OK)
			return rc;
	}
	return rc;
}

enum rc api_upstream_write(struct api_call *call, struct json *w,
    const struct store_ca *ca, struct err *e)
{
	struct store_upstream up;
	enum rc rc = RC_NOT_FOUND;

	store_upstream_init(&up);
	json_key(w, "upstream");
	if (strcmp(ca->kind, "upstream") == 0)
		rc = store_upstream_get(call->core->store, ca->id, &up, e);
	if (rc == RC_OK) {
		json_obj(w);
		json_put_str(w, "protocol", up.protocol);
		json_put_str(w, "url", up.url);
		json_put_str_or_null(w, "username", up.username);
		json_end(w);
	} else {
		json_raw(w, SPAN_LIT("null"));
	}
	store_upstream_clear(&up);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc write_request(struct api_call *call, struct json *w,
    const struct store_upstream_request *r, struct err *e)
{
	struct device d;
	enum rc rc;

	device_init(&d);
	rc = device_get(call->core, r->seq, &d, e);
	if (rc == RC_OK) {
		json_obj(w);
		json_put_str(w, "id", r->id);
		json_put_hex(w, "device", span_of(d.fp, sizeof(d.fp)));
		json_put_str(w, "chip", d.chip_id);
		json_put_str(w, "state", r->state);
		json_put_u64(w, "tries", r->tries);
		json_put_str_or_null(w, "error", r->error);
		json_put_time(w, "next_try_at", r->next_ms / 1000);
		json_put_time(w, "created_at", r->created_at);
		json_put_time(w, "changed_at", r->state_at);
		json_end(w);
	}
	device_clear(&d);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc write_all(struct api_call *call, struct api_list *l,
    const struct store_upstream_request *rows, size_t n, struct err *e)
{
	char cursor[24];
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i < n; i++) {
		(void)snprintf(cursor, sizeof(cursor), "%lld",
		    (long long)rows[i].n);
		if (!api_list_row(l, cursor))
			break;
		rc = write_request(call, &l->json, &rows[i], e);
	}
	return rc;
}

enum rc api_upstream_requests(struct api_call *call, struct err *e)
{
	struct upstream_list want = {.account = call->actor.scope_id};
	struct store_upstream_request *rows = NULL;
	char ca[RAND_ID_SIZE];
	uint64_t before = 0;
	struct api_list l;
	size_t i, n = 0, room;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	room = n = l.limit + 1;
	rows = calloc(room, sizeof(*rows));
	for (i = 0; rows && i < room; i++)
		store_upstream_request_init(&rows[i]);
	want.ca = ca;
	if (!rows)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	else if (!api_param(call, 1, ca, sizeof(ca)))
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "There is no such certificate authority.");
	else if (l.cursor[0] &&
	    !span_u64(span_str(l.cursor), INT64_MAX, &before))
		rc = err_set(e, RC_INVALID, "bad-cursor",
		    "The cursor is not one of this list.");
	want.before = (int64_t)before;
	if (rc == RC_OK)
		rc = upstream_requests(call->core, &want, rows, &n, e);
	if (rc == RC_OK)
		rc = write_all(call, &l, rows, n, e);
	for (i = 0; rows && i < room; i++)
		store_upstream_request_clear(&rows[i]);
	free(rows);
	return api_list_end(&l, rc, e);
}
