/* The names of roles.
 * Must not decide what a role may. */
#include "core/core.h"

static const struct {
	enum core_role role;
	const char *name;
} roles[] = {
    {CORE_ADMINISTRATOR, "administrator"},
    {CORE_OPERATOR, "operator"},
    {CORE_DEVELOPER, "developer"},
    {CORE_AUDITOR, "auditor"},
    {CORE_GATE, "gate"},
    {CORE_VENDOR_ADMINISTRATOR, "vendor-administrator"},
    {CORE_VENDOR_PUBLISHER, "vendor-publisher"},
    {CORE_SERVICE, "service"},
};

const char *core_role_name(enum core_role r)
{
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (roles[i].role == r)
			return roles[i].name;
	return "none";
}

enum core_role core_role_of(struct span name)
{
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (span_eq_str(name, roles[i].name))
			return roles[i].role;
	return CORE_ROLE_NONE;
}

const char *core_scope_name(enum core_scope s)
{
	switch (s) {
	case CORE_SCOPE_ACCOUNT:
		return "account";
	case CORE_SCOPE_VENDOR:
		return "vendor";
	case CORE_SCOPE_SERVICE:
		return "service";
	case CORE_SCOPE_NONE:
		break;
	}
	return "none";
}

unsigned int core_scope_roles(enum core_scope s)
{
	switch (s) {
	case CORE_SCOPE_ACCOUNT:
		return CORE_ADMINISTRATOR | CORE_OPERATOR | CORE_DEVELOPER |
		    CORE_AUDITOR | CORE_GATE;
	case CORE_SCOPE_VENDOR:
		return CORE_VENDOR_ADMINISTRATOR | CORE_VENDOR_PUBLISHER;
	case CORE_SCOPE_SERVICE:
		return CORE_SERVICE;
	case CORE_SCOPE_NONE:
		break;
	}
	return 0;
}
