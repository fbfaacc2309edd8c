/* Writes product clouds and their kinds.
 * Must not show a credential. */
#include "api/api_cloud_write.h"

#include <string.h>

#include "core/cloud_setting.h"
#include "core/job_queue.h"

#define URL_MAX 600
#define KINDS_MAX (256 * 1024)

/* Where a receiver finds the key of this account's tokens. */
static void put_key_url(struct json *w, const struct core *c,
    const struct store_cloud *r, const char *name, const char *file)
{
	struct buf b;

	buf_init(&b, URL_MAX);
	buf_addf(&b, "%s/.well-known/birthmark/accounts/%s/%s", c->public_url,
	    r->account, file);
	json_put_str(w, name, buf_cstr(&b));
	buf_clear(&b);
}

static void gate_write(struct json *w, const struct core *c,
    const struct store_cloud *r)
{
	struct buf b;

	buf_init(&b, URL_MAX);
	buf_addf(&b, "%s/api/v1/accounts/%s/clouds/%s/feed", c->public_url,
	    r->account, r->id);
	json_put_str(w, "feed_url", buf_cstr(&b));
	json_put_time(w, "feed_seen_at", r->feed_seen_at);
	buf_clear(&b);
}

static void interop_write(struct json *w, const struct store_cloud *r)
{
	json_put_str(w, "form", r->form);
	json_put_str(w, "url", r->url);
	if (r->audience[0] != '\0')
		json_put_str(w, "audience", r->audience);
	if (r->username[0] != '\0')
		json_put_str(w, "username", r->username);
}

void api_cloud_write_breaker(struct json *w,
    const struct store_cloud_breaker *b)
{
	bool closed = strcmp(b->state, "closed") == 0;

	json_obj(w);
	json_put_str(w, "state", b->state);
	json_put_str(w, "why", closed ? "" : b->why);
	json_put_time(w, "since", closed ? 0 : b->since);
	json_put_time(w, "until", closed ? 0 : b->until_ms / 1000);
	json_end(w);
}

/* As they hold now. */
static void quotas_write(struct json *w, const struct core *c,
    const struct store_cloud *r)
{
	const struct cloud_rules *rules = job_queue_rules(c, r->type);
	json_t *own = json_loads(r->quotas, 0, NULL);
	const struct cloud_op *op;

	json_key(w, "quotas");
	json_obj(w);
	for (op = rules ? rules->ops : NULL; op && op->name; op++)
		json_put_u64(w, op->name, cloud_setting_quota(op, own));
	json_end(w);
	json_decref(own);
}

static enum rc work_write(struct json *w, struct core *c,
    const struct store_cloud *r, struct err *e)
{
	struct store_cloud_work work;
	enum rc rc = store_cloud_work(c->store, r->id, &work, e);

	if (rc != RC_OK)
		return rc;
	json_put_u64(w, "batches", work.batches);
	json_key(w, "work");
	json_obj(w);
	json_put_u64(w, "jobs", work.jobs);
	json_put_u64(w, "total", work.total);
	json_put_u64(w, "done", work.done);
	json_end(w);
	return RC_OK;
}

enum rc api_cloud_write(struct json *w, struct core *c,
    const struct store_cloud *r, struct err *e)
{
	bool gate = strcmp(r->type, "gate") == 0;
	enum rc rc;

	json_obj(w);
	json_put_str(w, "id", r->id);
	json_put_str(w, "name", r->name);
	json_put_str(w, "type", r->type);
	json_key(w, "settings");
	json_raw(w, r->settings[0] ? span_str(r->settings) : SPAN_LIT("{}"));
	quotas_write(w, c, r);
	json_put_bool(w, "has_credentials", r->has_secret);
	json_key(w, "breaker");
	api_cloud_write_breaker(w, &r->breaker);
	rc = work_write(w, c, r, e);
	if (gate)
		gate_write(w, c, r);
	else if (strcmp(r->type, "interop") == 0)
		interop_write(w, r);
	if (!gate) {
		json_put_bool(w, "private_ca", r->has_ca);
		if (r->chunk > 0)
			json_put_u64(w, "chunk", r->chunk);
		if (r->audience[0] != '\0')
			put_key_url(w, c, r, "key_url", "interop-key.pem");
		put_key_url(w, c, r, "jwks_url", "jwks.json");
	}
	json_put_time(w, "created_at", r->created_at);
	json_end(w);
	return rc;
}

static void field_write(struct json *w, const struct cloud_field *f)
{
	json_obj(w);
	json_put_str(w, "name", f->name);
	json_put_str(w, "what", f->what ? f->what : "");
	json_put_bool(w, "secret", f->secret);
	json_put_bool(w, "required", f->required);
	json_put_bool(w, "fixed", f->fixed);
	json_put_bool(w, "destination", f->destination);
	json_put_u64(w, "max", f->max);
	json_put_str(w, "example", f->example ? f->example : "");
	json_end(w);
}

static void op_write(struct json *w, const struct cloud_op *op)
{
	json_obj(w);
	json_put_str(w, "name", op->name);
	json_put_u64(w, "per_minute", op->per_minute);
	json_put_str(w, "what", op->what ? op->what : "");
	json_end(w);
}

static void kind_write(struct json *w, const struct cloud_rules *r)
{
	const struct cloud_field *f;
	const struct cloud_op *op;

	json_obj(w);
	json_put_str(w, "type", r->type);
	json_put_str(w, "title", r->title);
	json_put_u64(w, "group", r->group);
	json_put_bool(w, "can_remove", r->can_remove);
	json_put_bool(w, "can_suspend", r->can_suspend);
	json_put_bool(w, "can_list", r->can_list);
	json_key(w, "fields");
	json_arr(w);
	for (f = r->fields; f && f->name; f++)
		field_write(w, f);
	json_end(w);
	json_key(w, "quotas");
	json_arr(w);
	for (op = r->ops; op && op->name; op++)
		op_write(w, op);
	json_end(w);
	json_end(w);
}

enum rc api_cloud_write_kinds(struct api_call *call, struct err *e)
{
	const struct core *c = call->core;
	const struct cloud_rules *r;
	struct json w;
	struct buf out;
	enum rc rc = RC_OK;
	size_t i;

	buf_init(&out, KINDS_MAX);
	json_init(&w, &out);
	json_obj(&w);
	json_key(&w, "items");
	json_arr(&w);
	for (i = 0; c->cloud_rules && (r = c->cloud_rules(i)) != NULL; i++)
		kind_write(&w, r);
	json_end(&w);
	json_end(&w);
	if (buf_ok(&out))
		api_json(call, 200, &out);
	else
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear(&out);
	return rc;
}
