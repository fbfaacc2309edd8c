/* Secrets from a person or a file, for the command line.
 * Must not echo, print or log them. */
#include "cmd/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

static enum rc from_terminal(const char *prompt, struct buf *line,
    struct err *e)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios old, quiet;
	char text[512];
	ssize_t n;

	if (fd < 0)
		return err_set(e, RC_INVALID, "no-terminal",
		    "There is no terminal to ask for the %s: give it in a "
		    "file (\"-\" for standard input).",
		    prompt);
	(void)dprintf(fd, "%s: ", prompt);
	if (tcgetattr(fd, &old) == 0) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(fd, TCSAFLUSH, &quiet);
		n = read(fd, text, sizeof(text));
		(void)tcsetattr(fd, TCSAFLUSH, &old);
	} else
		n = read(fd, text, sizeof(text));
	(void)dprintf(fd, "\n");
	(void)close(fd);
	if (n > 0)
		buf_add(line, text, (size_t)n);
	explicit_bzero(text, sizeof(text));
	return n < 0 ? err_sys(e, "terminal", "The terminal cannot be read")
		     : RC_OK;
}

enum rc cli_password(const char *prompt, const char *file, char *out,
    size_t cap, struct err *e)
{
	struct span all, first;
	struct buf line;
	enum rc rc;

	buf_init(&line, 4096);
	if (file != NULL)
		rc = file_read(file, &line, e);
	else
		rc = from_terminal(prompt, &line, e);
	if (rc != RC_OK)
		goto out;
	all = buf_span(&line);
	(void)span_cut(&all, '\n', &first);
	if (first.n > 0 && first.p[first.n - 1] == '\r')
		first.n--;
	if (first.n == 0 || !span_copy_str(first, out, cap))
		rc = err_set(e, RC_INVALID, "bad-secret",
		    "The %s is empty or too long.", prompt);
out:
	buf_clear_secret(&line);
	return rc;
}
