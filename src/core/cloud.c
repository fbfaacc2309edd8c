/* Product clouds of an account: judged, stored, changed.
 * Must not let a credential out, and must not call a cloud. */
#include "core/cloud.h"

#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "core/audit.h"
#include "core/cloud_address.h"
#include "core/cloud_setting.h"
#include "core/job_queue.h"
#include "core/tx.h"
#include "pki/cert.h"
#include "pki/seal.h"

#define CLOUD_MAX 500 /* in one account */
#define NAME_MAX_N 128
#define PASSWORD_MAX 256
#define CA_MAX (64 * 1024)

static bool is_printable(const char *s, size_t max)
{
	size_t n = strlen(s);
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] == 0x7f)
			return false;
	return n >= 1 && n <= max;
}

static enum rc set_name(struct store_cloud *row, const char *name,
    struct err *e)
{
	if (!name || !is_printable(name, NAME_MAX_N) ||
	    !span_copy_str(span_str(name), row->name, sizeof(row->name)))
		return err_set(e, RC_INVALID, "cloud-name",
		    "Give the product cloud a name of 1 to %d bytes without "
		    "control characters.",
		    NAME_MAX_N);
	return RC_OK;
}

static enum rc set_chunk(struct store_cloud *row, uint64_t chunk, struct err *e)
{
	if (chunk > CLOUD_CHUNK_MAX)
		return err_set(e, RC_INVALID, "cloud-chunk",
		    "The field \"chunk\" has to be from 1 to %d.",
		    CLOUD_CHUNK_MAX);
	row->chunk = (uint32_t)chunk;
	if (chunk == 0 && strcmp(row->type, "interop") == 0)
		row->chunk = CLOUD_CHUNK_DEFAULT;
	return RC_OK;
}

/* Every block has to be a certificate, so that a key pasted by mistake is
 * refused and never stored. */
static enum rc check_ca(const char *pem, struct err *e)
{
	struct span rest = span_str(pem);
	struct cert cert;
	struct buf der;
	size_t n = 0;
	enum rc rc = RC_OK;

	buf_init(&der, CERT_DER_MAX);
	if (rest.n > CA_MAX || strstr(pem, "PRIVATE KEY"))
		rc = RC_INVALID;
	while (rc == RC_OK && enc_unpem(&der, "CERTIFICATE", &rest)) {
		rc = cert_parse(&cert, buf_span(&der), NULL);
		buf_reset(&der);
		n++;
	}
	buf_clear(&der);
	if (rc != RC_OK || n == 0)
		return err_set(e, RC_INVALID, "cloud-ca",
		    "The field \"ca_certificate\" has to hold one or several "
		    "certificates in PEM form and nothing else.");
	return RC_OK;
}

/* For the courier, bound to the cloud's id. */
static enum rc seal(struct core *c, const struct store_cloud *row,
    struct span secret, struct buf *sealed, struct err *e)
{
	if (c->seal_spki.n == 0)
		return err_set(e, RC_ENV, "seal-key-missing",
		    "The courier's public key is missing, so credentials "
		    "cannot be stored; start the service again.");
	return seal_close(c->seal_spki, span_str(row->id), secret, sealed, e);
}

/* "user:password". */
static enum rc seal_secret(struct core *c, const struct store_cloud *row,
    const char *password, struct buf *sealed, struct err *e)
{
	struct buf secret;
	enum rc rc = RC_OK;

	if (!is_printable(password, PASSWORD_MAX))
		return err_set(e, RC_INVALID, "cloud-password",
		    "The field \"password\" has to have 1 to %d characters, "
		    "none of them a control character.",
		    PASSWORD_MAX);
	buf_init(&secret, 2 * PASSWORD_MAX);
	buf_add_str(&secret, row->username);
	buf_add_u8(&secret, ':');
	buf_add_str(&secret, password);
	rc = buf_ok(&secret) ? seal(c, row, buf_span(&secret), sealed, e)
			     : err_set(e, RC_ENV, "memory", "Out of memory.");
	buf_clear_secret(&secret);
	return rc;
}

static enum rc set_username(struct store_cloud *row, const char *username,
    struct err *e)
{
	if (!is_printable(username, sizeof(row->username) - 1) ||
	    strchr(username, ':') ||
	    !span_copy_str(span_str(username), row->username,
		sizeof(row->username)))
		return err_set(e, RC_INVALID, "cloud-username",
		    "The field \"username\" has to have 1 to %zu characters, "
		    "without a colon.",
		    sizeof(row->username) - 1);
	return RC_OK;
}

static enum rc set_interop(struct core *c, const struct cloud_spec *s,
    struct store_cloud *row, struct buf *sealed, struct err *e)
{
	enum rc rc = cloud_address_make(s, row, e);

	if (rc != RC_OK || strcmp(row->form, "other") != 0)
		return rc;
	if (!s->username || !s->password)
		return err_set(e, RC_INVALID, "cloud-credentials",
		    "A cloud of the form \"other\" needs \"username\" and "
		    "\"password\".");
	rc = set_username(row, s->username, e);
	if (rc == RC_OK)
		rc = seal_secret(c, row, s->password, sealed, e);
	return rc;
}

static bool is_old(const char *type)
{
	return strcmp(type, "gate") == 0 || strcmp(type, "interop") == 0;
}

/* Settings, credentials and quotas, by the rules of the kind. */
static enum rc set_by_rules(struct core *c, const struct cloud_spec *s,
    bool made, struct store_cloud *row, struct buf *sealed, struct err *e)
{
	const struct cloud_rules *r = job_queue_rules(c, row->type);
	struct buf secret;
	enum rc rc = RC_OK;

	if (is_old(row->type) && (s->settings || s->credentials))
		return err_set(e, RC_INVALID, "field-unknown",
		    "A cloud of the type \"%s\" has no \"settings\" and no "
		    "\"credentials\".",
		    row->type);
	if (!r && (s->quotas || !is_old(row->type)))
		return err_set(e, RC_ENV, "cloud-type",
		    "This service has no connector of the type \"%s\".",
		    row->type);
	buf_init(&secret, CLOUD_SETTING_SECRET_MAX);
	if (r)
		rc = cloud_setting_quotas(r, s, row, e);
	if (rc == RC_OK && !is_old(row->type) &&
	    (!made || s->settings || s->credentials))
		rc = cloud_setting_take(r, s, made, row, &secret, e);
	if (rc == RC_OK && secret.n > 0)
		rc = seal(c, row, buf_span(&secret), sealed, e);
	buf_clear_secret(&secret);
	return rc;
}

static enum rc set_kind(struct core *c, const struct cloud_spec *s,
    struct store_cloud *row, struct buf *sealed, struct err *e)
{
	bool gate = strcmp(row->type, "gate") == 0;

	if (gate && (s->form || s->url || s->ca_pem || s->username))
		return err_set(e, RC_INVALID, "cloud-form",
		    "A cloud of the type \"gate\" has only a name: "
		    "its gate fetches the feed.");
	if (!is_old(row->type) && (s->form || s->url || s->username))
		return err_set(e, RC_INVALID, "cloud-form",
		    "Only a cloud of the type \"interop\" has a \"form\".");
	if (!gate && s->ca_pem && s->ca_pem[0] != '\0') {
		enum rc rc = check_ca(s->ca_pem, e);

		if (rc != RC_OK)
			return rc;
	}
	return strcmp(row->type, "interop") == 0
	    ? set_interop(c, s, row, sealed, e)
	    : RC_OK;
}

static enum rc set_type(struct core *c, const struct cloud_spec *s,
    struct store_cloud *row, struct buf *sealed, struct err *e)
{
	enum rc rc;

	if (!s->type || (!is_old(s->type) && !job_queue_rules(c, s->type)) ||
	    !span_copy_str(span_str(s->type), row->type, sizeof(row->type)))
		return err_set(e, RC_INVALID, "cloud-type",
		    "The field \"type\" has to be one of the kinds that this "
		    "service knows, such as \"interop\" or \"gate\".");
	rc = set_kind(c, s, row, sealed, e);
	return rc == RC_OK ? set_by_rules(c, s, false, row, sealed, e) : rc;
}

static enum rc audit_cloud(struct core *c, const struct core_actor *a,
    const char *action, const struct store_cloud *row, struct err *e)
{
	struct audit_entry entry = {.action = action,
	    .scope_id = a->scope_id,
	    .target = row->id,
	    .outcome = RC_OK,
	    .detail = row->name};

	return audit_add(c, a, &entry, e);
}

enum rc cloud_create(struct core *c, const struct core_actor *a,
    const struct cloud_spec *s, struct store_cloud *out, struct err *e)
{
	struct tx tx = TX_NONE;
	struct buf sealed;
	uint64_t count = 0;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	buf_init(&sealed, CLOUD_SETTING_SECRET_MAX + SEAL_OVERHEAD);
	rand_id(out->id, sizeof(out->id), "cld");
	memcpy(out->account, a->scope_id, sizeof(out->account));
	out->created_at = a->now_s;
	rc = set_name(out, s->name, e);
	if (rc == RC_OK)
		rc = set_type(c, s, out, &sealed, e);
	if (rc == RC_OK)
		rc = set_chunk(out, s->chunk, e);
	if (rc != RC_OK)
		goto out;
	out->has_secret = sealed.n > 0;
	out->has_ca = s->ca_pem && s->ca_pem[0] != '\0';
	memcpy(out->breaker.state, "closed", sizeof("closed"));
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_cloud_count(c->store, out->account, &count, e);
	if (rc == RC_OK && count >= CLOUD_MAX)
		rc = err_set(e, RC_CONFLICT, "cloud-too-many",
		    "The account has %d product clouds, which is the most; "
		    "delete one first.",
		    CLOUD_MAX);
	if (rc == RC_OK)
		rc = store_cloud_add(c->store, out, buf_span(&sealed),
		    span_str(s->ca_pem), e);
	if (rc == RC_OK)
		rc = audit_cloud(c, a, "cloud-create", out, e);
out:
	rc = tx_end(c, &tx, rc, e);
	buf_clear_secret(&sealed);
	return rc;
}

enum rc cloud_get(struct core *c, const char *account, const char *id,
    struct store_cloud *out, struct err *e)
{
	return store_cloud_get(c->store, account, id, out, e);
}

enum rc cloud_exists_in(struct core *c, const char *account, const char *id,
    bool *exists, struct err *e)
{
	struct store_cloud row;
	enum rc rc = store_cloud_get(c->store, account, id, &row, e);

	*exists = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc cloud_list(struct core *c, const char *account, const char *after,
    struct store_cloud *out, size_t *n, struct err *e)
{
	return store_cloud_list(c->store, account, after, out, n, e);
}

/* What of s may change, into row and sealed. */
static enum rc apply(struct core *c, const struct cloud_spec *s,
    struct store_cloud *row, struct buf *sealed, struct err *e)
{
	enum rc rc = RC_OK;

	if (s->name)
		rc = set_name(row, s->name, e);
	if (rc == RC_OK && s->chunk > 0)
		rc = set_chunk(row, s->chunk, e);
	if (rc != RC_OK)
		return rc;
	if ((s->username || s->password) && strcmp(row->form, "other") != 0)
		return err_set(e, RC_INVALID, "cloud-credentials",
		    "Only a cloud of the form \"other\" has a user name and a "
		    "password.");
	if (s->username && !s->password)
		return err_set(e, RC_INVALID, "cloud-credentials",
		    "Give the password together with a new user name.");
	if (s->username)
		rc = set_username(row, s->username, e);
	if (rc == RC_OK && s->password)
		rc = seal_secret(c, row, s->password, sealed, e);
	if (rc == RC_OK)
		rc = set_by_rules(c, s, true, row, sealed, e);
	if (rc != RC_OK || !s->ca_pem)
		return rc;
	if (strcmp(row->type, "gate") == 0)
		return err_set(e, RC_INVALID, "cloud-ca",
		    "A cloud of the type \"gate\" has no CA.");
	row->has_ca = s->ca_pem[0] != '\0';
	return row->has_ca ? check_ca(s->ca_pem, e) : RC_OK;
}

/* Somebody has seen to it: what waits for it is tried at once. */
static enum rc close_breaker(struct core *c, struct store_cloud *row,
    struct err *e)
{
	enum rc rc;

	memset(&row->breaker, 0, sizeof(row->breaker));
	memcpy(row->breaker.state, "closed", sizeof("closed"));
	rc = store_cloud_break(c->store, row->id, &row->breaker, e);
	return rc == RC_OK
	    ? store_job_wake(c->store, row->id, clock_now_ms(), e)
	    : rc;
}

enum rc cloud_update(struct core *c, const struct core_actor *a, const char *id,
    const struct cloud_spec *s, struct store_cloud *out, struct err *e)
{
	struct tx tx = TX_NONE;
	struct buf sealed;
	enum rc rc;

	buf_init(&sealed, CLOUD_SETTING_SECRET_MAX + SEAL_OVERHEAD);
	rc = tx_begin(c, &tx, e);
	if (rc == RC_OK)
		rc = store_cloud_get(c->store, a->scope_id, id, out, e);
	if (rc == RC_OK)
		rc = apply(c, s, out, &sealed, e);
	if (rc == RC_OK)
		rc = store_cloud_update(c->store, out, buf_span(&sealed),
		    span_str(s->ca_pem), e);
	if (rc == RC_OK)
		rc = audit_cloud(c, a, "cloud-update", out, e);
	if (rc == RC_OK && sealed.n > 0)
		out->has_secret = true;
	if (rc == RC_OK && (sealed.n > 0 || s->settings || s->ca_pem))
		rc = close_breaker(c, out, e);
	rc = tx_end(c, &tx, rc, e);
	buf_clear_secret(&sealed);
	return rc;
}

/* Devices would stay there that nobody can remove any more. */
static enum rc check_empty(struct core *c, const struct store_cloud *row,
    struct err *e)
{
	const struct cloud_rules *r = job_queue_rules(c, row->type);
	bool any = false;
	enum rc rc;

	if (!r || !r->can_remove)
		return RC_OK;
	rc = store_cloud_welcomes(c->store, row->id, &any, e);
	if (rc == RC_OK && any)
		rc = err_set(e, RC_CONFLICT, "cloud-has-batches",
		    "Devices may be in this cloud; remove its batches from it "
		    "first, or force it to be forgotten with them.");
	return rc;
}

enum rc cloud_delete(struct core *c, const struct core_actor *a, const char *id,
    bool force, struct err *e)
{
	struct tx tx = TX_NONE;
	struct store_cloud row;
	bool open = false;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_cloud_get(c->store, a->scope_id, id, &row, e);
	if (rc == RC_OK)
		rc = store_cloud_in_use(c->store, id, &open, e);
	if (rc == RC_OK && open)
		rc = err_set(e, RC_CONFLICT, "cloud-in-use",
		    "A job is working on this cloud; wait for its end or "
		    "cancel it first.");
	if (rc == RC_OK && !force)
		rc = check_empty(c, &row, e);
	if (rc == RC_OK)
		rc = store_cloud_delete(c->store, a->scope_id, id, a->now_s, e);
	if (rc == RC_OK)
		rc = audit_cloud(c, a, "cloud-delete", &row, e);
	return tx_end(c, &tx, rc, e);
}

enum rc cloud_resume(struct core *c, const struct core_actor *a, const char *id,
    struct store_cloud *out, struct err *e)
{
	struct tx tx = TX_NONE;
	enum rc rc = tx_begin(c, &tx, e);

	if (rc == RC_OK)
		rc = store_cloud_get(c->store, a->scope_id, id, out, e);
	if (rc == RC_OK)
		rc = close_breaker(c, out, e);
	if (rc == RC_OK)
		rc = audit_cloud(c, a, "cloud-resume", out, e);
	return tx_end(c, &tx, rc, e);
}
