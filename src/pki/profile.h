/* Profiles of operational certificates, as data: what a device of a product
 * gets from its owner's CA, whatever its request asks for.  A text form (JSON)
 * is what is stored, shown and given to the signer.
 * Must not know a CA's key. */
#ifndef BIRTHMARK_PKI_PROFILE_H
#define BIRTHMARK_PKI_PROFILE_H

#include "pki/key.h"

#define PROFILE_TEXT_MAX 4096
#define PROFILE_TEMPLATE_MAX 256
#define PROFILE_SANS_MAX 8
#define PROFILE_OIDS_MAX 8
#define PROFILE_OID_MAX 64
#define PROFILE_LIFETIME_MAX_S (10LL * 366 * 86400)
#define PROFILE_LIFETIME_MIN_S 300

/* In templates {device} is the chip's id, {serial} the birth certificate's
 * serial number in hex, {product}, {product_id}, {account}, {account_id}. */
struct profile {
	char subject[PROFILE_TEMPLATE_MAX]; /* "CN={device},OU={product}" */
	/* "uri:", "dns:" or "email:" and a template */
	char san[PROFILE_SANS_MAX][PROFILE_TEMPLATE_MAX];
	size_t san_n;
	unsigned int key_types; /* bits 1 << enum key_type */
	int64_t lifetime_s;
	int64_t renew_before_s; /* the device asks again so long before */
	/* dotted OIDs; clientAuth, serverAuth by default */
	char eku[PROFILE_OIDS_MAX][PROFILE_OID_MAX];
	size_t eku_n;
	char policies[PROFILE_OIDS_MAX][PROFILE_OID_MAX];
	size_t policies_n;
	bool server_keygen; /* whether serverkeygen is answered */
};

/* CN={device},OU={product},O={account}; SAN
 * uri:urn:birthmark:product:{product_id}; P-256 and P-384; 398 days, renewed
 * 30 days before; clientAuth and serverAuth. */
void profile_default(struct profile *p);
/* {"subject","san":[],"key_types":[],"lifetime_s","renew_before_s","eku":[],
 * "policies":[],"server_keygen"}; absent members are the default's.  Refuses
 * what could not be issued, unknown members, and EKUs of an authority's. */
MUST_CHECK enum rc profile_parse(struct profile *p, struct span json,
    struct err *e);
void profile_build(const struct profile *p, struct buf *json);

/* Whom a certificate is for. */
struct profile_device {
	const char *device, *serial;
	const char *product, *product_id;
	const char *account, *account_id;
};
/* The template with its words put in; RC_INVALID when it grows over
 * PROFILE_TEMPLATE_MAX or an unknown word is in it. */
MUST_CHECK enum rc profile_fill(const char *template_,
    const struct profile_device *d, char out[PROFILE_TEMPLATE_MAX],
    struct err *e);
/* CsrAttrs (RFC 7030 4.5.2, RFC 9908) for this profile: DER appended. */
MUST_CHECK enum rc profile_csrattrs(const struct profile *p,
    const struct profile_device *d, struct buf *der, struct err *e);

#endif
