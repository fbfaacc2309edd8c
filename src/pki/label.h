/* The label of a batch: what its QR code and its printed text say, read from
 * whatever a person scans or types.  https://HOST/b/BID#CLAIMCODE */
#ifndef BIRTHMARK_PKI_LABEL_H
#define BIRTHMARK_PKI_LABEL_H

#include "base/buf.h"

#define LABEL_BID_MAX 64    /* [A-Za-z0-9._-], starts with a letter or digit */
#define LABEL_CODE_BYTES 16 /* claim code: 128 random bits */
/* Crockford base32 of the code, 26 characters, and NUL. */
#define LABEL_CODE_SIZE 27
/* In groups with the check character: "XXXXX-...": 33 and NUL at most. */
#define LABEL_PRINT_SIZE 40
#define LABEL_TEXT_MAX 512

struct label {
	char bid[LABEL_BID_MAX + 1];
	bool has_code;
	uint8_t code[LABEL_CODE_BYTES];
};

bool label_is_bid(struct span s);
/* A whole label: URL with fragment, `https://.../cloud-id?groupId=BID`, a
 * bare BID, or "BID CODE" as printed.  White space around is ignored. */
MUST_CHECK enum rc label_parse(struct label *l, struct span text,
    struct err *e);
/* A code as typed: upper or lower case, with or without dashes and spaces,
 * O for 0, I and L for 1, with or without the check character (which is
 * checked when there). */
MUST_CHECK enum rc label_parse_code(uint8_t code[LABEL_CODE_BYTES],
    struct span text, struct err *e);
void label_code_text(const uint8_t code[LABEL_CODE_BYTES],
    char out[LABEL_CODE_SIZE]);
/* In groups with the check character, for print. */
void label_code_print(const uint8_t code[LABEL_CODE_BYTES],
    char out[LABEL_PRINT_SIZE]);
/* SHA-256 over the 16 bytes: what the service stores. */
void label_code_hash(const uint8_t code[LABEL_CODE_BYTES], uint8_t out[32]);
MUST_CHECK enum rc label_url(const struct label *l, const char *host,
    struct buf *out, struct err *e);

/* Drawings of a label, with BID, printed code, reel and count as text (all
 * but the terminal one). */
struct label_print {
	const struct label *label;
	const char *host; /* "birthmark.example" or "host:8443" */
	const char *vendor;
	const char *reel;
	uint64_t count;
};
MUST_CHECK enum rc label_svg(const struct label_print *p, struct buf *out,
    struct err *e);
MUST_CHECK enum rc label_png(const struct label_print *p, struct buf *out,
    struct err *e); /* the QR code alone, 8 pixels a module, quiet zone 4 */
MUST_CHECK enum rc label_text(const struct label_print *p, struct buf *out,
    struct err *e);
MUST_CHECK enum rc label_terminal(const struct label_print *p, struct buf *out,
    struct err *e); /* QR in half blocks, UTF-8 */

#endif
