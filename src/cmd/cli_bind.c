/* `birthmark bind` and `birthmark provision`.
 * Must not judge a label: the service does. */
#include "cmd/cli_bind.h"

#include <stdio.h>
#include <string.h>

#include "base/args.h"
#include "base/enc.h"
#include "cmd/cli.h"
#include "cmd/cli_special.h"

#define COLUMNS "batch,state,product.name,cloud.name,devices,bound_at,already"
#define JOB_COLUMNS "id,state,batch,total,done,failed,last_error"
#define PLAN_COLUMNS                                                           \
	"id,state,plan_of,batch,total,created,changed,removed,same,conflicts," \
	"last_error"
#define LINE_MAX_BYTES 1024

struct options {
	const char *account, *code, *product, *cloud;
	const char *instead_of;
	bool json, wait, help, plan, remove;
	struct client client;
};

static enum rc put_id(struct client *c, json_t *body, const char *key,
    const char *kind, const char *name, struct err *e)
{
	char id[64];
	enum rc rc;

	if (name == NULL)
		return RC_OK;
	rc = cli_resolve(c, kind, name, id, sizeof(id), e);
	if (rc == RC_OK && json_object_set_new(body, key, json_string(id)) != 0)
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	return rc;
}

static enum rc post(struct options *o, const char *path, json_t *body,
    json_t **answer, struct err *e)
{
	struct client_call call = {.method = "POST", .body = body};
	char full[512];
	enum rc rc;

	rc = client_need_scope(&o->client, "account", e);
	if (rc != RC_OK)
		return rc;
	if (snprintf(full, sizeof(full), "/api/v1/accounts/%s%s",
		o->client.account, path) >= (int)sizeof(full))
		return err_set(e, RC_INVALID, "too-long", "That is too long.");
	call.path = full;
	return client_do(&o->client, &call, answer, NULL, e);
}

static enum rc bind_one(struct options *o, const char *label, struct err *e)
{
	json_t *body = json_object(), *answer = NULL;
	json_t *text = json_string(label);
	enum rc rc = RC_OK;

	if (text == NULL)
		rc = err_set(e, RC_INVALID, "not-text",
		    "The label is not UTF-8 text.");
	else
		(void)json_object_set_new(body,
		    o->code == NULL ? "label" : "batch", text);
	if (o->code != NULL)
		(void)json_object_set_new(body, "claim_code",
		    json_string(o->code));
	if (rc == RC_OK)
		rc = put_id(&o->client, body, "product", "products", o->product,
		    e);
	if (rc == RC_OK)
		rc = put_id(&o->client, body, "cloud", "clouds", o->cloud, e);
	if (rc == RC_OK)
		rc = post(o, "/bindings", body, &answer, e);
	if (rc == RC_OK)
		cli_print(answer, COLUMNS, o->json);
	json_decref(body);
	json_decref(answer);
	return rc;
}

/* A scanner that types: one label a line.  Goes on after a refusal, and
 * tells the worst at the end. */
static enum rc bind_lines(struct options *o, struct err *e)
{
	char line[LINE_MAX_BYTES];
	enum rc worst = RC_OK;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct err one = {0};

		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0')
			continue;
		if (bind_one(o, line, &one) == RC_OK) {
			(void)fflush(stdout);
			continue;
		}
		(void)cli_fail(&one);
		worst = one.rc;
	}
	if (worst == RC_OK)
		return RC_OK;
	return err_set(e, worst, "some-refused",
	    "Not every label was bound; see above.");
}

static enum rc begin(struct options *o, const struct args_cmd *cmd, int argc,
    char **argv, struct err *e)
{
	int npos = 0;
	enum rc rc = args_parse(cmd, argc, argv, &npos, &o->help, e);

	if (rc == RC_OK && o->help)
		args_help(cmd);
	if (rc != RC_OK || o->help)
		return rc;
	rc = client_open(&o->client, e);
	if (rc == RC_OK)
		rc = client_use(o->client.account, o->account, e);
	return rc;
}

int cli_bind_main(int argc, char **argv)
{
	struct options o = {0};
	const struct args_opt opts[] = {
	    {"code", 0, ARGS_STR, &o.code, "CODE",
		"claim code, when LABEL is a bare Batch ID"},
	    {"product", 0, ARGS_STR, &o.product, "PRODUCT",
		"product line (name or id)"},
	    {"cloud", 0, ARGS_STR, &o.cloud, "CLOUD",
		"product cloud (name or id)"},
	    {"account", 0, ARGS_STR, &o.account, "ID", "account to work in"},
	    {"json", 0, ARGS_FLAG, &o.json, NULL, "print JSON"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark bind [OPTION]... LABEL",
	    "Binds a batch to an account by what its label says: the QR "
	    "code's text, the printed text, or a Batch ID. \"-\" reads one "
	    "label a line, as a scanner types them.",
	    opts, 1, 1};
	struct err e = {0};
	enum rc rc = begin(&o, &cmd, argc, argv, &e);

	if (rc == RC_OK && !o.help)
		rc = strcmp(argv[1], "-") == 0 ? bind_lines(&o, &e)
					       : bind_one(&o, argv[1], &e);
	client_close(&o.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

static enum rc provision(struct options *o, const char *bid, struct err *e)
{
	json_t *body = json_object(), *answer = NULL, *job = NULL;
	struct buf path;
	enum rc rc;

	buf_init(&path, 400);
	buf_add_str(&path, "/batches/");
	enc_percent(&path, span_str(bid));
	buf_add_str(&path, o->remove ? "/remove" : "/provision");
	rc = put_id(&o->client, body, "cloud", "clouds", o->cloud, e);
	if (rc == RC_OK)
		rc = put_id(&o->client, body, "instead_of", "clouds",
		    o->instead_of, e);
	if (o->plan)
		(void)json_object_set_new(body, "plan", json_true());
	if (rc == RC_OK && !buf_ok(&path))
		rc = err_set(e, RC_INVALID, "too-long", "That is too long.");
	if (rc == RC_OK)
		rc = post(o, buf_cstr(&path), body, &answer, e);
	if (rc == RC_OK && (o->wait || o->plan))
		rc = cli_special_follow(&o->client,
		    json_string_value(json_object_get(answer, "id")), &job, e);
	if (job != NULL || rc == RC_OK)
		cli_print(job != NULL ? job : answer,
		    o->plan ? PLAN_COLUMNS : JOB_COLUMNS, o->json);
	json_decref(body);
	json_decref(answer);
	json_decref(job);
	buf_clear(&path);
	return rc;
}

int cli_bind_provision_main(int argc, char **argv)
{
	struct options o = {0};
	const struct args_opt opts[] = {
	    {"cloud", 0, ARGS_STR, &o.cloud, "CLOUD",
		"product cloud (name or id) instead of the batch's"},
	    {"remove", 0, ARGS_FLAG, &o.remove, NULL,
		"take it out of the cloud instead"},
	    {"instead-of", 0, ARGS_STR, &o.instead_of, "CLOUD",
		"move: leave this cloud when the other has all devices"},
	    {"plan", 0, ARGS_FLAG, &o.plan, NULL,
		"only tell what would be done"},
	    {"wait", 0, ARGS_FLAG, &o.wait, NULL, "wait until it is done"},
	    {"account", 0, ARGS_STR, &o.account, "ID", "account to work in"},
	    {"json", 0, ARGS_FLAG, &o.json, NULL, "print JSON"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark provision [OPTION]... BATCH",
	    "Tells a product cloud which devices of a bound batch to expect, "
	    "or to forget.",
	    opts, 1, 1};
	struct err e = {0};
	enum rc rc = begin(&o, &cmd, argc, argv, &e);

	if (rc == RC_OK && !o.help && o.remove && (!o.cloud || o.instead_of))
		rc = err_set(&e, RC_INVALID, "usage",
		    "--remove needs --cloud, and takes no --instead-of.");
	if (rc == RC_OK && !o.help)
		rc = provision(&o, argv[1], &e);
	client_close(&o.client);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
