/* Landlock (by raw system calls, as libc has no names for it), users, limits.
 * Must not leave a process half confined without saying so. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine.h"

/* From linux/landlock.h, of which libc's copy may be older than the kernel. */
#define RULE_PATH_BENEATH 1
#define CREATE_VERSION 1u
#define FS_EXECUTE (1ull << 0)
#define FS_WRITE_FILE (1ull << 1)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_REFER (1ull << 13)
#define FS_TRUNCATE (1ull << 14)
#define FS_IOCTL_DEV (1ull << 15)
#define FS_MAKE_REMOVE 0x1ff0ull /* bits 4 to 12 */
#define NET_BIND_TCP (1ull << 0)
#define NET_CONNECT_TCP (1ull << 1)
#define SCOPE_ABSTRACT_SOCKET (1ull << 0)
#define SCOPE_SIGNAL (1ull << 1)

struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_attr {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

int confine_landlock(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);

	return v > 0 ? (int)v : 0;
}

static uint64_t fs_of(int version)
{
	uint64_t all = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR |
	    FS_MAKE_REMOVE;

	if (version >= 2)
		all |= FS_REFER;
	if (version >= 3)
		all |= FS_TRUNCATE;
	if (version >= 5)
		all |= FS_IOCTL_DEV;
	return all;
}

static int new_ruleset(int version, enum confine_net net)
{
	struct ruleset_attr a = {.fs = fs_of(version)};
	size_t size = sizeof(a.fs);

	if (version >= 4) {
		a.net = net == CONFINE_NET_NONE ? NET_BIND_TCP | NET_CONNECT_TCP
		    : net == CONFINE_NET_CONNECT ? NET_BIND_TCP
						 : 0;
		size = 2 * sizeof(uint64_t);
	}
	if (version >= 6) {
		a.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
		size = sizeof(a);
	}
	return (int)syscall(SYS_landlock_create_ruleset, &a, size, 0);
}

static bool add_path(int ruleset, const struct confine_path *p, uint64_t fs)
{
	struct path_attr a;
	struct stat st;
	bool ok;

	a.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (a.parent_fd < 0)
		return true; /* absent stays out of reach */
	a.allowed = FS_READ_FILE | FS_READ_DIR;
	if (p->write)
		a.allowed = fs & ~(FS_EXECUTE | FS_IOCTL_DEV);
	ok = fstat(a.parent_fd, &st) == 0;
	if (ok && !S_ISDIR(st.st_mode))
		a.allowed &= FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE;
	a.allowed &= fs;
	ok = ok &&
	    syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &a, 0) ==
		0;
	(void)close(a.parent_fd);
	return ok;
}

enum rc confine_to(const struct confine_path *paths, size_t n,
    enum confine_net net, struct err *e)
{
	int version = confine_landlock(), ruleset;
	enum rc rc = RC_ENV;
	size_t i;

	if (version == 0)
		return RC_OK;
	ruleset = new_ruleset(version, net);
	if (ruleset < 0)
		return err_sys(e, "landlock", "Landlock cannot be set up");
	for (i = 0; i < n; i++) {
		if (!add_path(ruleset, &paths[i], fs_of(version))) {
			rc = err_sys(e, "landlock",
			    "Landlock does not take the path %.300s",
			    paths[i].path);
			goto out;
		}
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
		rc = err_sys(e, "landlock", "Landlock cannot be switched on");
		goto out;
	}
	rc = RC_OK;
out:
	(void)close(ruleset);
	return rc;
}

bool confine_has_user(const char *name)
{
	return getpwnam(name) != NULL;
}

enum rc confine_user(const char *name, struct err *e)
{
	struct passwd *pw = getpwnam(name);

	if (!pw)
		return err_set(e, RC_ENV, "no-user", "There is no user %.64s.",
		    name);
	if (initgroups(name, pw->pw_gid) != 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return err_sys(e, "no-user-change",
		    "The process cannot become the user %.64s", name);
	if (pw->pw_uid != 0 && setuid(0) == 0)
		return err_set(e, RC_BUG, "no-user-change",
		    "The process could become root again.");
	return RC_OK;
}

enum rc confine_process(struct err *e)
{
	struct rlimit none = {0, 0};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0)
		return err_sys(e, "no-confinement",
		    "The process cannot give up its privileges");
	return RC_OK;
}
