/* The courier: the process that calls product clouds.  It works off the queue
 * of jobs, many at a time and fairly, and alone can open the clouds'
 * credentials.  Killing it at any time loses nothing: what is recorded as
 * finished is not sent again, what is in flight may be. */
#ifndef BIRTHMARK_COURIER_COURIER_H
#define BIRTHMARK_COURIER_COURIER_H

#include <stdbool.h>

struct oidc_options;

struct courier_options {
	const char *dir;	/* the service's; the store is in dir/data, the
				 * private key in dir/courier: keyring.h */
	const char *public_url; /* issuer of the tokens */
	int signer_fd;		/* taken over */
	int stop_fd;		/* ends when readable or closed; -1: none */
	bool allow_private_clouds;
	unsigned int threads;		 /* 0: a good number */
	const struct oidc_options *oidc; /* NULL: no single sign-on; data and
					  * secret_file are not read */
};

/* Runs until SIGTERM, SIGINT or stop_fd; returns an exit status.  Blocks those
 * signals itself.  What a cloud has not answered within a moment then is left
 * (the process may end inside). */
int courier_run(const struct courier_options *o);

#endif
