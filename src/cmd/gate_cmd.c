/* `birthmark gate`: one thread follows the feed, one reports, one answers.
 * Must not decide anything: gate/ does. */
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/cli.h"
#include "cmd/gate_cmd.h"
#include "gate/gate_answer.h"
#include "gate/gate_follow.h"
#include "gate/gate_report.h"
#include "net/listen.h"

#define STOP_WAIT_S 2

static struct {
	char *service, *account, *cloud, *token_file, *ca, *dir, *listen,
	    *socket;
} set;

static const struct conf_item items[] = {
    {"service", ARGS_STR, &set.service, NULL, "address of the service"},
    {"account", ARGS_STR, &set.account, NULL, "id of the account"},
    {"cloud", ARGS_STR, &set.cloud, NULL, "id of its cloud of type gate"},
    {"token_file", ARGS_STR, &set.token_file, NULL,
	"file with an API token of role gate"},
    {"ca", ARGS_STR, &set.ca, NULL,
	"CA certificates of the service (PEM); the system's if not given"},
    {"dir", ARGS_STR, &set.dir, NULL, "directory of the table"},
    {"listen", ARGS_STR, &set.listen, "127.0.0.1:8446",
	"address to answer on, or none"},
    {"socket", ARGS_STR, &set.socket, NULL, "Unix socket to answer on"},
    {NULL, ARGS_STR, NULL, NULL, NULL},
};

struct gate_run {
	struct event_base *base;
	struct gate_follow *follow;
	struct gate_answer answer;
	struct http_server *tcp, *local;
	struct event *on_term, *on_int;
	struct gate_report *report;
	struct event *on_seen;
	int seen_fd;
	char seen_path[PATH_MAX];
	pthread_t follow_thread, report_thread;
	bool follow_started, report_started;
};

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct gate_run *g = arg;

	(void)event_base_loopbreak(g->base);
}

static void on_seen(evutil_socket_t fd, short what, void *arg)
{
	struct gate_run *g = arg;

	gate_report_drain(g->report, fd, g->answer.t, clock_now_s());
}

static void *follow_thread(void *arg)
{
	gate_follow_run(arg);
	return NULL;
}

static void *report_thread(void *arg)
{
	gate_report_run(arg);
	return NULL;
}

/* type SOCK_STREAM or SOCK_DGRAM. */
static enum rc open_socket(const char *path, int type, mode_t mode, int *out,
    struct err *e)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	int fd;

	*out = -1;
	if (!span_copy_str(span_str(path), sa.sun_path, sizeof(sa.sun_path)))
		return err_set(e, RC_INVALID, "path-too-long",
		    "The path of the socket is too long.");
	/* Only a socket that an earlier run left is replaced. */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const void *)&sa, sizeof(sa)) != 0 ||
	    chmod(path, mode) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 512) != 0)) {
		enum rc rc =
		    err_sys(e, "gate-socket", "Cannot listen on %s", path);

		if (fd >= 0)
			(void)close(fd);
		return rc;
	}
	*out = fd;
	return RC_OK;
}

static enum rc serve(struct gate_run *g, int fd, struct http_server **out,
    struct err *e)
{
	struct http_limits limits = http_limits_default;
	struct http_app app;
	enum rc rc;

	/* The callers are few and near: a proxy, a broker. */
	limits.connections_per_peer = limits.connections;
	limits.requests = 1000000000;
	gate_answer_app(&g->answer, &app);
	rc = http_server_new(out, g->base, fd, NULL, &app, e);
	if (rc == RC_OK)
		http_server_set_limits(*out, &limits);
	return rc;
}

static enum rc open_listeners(struct gate_run *g, struct err *e)
{
	char name[80];
	int fd = -1;
	enum rc rc = RC_OK;

	if (set.socket) {
		rc = open_socket(set.socket, SOCK_STREAM, 0660, &fd, e);
		if (rc == RC_OK)
			rc = serve(g, fd, &g->local, e);
		if (rc == RC_OK)
			log_info("answering on %s", set.socket);
	}
	if (rc != RC_OK || strcmp(set.listen, "none") == 0)
		return rc;
	rc = listen_open(&fd, set.listen, e);
	if (rc == RC_OK)
		rc = listen_name(fd, name, sizeof(name), e);
	if (rc == RC_OK)
		rc = serve(g, fd, &g->tcp, e);
	if (rc == RC_OK)
		log_info("answering on http://%s/admit", name);
	return rc;
}

/* Anybody of this machine may tell: only devices that may in count. */
static enum rc open_seen(struct gate_run *g, struct err *e)
{
	enum rc rc = file_join(g->seen_path, sizeof(g->seen_path), set.dir,
	    GATE_REPORT_SOCKET, e);

	if (rc == RC_OK)
		rc =
		    open_socket(g->seen_path, SOCK_DGRAM, 0666, &g->seen_fd, e);
	if (rc != RC_OK)
		return rc;
	g->on_seen =
	    event_new(g->base, g->seen_fd, EV_READ | EV_PERSIST, on_seen, g);
	if (!g->on_seen || event_add(g->on_seen, NULL) != 0)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return RC_OK;
}

static enum rc open_signals(struct gate_run *g, struct err *e)
{
	g->base = event_base_new();
	if (!g->base)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	g->on_term = evsignal_new(g->base, SIGTERM, on_signal, g);
	g->on_int = evsignal_new(g->base, SIGINT, on_signal, g);
	if (!g->on_term || !g->on_int || event_add(g->on_term, NULL) != 0 ||
	    event_add(g->on_int, NULL) != 0)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	return RC_OK;
}

static enum rc start_threads(struct gate_run *g, struct err *e)
{
	g->follow_started = pthread_create(&g->follow_thread, NULL,
				follow_thread, g->follow) == 0;
	g->report_started = g->follow_started &&
	    pthread_create(&g->report_thread, NULL, report_thread, g->report) ==
		0;
	if (!g->report_started)
		return err_set(e, RC_ENV, "thread", "Cannot start a thread.");
	return RC_OK;
}

static enum rc start(struct gate_run *g, struct err *e)
{
	const struct gate_follow_options o = {.link = {.service = set.service,
						  .account = set.account,
						  .cloud = set.cloud,
						  .token_file = set.token_file,
						  .ca_file = set.ca},
	    .dir = set.dir};
	enum rc rc = gate_follow_new(&g->follow, &o, e);

	if (rc == RC_OK)
		rc = gate_report_new(&g->report, &o.link, e);
	if (rc == RC_OK)
		rc = table_open(&g->answer.t, gate_follow_table(g->follow), e);
	if (rc != RC_OK)
		return rc;
	g->answer.synced_s = gate_follow_synced_s;
	g->answer.arg = g->follow;
	g->answer.report = g->report;
	rc = open_signals(g, e);
	if (rc == RC_OK)
		rc = open_seen(g, e);
	if (rc == RC_OK)
		rc = open_listeners(g, e);
	return rc == RC_OK ? start_threads(g, e) : rc;
}

static void stop_threads(struct gate_run *g)
{
	struct timespec until;

	if (g->follow_started)
		gate_follow_stop(g->follow);
	if (g->report_started)
		gate_report_stop(g->report);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_WAIT_S;
	/* They may be waiting for the service; the table bears being left at
	 * any moment. */
	if ((g->follow_started &&
		pthread_timedjoin_np(g->follow_thread, NULL, &until) != 0) ||
	    (g->report_started &&
		pthread_timedjoin_np(g->report_thread, NULL, &until) != 0))
		_exit(0);
}

static void finish(struct gate_run *g)
{
	struct event *events[] = {g->on_term, g->on_int, g->on_seen};
	size_t i;

	http_server_free(g->tcp);
	http_server_free(g->local);
	if (set.socket && g->local)
		(void)unlink(set.socket);
	if (g->seen_fd >= 0) {
		(void)unlink(g->seen_path);
		(void)close(g->seen_fd);
	}
	stop_threads(g);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	if (g->base)
		event_base_free(g->base);
	table_close(g->answer.t);
	gate_report_free(g->report);
	gate_follow_free(g->follow);
}

static enum rc set_flag(const char *name, const char *value, struct err *e)
{
	return value ? conf_set(items, name, span_str(value), e) : RC_OK;
}

struct flags {
	const char *config, *service, *account, *cloud, *token_file, *ca, *dir,
	    *listen, *socket;
};

static enum rc read_settings(const struct flags *f, struct err *e)
{
	const struct {
		const char *name, *value;
	} flags[] = {{"service", f->service}, {"account", f->account},
	    {"cloud", f->cloud}, {"token_file", f->token_file}, {"ca", f->ca},
	    {"dir", f->dir}, {"listen", f->listen}, {"socket", f->socket}};
	enum rc rc = conf_load(items, f->config, e);
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]) && rc == RC_OK; i++)
		rc = set_flag(flags[i].name, flags[i].value, e);
	return rc;
}

static int run(const struct flags *f)
{
	struct gate_run g = {.seen_fd = -1};
	struct err e = {0};
	enum rc rc = read_settings(f, &e);

	log_setup("gate", LOG_INFO);
	if (rc == RC_OK)
		rc = start(&g, &e);
	if (rc == RC_OK)
		(void)event_base_dispatch(g.base);
	finish(&g);
	conf_clear(items);
	return rc == RC_OK ? 0 : cli_fail(&e);
}

int gate_cmd_main(int argc, char **argv)
{
	struct flags f = {0};
	const struct args_opt opts[] = {
	    {"config", 'c', ARGS_STR, &f.config, "FILE",
		"settings, one `name = value` a line"},
	    {"service", 0, ARGS_STR, &f.service, "URL",
		"address of the service"},
	    {"account", 0, ARGS_STR, &f.account, "ID", "id of the account"},
	    {"cloud", 0, ARGS_STR, &f.cloud, "ID",
		"id of its cloud of type gate"},
	    {"token-file", 0, ARGS_STR, &f.token_file, "FILE",
		"API token of role gate"},
	    {"ca", 0, ARGS_STR, &f.ca, "FILE",
		"CA certificates of the service"},
	    {"dir", 'd', ARGS_STR, &f.dir, "DIR", "where the table is kept"},
	    {"listen", 'l', ARGS_STR, &f.listen, "HOST:PORT",
		"answer here (127.0.0.1:8446), or none"},
	    {"socket", 's', ARGS_STR, &f.socket, "PATH",
		"answer on this Unix socket"},
	    {NULL, 0, ARGS_HELP, NULL, NULL, NULL},
	};
	const struct args_cmd cmd = {"birthmark gate [OPTION]...",
	    "Runs beside an account's own cloud: follows the service's feed "
	    "and answers which birth certificates may in.",
	    opts, 0, 0};
	int status;

	return cli_args(&cmd, argc, argv, &status) ? run(&f) : status;
}
