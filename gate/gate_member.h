/* Where in a JSON object's text a member's value stands, byte for byte, as
 * the digest in a signed head needs it. */
#ifndef BIRTHMARK_GATE_GATE_MEMBER_H
#define BIRTHMARK_GATE_GATE_MEMBER_H

#include "base/span.h"

/* The value of the member `name` of the object in text; false when it is not
 * there, stands there twice, or the text is not an object. */
bool gate_member_find(struct span text, const char *name, struct span *value);

#endif
