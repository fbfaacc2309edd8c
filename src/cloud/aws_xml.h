/* The little XML that STS answers with: the text between two tags.
 * Must not follow anything: no entities but the five, no attributes inside,
 * no comments. */
#ifndef BIRTHMARK_CLOUD_AWS_XML_H
#define BIRTHMARK_CLOUD_AWS_XML_H

#include "base/span.h"

/* What stands between <name> and </name>, where each stands in s exactly once
 * and in this order.  The opening tag may have attributes. */
bool aws_xml_inner(struct span s, const char *name, struct span *out);
/* The same, copied: printable ASCII without markup, 1 to cap - 1 bytes. */
bool aws_xml_text(struct span s, const char *name, char *out, size_t cap);

#endif
