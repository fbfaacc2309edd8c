/* Hands each part of the directory to the user that works with it.
 * Must not follow symbolic links. */
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/file.h"
#include "cmd/init_owner.h"
#include "cmd/serve_conf.h"

static const struct {
	const char *name, *user;
	mode_t dir_mode, file_mode;
} parts[] = {
    /* Courier and workers share the data by their group. */
    {SERVE_CONF_DATA, SERVE_CONF_USER, 02770, 0660},
    {SERVE_CONF_SIGNER, SERVE_CONF_USER_SIGNER, 0700, 0600},
    {SERVE_CONF_COURIER, SERVE_CONF_USER_COURIER, 0700, 0600},
    {SERVE_CONF_TLS, SERVE_CONF_USER, 0750, 0640},
};

/* nftw(3) has no argument for its caller. */
static struct {
	uid_t uid;
	gid_t gid;
	mode_t dir_mode, file_mode;
} now;

static int visit(const char *path, const struct stat *st, int kind,
    struct FTW *ftw)
{
	if (kind == FTW_SL || kind == FTW_SLN)
		return 0;
	return lchown(path, now.uid, now.gid) != 0 ||
	    chmod(path, kind == FTW_D ? now.dir_mode : now.file_mode) != 0;
}

enum rc init_owner_all(const char *dir, struct err *e)
{
	char path[SERVE_CONF_PATH];
	size_t i;

	if (getuid() != 0 || !confine_has_user(SERVE_CONF_USER) ||
	    !confine_has_user(SERVE_CONF_USER_SIGNER) ||
	    !confine_has_user(SERVE_CONF_USER_COURIER))
		return RC_OK;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct passwd *pw = getpwnam(parts[i].user);
		enum rc rc =
		    file_join(path, sizeof(path), dir, parts[i].name, e);

		if (rc != RC_OK || !pw)
			return rc;
		now.uid = pw->pw_uid;
		now.gid = pw->pw_gid;
		now.dir_mode = parts[i].dir_mode;
		now.file_mode = parts[i].file_mode;
		if (nftw(path, visit, 16, FTW_PHYS) != 0)
			return err_sys(e, "no-owner",
			    "The owner of %.300s cannot be set", path);
	}
	/* Others may pass through, not look. */
	if (chmod(dir, 0711) != 0)
		return err_sys(e, "no-owner",
		    "The mode of %.300s cannot be set", dir);
	return RC_OK;
}
