/* Threads that ask the provider: one keeps what it publishes, the others take
 * codes from the store.
 * Must not log a code, a token or an address of a person. */
#include "courier/oidc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "core/sso.h"
#include "courier/oidc_provider.h"
#include "courier/oidc_token.h"
#include "courier/stopper.h"

#define ASKERS 3
#define IDLE_MS 50
#define OOPS_MS 2000
#define READ_EVERY_MS 3600000
#define RETRY_FIRST_MS 1000
#define RETRY_MAX_MS 60000
#define KEYS_EVERY_MS 10000
#define CONNECT_MS 5000
#define TOTAL_MS 15000
#define SECRET_MAX 1024

struct asker {
	struct oidc *oidc;
	struct store *store;
	struct fetch *fetch;
	struct oidc_provider provider; /* a copy of its own */
	pthread_t thread;
	bool started;
};

struct oidc {
	struct oidc_options o;
	char redirect_uri[512];
	int ca_fd;
	char ca_path[32];
	struct stopper stopper;
	pthread_mutex_t line; /* the first of the idle asks the store */
	pthread_mutex_t lock; /* of what follows */
	struct oidc_provider provider;
	bool ready, tried;
	int64_t keys_at_ms;
	struct asker askers[1 + ASKERS]; /* the first reads */
};

static enum rc share_provider(struct asker *a, bool *is_first, struct err *e)
{
	struct store_sso_provider row = {.read_at = clock_now_s()};
	struct oidc *o = a->oidc;
	enum rc rc;

	(void)span_copy_str(span_str(o->o.issuer), row.issuer,
	    sizeof(row.issuer));
	(void)span_copy_str(span_str(a->provider.authorization),
	    row.authorization_endpoint, sizeof(row.authorization_endpoint));
	(void)pthread_mutex_lock(&o->lock);
	*is_first = !o->ready;
	rc = oidc_provider_copy(&o->provider, &a->provider, e);
	o->ready = rc == RC_OK;
	o->keys_at_ms = clock_mono_ms();
	(void)pthread_mutex_unlock(&o->lock);
	if (rc == RC_OK)
		rc = store_begin(a->store, e);
	if (rc == RC_OK)
		rc = store_sso_provider_put(a->store, &row, e);
	if (rc == RC_OK)
		rc = store_commit(a->store, e);
	store_rollback(a->store);
	return rc;
}

static void *run_reader(void *arg)
{
	struct asker *a = arg;
	struct oidc *o = a->oidc;
	int64_t retry = RETRY_FIRST_MS, pause = 0;
	struct err e = {0};
	bool is_first = true;
	enum rc rc;

	while (!stopper_wait(&o->stopper, pause)) {
		rc =
		    oidc_provider_read(&a->provider, a->fetch, o->o.issuer, &e);
		if (rc == RC_OK)
			rc = share_provider(a, &is_first, &e);
		(void)pthread_mutex_lock(&o->lock);
		o->tried = true;
		(void)pthread_mutex_unlock(&o->lock);
		pause = rc == RC_OK ? READ_EVERY_MS : retry;
		if (rc != RC_OK) {
			log_err(LOG_WARN,
			    "the provider of single sign-on cannot be read",
			    &e);
			retry =
			    retry * 2 < RETRY_MAX_MS ? retry * 2 : RETRY_MAX_MS;
		} else {
			retry = RETRY_FIRST_MS;
		}
		if (rc == RC_OK && is_first)
			log_info("single sign-on at %s is ready", o->o.issuer);
	}
	return NULL;
}

/* A copy of what is known now; RC_AGAIN when nothing is. */
static enum rc know_provider(struct asker *a, struct err *e)
{
	struct oidc *o = a->oidc;
	enum rc rc;

	(void)pthread_mutex_lock(&o->lock);
	if (o->ready)
		rc = oidc_provider_copy(&a->provider, &o->provider, e);
	else
		rc = err_set(e, RC_AGAIN, "sso-provider",
		    "The provider was not reached yet.");
	(void)pthread_mutex_unlock(&o->lock);
	return rc;
}

/* The provider may have new keys: asks, but not for every token that claims
 * so.  RC_NOT_FOUND when it was asked just now. */
static enum rc renew_keys(struct asker *a, struct err *e)
{
	struct oidc *o = a->oidc;
	int64_t now = clock_mono_ms();
	enum rc rc;
	bool due;

	(void)pthread_mutex_lock(&o->lock);
	due = now - o->keys_at_ms >= KEYS_EVERY_MS;
	if (due)
		o->keys_at_ms = now;
	(void)pthread_mutex_unlock(&o->lock);
	if (!due)
		return err_set(e, RC_NOT_FOUND, "jws-key-unknown",
		    "The ID token is signed with a key that the provider does "
		    "not publish.");
	rc = oidc_provider_keys(a->fetch, a->provider.jwks_uri,
	    &a->provider.jwks, e);
	if (rc != RC_OK)
		return rc;
	(void)pthread_mutex_lock(&o->lock);
	buf_reset(&o->provider.jwks);
	buf_add_span(&o->provider.jwks, buf_span(&a->provider.jwks));
	if (!buf_ok(&o->provider.jwks))
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	(void)pthread_mutex_unlock(&o->lock);
	return rc;
}

static enum rc check_token(struct asker *a, const struct store_sso_login *l,
    struct oidc_token_answer *answer, struct id_token *t, struct err *e)
{
	const struct id_token_want want = {a->oidc->o.issuer,
	    a->oidc->o.client_id, l->nonce, clock_now_s()};
	struct span jws = buf_span(&answer->id_token);
	enum rc rc;

	rc = id_token_check(jws, buf_span(&a->provider.jwks), &want, t, e);
	if (rc == RC_NOT_FOUND) {
		/* One that came meanwhile by another thread counts too. */
		rc = know_provider(a, e);
		if (rc == RC_OK)
			rc = id_token_check(jws, buf_span(&a->provider.jwks),
			    &want, t, e);
	}
	if (rc == RC_NOT_FOUND) {
		rc = renew_keys(a, e);
		if (rc == RC_OK)
			rc = id_token_check(jws, buf_span(&a->provider.jwks),
			    &want, t, e);
	}
	if (rc == RC_OK && !t->email[0] && a->provider.userinfo[0] &&
	    answer->access_token.n > 0)
		rc = oidc_token_userinfo(a->fetch, &a->provider, answer, t, e);
	return rc;
}

/* Empty when there is no file: a public client.  Read each time, so that a new
 * one counts at once. */
static enum rc read_secret(const struct oidc *o, struct buf *out, struct err *e)
{
	struct span s;
	enum rc rc;

	if (!file_exists(o->o.secret_file))
		return RC_OK;
	rc = file_read(o->o.secret_file, out, e);
	if (rc != RC_OK)
		return rc;
	s = span_trim(buf_span(out));
	if (s.n > 0)
		memmove(out->p, s.p, s.n);
	out->n = s.n;
	return RC_OK;
}

static enum rc ask_provider(struct asker *a, const struct store_sso_login *l,
    struct id_token *t, struct err *e)
{
	struct oidc_token_request q = {.provider = &a->provider,
	    .client_id = a->oidc->o.client_id,
	    .redirect_uri = a->oidc->redirect_uri,
	    .code = l->code,
	    .verifier = l->verifier};
	struct oidc_token_answer answer;
	struct buf secret;
	enum rc rc;

	oidc_token_init(&answer);
	buf_init(&secret, SECRET_MAX);
	rc = know_provider(a, e);
	if (rc == RC_OK)
		rc = read_secret(a->oidc, &secret, e);
	q.secret = buf_cstr(&secret);
	if (rc == RC_OK && !q.secret)
		rc = err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK)
		rc = oidc_token_ask(a->fetch, &q, &answer, e);
	if (rc == RC_OK)
		rc = check_token(a, l, &answer, t, e);
	oidc_token_clear(&answer);
	buf_clear_secret(&secret);
	return rc;
}

static enum rc judge_person(const struct oidc *o, const struct id_token *t,
    struct store_sso_login *l, struct err *e)
{
	enum rc rc = user_email(t->email, l->email, NULL);

	if (rc != RC_OK)
		return err_set(e, RC_INVALID, SSO_REFUSED,
		    "The provider tells no usable e-mail address; its client "
		    "needs the scope email.");
	if (!t->email_verified && !o->o.trust_email)
		return err_set(e, RC_INVALID, SSO_UNVERIFIED,
		    "The provider has not verified the address.");
	(void)span_copy_str(span_str(t->sub), l->sub, sizeof(l->sub));
	(void)span_copy_str(span_str(t->name), l->name, sizeof(l->name));
	(void)span_copy_str(span_str(o->o.issuer), l->issuer,
	    sizeof(l->issuer));
	return RC_OK;
}

static const char *fault_of(const struct err *e)
{
	if (e->slug && strcmp(e->slug, SSO_UNVERIFIED) == 0)
		return SSO_UNVERIFIED;
	return e->rc == RC_INVALID || e->rc == RC_NOT_FOUND ? SSO_REFUSED
							    : SSO_UNAVAILABLE;
}

static void ask(struct asker *a, struct store_sso_login *l)
{
	struct id_token t = {0};
	struct err e = {0};
	enum rc rc;

	rc = ask_provider(a, l, &t, &e);
	if (rc == RC_OK)
		rc = judge_person(a->oidc, &t, l, &e);
	l->step = rc == RC_OK ? STORE_SSO_KNOWN : STORE_SSO_FAILED;
	if (rc != RC_OK) {
		log_err(LOG_WARN, "a single sign-on failed", &e);
		(void)span_copy_str(span_str(fault_of(&e)), l->fault,
		    sizeof(l->fault));
		l->email[0] = '\0';
	}
	if (store_sso_login_told(a->store, l, &e) != RC_OK)
		log_err(LOG_ERROR, "a single sign-on is not recorded", &e);
	explicit_bzero(&t, sizeof(t));
}

/* The next code; false when it is time to end.  Before the provider was asked
 * for the first time, codes wait. */
static bool next_login(struct asker *a, struct store_sso_login *l)
{
	struct oidc *o = a->oidc;
	struct err e = {0};
	int64_t pause = 0;
	bool found = false, tried;

	(void)pthread_mutex_lock(&o->line);
	while (!found && !stopper_wait(&o->stopper, pause)) {
		enum rc rc = RC_NOT_FOUND;

		pause = IDLE_MS;
		(void)pthread_mutex_lock(&o->lock);
		tried = o->tried;
		(void)pthread_mutex_unlock(&o->lock);
		if (!tried || !store_sso_login_waits(a->store))
			continue;
		rc = store_begin(a->store, &e);
		if (rc == RC_OK)
			rc = store_sso_login_take(a->store, clock_now_s(), l,
			    &e);
		if (rc == RC_OK)
			rc = store_commit(a->store, &e);
		store_rollback(a->store);
		found = rc == RC_OK;
		if (rc != RC_OK && rc != RC_NOT_FOUND) {
			log_err(LOG_ERROR, "courier cannot read logins", &e);
			pause = OOPS_MS;
		}
	}
	(void)pthread_mutex_unlock(&o->line);
	return found;
}

static void *run_asker(void *arg)
{
	struct asker *a = arg;
	struct store_sso_login *l = calloc(1, sizeof(*l));

	while (l && next_login(a, l)) {
		ask(a, l);
		explicit_bzero(l, sizeof(*l));
	}
	free(l);
	return NULL;
}

static enum rc asker_open(struct oidc *o, struct asker *a, struct err *e)
{
	const struct fetch_options options = {
	    .ca_file = o->ca_fd >= 0 ? o->ca_path : NULL,
	    .allow_http =
		span_starts(span_str(o->o.issuer), SPAN_LIT("http://")),
	    .allow_private = o->o.allow_private,
	    .connect_ms = CONNECT_MS,
	    .total_ms = TOTAL_MS,
	    .answer_max = OIDC_PROVIDER_ANSWER_MAX,
	};
	enum rc rc;

	a->oidc = o;
	oidc_provider_init(&a->provider);
	rc = store_open(&a->store, o->o.data, false, e);
	return rc == RC_OK ? fetch_new(&a->fetch, &options, e) : rc;
}

/* Where libcurl reads it, although the process sees only its own folder. */
static enum rc keep_ca(struct oidc *o, struct err *e)
{
	if (o->o.ca.n == 0)
		return RC_OK;
	o->ca_fd = memfd_create("sso-ca", MFD_CLOEXEC);
	if (o->ca_fd < 0)
		return err_sys(e, "memfd", "Cannot keep the provider's CA");
	(void)snprintf(o->ca_path, sizeof(o->ca_path), "/proc/self/fd/%d",
	    o->ca_fd);
	return file_write_all(o->ca_fd, o->o.ca, e);
}

static enum rc start_threads(struct oidc *o, struct err *e)
{
	enum rc rc = RC_OK;
	size_t i;

	for (i = 0; rc == RC_OK && i <= ASKERS; i++)
		rc = asker_open(o, &o->askers[i], e);
	/* The only courier of this store: who has asked is gone. */
	if (rc == RC_OK)
		rc = store_sso_login_drop(o->askers[0].store, SSO_EXPIRED, e);
	for (i = 0; rc == RC_OK && i <= ASKERS; i++) {
		struct asker *a = &o->askers[i];

		a->started = pthread_create(&a->thread, NULL,
				 i == 0 ? run_reader : run_asker, a) == 0;
		if (!a->started)
			rc = err_set(e, RC_ENV, "thread",
			    "Cannot start a thread.");
	}
	return rc;
}

static void oidc_free(struct oidc *o)
{
	size_t i;

	for (i = 0; i <= ASKERS; i++) {
		store_close(o->askers[i].store);
		fetch_free(o->askers[i].fetch);
		oidc_provider_clear(&o->askers[i].provider);
	}
	oidc_provider_clear(&o->provider);
	stopper_clear(&o->stopper);
	(void)pthread_mutex_destroy(&o->line);
	(void)pthread_mutex_destroy(&o->lock);
	if (o->ca_fd >= 0)
		(void)close(o->ca_fd);
	free(o);
}

enum rc oidc_start(struct oidc **out, const struct oidc_options *options,
    struct err *e)
{
	struct oidc *o = calloc(1, sizeof(*o));
	enum rc rc;

	*out = o;
	if (!o)
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	o->o = *options;
	o->ca_fd = -1;
	stopper_init(&o->stopper);
	(void)pthread_mutex_init(&o->line, NULL);
	(void)pthread_mutex_init(&o->lock, NULL);
	oidc_provider_init(&o->provider);
	(void)snprintf(o->redirect_uri, sizeof(o->redirect_uri), "%s%s",
	    options->public_url, SSO_CALLBACK);
	rc = keep_ca(o, e);
	return rc == RC_OK ? start_threads(o, e) : rc;
}

void oidc_stop(struct oidc *o)
{
	if (o)
		stopper_stop(&o->stopper);
}

bool oidc_join(struct oidc *o, unsigned int ms)
{
	struct timespec until;
	bool all = true;
	size_t i;

	if (!o)
		return true;
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	for (i = 0; i <= ASKERS; i++) {
		struct asker *a = &o->askers[i];

		if (a->started &&
		    pthread_timedjoin_np(a->thread, NULL, &until) == 0)
			a->started = false;
		all &= !a->started;
	}
	if (all)
		oidc_free(o);
	return all;
}
