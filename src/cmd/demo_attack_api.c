/* Attacks on the REST interface.
 * Each speaks as somebody who has a valid login, or none. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/cli_special.h"
#include "cmd/demo_attack.h"
#include "cmd/proc.h"

#define WRONG_CODE "00000000000000000000000000"
#define GUESSES 12

static enum rc get_in(struct demo *d, struct client *c, const char *account,
    const char *path, struct err *e)
{
	char full[512];

	(void)snprintf(full, sizeof(full), "/api/v1/accounts/%s%s",
	    stage_get(&d->stage, account), path);
	return stage_api_call(c, "GET", full, NULL, NULL, e);
}

static enum rc post_in(struct demo *d, struct client *c, const char *account,
    const char *path, json_t *body, struct err *e)
{
	char full[512];

	(void)snprintf(full, sizeof(full), "/api/v1/accounts/%s%s",
	    stage_get(&d->stage, account), path);
	return stage_api_call(c, "POST", full, body, NULL, e);
}

static enum rc guessed_bid(struct demo *d, struct err *e)
{
	return post_in(d, &d->rival, "rival.account", "/bindings",
	    json_pack("{s:s,s:s}", "batch", "DW9-2027", "claim_code",
		WRONG_CODE),
	    e);
}

static enum rc bare_bid(struct demo *d, struct err *e)
{
	return post_in(d, &d->rival, "rival.account", "/bindings",
	    json_pack("{s:s}", "label", "DEMO-UNBOUND"), e);
}

/* Guesses until the service makes the guesser wait. */
static enum rc guessed_code(struct demo *d, struct err *e)
{
	enum rc rc = RC_OK;
	int i;

	for (i = 0; i < GUESSES && rc != RC_LIMIT; i++) {
		rc = post_in(d, &d->rival, "rival.account", "/bindings",
		    json_pack("{s:s,s:s}", "batch", "DEMO-UNBOUND",
			"claim_code", WRONG_CODE),
		    e);
		if (rc == RC_OK)
			break;
	}
	return rc;
}

static enum rc second_bind(struct demo *d, struct err *e)
{
	return post_in(d, &d->rival, "rival.account", "/bindings",
	    json_pack("{s:s}", "label", d->label), e);
}

static enum rc operator_manifest(struct demo *d, struct err *e)
{
	return get_in(d, &d->operator_, "operator.account",
	    "/batches/" DEMO_BATCH "/manifest", e);
}

static enum rc operator_clouds(struct demo *d, struct err *e)
{
	return get_in(d, &d->operator_, "operator.account", "/clouds", e);
}

static enum rc read_across(struct demo *d, struct err *e)
{
	return get_in(d, &d->rival, "admin.account", "/batches/" DEMO_BATCH, e);
}

static enum rc write_across(struct demo *d, struct err *e)
{
	return post_in(d, &d->rival, "admin.account", "/products",
	    json_pack("{s:s}", "name", "stolen"), e);
}

static enum rc after_logout(struct demo *d, struct err *e)
{
	struct client owner = {0}, thief = {0};
	enum rc rc = stage_api_login(&d->stage, "rival", &owner, e);

	memcpy(thief.url, owner.url, sizeof(thief.url));
	memcpy(thief.ca, owner.ca, sizeof(thief.ca));
	memcpy(thief.token, owner.token, sizeof(thief.token));
	if (rc == RC_OK)
		rc = stage_api_call(&owner, "DELETE",
		    "/api/v1/sessions/current", NULL, NULL, e);
	if (rc == RC_OK)
		rc = get_in(d, &thief, "rival.account", "/batches", e);
	client_close(&owner);
	client_close(&thief);
	return rc;
}

/* A listener that answers every connection with noise. */
static pid_t start_garbage(unsigned int *port)
{
	static const char noise[] = "]]]] this is no cloud [[[[\r\n\r\n";
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
	pid_t pid;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 ||
	    listen(fd, 16) != 0)
		return -1;
	(void)getsockname(fd, (struct sockaddr *)&a, &n);
	*port = ntohs(a.sin_port);
	pid = fork();
	if (pid != 0) {
		(void)close(fd);
		return pid;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		peer = accept(fd, NULL, NULL);
		(void)!write(peer, noise, sizeof(noise) - 1);
		(void)close(peer);
	}
}

static enum rc add_cloud(struct demo *d, unsigned int port, char id[64],
    struct err *e)
{
	char path[256], url[64];
	json_t *answer = NULL;
	enum rc rc;

	(void)snprintf(url, sizeof(url), "https://localhost:%u", port);
	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/clouds",
	    stage_get(&d->stage, "admin.account"));
	rc = stage_api_call(&d->admin, "POST", path,
	    json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s}}", "name", "Garbage",
		"type", "interop", "form", "other", "other", "url", url,
		"username", "u", "password", "p"),
	    &answer, e);
	if (rc == RC_OK)
		(void)span_copy_str(span_str(json_string_value(
					json_object_get(answer, "id"))),
		    id, 64);
	json_decref(answer);
	return rc;
}

static enum rc test_cloud(struct demo *d, const char *id, struct err *e)
{
	json_t *answer = NULL, *job = NULL;
	char path[256];
	enum rc rc;

	(void)snprintf(path, sizeof(path), "/api/v1/accounts/%s/clouds/%s/test",
	    stage_get(&d->stage, "admin.account"), id);
	rc = stage_api_call(&d->admin, "POST", path, NULL, &answer, e);
	if (rc == RC_OK)
		rc = cli_special_follow(&d->admin,
		    json_string_value(json_object_get(answer, "id")), &job, e);
	json_decref(answer);
	json_decref(job);
	return rc;
}

static enum rc garbage_cloud(struct demo *d, struct err *e)
{
	unsigned int port = 0;
	pid_t pid = start_garbage(&port);
	char id[64] = "";
	enum rc rc;

	if (pid < 0)
		return err_sys(e, "listen", "No listener could be made");
	rc = add_cloud(d, port, id, e);
	if (rc == RC_OK)
		rc = test_cloud(d, id, e);
	proc_stop(pid, 0);
	return rc;
}

const struct demo_attack demo_attack_api[] = {
    {"a guessed Batch ID", guessed_bid, "[claim-refused]"},
    {"a Batch ID without its claim code", bare_bid, "[claim-code-needed]"},
    {"a guessed claim code, again and again", guessed_code,
	"[claim-code-locked]"},
    {"a second bind of the same batch", second_bind, "[batch-bound-elsewhere]"},
    {"an operator reading a manifest", operator_manifest, "[role-denied]"},
    {"an operator reading clouds", operator_clouds, "[role-denied]"},
    {"a read across accounts", read_across, "[not-found]"},
    {"a write across accounts", write_across, "[not-found]"},
    {"a stolen session after logout", after_logout, "[session-unknown]"},
    {"a product cloud that answers with garbage", garbage_cloud,
	"The job failed"},
    {NULL, NULL, NULL},
};
