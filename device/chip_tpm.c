/* Keys in a TPM 2.0, through the enhanced system API (tss2-esys).
 * Must not leave a transient object in the TPM, which has room for three. */
/* A key that signs elsewhere is an EC_KEY_METHOD, which is deprecated: the
 * TPM's provider for OpenSSL fails on a TPM without a resource manager. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include "device/chip_tpm.h"

#define TCTI_DEFAULT "device:/dev/tpmrm0"
#define COORD 32
#define ASK ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE
#define NO_AUTH ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE

struct chip_tpm {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	EC_KEY_METHOD *method;
};

/* What an EVP_PKEY of ours carries. */
struct held {
	struct chip_tpm *tpm;
	ESYS_TR key;	    /* under a persistent handle, or none */
	TPMS_CONTEXT *kept; /* a wrapped key, loaded while it signs */
};

static int held_index = -1;

static enum rc fault(struct err *e, enum rc rc, const char *what, TSS2_RC r)
{
	return err_set(e, rc, "tpm", "%s: %s", what, Tss2_RC_Decode(r));
}

/* The TPM as a whole */

/* A process that was killed leaves its objects in a TPM that has no resource
 * manager. */
static void flush_all(struct chip_tpm *t)
{
	TPMS_CAPABILITY_DATA *d = NULL;
	TPMI_YES_NO more;
	ESYS_TR tr;
	UINT32 i;

	if (Esys_GetCapability(t->esys, NO_AUTH, TPM2_CAP_HANDLES,
		TPM2_TRANSIENT_FIRST, TPM2_MAX_CAP_HANDLES, &more, &d) != 0)
		return;
	for (i = 0; i < d->data.handles.count; i++)
		if (Esys_TR_FromTPMPublic(t->esys, d->data.handles.handle[i],
			NO_AUTH, &tr) == 0)
			(void)Esys_FlushContext(t->esys, tr);
	Esys_Free(d);
}

/* True when it is worth to try again what gave r. */
static bool made_room(struct chip_tpm *t, TSS2_RC r)
{
	if (r != TPM2_RC_OBJECT_MEMORY)
		return false;
	flush_all(t);
	return true;
}

static void free_held(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx,
    long argl, void *argp)
{
	struct held *h = ptr;

	if (!h)
		return;
	if (h->key != ESYS_TR_NONE)
		(void)Esys_TR_Close(h->tpm->esys, &h->key);
	Esys_Free(h->kept);
	free(h);
}

/* A copy of a key would free what the first one holds: it cannot sign. */
static int dup_held(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void **data,
    int idx, long argl, void *argp)
{
	*data = NULL;
	return 1;
}

static enum rc connect_tpm(struct chip_tpm *t, const char *tcti, struct err *e)
{
	TSS2_RC r = Tss2_TctiLdr_Initialize(tcti, &t->tcti);

	if (r != 0)
		return err_set(e, RC_ENV, "tpm-away",
		    "There is no TPM at %.100s: %s", tcti, Tss2_RC_Decode(r));
	r = Esys_Initialize(&t->esys, t->tcti, NULL);
	if (r == 0)
		r = Esys_Startup(t->esys, TPM2_SU_CLEAR);
	/* Somebody else's start-up is as good. */
	if (r == TPM2_RC_INITIALIZE)
		r = 0;
	return r == 0 ? RC_OK : fault(e, RC_ENV, "The TPM does not start", r);
}

static ECDSA_SIG *sign_in_tpm(const unsigned char *digest, int n,
    const BIGNUM *kinv, const BIGNUM *rp, EC_KEY *ec);

static enum rc make_method(struct chip_tpm *t, struct err *e)
{
	int (*sign)(int, const unsigned char *, int, unsigned char *,
	    unsigned int *, const BIGNUM *, const BIGNUM *, EC_KEY *);
	int (*prepare)(EC_KEY *, BN_CTX *, BIGNUM **, BIGNUM **);

	if (held_index < 0)
		held_index =
		    EC_KEY_get_ex_new_index(0, NULL, NULL, dup_held, free_held);
	t->method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
	if (!t->method || held_index < 0)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	EC_KEY_METHOD_get_sign(t->method, &sign, &prepare, NULL);
	EC_KEY_METHOD_set_sign(t->method, sign, prepare, sign_in_tpm);
	return RC_OK;
}

enum rc chip_tpm_open(struct chip_tpm **out, const char *tcti, struct err *e)
{
	struct chip_tpm *t = calloc(1, sizeof(*t));
	enum rc rc;

	*out = NULL;
	if (!t)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (!tcti)
		tcti = getenv("BIRTHMARK_TCTI");
	if (!tcti || !tcti[0])
		tcti = TCTI_DEFAULT;
	/* The library tells the terminal what is told in e. */
	(void)setenv("TSS2_LOG", "all+none", 0);
	rc = connect_tpm(t, tcti, e);
	if (rc == RC_OK)
		rc = make_method(t, e);
	if (rc != RC_OK) {
		chip_tpm_close(t);
		return rc;
	}
	*out = t;
	return RC_OK;
}

void chip_tpm_close(struct chip_tpm *t)
{
	if (!t)
		return;
	if (t->method)
		EC_KEY_METHOD_free(t->method);
	if (t->esys)
		Esys_Finalize(&t->esys);
	if (t->tcti)
		Tss2_TctiLdr_Finalize(&t->tcti);
	free(t);
}

/* Signing */

static bool set_scheme(TPMT_SIG_SCHEME *s, size_t digest_n)
{
	s->scheme = TPM2_ALG_ECDSA;
	s->details.ecdsa.hashAlg = TPM2_ALG_SHA256;
	if (digest_n == 48)
		s->details.ecdsa.hashAlg = TPM2_ALG_SHA384;
	return digest_n == 32 || digest_n == 48;
}

static ECDSA_SIG *to_sig(const TPMT_SIGNATURE *s)
{
	const TPM2B_ECC_PARAMETER *r = &s->signature.ecdsa.signatureR;
	const TPM2B_ECC_PARAMETER *v = &s->signature.ecdsa.signatureS;
	BIGNUM *br = BN_bin2bn(r->buffer, r->size, NULL);
	BIGNUM *bs = BN_bin2bn(v->buffer, v->size, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();

	if (br && bs && sig && ECDSA_SIG_set0(sig, br, bs) == 1)
		return sig;
	BN_free(br);
	BN_free(bs);
	ECDSA_SIG_free(sig);
	return NULL;
}

static TSS2_RC use(const struct held *h, ESYS_TR *key)
{
	TSS2_RC r;

	*key = h->key;
	if (!h->kept)
		return 0;
	r = Esys_ContextLoad(h->tpm->esys, h->kept, key);
	if (made_room(h->tpm, r))
		r = Esys_ContextLoad(h->tpm->esys, h->kept, key);
	return r;
}

static ECDSA_SIG *sign_in_tpm(const unsigned char *digest, int n,
    const BIGNUM *kinv, const BIGNUM *rp, EC_KEY *ec)
{
	const struct held *h = EC_KEY_get_ex_data(ec, held_index);
	TPMT_TK_HASHCHECK ticket = {.tag = TPM2_ST_HASHCHECK,
	    .hierarchy = TPM2_RH_NULL};
	TPM2B_DIGEST in = {.size = (UINT16)n};
	TPMT_SIG_SCHEME scheme = {0};
	TPMT_SIGNATURE *made = NULL;
	ECDSA_SIG *sig;
	ESYS_TR key;
	TSS2_RC r;

	if (!h || n < 0 || !set_scheme(&scheme, (size_t)n)) {
		ERR_raise_data(ERR_LIB_EC, ERR_R_PASSED_INVALID_ARGUMENT,
		    "the TPM signs SHA-256 and SHA-384");
		return NULL;
	}
	memcpy(in.buffer, digest, (size_t)n);
	if (use(h, &key) != 0) {
		ERR_raise_data(ERR_LIB_EC, ERR_R_INTERNAL_ERROR,
		    "the TPM does not load the key");
		return NULL;
	}
	r = Esys_Sign(h->tpm->esys, key, ASK, &in, &scheme, &ticket, &made);
	/* Also a persistent key takes room while it signs. */
	if (!h->kept && made_room(h->tpm, r))
		r = Esys_Sign(h->tpm->esys, key, ASK, &in, &scheme, &ticket,
		    &made);
	if (h->kept)
		(void)Esys_FlushContext(h->tpm->esys, key);
	if (r != 0) {
		ERR_raise_data(ERR_LIB_EC, ERR_R_INTERNAL_ERROR,
		    "the TPM did not sign");
		return NULL;
	}
	sig = to_sig(made);
	Esys_Free(made);
	return sig;
}

/* Public parts */

static bool is_ours(const TPMT_PUBLIC *p)
{
	return p->type == TPM2_ALG_ECC &&
	    p->parameters.eccDetail.curveID == TPM2_ECC_NIST_P256 &&
	    (p->objectAttributes & TPMA_OBJECT_SIGN_ENCRYPT) != 0 &&
	    (p->objectAttributes & TPMA_OBJECT_RESTRICTED) == 0;
}

/* Coordinates come without the zeros in front. */
static bool put_coord(const TPM2B_ECC_PARAMETER *c, uint8_t out[COORD])
{
	if (c->size > COORD)
		return false;
	memset(out, 0, COORD);
	memcpy(out + COORD - c->size, c->buffer, c->size);
	return true;
}

static EC_KEY *public_key(const TPMT_PUBLIC *p)
{
	EC_KEY *k = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	uint8_t point[1 + 2 * COORD] = {0x04};

	if (k && put_coord(&p->unique.ecc.x, point + 1) &&
	    put_coord(&p->unique.ecc.y, point + 1 + COORD) &&
	    EC_KEY_oct2key(k, point, sizeof(point), NULL) == 1)
		return k;
	EC_KEY_free(k);
	return NULL;
}

/* Takes h, also when it fails. */
static enum rc to_evp(struct held *h, const TPMT_PUBLIC *p, void **evp,
    struct err *e)
{
	EVP_PKEY *out = NULL;
	EC_KEY *k = NULL;

	if (!is_ours(p)) {
		free_held(NULL, h, NULL, 0, 0, NULL);
		return err_set(e, RC_INVALID, "tpm-key-type",
		    "The TPM's key there is not one that signs on P-256.");
	}
	k = public_key(p);
	if (!k || EC_KEY_set_method(k, h->tpm->method) != 1 ||
	    EC_KEY_set_ex_data(k, held_index, h) != 1) {
		free_held(NULL, h, NULL, 0, 0, NULL);
		EC_KEY_free(k);
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	out = EVP_PKEY_new();
	if (!out || EVP_PKEY_assign_EC_KEY(out, k) != 1) {
		EVP_PKEY_free(out);
		EC_KEY_free(k);
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	}
	*evp = out;
	return RC_OK;
}

static struct held *hold(struct chip_tpm *t, ESYS_TR key)
{
	struct held *h = calloc(1, sizeof(*h));

	if (h)
		*h = (struct held){t, key, NULL};
	return h;
}

static TSS2_RC find(struct chip_tpm *t, uint32_t handle, ESYS_TR *key)
{
	TSS2_RC r = Esys_TR_FromTPMPublic(t->esys, handle, NO_AUTH, key);

	if (made_room(t, r))
		r = Esys_TR_FromTPMPublic(t->esys, handle, NO_AUTH, key);
	return r;
}

/* The TPM says so of the first handle that it is given. */
static bool is_missing(TSS2_RC r)
{
	return r == (TPM2_RC_HANDLE | TPM2_RC_1) ||
	    r == (TPM2_RC_HANDLE | TPM2_RC_P | TPM2_RC_1);
}

enum rc chip_tpm_key(struct chip_tpm *t, uint32_t handle, void **evp,
    struct err *e)
{
	TPM2B_PUBLIC *pub = NULL;
	struct held *h;
	ESYS_TR key;
	enum rc rc;
	TSS2_RC r;

	*evp = NULL;
	r = find(t, handle, &key);
	if (r != 0 && is_missing(r))
		return err_set(e, RC_NOT_FOUND, "tpm-no-key",
		    "The TPM has no key under 0x%08x.", handle);
	if (r != 0)
		return fault(e, RC_ENV, "The TPM does not show its key", r);
	h = hold(t, key);
	if (!h)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	if (Esys_ReadPublic(t->esys, key, NO_AUTH, &pub, NULL, NULL) != 0) {
		free_held(NULL, h, NULL, 0, 0, NULL);
		return err_set(e, RC_ENV, "tpm",
		    "The TPM does not show the public key under 0x%08x.",
		    handle);
	}
	rc = to_evp(h, &pub->publicArea, evp, e);
	Esys_Free(pub);
	return rc;
}

/* Making keys */

static TPM2B_PUBLIC template(TPMA_OBJECT attributes, const char *unique)
{
	TPM2B_PUBLIC p = {
	    .publicArea = {
		.type = TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = attributes | TPMA_OBJECT_FIXEDTPM |
		    TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
		    TPMA_OBJECT_USERWITHAUTH,
		.parameters.eccDetail =
		    {
			.symmetric.algorithm = TPM2_ALG_NULL,
			.scheme.scheme = TPM2_ALG_NULL,
			.curveID = TPM2_ECC_NIST_P256,
			.kdf.scheme = TPM2_ALG_NULL,
		    },
	    }};
	TPM2B_ECC_PARAMETER *x = &p.publicArea.unique.ecc.x;

	x->size = (UINT16)strlen(unique);
	memcpy(x->buffer, unique, x->size);
	return p;
}

static TSS2_RC primary(struct chip_tpm *t, const TPM2B_PUBLIC *p, ESYS_TR *key)
{
	const TPM2B_SENSITIVE_CREATE secret = {0};
	const TPML_PCR_SELECTION pcr = {0};
	const TPM2B_DATA outside = {0};
	TSS2_RC r;
	int tries;

	for (tries = 0; tries < 2; tries++) {
		r = Esys_CreatePrimary(t->esys, ESYS_TR_RH_OWNER, ASK, &secret,
		    p, &outside, &pcr, key, NULL, NULL, NULL, NULL);
		if (!made_room(t, r))
			break;
	}
	return r;
}

/* The storage key that wraps others: made anew when it is needed, always the
 * same as long as the TPM's owner is. */
static TSS2_RC storage(struct chip_tpm *t, ESYS_TR *key)
{
	TPM2B_PUBLIC p = template(TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT |
		TPMA_OBJECT_NODA,
	    "");
	TPMT_SYM_DEF_OBJECT *sym = &p.publicArea.parameters.eccDetail.symmetric;

	sym->algorithm = TPM2_ALG_AES;
	sym->keyBits.aes = 128;
	sym->mode.aes = TPM2_ALG_CFB;
	return primary(t, &p, key);
}

enum rc chip_tpm_make(struct chip_tpm *t, uint32_t handle, struct err *e)
{
	ESYS_TR key = ESYS_TR_NONE, kept = ESYS_TR_NONE;
	char unique[COORD];
	TPM2B_PUBLIC p;
	TSS2_RC r;

	if (find(t, handle, &kept) == 0) {
		(void)Esys_TR_Close(t->esys, &kept);
		return err_set(e, RC_CONFLICT, "tpm-handle-used",
		    "The TPM has something under 0x%08x already.", handle);
	}
	(void)snprintf(unique, sizeof(unique), "birth key %08x", handle);
	p = template(TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_NODA, unique);
	r = primary(t, &p, &key);
	if (r != 0)
		return fault(e, RC_ENV, "The TPM did not make a key", r);
	r = Esys_EvictControl(t->esys, ESYS_TR_RH_OWNER, key, ASK, handle,
	    &kept);
	(void)Esys_FlushContext(t->esys, key);
	if (r != 0)
		return fault(e, RC_ENV, "The TPM did not keep the key", r);
	(void)Esys_TR_Close(t->esys, &kept);
	return RC_OK;
}

static bool put_blob(struct buf *blob, const TPM2B_PUBLIC *pub,
    const TPM2B_PRIVATE *priv)
{
	uint8_t text[CHIP_TPM_BLOB_MAX];
	size_t n = 0;

	if (Tss2_MU_TPM2B_PUBLIC_Marshal(pub, text, sizeof(text), &n) != 0 ||
	    Tss2_MU_TPM2B_PRIVATE_Marshal(priv, text, sizeof(text), &n) != 0)
		return false;
	buf_add(blob, text, n);
	return buf_ok(blob);
}

enum rc chip_tpm_wrap(struct chip_tpm *t, struct buf *blob, struct err *e)
{
	TPM2B_PUBLIC p =
	    template(TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_NODA, "");
	const TPM2B_SENSITIVE_CREATE secret = {0};
	const TPML_PCR_SELECTION pcr = {0};
	const TPM2B_DATA outside = {0};
	TPM2B_PRIVATE *priv = NULL;
	TPM2B_PUBLIC *pub = NULL;
	ESYS_TR parent;
	TSS2_RC r = storage(t, &parent);
	bool ok;

	if (r != 0)
		return fault(e, RC_ENV, "The TPM did not make a storage key",
		    r);
	r = Esys_Create(t->esys, parent, ASK, &secret, &p, &outside, &pcr,
	    &priv, &pub, NULL, NULL, NULL);
	(void)Esys_FlushContext(t->esys, parent);
	if (r != 0)
		return fault(e, RC_ENV, "The TPM did not make a key", r);
	ok = put_blob(blob, pub, priv);
	Esys_Free(priv);
	Esys_Free(pub);
	return ok ? RC_OK
		  : err_set(e, RC_ENV, "tpm", "The TPM's key is too large.");
}

static TSS2_RC load_once(struct chip_tpm *t, const TPM2B_PRIVATE *priv,
    const TPM2B_PUBLIC *pub, TPMS_CONTEXT **kept)
{
	ESYS_TR parent, key;
	TSS2_RC r = storage(t, &parent);

	if (r != 0)
		return r;
	r = Esys_Load(t->esys, parent, ASK, priv, pub, &key);
	(void)Esys_FlushContext(t->esys, parent);
	if (r != 0)
		return r;
	r = Esys_ContextSave(t->esys, key, kept);
	(void)Esys_FlushContext(t->esys, key);
	return r;
}

enum rc chip_tpm_load(struct chip_tpm *t, struct span blob, void **evp,
    struct err *e)
{
	TPM2B_PRIVATE priv = {0};
	TPM2B_PUBLIC pub = {0};
	struct held *h;
	size_t at = 0;
	TSS2_RC r;

	*evp = NULL;
	if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob.p, blob.n, &at, &pub) != 0 ||
	    Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob.p, blob.n, &at, &priv) != 0 ||
	    at != blob.n)
		return err_set(e, RC_INVALID, "tpm-blob",
		    "The stored key is not a TPM's.");
	h = hold(t, ESYS_TR_NONE);
	if (!h)
		return err_set(e, RC_ENV, "no-memory", "Out of memory.");
	r = load_once(t, &priv, &pub, &h->kept);
	if (made_room(t, r))
		r = load_once(t, &priv, &pub, &h->kept);
	if (r != 0) {
		free_held(NULL, h, NULL, 0, 0, NULL);
		return fault(e, RC_INVALID,
		    "The TPM does not take the key: it is another TPM's, or "
		    "broken",
		    r);
	}
	return to_evp(h, &pub.publicArea, evp, e);
}
