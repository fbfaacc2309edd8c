/* Listening TCP sockets.
 * Must not accept connections. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/span.h"
#include "net/listen.h"

#define BACKLOG 1024

static enum rc split(const char *address, char host[256], char port[8],
    struct err *e)
{
	const char *colon = strrchr(address, ':');
	struct span h;
	uint64_t n;

	if (!colon || !span_u64(span_str(colon + 1), 65535, &n))
		goto bad;
	h = span_of(address, (size_t)(colon - address));
	if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = span_sub(h, 1, h.n - 2);
	if (!span_copy_str(h, host, 256))
		goto bad;
	(void)snprintf(port, 8, "%u", (unsigned int)n);
	return RC_OK;
bad:
	return err_set(e, RC_INVALID, "bad-address",
	    "The address \"%.100s\" must be HOST:PORT, as in 127.0.0.1:8443 "
	    "or [::1]:8443.",
	    address);
}

static int open_one(const struct addrinfo *ai)
{
	int fd, on = 1, saved;

	fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

enum rc listen_open(int *fd, const char *address, struct err *e)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	    .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL, *ai;
	char host[256], port[8];
	enum rc rc;
	int gai;

	*fd = -1;
	rc = split(address, host, port, e);
	if (rc != RC_OK)
		return rc;
	/* No name service for what is an address already. */
	if (host[0] &&
	    (strchr(host, ':') || strspn(host, "0123456789.") == strlen(host)))
		hints.ai_flags |= AI_NUMERICHOST;
	gai = getaddrinfo(host[0] ? host : NULL, port, &hints, &list);
	if (gai != 0)
		return err_set(e, RC_INVALID, "bad-address",
		    "The host of \"%.100s\" is unknown: %s.", address,
		    gai_strerror(gai));
	for (ai = list; ai && *fd < 0; ai = ai->ai_next)
		*fd = open_one(ai);
	if (*fd < 0)
		rc =
		    err_sys(e, "no-listen", "Cannot listen on %.100s", address);
	freeaddrinfo(list);
	return rc;
}

enum rc listen_name(int fd, char *out, unsigned long cap, struct err *e)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	const struct sockaddr_in6 *v6 = (const void *)&ss;
	const struct sockaddr_in *v4 = (const void *)&ss;
	char host[INET6_ADDRSTRLEN];
	int len;

	memset(&ss, 0, sizeof(ss));
	if (getsockname(fd, (struct sockaddr *)&ss, &n) != 0)
		return err_sys(e, "no-socket-name",
		    "The address of a socket cannot be read");
	if (ss.ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		len = snprintf(out, cap, "[%s]:%u", host, ntohs(v6->sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		len = snprintf(out, cap, "%s:%u", host, ntohs(v4->sin_port));
	}
	if (len < 0 || (unsigned long)len >= cap)
		return err_set(e, RC_BUG, "short-buffer",
		    "No room for the address of a socket.");
	return RC_OK;
}
