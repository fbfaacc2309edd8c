/* The stage on which the kit and the demonstration play.
 * Must do nothing that a user could not do with the same programs. */
#include "cmd/stage.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/proc.h"

#define STATE_MAX (256 * 1024)
#define OUTPUT_MAX (1024 * 1024)
#define STOP_MS 8000

const char *stage_part_name(enum stage_part p)
{
	static const char *const names[] = {"service", "receiver", "gate",
	    "broker", "own broker"};

	return p < STAGE_PARTS ? names[p] : "nothing";
}

enum rc stage_path(const struct stage *s, const char *name, char *out,
    struct err *e)
{
	return file_join(out, STAGE_PATH, s->dir, name, e);
}

static enum rc load_state(struct stage *s, struct err *e)
{
	char path[STAGE_PATH];
	struct buf b;
	enum rc rc = stage_path(s, "stage.json", path, e);

	buf_init(&b, STATE_MAX);
	if (rc == RC_OK && file_exists(path)) {
		rc = file_read(path, &b, e);
		s->state = json_loadb((const char *)b.p, b.n, 0, NULL);
		if (rc == RC_OK && !json_is_object(s->state))
			rc = err_set(e, RC_ENV, "stage-broken",
			    "%s is broken: remove the folder to start "
			    "afresh.",
			    path);
	} else
		s->state = json_object();
	buf_clear_secret(&b);
	return rc;
}

enum rc stage_open(struct stage *s, const char *dir, struct err *e)
{
	char *full;
	enum rc rc;

	memset(s, 0, sizeof(*s));
	rc = file_mkdir(dir, 0700, e);
	if (rc != RC_OK)
		return rc;
	full = realpath(dir, NULL);
	if (full == NULL ||
	    !span_copy_str(span_str(full), s->dir, sizeof(s->dir) - 100))
		rc = err_set(e, RC_INVALID, "path",
		    "The folder's path is too long.");
	free(full);
	return rc == RC_OK ? load_state(s, e) : rc;
}

void stage_close(struct stage *s)
{
	int p;

	if (s == NULL)
		return;
	for (p = STAGE_PARTS - 1; p >= 0; p--)
		if (s->pid[p] > 0)
			(void)kill(s->pid[p], SIGTERM);
	for (p = STAGE_PARTS - 1; p >= 0; p--)
		proc_stop(s->pid[p], STOP_MS);
	json_decref(s->state);
	memset(s, 0, sizeof(*s));
}

const char *stage_get(const struct stage *s, const char *key)
{
	return json_string_value(json_object_get(s->state, key));
}

enum rc stage_put(struct stage *s, const char *key, const char *value,
    struct err *e)
{
	char path[STAGE_PATH];
	char *text;
	enum rc rc;

	if (json_object_set_new(s->state, key, json_string(value)) != 0)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	text = json_dumps(s->state, JSON_INDENT(1) | JSON_SORT_KEYS);
	rc = stage_path(s, "stage.json", path, e);
	if (rc == RC_OK)
		rc = file_write(path, span_str(text), 0600, e);
	free(text);
	return rc;
}

/* The number of a free loopback port: the wished one, or any. */
static enum rc free_port(unsigned int wished, unsigned int *port, struct err *e)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return err_sys(e, "socket", "No socket could be made");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)wished);
	if (bind(fd, (struct sockaddr *)&a, n) != 0) {
		a.sin_port = 0;
		(void)bind(fd, (struct sockaddr *)&a, n);
	}
	(void)getsockname(fd, (struct sockaddr *)&a, &n);
	*port = ntohs(a.sin_port);
	(void)close(fd);
	return *port != 0 ? RC_OK
			  : err_set(e, RC_ENV, "port", "No port is free.");
}

enum rc stage_port(struct stage *s, const char *key, unsigned int wished,
    unsigned int *port, struct err *e)
{
	const char *kept = stage_get(s, key);
	char text[16];
	uint64_t n;
	enum rc rc;

	if (kept != NULL && span_u64(span_str(kept), 65535, &n)) {
		*port = (unsigned int)n;
		return RC_OK;
	}
	rc = free_port(wished, port, e);
	(void)snprintf(text, sizeof(text), "%u", *port);
	return rc == RC_OK ? stage_put(s, key, text, e) : rc;
}

/* The refusal of a subcommand is its last line, after "birthmark: ". */
enum rc stage_refusal(struct span text, int status, const char *what,
    struct err *e)
{
	struct span line, last = SPAN_NONE;
	struct span mark = SPAN_LIT("birthmark: ");

	while (text.n > 0) {
		(void)span_cut(&text, '\n', &line);
		if (span_starts(line, mark))
			last = span_sub(line, mark.n, line.n);
	}
	if (last.n == 0)
		return err_set(e, RC_ENV, "failed",
		    "birthmark %s ended with status %d.", what, status);
	return err_set(e, status == 1 ? RC_DENIED : RC_ENV, "refused", "%.*s",
	    (int)last.n, (const char *)last.p);
}

enum rc stage_run(const struct stage *s, const char *const *argv,
    struct buf *out, struct err *e)
{
	struct proc_cmd cmd = {.argv = {"birthmark"}};
	struct buf err_out;
	int status = 0;
	enum rc rc;
	size_t i;

	(void)s;
	for (i = 0; argv[i] != NULL && i + 2 < PROC_ARGS_MAX; i++)
		cmd.argv[i + 1] = argv[i];
	buf_init(&err_out, OUTPUT_MAX);
	rc = proc_run(&cmd, &status, out, &err_out, e);
	if (rc == RC_OK && status != 0)
		rc = stage_refusal(buf_span(&err_out), status, argv[0], e);
	buf_clear(&err_out);
	return rc;
}

void stage_stop(struct stage *s, enum stage_part p)
{
	proc_stop(s->pid[p], STOP_MS);
	s->pid[p] = 0;
}

enum stage_part stage_fallen(struct stage *s, int *status)
{
	int p;

	for (p = 0; p < STAGE_PARTS; p++)
		if (s->pid[p] > 0 && proc_ended(s->pid[p], status)) {
			s->pid[p] = 0;
			return (enum stage_part)p;
		}
	return STAGE_PARTS;
}
