/* Starting, watching and ending the processes of the service.  The parent
 * keeps both ends of every signer connection, so that either side can be
 * started again without the other noticing.
 * Must not open the store or a key. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/file.h"
#include "base/json.h"
#include "base/metric.h"
#include "cmd/serve_child.h"
#include "cmd/serve_notify.h"
#include "cmd/serve_parent.h"
#include "net/listen.h"

#define WORKERS_MAX 64
#define CHILDREN_MAX (WORKERS_MAX + 2)
#define STOP_MS 12000
#define STEADY_MS 5000 /* a child that lived so long may restart at once */
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 10000

struct child {
	enum serve_child_kind kind;
	unsigned int index; /* row of pairs, for the signer's clients */
	char name[32];
	pid_t pid; /* 0: not running */
	int ready_fd;
	bool ready;
	int64_t started_ms, start_at_ms;
	unsigned int fails;
};

struct parent {
	const struct serve_conf *conf;
	struct child children[CHILDREN_MAX]; /* signer, workers, courier */
	unsigned int n;
	int pairs[CHILDREN_MAX][2]; /* client's end, signer's end */
	int listen_fd, device_fd, status_fd, signal_fd;
	char listen[80], device[80], status_at[80];
	char url[SERVE_CONF_URL], device_url[SERVE_CONF_URL];
	char status_url[SERVE_CONF_URL];
	bool was_ready, stopping, killed;
	int64_t stop_at_ms;
	int status;
};

static enum rc make_pair(struct parent *p, unsigned int i, struct err *e)
{
	int size = 1 << 18;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		p->pairs[i]) != 0)
		return err_sys(e, "no-socketpair",
		    "The signer's sockets cannot be made");
	(void)setsockopt(p->pairs[i][0], SOL_SOCKET, SO_SNDBUF, &size,
	    sizeof(size));
	return RC_OK;
}

static enum rc open_socket(const char *where, int *fd, char name[80],
    struct err *e)
{
	enum rc rc = RC_OK;

	if (where[0])
		rc = listen_open(fd, where, e);
	return rc == RC_OK && where[0] ? listen_name(*fd, name, 80, e) : rc;
}

/* As it is set, else as it is listened on; nothing where nobody listens. */
static void make_url(char url[SERVE_CONF_URL], const char *set,
    const char *scheme, const char *name)
{
	if (set[0] || !name[0])
		scheme = "";
	(void)snprintf(url, SERVE_CONF_URL, "%s%s", scheme,
	    set[0] && name[0] ? set : name);
}

static enum rc open_sockets(struct parent *p, struct err *e)
{
	const struct serve_conf *c = p->conf;
	unsigned int i;
	enum rc rc;

	rc = open_socket(c->listen, &p->listen_fd, p->listen, e);
	if (rc == RC_OK)
		rc = open_socket(c->device_listen, &p->device_fd, p->device, e);
	if (rc == RC_OK)
		rc = open_socket(c->status_listen, &p->status_fd, p->status_at,
		    e);
	make_url(p->url, c->public_url, "https://", p->listen);
	make_url(p->device_url, c->device_url, "https://", p->device);
	make_url(p->status_url, c->status_url, "http://", p->status_at);
	for (i = 1; rc == RC_OK && i < p->n; i++)
		rc = make_pair(p, i, e);
	return rc;
}

static enum rc open_signals(struct parent *p, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return err_sys(e, "no-signals", "Signals cannot be blocked");
	p->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signal_fd >= 0
	    ? RC_OK
	    : err_sys(e, "no-signals", "Signals cannot be read");
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* All but the standard ones and these. */
static void keep_only(int *fds, size_t n)
{
	unsigned int from = 3;
	size_t i;

	qsort(fds, n, sizeof(*fds), compare_fds);
	for (i = 0; i < n; i++) {
		unsigned int fd = (unsigned int)fds[i];

		if (fds[i] < 3)
			continue;
		if (fd > from)
			(void)close_range(from, fd - 1, 0);
		from = fd + 1;
	}
	(void)close_range(from, ~0u, 0);
}

static struct signer_client client_of(const struct parent *p, unsigned int i)
{
	bool courier = p->children[i].kind == SERVE_CHILD_COURIER;

	return (struct signer_client){p->pairs[i][1],
	    courier ? SIGNER_MAY_COURIER : SIGNER_MAY_WORKER};
}

static void enter_child(struct parent *p, const struct child *c, int ready_fd)
{
	struct signer_client clients[CHILDREN_MAX];
	int keep[CHILDREN_MAX + 5];
	struct serve_child run = {.conf = p->conf,
	    .kind = c->kind,
	    .name = c->name,
	    .slot = c->index,
	    .public_url = p->url,
	    .device_url = p->device_url,
	    .status_url = p->status_url,
	    .listen_fd = p->listen_fd,
	    .device_fd = p->device_fd,
	    .status_fd = p->status_fd,
	    .signer_fd = p->pairs[c->index][0],
	    .clients = clients,
	    .ready_fd = ready_fd};
	size_t n = 0;
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	keep[n++] = ready_fd;
	if (c->kind == SERVE_CHILD_SIGNER) {
		for (; run.clients_n < p->n - 1; run.clients_n++) {
			clients[run.clients_n] =
			    client_of(p, run.clients_n + 1);
			keep[n++] = clients[run.clients_n].fd;
		}
	} else {
		keep[n++] = run.signer_fd;
	}
	if (c->kind == SERVE_CHILD_WORKER) {
		keep[n++] = p->listen_fd;
		keep[n++] = p->device_fd;
		keep[n++] = p->status_fd;
	}
	keep_only(keep, n);
	/* No atexit: what the parent has set up is the parent's. */
	_exit(serve_child_run(&run));
}

static void start_child(struct parent *p, struct child *c)
{
	pid_t parent = getpid(), pid;
	int ready[2];

	c->start_at_ms = clock_mono_ms() + BACKOFF_MAX_MS;
	if (pipe2(ready, O_CLOEXEC) != 0) {
		log_error("%s cannot start: no pipe", c->name);
		return;
	}
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != parent)
			_exit(3);
		enter_child(p, c, ready[1]);
	}
	(void)close(ready[1]);
	if (pid < 0) {
		(void)close(ready[0]);
		log_error("%s cannot start: no process", c->name);
		return;
	}
	c->pid = pid;
	c->ready_fd = ready[0];
	c->ready = false;
	c->started_ms = clock_mono_ms();
}

static struct child *find_child(struct parent *p, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (p->children[i].pid == pid)
			return &p->children[i];
	return NULL;
}

static void write_addresses(struct parent *p)
{
	char path[SERVE_CONF_PATH];
	struct err e = {.rc = RC_BUG};
	struct buf out;
	struct json w;
	unsigned int i;
	enum rc rc;

	buf_init(&out, 64 * 1024);
	json_init(&w, &out);
	json_obj(&w);
	json_put_str(&w, "url", p->url);
	json_put_str(&w, "listen", p->listen);
	json_put_str_or_null(&w, "device_listen", p->device);
	json_put_str_or_null(&w, "device_url", p->device_url);
	json_put_str_or_null(&w, "status_listen", p->status_at);
	json_put_str_or_null(&w, "status_url", p->status_url);
	json_key(&w, "pids");
	json_obj(&w);
	json_put_u64(&w, "parent", (uint64_t)getpid());
	json_put_u64(&w, "signer", (uint64_t)p->children[0].pid);
	json_key(&w, "workers");
	json_arr(&w);
	for (i = 1; i < p->n - 1; i++)
		json_u64(&w, (uint64_t)p->children[i].pid);
	json_end(&w);
	json_put_u64(&w, "courier", (uint64_t)p->children[p->n - 1].pid);
	json_end(&w);
	json_end(&w);
	buf_add_u8(&out, '\n');
	rc = file_join(path, sizeof(path), p->conf->dir, SERVE_CONF_ADDRESSES,
	    &e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&out), 0644, &e);
	if (rc != RC_OK)
		log_err(LOG_WARN, "the addresses are not written down", &e);
	buf_clear(&out);
}

static void on_child_ready(struct parent *p, struct child *c)
{
	char byte;
	bool said = read(c->ready_fd, &byte, 1) == 1;
	unsigned int i;

	(void)close(c->ready_fd);
	c->ready_fd = -1;
	if (!said)
		return; /* it has died: SIGCHLD tells */
	c->ready = true;
	for (i = 0; i < p->n; i++)
		if (!p->children[i].ready)
			return;
	write_addresses(p);
	if (p->was_ready)
		return;
	p->was_ready = true;
	serve_notify("READY=1");
	log_info("serving %s on %s%s%s%s%s", p->url, p->listen,
	    p->device[0] ? ", devices on " : "", p->device,
	    p->status_at[0] ? ", status on " : "", p->status_at);
}

static void kill_all(struct parent *p, int sig, bool signer)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (p->children[i].pid > 0 &&
		    (signer || p->children[i].kind != SERVE_CHILD_SIGNER))
			(void)kill(p->children[i].pid, sig);
}

static void begin_stop(struct parent *p, int status)
{
	if (p->stopping) {
		p->stop_at_ms = clock_mono_ms(); /* asked twice: at once */
		return;
	}
	p->stopping = true;
	p->status = status;
	p->stop_at_ms = clock_mono_ms() + STOP_MS;
	serve_notify("STOPPING=1");
	log_info("ending");
	kill_all(p, SIGTERM, false);
}

/* The signer has cut a client off: it sent what no client sends.  It may be
 * in other hands, so it goes, and both ends begin anew. */
static void on_hang_up(struct parent *p, struct child *c)
{
	struct err e;

	log_error("%s was cut off by the signer and is killed", c->name);
	(void)close(p->pairs[c->index][0]);
	(void)close(p->pairs[c->index][1]);
	p->pairs[c->index][0] = p->pairs[c->index][1] = -1;
	if (c->pid > 0)
		(void)kill(c->pid, SIGKILL);
	if (make_pair(p, c->index, &e) != RC_OK) {
		log_err(LOG_ERROR, "the service cannot go on", &e);
		begin_stop(p, 3);
		return;
	}
	if (p->children[0].pid > 0)
		(void)kill(p->children[0].pid, SIGTERM);
}

static void on_child_end(struct parent *p, struct child *c, int status)
{
	int64_t now = clock_mono_ms();
	unsigned int wait = 0;

	if (c->ready_fd >= 0)
		(void)close(c->ready_fd);
	c->ready_fd = -1;
	c->pid = 0;
	metric_slot_died(c->index);
	if (p->stopping)
		return;
	if (WIFSIGNALED(status))
		log_warn("%s ended by signal %d", c->name, WTERMSIG(status));
	else
		log_warn("%s ended with status %d", c->name,
		    WEXITSTATUS(status));
	if (!p->was_ready) {
		begin_stop(p,
		    WIFEXITED(status) && WEXITSTATUS(status)
			? WEXITSTATUS(status)
			: 3);
		return;
	}
	c->fails =
	    c->ready && now - c->started_ms >= STEADY_MS ? 0 : c->fails + 1;
	if (c->fails > 1)
		wait = BACKOFF_FIRST_MS << (c->fails < 9 ? c->fails - 2 : 7);
	c->ready = false;
	c->start_at_ms = now + (wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS);
	metric_add(METRIC_RESTARTS, 1);
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *c = find_child(p, pid);

		if (c)
			on_child_end(p, c, status);
	}
}

static void on_signals(struct parent *p)
{
	struct signalfd_siginfo s;

	while (read(p->signal_fd, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT)
			begin_stop(p, 0);
		else if (s.ssi_signo == SIGHUP)
			kill_all(p, SIGHUP, false);
	}
	reap(p);
}

/* Starts what is due.  Milliseconds until the next thing is. */
static int keep_running(struct parent *p)
{
	int64_t now = clock_mono_ms(), next = now + 60000;
	unsigned int i, running = 0;

	for (i = 0; i < p->n; i++) {
		struct child *c = &p->children[i];

		if (!p->stopping && c->pid == 0 && c->start_at_ms <= now)
			start_child(p, c);
		if (!p->stopping && c->pid == 0 && c->start_at_ms < next)
			next = c->start_at_ms;
		running += c->pid > 0;
	}
	if (p->stopping && running == 1 && p->children[0].pid > 0)
		(void)kill(p->children[0].pid, SIGTERM);
	if (p->stopping && !p->killed && now >= p->stop_at_ms) {
		p->killed = true;
		kill_all(p, SIGKILL, true);
	}
	if (p->stopping && !p->killed && p->stop_at_ms < next)
		next = p->stop_at_ms;
	return next > now ? (int)(next - now) : 0;
}

static bool all_ended(const struct parent *p)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		if (p->children[i].pid > 0)
			return false;
	return p->stopping;
}

/* One descriptor for signals, then two for each child: whether it is ready,
 * and (with no events asked for, so only POLLHUP) its line to the signer. */
static void wait_for_events(struct parent *p, int ms)
{
	struct pollfd fds[1 + 2 * CHILDREN_MAX];
	unsigned int i;

	fds[0] = (struct pollfd){.fd = p->signal_fd, .events = POLLIN};
	for (i = 0; i < p->n; i++) {
		fds[1 + 2 * i] = (struct pollfd){.fd = p->children[i].ready_fd,
		    .events = POLLIN};
		fds[2 + 2 * i] = (struct pollfd){
		    .fd = i > 0 && !p->stopping ? p->pairs[i][0] : -1};
	}
	if (poll(fds, 1 + 2 * p->n, ms) <= 0)
		return;
	for (i = 0; i < p->n; i++) {
		if (fds[1 + 2 * i].revents)
			on_child_ready(p, &p->children[i]);
		if (fds[2 + 2 * i].revents & POLLHUP)
			on_hang_up(p, &p->children[i]);
	}
	if (fds[0].revents)
		on_signals(p);
}

static unsigned int cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (unsigned int)n;
}

static void name_children(struct parent *p)
{
	unsigned int workers =
	    p->conf->workers ? (unsigned int)p->conf->workers : cores();
	unsigned int i;

	p->n = workers + 2;
	for (i = 0; i < p->n; i++) {
		struct child *c = &p->children[i];

		c->index = i;
		c->ready_fd = -1;
		c->kind = i == 0    ? SERVE_CHILD_SIGNER
		    : i == p->n - 1 ? SERVE_CHILD_COURIER
				    : SERVE_CHILD_WORKER;
		if (c->kind == SERVE_CHILD_WORKER)
			(void)snprintf(c->name, sizeof(c->name), "worker %u",
			    i);
		else
			(void)snprintf(c->name, sizeof(c->name), "%s",
			    i == 0 ? "signer" : "courier");
	}
}

static void tell_confinement(void)
{
	bool users = confine_has_user(SERVE_CONF_USER) &&
	    confine_has_user(SERVE_CONF_USER_SIGNER) &&
	    confine_has_user(SERVE_CONF_USER_COURIER);

	if (confine_landlock() == 0)
		log_warn("the kernel has no Landlock: workers can read what "
			 "their user can");
	if (getuid() == 0 && !users)
		log_warn("started as root, but the users %s, %s and %s are not "
			 "all there: the processes stay root",
		    SERVE_CONF_USER, SERVE_CONF_USER_SIGNER,
		    SERVE_CONF_USER_COURIER);
}

static void remove_addresses(const struct parent *p)
{
	char path[SERVE_CONF_PATH];

	if (file_join(path, sizeof(path), p->conf->dir, SERVE_CONF_ADDRESSES,
		NULL) == RC_OK)
		(void)unlink(path);
}

int serve_parent_run(const struct serve_conf *conf)
{
	struct parent p = {.conf = conf,
	    .listen_fd = -1,
	    .device_fd = -1,
	    .status_fd = -1,
	    .signal_fd = -1};
	struct err e = {.rc = RC_BUG};
	enum rc rc;

	name_children(&p);
	rc = metric_share(&e);
	if (rc == RC_OK)
		rc = open_sockets(&p, &e);
	if (rc == RC_OK)
		rc = open_signals(&p, &e);
	if (rc != RC_OK) {
		log_err(LOG_ERROR, "the service cannot start", &e);
		return err_class(rc)->exit_code;
	}
	remove_addresses(&p);
	tell_confinement();
	while (!all_ended(&p))
		wait_for_events(&p, keep_running(&p));
	remove_addresses(&p);
	log_info("ended");
	return p.status;
}
