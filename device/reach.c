/* Looks names up, connects and listens.
 * Must not ask a resolver for names of the loopback. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device/reach.h"

bool reach_is_loopback(const char *host)
{
	static const char name[] = "localhost";
	size_t n = strlen(host), m = sizeof(name) - 1;

	if (n > 0 && host[n - 1] == '.')
		n--;
	if (n < m || strncasecmp(host + n - m, name, m) != 0)
		return false;
	return n == m || host[n - m - 1] == '.';
}

static enum rc dial_one(int *out, const struct addrinfo *ai, int timeout_ms)
{
	int fd = socket(ai->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t n = sizeof(int);
	int fault = 0, one = 1;

	if (fd < 0)
		return RC_ENV;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ||
	    (errno == EINPROGRESS && poll(&p, 1, timeout_ms) == 1 &&
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &fault, &n) == 0 &&
		fault == 0)) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
		*out = fd;
		return RC_OK;
	}
	(void)close(fd);
	return RC_AGAIN;
}

static enum rc dial_all(int *fd, const char *host, const char *port,
    int timeout_ms)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL, *ai;
	enum rc rc = RC_AGAIN;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return RC_NOT_FOUND;
	for (ai = list; ai && rc != RC_OK; ai = ai->ai_next)
		rc = dial_one(fd, ai, timeout_ms);
	freeaddrinfo(list);
	return rc;
}

enum rc reach_dial(int *fd, const char *host, unsigned int port, int timeout_ms,
    struct err *e)
{
	char text[8];
	enum rc rc;

	*fd = -1;
	(void)snprintf(text, sizeof(text), "%u", port & 0xffff);
	if (reach_is_loopback(host)) {
		rc = dial_all(fd, "127.0.0.1", text, timeout_ms);
		if (rc != RC_OK)
			rc = dial_all(fd, "::1", text, timeout_ms);
	} else {
		rc = dial_all(fd, host, text, timeout_ms);
	}
	if (rc == RC_NOT_FOUND)
		return err_set(e, RC_AGAIN, "host-unknown",
		    "There is no host %.100s.", host);
	if (rc != RC_OK)
		return err_set(e, RC_AGAIN, "host-away",
		    "Nobody answers at %.100s:%u.", host, port);
	return RC_OK;
}

static enum rc listen_one(int *out, const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1, zero = 0;

	if (fd < 0)
		return RC_ENV;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ai->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero,
		    sizeof(zero));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 16) == 0) {
		*out = fd;
		return RC_OK;
	}
	(void)close(fd);
	return RC_ENV;
}

static unsigned int port_of(int fd)
{
	struct sockaddr_storage a = {0};
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	socklen_t n = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		return 0;
	if (a.ss_family == AF_INET6) {
		memcpy(&six, &a, sizeof(six));
		return ntohs(six.sin6_port);
	}
	memcpy(&four, &a, sizeof(four));
	return ntohs(four.sin_port);
}

static enum rc listen_on(int *fd, const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE};
	struct addrinfo *list = NULL, *ai;
	enum rc rc = RC_ENV;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return RC_NOT_FOUND;
	for (ai = list; ai && rc != RC_OK; ai = ai->ai_next)
		rc = listen_one(fd, ai);
	freeaddrinfo(list);
	return rc;
}

enum rc reach_listen(int *fd, const char *host, unsigned int *port,
    struct err *e)
{
	char text[8];
	enum rc rc;

	*fd = -1;
	(void)snprintf(text, sizeof(text), "%u", *port & 0xffff);
	if (host) {
		rc = listen_on(fd, reach_is_loopback(host) ? "127.0.0.1" : host,
		    text);
	} else {
		/* All of IPv6 takes IPv4 too, where the machine has it. */
		rc = listen_on(fd, "::", text);
		if (rc != RC_OK)
			rc = listen_on(fd, "0.0.0.0", text);
	}
	if (rc != RC_OK)
		return err_set(e, RC_ENV, "listen",
		    "Cannot listen on port %u: it is in use, or not allowed.",
		    *port);
	*port = port_of(*fd);
	return RC_OK;
}
