/* Reads and answers what is about accounts.
 * Must not decide anything: that is core's work. */
#include "api/api_account.h"
#include "api/api_list.h"
#include "core/account.h"

static void account_json(struct json *w, const struct store_account *x,
    const char *role)
{
	json_obj(w);
	json_put_str(w, "id", x->id);
	json_put_str(w, "name", x->name);
	json_put_str_or_null(w, "default_cloud", x->default_cloud);
	json_put_str_or_null(w, "default_product", x->default_product);
	json_put_bool(w, "auto_provision", x->auto_provision);
	json_put_str_or_null(w, "registrar_url", x->registrar_url);
	json_put_time(w, "created_at", x->created_at);
	json_put_str(w, "role", role);
	json_end(w);
}

static void account_answer(struct api_call *call, int status,
    const struct store_account *x, const char *role)
{
	struct json w;
	struct buf out;

	buf_init(&out, 4096);
	json_init(&w, &out);
	account_json(&w, x, role);
	api_json(call, status, &out);
	buf_clear(&out);
}

enum rc api_account_create(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", NULL};
	struct store_account x;
	const char *name;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str(call, "name", ACCOUNT_NAME_MAX, &name, e);
	if (rc == RC_OK)
		rc = account_create(call->core, &call->actor, name, &x, e);
	if (rc == RC_OK)
		account_answer(call, 201, &x, x.role);
	return rc;
}

static void account_row(void *arg, const struct store_account *x)
{
	struct api_list *l = arg;

	if (api_list_row(l, x->id))
		account_json(&l->json, x, x->role);
}

enum rc api_account_list(struct api_call *call, struct err *e)
{
	struct api_list l;
	enum rc rc = api_list_begin(&l, call, e);

	if (rc != RC_OK)
		return rc;
	rc =
	    account_each(call->core, &call->actor, &l.page, account_row, &l, e);
	return api_list_end(&l, rc, e);
}

enum rc api_account_get(struct api_call *call, struct err *e)
{
	struct store_account x;
	enum rc rc = account_get(call->core, call->actor.scope_id, &x, e);

	if (rc == RC_OK)
		account_answer(call, 200, &x, core_role_name(call->actor.role));
	return rc;
}

/* null means none, which is not the same as left out. */
static enum rc account_none(struct api_call *call, const char *name, size_t max,
    const char **out, struct err *e)
{
	enum rc rc = api_field_str_opt(call, name, max, out, e);

	if (rc == RC_OK && !*out && call->body &&
	    json_is_null(json_object_get(call->body, name)))
		*out = "";
	return rc;
}

enum rc api_account_update(struct api_call *call, struct err *e)
{
	static const char *const fields[] = {"name", "default_cloud",
	    "default_product", "auto_provision", "registrar_url", NULL};
	struct account_change ch = {0};
	struct store_account x;
	enum rc rc;

	rc = api_fields_only(call, fields, e);
	if (rc == RC_OK)
		rc = api_field_str_opt(call, "name", ACCOUNT_NAME_MAX, &ch.name,
		    e);
	if (rc == RC_OK)
		rc = account_none(call, "default_cloud", RAND_ID_SIZE - 1,
		    &ch.default_cloud, e);
	if (rc == RC_OK)
		rc = account_none(call, "default_product", RAND_ID_SIZE - 1,
		    &ch.default_product, e);
	if (rc == RC_OK)
		rc = account_none(call, "registrar_url",
		    STORE_ACCOUNT_URL_SIZE - 1, &ch.registrar_url, e);
	if (rc == RC_OK)
		rc = api_field_bool_opt(call, "auto_provision", false,
		    &ch.auto_provision, e);
	if (rc != RC_OK)
		return rc;
	ch.set_auto = call->body &&
	    json_is_boolean(json_object_get(call->body, "auto_provision"));
	rc = account_update(call->core, &call->actor, &ch, &x, e);
	if (rc == RC_OK)
		account_answer(call, 200, &x, core_role_name(call->actor.role));
	return rc;
}
