/* The table of connectors.
 * Must not know what any of them does. */
#include "cloud/cloud_kind.h"

#include <string.h>

static const struct cloud_kind *const kinds[] = {
    &cloud_kind_interop,
    &gate_kind,
};

const struct cloud_kind *cloud_kind_find(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i]->type, type) == 0)
			return kinds[i];
	return NULL;
}
