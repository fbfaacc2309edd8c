/* Product clouds of an account: judged, stored, changed.
 * Must not let a credential out, and must not call a cloud. */
#include "core/cloud.h"

#include <string.h>

#include "base/enc.h"
#include "core/audit.h"
#include "core/cloud_address.h"
#include "core/tx.h"
#include "pki/cert.h"
#include "pki/seal.h"

#define CLOUD_MAX 500 /* in one account */
#define NAME_MAX_N 128
#define SECRET_MAX 512
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
	row->chunk = chunk > 0 ? (uint32_t)chunk : CLOUD_CHUNK_DEFAULT;
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

/* "user:password" sealed for the courier, bound to the cloud's id. */
static enum rc seal_secret(struct core *c, const struct store_cloud *row,
    const char *password, struct buf *sealed, struct err *e)
{
	struct buf secret;
	enum rc rc = RC_OK;

	if (!is_printable(password, SECRET_MAX / 2))
		return err_set(e, RC_INVALID, "cloud-password",
		    "The field \"password\" has to have 1 to %d characters, "
		    "none of them a control character.",
		    SECRET_MAX / 2);
	if (c->seal_spki.n == 0)
		return err_set(e, RC_ENV, "seal-key-missing",
		    "The courier's public key is missing, so credentials "
		    "cannot be stored; start the service again.");
	buf_init(&secret, SECRET_MAX);
	buf_add_str(&secret, row->username);
	buf_add_u8(&secret, ':');
	buf_add_str(&secret, password);
	if (!buf_ok(&secret))
		rc = err_set(e, RC_ENV, "memory", "Out of memory.");
	else
		rc = seal_close(c->seal_spki, span_str(row->id),
		    buf_span(&secret), sealed, e);
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

static enum rc set_type(struct core *c, const struct cloud_spec *s,
    struct store_cloud *row, struct buf *sealed, struct err *e)
{
	if (s->type && strcmp(s->type, "gate") == 0) {
		if (s->form || s->url || s->ca_pem || s->username)
			return err_set(e, RC_INVALID, "cloud-form",
			    "A cloud of the type \"gate\" has only a name: "
			    "its gate fetches the feed.");
		memcpy(row->type, "gate", sizeof("gate"));
		return RC_OK;
	}
	if (!s->type || strcmp(s->type, "interop") != 0)
		return err_set(e, RC_INVALID, "cloud-type",
		    "The field \"type\" has to be \"interop\" or \"gate\".");
	memcpy(row->type, "interop", sizeof("interop"));
	if (s->ca_pem) {
		enum rc rc = check_ca(s->ca_pem, e);

		if (rc != RC_OK)
			return rc;
	}
	return set_interop(c, s, row, sealed, e);
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
	buf_init(&sealed, SECRET_MAX + SEAL_OVERHEAD);
	rand_id(out->id, sizeof(out->id), "cld");
	memcpy(out->account, a->scope_id, sizeof(out->account));
	out->created_at = a->now_s;
	rc = set_name(out, s->name, e);
	if (rc == RC_OK)
		rc = set_chunk(out, s->chunk, e);
	if (rc == RC_OK)
		rc = set_type(c, s, out, &sealed, e);
	if (rc != RC_OK)
		goto out;
	out->has_secret = sealed.n > 0;
	out->has_ca = s->ca_pem != NULL;
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
	if (rc == RC_OK && s->ca_pem && strcmp(row->type, "interop") != 0)
		rc = err_set(e, RC_INVALID, "cloud-ca",
		    "Only a cloud of the type \"interop\" has a CA.");
	if (rc == RC_OK && s->ca_pem)
		rc = check_ca(s->ca_pem, e);
	return rc;
}

enum rc cloud_update(struct core *c, const struct core_actor *a, const char *id,
    const struct cloud_spec *s, struct store_cloud *out, struct err *e)
{
	struct tx tx = TX_NONE;
	struct buf sealed;
	enum rc rc;

	buf_init(&sealed, SECRET_MAX + SEAL_OVERHEAD);
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
	rc = tx_end(c, &tx, rc, e);
	if (rc == RC_OK && s->ca_pem)
		out->has_ca = true;
	buf_clear_secret(&sealed);
	return rc;
}

enum rc cloud_delete(struct core *c, const struct core_actor *a, const char *id,
    struct err *e)
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
		    "A job is provisioning into this cloud; wait for its end "
		    "or cancel it first.");
	if (rc == RC_OK)
		rc = store_cloud_delete(c->store, a->scope_id, id, a->now_s, e);
	if (rc == RC_OK)
		rc = audit_cloud(c, a, "cloud-delete", &row, e);
	return tx_end(c, &tx, rc, e);
}
