/* A signer in a process of its own with fresh keys, as a worker has it.
 * Must not outlive the test. */
#ifndef BIRTHMARK_TESTS_SIGNER_CASE_H
#define BIRTHMARK_TESTS_SIGNER_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signer/signer.h"
#include "tests/unit/dir_case.h"

struct signer_case {
	struct signer *signer;
	char dir[64];
	pid_t pid;
};

static inline void signer_case_open_as(struct signer_case *c, unsigned int may)
{
	struct signer_client client = {.may = may};
	int fds[2];

	(void)snprintf(c->dir, sizeof(c->dir), "/tmp/birthmark-signer-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	assert_int_equal(signer_init(c->dir, NULL), RC_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		(void)close(fds[0]);
		client.fd = fds[1];
		_exit(signer_run(c->dir, &client, 1));
	}
	(void)close(fds[1]);
	c->signer = signer_new(fds[0]);
	assert_non_null(c->signer);
}

static inline void signer_case_open(struct signer_case *c)
{
	signer_case_open_as(c, SIGNER_MAY_WORKER);
}

static inline void signer_case_close(struct signer_case *c)
{
	signer_free(c->signer);
	(void)waitpid(c->pid, NULL, 0);
	dir_case_remove(c->dir);
}

#endif
