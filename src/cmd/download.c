/* Streams an answer to a file descriptor.
 * Must not leave a half-written file under its final name. */
#include "cmd/download.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

static enum rc to_fd(const struct client *c, const char *url, int fd,
    struct err *e)
{
	struct fetch_options fo = {
	    .ca_file = c->ca[0] == '\0' ? NULL : c->ca,
	    .allow_private = true,
	    .allow_http = true,
	    .connect_ms = 10000,
	    .total_ms = 24ULL * 3600 * 1000,
	    .answer_max = 1024 * 1024,
	};
	struct fetch_request r = FETCH_REQUEST;
	struct fetch *f = NULL;
	struct fetch_answer a;
	enum rc rc;

	fetch_answer_init(&a);
	rc = fetch_new(&f, &fo, e);
	r.method = "GET";
	r.url = url;
	r.bearer = c->token;
	r.out_fd = fd;
	if (rc == RC_OK)
		rc = fetch_do(f, &r, &a, e);
	if (rc == RC_OK && a.status != 200)
		rc = client_problem(a.status, buf_span(&a.body), e);
	fetch_answer_clear(&a);
	fetch_free(f);
	return rc;
}

enum rc download_to(const struct client *c, const char *url, const char *file,
    struct err *e)
{
	char part[1024];
	enum rc rc;
	int fd;

	if (!file)
		return to_fd(c, url, STDOUT_FILENO, e);
	if (snprintf(part, sizeof(part), "%s.part", file) >= (int)sizeof(part))
		return err_set(e, RC_INVALID, "too-long",
		    "The file's name is too long.");
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "create", "%s cannot be written", part);
	rc = to_fd(c, url, fd, e);
	if (rc == RC_OK && fsync(fd) != 0)
		rc = err_sys(e, "write", "%s cannot be written", part);
	(void)close(fd);
	if (rc == RC_OK && rename(part, file) != 0)
		rc = err_sys(e, "rename", "%s cannot be written", file);
	if (rc != RC_OK)
		(void)unlink(part);
	return rc;
}
