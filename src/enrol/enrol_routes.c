/* What the device port and the status port answer, and to whom.
 * One line for each; must not hold anything else. */
#include "enrol/enrol.h"
#include "enrol/enrol_device.h"

/* clang-format off */
const struct enrol_route enrol_routes[] = {
	{"GET", "/.well-known/birthmark/device", ENROL_DEVICE, ENROL_EITHER, 0, enrol_device_get},

	{NULL, NULL, 0, ENROL_ANYBODY, 0, NULL},
};
/* clang-format on */
