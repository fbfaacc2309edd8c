/* Pages of an account's batch list and its overview, at 100,000 batches: the
 * 99th percentile in milliseconds beside the goal.
 * Must not go through HTTP: the network is not what is measured. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/figure.h"
#include "bench/reel.h"
#include "core/batch.h"
#include "core/overview.h"
#include "store/db.h"

#define BATCHES 100000
#define TURNS 400
#define PAGE 50
#define GOAL_MS 10
#define AT 1790000000

struct state {
	char dir[64];
	struct core core;
	struct core_actor actor;
	struct batch_row rows[PAGE + 1];
	struct overview overview;
	unsigned int turn;
	int argc;
	char **argv;
};

static void sql(struct store *s, const char *text)
{
	struct err e;

	reel_must(db_script(store_db(s), text, &e), &e);
}

/* The columns as the service itself would keep them. */
static void fill(struct store *s)
{
	char text[4096];

	sql(s,
	    "INSERT INTO account (id, name, created_at)"
	    " VALUES ('acc_1', 'Bench', 1);"
	    "INSERT INTO vendor (id, name, slug, created_at)"
	    " VALUES ('ven_1', 'Chips', 'chips', 1);"
	    "INSERT INTO product (id, account_id, name, created_at) VALUES"
	    " ('prd_1', 'acc_1', 'Dishwasher DW-9', 1),"
	    " ('prd_2', 'acc_1', 'Oven OV-1', 1);"
	    "INSERT INTO cloud (id, account_id, name, type, form, url,"
	    " audience, username, chunk, created_at) VALUES ('cld_1',"
	    " 'acc_1', 'Own cloud', 'gate', '', '', '', '', 50, 1);");
	(void)snprintf(text, sizeof(text),
	    "BEGIN; CREATE TEMP TABLE k AS WITH RECURSIVE c(i) AS (SELECT 1"
	    " UNION ALL SELECT i + 1 FROM c WHERE i < %d) SELECT i,"
	    " printf('REEL-2026-%%06d', (i * 7919) %% 1000000) AS bid FROM c;"
	    "INSERT INTO batch (bid, vendor_id, open, devices, created_at,"
	    " published_at) SELECT bid, 'ven_1', 1, 1 + (i * 31) %% 9000, 1, 1"
	    " FROM k;"
	    "INSERT INTO binding (bid, account_id, product_id, cloud_id,"
	    " bound_at, by_id, by_name, by_from, devices, provisioned, failed,"
	    " seen, state) SELECT bid, 'acc_1',"
	    " CASE i %% 50 WHEN 0 THEN NULL WHEN 1 THEN 'prd_2' ELSE 'prd_1'"
	    " END, CASE i %% 40 WHEN 0 THEN NULL ELSE 'cld_1' END,"
	    " %d - i * 60, 'usr_' || (i %% 20), 'a@b.test', '192.0.2.1',"
	    " 1 + (i * 31) %% 9000, CASE i %% 10 WHEN 0 THEN 0 ELSE"
	    " 1 + (i * 31) %% 9000 END, (i %% 997) / 996, (i * 13) %% 9000,"
	    " CASE WHEN i %% 10 = 0 THEN 'bound' WHEN i %% 997 = 996 THEN"
	    " 'failed' ELSE 'provisioned' END FROM k;"
	    "INSERT INTO account_sum SELECT 'acc_1', count(*), sum(devices),"
	    " sum(provisioned), sum(seen) FROM binding;"
	    "INSERT INTO tally SELECT 'acc_1', bound_at / 3600, count(*),"
	    " sum(devices), 0, 0, 0 FROM binding GROUP BY bound_at / 3600;"
	    "COMMIT; DROP TABLE k;",
	    BATCHES, AT);
	sql(s, text);
}

static void ask(struct state *s, const struct store_bind_filter *f, bool total)
{
	uint64_t all = 0;
	size_t n = PAGE + 1;
	struct err e;

	reel_must(batch_list(&s->core, &s->actor, f, s->rows, &n, &e), &e);
	if (total && n > PAGE)
		reel_must(batch_count(&s->core, &s->actor, f, &all, &e), &e);
}

static void ask_first(struct state *s)
{
	const struct store_bind_filter f = {.sort = (enum store_bind_sort)(
						s->turn % 5),
	    .ascending = s->turn % 2 != 0};

	ask(s, &f, true);
}

/* From anywhere in the middle. */
static void ask_deep(struct state *s)
{
	const struct store_bind_filter f = {.sort = (enum store_bind_sort)(
						s->turn % 5),
	    .ascending = s->turn % 2 != 0,
	    .after_value = s->turn % 5 == STORE_BIND_BOUND_AT
		? AT - (int64_t)(s->turn * 971 % BATCHES) * 60
		: s->turn * 971 % 9000,
	    .after_bid = "REEL-2026-500000"};

	ask(s, &f, false);
}

/* One, few, or many match.  All Batch IDs are compared, so that this takes
 * longer than a page. */
static void ask_search(struct state *s)
{
	static const char *const words[] = {"reel-2026-0079", "7919", "-00",
	    "oven"};
	const struct store_bind_filter f = {.q = words[s->turn % 4]};

	ask(s, &f, true);
}

static void ask_filtered(struct state *s)
{
	static const struct store_bind_filter filters[] = {{.state = "failed"},
	    {.state = "bound", .cloud_id = "cld_1"}, {.product_id = "prd_2"}};

	ask(s, &filters[s->turn % 3], true);
}

static void ask_overview(struct state *s)
{
	struct err e;

	reel_must(overview_read(&s->core, &s->actor, 30, &s->overview, &e), &e);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The machine is not ours alone: what others take of it does not count. */
static int64_t cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void measure(struct state *s, const char *name,
    void (*job)(struct state *), const char *goal)
{
	struct figure f = {.name = name, .reference = GOAL_MS, .goal = goal};
	int64_t took[TURNS];
	size_t i;

	for (s->turn = 0; s->turn < 20; s->turn++)
		job(s);
	for (i = 0; i < TURNS; i++, s->turn++) {
		int64_t start = cpu_us();

		job(s);
		took[i] = cpu_us() - start;
	}
	qsort(took, TURNS, sizeof(took[0]), by_value);
	f.ours = (double)took[TURNS * 99 / 100] / 1000;
	f.ratio = f.ours / f.reference;
	figure_print(&f, s->argc, s->argv);
}

static void remove_dir(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *ent;
	char file[400];

	while (d && (ent = readdir(d)) != NULL) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, ent->d_name);
		(void)unlink(file);
	}
	if (d)
		(void)closedir(d);
	(void)rmdir(path);
}

int main(int argc, char **argv)
{
	static struct state s;
	struct err e;

	s.argc = argc;
	s.argv = argv;
	(void)snprintf(s.dir, sizeof(s.dir), "/tmp/birthmark-batches-XXXXXX");
	if (!mkdtemp(s.dir))
		abort();
	reel_must(store_open(&s.core.store, s.dir, true, &e), &e);
	fill(s.core.store);
	(void)snprintf(s.actor.scope_id, sizeof(s.actor.scope_id), "acc_1");
	s.actor.role = CORE_ADMINISTRATOR;
	s.actor.now_s = AT;
	measure(&s, "first page of 100,000 batches, p99 ms", ask_first,
	    "<= 1.00");
	measure(&s, "deep page of 100,000 batches, p99 ms", ask_deep,
	    "<= 1.00");
	measure(&s, "search in 100,000 batches, p99 ms", ask_search, "<= 2.00");
	measure(&s, "filter of 100,000 batches, p99 ms", ask_filtered,
	    "<= 1.00");
	measure(&s, "overview of 100,000 batches, p99 ms", ask_overview,
	    "<= 1.00");
	store_close(s.core.store);
	remove_dir(s.dir);
	return 0;
}
