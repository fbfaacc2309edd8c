/* Turns one-time codes on and off, and judges codes.
 * Must not keep a secret or a code in clear. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/audit.h"
#include "core/factor.h"
#include "core/limit.h"
#include "core/tx.h"
#include "core/user.h"
#include "pki/digest.h"
#include "pki/totp.h"
#include "store/store_factor.h"
#include "store/store_passkey.h"

static const struct limit_rule confirm_rule = {
    .name = "totp-confirm",
    .free = 10,
    .first_s = 5,
    .max_s = 900,
    .forget_s = 3600,
    .slug = "login-locked",
};

const char *factor_name(enum factor_kind kind)
{
	switch (kind) {
	case FACTOR_TOTP:
		return "totp";
	case FACTOR_RECOVERY:
		return "recovery";
	case FACTOR_NONE:
		break;
	}
	return "password";
}

/* Of the letters and digits only, in lower case, and of whom it is. */
static bool code_hash(const char *user, const char *code, uint8_t out[32])
{
	char text[FACTOR_CODE_SIZE + RAND_ID_SIZE + 2];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s:", user);
	const size_t begin = n;

	for (; *code; code++) {
		char ch = *code;

		if (ch == '-' || ch == ' ')
			continue;
		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		if (n - begin >= 16)
			return false;
		text[n++] = ch;
	}
	digest_sha256(span_of(text, n), out);
	explicit_bzero(text, sizeof(text));
	return n - begin == 16;
}

/* *n: 1 if it was one, which is used up then. */
static enum rc check_recovery(struct core *c, const char *user,
    const char *code, int64_t *n, struct err *e)
{
	uint8_t hash[32];

	*n = 0;
	if (!code_hash(user, code, hash))
		return RC_OK;
	return store_factor_code_use(c->store, user, hash, n, e);
}

static bool is_digits(const char *code)
{
	return strlen(code) == 6 && strspn(code, "0123456789") == 6;
}

/* *step: of the right code, 0 when it is wrong or was used. */
static enum rc find_step(struct core *c, const struct store_factor_totp *t,
    const char *code, int64_t now_s, int64_t *step, struct err *e)
{
	uint8_t secret[SIGNER_TOTP_SECRET];
	enum rc rc;

	*step = 0;
	if (!is_digits(code))
		return RC_OK;
	rc = signer_totp(c->signer, t->nonce, secret, e);
	if (rc == RC_OK &&
	    !totp_find(secret, span_str(code), now_s, t->last_step, step))
		*step = 0;
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

enum rc factor_check(struct core *c, const char *user, const char *code,
    int64_t now_s, enum factor_kind *kind, struct err *e)
{
	struct store_factor_totp t;
	int64_t step = 0, n = 0;
	enum rc rc;

	*kind = FACTOR_NONE;
	rc = store_factor_totp(c->store, user, &t, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && t.confirmed_at == 0))
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	if (!code || !code[0])
		return err_set(e, RC_UNAUTHENTICATED, "second-factor-needed",
		    "Send the code that your app shows, or a recovery code.");
	*kind = is_digits(code) ? FACTOR_TOTP : FACTOR_RECOVERY;
	if (*kind == FACTOR_RECOVERY)
		rc = check_recovery(c, user, code, &n, e);
	else
		rc = find_step(c, &t, code, now_s, &step, e);
	/* Of two at the same time one wins. */
	if (rc == RC_OK && step > 0)
		rc = store_factor_totp_step(c->store, user, step, &n, e);
	if (rc == RC_OK && n != 1)
		rc = err_set(e, RC_UNAUTHENTICATED, "code-wrong",
		    "This code is not right, or was used already.");
	return rc;
}

static void make_uri(const char *email, struct factor_secret *out)
{
	struct buf uri;

	buf_init(&uri, FACTOR_URI_SIZE);
	buf_add_str(&uri, "otpauth://totp/Birthmark:");
	enc_percent(&uri, span_str(email));
	buf_addf(&uri,
	    "?secret=%s&issuer=Birthmark&algorithm=SHA1&digits=6&period=%d",
	    out->secret, TOTP_STEP_S);
	(void)span_copy_str(buf_span(&uri), out->uri, sizeof(out->uri));
	buf_clear_secret(&uri);
}

static enum rc make_secret(struct core *c, const struct core_actor *a,
    struct store_factor_totp *t, struct factor_secret *out, struct err *e)
{
	uint8_t secret[SIGNER_TOTP_SECRET];
	struct buf text;
	enum rc rc;

	t->created_at = a->now_s;
	rand_bytes(t->nonce, sizeof(t->nonce));
	rc = signer_totp(c->signer, t->nonce, secret, e);
	if (rc == RC_OK) {
		buf_init(&text, FACTOR_SECRET_SIZE);
		enc_base32(&text, span_of(secret, sizeof(secret)));
		(void)span_copy_str(buf_span(&text), out->secret,
		    sizeof(out->secret));
		buf_clear_secret(&text);
		make_uri(a->name, out);
	}
	explicit_bzero(secret, sizeof(secret));
	return rc;
}

static enum rc is_on(struct err *e)
{
	return err_set(e, RC_CONFLICT, "totp-on",
	    "One-time codes are on already; remove them first.");
}

static enum rc is_off(struct err *e)
{
	return err_set(e, RC_CONFLICT, "totp-off", "One-time codes are off.");
}

enum rc factor_begin(struct core *c, const struct core_actor *a,
    struct span password, struct factor_secret *out, struct err *e)
{
	const struct audit_entry entry = {.action = "totp-begin",
	    .target = a->name};
	struct store_factor_totp t = {0};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = user_prove(c, a, password, "totp-begin", e);
	if (rc == RC_OK)
		rc = make_secret(c, a, &t, out, e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_factor_totp_put(c->store, a->id, &t, &n, e);
	if (rc == RC_OK && n == 0)
		rc = is_on(e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

/* Inside a transaction: new codes in place of all others. */
static enum rc make_codes(struct core *c, const char *user,
    struct factor_codes *out, struct err *e)
{
	char id[RAND_ID_SIZE];
	uint8_t hash[32];
	enum rc rc;
	int i;

	rc = store_factor_codes_remove(c->store, user, e);
	for (i = 0; rc == RC_OK && i < FACTOR_CODES; i++) {
		rand_id(id, sizeof(id), "rec");
		(void)snprintf(out->code[i], FACTOR_CODE_SIZE,
		    "%.4s-%.4s-%.4s-%.4s", id + 4, id + 8, id + 12, id + 16);
		(void)code_hash(user, out->code[i], hash);
		rc = store_factor_code_add(c->store, user, hash, e);
	}
	explicit_bzero(id, sizeof(id));
	return rc;
}

static enum rc refuse_code(struct core *c, const struct core_actor *a,
    struct err *e)
{
	enum rc rc = limit_hit(c, &confirm_rule, a->id, a->now_s, NULL, e);

	if (rc != RC_OK)
		return rc;
	rc = err_set(e, RC_DENIED, "code-wrong",
	    "This code is not right; check the clock of your phone.");
	audit_refused(c, a, "totp-on", a->name, e);
	return rc;
}

/* The step of the code for a secret that is not confirmed yet. */
static enum rc confirm_step(struct core *c, const struct core_actor *a,
    const char *code, int64_t *step, struct err *e)
{
	struct store_factor_totp t;
	enum rc rc;

	rc = limit_check(c, &confirm_rule, a->id, a->now_s, e);
	if (rc != RC_OK)
		return rc;
	rc = store_factor_totp(c->store, a->id, &t, e);
	if (rc == RC_OK && t.confirmed_at > 0)
		return is_on(e);
	if (rc == RC_NOT_FOUND ||
	    (rc == RC_OK && t.created_at + FACTOR_BEGUN_S <= a->now_s))
		return err_set(e, RC_CONFLICT, "totp-not-begun",
		    "Ask for a secret first.");
	if (rc == RC_OK)
		rc = find_step(c, &t, code, a->now_s, step, e);
	if (rc == RC_OK && *step == 0)
		rc = refuse_code(c, a, e);
	return rc;
}

enum rc factor_confirm(struct core *c, const struct core_actor *a,
    const char *code, struct factor_codes *out, struct err *e)
{
	const struct audit_entry entry = {.action = "totp-on",
	    .target = a->name};
	struct tx tx = TX_NONE;
	int64_t step = 0, n = 0;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = confirm_step(c, a, code, &step, e);
	if (rc != RC_OK)
		return rc;
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_factor_totp_confirm(c->store, a->id, a->now_s, step,
		    &n, e);
	if (rc == RC_OK && n != 1)
		rc = is_on(e);
	if (rc == RC_OK)
		rc = make_codes(c, a->id, out, e);
	if (rc == RC_OK)
		rc = limit_clear(c, &confirm_rule, a->id, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

enum rc factor_remove(struct core *c, const struct core_actor *a,
    struct span password, struct err *e)
{
	const struct audit_entry entry = {.action = "totp-off",
	    .target = a->name};
	struct tx tx = TX_NONE;
	int64_t n = 0;
	enum rc rc;

	rc = user_prove(c, a, password, "totp-off", e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_factor_totp_remove(c->store, a->id, &n, e);
	if (rc == RC_OK && n == 0)
		rc = is_off(e);
	if (rc == RC_OK)
		rc = store_factor_codes_remove(c->store, a->id, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	return tx_end(c, &tx, rc, e);
}

enum rc factor_renew(struct core *c, const struct core_actor *a,
    struct span password, struct factor_codes *out, struct err *e)
{
	const struct audit_entry entry = {.action = "recovery-codes",
	    .target = a->name};
	struct store_factor_totp t;
	struct tx tx = TX_NONE;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = user_prove(c, a, password, "recovery-codes", e);
	if (rc == RC_OK)
		rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_factor_totp(c->store, a->id, &t, e);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && t.confirmed_at == 0))
		rc = is_off(e);
	if (rc == RC_OK)
		rc = make_codes(c, a->id, out, e);
	if (rc == RC_OK)
		rc = audit_add(c, a, &entry, e);
	rc = tx_end(c, &tx, rc, e);
	if (rc != RC_OK)
		explicit_bzero(out, sizeof(*out));
	return rc;
}

enum rc factor_drop(struct core *c, const char *user, struct err *e)
{
	int64_t n;
	enum rc rc = store_factor_totp_remove(c->store, user, &n, e);

	if (rc == RC_OK)
		rc = store_factor_codes_remove(c->store, user, e);
	if (rc == RC_OK)
		rc = store_passkey_remove_all(c->store, user, e);
	return rc;
}
