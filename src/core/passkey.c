/* Adds passkeys and signs in with them.
 * Must not accept a challenge twice, or one of another user. */
#include <string.h>

#include "core/audit.h"
#include "core/limit.h"
#include "core/passkey.h"
#include "core/tx.h"
#include "pki/digest.h"
#include "store/store_factor.h"

#define OPEN_MAX 300 /* challenges of one peer */

static const struct limit_rule peer_rule = {
    .name = "passkey-peer",
    .free = 30,
    .first_s = 2,
    .max_s = 60,
    .forget_s = 900,
    .slug = "login-locked",
};

static enum rc challenge_make(struct core *c, const struct core_actor *a,
    struct passkey_offer *out, struct err *e)
{
	char peer[LIMIT_PEER_MAX];
	struct store_passkey_challenge x = {.user = a->id,
	    .peer = peer,
	    .expires_at = a->now_s + PASSKEY_CHALLENGE_S};
	uint64_t open = 0;
	enum rc rc;

	limit_peer(a->from, peer);
	rc = store_passkey_challenge_count(c->store, peer, a->now_s, &open, e);
	if (rc == RC_OK && open >= OPEN_MAX) {
		(void)err_set(e, RC_LIMIT, "login-locked",
		    "Too many have begun to sign in from here; try again in "
		    "%d s.",
		    PASSKEY_CHALLENGE_S);
		if (e)
			e->retry_after_s = PASSKEY_CHALLENGE_S;
		return RC_LIMIT;
	}
	if (rc != RC_OK)
		return rc;
	rand_bytes(out->challenge, sizeof(out->challenge));
	digest_sha256(span_of(out->challenge, sizeof(out->challenge)), x.hash);
	return store_passkey_challenge_add(c->store, &x, a->now_s, e);
}

/* user: "" for signing in. */
static enum rc challenge_use(struct core *c, const char *user,
    const uint8_t challenge[WEBAUTHN_CHALLENGE], int64_t now_s, struct err *e)
{
	struct store_passkey_challenge x = {.user = user};
	int64_t n = 0;
	enum rc rc;

	digest_sha256(span_of(challenge, WEBAUTHN_CHALLENGE), x.hash);
	rc = store_passkey_challenge_use(c->store, &x, now_s, &n, e);
	if (rc == RC_OK && n != 1)
		rc = err_set(e, RC_INVALID, "passkey-challenge",
		    "This took too long or was sent twice; begin again.");
	return rc;
}

static enum rc passkey_room(struct core *c, const char *user, struct err *e)
{
	struct store_factor_count n;
	enum rc rc = store_factor_count(c->store, user, &n, e);

	if (rc == RC_OK && n.passkeys >= PASSKEY_USER_MAX)
		rc = err_set(e, RC_CONFLICT, "passkeys-full",
		    "You have %d passkeys already; remove one first.",
		    PASSKEY_USER_MAX);
	return rc;
}

enum rc passkey_begin(struct core *c, const struct core_actor *a,
    struct span password, struct passkey_offer *out, struct err *e)
{
	uint8_t fresh[STORE_PASSKEY_HANDLE];
	struct tx tx = TX_NONE;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = webauthn_site(&out->site, c->public_url, e);
	if (rc == RC_OK)
		rc = user_prove(c, a, password, "passkey-add", e);
	if (rc == RC_OK)
		rc = passkey_room(c, a->id, e);
	if (rc != RC_OK)
		return rc;
	rand_bytes(fresh, sizeof(fresh));
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_passkey_handle(c->store, a->id, fresh, out->handle,
		    e);
	if (rc == RC_OK)
		rc = challenge_make(c, a, out, e);
	return tx_end(c, &tx, rc, e);
}

static enum rc passkey_store(struct core *c, const struct core_actor *a,
    const struct store_passkey *p, struct err *e)
{
	const struct audit_entry entry = {.action = "passkey-add",
	    .target = p->id,
	    .detail = p->name};
	struct tx tx = TX_NONE;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = passkey_room(c, a->id, e);
	if (rc == RC_OK) {
		rc = store_passkey_add(c->store, p, e);
		if (rc == RC_CONFLICT)
			rc = err_set(e, RC_CONFLICT, "passkey-known",
			    "This passkey is registered already.");
	}
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc passkey_add(struct core *c, const struct core_actor *a,
    const struct passkey_made *made, struct store_passkey *out, struct err *e)
{
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	struct webauthn_site site;
	struct webauthn_key key;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = webauthn_site(&site, c->public_url, e);
	if (rc == RC_OK)
		rc = webauthn_client(made->client, "webauthn.create", &site,
		    challenge, e);
	if (rc == RC_OK)
		rc = challenge_use(c, a->id, challenge, a->now_s, e);
	if (rc == RC_OK)
		rc = webauthn_made(made->object, &site, &key, e);
	if (rc != RC_OK)
		return rc;
	rand_id(out->id, sizeof(out->id), "pky");
	(void)span_copy_str(span_str(a->id), out->user, sizeof(out->user));
	(void)span_copy_str(span_str(made->name), out->name, sizeof(out->name));
	memcpy(out->credential, key.id, key.id_n);
	out->credential_n = key.id_n;
	out->alg = key.alg;
	memcpy(out->key, key.key, key.key_n);
	out->key_n = key.key_n;
	out->sign_count = key.sign_count;
	out->created_at = a->now_s;
	return passkey_store(c, a, out, e);
}

enum rc passkey_each(struct core *c, const struct core_actor *a,
    const struct core_page *page, store_passkey_row *row, void *arg,
    struct err *e)
{
	const struct store_list list = {
	    .user = a->id,
	    .cursor = page->cursor,
	    .limit = page->limit,
	};

	return store_passkey_each(c->store, &list, row, arg, e);
}

enum rc passkey_remove(struct core *c, const struct core_actor *a,
    const char *id, struct err *e)
{
	const struct audit_entry entry = {.action = "passkey-remove",
	    .target = id};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_passkey_remove(c->store, a->id, id, &n, e);
	if (rc == RC_OK && n == 0)
		rc = err_set(e, RC_NOT_FOUND, "not-found",
		    "You have no such passkey.");
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc passkey_login_begin(struct core *c, const struct core_actor *from,
    struct passkey_offer *out, struct err *e)
{
	char peer[LIMIT_PEER_MAX];
	enum rc rc;

	memset(out, 0, sizeof(*out));
	limit_peer(from->from, peer);
	rc = limit_check(c, &peer_rule, peer, from->now_s, e);
	if (rc == RC_OK)
		rc = webauthn_site(&out->site, c->public_url, e);
	if (rc == RC_OK)
		rc = challenge_make(c, from, out, e);
	return rc;
}

static enum rc passkey_unknown(struct err *e)
{
	return err_set(e, RC_INVALID, "passkey-unknown",
	    "This passkey is not registered here.");
}

/* The credential, of the user whose handle came with it. */
static enum rc login_find(struct core *c, const struct passkey_answer *a,
    struct store_passkey *p, struct err *e)
{
	uint8_t fresh[STORE_PASSKEY_HANDLE], handle[STORE_PASSKEY_HANDLE];
	enum rc rc = store_passkey_find(c->store, a->id, p, e);

	if (rc == RC_NOT_FOUND)
		return passkey_unknown(e);
	rand_bytes(fresh, sizeof(fresh));
	if (rc == RC_OK)
		rc = store_passkey_handle(c->store, p->user, fresh, handle, e);
	if (rc == RC_OK &&
	    !span_eq_secret(a->handle, span_of(handle, sizeof(handle))))
		rc = passkey_unknown(e);
	return rc;
}

static enum rc login_verify(struct core *c, const struct core_actor *from,
    const struct passkey_answer *a, struct store_passkey *p, struct err *e)
{
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	struct webauthn_site site;
	struct webauthn_key key;
	uint32_t count = 0;
	enum rc rc;

	rc = webauthn_site(&site, c->public_url, e);
	if (rc == RC_OK)
		rc = webauthn_client(a->answer.client, "webauthn.get", &site,
		    challenge, e);
	if (rc == RC_OK)
		rc = challenge_use(c, "", challenge, from->now_s, e);
	if (rc == RC_OK)
		rc = login_find(c, a, p, e);
	if (rc != RC_OK)
		return rc;
	memset(&key, 0, sizeof(key));
	key.alg = p->alg;
	key.key_n = p->key_n;
	memcpy(key.key, p->key, sizeof(key.key));
	rc = webauthn_verify(&a->answer, &site, &key, &count, e);
	/* Section 7.2, 22: two of them count apart. */
	if (rc == RC_OK && (count || p->sign_count) && count <= p->sign_count)
		rc = err_set(e, RC_INVALID, "passkey-cloned",
		    "There seems to be a copy of this passkey; remove it and "
		    "add a new one.");
	p->sign_count = count;
	return rc;
}

/* One slug for all, but for a copy, which its owner has to hear of. */
static enum rc login_refuse(struct core *c, const struct core_actor *from,
    const struct store_passkey *p, struct err *e)
{
	char peer[LIMIT_PEER_MAX];
	struct err why = *e;
	enum rc rc;

	limit_peer(from->from, peer);
	rc = limit_hit(c, &peer_rule, peer, from->now_s, NULL, e);
	if (rc != RC_OK)
		return rc;
	why.rc = RC_UNAUTHENTICATED;
	audit_refused(c, from, "login", p->id, &why);
	return err_set(e, RC_UNAUTHENTICATED,
	    !strcmp(why.slug, "passkey-cloned") ? "passkey-cloned"
						: "passkey-refused",
	    "%s", why.text);
}

enum rc passkey_login(struct core *c, const struct core_actor *from,
    const struct passkey_answer *answer, struct session_new *out, struct err *e)
{
	struct store_passkey p = {0};
	struct err why = {0};
	char peer[LIMIT_PEER_MAX];
	enum rc rc;

	memset(out, 0, sizeof(*out));
	limit_peer(from->from, peer);
	rc = limit_check(c, &peer_rule, peer, from->now_s, e);
	if (rc != RC_OK)
		return rc;
	rc = login_verify(c, from, answer, &p, &why);
	if (rc == RC_INVALID)
		rc = login_refuse(c, from, &p, &why);
	if (rc == RC_OK)
		rc = store_passkey_used(c->store, p.id, p.sign_count,
		    from->now_s, &why);
	if (rc == RC_OK)
		rc = session_open(c, from, p.user, "passkey", out, &why);
	if (rc != RC_OK && e)
		*e = why;
	return rc;
}
