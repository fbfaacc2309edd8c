/* Manifests, read and written as streams: Cloud ID CSV, JSON lines, and the
 * JSON array of flattened JWS that Microchip publishes.  One entry at a time,
 * flat memory.  Reading judges form; trust is chain.h's and the caller's
 * work, except for Microchip entries, whose own signature is checked here.
 * See docs/manifests.md for the forms. */
#ifndef BIRTHMARK_PKI_MANIFEST_H
#define BIRTHMARK_PKI_MANIFEST_H

#include "pki/cert.h"

enum manifest_form {
	MANIFEST_CSV,	    /* device_id,group_id,certificate */
	MANIFEST_JSONL,	    /* {"device_id","group_id","certificate"} a line */
	MANIFEST_MICROCHIP, /* array of flattened JWS */
	MANIFEST_UNKNOWN
};

#define MANIFEST_ENTRY_MAX (64 * 1024) /* bytes of text of one entry */

struct manifest_entry {
	unsigned long line;    /* 1-based line where it starts */
	uint64_t index;	       /* 0-based */
	struct span device_id; /* text, may be empty */
	struct span group_id;  /* text, may be empty */
	struct span cert;      /* DER */
};

const char *manifest_form_name(enum manifest_form f); /* "csv", ... */
enum manifest_form manifest_form_of(struct span name);
const char *manifest_form_suffix(enum manifest_form f); /* ".csv", ... */
const char *manifest_form_media(enum manifest_form f);	/* media type */
/* Guess by the first bytes of a file. */
enum manifest_form manifest_sniff(struct span head);

/* Splits a stream into raw entries, cheaply and in order, so that the dear
 * work can be done by several threads.  Feed with manifest_feed, then take
 * entries until RC_AGAIN; after manifest_finish the end is RC_NOT_FOUND. */
struct manifest_split;
struct manifest_split *manifest_split_new(enum manifest_form f);
void manifest_split_free(struct manifest_split *s);
MUST_CHECK enum rc manifest_split_feed(struct manifest_split *s,
    struct span bytes, struct err *e);
void manifest_split_finish(struct manifest_split *s);
/* raw is borrowed until the next call; RC_OK, RC_AGAIN (feed more),
 * RC_NOT_FOUND (clean end) or RC_INVALID (with the line). */
MUST_CHECK enum rc manifest_split_next(struct manifest_split *s,
    struct span *raw, unsigned long *line, struct err *e);

/* Decodes raw entries; one per thread.  Holds the buffers entries borrow
 * from until the next decode. */
struct manifest_decoder;
struct manifest_decoder *manifest_decoder_new(enum manifest_form f);
void manifest_decoder_free(struct manifest_decoder *d);
/* Microchip: a log signer's certificate (DER), already trusted. */
MUST_CHECK enum rc manifest_decoder_add_signer(struct manifest_decoder *d,
    struct span cert_der, struct err *e);
MUST_CHECK enum rc manifest_decode(struct manifest_decoder *d, struct span raw,
    unsigned long line, struct manifest_entry *out, struct err *e);

/* Writes a manifest into a buffer that the caller drains between calls. */
struct manifest_writer;
/* Who signs the entries of a Microchip manifest; all borrowed. */
struct manifest_log_signer {
	struct key *key; /* P-256, P-384 or RSA */
	struct span cert;
	struct span issuer; /* of the chips, for x5c; may be empty */
	const char *vendor; /* manufacturer in each entry */
};
/* log_signer: for MANIFEST_MICROCHIP, else NULL.  Its key must live as long
 * as the writer. */
MUST_CHECK enum rc manifest_writer_new(struct manifest_writer **out,
    enum manifest_form f, const struct manifest_log_signer *log_signer,
    struct err *e);
MUST_CHECK enum rc manifest_begin(struct manifest_writer *w, struct buf *out,
    struct err *e);
MUST_CHECK enum rc manifest_add(struct manifest_writer *w,
    const struct manifest_entry *entry, struct buf *out, struct err *e);
MUST_CHECK enum rc manifest_end(struct manifest_writer *w, struct buf *out,
    struct err *e);
void manifest_writer_free(struct manifest_writer *w);

#endif
