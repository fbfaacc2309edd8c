/* The template behind pack.h: a certificate as a list of steps that write it
 * from the values of its fields.  Must not be included outside of pki. */
#ifndef BIRTHMARK_PKI_PACK_TMPL_H
#define BIRTHMARK_PKI_PACK_TMPL_H

#include "pki/cert.h"

#define PACK_TMPL_OPS 192
#define PACK_TMPL_OPTIONAL 6 /* fields that can have a rule */

enum pack_tmpl_field {
	/* with a rule that gives the usual value; stored only if unusual */
	PACK_TMPL_SKI,
	PACK_TMPL_CN,
	PACK_TMPL_SUBJECT_SERIAL,
	PACK_TMPL_HW_SERIAL,
	PACK_TMPL_NOT_BEFORE,
	PACK_TMPL_NOT_AFTER,
	/* stored always */
	PACK_TMPL_SERIAL, /* without padding */
	PACK_TMPL_BITS,	  /* of the public key */
	PACK_TMPL_SIG,	  /* bits; raw r||s where the template says so */
	PACK_TMPL_FIELDS
};

enum pack_tmpl_derived {
	PACK_TMPL_NOTHING,
	PACK_TMPL_SHA1_OF_BITS,
	PACK_TMPL_RAW_SERIAL,
	PACK_TMPL_HEX_LOWER,
	PACK_TMPL_HEX_UPPER
};

/* before, what is derived, after: one after the other. */
struct pack_tmpl_rule {
	bool present; /* the template's certificate has the field */
	enum pack_tmpl_derived derived;
	struct span before, after;
};

struct pack_tmpl_op {
	enum {
		PACK_TMPL_LITERAL,
		PACK_TMPL_OPEN, /* element whose length is not fixed */
		PACK_TMPL_CLOSE,
		PACK_TMPL_FIELD
	} kind;
	uint8_t tag;
	enum pack_tmpl_field field;
	struct span literal;
};

struct pack_tmpl {
	enum key_type key; /* KEY_UNKNOWN: bits are stored as they are */
	size_t bits_n, serial_n;
	size_t sig_n;	/* bytes stored */
	size_t sig_raw; /* bytes of r; 0: the signature is stored as it is */
	struct pack_tmpl_rule rules[PACK_TMPL_OPTIONAL];
	struct pack_tmpl_op ops[PACK_TMPL_OPS];
	size_t n;
};

/* The contents of each field in c; empty where there is none. */
void pack_tmpl_fields(const struct cert *c, struct span v[PACK_TMPL_FIELDS]);
/* Borrows from c's DER.  False if c is too odd to be a template. */
MUST_CHECK bool pack_tmpl_make(struct pack_tmpl *t, const struct cert *c);
/* True if the rule of field f gives what v has. */
bool pack_tmpl_is_usual(const struct pack_tmpl *t, enum pack_tmpl_field f,
    const struct span v[PACK_TMPL_FIELDS]);
/* Writes the certificate at the end of out, from out + *at on; optional
 * fields with p == NULL get their usual value. */
MUST_CHECK bool pack_tmpl_build(const struct pack_tmpl *t,
    const struct span v[PACK_TMPL_FIELDS], uint8_t out[CERT_DER_MAX],
    size_t *at);

#endif
