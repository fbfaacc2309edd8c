/* Takes away what uploads left that nobody goes on with.
 * Must not let one that is damaged hold up the others. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/audit.h"
#include "core/device.h"
#include "core/publish.h"
#include "core/tx.h"
#include "core/upload.h"
#include "store/store_reel.h"

#define IDLE_PAGE 16 /* ended at once; the next turn takes more */

enum rc publish_tidy_upload(struct core *c, const char *upload_id,
    struct err *e)
{
	struct store_reel reel;
	enum rc rc;

	rc = store_reel_find_upload(c->store, upload_id, &reel, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && reel.published))
		return RC_OK;
	if (rc == RC_OK)
		rc = device_writer_erase(c, reel.id, e);
	if (rc == RC_OK)
		rc = store_reel_drop(c->store, reel.id, e);
	return rc;
}

static enum rc tidy_reel(struct core *c, const struct store_reel *reel,
    struct err *e)
{
	char path[UPLOAD_PATH_SIZE];
	int fd = -1;
	enum rc rc;

	rc = upload_lock(c, reel->upload_id, path, &fd, e);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = publish_tidy_upload(c, reel->upload_id, e);
	if (rc == RC_OK)
		(void)unlink(path);
	(void)close(fd);
	return rc;
}

/* What a cancelled or rejected upload left when its publisher was gone. */
static void tidy_reels(struct core *c, int64_t *told)
{
	struct store_reel reel = {0};
	struct err e = {0};

	while (store_reel_abandoned(c->store, reel.id, &reel, &e) == RC_OK) {
		enum rc rc = tidy_reel(c, &reel, &e);

		if (rc == RC_OK || rc == RC_AGAIN || reel.id <= *told)
			continue;
		log_error("the abandoned reel %s of upload %s stays: %s",
		    reel.name, reel.upload_id, e.text);
		*told = reel.id;
	}
}

static enum rc end_idle(struct core *c, struct store_upload *u, int64_t now_s,
    struct err *e)
{
	const struct core_actor who = {.name = "publisher", .now_s = now_s};
	const struct audit_entry entry = {.action = "upload-cancel",
	    .scope_id = u->vendor_id,
	    .target = u->bid,
	    .reason = "upload-idle",
	    .detail = u->reel};
	struct tx tx = TX_NONE;
	enum rc rc;

	u->updated_at = u->finished_at = now_s;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc =
		    store_upload_move(c->store, u, "receiving", "cancelled", e);
	if (rc == RC_OK)
		rc = audit_add(c, &who, &entry, e);
	return tx_end(c, &tx, rc, e);
}

static bool is_idle(const struct store_upload *u, int64_t now_s)
{
	return strcmp(u->state, "receiving") == 0 &&
	    u->updated_at + UPLOAD_IDLE_S <= now_s;
}

/* Who sends holds the lock, and is not idle. */
static enum rc tidy_idle(struct core *c, const char *id, int64_t now_s,
    struct err *e)
{
	char path[UPLOAD_PATH_SIZE];
	struct store_upload u;
	int fd = -1;
	enum rc rc;

	rc = upload_lock(c, id, path, &fd, e);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = store_upload_find(c->store, id, &u, e);
	if (rc == RC_OK && is_idle(&u, now_s)) {
		rc = end_idle(c, &u, now_s, e);
		if (rc == RC_OK)
			(void)unlink(path);
	}
	(void)close(fd);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void tidy_uploads(struct core *c, int64_t now_s)
{
	struct store_upload list[IDLE_PAGE];
	struct err e = {0};
	size_t i, n = 0;
	enum rc rc;

	rc = store_upload_list_state(c->store, "receiving", list, IDLE_PAGE, &n,
	    &e);
	for (i = 0; rc == RC_OK && i < n && is_idle(&list[i], now_s); i++)
		rc = tidy_idle(c, list[i].id, now_s, &e);
	if (rc != RC_OK && rc != RC_AGAIN && rc != RC_CONFLICT)
		log_err(LOG_ERROR, "an idle upload could not be ended", &e);
}

void publish_tidy(struct core *c, int64_t now_s, int64_t *told)
{
	tidy_reels(c, told);
	tidy_uploads(c, now_s);
}
