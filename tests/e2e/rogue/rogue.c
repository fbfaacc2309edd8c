/* What code in a broken web worker could say to the signer: takes the worker's
 * sockets and sends whatever packets it is told.
 * Must not use anything of the service's sources. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS_MAX 256
#define PACKET_MAX (70 * 1024)
#define ANSWER_MS 500
#define REFUSED 77 /* this system does not let one process take another's */

static uint8_t packet[PACKET_MAX], answer[PACKET_MAX];
static char line[2 * PACKET_MAX + 2];

/* The process's socket to the signer, taken as a debugger would. */
static int take(int pidfd)
{
	socklen_t n;
	int fd, type, i;

	for (i = 3; i < FDS_MAX; i++) {
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, i, 0);
		if (fd < 0 && (errno == EPERM || errno == ENOSYS))
			exit(REFUSED);
		n = sizeof(type);
		if (fd >= 0 &&
		    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
		    type == SOCK_SEQPACKET)
			return fd;
		if (fd >= 0)
			(void)close(fd);
	}
	return -1;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

static size_t decode(const char *hex)
{
	size_t n = 0;

	while (n < PACKET_MAX && digit(hex[0]) >= 0 && digit(hex[1]) >= 0) {
		packet[n++] = (uint8_t)(digit(hex[0]) * 16 + digit(hex[1]));
		hex += 2;
	}
	return n;
}

/* "closed", "none", or the answer in hex. */
static void exchange(int fd, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n, i;

	if (send(fd, packet, size, MSG_NOSIGNAL) < 0) {
		(void)puts("closed");
		return;
	}
	if (poll(&p, 1, ANSWER_MS) == 0) {
		(void)puts("none");
		return;
	}
	n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	if (n <= 0) {
		(void)puts("closed");
		return;
	}
	for (i = 0; i < n; i++)
		(void)printf("%02x", answer[i]);
	(void)puts("");
}

/* usage: rogue PID; packets in hex on standard input, one a line. */
int main(int argc, char **argv)
{
	long pid = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd;

	if (pidfd < 0)
		return errno == ENOSYS ? REFUSED : 2;
	fd = take(pidfd);
	if (fd < 0)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL)
		exchange(fd, decode(line));
	return 0;
}
