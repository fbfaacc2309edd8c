/* Names in certificates, made from a profile's templates: words are put into
 * what a template has already been split into, so no word adds a part.
 * Must not be included outside of pki and signer. */
#ifndef BIRTHMARK_PKI_PROFILE_NAME_H
#define BIRTHMARK_PKI_PROFILE_NAME_H

#include "pki/profile.h"

#define PROFILE_NAME_ATTRS_MAX 8
#define PROFILE_NAME_CHARS_MAX                        \
	64 /* RFC 5280 A.1, ub-common-name and others \
	    */

/* Name (DER) of "CN={device},OU={product}": attributes C, O, OU, CN and
 * SERIALNUMBER, separated by commas, the most specific first as RFC 4514 has
 * them; a backslash before a character takes it as it is. */
MUST_CHECK enum rc profile_name_subject(const char *template_,
    const struct profile_device *d, struct buf *name, struct err *e);
/* One GeneralName (DER) of "uri:...", "dns:..." or "email:...". */
MUST_CHECK enum rc profile_name_san(const char *template_,
    const struct profile_device *d, struct buf *names, struct err *e);
/* The template filled, words percent-encoded in a "uri:". */
MUST_CHECK enum rc profile_name_fill(const char *template_,
    const struct profile_device *d, struct buf *out, struct err *e);
/* Letters, digits and hyphens in labels of 63, 253 in all; wildcard: a first
 * label "*" is one too. */
bool profile_name_is_dns(struct span s, bool wildcard);
/* UTF-8 without control characters. */
bool profile_name_is_text(struct span s);
/* The same, of at most PROFILE_NAME_CHARS_MAX characters. */
bool profile_name_is_short(struct span s);

#endif
