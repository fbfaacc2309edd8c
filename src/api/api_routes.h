/* Short names for the roles in the route table.
 * Must not be included outside the table. */
#ifndef BIRTHMARK_API_API_ROUTES_H
#define BIRTHMARK_API_API_ROUTES_H

#include "api/api.h"

#define R_ADMIN CORE_ADMINISTRATOR
#define R_OPERATOR CORE_OPERATOR
#define R_DEVELOPER CORE_DEVELOPER
#define R_AUDITOR CORE_AUDITOR
#define R_GATE CORE_GATE
#define R_VADMIN CORE_VENDOR_ADMINISTRATOR
#define R_VPUBLISHER CORE_VENDOR_PUBLISHER
#define R_SERVICE CORE_SERVICE

#endif
