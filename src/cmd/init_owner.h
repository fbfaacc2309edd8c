/* Who owns what in the service's directory, where its processes have users of
 * their own.  Must not do anything unless root asks. */
#ifndef BIRTHMARK_CMD_INIT_OWNER_H
#define BIRTHMARK_CMD_INIT_OWNER_H

#include "base/err.h"

MUST_CHECK enum rc init_owner_all(const char *dir, struct err *e);

#endif
