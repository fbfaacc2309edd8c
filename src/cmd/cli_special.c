/* Subcommands that take more than one REST call.
 * Must not know any rule of the service. */
#include "cmd/cli_special.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "cmd/cli.h"
#include "cmd/serve_conf.h"
#include "core/audit.h"

#define POLL_FIRST_MS 50
#define POLL_MOST_MS 500
#define JOB_COLUMNS \
	"id,kind,state,batch,cloud,total,done,failed,last_error,result"

static uint64_t number(json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static void show_progress(json_t *job)
{
	const char *state = cli_text(json_object_get(job, "breaker"), "state");

	if (!isatty(STDERR_FILENO))
		return;
	(void)fprintf(stderr, "\r\033[K%s: %llu of %llu done, %llu failed",
	    cli_text(job, "state"), (unsigned long long)number(job, "done"),
	    (unsigned long long)number(job, "total"),
	    (unsigned long long)number(job, "failed"));
	if (json_is_integer(json_object_get(job, "seconds_left")))
		(void)fprintf(stderr, ", %llu s left",
		    (unsigned long long)number(job, "seconds_left"));
	if (strcmp(state, "closed") != 0 && state[0] != '\0')
		(void)fprintf(stderr, ", the cloud is away");
	(void)fflush(stderr);
}

static bool is_over(const char *state)
{
	return strcmp(state, "done") == 0 || strcmp(state, "failed") == 0 ||
	    strcmp(state, "cancelled") == 0;
}

enum rc cli_special_follow(struct client *c, const char *job_id, json_t **job,
    struct err *e)
{
	unsigned int wait_ms = POLL_FIRST_MS;
	char path[512];
	enum rc rc;

	*job = NULL;
	rc = client_need_scope(c, "account", e);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/jobs/%s",
	    c->account, job_id);
	while (rc == RC_OK) {
		json_decref(*job);
		rc = client_get(c, path, job, e);
		if (rc != RC_OK || is_over(cli_text(*job, "state")))
			break;
		show_progress(*job);
		clock_sleep_ms(wait_ms);
		wait_ms =
		    wait_ms * 2 > POLL_MOST_MS ? POLL_MOST_MS : wait_ms * 2;
	}
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
	if (rc == RC_OK && strcmp(cli_text(*job, "state"), "done") != 0)
		rc = err_set(e, RC_DENIED, "job-failed", "The job %s: %s",
		    cli_text(*job, "state"), cli_text(*job, "last_error"));
	return rc;
}

/* The usual frame: one positional argument, --json and --account. */
struct frame {
	struct client client;
	const char *account;
	bool json, help;
};

static enum rc begin(struct frame *f, const char *usage, const char *about,
    int argc, char **argv, struct err *e)
{
	const struct args_opt opts[] = {
	    {"json", 0, ARGS_FLAG, &f->json, NULL,
		"print the service's answer as JSON"},
	    {"account", 0, ARGS_STR, &f->account, "ID", "account to work in"},
	    {0},
	};
	const struct args_cmd cmd = {usage, about, opts, 1, 1};
	int npos = 0;
	enum rc rc;

	memset(f, 0, sizeof(*f));
	rc = args_parse(&cmd, argc, argv, &npos, &f->help, e);
	if (rc == RC_OK && f->help)
		args_help(&cmd);
	if (rc != RC_OK || f->help)
		return rc;
	rc = client_open(&f->client, e);
	if (rc == RC_OK)
		rc = client_use(f->client.account, f->account, e);
	return rc;
}

static int finish(struct frame *f, enum rc rc, const struct err *e)
{
	client_close(&f->client);
	return rc == RC_OK ? 0 : cli_fail(e);
}

int cli_special_use_account(int argc, char **argv)
{
	struct err e = {0};
	struct frame f;
	enum rc rc = begin(&f, "birthmark account use ACCOUNT",
	    "Works in this account from now on, where --account is not given.",
	    argc, argv, &e);

	if (rc == RC_OK && !f.help)
		rc = client_use(f.client.account, argv[1], &e);
	if (rc == RC_OK && !f.help)
		rc = client_save(&f.client, &e);
	return finish(&f, rc, &e);
}

int cli_special_job_wait(int argc, char **argv)
{
	struct err e = {0};
	json_t *job = NULL;
	struct frame f;
	enum rc rc = begin(&f, "birthmark job wait JOB",
	    "Follows a job until it ends; exit status 1 if it failed.", argc,
	    argv, &e);

	if (rc == RC_OK && !f.help) {
		rc = cli_special_follow(&f.client, argv[1], &job, &e);
		if (job != NULL)
			cli_print(job, JOB_COLUMNS, f.json);
	}
	json_decref(job);
	return finish(&f, rc, &e);
}

static enum rc start_test(struct client *c, const char *cloud, json_t **answer,
    struct err *e)
{
	struct client_call call = {.method = "POST"};
	char path[512], id[64];
	enum rc rc;

	rc = cli_resolve(c, "clouds", cloud, id, sizeof(id), e);
	if (rc == RC_OK)
		rc = client_need_scope(c, "account", e);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/clouds/%s/test",
	    c->account, id);
	call.path = path;
	return rc == RC_OK ? client_do(c, &call, answer, NULL, e) : rc;
}

int cli_special_cloud_test(int argc, char **argv)
{
	json_t *answer = NULL, *job = NULL;
	struct err e = {0};
	struct frame f;
	enum rc rc = begin(&f, "birthmark cloud test CLOUD",
	    "Asks a product cloud whether it can be reached and grants the "
	    "rights that are needed.",
	    argc, argv, &e);

	if (rc == RC_OK && !f.help)
		rc = start_test(&f.client, argv[1], &answer, &e);
	if (rc == RC_OK && !f.help) {
		rc = cli_special_follow(&f.client, cli_text(answer, "id"), &job,
		    &e);
		if (job != NULL)
			cli_print(job, "state,last_error,result", f.json);
	}
	json_decref(answer);
	json_decref(job);
	return finish(&f, rc, &e);
}

static enum rc verify_local(const char *dir, json_t **out, struct err *e)
{
	char data[SERVE_CONF_PATH], hex[65];
	struct core core = {.dir = data};
	uint8_t head[32];
	uint64_t count = 0;
	enum rc rc;

	rc = file_join(data, sizeof(data), dir, SERVE_CONF_DATA, e);
	if (rc == RC_OK)
		rc = store_open(&core.store, data, false, e);
	if (rc == RC_OK)
		rc = audit_verify(&core, &count, head, e);
	if (rc == RC_OK) {
		enc_hex_str(hex, span_of(head, sizeof(head)));
		*out = json_pack("{s:b,s:I,s:s}", "ok", 1, "count",
		    (json_int_t)count, "head", hex);
	}
	store_close(core.store);
	return rc;
}

static enum rc verify_remote(json_t **out, struct err *e)
{
	struct client c;
	enum rc rc = client_open(&c, e);

	if (rc == RC_OK)
		rc = client_get(&c, "/api/v1/service/audit/verify", out, e);
	client_close(&c);
	if (rc == RC_OK && !json_is_true(json_object_get(*out, "ok")))
		rc = err_set(e, RC_INVALID, "audit-broken", "%s",
		    cli_text(*out, "detail"));
	return rc;
}

int cli_special_audit_verify(int argc, char **argv)
{
	const char *dir = NULL;
	bool as_json = false;
	const struct args_opt opts[] = {
	    {"dir", 0, ARGS_STR, &dir, "DIR",
		"read a service's data folder instead of asking it"},
	    {"json", 0, ARGS_FLAG, &as_json, NULL, "print JSON"},
	    {0},
	};
	const struct args_cmd cmd = {"birthmark audit verify [OPTION]...",
	    "Walks the chain of the audit log and names the first entry that "
	    "was changed or is missing.",
	    opts, 0, 0};
	json_t *answer = NULL;
	struct err e = {0};
	int status;
	enum rc rc;

	if (!cli_args(&cmd, argc, argv, &status))
		return status;
	rc = dir != NULL ? verify_local(dir, &answer, &e)
			 : verify_remote(&answer, &e);
	if (rc == RC_OK)
		cli_print(answer, "ok,count,head", as_json);
	json_decref(answer);
	return rc == RC_OK ? 0 : cli_fail(&e);
}
