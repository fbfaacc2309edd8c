/* Follows the service's feed into the table.
 * Must not let the service's absence or a bad page change the table. */
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/log.h"
#include "base/rand.h"
#include "gate/gate_follow.h"
#include "gate/gate_page.h"

#define KEYS_MAX (64u * 1024)
#define PAGE_LIMIT 2000
#define PAUSE_FIRST_MS 500u
#define PAUSE_MAX_MS 60000u
#define PAUSE_IDLE_MS 1000u
#define LOG_AGAIN_S 600

struct gate_follow {
	char account[64], cloud[64];
	char keys_file[PATH_MAX], table_file[PATH_MAX];
	struct gate_link *link;
	struct table *t;
	struct gate_page_keys keys;
	int wake;
	atomic_bool stop;
	_Atomic int64_t synced_s;
	/* Told last, so that an absence is not told each second. */
	const char *told_slug;
	int64_t told_s;
	uint64_t retry_ms; /* asked for by the service */
};

static enum rc take_options(struct gate_follow *f,
    const struct gate_follow_options *o, struct err *e)
{
	enum rc rc;

	(void)snprintf(f->account, sizeof(f->account), "%s", o->link.account);
	(void)snprintf(f->cloud, sizeof(f->cloud), "%s", o->link.cloud);
	if (!o->dir || !o->dir[0])
		return err_set(e, RC_INVALID, "gate-options",
		    "Give the file with the token and a directory.");
	rc = file_mkdir(o->dir, 0755, e);
	if (rc == RC_OK)
		rc = file_join(f->keys_file, sizeof(f->keys_file), o->dir,
		    "feed-keys.json", e);
	if (rc == RC_OK)
		rc = file_join(f->table_file, sizeof(f->table_file), o->dir,
		    "gate.table", e);
	return rc;
}

static enum rc open_table(struct gate_follow *f, struct err *e)
{
	char scope[TABLE_SCOPE_MAX + 1];

	(void)snprintf(scope, sizeof(scope), "%.60s/%.60s", f->account,
	    f->cloud);
	return table_open_write(&f->t, f->table_file, scope, e);
}

enum rc gate_follow_new(struct gate_follow **out,
    const struct gate_follow_options *o, struct err *e)
{
	struct gate_link_options lo = o->link;
	struct gate_follow *f = calloc(1, sizeof(*f));
	enum rc rc;

	*out = NULL;
	if (!f)
		return err_set(e, RC_ENV, "memory", "Out of memory.");
	f->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	lo.answer_max = GATE_PAGE_MAX;
	rc = f->wake < 0 ? err_sys(e, "eventfd", "Cannot make an eventfd")
			 : gate_link_new(&f->link, &lo, e);
	if (rc == RC_OK)
		rc = take_options(f, o, e);
	if (rc == RC_OK)
		rc = open_table(f, e);
	if (rc == RC_OK)
		*out = f;
	else
		gate_follow_free(f);
	return rc;
}

void gate_follow_free(struct gate_follow *f)
{
	if (!f)
		return;
	gate_page_keys_clear(&f->keys);
	table_close(f->t);
	gate_link_free(f->link);
	if (f->wake >= 0)
		(void)close(f->wake);
	free(f);
}

const char *gate_follow_table(const struct gate_follow *f)
{
	return f->table_file;
}

static enum rc judge(struct gate_follow *f, const struct fetch_answer *a,
    struct err *e)
{
	f->retry_ms = a->retry_after_s * 1000;
	if (a->status == 409)
		return err_set(e, RC_CONFLICT, "gate-rolled-back",
		    "The service does not know where this gate stands: was "
		    "it restored from an old backup?  Nothing was changed; "
		    "remove %s to begin anew.",
		    f->table_file);
	return gate_link_judge(f->link, a, e);
}

/* At the first contact the pinned CA vouches for the keys; from then on only
 * these count. */
static enum rc enrol(struct gate_follow *f, struct err *e)
{
	struct fetch_answer a;
	enum rc rc;

	fetch_answer_init(&a);
	f->retry_ms = 0;
	rc = gate_link_public(f->link, "/.well-known/jwks.json", &a, e);
	if (rc == RC_OK)
		rc = judge(f, &a, e);
	if (rc == RC_OK)
		rc = gate_page_keys_load(&f->keys, buf_span(&a.body), e);
	if (rc == RC_OK)
		rc = file_write(f->keys_file, buf_span(&a.body), 0644, e);
	if (rc == RC_OK)
		log_info("enrolled the service's keys in %s", f->keys_file);
	else
		gate_page_keys_clear(&f->keys);
	fetch_answer_clear(&a);
	return rc;
}

static enum rc need_keys(struct gate_follow *f, struct err *e)
{
	struct buf b;
	enum rc rc;

	if (f->keys.n > 0)
		return RC_OK;
	if (!file_exists(f->keys_file))
		return enrol(f, e);
	buf_init(&b, KEYS_MAX);
	rc = file_read(f->keys_file, &b, e);
	if (rc == RC_OK)
		rc = gate_page_keys_load(&f->keys, buf_span(&b), e);
	buf_clear(&b);
	return rc;
}

static enum rc take_page(struct gate_follow *f, struct span body, bool *more,
    struct err *e)
{
	const struct gate_page_want want = {f->account, f->cloud,
	    table_cursor(f->t), clock_now_s()};
	struct gate_page p;
	enum rc rc = gate_page_parse(&p, body, &f->keys, &want, e);

	if (rc != RC_OK)
		return rc;
	rc = gate_page_apply(&p, f->t, e);
	*more = p.more;
	if (rc == RC_OK && p.n > 0)
		log_info("%zu changes applied, %llu devices may in", p.n,
		    (unsigned long long)table_admitted(f->t));
	if (rc == RC_OK && !p.more)
		atomic_store(&f->synced_s, clock_now_s());
	gate_page_clear(&p);
	return rc;
}

/* One page.  *more: ask again at once.  wait: let the service hold the answer
 * back until there is something. */
static enum rc step(struct gate_follow *f, bool wait, bool *more, struct err *e)
{
	struct fetch_answer a;
	struct buf path;
	enum rc rc;

	*more = false;
	rc = need_keys(f, e);
	if (rc != RC_OK)
		return rc;
	fetch_answer_init(&a);
	buf_init(&path, 1024);
	f->retry_ms = 0;
	buf_addf(&path, "feed?limit=%d", PAGE_LIMIT);
	if (table_cursor(f->t)[0]) {
		buf_add_str(&path, "&cursor=");
		enc_percent(&path, span_str(table_cursor(f->t)));
	}
	if (wait)
		buf_add_str(&path, "&wait=1");
	if (!buf_cstr(&path))
		rc = err_set(e, RC_BUG, "gate-url", "The address is too long.");
	if (rc == RC_OK)
		rc = gate_link_call(f->link, buf_cstr(&path), SPAN_NONE, &a, e);
	if (rc == RC_OK)
		rc = judge(f, &a, e);
	if (rc == RC_OK)
		rc = take_page(f, buf_span(&a.body), more, e);
	buf_clear(&path);
	fetch_answer_clear(&a);
	return rc;
}

static void pause_ms(struct gate_follow *f, uint64_t ms)
{
	struct pollfd p = {.fd = f->wake, .events = POLLIN};

	if (!atomic_load(&f->stop))
		(void)poll(&p, 1, (int)ms);
}

static void tell_fault(struct gate_follow *f, const struct err *e)
{
	int64_t now = clock_now_s();

	if (f->told_slug && strcmp(f->told_slug, e->slug) == 0 &&
	    now - f->told_s < LOG_AGAIN_S)
		return;
	f->told_slug = e->slug;
	f->told_s = now;
	log_err(e->rc == RC_AGAIN ? LOG_WARN : LOG_ERROR,
	    "the feed cannot be followed; the table stays as it is", e);
}

static void tell_recovery(struct gate_follow *f)
{
	if (f->told_slug)
		log_info("the feed is followed again");
	f->told_slug = NULL;
}

void gate_follow_run(struct gate_follow *f)
{
	uint64_t pause = PAUSE_FIRST_MS;
	bool more, wait = false;
	struct err e;

	while (!atomic_load(&f->stop)) {
		int64_t start_ms = clock_mono_ms();

		memset(&e, 0, sizeof(e));
		if (step(f, wait, &more, &e) == RC_OK) {
			tell_recovery(f);
			pause = PAUSE_FIRST_MS;
			wait = !more;
			/* A service that does not hold answers back. */
			if (!more && clock_mono_ms() - start_ms < 500)
				pause_ms(f, PAUSE_IDLE_MS);
			continue;
		}
		wait = false;
		tell_fault(f, &e);
		pause_ms(f,
		    pause / 2 + rand_below(pause / 2 + 1) +
			(f->retry_ms < PAUSE_MAX_MS ? f->retry_ms
						    : PAUSE_MAX_MS));
		pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
	}
}

void gate_follow_stop(struct gate_follow *f)
{
	static const uint64_t one = 1;

	atomic_store(&f->stop, true);
	(void)!write(f->wake, &one, sizeof(one));
}

int64_t gate_follow_synced_s(void *arg)
{
	struct gate_follow *f = arg;

	return atomic_load(&f->synced_s);
}
