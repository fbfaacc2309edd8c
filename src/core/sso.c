/* Sends browsers to the provider, takes them back, and makes their sessions.
 * Must not call the provider, and must not let an address alone change who
 * somebody is. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/metric.h"
#include "core/audit.h"
#include "core/invite.h"
#include "core/limit.h"
#include "core/sso.h"
#include "core/tx.h"
#include "pki/digest.h"
#include "store/store_user.h"

#define SECRET_SIZE 32

/* Right ones count too: each costs the provider a call. */
static const struct limit_rule start_rule = {
    .name = "sso-start",
    .free = 60,
    .first_s = 2,
    .max_s = 60,
    .forget_s = 600,
    .slug = "sso-busy",
};

static const struct {
	const char *slug, *text;
} faults[] = {
    {SSO_EXPIRED, "This login is too old or was used; sign in again."},
    {SSO_UNVERIFIED,
	"The provider has not verified your e-mail address; verify it there, "
	"then sign in again."},
    {SSO_UNAVAILABLE,
	"The provider does not answer as it should; try again later."},
    {SSO_REFUSED,
	"The provider's answer was refused; sign in again, and if it stays so "
	"ask an administrator: the service's log says why."},
};

/* The last one stands for what is not known here. */
static enum rc sso_fault(const char *slug, struct err *e)
{
	size_t i, last = sizeof(faults) / sizeof(faults[0]) - 1;

	for (i = 0; i < last && strcmp(faults[i].slug, slug) != 0;)
		i++;
	return err_set(e, RC_UNAUTHENTICATED, faults[i].slug, "%s",
	    faults[i].text);
}

static enum rc sso_off(struct err *e)
{
	return err_set(e, RC_NOT_FOUND, "sso-off",
	    "Nobody signs in at another provider here.");
}

bool sso_is_path(struct span next)
{
	size_t i;

	if (next.n == 0 || next.n >= STORE_SSO_NEXT_SIZE || next.p[0] != '/' ||
	    (next.n > 1 && next.p[1] == '/'))
		return false;
	for (i = 0; i < next.n; i++)
		if (next.p[i] <= 0x20 || next.p[i] >= 0x7f ||
		    strchr("\\\"<>#", next.p[i]))
			return false;
	return true;
}

/* base64url of SHA-256(prefix value). */
static bool sso_derive(const char *prefix, struct span value,
    char out[STORE_SSO_VERIFIER_SIZE])
{
	uint8_t hash[DIGEST_SHA256];
	struct buf in, text;
	bool ok;

	buf_init(&in, 256);
	buf_init(&text, STORE_SSO_VERIFIER_SIZE);
	buf_add_str(&in, prefix);
	buf_add_span(&in, value);
	ok = buf_ok(&in);
	if (ok) {
		digest_sha256(buf_span(&in), hash);
		enc_base64url(&text, span_of(hash, sizeof(hash)));
		ok = buf_ok(&text) &&
		    span_copy_str(buf_span(&text), out,
			STORE_SSO_VERIFIER_SIZE);
	}
	buf_clear_secret(&in);
	buf_clear_secret(&text);
	return ok;
}

/* From the cookie, so that state is held against it without a look-up, and
 * tells nothing of it. */
static bool sso_state(struct span cookie, char out[STORE_SSO_VERIFIER_SIZE])
{
	return sso_derive("state:", cookie, out);
}

static bool make_login(struct store_sso_login *l, const char *cookie)
{
	uint8_t secret[SECRET_SIZE];
	struct buf text;
	bool ok;

	token_hash(span_str(cookie), l->cookie);
	rand_bytes(secret, sizeof(secret));
	buf_init(&text, STORE_SSO_VERIFIER_SIZE);
	enc_base64url(&text, span_of(secret, sizeof(secret)));
	ok = buf_ok(&text) &&
	    span_copy_str(buf_span(&text), l->verifier, sizeof(l->verifier)) &&
	    sso_derive("nonce:", span_str(cookie), l->nonce);
	buf_clear_secret(&text);
	explicit_bzero(secret, sizeof(secret));
	return ok;
}

static void put_param(struct buf *url, const char *name, const char *value)
{
	buf_addf(url, "&%s=", name);
	enc_percent(url, span_str(value));
}

/* OpenID Connect Core 3.1.2.1, RFC 7636 4.3. */
static enum rc put_url(const struct core *c, const struct store_sso_login *l,
    const char *cookie, const char *endpoint, struct buf *url, struct err *e)
{
	char state[STORE_SSO_VERIFIER_SIZE], challenge[STORE_SSO_VERIFIER_SIZE];
	char back[512];

	if (!sso_state(span_str(cookie), state) ||
	    !sso_derive("", span_str(l->verifier), challenge))
		return err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	(void)snprintf(back, sizeof(back), "%s%s", c->public_url, SSO_CALLBACK);
	buf_addf(url, "%s%cresponse_type=code&scope=openid%%20email%%20profile",
	    endpoint, strchr(endpoint, '?') ? '&' : '?');
	put_param(url, "client_id", c->sso->client_id);
	put_param(url, "redirect_uri", back);
	put_param(url, "state", state);
	put_param(url, "nonce", l->nonce);
	put_param(url, "code_challenge", challenge);
	put_param(url, "code_challenge_method", "S256");
	return buf_ok(url)
	    ? RC_OK
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
}

static enum rc add_login(struct core *c, const struct core_actor *from,
    const struct store_sso_login *l, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = limit_hit(c, &start_rule, l->peer, from->now_s, NULL, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_sso_login_add(c->store, l, from->now_s,
		    SSO_LOGINS_MAX, e);
	return tx_end(c, &tx, rc, e);
}

enum rc sso_begin(struct core *c, const struct core_actor *from,
    const char *next, char cookie[TOKEN_SIZE], struct buf *url, struct err *e)
{
	struct store_sso_login l = {.expires_at = from->now_s + SSO_LOGIN_S};
	struct store_sso_provider p;
	enum rc rc;

	cookie[0] = '\0';
	if (!c->sso)
		return sso_off(e);
	limit_peer(from->from, l.peer);
	rc = limit_check(c, &start_rule, l.peer, from->now_s, e);
	if (rc == RC_OK)
		rc = store_sso_provider_get(c->store, c->sso->issuer, &p, e);
	if (rc == RC_NOT_FOUND)
		rc = err_set(e, RC_AGAIN, SSO_UNAVAILABLE,
		    "%.100s was not reached yet; try again later.",
		    c->sso->name);
	if (rc != RC_OK)
		return rc;
	if (next && sso_is_path(span_str(next)))
		(void)span_copy_str(span_str(next), l.next, sizeof(l.next));
	token_make(SSO_PREFIX, cookie);
	rc = make_login(&l, cookie)
	    ? put_url(c, &l, cookie, p.authorization_endpoint, url, e)
	    : err_set(e, RC_ENV, "no-memory", "Not enough memory.");
	if (rc == RC_OK)
		rc = add_login(c, from, &l, e);
	explicit_bzero(&l, sizeof(l));
	if (rc != RC_OK)
		explicit_bzero(cookie, TOKEN_SIZE);
	return rc;
}

/* Ends a login, and records why nothing came of it. */
static void sso_refuse(struct core *c, const struct core_actor *from,
    const struct store_sso_login *l, const struct err *e)
{
	int64_t n = 0;

	metric_add(METRIC_LOGINS_REFUSED, 1);
	store_rollback(c->store);
	(void)!store_sso_login_end(c->store, l->cookie, &n, NULL);
	audit_refused(c, from, "login", l->email[0] ? l->email : "sso", e);
}

static bool is_printable(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return true;
}

/* What the provider said, the login being known. */
static enum rc judge_answer(const struct core *c, const struct sso_answer *a,
    struct err *e)
{
	/* RFC 9207: an answer of another provider than was asked. */
	if (a->issuer && strcmp(a->issuer, c->sso->issuer) != 0)
		return sso_fault(SSO_REFUSED, e);
	if (a->error && strcmp(a->error, "access_denied") == 0)
		return err_set(e, RC_UNAUTHENTICATED, "sso-denied",
		    "The provider did not let you in.");
	if (a->error || !a->code || !a->code[0] ||
	    strlen(a->code) >= STORE_SSO_CODE_SIZE || !is_printable(a->code))
		return sso_fault(SSO_REFUSED, e);
	return RC_OK;
}

enum rc sso_return(struct core *c, const struct core_actor *from,
    const struct sso_answer *a, char next[STORE_SSO_NEXT_SIZE], struct err *e)
{
	char state[STORE_SSO_VERIFIER_SIZE];
	struct store_sso_login l;
	uint8_t hash[TOKEN_HASH];
	int64_t n = 0;
	enum rc rc;

	next[0] = '\0';
	if (!c->sso)
		return sso_off(e);
	if (a->cookie.n == 0 || a->cookie.n >= TOKEN_SIZE || !a->state ||
	    !sso_state(a->cookie, state) ||
	    !span_eq_secret(span_str(a->state), span_str(state)))
		return err_set(e, RC_UNAUTHENTICATED, "sso-state",
		    "This answer is not for a login of this browser; sign in "
		    "again.");
	token_hash(a->cookie, hash);
	rc = store_sso_login_find(c->store, hash, from->now_s, &l, e);
	if (rc == RC_NOT_FOUND)
		return sso_fault(SSO_EXPIRED, e);
	/* One that is on its way already was only loaded again. */
	if (rc == RC_OK && l.step == STORE_SSO_SENT) {
		rc = judge_answer(c, a, e);
		if (rc != RC_OK)
			sso_refuse(c, from, &l, e);
		else
			rc = store_sso_login_code(c->store, hash, a->code, &n,
			    e);
	}
	if (rc == RC_OK)
		(void)span_copy_str(span_str(l.next), next,
		    STORE_SSO_NEXT_SIZE);
	explicit_bzero(&l, sizeof(l));
	return rc;
}

/* Ties the identity to the user who has its address. */
static enum rc sso_link(struct core *c, const struct core_actor *from,
    const struct store_sso_login *l, const char *user, struct err *e)
{
	struct core_actor who = *from;
	const struct audit_entry entry = {.action = "sso-link",
	    .target = l->email,
	    .detail = l->sub};
	enum rc rc;

	rc = store_sso_identity_add(c->store, l->issuer, l->sub, user,
	    from->now_s, e);
	if (rc == RC_CONFLICT)
		return err_set(e, RC_DENIED, "sso-other-identity",
		    "The user with your e-mail address is somebody else at "
		    "%.100s; ask an administrator.",
		    c->sso->name);
	(void)span_copy_str(span_str(user), who.id, sizeof(who.id));
	(void)span_copy_str(span_str(l->email), who.name, sizeof(who.name));
	return rc == RC_OK ? audit_add(c, &who, &entry, e) : rc;
}

/* Inside a transaction: who it is here, by identity, by address, or by an
 * invitation. */
static enum rc sso_user(struct core *c, const struct core_actor *from,
    const struct store_sso_login *l, const char *invitation,
    char user[RAND_ID_SIZE], struct err *e)
{
	struct invite_proof proof = {invitation, l->email, l->name, user};
	struct invite_accepted accepted;
	struct store_user u = {0};
	bool linked;
	enum rc rc;

	user[0] = '\0';
	rc = store_sso_identity_user(c->store, l->issuer, l->sub, user, e);
	linked = rc == RC_OK;
	if (rc == RC_NOT_FOUND) {
		rc = store_user_by_email(c->store, l->email, &u, e);
		if (rc == RC_OK)
			(void)span_copy_str(span_str(u.id), user, RAND_ID_SIZE);
		explicit_bzero(&u, sizeof(u));
	}
	if (rc == RC_NOT_FOUND && !invitation)
		return err_set(e, RC_DENIED, "sso-not-invited",
		    "Nobody here has the e-mail address %.254s; ask an "
		    "administrator for an invitation.",
		    l->email);
	if (invitation && (rc == RC_OK || rc == RC_NOT_FOUND)) {
		rc = invite_accept_proven(c, from, &proof, &accepted, e);
		if (rc == RC_OK)
			(void)span_copy_str(span_str(accepted.user.id), user,
			    RAND_ID_SIZE);
	}
	return rc == RC_OK && !linked ? sso_link(c, from, l, user, e) : rc;
}

static enum rc sso_enter(struct core *c, const struct core_actor *from,
    const struct store_sso_login *l, const char *invitation,
    struct session_new *out, struct err *e)
{
	char user[RAND_ID_SIZE];
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_sso_login_end(c->store, l->cookie, &n, e);
	if (rc == RC_OK && (n != 1 || strcmp(l->issuer, c->sso->issuer) != 0))
		rc = sso_fault(SSO_EXPIRED, e);
	if (rc == RC_OK)
		rc = sso_user(c, from, l, invitation, user, e);
	if (rc == RC_OK)
		rc = session_open(c, from, user, "sso", out, e);
	if (rc == RC_OK)
		rc = limit_clear(c, &start_rule, l->peer, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

enum rc sso_finish(struct core *c, const struct core_actor *from,
    const struct sso_wish *w, struct sso_outcome *out, struct err *e)
{
	struct store_sso_login l;
	uint8_t hash[TOKEN_HASH];
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (!c->sso)
		return sso_off(e);
	if (w->cookie.n == 0)
		return sso_fault(SSO_EXPIRED, e);
	token_hash(w->cookie, hash);
	rc = store_sso_login_find(c->store, hash, from->now_s, &l, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && l.step == STORE_SSO_SENT))
		return sso_fault(SSO_EXPIRED, e);
	if (rc != RC_OK)
		return rc;
	out->waits = l.step == STORE_SSO_CODE || l.step == STORE_SSO_ASKED;
	if (l.step == STORE_SSO_KNOWN)
		rc = sso_enter(c, from, &l, w->invitation, &out->session, e);
	else if (!out->waits)
		rc = sso_fault(l.fault, e);
	if (rc != RC_OK && rc != RC_AGAIN && rc != RC_ENV && rc != RC_BUG)
		sso_refuse(c, from, &l, e);
	explicit_bzero(&l, sizeof(l));
	return rc;
}
