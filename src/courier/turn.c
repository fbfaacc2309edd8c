/* One turn of a job: its cloud, the way to it, and what is to be done there.
 * Must not know what is said: that is the connector's. */
#include "courier/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "courier/breaker.h"
#include "courier/compare.h"
#include "courier/turn_load.h"
#include "courier/turn_record.h"
#include "courier/turn_work.h"
#include "pki/digest.h"
#include "store/store_apart.h"
#include "store/store_found.h"

#define SECRET_MAX 8192
#define SESSION_MAX (16u << 10)
#define SEALED_MAX 8192
#define CA_MAX (64u << 10)
#define BEAT_MS 10000
#define SLOW_MS 15000 /* an answer this late asks for smaller requests */

static bool is_kind(const struct turn *k, const char *kind)
{
	return strcmp(k->j->kind, kind) == 0;
}

static enum rc on_token(void *ctx, const char *audience, struct buf *jwt,
    struct err *e)
{
	struct turn *k = ctx;

	if (k->fresh)
		bearer_drop(k->t->bearer, k->j->account, audience);
	k->fresh = false;
	/* For a login it is an identity, and for the cloud itself a token. */
	return (k->kind->has_login ? bearer_identity : bearer_get)(k->t->bearer,
	    k->j->account, audience, jwt, e);
}

static enum rc on_sign(void *ctx, const struct connector_event *event,
    struct buf *jws, struct err *e)
{
	struct turn *k = ctx;

	return bearer_sign(k->t->bearer, k->j->account, event, jws, e);
}

/* The interop clouds' settings and credentials are columns and "user:pass". */
static json_t *own_settings(const struct store_cloud *c)
{
	if (strcmp(c->type, "interop") != 0)
		return json_loads(c->settings, 0, NULL);
	return json_pack("{s:s, s:s}", "url", c->url, "audience", c->audience);
}

static json_t *own_credentials(struct span opened)
{
	struct span rest = opened, user;

	if (opened.n == 0)
		return json_object();
	if (opened.p[0] == '{')
		return json_loadb((const char *)opened.p, opened.n, 0, NULL);
	if (!span_cut(&rest, ':', &user))
		return NULL;
	return json_pack("{s:s%, s:s%}", "username", (const char *)user.p,
	    user.n, "password", (const char *)rest.p, rest.n);
}

/* Of what is stored of the way in: credentials and CA. */
static enum rc print_stored(struct turn *k, uint8_t out[32], struct err *e)
{
	struct buf sealed;
	enum rc rc = RC_OK;

	buf_init(&sealed, SEALED_MAX + CA_MAX);
	if (k->cloud.has_secret)
		rc = store_cloud_sealed(k->t->core.store, k->cloud.id, &sealed,
		    e);
	if (rc == RC_OK && k->cloud.has_ca)
		rc = store_cloud_ca(k->t->core.store, k->cloud.id, &sealed, e);
	digest_sha256(buf_span(&sealed), out);
	buf_clear(&sealed);
	return rc;
}

static enum rc open_credentials(struct turn *k, struct err *e)
{
	enum rc rc = print_stored(k, k->stored, e);

	if (rc == RC_OK)
		rc = link_credentials(&k->t->core, k->t->keys, &k->cloud,
		    &k->secret, e);
	if (rc != RC_OK)
		return rc;
	digest_sha256(buf_span(&k->secret), k->print);
	k->settings = own_settings(&k->cloud);
	k->credentials = own_credentials(buf_span(&k->secret));
	if (!k->settings || !k->credentials)
		return err_set(e, RC_UNAUTHENTICATED, "cloud-settings-lost",
		    "credentials refused: what is stored of the cloud cannot "
		    "be read; set its credentials again.");
	return RC_OK;
}

static enum rc login(void *ctx, struct err *e)
{
	struct turn *k = ctx;
	enum rc rc;

	if (!k->kind->has_login) {
		k->fresh = true;
		return RC_OK;
	}
	rc = login_set_get(k->t->sessions, &k->c, k->print, &k->session, e);
	k->c.way.session = k->session.n > 0 ? buf_cstr(&k->session) : "";
	return rc;
}

/* A conversation may last longer than a lease. */
static enum rc on_beat(void *ctx, struct err *e)
{
	struct turn *k = ctx;
	int64_t now = clock_mono_ms();

	if (now - k->beat_ms < BEAT_MS)
		return RC_OK;
	k->beat_ms = now;
	return store_job_renew(k->t->core.store, k->j, k->lease,
	    clock_now_ms() + TURN_LEASE_MS, e);
}

static enum rc open_way(struct turn *k, struct err *e)
{
	struct turn_tools *t = k->t;
	char key[128] = "";
	enum rc rc;

	k->c.kind = k->kind;
	k->c.way = (struct connector_way){.cloud_id = k->cloud.id,
	    .account = k->j->account,
	    .settings = k->settings,
	    .credentials = k->credentials,
	    .session = "",
	    .token = on_token,
	    .sign = on_sign,
	    .ctx = k};
	k->c.pacer = t->pacer;
	k->c.stopper = t->stopper;
	k->c.who = k->j->n;
	k->c.beat = on_beat;
	k->c.beat_ctx = k;
	converse_quotas(&k->c, k->cloud.quotas);
	k->kind->quota_key(&k->c.way, key);
	(void)snprintf(k->c.key, sizeof(k->c.key), "%s/%s", k->j->account, key);
	rc = link_fetch(t->links, &t->core, &k->cloud, &k->c.fetch, e);
	if (rc == RC_OK)
		rc =
		    login_set_get(t->sessions, &k->c, k->print, &k->session, e);
	k->c.way.session = k->session.n > 0 ? buf_cstr(&k->session) : "";
	return rc;
}

/* That the batch, or the one device, is still the account's: only what is to
 * be gone from a cloud may be another's by now. */
static enum rc check_owner(struct store *s, const struct store_job *j,
    struct err *e)
{
	struct store_job_binding b;
	struct store_apart x;
	enum rc rc;

	if (strcmp(j->kind, "provision") != 0 || j->bid[0] == '\0')
		return RC_OK;
	if (j->only_seq > 0) {
		rc = store_apart_get(s, (int64_t)j->only_seq, &x, e);
		if (rc == RC_OK && strcmp(x.account, j->account) != 0)
			rc = err_set(e, RC_NOT_FOUND, "device-released",
			    "The device is not this account's any more.");
		return rc;
	}
	rc = store_job_binding(s, j->bid, &b, e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && strcmp(b.account, j->account) != 0))
		rc = err_set(e, RC_NOT_FOUND, "batch-unbound",
		    "The batch is not bound to this account any more.");
	return rc;
}

/* A fault here is the job's own, or its cloud's. */
static enum rc prepare(struct turn *k, struct err *e)
{
	struct store *s = k->t->core.store;
	enum rc rc =
	    store_cloud_get(s, k->j->account, k->j->cloud, &k->cloud, e);

	if (rc == RC_OK)
		rc = check_owner(s, k->j, e);
	if (rc != RC_OK)
		return rc;
	k->kind = connector_find(k->cloud.type);
	if (!k->kind)
		return err_set(e, RC_NOT_FOUND, "cloud-kind-unknown",
		    "This release cannot speak to a cloud of the type \"%s\".",
		    k->cloud.type);
	if (!k->kind->ask)
		return RC_OK;
	breaker_try(&k->cloud.breaker);
	rc = open_credentials(k, e);
	return rc == RC_OK ? open_way(k, e) : rc;
}

/* The cloud is away or refuses: the job waits with it, and fails never. */
static enum rc fault(struct turn *k, const struct err *why, struct err *e)
{
	struct store_job *j = &k->record.ahead;
	struct store_cloud_breaker *b = &k->cloud.breaker;
	enum rc rc = RC_OK;

	turn_record_over(k, "waiting", why->text);
	j->finished_at = 0;
	if (why->slug && strcmp(why->slug, "stopped") == 0) {
		j->next_ms = clock_now_ms();
	} else if (why->rc == RC_LIMIT && why->retry_after_s > 0) {
		j->next_ms =
		    clock_now_ms() + (int64_t)why->retry_after_s * 1000 + 50;
	} else if (why->rc == RC_LIMIT) {
		j->next_ms = clock_now_ms() + breaker_bound_ms(++j->tries);
	} else {
		j->tries++;
		breaker_fault(b, why, clock_now_ms());
		rc = store_cloud_break(k->t->core.store, k->cloud.id, b, e);
		j->next_ms = b->until_ms;
		k->answers = k->drive ? drive_answers(k->drive) : 0;
	}
	return rc == RC_OK ? turn_record_end(k, e) : rc;
}

static enum rc on_load(void *ctx, struct drive_group *g, size_t max,
    struct err *e)
{
	return turn_load_group(ctx, g, max, e);
}

static enum rc on_finish(void *ctx, const struct drive_group *g, struct err *e)
{
	return turn_record_finish(ctx, g, e);
}

/* Whether the way to the cloud is to be opened anew: the account changed it, or
 * the session is near its end. */
static enum rc check_way(struct turn *k, bool *changed, struct err *e)
{
	struct store_cloud now;
	uint8_t stored[32];
	enum rc rc = store_cloud_get(k->t->core.store, k->j->account,
	    k->cloud.id, &now, e);

	if (rc == RC_OK)
		rc = print_stored(k, stored, e);
	*changed = rc == RC_NOT_FOUND;
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	*changed = strcmp(now.settings, k->cloud.settings) != 0 ||
	    strcmp(now.quotas, k->cloud.quotas) != 0 ||
	    strcmp(now.username, k->cloud.username) != 0 ||
	    now.chunk != k->cloud.chunk || now.has_ca != k->cloud.has_ca ||
	    memcmp(stored, k->stored, sizeof(stored)) != 0 ||
	    (k->kind->has_login &&
		login_set_is_old(k->t->sessions, k->cloud.id));
	return RC_OK;
}

/* Where a turn may end: stopped by the account, others wait, or the requests
 * may be larger again. */
static enum rc on_record(void *ctx, enum drive_then *then, struct err *e)
{
	struct turn *k = ctx;
	bool waits = false, changed = false;
	enum rc rc = turn_record_step(k, e);

	if (rc == RC_OK && strcmp(k->j->state, "running") != 0)
		*then = strcmp(k->j->state, "paused") == 0 ? DRIVE_CLOSE
							   : DRIVE_STOP;
	if (rc != RC_OK || *then != DRIVE_ON)
		return rc;
	rc = check_way(k, &changed, e);
	if (rc == RC_OK && clock_mono_ms() - k->began_ms >= TURN_MS)
		rc = store_job_waits(k->t->core.store, k->j,
		    clock_now_ms() - TURN_WAITED_MS, &waits, e);
	if (waits || changed ||
	    (k->group < k->group_max &&
		clock_mono_ms() - k->began_ms >= TURN_MS))
		*then = DRIVE_CLOSE;
	return rc;
}

static size_t group_max(const struct turn *k)
{
	size_t most = k->kind->rules.group;

	if (k->cloud.chunk > 0 && k->cloud.chunk < most)
		most = k->cloud.chunk;
	return most > 0 ? most : 1;
}

/* Requests grow again after a turn that went well, and shrink when they are
 * refused as a whole or answered late. */
static void adapt_group(struct turn *k, enum rc rc)
{
	struct store_job *j = &k->record.ahead;
	size_t group = k->group;
	bool slow = drive_slowest_ms(k->drive) > SLOW_MS;

	if (rc == RC_TOO_LARGE || slow)
		group = group > 1 ? group / 2 : 1;
	else if (rc == RC_OK)
		group *= 2;
	j->chunk = (uint32_t)(group < k->group_max ? group : k->group_max);
}

static enum rc run_devices(struct turn *k, struct err *e)
{
	const struct drive_work work = {.load = on_load,
	    .finish = on_finish,
	    .record = on_record,
	    .login = login,
	    .ctx = k};
	struct fetch_many *many = NULL;
	struct err why = {0};
	bool end = false;
	enum rc rc;

	k->group_max = group_max(k);
	k->group = k->j->chunk > 0 && k->j->chunk < k->group_max ? k->j->chunk
								 : k->group_max;
	rc = link_many(k->t->links, &k->cloud, &many, e);
	if (rc == RC_OK)
		rc = drive_new(&k->drive, &k->c, many, k->group, e);
	if (rc == RC_OK)
		rc = turn_load_start(k, e);
	if (rc != RC_OK)
		return rc;
	rc = drive_run(k->drive, &work, &end, &why);
	adapt_group(k, rc);
	if (rc == RC_OK || rc == RC_TOO_LARGE) {
		k->record.ahead.next_ms = clock_now_ms();
		if (end)
			turn_record_over(k, "done", "");
		return turn_record_end(k, e);
	}
	/* A fault of ours leaves what was recorded; the lease runs out. */
	if (rc == RC_BUG || rc == RC_ENV || rc == RC_CONFLICT) {
		if (e)
			*e = why;
		return rc;
	}
	return fault(k, &why, e);
}

/* A line of a test that ended in a fault. */
static void put_fault(struct connector_talk *t, const struct err *why)
{
	char detail[CONNECTOR_TEXT_SIZE];

	connector_clean(span_str(why->text), detail);
	json_key(t->checks, t->check ? t->check : "reach");
	json_obj(t->checks);
	json_put_bool(t->checks, "ok", false);
	json_put_str(t->checks, "detail", detail);
	json_end(t->checks);
}

/* Everything is asked, whatever came before; the first fault counts. */
static enum rc ask_all(struct turn *k, struct connector_talk *t, struct err *e)
{
	struct err first = {0};
	enum rc rc = RC_OK;

	while (!t->over) {
		struct err why = {0};
		enum rc one = converse_once(t, &k->c, &why);

		if (one == RC_OK)
			continue;
		put_fault(t, &why);
		if (rc == RC_OK) {
			rc = one;
			first = why;
		}
		if (!t->check)
			break;
		t->step++;
	}
	if (rc != RC_OK && e)
		*e = first;
	return rc;
}

/* A test is one try: it fails with what it found. */
static enum rc run_test(struct turn *k, const struct err *unready,
    struct err *e)
{
	struct connector_talk t;
	struct err why = {0};
	struct json w;
	struct buf json;
	enum rc rc = unready->rc;

	buf_init(&json, STORE_JOB_RESULT_SIZE - 1);
	converse_talk_init(&t, &k->c, CONNECTOR_TEST);
	json_init(&w, &json);
	json_obj(&w);
	t.checks = &w;
	if (rc != RC_OK) {
		why = *unready;
		put_fault(&t, &why);
	} else if (k->kind->test) {
		rc = k->kind->test(&k->t->core, &k->cloud, &w, &why);
	} else {
		rc = ask_all(k, &t, &why);
	}
	json_end(&w);
	if (buf_ok(&json))
		(void)span_copy_str(buf_span(&json), k->record.ahead.result,
		    sizeof(k->record.ahead.result));
	turn_record_over(k, rc == RC_OK ? "done" : "failed", why.text);
	buf_clear(&json);
	converse_talk_clear(&t);
	rc = rc == RC_OK ? turn_record_well(k, e) : RC_OK;
	return rc == RC_OK ? turn_record_end(k, e) : rc;
}

/* A gate fetches when it likes: until then the job is under way. */
static enum rc run_announce(struct turn *k, struct err *e)
{
	struct store_job *j = &k->record.ahead;

	k->announcing = true;
	j->next_ms = 0;
	j->tries = 0;
	j->last_error[0] = '\0';
	return turn_record_end(k, e);
}

static enum rc run_compare(struct turn *k, struct err *e)
{
	struct err why = {0};
	enum rc rc = compare_run(k, &why);

	if (rc == RC_OK && (rc = turn_record_well(k, e)) != RC_OK)
		return rc;
	/* Also when the account has stopped it. */
	if (strcmp(k->record.ahead.state, "cancelled") == 0 &&
	    (rc = store_found_clear(k->t->core.store, k->j->n, e)) != RC_OK)
		return rc;
	if (rc == RC_OK || strcmp(k->record.ahead.state, "running") != 0)
		return turn_record_end(k, e);
	if (rc == RC_BUG || rc == RC_ENV || rc == RC_CONFLICT) {
		if (e)
			*e = why;
		return rc;
	}
	return fault(k, &why, e);
}

static enum rc run_prepared(struct turn *k, struct err *e)
{
	if (is_kind(k, "plan") || is_kind(k, "audit"))
		return run_compare(k, e);
	if (k->kind->announce)
		return run_announce(k, e);
	return run_devices(k, e);
}

static void turn_clear(struct turn *k)
{
	turn_load_clear(k);
	turn_record_clear(k);
	drive_free(k->drive);
	json_decref(k->settings);
	json_decref(k->credentials);
	buf_clear_secret(&k->session);
	buf_clear_secret(&k->secret);
}

enum rc turn_run(struct turn_tools *t, struct store_job *j, const char *lease,
    struct err *e)
{
	struct turn k = {.t = t, .j = j, .lease = lease};
	struct err why = {0};
	enum rc rc;

	buf_init(&k.session, SESSION_MAX);
	buf_init(&k.secret, SECRET_MAX);
	k.began_ms = k.beat_ms = clock_mono_ms();
	rc = turn_record_start(&k, e);
	if (rc != RC_OK)
		goto out;
	why.rc = prepare(&k, &why);
	if (is_kind(&k, "test")) {
		rc = run_test(&k, &why, e);
	} else if (why.rc == RC_OK) {
		rc = run_prepared(&k, e);
	} else if (why.rc == RC_NOT_FOUND) {
		turn_record_over(&k, "failed", why.text);
		rc = turn_record_end(&k, e);
	} else {
		rc = fault(&k, &why, e);
	}
out:
	turn_clear(&k);
	return rc;
}
