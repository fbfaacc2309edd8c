/* What a process gives up before it meets untrusted bytes: privileges, users,
 * files, the network.  Must not be undone, and never pretends: each function
 * says when the kernel lacks what it needs. */
#ifndef BIRTHMARK_BASE_CONFINE_H
#define BIRTHMARK_BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct confine_path {
	const char *path; /* file or directory with all below; may be absent */
	bool write;	  /* also create, change and remove */
};

enum confine_net {
	CONFINE_NET_NONE,    /* no TCP of its own making */
	CONFINE_NET_CONNECT, /* may connect, but not listen */
	CONFINE_NET_ALL
};

/* Landlock's version, 0 where the kernel has none. */
int confine_landlock(void);
/* From here on this thread and its children reach only these paths.  Without
 * Landlock nothing happens, and that is RC_OK too. */
MUST_CHECK enum rc confine_to(const struct confine_path *paths, size_t n,
    enum confine_net net, struct err *e);
bool confine_has_user(const char *name);
/* To this user and its groups, for good.  Only root may. */
MUST_CHECK enum rc confine_user(const char *name, struct err *e);
/* no_new_privs, no core files, no tracing by others. */
MUST_CHECK enum rc confine_process(struct err *e);

#endif
