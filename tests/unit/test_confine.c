/* What a confined process can still reach; each case in a child of its own.
 * Must not confine the test itself. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"
#include "tests/unit/check.h"

static struct {
	char dir[64], open_dir[80], file[96], shut_dir[80], secret[96];
} t;

static int make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int start(void **state)
{
	(void)snprintf(t.dir, sizeof(t.dir), "/tmp/birthmark-confine-XXXXXX");
	if (!mkdtemp(t.dir))
		return -1;
	(void)snprintf(t.open_dir, sizeof(t.open_dir), "%s/open", t.dir);
	(void)snprintf(t.shut_dir, sizeof(t.shut_dir), "%s/shut", t.dir);
	(void)snprintf(t.file, sizeof(t.file), "%s/file", t.open_dir);
	(void)snprintf(t.secret, sizeof(t.secret), "%s/secret", t.shut_dir);
	return mkdir(t.open_dir, 0700) || mkdir(t.shut_dir, 0700) ||
	    make_file(t.file) || make_file(t.secret);
}

static int stop(void **state)
{
	return unlink(t.file) || unlink(t.secret) || rmdir(t.open_dir) ||
	    rmdir(t.shut_dir) || rmdir(t.dir);
}

/* Runs f in a confined child; true if it says so. */
static bool confined(bool write, enum confine_net net, bool (*f)(void))
{
	struct confine_path paths[] = {{t.open_dir, write},
	    {"/nonexistent/path", true}};
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (confine_to(paths, COUNT(paths), net, NULL) != RC_OK)
			_exit(9);
		_exit(f() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	return fd >= 0 && close(fd) == 0;
}

static bool reads_open(void)
{
	return opens(t.file, O_RDONLY);
}

static bool writes_open(void)
{
	return opens(t.file, O_WRONLY);
}

static bool reads_secret(void)
{
	return opens(t.secret, O_RDONLY);
}

static bool moves_secret(void)
{
	char to[128];

	(void)snprintf(to, sizeof(to), "%s/moved", t.open_dir);
	return rename(t.secret, to) == 0 || link(t.secret, to) == 0;
}

static bool reads_by_detour(void)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/../shut/secret", t.open_dir);
	return opens(path, O_RDONLY);
}

static bool executes(void)
{
	return access("/bin/true", X_OK) == 0 &&
	    (execl("/bin/true", "true", (char *)NULL), false);
}

static bool connects(void)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
	    .sin_port = htons(1),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 ||
	    errno != EACCES;
}

static void confined_process_reaches_only_its_paths(void **state)
{
	if (confine_landlock() == 0)
		skip();
	assert_true(confined(false, CONFINE_NET_ALL, reads_open));
	assert_false(confined(false, CONFINE_NET_ALL, writes_open));
	assert_true(confined(true, CONFINE_NET_ALL, writes_open));
	assert_false(confined(true, CONFINE_NET_ALL, reads_secret));
	assert_false(confined(true, CONFINE_NET_ALL, moves_secret));
	assert_false(confined(true, CONFINE_NET_ALL, reads_by_detour));
	assert_false(confined(true, CONFINE_NET_ALL, executes));
}

static void confined_process_has_no_network(void **state)
{
	if (confine_landlock() < 4)
		skip();
	assert_true(confined(true, CONFINE_NET_ALL, connects));
	assert_true(confined(true, CONFINE_NET_CONNECT, connects));
	assert_false(confined(true, CONFINE_NET_NONE, connects));
}

static bool gives_up(void)
{
	struct rlimit r = {1, 1};

	return confine_process(NULL) == RC_OK &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	    getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max == 0;
}

static void process_gives_up_privileges(void **state)
{
	assert_true(confined(true, CONFINE_NET_ALL, gives_up));
}

static void unknown_user_is_refused(void **state)
{
	assert_false(confine_has_user("no-such-user-here"));
	assert_int_equal(confine_user("no-such-user-here", NULL), RC_ENV);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confined_process_reaches_only_its_paths),
	    cmocka_unit_test(confined_process_has_no_network),
	    cmocka_unit_test(process_gives_up_privileges),
	    cmocka_unit_test(unknown_user_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
