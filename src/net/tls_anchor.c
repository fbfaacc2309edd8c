/* The CAs whose clients are let in.  libssl would check the signatures above
 * the issuer again with each handshake: here it is done once.
 * Must only say yes where X509_verify_cert would. */
#include "net/tls_anchor.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "net/tls_lib.h"

#define ANCHORS_MAX 8192
#define SLOTS 16384 /* of the table of names; a power of two */
#define NO_PARENT (-1)
#define CHAIN_MAX 8
#define STRENGTH_MIN 112 /* bits, as libssl's security level 2 asks */

struct anchor {
	X509 *x;
	EVP_PKEY *key;
	unsigned long hash; /* of the name */
	int parent;	    /* whose signature it bears; NO_PARENT: the top */
	int next;	    /* of the same slot; -1: none */
	bool sound;	    /* a CA that may sign, strong enough */
};

struct tls_anchors {
	int n;
	struct anchor list[ANCHORS_MAX];
	int slots[SLOTS]; /* 0: empty; else the index plus one */
};

/* libssl finds an issuer by its name, and its key identifier where a
 * certificate tells it, and does not look for another when the signature is
 * wrong: who came first keeps his place. */
static bool is_like(X509 *a, X509 *b)
{
	const ASN1_OCTET_STRING *x = X509_get0_subject_key_id(a);
	const ASN1_OCTET_STRING *y = X509_get0_subject_key_id(b);

	return X509_NAME_cmp(X509_get_subject_name(a),
		   X509_get_subject_name(b)) == 0 &&
	    (!x || !y || ASN1_OCTET_STRING_cmp(x, y) == 0) &&
	    EVP_PKEY_eq(X509_get0_pubkey(a), X509_get0_pubkey(b)) != 1;
}

static bool is_strong(const X509 *x, EVP_PKEY *key)
{
	int md_bits = 0;

	return key && EVP_PKEY_get_security_bits(key) >= STRENGTH_MIN &&
	    X509_get_signature_info((X509 *)x, NULL, NULL, &md_bits, NULL) ==
	    1 &&
	    md_bits >= STRENGTH_MIN;
}

static bool is_critical_unknown(X509 *x)
{
	return (X509_get_extension_flags(x) &
		   (EXFLAG_CRITICAL | EXFLAG_INVALID | EXFLAG_PROXY)) != 0;
}

static bool is_now(const X509 *x)
{
	return X509_cmp_current_time(X509_get0_notBefore(x)) < 0 &&
	    X509_cmp_current_time(X509_get0_notAfter(x)) > 0;
}

static int *slot_of(struct tls_anchors *a, unsigned long hash)
{
	return &a->slots[hash & (SLOTS - 1)];
}

static bool has_like(struct tls_anchors *a, X509 *x, unsigned long hash)
{
	int i;

	for (i = *slot_of(a, hash) - 1; i >= 0; i = a->list[i].next)
		if (a->list[i].hash == hash && is_like(a->list[i].x, x))
			return true;
	return false;
}

/* Takes x. */
static bool add(struct tls_anchors *a, X509 *x, X509_STORE *store)
{
	unsigned long hash = X509_subject_name_hash(x);
	struct anchor *n = &a->list[a->n];
	int *slot = slot_of(a, hash);

	if (a->n == ANCHORS_MAX || has_like(a, x, hash)) {
		X509_free(x);
		return true;
	}
	n->x = x;
	n->key = X509_get0_pubkey(x);
	n->hash = hash;
	n->parent = NO_PARENT;
	n->next = *slot - 1;
	n->sound = X509_check_ca(x) == 1 && !is_critical_unknown(x) &&
	    X509_check_purpose(x, X509_PURPOSE_SSL_CLIENT, 1) == 1 &&
	    X509_get_ext_by_NID(x, NID_name_constraints, -1) < 0 &&
	    is_strong(x, n->key);
	*slot = ++a->n;
	return X509_STORE_add_cert(store, x) == 1;
}

/* The anchor that x names as its issuer; -1: none, or more than one. */
static int find_issuer(const struct tls_anchors *a, X509 *x)
{
	unsigned long hash = X509_issuer_name_hash(x);
	int i, found = -1;

	for (i = a->slots[hash & (SLOTS - 1)] - 1; i >= 0;
	     i = a->list[i].next) {
		if (a->list[i].hash != hash ||
		    X509_check_issued(a->list[i].x, x) != X509_V_OK)
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

/* Whoever stands above an anchor counts, if it is here. */
static void link_parent(struct tls_anchors *a, struct anchor *n)
{
	int i;

	if (X509_get_extension_flags(n->x) & EXFLAG_SS)
		return;
	i = find_issuer(a, n->x);
	if (i < 0)
		return;
	n->parent = i;
	n->sound = n->sound && X509_verify(n->x, a->list[i].key) == 1;
}

/* NULL: that was the last one. */
static X509 *read_next(BIO *in)
{
	X509 *x = X509_new_ex(tls_lib_small(), NULL);

	if (x && PEM_read_bio_X509(in, &x, NULL, NULL))
		return x;
	X509_free(x);
	return NULL;
}

struct tls_anchors *tls_anchor_load(struct span pem, X509_STORE *store)
{
	struct tls_anchors *a = calloc(1, sizeof(*a));
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	bool ok = a && in;
	X509 *x = NULL;
	int i;

	while (ok && (x = read_next(in)) != NULL)
		ok = add(a, x, store);
	ok = ok && a->n > 0;
	for (i = 0; ok && i < a->n; i++)
		link_parent(a, &a->list[i]);
	BIO_free(in);
	if (!ok) {
		tls_anchor_free(a);
		return NULL;
	}
	/* The end of the file is an error, too. */
	ERR_clear_error();
	return a;
}

void tls_anchor_free(struct tls_anchors *a)
{
	int i;

	if (!a)
		return;
	for (i = 0; i < a->n; i++)
		X509_free(a->list[i].x);
	free(a);
}

/* All from there to the top are sound, hold now, and allow so many below. */
static bool is_sound(const struct tls_anchors *a, int i)
{
	long below;

	for (below = 0; i != NO_PARENT; i = a->list[i].parent, below++) {
		const struct anchor *n = &a->list[i];
		long len = X509_get_pathlen(n->x);

		if (below == CHAIN_MAX || !n->sound || !is_now(n->x) ||
		    (len >= 0 && len < below))
			return false;
	}
	return true;
}

bool tls_anchor_vouches(const struct tls_anchors *a, X509 *leaf)
{
	int i = find_issuer(a, leaf);
	bool good = i >= 0 && is_sound(a, i) && is_now(leaf) &&
	    X509_check_ca(leaf) == 0 && !is_critical_unknown(leaf) &&
	    X509_check_purpose(leaf, X509_PURPOSE_SSL_CLIENT, 0) == 1 &&
	    is_strong(leaf, X509_get0_pubkey(leaf)) &&
	    X509_verify(leaf, a->list[i].key) == 1;

	if (!good)
		ERR_clear_error();
	return good;
}
