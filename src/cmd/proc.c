/* Child processes of `birthmark kit` and `birthmark demo`.
 * Must not use a shell. */
#include "cmd/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define READ_SIZE 4096
#define EXEC_FAILED 127

static void child_io(const struct proc_cmd *cmd, const int fds[3])
{
	int i, fd;

	for (i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			fd = fds[i];
		else if (i > 0 && cmd->log != NULL)
			fd =
			    open(cmd->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		else
			fd = open("/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
		if (fd < 0 || dup2(fd, i) < 0)
			_exit(EXEC_FAILED);
	}
}

static void child(const struct proc_cmd *cmd, const int fds[3], pid_t parent)
{
	const char *path = cmd->argv[0];
	char *argv[PROC_ARGS_MAX];
	size_t i;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXEC_FAILED);
	for (i = 0; cmd->env != NULL && cmd->env[i] != NULL; i++)
		(void)putenv((char *)(uintptr_t)cmd->env[i]);
	child_io(cmd, fds);
	(void)signal(SIGPIPE, SIG_DFL);
	if (strcmp(path, "birthmark") == 0)
		path = "/proc/self/exe";
	for (i = 0; i + 1 < PROC_ARGS_MAX && cmd->argv[i] != NULL; i++)
		argv[i] = (char *)(uintptr_t)cmd->argv[i];
	argv[i] = NULL;
	(void)execvp(path, argv);
	_exit(EXEC_FAILED);
}

static enum rc spawn(const struct proc_cmd *cmd, const int fds[3], pid_t *pid,
    struct err *e)
{
	pid_t self = getpid();

	*pid = fork();
	if (*pid < 0)
		return err_sys(e, "fork", "No process could be started");
	if (*pid == 0)
		child(cmd, fds, self);
	return RC_OK;
}

enum rc proc_start(const struct proc_cmd *cmd, pid_t *pid, struct err *e)
{
	const int none[3] = {-1, -1, -1};

	return spawn(cmd, none, pid, e);
}

static int exit_of(int raw)
{
	return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

bool proc_ended(pid_t pid, int *status)
{
	int raw;

	if (waitpid(pid, &raw, WNOHANG) != pid)
		return false;
	*status = exit_of(raw);
	return true;
}

void proc_stop(pid_t pid, unsigned int wait_ms)
{
	int64_t until = clock_mono_ms() + wait_ms;
	int status;

	if (pid <= 0)
		return;
	(void)kill(pid, SIGTERM);
	while (clock_mono_ms() < until) {
		if (proc_ended(pid, &status))
			return;
		(void)poll(NULL, 0, 10);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
}

struct pipes {
	int in[2], out[2], err[2];
};

static void close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void close_pipes(struct pipes *p)
{
	int i;

	for (i = 0; i < 2; i++) {
		close_one(&p->in[i]);
		close_one(&p->out[i]);
		close_one(&p->err[i]);
	}
}

/* Appends what can be read; closes fd at its end. */
static void drain(int *fd, struct buf *out)
{
	char bytes[READ_SIZE];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n > 0 && out != NULL)
		buf_add(out, bytes, (size_t)n);
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_one(fd);
}

static void feed(int *fd, struct span *input)
{
	ssize_t n = write(*fd, input->p, input->n);

	if (n > 0)
		*input = span_sub(*input, (size_t)n, input->n);
	if (input->n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_one(fd);
}

static void pump(struct pipes *p, struct span input, struct buf *out,
    struct buf *err_out)
{
	if (input.n == 0)
		close_one(&p->in[1]);
	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd f[3] = {{p->out[0], POLLIN, 0},
		    {p->err[0], POLLIN, 0}, {p->in[1], POLLOUT, 0}};

		if (poll(f, 3, -1) < 0 && errno != EINTR)
			break;
		if (f[0].revents != 0)
			drain(&p->out[0], out);
		if (f[1].revents != 0)
			drain(&p->err[0], err_out);
		if (f[2].revents != 0)
			feed(&p->in[1], &input);
	}
}

enum rc proc_run(const struct proc_cmd *cmd, int *status, struct buf *out,
    struct buf *err_out, struct err *e)
{
	struct pipes p = {{-1, -1}, {-1, -1}, {-1, -1}};
	int fds[3], raw = 0;
	enum rc rc;
	pid_t pid;

	(void)signal(SIGPIPE, SIG_IGN);
	if (pipe2(p.in, O_CLOEXEC) != 0 || pipe2(p.out, O_CLOEXEC) != 0 ||
	    pipe2(p.err, O_CLOEXEC) != 0) {
		rc = err_sys(e, "pipe", "No pipe could be made");
		goto out;
	}
	fds[0] = p.in[0];
	fds[1] = p.out[1];
	fds[2] = p.err[1];
	rc = spawn(cmd, fds, &pid, e);
	if (rc != RC_OK)
		goto out;
	close_one(&p.in[0]);
	close_one(&p.out[1]);
	close_one(&p.err[1]);
	pump(&p, cmd->input, out, err_out);
	while (waitpid(pid, &raw, 0) < 0 && errno == EINTR)
		;
	*status = exit_of(raw);
out:
	close_pipes(&p);
	return rc;
}
