/* Fuzzes the API: one request as text, given to the application functions over
 * a real store, as an administrator when it asks to be.
 * Must not hash passwords: that would only be slow. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/account.h"
#include "core/token.h"
#include "store/store_member.h"
#include "store/store_session.h"
#include "store/store_user.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/api_case.h"

static struct core core;
static struct api *api;
static struct api_case_answer answer;
static char dir[64], account[RAND_ID_SIZE], token[TOKEN_SIZE];

static void must(enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	(void)fprintf(stderr, "fuzz_api: %s\n", e->text);
	abort();
}

static void fuzz_clean(void)
{
	static const char *const names[] = {"birthmark.db", "birthmark.db-wal",
	    "birthmark.db-shm", "devices.db", "devices.db-wal",
	    "devices.db-shm"};
	char path[128];
	size_t i;

	api_case_clear(&answer);
	api_free(api);
	store_close(core.store);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

/* An account, its administrator, and his session. */
static void fuzz_login(void)
{
	struct core_actor a = {.id = "usr_fuzz", .name = "a@example.com"};
	struct store_user u = {.id = "usr_fuzz", .email = "a@example.com"};
	struct store_session s = {.id = "ses_fuzz", .user = "usr_fuzz"};
	struct store_member m = {.user = "usr_fuzz",
	    .scope = "service",
	    .role = "service"};
	struct store_account x;
	struct err e = {0};

	a.now_s = s.created_at = clock_now_s();
	s.expires_at = INT64_MAX;
	token_make("bms_", token);
	token_hash(span_str(token), s.hash);
	must(store_user_add(core.store, &u, &e), &e);
	must(store_session_add(core.store, &s, &e), &e);
	must(store_member_put(core.store, &m, &e), &e);
	must(account_create(&core, &a, "Fuzz", &x, &e), &e);
	(void)span_copy_str(span_str(x.id), account, sizeof(account));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e = {0};

	/* Memory, where there is such a place: each write is synced. */
	(void)snprintf(dir, sizeof(dir), "%s/birthmark-fuzz-XXXXXX",
	    access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(dir))
		abort();
	must(store_open(&core.store, dir, true, &e), &e);
	core.dir = dir;
	core.public_url = "https://fuzz.test";
	fuzz_login();
	must(api_new(&api, &core, &e), &e);
	api_case_init(&answer);
	if (atexit(fuzz_clean))
		abort();
	return 0;
}

static enum http_method fuzz_method(struct span name)
{
	int m;

	for (m = HTTP_GET; m < HTTP_OTHER; m++)
		if (span_eq_str(name, http_method_name((enum http_method)m)))
			break;
	return (enum http_method)m;
}

/* Puts the account's id in place of each @. */
static struct span fuzz_path(struct span in, char *out, size_t cap)
{
	size_t i, n = 0, id = strlen(account);

	for (i = 0; i < in.n && n + id < cap; i++) {
		if (in.p[i] == '@') {
			memcpy(out + n, account, id);
			n += id;
		} else {
			out[n++] = (char)in.p[i];
		}
	}
	return span_of(out, n);
}

static void fuzz_header(struct http_request *req, struct span line,
    struct span bearer)
{
	struct span name;

	if (!span_cut(&line, ':', &name) || req->headers_n == HTTP_HEADERS_MAX)
		return;
	while (line.n && line.p[0] == ' ')
		line = span_sub(line, 1, line.n - 1);
	if (span_eq_str(line, "@"))
		line = bearer;
	req->headers[req->headers_n].name = name;
	req->headers[req->headers_n].value = line;
	req->headers_n++;
}

static bool has(struct span s, const char *word)
{
	return s.n && memmem(s.p, s.n, word, strlen(word));
}

static void fuzz_check(void)
{
	const bool problem = answer.status >= 400;

	if (answer.status < 200 || answer.status > 599 ||
	    store_in_tx(core.store) ||
	    (problem && strcmp(answer.type, "application/problem+json") != 0))
		abort();
}

/* METHOD PATH, header lines, an empty line, the body; lines end in \n. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_request req; /* large */
	struct span rest = span_of(data, size), line, method;
	char path[1024], bearer[64];

	memset(&req, 0, sizeof(req));
	(void)snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	if (!span_cut(&rest, '\n', &line) || !span_cut(&line, ' ', &method))
		return 0;
	req.method = fuzz_method(method);
	line = fuzz_path(line, path, sizeof(path));
	if (!span_cut(&line, '?', &req.path))
		line = SPAN_NONE;
	req.query = line;
	while (span_cut(&rest, '\n', &line) && line.n)
		fuzz_header(&req, line, span_str(bearer));
	if (has(rest, "password") || has(rest, "old"))
		return 0;
	req.has_length = rest.n > 0;
	req.length = rest.n;
	(void)snprintf(req.peer, sizeof(req.peer), "127.0.0.1");
	(void)api_case_run(api_app(api), &req, rest, &answer);
	fuzz_check();
	return 0;
}
