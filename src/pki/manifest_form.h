/* What the three forms of manifests share inside: the state of a decoder and
 * of a writer.  For manifest*.c only. */
#ifndef BIRTHMARK_PKI_MANIFEST_FORM_H
#define BIRTHMARK_PKI_MANIFEST_FORM_H

#include "pki/manifest.h"

#define MANIFEST_SIGNERS_MAX 32

struct manifest_signer {
	uint8_t fingerprint[DIGEST_SHA256];
	struct buf ski;
	struct key_pub *key;
};

struct manifest_decoder {
	enum manifest_form form;
	struct buf text;    /* device_id, then group_id, then others */
	struct buf der;	    /* the certificate */
	struct buf work[2]; /* what a form needs besides */
	struct manifest_signer signers[MANIFEST_SIGNERS_MAX];
	size_t signers_n;
};

struct manifest_writer {
	enum manifest_form form;
	bool any; /* an entry was written */
	char vendor[256];
	struct key *signer;	/* borrowed */
	struct buf issuer;	/* DER */
	struct buf protected64; /* the same for all entries */
	struct buf work[4];
};

/* Fills e with the line, as all faults of a decoder are told. */
enum rc manifest_form_fault(struct err *e, unsigned long line, const char *slug,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Appends the certificate as PEM inside quotes; newline is what ends a
 * line. */
void manifest_form_pem(struct buf *out, struct span der, const char *newline);

MUST_CHECK enum rc manifest_csv_decode(struct manifest_decoder *d,
    struct span raw, unsigned long line, struct manifest_entry *out,
    struct err *e);
void manifest_csv_add(const struct manifest_entry *entry, struct buf *out);
extern const char manifest_csv_header[];

MUST_CHECK enum rc manifest_jsonl_decode(struct manifest_decoder *d,
    struct span raw, unsigned long line, struct manifest_entry *out,
    struct err *e);
void manifest_jsonl_add(const struct manifest_entry *entry, struct buf *out);

MUST_CHECK enum rc manifest_microchip_decode(struct manifest_decoder *d,
    struct span raw, unsigned long line, struct manifest_entry *out,
    struct err *e);
/* The protected header of all entries to come. */
MUST_CHECK enum rc manifest_microchip_begin(struct manifest_writer *w,
    struct span signer_cert, struct err *e);
MUST_CHECK enum rc manifest_microchip_add(struct manifest_writer *w,
    const struct manifest_entry *entry, struct buf *out, struct err *e);

#endif
