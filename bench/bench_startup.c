/* From exec to the first answer over HTTPS, and what an idle worker holds in
 * memory.  The program is $BIRTHMARK.  Must not leave a process behind. */
#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "bench/figure.h"
#include "net/fetch.h"

#define ROUNDS 7
#define LATE_MS 20000
#define STARTUP_MS 150.0
#define WORKER_MB 40.0

static char dir[64] = "/tmp/birthmark-bench-XXXXXX";
static pid_t service;

static void give_up(const char *what)
{
	(void)fprintf(stderr, "bench_startup: %s\n", what);
	if (service > 0)
		(void)kill(service, SIGKILL);
	exit(1);
}

static pid_t start(const char *const *argv)
{
	const char *program = getenv("BIRTHMARK");
	pid_t pid;

	if (!program)
		give_up("BIRTHMARK must name the program");
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(126);
		(void)execv(program, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0)
		give_up("no process");
	return pid;
}

static void end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status != 0)
		give_up("the program ended badly");
}

static void path_of(char out[256], const char *name)
{
	if (file_join(out, 256, dir, name, NULL) != RC_OK)
		give_up("a path is too long");
}

/* The text between key and the next character of stops. */
static bool find(const char *text, const char *key, const char *stops,
    char out[128])
{
	const char *at = strstr(text, key);

	at = at ? at + strlen(key) : NULL;
	return at && span_copy_str(span_of(at, strcspn(at, stops)), out, 128);
}

/* The first worker's process, when it has answered over HTTPS. */
static long first_answer(int64_t until_ms)
{
	char ca[256], file[256], host[128], pid[128], url[200];
	struct fetch_request r = FETCH_REQUEST;
	struct fetch_options o = {.ca_file = ca, .allow_private = true};
	struct fetch_answer a;
	struct fetch *f = NULL;
	struct buf text;

	path_of(ca, "tls/cert.pem");
	path_of(file, "run/addresses.json");
	buf_init(&text, 64 * 1024);
	while (!file_exists(file) || file_read(file, &text, NULL) != RC_OK) {
		if (clock_mono_ms() > until_ms)
			give_up("it does not serve");
		(void)usleep(500);
	}
	if (!find(buf_cstr(&text), "\"listen\":\"", "\"", host) ||
	    !find(buf_cstr(&text), "\"workers\":[", ",]", pid))
		give_up("addresses.json is not understood");
	(void)snprintf(url, sizeof(url), "https://%s/healthz", host);
	r.method = "GET";
	r.url = url;
	fetch_answer_init(&a);
	if (fetch_new(&f, &o, NULL) != RC_OK ||
	    fetch_do(f, &r, &a, NULL) != RC_OK || a.status != 200)
		give_up("it does not answer");
	fetch_answer_clear(&a);
	fetch_free(f);
	buf_clear(&text);
	return strtol(pid, NULL, 10);
}

static double resident_mb(long pid)
{
	char path[64], kb[128];
	struct buf text;
	double mb;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	buf_init(&text, 64 * 1024);
	if (file_read(path, &text, NULL) != RC_OK ||
	    !find(buf_cstr(&text), "VmRSS:", "k", kb))
		give_up("the worker's memory cannot be read");
	mb = strtod(kb, NULL) / 1024;
	buf_clear(&text);
	return mb;
}

static int remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *ftw)
{
	return remove(path);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	const char *const init[] = {"birthmark", "init", "--dir", dir, NULL};
	const char *const serve[] = {"birthmark", "serve", "--dir", dir,
	    "--listen", "127.0.0.1:0", "--device-listen", "127.0.0.1:0",
	    "--status-listen", "127.0.0.1:0", "--workers", "1", NULL};
	struct figure up = {.name = "start to serving (ms)",
	    .reference = STARTUP_MS,
	    .goal = "<= 1"};
	struct figure mem = {.name = "idle worker (MB)",
	    .reference = WORKER_MB,
	    .goal = "<= 1"};
	double ms[ROUNDS];
	int i;

	if (!mkdtemp(dir))
		give_up("no folder");
	end(start(init));
	for (i = 0; i < ROUNDS; i++) {
		int64_t before = clock_mono_us();
		long worker;

		service = start(serve);
		worker = first_answer(clock_mono_ms() + LATE_MS);
		ms[i] = (double)(clock_mono_us() - before) / 1000;
		mem.ours = resident_mb(worker);
		(void)kill(service, SIGTERM);
		end(service);
		service = 0;
	}
	qsort(ms, ROUNDS, sizeof(ms[0]), compare);
	up.ours = ms[ROUNDS / 2];
	up.ratio = up.ours / up.reference;
	mem.ratio = mem.ours / mem.reference;
	figure_print(&up, argc, argv);
	figure_print(&mem, argc, argv);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
